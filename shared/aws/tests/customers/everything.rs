//! What is kept of a customer, all of it: a kind of record that is added has to be added here, and what
//! is not erased is found by the customer's own words in it.

use std::{collections::BTreeSet, time::Duration};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use mirt_aws::customers::EraseError;
use mirt_domain::{
    decide::{Deed, Manager, ManagerAct},
    order::{OrderId, OrderState},
    photo::Photo,
    shop::{Requisites, Settings, Shop, Words},
    turn::Message,
};
use mirt_engine::{
    burst::BurstWindows,
    card::{KeepCard as _, ManagersMessage, SessionCard},
    clock::Clock as _,
    consult::ModelTime,
    crm_news::{DeliveryId, RecordDelivery as _, Recorded},
    event::{EventBody, EventKey, EventOrder, InboundEvent, Managed},
    figures::Unmeasured,
    model::NoModel,
    notice_board::NoticeBoard,
    order_book::{CrmOrderId, FindByPhone as _, KeepOrder as _, LoadOrder as _, OrderRecord},
    receive::{CONTENT_WINDOW, RecordEvent as _},
    session_store::{Closed, LoadSession as _, OutboxEntry, OutboxKey, SettleOutbox as _},
    take_turn::Dialogue,
};

use crate::{
    capacity::{Patient, Taker},
    stage::{Stage, alert, reply, session},
};

const USER: &str = "90417730215";

const SAID: [&str; 4] = [
    "сукня лагуна рожева на зріст 134",
    "беру",
    "Кульбаба Соломія, 0671239876, Чернівці, відділення 47317",
    "повна оплата",
];

/// What is theirs and nobody else's. The digits of their phone are in both ways of writing it.
const OWN: [&str; 6] = [USER, "Кульбаба", "671239876", "Чернівці", "47317", "сукня лагуна"];

/// The kinds of records outside of the customer's own partition that are about them.
const ELSEWHERE: [&str; 5] =
    ["M#<chat>:<message>", "E#<channel>:<user>:<event>", "O#", "B#", "PHONE#"];

/// Those that are about nobody of the shop's customers: names of orders, counters, the model's health, the
/// stock, the history of Telegram's chats.
const NOBODYS: [&str; 8] =
    ["C#", "DAY#", "BREAKER#model", "SPENDING#", "E#crm:", "SHOP", "M#<minute>", "T#"];

/// The keys that the table's page names: partition and sort key of each row.
fn documented() -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let mut pk = String::new();
    for line in include_str!("../../src/table/mod.rs").lines() {
        let Some(row) = line.strip_prefix("//! |") else { continue };
        let cells: Vec<&str> = row.split('|').map(|it| it.trim().trim_matches('`')).collect();
        if ["pk", "---"].contains(&cells[0]) {
            continue;
        }
        if !cells[0].is_empty() {
            pk = cells[0].to_owned();
        }
        rows.push((pk.clone(), cells[1].to_owned()));
    }
    rows
}

/// The fixed beginning of a key.
fn kind(key: &str) -> &str {
    key.find(['<', '#']).map_or(key, |at| &key[..at])
}

struct Everything {
    stage: Stage,
    clock: Patient,
    settings: Settings,
    events: u64,
}

