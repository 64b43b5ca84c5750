//! What is read of an answer, and how far it is believed.

use std::time::Duration;

use reqwest::{
    Response,
    header::{HeaderMap, RETRY_AFTER},
};

/// The longest that a service is left alone because it asks for it. Who asks for more is asked again
/// then: a wrong number must not silence us for days.
const LONGEST_REST: Duration = Duration::from_hours(1);

/// How long a service is left alone that asks for so many seconds.
#[must_use]
pub fn rest(seconds: u64) -> Duration {
    Duration::from_secs(seconds).min(LONGEST_REST)
}

/// How long a service is left alone by its `Retry-After`; none where that is no number of seconds.
#[must_use]
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let asked = headers.get(RETRY_AFTER)?.to_str().ok()?;
    asked.trim().parse().ok().map(rest)
}

/// Why a body was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is longer than it may be.
    #[error("the answer is too long")]
    TooLong,
    /// It broke off. No address is in the error: some hold a secret.
    #[error("the answer broke off")]
    BrokenOff(#[source] reqwest::Error),
}

/// Reads a body of at most `most` bytes.
///
/// # Errors
/// When it is longer, or did not come whole.
pub async fn read(mut response: Response, most: usize) -> Result<Vec<u8>, ReadError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken_off)? {
        if body.len() + chunk.len() > most {
            return Err(ReadError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn broken_off(error: reqwest::Error) -> ReadError {
    ReadError::BrokenOff(error.without_url())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    fn asked(value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, value.parse().unwrap());
        retry_after(&headers)
    }

    #[test]
    fn a_service_is_left_alone_for_as_long_as_it_asks_and_an_hour_at_most() {
        assert_eq!(asked("7"), Some(Duration::from_secs(7)));
        assert_eq!(asked(" 3600 "), Some(LONGEST_REST));
        assert_eq!(asked("172800"), Some(LONGEST_REST));
        assert_eq!(asked("18446744073709551615"), Some(LONGEST_REST));
    }

    #[test]
    fn what_is_no_number_of_seconds_asks_for_nothing() {
        for value in ["", "soon", "-1", "1.5", "Sat, 21 Nov 2026 10:00:00 GMT"] {
            assert_eq!(asked(value), None, "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }

    /// An answer with so many bytes, from a server that says them at once.
    async fn answer_of(length: usize) -> Response {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            // The question, which fits into one read.
            let _ = stream.read(&mut [0; 1024]).await.unwrap();
            let body = "x".repeat(length);
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).await.unwrap();
            // Until the other side has read it.
            stream.read_to_end(&mut Vec::new()).await.unwrap();
        });
        crate::client().unwrap().get(format!("http://{address}/")).send().await.unwrap()
    }

    #[tokio::test]
    async fn an_answer_is_read_up_to_its_limit_and_no_further() {
        let whole = read(answer_of(4).await, 4).await;
        let longer = read(answer_of(5).await, 4).await;

        assert_eq!(whole.unwrap(), b"xxxx");
        assert!(matches!(longer, Err(ReadError::TooLong)));
    }
}
