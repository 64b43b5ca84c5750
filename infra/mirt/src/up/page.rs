//! `/`: a page to chat on. What is typed there goes through the real webhooks.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{Html, IntoResponse as _, Response},
    routing::{get, post},
};
use jiff::Timestamp;
use mirt_domain::channel::Channel;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::environment::Environment;

/// The largest photo that the page takes, in bytes.
const MAX_PHOTO_BYTES: usize = 10 * 1024 * 1024;

/// What the page's own routes need.
pub(super) struct Page {
    /// Where this machine's webhooks are.
    pub(super) origin: String,
    pub(super) environment: Environment,
    /// The folder for photos.
    pub(super) photos: PathBuf,
    pub(super) http: reqwest::Client,
}

/// The page and its routes.
pub(super) fn routes(page: Page) -> Router {
    Router::new()
        .route("/", get(async || Html(include_str!("page.html"))))
        .route("/local/about", get(about))
        .route("/local/messages", post(message))
        .route("/local/photos", post(keep_photo).layer(DefaultBodyLimit::max(MAX_PHOTO_BYTES)))
        .route("/local/photos/{name}", get(photo))
        .with_state(Arc::new(page))
}

async fn about(State(page): State<Arc<Page>>) -> Json<Value> {
    Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "degraded": page.environment.is_degraded,
        "to_page": {
            "instagram": page.environment.manychat.url.is_none(),
            "telegram": page.environment.telegram.url.is_none(),
        },
    }))
}

/// What is typed on the page.
#[derive(Deserialize)]
struct Typed {
    channel: Channel,
    user: String,
    text: Option<String>,
    #[serde(default)]
    photos: Vec<String>,
}

/// Posts what was typed to the webhook of its channel, in that channel's own form.
async fn message(State(page): State<Arc<Page>>, Json(typed): Json<Typed>) -> Response {
    let requests = match typed.channel {
        Channel::Telegram => telegram(&page, &typed),
        Channel::Instagram => vec![manychat(&page, &typed)],
        Channel::Facebook | Channel::Whatsapp | Channel::ManychatTelegram => {
            let body = json!({ "error": "the page speaks as Instagram and as Telegram" });
            return (StatusCode::BAD_REQUEST, Json(body)).into_response();
        }
    };
    for request in requests {
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::error!(event = "page_not_forwarded", error = %error.without_url());
                return StatusCode::BAD_GATEWAY.into_response();
            }
        };
        if !answer.status().is_success() {
            let status = answer.status();
            let body: Value = answer.json().await.unwrap_or_default();
            return (status, Json(body)).into_response();
        }
    }
    StatusCode::ACCEPTED.into_response()
}

fn manychat(page: &Page, typed: &Typed) -> reqwest::RequestBuilder {
    let payload = json!({
        "type": typed.channel,
        "clientId": typed.user,
        "message": typed.text,
        "image": typed.photos,
        "message_id": format!("page-{}", Timestamp::now().as_microsecond()),
    });
    page.http
        .post(format!("{}/webhooks/manychat", page.origin))
        .header("X-ManyChat-Token", &page.environment.manychat.webhook_secret)
        .json(&payload)
}

/// Telegram sends each photo as a message of its own; the words go with the first.
fn telegram(page: &Page, typed: &Typed) -> Vec<reqwest::RequestBuilder> {
    let chat: i64 = typed.user.parse().unwrap_or_default();
    let words = typed.text.as_deref();
    let contents: Vec<Value> = if typed.photos.is_empty() {
        vec![json!({ "text": words })]
    } else {
        let captions = std::iter::once(words).chain(std::iter::repeat(None));
        let photo = |(url, caption): (&String, Option<&str>)| {
            let size = json!({ "file_id": url, "width": 1, "height": 1 });
            json!({ "photo": [size], "caption": caption })
        };
        typed.photos.iter().zip(captions).map(photo).collect()
    };
    let now = Timestamp::now();
    let update = |(place, content): (i64, Value)| {
        let mut message = json!({
            "message_id": now.as_millisecond() + place,
            "date": now.as_second(),
            "chat": { "id": chat, "type": "private" },
            "from": { "id": chat, "is_bot": false, "first_name": "Page" },
        });
        if let (Value::Object(message), Value::Object(content)) = (&mut message, content) {
            message.extend(content);
        }
        page.http
            .post(format!("{}/webhooks/telegram", page.origin))
            .header("X-Telegram-Bot-Api-Secret-Token", &page.environment.telegram.webhook_secret)
            .json(&json!({ "update_id": now.as_microsecond() + place, "message": message }))
    };
    (0..).zip(contents).map(update).collect()
}

/// Keeps a photo for the page, under a name of ours.
async fn keep_photo(State(page): State<Arc<Page>>, headers: HeaderMap, photo: Bytes) -> Response {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let Some((_, ending)) = KINDS.iter().find(|(known, _)| *known == kind) else {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    };
    let name = format!("{:016x}.{ending}", fastrand::u64(..));
    let kept = async {
        tokio::fs::create_dir_all(&page.photos).await?;
        tokio::fs::write(page.photos.join(&name), photo).await
    };
    match kept.await {
        Ok(()) => {
            Json(json!({ "url": format!("{}/local/photos/{name}", page.origin) })).into_response()
        }
        Err(error) => {
            tracing::error!(event = "photo_not_kept", %error);
            StatusCode::INSUFFICIENT_STORAGE.into_response()
        }
    }
}

/// The kinds of photos that browsers give, and how their files end.
const KINDS: [(&str, &str); 5] = [
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/webp", "webp"),
    ("image/gif", "gif"),
    ("image/avif", "avif"),
];

async fn photo(State(page): State<Arc<Page>>, Path(name): Path<String>) -> Response {
    let is_ours = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    let kind = KINDS
        .iter()
        .find(|(_, ending)| is_ours && name.split_once('.').is_some_and(|(_, end)| end == *ending));
    let Some((kind, _)) = kind else { return StatusCode::NOT_FOUND.into_response() };
    match tokio::fs::read(page.photos.join(&name)).await {
        Ok(bytes) => ([(CONTENT_TYPE, *kind)], bytes).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
