//! Connections: what every client says, and which question goes where.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE};
use grammers_crypto::AuthKey;
use grammers_tl_types::{
    self as tl, Cursor, Deserializable as _, Identifiable as _, Serializable as _,
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{
    answers,
    script::{Fault, Script},
    wire::{self, Frame, Received, Sender},
    world::World,
};

/// The data centre that clients are to think this is, unless a test says otherwise.
const DATA_CENTRE: u8 = 2;

/// The one salt. Who comes with another is told.
const SALT: i64 = 0x5A17;

/// How many of it are given out, one after another, and for how long each.
const SALTS: i32 = 32;
const SALT_SECONDS: i32 = 1_800;

/// Of the protocol itself, which the library keeps to itself. Source: Telegram, "Service messages".
const CONTAINER: u32 = 0x73f1_f8dc;
const RPC_RESULT: u32 = 0xf35c_6d01;
const ACKNOWLEDGED: u32 = 0x62d6_b459;
const BAD_SALT: i32 = 48;

/// A running server. Dropping it ends it.
pub struct Peer {
    address: SocketAddr,
    key: [u8; 256],
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

pub(crate) struct Shared {
    pub(crate) world: Mutex<World>,
    script: Mutex<Script>,
    /// Whether the key is a logged-in one.
    pub(crate) is_authorized: AtomicBool,
    /// Which data centre it is.
    pub(crate) data_centre: u8,
    last_id: AtomicI64,
    /// How many calls were answered with silence.
    silences: watch::Sender<u32>,
}

impl Peer {
    /// Starts a server for who has its session string; the account is logged in.
    pub async fn start(world: World) -> Self {
        Self::start_on(world, 0).await
    }

    /// The same, on this port.
    pub async fn start_on(world: World, port: u16) -> Self {
        Self::start_as(world, port, DATA_CENTRE).await
    }

    /// The same, as another data centre.
    pub async fn start_as(world: World, port: u16, data_centre: u8) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let mut key = [0; 256];
        key.fill_with(|| fastrand::u8(..));
        let shared = Arc::new(Shared {
            world: Mutex::new(world),
            script: Mutex::default(),
            is_authorized: AtomicBool::new(true),
            data_centre,
            last_id: AtomicI64::new(jiff::Timestamp::now().as_second() << 32),
            silences: watch::Sender::new(0),
        });
        let auth_key = AuthKey::from_bytes(key);
        let accepting = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (receiver, sender) = wire::split(stream, &auth_key);
                connections.spawn(serve(Arc::clone(&accepting), receiver, sender));
            }
        });
        Self { address, key, shared, task }
    }

    /// A session string of Telethon's that leads here, as its library would write it.
    #[must_use]
    pub fn session_string(&self) -> String {
        let mut bytes = vec![self.shared.data_centre, 127, 0, 0, 1];
        bytes.extend(self.address.port().to_be_bytes());
        bytes.extend(self.key);
        format!("1{}", BASE64_URL_SAFE.encode(bytes))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The `nth` call of a method from now on goes wrong; methods as in `messages.getHistory`.
    pub fn fault(&self, method: &str, nth: u32, fault: Fault) {
        self.shared.script().add(method, nth, fault);
    }

    /// How often a method was called.
    #[must_use]
    pub fn calls(&self, method: &str) -> u32 {
        self.shared.script().calls(method)
    }

    /// Changes what there is.
    pub fn change(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.shared.world());
    }

    /// Whether the account is logged in.
    #[must_use]
    pub fn is_authorized(&self) -> bool {
        self.shared.is_authorized.load(Ordering::SeqCst)
    }

    /// Ends the login, as a person does on another device.
    pub fn revoke(&self) {
        self.shared.is_authorized.store(false, Ordering::SeqCst);
    }

    /// Waits until a call was met with silence, since the last time that this was waited for.
    pub async fn until_silent(&self) {
        let mut silences = self.shared.silences.subscribe();
        silences.wait_for(|count| *count > 0).await.expect("the server is running");
        self.shared.silences.send_replace(0);
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The id of an answer: odd, and larger than the last.
    fn next_id(&self) -> i64 {
        self.last_id.fetch_add(4, Ordering::SeqCst) | 1
    }
}

