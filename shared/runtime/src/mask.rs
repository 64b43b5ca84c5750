//! Who a line of the log is about, without telling who it is.

use std::fmt::{self, Display, Write as _};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// How many bytes of a hash are shown: enough for lines about one session to be found together.
const SHOWN: usize = 8;

/// Names sessions in logs by a keyed hash. Without the key nobody can tell whose a line is: ids of
/// Telegram are short enough to try them all against a hash that has none.
#[derive(Clone)]
pub struct Mask(Option<Hmac<Sha256>>);

impl fmt::Debug for Mask {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mask").finish_non_exhaustive()
    }
}

impl Mask {
    /// With the key of this deployment: the member `log_key` of the webhooks' and the channels' secret,
    /// the same in both. Without one no session is named.
    #[must_use]
    pub fn new(key: Option<&str>) -> Self {
        let key = key.map(str::trim).filter(|key| !key.is_empty());
        if key.is_none() {
            tracing::warn!(event = "degraded", what = "sessions_not_named");
        }
        // An HMAC takes a key of any length.
        Self(key.and_then(|key| Hmac::new_from_slice(key.as_bytes()).ok()))
    }

    /// What a session is called in the log.
    #[must_use]
    pub fn of(&self, session: &impl Display) -> Option<String> {
        let mac = self.0.clone()?.chain_update(session.to_string());
        let hash = mac.finalize().into_bytes();
        Some(hash.iter().take(SHOWN).fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_one_name_under_a_key_and_another_under_another() {
        let (one, other) = (Mask::new(Some("a")), Mask::new(Some("b")));

        assert_eq!(one.of(&"telegram:1"), one.of(&"telegram:1"));
        assert_ne!(one.of(&"telegram:1"), one.of(&"telegram:2"));
        assert_ne!(one.of(&"telegram:1"), other.of(&"telegram:1"));
        assert_eq!(one.of(&"telegram:1").map(|name| name.len()), Some(2 * SHOWN));
    }

    #[test]
    fn without_a_key_no_session_is_named() {
        for key in [None, Some(""), Some(" ")] {
            assert_eq!(Mask::new(key).of(&"telegram:1"), None);
        }
    }
}