impl Everything {
    async fn start() -> Self {
        let requisites = Requisites {
            recipient: "ЗРАЗОК".to_owned(),
            iban: "UA000000000000000000000000000".to_owned(),
            tax_id: "0000000000".to_owned(),
        };
        Self {
            stage: Stage::start().await,
            clock: Patient::default(),
            settings: Settings { requisites: Some(requisites), ..Settings::default() },
            events: 0,
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn record(&mut self, body: EventBody) {
        self.events += 1;
        let event = InboundEvent {
            session: session(USER),
            key: EventKey::from_id(&self.events.to_string()),
            body,
            received_at: self.now(),
            order: EventOrder { at: self.now(), sequence: self.events },
            answer_until: None,
            trace: None,
        };
        self.stage.table.record_event(&event, CONTENT_WINDOW).await.unwrap();
    }

    async fn take_turns(&self) {
        let (catalog, prompts) = (mirt_content::catalog(), mirt_content::prompts());
        let words = Words::of(catalog);
        let notices = NoticeBoard::empty(catalog);
        let dialogue = Dialogue {
            clock: &self.clock,
            store: &self.stage.table,
            channels: &Taker,
            orders: &Taker,
            shop: Shop { catalog, words: &words, prompts, settings: &self.settings },
            notices: &notices,
            bursts: &BurstWindows::default(),
            model: None::<&NoModel>,
            time: ModelTime::default(),
            pause: Duration::ZERO,
            measure: &Unmeasured,
        };
        let deadline = self.now() + SignedDuration::from_mins(1);
        Box::pin(dialogue.take_turns(&session(USER), self.now(), deadline)).await.unwrap();
    }

    /// An event, and the turn that answers it.
    async fn turn(&mut self, body: EventBody) {
        self.clock.pass(Duration::from_secs(60));
        self.record(body).await;
        self.take_turns().await;
    }

    /// A sale up to the money.
    async fn sale(&mut self) {
        for text in SAID {
            let text = Some(text.to_owned());
            self.turn(EventBody::said(Message { text, ..Message::default() })).await;
        }
        let photos = vec![Photo::TelegramFile("receipt".to_owned())];
        self.turn(EventBody::said(Message { photos, ..Message::default() })).await;
        let by = Manager { id: 1, name: "Оля".to_owned() };
        let deed = Deed::Press(ManagerAct::Approve);
        self.turn(EventBody::Managed(Managed { by, deed })).await;
    }

    async fn order(&self) -> OrderRecord {
        let loaded = self.stage.table.load_session(&session(USER), 0).await.unwrap();
        let id: OrderId = loaded.session.facts().placed[0].id;
        self.stage.table.load_order(id).await.unwrap().unwrap()
    }

    /// The CRM has the order, and tells of it.
    async fn crm_takes_it(&self) {
        let table = &self.stage.table;
        let mut record = self.order().await;
        record.version += 1;
        record.move_to(OrderState::Accepted, self.now());
        record.crm = Some(CrmOrderId("4711".to_owned()));
        assert!(table.keep_order(&record).await.unwrap());
        let delivery = DeliveryId("first".to_owned());
        record.version += 1;
        record.move_to(OrderState::Shipped, self.now());
        let recorded = table.record_delivery(&delivery, Some(&record), self.now()).await.unwrap();
        assert_eq!(recorded, Recorded::Done);
    }

    /// All that goes wrong and all that is left over.
    async fn trouble(&mut self) {
        let (id, now) = (session(USER), self.now());
        let at = ManagersMessage { chat: "-1".to_owned(), id: 7 };
        let head = alert().matter.text(&self.settings);
        let card = SessionCard { at: at.clone(), head, said: Vec::new(), is_open: true };
        self.stage.table.keep_card(&id, &card).await.unwrap();
        self.stage.table.keep_subject(&at, &id, now).await.unwrap();
        // The silence is summed up, and its words meet a channel that takes nothing.
        self.clock.pass(Duration::from_hours(73));
        self.take_turns().await;
        let entry = |part| OutboxEntry {
            key: OutboxKey { turn: 1_000, part },
            part: reply("Кульбаба Соломія"),
            committed_at: now,
            expires_at: now,
            is_follow_up: false,
            trace: None,
        };
        let loaded = self.stage.table.load_session(&id, 0).await.unwrap();
        let mut turn = crate::stage::commit(&loaded, 0, &[]);
        turn.session = loaded.session.clone();
        turn.outbox = (0..3).map(entry).collect();
        turn.recorded = None;
        mirt_engine::session_store::CommitTurn::commit_turn(&self.stage.table, &id, &turn)
            .await
            .unwrap();
        let aside = entry(0);
        self.stage.table.set_aside(&id, &aside, "refused", &alert()).await.unwrap();
        let closed = Closed { reason: "blocked".to_owned(), at: now };
        self.stage.table.close(&id, &[entry(1)], &closed, &alert()).await.unwrap();
        self.stage.table.note_trouble(&id, "an error", now).await.unwrap();
        let text = Some("це знову Соломія Кульбаба".to_owned());
        self.record(EventBody::said(Message { text, ..Message::default() })).await;
    }

    /// Every item: its keys, and all of it as text.
    async fn items(&self) -> Vec<(String, String, String)> {
        let pages = self.stage.client.scan().table_name("mirt-dev").into_paginator().items().send();
        let items: Vec<_> = pages.collect::<Result<_, _>>().await.unwrap();
        let text = |value: &AttributeValue| value.as_s().unwrap().clone();
        items.iter().map(|it| (text(&it["pk"]), text(&it["sk"]), format!("{it:?}"))).collect()
    }
}

#[tokio::test]
async fn every_kind_of_record_is_known_to_the_erasure_and_none_keeps_a_word_of_the_customer() {
    let mut all = Box::pin(Everything::start()).await;
    Box::pin(all.sale()).await;
    all.crm_takes_it().await;
    Box::pin(all.trouble()).await;
    let order = all.order().await;
    let rows = documented();
    let of_customer: BTreeSet<&str> =
        rows.iter().filter(|(pk, _)| pk.starts_with("S#")).map(|(_, sk)| kind(sk)).collect();

    let before = all.items().await;
    let erased = all.stage.table.erase(&session(USER), all.now()).await.unwrap();
    let again = all.stage.table.erase(&session(USER), all.now()).await.unwrap();
    let after = all.items().await;

    for (pk, _) in &rows {
        let is_elsewhere = ELSEWHERE.iter().any(|it| pk.starts_with(it));
        let is_nobodys = NOBODYS.iter().any(|it| pk.starts_with(it));
        assert!(
            pk.starts_with("S#") || (is_elsewhere || is_nobodys),
            "{pk} is a kind of record of which nobody has said whether it is a customer's"
        );
    }
    let own = format!("S#telegram:{USER}");
    let seen: BTreeSet<&str> =
        before.iter().filter(|(pk, ..)| *pk == own).map(|(_, sk, _)| kind(sk)).collect();
    assert_eq!(
        seen, of_customer,
        "this test makes each kind of record that the table's page names"
    );
    for (what, prefix) in [("order", "O#"), ("month", "B#"), ("phone", "PHONE#"), ("card", "M#-1")]
    {
        assert!(before.iter().any(|(pk, ..)| pk.starts_with(prefix)), "no {what} to be erased");
    }
    let left: Vec<_> =
        after.iter().filter(|(.., it)| OWN.iter().any(|own| it.contains(own))).collect();
    assert!(left.is_empty(), "{left:#?}");
    assert!(after.iter().all(|(pk, ..)| !pk.starts_with("PHONE#") && !pk.starts_with("M#-1")));
    assert!(again.removed.is_empty() && again.kept.is_empty(), "{again:?}");

    assert_eq!(erased.kept, [order.order.id].into());
    let kept = all.stage.table.load_order(order.order.id).await.unwrap().unwrap();
    assert_eq!((&kept.order.lines, kept.order.state), (&order.order.lines, OrderState::Shipped));
    assert_eq!((kept.confirmed_at, kept.order.method), (order.confirmed_at, order.order.method));
    assert_eq!(kept.order.customer, Default::default());
    let of_month = all.stage.table.orders_of_month(order.confirmed_at.unwrap()).await.unwrap();
    assert_eq!(of_month, [kept], "it is in the shop's books");
    assert_eq!(all.stage.table.orders_of_phone("+380671239876").await.unwrap(), []);
}

#[tokio::test]
async fn an_order_that_the_crm_does_not_have_yet_is_not_made_undeliverable() {
    let mut all = Box::pin(Everything::start()).await;
    Box::pin(all.sale()).await;
    let order = all.order().await;
    let before = all.items().await.len();

    let refused = all.stage.table.erase(&session(USER), all.now()).await;
    let untouched = all.items().await.len();
    all.crm_takes_it().await;
    let erased = all.stage.table.erase(&session(USER), all.now()).await.unwrap();

    let refused = refused.unwrap_err();
    let is_named = |orders: &[OrderId]| orders == [order.order.id];
    assert!(
        matches!(&refused, EraseError::OrdersUnderWay(orders) if is_named(orders)),
        "{refused:?}"
    );
    assert_eq!(untouched, before, "nothing was erased by halves");
    assert!(erased.removed["turns"] >= 6, "{erased:?}");
}

#[tokio::test]
async fn an_order_that_was_never_placed_goes_with_its_customer() {
    let mut all = Box::pin(Everything::start()).await;
    for text in &SAID[..2] {
        let text = Some((*text).to_owned());
        all.turn(EventBody::said(Message { text, ..Message::default() })).await;
    }
    let is_order = |(pk, ..): &(String, String, String)| pk.starts_with("O#");
    assert!(all.items().await.iter().any(is_order));

    let erased = all.stage.table.erase(&session(USER), all.now()).await.unwrap();

    assert!(!all.items().await.iter().any(is_order));
    assert_eq!(erased.removed["orders that were never placed"], 1);
    assert!(erased.kept.is_empty());
}
