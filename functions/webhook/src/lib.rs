//! Lambda behind the HTTP API: authenticate, parse, record, wake.

mod answer;
mod block;
mod crm;
mod flow;
mod follow_up;
mod health;
mod limited;
mod managers;
mod media;
mod order_form;
mod routes;
mod secrets;
mod start;
mod visit;

pub use secrets::{NEEDED_OF_SECRET, UnsetToken, UnusableSecret, check_secret};
pub use start::main;
