//! AWS on a loopback port: DynamoDB, SQS, Secrets Manager, Lambda, HTTP API; wired from template.yaml.
