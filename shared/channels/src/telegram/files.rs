//! Files on Telegram's servers: read by their ids, and brought to another bot, which cannot use them.

use std::time::Duration;

use mirt_engine::{
    alert::FILE_NOT_SENT,
    failure::SendError,
    files::{FileError, ReadFile},
};
use mirt_http::ReadError;
use reqwest::{RequestBuilder, StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};

use super::{Sender, send};
use crate::http::{Answer, call};

/// The largest answer to a question for a file, in bytes.
const MOST_ANSWER: usize = 64 * 1024;

/// The largest file that is brought from one bot to another, in bytes: what a bot may upload as a
/// photo. Source: Bot API, "Sending files".
const MOST_BROUGHT: usize = 10 * 1024 * 1024;

/// How long a file may take.
const LONGEST: Duration = Duration::from_secs(20);

impl ReadFile for Sender {
    async fn read_file(&self, id: &str, most: usize) -> Result<Vec<u8>, FileError> {
        let answer = read(self.request("getFile", &json!({ "file_id": id })), MOST_ANSWER).await?;
        let answer: Value = serde_json::from_slice(&answer)
            .map_err(|error| FileError::Unavailable(Box::new(error)))?;
        let path = answer["result"]["file_path"]
            .as_str()
            .filter(|path| !path.contains(".."))
            .ok_or(FileError::Gone)?;
        read(self.http.get(format!("{}/{path}", self.files)), most).await
    }
}

impl Sender {
    /// Sends a file that `owner`, another bot, can read: it is read and uploaded.
    pub(super) async fn bring(
        &self,
        owner: &Self,
        (method, field): (&str, &str),
        id: &str,
        fields: &Value,
    ) -> Result<Answer, SendError> {
        let file = match owner.read_file(id, MOST_BROUGHT).await {
            Ok(file) => file,
            Err(FileError::Unavailable(source)) => {
                return Err(SendError::Retry { after: None, source });
            }
            Err(FileError::Gone | FileError::TooLarge) => {
                return Err(SendError::Refused { reason: FILE_NOT_SENT });
            }
        };
        let boundary = format!("mirt-{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
        let body = form(&boundary, fields, field, &file);
        let request = self
            .http
            .post(format!("{}/{method}", self.address))
            .header(CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"))
            .body(body);
        call("telegram", request, send::judge).await
    }
}

/// A form with a file, whole, so that the call can be made again: the one of `reqwest` is a stream.
fn form(boundary: &str, fields: &Value, field: &str, file: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(file.len() + 1024);
    for (name, value) in fields.as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let part = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend_from_slice(part.as_bytes());
    }
    let ending = kind_of(file).ending;
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; \
         filename=\"file{ending}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    body
}

/// What a file is, by how it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileKind {
    /// Its type for whoever fetches it.
    pub content_type: &'static str,
    /// How its name ends, with the full stop.
    pub ending: &'static str,
}

/// What a file is; bytes that nothing is known of are not shown by browsers.
#[must_use]
pub fn kind_of(file: &[u8]) -> FileKind {
    let kind = |content_type, ending| FileKind { content_type, ending };
    match file {
        [0xFF, 0xD8, 0xFF, ..] => kind("image/jpeg", ".jpg"),
        [0x89, b'P', b'N', b'G', ..] => kind("image/png", ".png"),
        [b'G', b'I', b'F', b'8', ..] => kind("image/gif", ".gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => {
            kind("image/webp", ".webp")
        }
        [b'%', b'P', b'D', b'F', ..] => kind("application/pdf", ".pdf"),
        _ => kind("application/octet-stream", ".bin"),
    }
}

/// The address holds the bot's token, so no error may name it.
async fn read(request: RequestBuilder, most: usize) -> Result<Vec<u8>, FileError> {
    let unavailable = |error: reqwest::Error| FileError::Unavailable(error.without_url().into());
    let response = request.timeout(LONGEST).send().await.map_err(unavailable)?;
    let status = response.status();
    if matches!(status, StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND) {
        return Err(FileError::Gone);
    }
    if !status.is_success() {
        return Err(FileError::Unavailable(format!("status {}", status.as_u16()).into()));
    }
    mirt_http::read(response, most).await.map_err(|error| match error {
        ReadError::TooLong => FileError::TooLarge,
        broken_off => FileError::Unavailable(broken_off.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_how_it_begins_and_not_by_what_it_is_called() {
        assert_eq!(kind_of(&[0xFF, 0xD8, 0xFF, 0xE0]).content_type, "image/jpeg");
        assert_eq!(kind_of(b"RIFF\0\0\0\0WEBPVP8").content_type, "image/webp");
        assert_eq!(kind_of(b"<html>").content_type, "application/octet-stream");
        assert_eq!(kind_of(b"").ending, ".bin");
    }

    #[test]
    fn a_form_holds_its_fields_and_the_file_as_it_is() {
        let body = form("b", &json!({ "chat_id": 5, "caption": "Ось" }), "photo", b"\xFF\0\r\n");

        let text = String::from_utf8_lossy(&body);
        assert!(text.contains("name=\"chat_id\"\r\n\r\n5\r\n--b\r\n"), "{text}");
        assert!(text.contains("name=\"caption\"\r\n\r\nОсь\r\n"), "{text}");
        assert!(body.windows(4).any(|bytes| bytes == b"\xFF\0\r\n"));
        assert!(text.ends_with("\r\n--b--\r\n"), "{text}");
    }
}
