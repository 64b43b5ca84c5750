//! The AWS services of this machine: how often each was called, and failing on demand.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, put},
};
use mirt_local_aws::{
    endpoint::Endpoint,
    service::{Fault, Lasting, Service},
};
use serde::Deserialize;

/// A service, by the name it has in addresses.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Name {
    Dynamodb,
    Sqs,
    Secretsmanager,
}

impl From<Name> for Service {
    fn from(name: Name) -> Self {
        match name {
            Name::Dynamodb => Self::DynamoDb,
            Name::Sqs => Self::Sqs,
            Name::Secretsmanager => Self::SecretsManager,
        }
    }
}

/// `GET /local/calls`; `PUT` and `DELETE /local/faults/<service>`.
pub(super) fn routes(endpoint: Arc<Endpoint>) -> Router {
    Router::new()
        .route("/local/calls", get(calls))
        .route("/local/faults/{service}", put(fail).delete(work))
        .with_state(endpoint)
}

/// The calls of each operation since the start.
async fn calls(State(endpoint): State<Arc<Endpoint>>) -> Json<BTreeMap<String, u64>> {
    Json(endpoint.calls().snapshot())
}

/// The service answers 503 until it is told to work again.
async fn fail(State(endpoint): State<Arc<Endpoint>>, Path(service): Path<Name>) -> StatusCode {
    endpoint.faults().set(service.into(), Fault::Unavailable, Lasting::UntilCleared);
    StatusCode::NO_CONTENT
}

async fn work(State(endpoint): State<Arc<Endpoint>>, Path(service): Path<Name>) -> StatusCode {
    endpoint.faults().clear(service.into());
    StatusCode::NO_CONTENT
}
