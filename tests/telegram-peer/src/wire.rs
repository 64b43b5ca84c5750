//! MTProto 2.0 as a server speaks it: frames of the full transport, their encryption, messages.
//! Source: Telegram, "MTProto 2.0: detailed description".

use grammers_crypto::{AuthKey, DequeBuffer, aes};
use grammers_mtproto::transport::{Error, Full, Transport as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

/// Where each direction's part of the key begins.
const FROM_CLIENT: usize = 0;
const FROM_SERVER: usize = 8;

/// Key id and message key.
const HEAD: usize = 24;

/// Salt, session, message id, sequence number, length.
const ENVELOPE: usize = 32;

/// A message of a client, decrypted.
pub(crate) struct Received {
    pub(crate) salt: i64,
    pub(crate) session: i64,
    pub(crate) id: i64,
    pub(crate) body: Vec<u8>,
}

/// What a client sent.
pub(crate) enum Frame {
    Message(Received),
    /// Encrypted with a key that is not known here, or not at all.
    Stranger,
}

/// The receiving half of a connection.
pub(crate) struct Receiver {
    stream: OwnedReadHalf,
    transport: Full,
    buffer: Vec<u8>,
    key: AuthKey,
}

/// The sending half.
pub(crate) struct Sender {
    stream: OwnedWriteHalf,
    transport: Full,
    key: AuthKey,
}

pub(crate) fn split(stream: TcpStream, key: &AuthKey) -> (Receiver, Sender) {
    let (read, write) = stream.into_split();
    (
        Receiver { stream: read, transport: Full::new(), buffer: Vec::new(), key: key.clone() },
        Sender { stream: write, transport: Full::new(), key: key.clone() },
    )
}

impl Receiver {
    /// The next frame; none when the client is gone.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        loop {
            match self.transport.unpack(&mut self.buffer) {
                Ok(offset) => {
                    let mut frame = self.buffer[offset.data_range].to_vec();
                    self.buffer.drain(..offset.next_offset);
                    return Some(
                        decrypt(&mut frame, &self.key).map_or(Frame::Stranger, Frame::Message),
                    );
                }
                Err(Error::MissingBytes) => {
                    if self.stream.read_buf(&mut self.buffer).await.ok()? == 0 {
                        return None;
                    }
                }
                Err(error) => panic!("a client's frame: {error}"),
            }
        }
    }
}

impl Sender {
    /// Sends a message; false when the client is gone.
    pub(crate) async fn send(&mut self, session: i64, salt: i64, id: i64, body: &[u8]) -> bool {
        let mut plain = Vec::with_capacity(ENVELOPE + body.len() + 32);
        plain.extend(salt.to_le_bytes());
        plain.extend(session.to_le_bytes());
        plain.extend(id.to_le_bytes());
        plain.extend(1_i32.to_le_bytes());
        plain.extend(i32::try_from(body.len()).expect("a short answer").to_le_bytes());
        plain.extend(body);
        // 12 to 1024 bytes, and a multiple of 16 in all.
        let padding = 12 + (16 - (plain.len() + 12) % 16) % 16;
        plain.extend(std::iter::repeat_with(|| fastrand::u8(..)).take(padding));

        let message_key = message_key(&self.key, FROM_SERVER, &plain);
        let (key, iv) = cipher(&self.key, FROM_SERVER, &message_key);
        aes::ige_encrypt(&mut plain, &key, &iv);
        let mut buffer = DequeBuffer::with_capacity(plain.len() + HEAD + 4, 8);
        buffer.extend(key_id(&self.key));
        buffer.extend(message_key);
        buffer.extend(plain);
        self.transport.pack(&mut buffer);
        self.stream.write_all(buffer.as_ref()).await.is_ok()
    }

    /// Says with a number of the transport that the key is not known.
    pub(crate) async fn refuse_key(&mut self) {
        let _ = self.stream.write_all(&(-404_i32).to_le_bytes()).await;
    }
}

fn decrypt(frame: &mut [u8], auth_key: &AuthKey) -> Option<Received> {
    let (head, data) = frame.split_at_mut_checked(HEAD)?;
    if head[..8] != key_id(auth_key) || data.len() % 16 != 0 {
        return None;
    }
    let client_key: [u8; 16] = head[8..].try_into().expect("sixteen bytes");
    let (key, iv) = cipher(auth_key, FROM_CLIENT, &client_key);
    aes::ige_decrypt(data, &key, &iv);
    assert_eq!(message_key(auth_key, FROM_CLIENT, data), client_key, "a client's message key");
    let number = |at: usize| i64::from_le_bytes(data[at..at + 8].try_into().expect("eight bytes"));
    let length = i32::from_le_bytes(data[28..32].try_into().expect("four bytes"));
    let length = usize::try_from(length).expect("a length");
    Some(Received {
        salt: number(0),
        session: number(8),
        id: number(16),
        body: data[ENVELOPE..ENVELOPE + length].to_vec(),
    })
}

/// The last eight bytes of the key's SHA-1.
fn key_id(key: &AuthKey) -> [u8; 8] {
    Sha1::digest(key.to_bytes())[12..].try_into().expect("eight bytes")
}

fn message_key(key: &AuthKey, side: usize, plain: &[u8]) -> [u8; 16] {
    let large =
        Sha256::new().chain_update(&key.to_bytes()[88 + side..120 + side]).chain_update(plain);
    large.finalize()[8..24].try_into().expect("sixteen bytes")
}

fn cipher(key: &AuthKey, side: usize, message_key: &[u8; 16]) -> ([u8; 32], [u8; 32]) {
    let bytes = key.to_bytes();
    let a =
        Sha256::new().chain_update(message_key).chain_update(&bytes[side..side + 36]).finalize();
    let b = Sha256::new()
        .chain_update(&bytes[40 + side..76 + side])
        .chain_update(message_key)
        .finalize();
    let join = |first: &[u8], second: &[u8], third: &[u8]| {
        [first, second, third].concat().try_into().expect("thirty-two bytes")
    };
    (join(&a[..8], &b[8..24], &a[24..]), join(&b[..8], &a[8..24], &b[24..]))
}
