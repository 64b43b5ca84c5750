//! Photos that are pasted, dropped or chosen on the page.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use serde_json::json;

use super::Page;

/// The largest photo that the page takes, in bytes.
pub(super) const MAX_PHOTO_BYTES: usize = 10 * 1024 * 1024;

/// Keeps a photo for the page, under a name of ours.
pub(super) async fn keep(
    State(page): State<Arc<Page>>,
    headers: HeaderMap,
    photo: Bytes,
) -> Response {
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

pub(super) async fn show(State(page): State<Arc<Page>>, Path(name): Path<String>) -> Response {
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
