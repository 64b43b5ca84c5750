//! `GET /media`: what a manager sent for a customer, for whoever holds an address that we signed.

use std::time::Duration;

use lambda_http::{
    Body, Response,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
    },
};
use mirt_channels::{
    media::{MOST_BYTES, asked_for},
    telegram,
};
use mirt_engine::{
    clock::Clock as _,
    failure::chain,
    files::{FileError, ReadFile as _},
};
use mirt_runtime::clock::SystemClock;

use crate::{answer, secrets::Token};

/// How long a file may take: less than the function.
const LONGEST: Duration = Duration::from_secs(10);

/// Gives out managers' files.
#[derive(Clone)]
pub(crate) struct Media {
    /// What addresses are signed with.
    pub(crate) key: Token,
    /// The bot that can read the files.
    pub(crate) bot: telegram::Sender,
}

impl Media {
    /// The file that the query asks for.
    pub(crate) async fn answer<'a>(
        &self,
        query: impl Fn(&str) -> Option<&'a str>,
    ) -> Response<Body> {
        let now = SystemClock.now();
        let Some(file) = self.key.all().find_map(|key| asked_for(key, &query, now)) else {
            // The same for all that is wrong: nobody is told how near they were.
            return answer::error(StatusCode::NOT_FOUND, "there is nothing here");
        };
        let reading = tokio::time::timeout(LONGEST, self.bot.read_file(file, MOST_BYTES));
        let late = |_| Err(FileError::Unavailable("it took too long".into()));
        match reading.await.unwrap_or_else(late) {
            Ok(file) => given(file),
            Err(error) => {
                tracing::error!(event = "degraded", what = "media", error = chain(&error));
                match error {
                    // Telegram's fault and no message: an error of the server would count among those that lose
                    // messages.
                    FileError::Unavailable(_) => {
                        answer::error(StatusCode::FAILED_DEPENDENCY, "the file cannot be read now")
                    }
                    FileError::Gone | FileError::TooLarge => {
                        answer::error(StatusCode::NOT_FOUND, "there is nothing here")
                    }
                }
            }
        }
    }
}

fn given(file: Vec<u8>) -> Response<Body> {
    let content_type = HeaderValue::from_static(telegram::kind_of(&file).content_type);
    let mut response = Response::new(Body::Binary(file));
    let headers: [(HeaderName, HeaderValue); 3] = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    response.headers_mut().extend(headers);
    response
}
