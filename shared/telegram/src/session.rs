//! The session: what stays of a login. Whoever has it is that user, so it is kept as a secret.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    net::{Ipv4Addr, SocketAddrV4, SocketAddrV6},
    sync::{Mutex, MutexGuard, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::STANDARD, prelude::BASE64_URL_SAFE};
use grammers_session::{
    BoxFuture, SessionData,
    types::{DcOption, PeerId, PeerInfo, UpdateState, UpdatesState},
};
use serde::{Deserialize, Serialize, de::Error as _};

/// A session as it is kept. It has no `Debug`: its keys must not get into a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The data centre that the account lives in.
    home_dc: i32,
    /// The data centres that a key was made with, and their addresses.
    data_centres: BTreeMap<i32, DataCentre>,
    /// Access hashes by marked id: what Telegram wants to see beside an id.
    #[serde(default)]
    peers: BTreeMap<i64, i64>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct DataCentre {
    address: SocketAddrV4,
    key: AuthKey,
}

#[derive(Clone, PartialEq, Eq)]
struct AuthKey([u8; 256]);

impl Serialize for AuthKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for AuthKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).map_err(|_| D::Error::custom("not base64"))?;
        bytes.try_into().map(Self).map_err(|_| D::Error::custom("not 256 bytes"))
    }
}

/// What is no session of Telethon's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no session string of Telethon's, version 1")]
pub struct ImportError;

/// A session string of Telethon's: `1` and, in base64, the data centre, its address and port, the
/// key. Source: Telethon 1.45, `sessions/string.py`.
const TELETHON_VERSION: char = '1';
const TELETHON_BYTES: usize = 1 + 4 + 2 + 256;

/// The same with an IPv6 address.
const TELETHON_V6_BYTES: usize = 1 + 16 + 2 + 256;

impl Session {
    /// A session that nobody has logged in with.
    #[must_use]
    pub fn fresh() -> Self {
        let home_dc = SessionData::default().home_dc;
        Self { home_dc, data_centres: BTreeMap::new(), peers: BTreeMap::new() }
    }

    /// Takes over a session string of Telethon's.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_telethon(text: &str) -> Result<Self, ImportError> {
        let encoded = text.trim().strip_prefix(TELETHON_VERSION).ok_or(ImportError)?;
        let bytes = BASE64_URL_SAFE.decode(encoded).map_err(|_| ImportError)?;
        let home_dc = i32::from(bytes.first().copied().ok_or(ImportError)?);
        let (address, key) = match bytes.len() {
            TELETHON_BYTES => {
                let bytes: [u8; TELETHON_BYTES] = bytes.try_into().map_err(|_| ImportError)?;
                let [_, a, b, c, d, high, low, key @ ..] = bytes;
                let port = u16::from_be_bytes([high, low]);
                (SocketAddrV4::new(Ipv4Addr::new(a, b, c, d), port), key)
            }
            // A data centre is the same one by its other address, which the library knows.
            TELETHON_V6_BYTES => {
                let known = SessionData::default().dc_options.remove(&home_dc);
                let key = bytes.last_chunk().copied().ok_or(ImportError)?;
                (known.ok_or(ImportError)?.ipv4, key)
            }
            _ => return Err(ImportError),
        };
        let centre = DataCentre { address, key: AuthKey(key) };
        let data_centres = BTreeMap::from([(home_dc, centre)]);
        Ok(Self { home_dc, data_centres, peers: BTreeMap::new() })
    }

    /// Forgets the chats: their access hashes are of another account.
    #[must_use]
    pub fn without_peers(self) -> Self {
        Self { peers: BTreeMap::new(), ..self }
    }
}

/// The session as the library reads and changes it.
pub(crate) struct Shared(Mutex<Session>);

impl Shared {
    pub(crate) fn new(session: Session) -> Self {
        Self(Mutex::new(session))
    }

    /// As it is now.
    pub(crate) fn snapshot(&self) -> Session {
        self.session().clone()
    }

    /// What Telegram wants to see beside this marked id, if it is known.
    pub(crate) fn access_hash(&self, peer_id: i64) -> Option<i64> {
        self.session().peers.get(&peer_id).copied()
    }

    pub(crate) fn remember(&self, peer_id: i64, access_hash: i64) {
        self.session().peers.insert(peer_id, access_hash);
    }

    pub(crate) fn home_dc(&self) -> i32 {
        self.session().home_dc
    }

