//! The engine's ports on DynamoDB, SQS and Secrets Manager.

mod answers;
mod cards;
pub mod conversations;
pub mod customers;
mod day_book;
pub mod dead_letters;
mod due;
mod error;
pub mod history;
pub mod history_queues;
pub mod http_client;
mod inbox;
pub mod inspect;
pub mod metrics;
mod model;
mod notices;
pub mod orders;
pub mod queue;
mod reading;
pub mod rotation;
pub mod sdk;
pub mod secrets;
pub mod sessions;
pub mod table;
mod transaction;
pub mod trouble;