async fn serve(shared: Arc<Shared>, mut receiver: wire::Receiver, mut sender: Sender) {
    while let Some(frame) = receiver.next().await {
        let Frame::Message(message) = frame else {
            sender.refuse_key().await;
            return;
        };
        if message.salt != SALT {
            let answer = tl::enums::BadMsgNotification::BadServerSalt(tl::types::BadServerSalt {
                bad_msg_id: message.id,
                bad_msg_seqno: 0,
                error_code: BAD_SALT,
                new_server_salt: SALT,
            });
            let id = shared.next_id();
            if !sender.send(message.session, SALT, id, &answer.to_bytes()).await {
                return;
            }
            continue;
        }
        for (id, body) in unpacked(message.id, message.body.clone()) {
            if !answer(&shared, &mut sender, &message, id, &body).await {
                return;
            }
        }
    }
}

/// A container's messages, or the one message.
fn unpacked(id: i64, body: Vec<u8>) -> Vec<(i64, Vec<u8>)> {
    let mut cursor = Cursor::from_slice(&body);
    if u32::deserialize(&mut cursor) != Ok(CONTAINER) {
        return vec![(id, body)];
    }
    let count = i32::deserialize(&mut cursor).expect("a container's length");
    let inner = |cursor: &mut Cursor<'_>| {
        let id = i64::deserialize(cursor).expect("an id");
        let _sequence = i32::deserialize(cursor).expect("a sequence number");
        let length = i32::deserialize(cursor).expect("a length");
        let bytes = (0..length).map(|_| cursor.read_byte().expect("a message"));
        (id, bytes.collect())
    };
    (0..count).map(|_| inner(&mut cursor)).collect()
}

/// Answers one message; false when the connection is over.
async fn answer(
    shared: &Shared,
    sender: &mut Sender,
    message: &Received,
    id: i64,
    body: &[u8],
) -> bool {
    let mut cursor = Cursor::from_slice(body);
    let constructor = u32::deserialize(&mut cursor).expect("a constructor");
    let reply = match constructor {
        ACKNOWLEDGED => return true,
        tl::functions::Ping::CONSTRUCTOR_ID
        | tl::functions::PingDelayDisconnect::CONSTRUCTOR_ID => {
            let ping_id = i64::deserialize(&mut cursor).expect("a ping's id");
            tl::enums::Pong::Pong(tl::types::Pong { msg_id: id, ping_id }).to_bytes()
        }
        tl::functions::GetFutureSalts::CONSTRUCTOR_ID => {
            let now = i32::try_from(id >> 32).expect("a time");
            // With one alone, a client asks for more at once, and again.
            let salt = |n: i32| tl::types::FutureSalt {
                valid_since: now + n * SALT_SECONDS,
                valid_until: now + (n + 2) * SALT_SECONDS,
                salt: SALT,
            };
            let salts = tl::RawVec((0..SALTS).map(salt).collect());
            let answer = tl::types::FutureSalts { req_msg_id: id, now, salts };
            tl::enums::FutureSalts::Salts(answer).to_bytes()
        }
        _ => {
            let (method, question) = answers::bare(body);
            let result = match shared.script().next(method) {
                Some(Fault::Drop) => return false,
                Some(Fault::Silence) => {
                    shared.silences.send_modify(|count| *count += 1);
                    return true;
                }
                Some(Fault::Error(code, name)) => answers::error(code, name),
                None => answers::to(shared, method, question),
            };
            let mut reply = RPC_RESULT.to_le_bytes().to_vec();
            reply.extend(id.to_le_bytes());
            reply.extend(result);
            reply
        }
    };
    sender.send(message.session, SALT, shared.next_id(), &reply).await
}
