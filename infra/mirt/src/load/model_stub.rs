//! In the place of the model: answers every question after a while, in the shape that was asked for, and
//! adds nothing to what code decided.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Json, Router, extract::State, routing::post};
use mirt_domain::model::{Usage, echo};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle, time::sleep};

use crate::responses;

/// A stub of OpenAI's API on a loopback port. Dropping it ends it.
pub(super) struct ModelStub {
    url: String,
    asked: Asked,
    server: JoinHandle<()>,
}

/// How long an answer takes, and how many questions there were.
#[derive(Clone)]
struct Asked {
    takes: Duration,
    count: Arc<AtomicU64>,
}

impl ModelStub {
    /// Starts it; each answer takes so long.
    pub(super) async fn start(takes: Duration) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}/v1", listener.local_addr()?);
        let asked = Asked { takes, count: Arc::default() };
        let router = Router::new()
            .route("/v1/responses", post(respond))
            .route("/v1/moderations", post(moderate))
            .with_state(asked.clone());
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(event = "model_stub_ended", %error);
            }
        });
        Ok(Self { url, asked, server })
    }

    /// The base of its API.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// How many questions it was asked.
    pub(super) fn asked(&self) -> u64 {
        self.asked.count.load(Ordering::Relaxed)
    }
}

impl Drop for ModelStub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn respond(State(asked): State<Asked>, Json(question): Json<Value>) -> Json<Value> {
    asked.count.fetch_add(1, Ordering::Relaxed);
    sleep(asked.takes).await;
    let used = Usage { input_tokens: 3_000, output_tokens: 200, ..Usage::default() };
    Json(responses::completed(&question, &echo(responses::input(&question)), &used))
}

async fn moderate() -> Json<Value> {
    Json(responses::unflagged())
}
