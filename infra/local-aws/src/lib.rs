//! AWS on a loopback port: DynamoDB, SQS, Secrets Manager, Lambda, HTTP API; wired from template.yaml.

pub mod gateway;
pub mod lambda;
pub mod mapping;
pub mod permissions;
pub mod schedule;
pub mod site;
pub mod template;

pub mod clock;
pub mod dynamodb;
pub mod endpoint;
mod json_protocol;
mod random;
pub mod secrets;
pub mod service;
pub mod sqs;
mod store;
