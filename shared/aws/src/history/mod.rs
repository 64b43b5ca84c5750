//! Telegram's history in the table.
//!
//! | pk | sk | what |
//! |---|---|---|
//! | `T#LEASE` | `LEASE` | who may use the session, and until when; its fence grows with every holder |
//! | `T#CHATS` | `<chat>` | a chat, as Telegram describes it |
//! | `T#<chat>` | `DAY#<day>` | the day's record: what readers see, its state |
//! | | `WORK#<day>` | a day that is being read, and how far it is |
//! | `T#<chat>#<day>` | `G#<generation>#<page>#<part>` | a page, compressed, cut to fit |
//! | | `G#<generation>#DIGEST` | the digest, compressed |
//!
//! Pages go under a generation that no reader knows until the record names it: a reader sees a whole
//! day or none. Whatever a holder of the lease writes carries its fence, and is refused once another
//! has written: a process that was thought dead cannot spoil what its successor does.

mod days;
mod keys;
mod lease;
mod pages;
mod read;

pub use read::StoredDay;
