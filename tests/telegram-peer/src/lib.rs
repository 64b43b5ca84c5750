//! A Telegram server for tests, on a loopback port: chats that a test makes up, floods, faults and
//! silences that it scripts. Its own code over the published crates, and only their lowest layers.
//!
//! Clients bring a key that both sides know, so that there is no handshake: the library's public
//! keys are Telegram's own.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test whose surroundings fail must fail, at the place where they do"
)]

mod answers;
mod history;
mod login;
pub mod make;
pub mod sample;
mod script;
mod server;
mod wire;
mod world;

pub use login::{CODE, HINT, PASSWORD};
pub use script::Fault;
pub use server::Peer;
pub use world::{Chat, World};
