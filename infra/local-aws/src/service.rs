//! The emulated services, how often each of their operations was called, and faults on purpose.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use crate::json_protocol::Reply;

/// One of the services behind the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Amazon DynamoDB.
    DynamoDb,
    /// Amazon SQS.
    Sqs,
    /// AWS Secrets Manager.
    SecretsManager,
}

impl Service {
    /// Reads `X-Amz-Target`: service and operation.
    pub(crate) fn of_target(target: &str) -> Option<(Self, &str)> {
        let (prefix, operation) = target.split_once('.')?;
        let service = match prefix {
            "DynamoDB_20120810" => Self::DynamoDb,
            "AmazonSQS" => Self::Sqs,
            "secretsmanager" => Self::SecretsManager,
            _ => return None,
        };
        Some((service, operation))
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DynamoDb => "dynamodb",
            Self::Sqs => "sqs",
            Self::SecretsManager => "secretsmanager",
        })
    }
}

/// How often each operation was called over HTTP since the start, faults included.
#[derive(Debug, Default)]
pub struct Calls(Mutex<BTreeMap<String, u64>>);

impl Calls {
    /// The counts so far, keyed `service.Operation`: `sqs.SendMessage`.
    #[must_use]
    pub fn snapshot(&self) -> BTreeMap<String, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn count(&self, service: Service, operation: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(format!("{service}.{operation}")).or_default() += 1;
    }
}

/// Capacity of DynamoDB, in halves of a unit: an eventually consistent read of up to 4 KB is one half.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct HalfUnits(pub u64);

impl fmt::Display for HalfUnits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.0 / 2, if self.0.is_multiple_of(2) { "" } else { ".5" })
    }
}

impl std::iter::Sum for HalfUnits {
    fn sum<I: Iterator<Item = Self>>(units: I) -> Self {
        Self(units.map(|units| units.0).sum())
    }
}

/// What DynamoDB would have billed since the start, by operation: read units for reads, write units
/// for writes.
#[derive(Debug, Default)]
pub struct Capacity(Mutex<BTreeMap<String, HalfUnits>>);

impl Capacity {
    /// The units so far, keyed as calls are: `dynamodb.Query`.
    #[must_use]
    pub fn snapshot(&self) -> BTreeMap<String, HalfUnits> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn count(&self, operation: &str, units: HalfUnits) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.entry(format!("{}.{operation}", Service::DynamoDb)).or_default().0 += units.0;
    }
}

/// What a service does instead of its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 503: nobody there.
    Unavailable,
    /// 500: it broke.
    InternalError,
    /// 400 with the service's own code for "too many requests".
    Throttled,
}

impl Fault {
    /// What `service` answers.
    pub(crate) fn reply(self, service: Service) -> Reply {
        let (status, code) = match (self, service) {
            (Self::Unavailable, _) => (503, "ServiceUnavailable"),
            (Self::InternalError, Service::DynamoDb) => (500, "InternalServerError"),
            (Self::InternalError, Service::Sqs) => (500, "InternalFailure"),
            (Self::InternalError, Service::SecretsManager) => (500, "InternalServiceError"),
            (Self::Throttled, Service::Sqs) => (400, "RequestThrottled"),
            (Self::Throttled, _) => (400, "ThrottlingException"),
        };
        let reply = Reply::error(status, code, "A fault was asked for.");
        match service {
            Service::Sqs => reply.with_query_error(code),
            Service::DynamoDb | Service::SecretsManager => reply,
        }
    }
}

/// How long a fault lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// This many calls; 0 is none.
    Calls(u32),
    /// Until [`Faults::clear`].
    UntilCleared,
}

/// Faults that a test has asked for.
#[derive(Debug, Default)]
pub struct Faults(Mutex<BTreeMap<Service, (Fault, Lasting)>>);

impl Faults {
    /// Makes `service` answer with `fault`; replaces an earlier fault of that service.
    ///
    /// Calls through the Rust API (the queues' own event source mapping, for example) are not met.
    pub fn set(&self, service: Service, fault: Fault, lasting: Lasting) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(service, (fault, lasting));
    }

    /// Makes `service` work again.
    pub fn clear(&self, service: Service) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&service);
    }

    /// Whether `service` was made to fail.
    #[must_use]
    pub fn is_set(&self, service: Service) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&service)
    }

    /// The fault that the next call of `service` meets, if any.
    pub(crate) fn next(&self, service: Service) -> Option<Fault> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (fault, lasting) = faults.get_mut(&service)?;
        if let Lasting::Calls(left) = lasting {
            *left = left.checked_sub(1)?;
        }
        Some(*fault)
    }
}
