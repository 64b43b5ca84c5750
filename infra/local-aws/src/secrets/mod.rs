//! AWS Secrets Manager over the SQLite file of the queues: secrets by name, with versions.
//!
//! Not emulated: rotation, replication, deletion, resource policies, encryption at rest (the file
//! is as private as its folder).

mod error;
mod versions;

use rusqlite::Transaction;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

pub use self::error::SecretsError;
use self::versions::{Secret, SecretValue, Selector};
use crate::{
    clock::{Clock, UnixMillis},
    json_protocol::Reply,
    site::Site,
    store::Store,
};

/// The store of secrets.
#[derive(Debug)]
pub struct Secrets {
    store: Store,
    clock: Clock,
    /// What every ARN begins with.
    arn_prefix: String,
}

impl Secrets {
    pub(crate) fn new(store: Store, clock: Clock, site: &Site) -> Self {
        Self { store, clock, arn_prefix: site.arn("secretsmanager", "secret:") }
    }

    /// Makes the secret, or gives it a new current version if its value is another one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn ensure_secret(&self, name: &str, value: &str) -> Result<(), SecretsError> {
        let name = name.to_owned();
        let value = SecretValue { string: Some(value.to_owned()), binary: None };
        self.transaction(move |tx, now| {
            let secret = match Secret::find(tx, &name)? {
                Some(secret) => secret,
                None => Secret::create(tx, &name, None, now)?,
            };
            let current = secret.version(tx, Selector::Current)?;
            if current.is_none_or(|current| current.value != value) {
                secret.put(tx, None, &value, now)?;
            }
            Ok(())
        })
        .await
    }

    /// Answers one call.
    pub(crate) async fn call(&self, operation: &str, body: &[u8]) -> Reply {
        let answer = match operation {
            "CreateSecret" => self.answer(body, create).await,
            "PutSecretValue" => self.answer(body, put).await,
            "GetSecretValue" => self.answer(body, get).await,
            "DescribeSecret" => self.answer(body, describe).await,
            "ListSecrets" => self.answer(body, list).await,
            _ => return Reply::unknown_operation(operation),
        };
        answer.map_or_else(SecretsError::into_reply, |answer| Reply::ok(&answer))
    }

    async fn answer<Request: DeserializeOwned + Send + 'static>(
        &self,
        body: &[u8],
        operation: fn(&Context<'_>, Request) -> Result<Value, SecretsError>,
    ) -> Result<Value, SecretsError> {
        let request = serde_json::from_slice(body).map_err(|error| {
            // serde_json's own text may quote what it found, and that may be a secret.
            SecretsError::Unreadable { line: error.line(), column: error.column() }
        })?;
        let arn_prefix = self.arn_prefix.clone();
        self.transaction(move |tx, now| {
            operation(&Context { tx, now, arn_prefix: &arn_prefix }, request)
        })
        .await
    }

    async fn transaction<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>, UnixMillis) -> Result<T, SecretsError> + Send + 'static,
    ) -> Result<T, SecretsError> {
        let now = self.clock.now();
        self.store.transaction(move |tx| work(tx, now)).await
    }
}

/// What an operation works with.
struct Context<'a> {
    tx: &'a Transaction<'a>,
    now: UnixMillis,
    arn_prefix: &'a str,
}

impl Context<'_> {
    /// The secret that a name or an ARN (with or without its six last letters) stands for.
    fn secret(&self, id: &str) -> Result<Secret, SecretsError> {
        let name = id.strip_prefix(self.arn_prefix).unwrap_or(id);
        Secret::find(self.tx, name)?.ok_or(SecretsError::NotFound)
    }

    fn arn(&self, secret: &Secret) -> String {
        format!("{}{}-{}", self.arn_prefix, secret.name, secret.suffix)
    }

    fn description(&self, secret: &Secret) -> Result<Value, SecretsError> {
        Ok(json!({
            "ARN": self.arn(secret),
            "Name": secret.name,
            "Description": secret.description,
            "CreatedDate": secret.created / 1_000,
            "VersionIdsToStages": secret.stages(self.tx)?,
        }))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CreateSecretRequest {
    name: String,
    description: Option<String>,
    client_request_token: Option<String>,
    #[serde(flatten)]
    value: SecretValue,
}

fn create(context: &Context<'_>, request: CreateSecretRequest) -> Result<Value, SecretsError> {
    let Context { tx, now, .. } = *context;
    let token = request.client_request_token.as_deref();
    let secret = match Secret::find(tx, &request.name)? {
        None => Secret::create(tx, &request.name, request.description.as_deref(), now)?,
        // A repeated request finds the version that it made.
        Some(secret) => match token {
            Some(token) if secret.version(tx, Selector::Id(token))?.is_some() => secret,
            _ => return Err(SecretsError::Exists),
        },
    };
    let version = match request.value {
        SecretValue { string: None, binary: None } => None,
        value => Some(secret.put(tx, token, &value, now)?),
    };
    Ok(json!({ "ARN": context.arn(&secret), "Name": secret.name, "VersionId": version }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutSecretValueRequest {
    secret_id: String,
    client_request_token: Option<String>,
    #[serde(flatten)]
    value: SecretValue,
}

fn put(context: &Context<'_>, request: PutSecretValueRequest) -> Result<Value, SecretsError> {
    let secret = context.secret(&request.secret_id)?;
    let token = request.client_request_token.as_deref();
    let version = secret.put(context.tx, token, &request.value, context.now)?;
    Ok(json!({
        "ARN": context.arn(&secret),
        "Name": secret.name,
        "VersionStages": secret.stages(context.tx)?.get(&version),
        "VersionId": version,
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetSecretValueRequest {
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
}

fn get(context: &Context<'_>, request: GetSecretValueRequest) -> Result<Value, SecretsError> {
    let secret = context.secret(&request.secret_id)?;
    let selector = match (&request.version_id, &request.version_stage) {
        (Some(id), _) => Selector::Id(id),
        (None, Some(stage)) => Selector::Stage(stage),
        (None, None) => Selector::Current,
    };
    let version = secret.version(context.tx, selector)?.ok_or(SecretsError::NotFound)?;
    Ok(json!({
        "ARN": context.arn(&secret),
        "Name": secret.name,
        "VersionId": version.id,
        "VersionStages": Vec::from_iter(version.stage),
        "SecretString": version.value.string,
        "SecretBinary": version.value.binary,
        "CreatedDate": version.created / 1_000,
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribeSecretRequest {
    secret_id: String,
}

fn describe(context: &Context<'_>, request: DescribeSecretRequest) -> Result<Value, SecretsError> {
    context.description(&context.secret(&request.secret_id)?)
}

#[derive(Deserialize)]
struct ListSecretsRequest {}

fn list(context: &Context<'_>, _: ListSecretsRequest) -> Result<Value, SecretsError> {
    let mut entries = Vec::new();
    for secret in Secret::all(context.tx)? {
        entries.push(context.description(&secret)?);
    }
    Ok(json!({ "SecretList": entries }))
}
