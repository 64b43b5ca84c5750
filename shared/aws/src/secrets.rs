//! Secrets by name: read when a function starts; one that changes with use is written back.

use aws_sdk_secretsmanager::operation::put_secret_value::PutSecretValueError;
use mirt_engine::failure::PortError;
use serde::{Serialize, de::DeserializeOwned};

use crate::error::port_error;

/// A secret that cannot be used. Its value is never part of the error.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The store of secrets did not give it.
    #[error("the secret {name} could not be read")]
    Store {
        /// Its name.
        name: String,
        /// What the store said.
        #[source]
        source: PortError,
    },
    /// It is no JSON object of the expected form.
    #[error("the secret {name} is no JSON object with the expected fields ({problem})")]
    Malformed {
        /// Its name.
        name: String,
        /// Where it goes wrong; holds no value of the secret.
        problem: String,
    },
}

/// Reads the secret `name`, a JSON object.
///
/// # Errors
/// When it is not there, not readable by this function, or not of the form that `T` wants.
pub async fn read<T: DeserializeOwned>(
    config: &aws_config::SdkConfig,
    name: &str,
) -> Result<T, SecretError> {
    let text = text(&aws_sdk_secretsmanager::Client::new(config), name).await?;
    parse(name, &text)
}

/// The text of the secret `name`.
pub(crate) async fn text(
    client: &aws_sdk_secretsmanager::Client,
    name: &str,
) -> Result<String, SecretError> {
    let answer = client.get_secret_value().secret_id(name).send().await;
    let answer = answer.map_err(|error| SecretError::Store {
        name: name.to_owned(),
        source: port_error("secretsmanager", "a secret", error),
    })?;
    Ok(answer.secret_string.unwrap_or_default())
}

/// A secret's text as a JSON object.
pub(crate) fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, SecretError> {
    serde_json::from_str(text).map_err(|error| SecretError::Malformed {
        name: name.to_owned(),
        // serde_json's own text may quote a value; its place does not.
        problem: format!("line {}, column {}", error.line(), error.column()),
    })
}

/// Writes the secret `name`, which is made if it is not there.
///
/// # Errors
/// When the store did not take it, or `value` is none that JSON can hold.
pub async fn write<T: Serialize>(
    config: &aws_config::SdkConfig,
    name: &str,
    value: &T,
) -> Result<(), SecretError> {
    let failed = |source| SecretError::Store { name: name.to_owned(), source };
    let json = serde_json::to_string(value)
        .map_err(|error| failed(crate::error::unreadable("a secret", error)))?;
    let client = aws_sdk_secretsmanager::Client::new(config);
    let put = client.put_secret_value().secret_id(name).secret_string(&json).send().await;
    let Err(error) = put else { return Ok(()) };
    if !error.as_service_error().is_some_and(PutSecretValueError::is_resource_not_found_exception) {
        return Err(failed(port_error("secretsmanager", "a secret", error)));
    }
    let made = client.create_secret().name(name).secret_string(json).send().await;
    made.map(|_| ()).map_err(|error| failed(port_error("secretsmanager", "a new secret", error)))
}
