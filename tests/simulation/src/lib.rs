//! The real use cases of the engine in a made-up world: webhooks, dialogue instances, FIFO
//! queues, a store, channels, a model and a CRM, in virtual time and in an order that a seed decides.
//!
//! Every call that leaves a process is a point at which the seed may kill the process, before or
//! after the call's effect, let the call fail, lose its answer, repeat it or hold it up. After each
//! run the invariants of the architecture are checked. A seed that breaks one is run again, with a
//! line for every step, by `cargo run -p mirt-simulation -- --seed N`.

mod channel;
mod checkout;
mod crm;
mod crm_webhook;
mod customers;
mod dialogue;
pub mod executor;
mod guards;
mod ledger;
mod model;
pub mod mutant;
mod order_store;
mod orders;
mod process;
mod queue;
mod run;
mod scenario;
mod store;
mod store_ports;
pub mod summary;
mod sweeper;
mod weather;
mod webhook;
mod world;

pub use run::{Outcome, run, run_trouble};
pub use scenario::ChannelTrouble;
