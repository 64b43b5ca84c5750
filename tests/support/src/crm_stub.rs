//! In place of the CRM: takes orders, gives them by our name for them, answers as told.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{get, patch},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};

/// How long a test waits for an order that should come.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the stub does with a call instead of what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrmTrouble {
    /// Answers with this status, and does nothing.
    Status(u16),
    /// Never answers, and does nothing.
    Silence,
    /// Does what it should, and answers with this status all the same.
    DoneBut(u16),
    /// Does what it should, and never answers.
    DoneInSilence,
}

#[derive(Default)]
struct Calls {
    orders: Vec<Value>,
    calls: Vec<&'static str>,
    violations: Vec<String>,
    script: VecDeque<Option<CrmTrouble>>,
    is_down: bool,
    /// Chats, by their numbers: whose they are, and what was changed of them, in order.
    chats: Vec<(String, Vec<Value>)>,
}

#[derive(Clone)]
struct Shared {
    calls: Arc<Mutex<Calls>>,
    changed: Arc<watch::Sender<()>>,
    key: String,
}

impl Shared {
    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a call, and gives what is to go wrong with it.
    fn begin(&self, call: &'static str, headers: &HeaderMap) -> Option<CrmTrouble> {
        let mut calls = self.calls();
        calls.calls.push(call);
        let bearer = format!("Bearer {}", self.key);
        if headers.get("authorization").and_then(|value| value.to_str().ok()) != Some(&bearer) {
            calls.violations.push("the bearer is not the shop's key".to_owned());
        }
        if calls.is_down {
            return Some(CrmTrouble::Status(503));
        }
        calls.script.pop_front().flatten()
    }

    async fn end(&self, trouble: Option<CrmTrouble>, success: Response) -> Response {
        self.changed.send_replace(());
        let status = |status| StatusCode::from_u16(status).expect("a status").into_response();
        match trouble {
            None => success,
            Some(CrmTrouble::Status(code) | CrmTrouble::DoneBut(code)) => status(code),
            Some(CrmTrouble::Silence | CrmTrouble::DoneInSilence) => {
                std::future::pending::<()>().await;
                status(500)
            }
        }
    }
}

/// A stub in place of Sitniks.
pub struct CrmStub {
    address: SocketAddr,
    shared: Shared,
}

#[derive(Deserialize)]
struct Wanted {
    external_id: String,
}