    pub(crate) fn move_home(&self, home_dc: i32) {
        self.session().home_dc = home_dc;
    }

    /// A panic cannot leave the session half changed: each change is one assignment.
    fn session(&self) -> MutexGuard<'_, Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl grammers_session::Session for Shared {
    type Error = Infallible;

    fn home_dc_id(&self) -> Result<i32, Infallible> {
        Ok(self.home_dc())
    }

    fn set_home_dc_id(&self, dc_id: i32) -> BoxFuture<'_, Result<(), Infallible>> {
        self.move_home(dc_id);
        Box::pin(async { Ok(()) })
    }

    fn dc_option(&self, dc_id: i32) -> Result<Option<DcOption>, Infallible> {
        let own = self.session().data_centres.get(&dc_id).map(|centre| DcOption {
            id: dc_id,
            ipv4: centre.address,
            ipv6: SocketAddrV6::new(
                centre.address.ip().to_ipv6_mapped(),
                centre.address.port(),
                0,
                0,
            ),
            auth_key: Some(centre.key.0),
        });
        Ok(own.or_else(|| SessionData::default().dc_options.remove(&dc_id)))
    }

    fn set_dc_option(&self, option: &DcOption) -> BoxFuture<'_, Result<(), Infallible>> {
        // A data centre without a key is one that nobody has spoken to: the library knows it.
        if let Some(key) = option.auth_key {
            let centre = DataCentre { address: option.ipv4, key: AuthKey(key) };
            self.session().data_centres.insert(option.id, centre);
        }
        Box::pin(async { Ok(()) })
    }

    fn peer(&self, _: PeerId) -> BoxFuture<'_, Result<Option<PeerInfo>, Infallible>> {
        Box::pin(async { Ok(None) })
    }

    fn cache_peer(&self, _: PeerInfo) -> BoxFuture<'_, Result<(), Infallible>> {
        Box::pin(async { Ok(()) })
    }

    fn updates_state(&self) -> BoxFuture<'_, Result<UpdatesState, Infallible>> {
        Box::pin(async { Ok(UpdatesState::default()) })
    }

    fn set_update_state(&self, _: UpdateState) -> BoxFuture<'_, Result<(), Infallible>> {
        Box::pin(async { Ok(()) })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use grammers_session::Session as _;

    use super::*;

    fn telethon(dc: u8, bytes: usize) -> String {
        let mut packed = vec![dc, 127, 0, 0, 1, 0x1f, 0x90];
        packed.resize(bytes, 7);
        format!("1{}", BASE64_URL_SAFE.encode(packed))
    }

    #[test]
    fn a_session_string_of_telethons_is_taken_over_whole() {
        let session = Shared::new(Session::from_telethon(&telethon(4, TELETHON_BYTES)).unwrap());

        let option = session.dc_option(4).unwrap().unwrap();

        assert_eq!(session.home_dc(), 4);
        assert_eq!(option.ipv4, "127.0.0.1:8080".parse().unwrap());
        assert_eq!(option.auth_key, Some([7; 256]));
    }

    #[test]
    fn one_with_an_ipv6_address_leads_to_the_same_data_centre_by_its_ipv4_address() {
        let session = Shared::new(Session::from_telethon(&telethon(4, TELETHON_V6_BYTES)).unwrap());

        let option = session.dc_option(4).unwrap().unwrap();

        assert_eq!(option.auth_key, Some([7; 256]));
        assert_eq!(option.ipv4, SessionData::default().dc_options[&4].ipv4);
        assert!(Session::from_telethon(&telethon(99, TELETHON_V6_BYTES)).is_err());
    }

    #[test]
    fn what_is_no_session_string_is_refused() {
        for text in [String::new(), "1".to_owned(), telethon(2, 100), telethon(2, 263)[1..].into()]
        {
            assert_eq!(Session::from_telethon(&text).err(), Some(ImportError), "{text}");
        }
    }

    #[test]
    fn a_session_comes_back_from_its_secret_as_it_was() {
        let session = Shared::new(Session::from_telethon(&telethon(2, TELETHON_BYTES)).unwrap());
        session.remember(-1_000_000_000_077, -5);

        let json = serde_json::to_string(&session.snapshot()).unwrap();
        let again: Session = serde_json::from_str(&json).unwrap();

        assert!(again == session.snapshot());
        assert_eq!(Shared::new(again).access_hash(-1_000_000_000_077), Some(-5));
    }
}
