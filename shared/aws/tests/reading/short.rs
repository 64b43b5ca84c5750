//! A table that is short of capacity: it leaves a part of what it is asked for undone.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Json, Router, extract::State, routing::post};
use mirt_aws::{sdk, table::Table};
use serde_json::{Value, json};

const NAME: &str = "short";

/// The table, and how it is asked.
pub(super) struct Short {
    pub(super) table: Table,
    asked: Arc<AtomicUsize>,
}

impl Short {
    /// One that leaves the last of what each of the first so many requests asks for.
    pub(super) async fn for_requests(short: usize) -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let state = (Arc::clone(&asked), short);
        let router = Router::new().route("/", post(answer)).with_state(state);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let http = mirt_http::client().unwrap();
        let config = sdk::local_config(http, &url, "us-east-1".to_owned()).await;
        Self { table: Table::new(&config, NAME.to_owned()), asked }
    }

    pub(super) fn requests(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn answer(
    State((asked, short)): State<(Arc<AtomicUsize>, usize)>,
    body: axum::body::Bytes,
) -> Json<Value> {
    let is_short = asked.fetch_add(1, Ordering::SeqCst) < short;
    let body: Value = serde_json::from_slice(&body).unwrap();
    let wanted = &body["RequestItems"][NAME];
    let mut done = wanted["Keys"].as_array().or(wanted.as_array()).cloned().unwrap();
    let left: Vec<Value> = is_short.then(|| done.pop()).flatten().into_iter().collect();
    let (no_keys, no_items) = match (wanted.is_array(), left.is_empty()) {
        (_, true) => (json!({}), json!({})),
        (false, false) => (json!({ NAME: { "Keys": left } }), json!({})),
        (true, false) => (json!({}), json!({ NAME: left })),
    };
    // Each item that is there says how far it is.
    for item in done.iter_mut().filter(|_| !wanted.is_array()) {
        let is_intake = item["sk"]["S"] == "INTAKE";
        item[if is_intake { "recorded" } else { "version" }] = json!({ "N": "3" });
    }
    Json(json!({
        "Responses": { NAME: if wanted.is_array() { Vec::new() } else { done } },
        "UnprocessedKeys": no_keys,
        "UnprocessedItems": no_items,
    }))
}