impl CrmStub {
    /// A stub that wants `key` as its bearer.
    pub async fn start(key: &str) -> Self {
        let shared = Shared {
            calls: Arc::default(),
            changed: Arc::new(watch::channel(()).0),
            key: key.to_owned(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let router = Router::new()
            .route("/api/orders", get(find).post(create))
            .route("/open-api/chats", get(chats))
            .route("/open-api/chats/{id}", patch(change_chat))
            .route("/open-api/chats/{id}/status", patch(change_chat))
            .route("/open-api/managers", get(users))
            .with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shared }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What goes wrong with the next calls, one after the other; nothing with those that are `None`
    /// and with all that follow.
    pub fn script(&self, troubles: &[Option<CrmTrouble>]) {
        self.shared.calls().script.extend(troubles);
    }

    /// Whether every call fails.
    pub fn set_down(&self, is_down: bool) {
        self.shared.calls().is_down = is_down;
    }

    /// Has a chat with somebody; its number is its place, from 1.
    pub fn has_chat_with(&self, nickname: &str) {
        self.shared.calls().chats.push((nickname.to_owned(), Vec::new()));
    }

    /// What was changed of a chat, in order.
    pub fn chat(&self, nickname: &str) -> Vec<Value> {
        let calls = self.shared.calls();
        let own = calls.chats.iter().find(|(own, _)| own == nickname);
        own.map(|(_, changes)| changes.clone()).unwrap_or_default()
    }

    /// Waits until so much was changed of a chat, and gives that.
    ///
    /// # Panics
    /// When it is not.
    pub async fn wait_for_chat(&self, nickname: &str, changes: usize) -> Vec<Value> {
        self.wait_until(|stub| stub.chat(nickname).len() >= changes).await;
        self.chat(nickname)
    }

    /// The orders that it has.
    pub fn orders(&self) -> Vec<Value> {
        self.shared.calls().orders.clone()
    }

    /// What was asked of it: `find` and `create`.
    pub fn calls(&self) -> Vec<&'static str> {
        self.shared.calls().calls.clone()
    }

    /// What was wrong with the calls so far.
    pub fn violations(&self) -> Vec<String> {
        self.shared.calls().violations.clone()
    }

    /// Moves every order to `status`, as the CRM's users do.
    pub fn move_all(&self, status: &str) {
        for order in &mut self.shared.calls().orders {
            order["status"] = status.into();
        }
    }

    /// Waits until it has `n` orders, and gives them.
    ///
    /// # Panics
    /// When it does not get them.
    pub async fn wait_for(&self, n: usize) -> Vec<Value> {
        self.wait_until(|stub| stub.orders().len() >= n).await;
        self.orders()
    }

    /// Waits until it was called `n` times.
    ///
    /// # Panics
    /// When it is not.
    pub async fn wait_for_calls(&self, n: usize) {
        self.wait_until(|stub| stub.calls().len() >= n).await;
    }

    async fn wait_until(&self, holds: impl Fn(&Self) -> bool) {
        let mut changes = self.shared.changed.subscribe();
        let waiting = async {
            loop {
                changes.borrow_and_update();
                if holds(self) {
                    return;
                }
                changes.changed().await.expect("the stub lives as long as the test");
            }
        };
        let came_true = tokio::time::timeout(PATIENCE, waiting).await.is_ok();
        assert!(came_true, "the CRM has {:?} after {:?}", self.orders(), self.calls());
    }
}

async fn find(
    State(stub): State<Shared>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Response {
    let trouble = stub.begin("find", &headers);
    let found: Vec<Value> = {
        let calls = stub.calls();
        let is_wanted = |order: &&Value| order["external_id"] == wanted.external_id.as_str();
        calls.orders.iter().filter(is_wanted).cloned().collect()
    };
    stub.end(trouble, Json(json!({ "orders": found })).into_response()).await
}

/// The chats of some minutes, as long as they are minutes.
async fn chats(
    State(stub): State<Shared>,
    Query(wanted): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let trouble = stub.begin("chats", &headers);
    let time = |name: &str| wanted.get(name).and_then(|at| at.parse::<jiff::Timestamp>().ok());
    if time("startDate").is_none() || time("startDate") >= time("endDate") {
        stub.calls().violations.push("chats of no time".to_owned());
    }
    let all: Vec<Value> = {
        let calls = stub.calls();
        let chat = |(id, (name, _)): (usize, &(String, Vec<Value>))| json!({ "id": id, "userNickName": name });
        (1..).zip(&calls.chats).map(chat).collect()
    };
    stub.end(trouble, Json(json!({ "data": all })).into_response()).await
}

async fn change_chat(
    State(stub): State<Shared>,
    Path(id): Path<usize>,
    headers: HeaderMap,
    Json(change): Json<Value>,
) -> Response {
    let trouble = stub.begin("chat", &headers);
    if trouble.is_none() {
        let mut calls = stub.calls();
        if let Some((_, changes)) = id.checked_sub(1).and_then(|at| calls.chats.get_mut(at)) {
            changes.push(change);
        }
    }
    stub.end(trouble, Json(json!({})).into_response()).await
}

async fn users(State(stub): State<Shared>, headers: HeaderMap) -> Response {
    let trouble = stub.begin("managers", &headers);
    let user = |id: u32, name: &str| json!({ "id": id, "user": { "fullname": name } });
    let all = json!({ "data": [user(31, "Асистент МІРТ"), user(32, "Олена Коваль")] });
    stub.end(trouble, Json(all).into_response()).await
}

async fn create(
    State(stub): State<Shared>,
    headers: HeaderMap,
    Json(mut order): Json<Value>,
) -> Response {
    let trouble = stub.begin("create", &headers);
    let id = {
        let mut calls = stub.calls();
        calls.violations.extend(violations(&order));
        let id = 5_000 + calls.orders.len();
        order["id"] = id.into();
        if !matches!(trouble, Some(CrmTrouble::Status(_) | CrmTrouble::Silence)) {
            calls.orders.push(order);
        }
        id
    };
    stub.end(trouble, (StatusCode::CREATED, Json(json!({ "id": id }))).into_response()).await
}

/// What a CRM would refuse about an order (specification of integrations, section 5.6).
fn violations(order: &Value) -> Vec<String> {
    let text = |pointer: &str| order.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let mut wrong = Vec::new();
    let mut check = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!("{what}: {order}"));
        }
    };
    check(!text("/external_id").is_empty(), "no external_id");
    let phone = text("/customer/phone");
    check(phone.len() == 13 && phone.starts_with("+380"), "a phone that is not +380XXXXXXXXX");
    check((2..=100).contains(&text("/customer/name").chars().count()), "a name of no length");
    check((2..=50).contains(&text("/delivery/city").chars().count()), "a city of no length");
    check(!text("/delivery/address").is_empty(), "no address");
    check(text("/delivery/method") == "nova_poshta", "an unknown carrier");
    let methods = ["full_prepay", "partial_prepay"];
    check(methods.contains(&text("/payment_method")), "an unknown payment method");
    let items = order["items"].as_array().cloned().unwrap_or_default();
    check(!items.is_empty(), "no items");
    for item in &items {
        let is_whole = item["product_id"].is_u64() && item["quantity"].as_u64() > Some(0);
        check(is_whole && item["sku"].is_string() && item["price"].is_u64(), "a broken item");
    }
    let sum: u64 = items
        .iter()
        .filter_map(|item| Some(item["price"].as_u64()? * item["quantity"].as_u64()?))
        .sum();
    check(order["total"].as_u64() == Some(sum), "a total that is not the items'");
    wrong
}
