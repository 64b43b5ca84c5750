//! DynamoDB, SQS and Secrets Manager, as the official SDK sees them. Time is moved by hand, so no
//! test sleeps.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod dynamodb;
mod endpoint;
mod harness;
mod permissions;
mod persistence;
mod secrets;
mod sqs_batches;
mod sqs_dead_letters;
mod sqs_deduplication;
mod sqs_limits;
mod sqs_order;
mod sqs_queues;
mod sqs_receiving;
mod sqs_visibility;
