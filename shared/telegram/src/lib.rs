//! Reads Telegram's history over MTProto, as a user. Calls are raw: the questions that reading in
//! order needs have no other form in the library, and its own helpers panic on odd answers.

mod connection;
mod convert;
mod credentials;
mod errors;
mod login;
mod reader;
mod session;

pub use connection::{AppId, Connection};
pub use credentials::Credentials;
pub use login::{Account, CodeSent, LoginError, Step};
pub use reader::Reader;
pub use session::{ImportError, Session};
