//! Addresses at which managers' files can be fetched for a while by whoever was given them: ManyChat
//! takes files by address only, and Telegram's own addresses hold the bot's token.

use std::{fmt::Write as _, time::Duration};

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use mirt_engine::clock::after;
use reqwest::Url;
use sha2::Sha256;

/// The path of our API behind which the files are, see `template.yaml`.
pub const PATH: &str = "/media";

/// How long an address leads to its file. ManyChat fetches it when it sends it; who looks at the
/// message later sees the channel's own copy.
const FRESH_FOR: Duration = Duration::from_hours(1);

/// The largest file that is given out, in bytes: what a function may answer is 6 MB, in which a file
/// is a third longer. Source: Lambda quotas, "Invocation payload".
pub const MOST_BYTES: usize = 4 * 1024 * 1024;

/// The names in an address's query.
const FILE: &str = "file";
const UNTIL: &str = "until";
const SIGNATURE: &str = "signature";

/// Makes addresses.
#[derive(Clone)]
pub struct Links {
    base: Url,
    key: Hmac<Sha256>,
    now: fn() -> Timestamp,
}

impl std::fmt::Debug for Links {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Links").finish_non_exhaustive()
    }
}

/// A key that is empty, or an address that is none: nothing can be signed.
#[derive(Debug, thiserror::Error)]
#[error(
    "the public address must begin with http:// or https://, and the key of media must not be empty"
)]
pub struct InvalidLinks;

impl Links {
    /// Addresses under `base`, the origin of our API, signed with `key`, as of `now`.
    ///
    /// # Errors
    /// When `base` is no origin, or the key is empty.
    pub fn new(base: &str, key: &str, now: fn() -> Timestamp) -> Result<Self, InvalidLinks> {
        let base = Url::parse(base).ok().filter(Url::has_host).ok_or(InvalidLinks)?;
        let key = keyed(key).ok_or(InvalidLinks)?;
        Ok(Self { base, key, now })
    }

    /// The address of a file, good for an hour.
    #[must_use]
    pub fn to(&self, file: &str) -> String {
        let until = after((self.now)(), FRESH_FOR).as_second().to_string();
        let mut url = self.base.clone();
        url.set_path(PATH);
        url.query_pairs_mut()
            .append_pair(FILE, file)
            .append_pair(UNTIL, &until)
            .append_pair(SIGNATURE, &hex(&over(&self.key, file, &until).finalize().into_bytes()));
        url.into()
    }
}

/// The file that a request is for, by the members of its query, if it was signed with `key` and is
/// not too late.
#[must_use]
pub fn asked_for<'a>(
    key: &str,
    query: impl Fn(&str) -> Option<&'a str>,
    now: Timestamp,
) -> Option<&'a str> {
    let (file, until) = (query(FILE)?, query(UNTIL)?);
    over(&keyed(key)?, file, until).verify_slice(&bytes(query(SIGNATURE)?)?).ok()?;
    (now.as_second() <= until.parse().ok()?).then_some(file)
}

/// Signs with a key; an empty one signs nothing.
fn keyed(key: &str) -> Option<Hmac<Sha256>> {
    Hmac::new_from_slice(key.as_bytes()).ok().filter(|_| !key.is_empty())
}

/// The time has no full stop in it, so that no other pair gives the same text.
fn over(key: &Hmac<Sha256>, file: &str, until: &str) -> Hmac<Sha256> {
    let mut mac = key.clone();
    mac.update(format!("{until}.{file}").as_bytes());
    mac
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes();
    if !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use std::collections::BTreeMap;

    use super::*;

    const AT: Timestamp = Timestamp::UNIX_EPOCH;

    fn query(address: &str) -> BTreeMap<String, String> {
        Url::parse(address).unwrap().query_pairs().into_owned().collect()
    }

    fn asked(key: &str, query: &BTreeMap<String, String>, now: Timestamp) -> Option<String> {
        asked_for(key, |name| query.get(name).map(String::as_str), now).map(str::to_owned)
    }

    #[test]
    fn an_address_leads_to_its_file_for_an_hour() {
        let links = Links::new("https://api.example", "k", || AT).unwrap();

        let address = links.to("AgACAgIAAxk_-=");

        assert!(address.starts_with("https://api.example/media?"), "{address}");
        let query = query(&address);
        assert_eq!(asked("k", &query, AT).as_deref(), Some("AgACAgIAAxk_-="));
        assert!(asked("k", &query, after(AT, FRESH_FOR)).is_some());
        assert_eq!(asked("k", &query, after(AT, FRESH_FOR + Duration::from_secs(1))), None);
    }

    #[test]
    fn whoever_changes_an_address_or_has_another_key_gets_nothing() {
        let links = Links::new("https://api.example", "k", || AT).unwrap();
        let right = query(&links.to("a"));

        assert_eq!(asked("l", &right, AT), None);
        for (name, value) in [("file", "b"), ("until", "999999999"), ("signature", "00")] {
            let mut wrong = right.clone();
            wrong.insert(name.to_owned(), value.to_owned());
            assert_eq!(asked("k", &wrong, AT), None, "{name}");
        }
        assert_eq!(asked("k", &BTreeMap::new(), AT), None);
    }

    #[test]
    fn without_a_key_or_an_address_there_are_no_links() {
        assert!(Links::new("https://api.example", "", || AT).is_err());
        assert!(Links::new("api", "k", || AT).is_err());
    }
}
