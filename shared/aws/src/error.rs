//! Errors of the SDK, sorted by what to do.

use std::fmt::Debug;

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use mirt_engine::failure::PortError;

/// The service answered with an error: its code, for a log line. The service's message may quote
/// what we sent, a customer's words among it, and is therefore dropped.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct ServiceCode(String);

/// Codes of errors that a later attempt may not meet.
const TRANSIENT: [&str; 12] = [
    "InternalServerError",
    "InternalFailure",
    "InternalServiceError",
    "ServiceUnavailable",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "RequestThrottled",
    "TransactionInProgressException",
    "TransactionConflictException",
    "RequestTimeout",
    "LimitExceededException",
];

/// Sorts an SDK error: what the service did not answer, or answered with a passing fault, is
/// unavailable; the rest is refused.
pub(crate) fn port_error<E>(
    service: &'static str,
    what: &'static str,
    error: SdkError<E, HttpResponse>,
) -> PortError
where
    E: ProvideErrorMetadata + Debug + Send + Sync + 'static,
{
    match &error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let code = answer.err().code().unwrap_or("no code").to_owned();
            let transient = status >= 500 || TRANSIENT.contains(&code.as_str());
            let source = Box::new(ServiceCode(code));
            if transient {
                PortError::Unavailable { service, source }
            } else {
                PortError::Refused { service, what, source }
            }
        }
        SdkError::ConstructionFailure(_) => {
            PortError::Refused { service, what, source: Box::new(ServiceCode(kind(&error))) }
        }
        _ => PortError::Unavailable { service, source: Box::new(ServiceCode(kind(&error))) },
    }
}

/// What became of a write with a condition: whether the condition held.
pub(crate) fn if_held<T, E>(
    what: &'static str,
    answer: Result<T, SdkError<E, HttpResponse>>,
) -> Result<bool, PortError>
where
    E: ProvideErrorMetadata + Debug + Send + Sync + 'static,
{
    match answer {
        Ok(_) => Ok(true),
        Err(SdkError::ServiceError(answer))
            if answer.err().code() == Some("ConditionalCheckFailedException") =>
        {
            Ok(false)
        }
        Err(error) => Err(port_error("dynamodb", what, error)),
    }
}

fn kind<E>(error: &SdkError<E, HttpResponse>) -> String {
    match error {
        SdkError::ConstructionFailure(_) => "the request could not be built".to_owned(),
        SdkError::TimeoutError(_) => "no answer in time".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            "no connection in time".to_owned()
        }
        SdkError::DispatchFailure(_) => "no connection".to_owned(),
        _ => "an unreadable answer".to_owned(),
    }
}

/// Stored data that cannot be read, or a value that cannot be stored.
pub(crate) fn unreadable(
    what: &'static str,
    source: impl std::error::Error + Send + Sync + 'static,
) -> PortError {
    PortError::Refused { service: "dynamodb", what, source: Box::new(source) }
}
