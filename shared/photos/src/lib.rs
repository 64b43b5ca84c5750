//! Customers' photos: fetched by us from public addresses only, decoded by what they hold and not
//! by their name, scaled down, without what cameras write into them, and compared by their look.
//!
//! A link is a customer's word: whoever sends one chooses where our function connects to. So the
//! name is resolved by us, every address of it has to be public, the connection goes to the address
//! that was checked, and each redirect is checked anew.

pub mod address;
pub mod fetch;
pub mod picture;
