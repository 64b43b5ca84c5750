//! Telegram's history in the table, under the keys that begin with `T#`.
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
