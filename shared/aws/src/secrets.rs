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

/// A secret's text as a JSON object of the form that `T` wants, as whoever starts with it reads it.
///
/// # Errors
/// When it is not of that form: which member is not.
pub fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, SecretError> {
    let mut json = serde_json::Deserializer::from_str(text);
    let whole = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| problem(&error.path().to_string(), error.inner()));
    let whole = whole.and_then(|whole| json.end().map(|()| whole).map_err(|error| place(&error)));
    whole.map_err(|problem| SecretError::Malformed { name: name.to_owned(), problem })
}

/// What is wrong with a secret, without a value of it.
fn problem(member: &str, error: &serde_json::Error) -> String {
    let text = error.to_string();
    // These say a member's name; serde_json's other texts may quote a value.
    let is_missing = error.is_data() && text.starts_with("missing field ");
    match text.split_once(" at line ") {
        Some((missing, _)) if is_missing => missing.to_owned(),
        _ if error.is_data() && member != "." => format!("{member} is of another form"),
        _ => place(error),
    }
}

fn place(error: &serde_json::Error) -> String {
    format!("line {}, column {}", error.line(), error.column())
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

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether it can be read is looked at")]
    struct Secret {
        key: String,
        account: Option<Account>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether it can be read is looked at")]
    struct Account {
        number: String,
    }

    #[test]
    fn a_secret_of_another_form_is_told_by_its_member_and_never_by_a_value() {
        for (text, problem) in [
            (r#"{"key":["s3cret"]}"#, "(key is of another form)"),
            (r#"{"key":"a","account":{"number":31337}}"#, "(account.number is of another form)"),
            (r#"{"account":null}"#, "(missing field `key`)"),
            (r#""s3cret""#, "(line 1, column 8)"),
            (r#"{"key":"s3cret""#, "(line 1, column 15)"),
            (r#"{"key":"a"} s3cret"#, "(line 1, column 13)"),
        ] {
            let error = parse::<Secret>("n", text).map_err(|error| error.to_string());

            let said = error.err().unwrap_or_default();
            assert!(said.ends_with(problem), "{text}: {said}");
            assert!(!said.contains("s3cret") && !said.contains("31337"), "{said}");
        }
    }
}
