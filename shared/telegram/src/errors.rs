//! The library's errors, sorted by what to do.

use std::time::Duration;

use grammers_mtsender::{InvocationError, RpcError};
use mirt_history::store::ReadError;

/// Telegram's code for "leave me alone for so many seconds".
const FLOOD: i32 = 420;

/// Telegram's code for "ask another data centre".
const SEE_OTHER: i32 = 303;

/// Codes that mean that the session is not, or no longer, good.
const UNAUTHORIZED: i32 = 401;
const NOT_ACCEPTABLE: i32 = 406;

/// The shortest wait: some floods name none.
const LEAST_FLOOD_SECONDS: u32 = 1;

/// What a chat that cannot be read is answered with. Source: Telegram, "Error handling", and the
/// errors of the methods used here.
const NO_CHAT: [&str; 10] = [
    "CHANNEL_INVALID",
    "CHANNEL_PRIVATE",
    "CHANNEL_PUBLIC_GROUP_NA",
    "CHAT_FORBIDDEN",
    "CHAT_ID_INVALID",
    "CHAT_ADMIN_REQUIRED",
    "PEER_ID_INVALID",
    "USER_BANNED_IN_CHANNEL",
    "USERNAME_INVALID",
    "USERNAME_NOT_OCCUPIED",
];

/// What precedes the number of the data centre in the answer to who asks the wrong one. Source:
/// Telegram, "Error handling", 303. Files would have one of their own; none are asked for.
const MIGRATE: [&str; 3] = ["PHONE_MIGRATE_", "USER_MIGRATE_", "NETWORK_MIGRATE_"];

/// The data centre that an account lives in, when it is another one.
pub(crate) fn moved_to(error: &ReadError) -> Option<i32> {
    let ReadError::Refused(name) = error else { return None };
    MIGRATE.iter().find_map(|prefix| name.strip_prefix(prefix)?.parse().ok())
}

/// An answer that was not the one asked for.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Said(pub(crate) String);

pub(crate) fn read_error(error: InvocationError) -> ReadError {
    match error {
        InvocationError::Rpc(error) => rpc_error(&error),
        // The library's own text: addresses of data centres at most, no personal data.
        other => ReadError::Unavailable(Box::new(Said(other.to_string()))),
    }
}

fn rpc_error(error: &RpcError) -> ReadError {
    let name = match (error.code, error.value) {
        // The library takes numbers out of names; here it is what has to be known.
        (SEE_OTHER, Some(number)) => format!("{}_{number}", error.name),
        _ => error.name.clone(),
    };
    match error.code {
        FLOOD => {
            let seconds = error.value.unwrap_or_default().max(LEAST_FLOOD_SECONDS);
            ReadError::Flood(Duration::from_secs(seconds.into()))
        }
        // A private channel is answered with 406 too, by some methods.
        _ if NO_CHAT.contains(&name.as_str()) => ReadError::Chat(name),
        UNAUTHORIZED | NOT_ACCEPTABLE => ReadError::Session(name),
        code if !(0..500).contains(&code) => ReadError::Unavailable(Box::new(Said(name))),
        _ => ReadError::Refused(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(code: i32, name: &str, value: Option<u32>) -> ReadError {
        let error = RpcError { code, name: name.to_owned(), value, caused_by: None };
        read_error(InvocationError::Rpc(error))
    }

    #[test]
    fn errors_are_sorted_by_what_to_do() {
        assert!(matches!(
            sorted(420, "FLOOD_WAIT", Some(30)),
            ReadError::Flood(wait) if wait == Duration::from_secs(30)
        ));
        assert!(matches!(sorted(406, "AUTH_KEY_DUPLICATED", None), ReadError::Session(_)));
        assert!(matches!(sorted(401, "SESSION_REVOKED", None), ReadError::Session(_)));
        assert!(matches!(sorted(406, "CHANNEL_PRIVATE", None), ReadError::Chat(_)));
        assert!(matches!(sorted(400, "USERNAME_NOT_OCCUPIED", None), ReadError::Chat(_)));
        assert!(matches!(sorted(500, "RPC_CALL_FAIL", None), ReadError::Unavailable(_)));
        assert!(matches!(sorted(400, "MSG_ID_INVALID", None), ReadError::Refused(_)));
        assert_eq!(moved_to(&sorted(303, "USER_MIGRATE", Some(4))), Some(4));
        assert_eq!(moved_to(&sorted(303, "FILE_MIGRATE", Some(4))), None);
        assert!(matches!(read_error(InvocationError::Dropped("gone")), ReadError::Unavailable(_)));
    }
}
