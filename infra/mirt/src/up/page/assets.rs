//! The page's files: embedded, compressed once, served with a policy that lets nothing in from
//! elsewhere.

use std::{io::Write as _, sync::LazyLock};

use axum::{
    Router,
    body::Bytes,
    extract::Request,
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{
            ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
            CONTENT_TYPE, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::Next,
    response::{IntoResponse as _, Response},
    routing::get,
};
use flate2::{Compression, write::GzEncoder};

/// Nothing from elsewhere, no script or style that is not a file of ours.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// A file of the page.
struct Asset {
    path: &'static str,
    kind: &'static str,
    plain: &'static [u8],
}

macro_rules! assets {
    ($($path:literal $file:literal $kind:literal),* $(,)?) => {
        &[$(Asset {
            path: $path,
            kind: $kind,
            plain: include_bytes!(concat!("assets/", $file)),
        }),*]
    };
}

static ASSETS: &[Asset] = assets![
    "/" "index.html" "text/html; charset=utf-8",
    "/page/icon.svg" "icon.svg" "image/svg+xml",
    "/page/base.css" "base.css" "text/css",
    "/page/chat.css" "chat.css" "text/css",
    "/page/look.css" "look.css" "text/css",
    "/page/main.js" "main.js" "text/javascript",
    "/page/words.js" "words.js" "text/javascript",
    "/page/dom.js" "dom.js" "text/javascript",
    "/page/api.js" "api.js" "text/javascript",
    "/page/store.js" "store.js" "text/javascript",
    "/page/live.js" "live.js" "text/javascript",
    "/page/chat.js" "chat.js" "text/javascript",
    "/page/phone.js" "phone.js" "text/javascript",
    "/page/deliveries.js" "deliveries.js" "text/javascript",
    "/page/garment.js" "garment.js" "text/javascript",
    "/page/inside.js" "inside.js" "text/javascript",
    "/page/diagram.js" "diagram.js" "text/javascript",
    "/page/story.js" "story.js" "text/javascript",
    "/page/steps.js" "steps.js" "text/javascript",
    "/page/counter.js" "counter.js" "text/javascript",
    "/page/calendar.js" "calendar.js" "text/javascript",
    "/page/money.js" "money.js" "text/javascript",
    "/page/managers.js" "managers.js" "text/javascript",
    "/page/faults.js" "faults.js" "text/javascript",
    "/page/replay.js" "replay.js" "text/javascript",
    "/page/frame.js" "frame.js" "text/javascript",
];

/// The files, compressed.
static COMPRESSED: LazyLock<Vec<Option<Bytes>>> =
    LazyLock::new(|| ASSETS.iter().map(|asset| compressed(asset.plain)).collect());

/// Nothing where it cannot be done: the file is sent as it is then.
fn compressed(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

/// A route for each file.
pub(super) fn routes() -> Router {
    ASSETS.iter().enumerate().fold(Router::new(), |router, (place, asset)| {
        router.route(
            asset.path,
            get(move |headers: HeaderMap| async move { serve(asset, place, &headers) }),
        )
    })
}

fn serve(asset: &'static Asset, place: usize, headers: &HeaderMap) -> Response {
    let takes_gzip =
        headers.get(ACCEPT_ENCODING).and_then(|takes| takes.to_str().ok()).is_some_and(|takes| {
            takes.split(',').any(|it| it.trim().split(';').next() == Some("gzip"))
        });
    let kind = [
        (CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (VARY, HeaderValue::from_static("accept-encoding")),
    ];
    match COMPRESSED.get(place).and_then(Option::as_ref).filter(|_| takes_gzip) {
        Some(bytes) => (kind, [(CONTENT_ENCODING, "gzip")], bytes.clone()).into_response(),
        None => (kind, asset.plain).into_response(),
    }
}

/// Puts the policy on every answer.
pub(super) async fn with_policy(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The most that the whole page may weigh, compressed, in bytes.
    const MOST: usize = 150_000;

    #[test]
    fn the_whole_page_weighs_less_than_150_kb() {
        let weights: Vec<usize> =
            COMPRESSED.iter().map(|bytes| bytes.as_ref().map_or(usize::MAX, Bytes::len)).collect();

        let total: usize = weights.iter().sum();
        assert!(total < MOST, "{total} bytes: {weights:?}");
    }

    #[test]
    fn no_file_names_an_address_elsewhere_or_holds_code_that_the_policy_forbids() {
        for Asset { path, plain, .. } in ASSETS {
            let text = String::from_utf8_lossy(plain);
            for foreign in ["https://", "http://", "style=\"", "<script>", "javascript:", "eval("] {
                let count = text.replace("http://www.w3.org", "").matches(foreign).count();
                assert_eq!(count, 0, "{path} holds {foreign}");
            }
        }
    }

    #[test]
    fn every_module_is_fetched_at_once_and_none_waits_for_the_one_that_wants_it() {
        let first = String::from_utf8_lossy(ASSETS[0].plain);
        for Asset { path, .. } in ASSETS.iter().filter(|asset| asset.kind == "text/javascript") {
            let named = format!("\"{path}\"");
            assert_eq!(first.matches(&named).count(), 1, "{path}");
        }
    }

    #[test]
    fn every_module_that_is_imported_is_served() {
        for Asset { path, plain, .. } in ASSETS {
            let text = String::from_utf8_lossy(plain);
            for part in text.split("from \"./").skip(1) {
                let name = part.split('"').next().unwrap_or_default();
                let served = format!("/page/{name}");
                assert!(ASSETS.iter().any(|asset| asset.path == served), "{path} wants {served}");
            }
        }
    }
}
