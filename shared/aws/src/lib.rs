//! The engine's ports on DynamoDB, SQS and Secrets Manager.
