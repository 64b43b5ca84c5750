//! A table in memory, and what is put into it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mirt_aws::{sdk, table::Table};
use mirt_domain::{
    channel::Channel,
    reply::{Bubble, Reply},
    session::Session,
    session_id::{SessionId, UserId},
    shop::{Settings, Shop, Words},
    tally::Tally,
    turn::{self, Message, TurnInput},
};
use mirt_engine::{
    alert::{Alert, AlertKey, Matter},
    event::{EventBody, EventKey, EventOrder, InboundEvent},
    session_store::{
        Cause, Found, Heard, LoadedSession, OutboxEntry, OutboxKey, TurnCommit, TurnRecord,
    },
};
use mirt_local_aws::{
    clock::Clock,
    endpoint::{Endpoint, Options},
    site::Site,
    template::{Surroundings, Template},
};

const TEMPLATE: &str = include_str!("../../../../template.yaml");

/// The table of `template.yaml`, empty.
pub(crate) struct Stage {
    pub(crate) table: Table,
    pub(crate) client: aws_sdk_dynamodb::Client,
    pub(crate) endpoint: Endpoint,
}

impl Stage {
    pub(crate) async fn start() -> Self {
        let site = Site::default();
        let options = Options { data: None, site: site.clone(), clock: Clock::System };
        let endpoint = Endpoint::start(options).await.unwrap();
        let surroundings = Surroundings {
            site: site.clone(),
            parameters: BTreeMap::new(),
            endpoint: endpoint.url().to_owned(),
        };
        let template = Template::parse(TEMPLATE, &surroundings).unwrap();
        let definition = template.tables[0].clone();
        let name = definition.name.clone();
        endpoint.dynamodb().ensure_table(definition).await.unwrap();
        let http = mirt_http::client().unwrap();
        let config = sdk::local_config(http, endpoint.url(), site.region).await;
        let client = aws_sdk_dynamodb::Client::new(&config);
        Self { table: Table::new(&config, name), client, endpoint }
    }
}

/// The time of all that is put into the table.
pub(crate) fn now() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

pub(crate) fn session(user: &str) -> SessionId {
    SessionId { channel: Channel::Telegram, user: UserId::parse(user).unwrap() }
}

pub(crate) fn event(user: &str, number: u64) -> InboundEvent {
    InboundEvent {
        session: session(user),
        key: EventKey::from_id(&number.to_string()),
        body: EventBody::said(Message { text: Some("так".to_owned()), ..Message::default() }),
        received_at: now(),
        order: EventOrder { at: now(), sequence: number },
        answer_until: None,
        trace: None,
    }
}

pub(crate) fn reply(text: &str) -> Reply {
    Reply { bubbles: vec![Bubble::Text(text.to_owned())], ..Reply::default() }
}

/// A turn that answers the first `consumed` events of what was read with these replies.
pub(crate) fn commit(loaded: &LoadedSession, consumed: usize, replies: &[&str]) -> TurnCommit {
    let n = loaded.version + 1;
    let keys: Vec<_> = loaded.inbox.iter().take(consumed).map(|entry| entry.key.clone()).collect();
    TurnCommit {
        held_until: None,
        opens: false,
        due: None,
        profile: None,
        tally: Tally {
            day: jiff::civil::date(2026, 11, 21),
            counts: [("turns".to_owned(), 1)].into(),
        },
        version: loaded.version,
        recorded: Some(loaded.consumed + loaded.inbox.len() as u64),
        consumed_ever: loaded.consumed + keys.len() as u64,
        last_reply: replies.iter().zip(0..).last().map(|(_, part)| OutboxKey { turn: n, part }),
        settled: None,
        session: Session::default(),
        consumed: keys,
        outbox: replies
            .iter()
            .zip(0..)
            .map(|(text, part)| OutboxEntry {
                key: OutboxKey { turn: n, part },
                part: reply(text),
                committed_at: now(),
                expires_at: now(),
                is_follow_up: false,
                trace: None,
            })
            .collect(),
        alerts: Vec::new(),
        orders: Vec::new(),
        record: record(n),
        found: Found::default(),
    }
}

/// What a manager is told when a reply of the first turn does not reach its customer.
pub(crate) fn alert() -> Alert {
    Alert {
        said: Vec::new(),
        key: AlertKey { turn: 1, place: 9_999 },
        matter: Matter::Unsent { reason: "refused".to_owned() },
        raised_at: now(),
    }
}

/// Some turn, as it is recorded.
fn record(n: u64) -> TurnRecord {
    let catalog = mirt_content::catalog();
    let (words, settings) = (Words::of(catalog), Settings::default());
    let prompts = mirt_content::prompts();
    let shop = Shop { catalog, words: &words, prompts, settings: &settings };
    let messages = vec![Message { text: Some("так".to_owned()), ..Message::default() }];
    let input = TurnInput { messages, now: now() };
    let turn = turn::take(&shop, &Session::default(), &input);
    TurnRecord {
        n,
        at: now(),
        ms: 0,
        cause: Cause::Said(input.messages),
        reply: turn.reply,
        actions: turn.actions,
        trace: turn.trace,
        heard: Some(Heard { first: now(), last: now() }),
    }
}
