//! Lambda behind the HTTP API: authenticate, parse, record, wake.

mod answer;
mod block;
mod crm;
mod health;
mod limited;
mod managers;
mod routes;
mod secrets;
mod start;

pub use start::main;
