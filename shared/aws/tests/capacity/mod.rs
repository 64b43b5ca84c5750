//! What a conversation costs: calls and capacity, counted, and not more of them as it goes on (I11).

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use mirt_domain::{
    channel::Channel,
    reply::Reply,
    session_id::SessionId,
    shop::{Settings, Shop, Words},
    turn::Message,
};
use mirt_engine::{
    alert::{Alert, TellManager},
    burst::BurstWindows,
    card::{ManagersMessage, Telling},
    clock::Clock,
    consult::ModelTime,
    deliver::SendReply,
    event::{EventBody, EventKey, EventOrder, InboundEvent},
    failure::{PortError, SendError},
    model::NoModel,
    order_book::{OrderWakeUp, WakeOrder},
    receive::{CONTENT_WINDOW, Received, RecordEvent as _},
    shelf::Shelf,
    take_turn::Dialogue,
};
use mirt_local_aws::service::HalfUnits;

use crate::stage::{Stage, now, session};

/// What the customer says again and again: each round costs the same if the conversation's length
/// does not matter.
const ROUND: [&str; 5] = [
    "Добрий день",
    "покажіть сукні на зріст 134",
    "а в чорному є?",
    "скільки лагуна на 98?",
    "які ще є кольори?",
];

/// A clock that passes when it is waited for.
struct Patient(AtomicI64);

impl Clock for Patient {
    fn now(&self) -> Timestamp {
        now() + SignedDuration::from_millis(self.0.load(Ordering::Relaxed))
    }

    async fn sleep(&self, duration: Duration) {
        let millis = i64::try_from(duration.as_millis()).unwrap();
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

/// Takes all that it is given, in one call.
struct Taker;

impl SendReply for Taker {
    fn split(&self, _: Channel, reply: &Reply) -> Vec<Reply> {
        vec![reply.clone()]
    }

    async fn send(&self, _: &SessionId, _: &Reply) -> Result<(), SendError> {
        Ok(())
    }

    async fn show_typing(&self, _: &SessionId) {}
}

impl WakeOrder for Taker {
    async fn wake_order(&self, _: &OrderWakeUp) -> Result<(), PortError> {
        Ok(())
    }
}

impl TellManager for Taker {
    async fn tell_manager(
        &self,
        _: &SessionId,
        _: &Alert,
        _: &Telling,
    ) -> Result<Option<ManagersMessage>, SendError> {
        Ok(None)
    }
}

/// Calls, read units and write units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cost {
    calls: u64,
    read: HalfUnits,
    write: HalfUnits,
}

impl Cost {
    fn of(stage: &Stage) -> Self {
        let calls = stage.endpoint.calls().snapshot().values().sum();
        let units: BTreeMap<_, _> = stage.endpoint.capacity().snapshot();
        let (mut read, mut write) = (HalfUnits::default(), HalfUnits::default());
        for (operation, units) in units {
            let of_kind = if operation == "dynamodb.Query" { &mut read } else { &mut write };
            of_kind.0 += units.0;
        }
        Self { calls, read, write }
    }

    fn since(self, before: Self) -> Self {
        Self {
            calls: self.calls - before.calls,
            read: HalfUnits(self.read.0 - before.read.0),
            write: HalfUnits(self.write.0 - before.write.0),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            read: HalfUnits(self.read.0 + other.read.0),
            write: HalfUnits(self.write.0 + other.write.0),
        }
    }
}

/// The costs of accepting each event, and of taking the turn that answers it.
async fn conversation(stage: &Stage, turns: usize) -> Vec<(Cost, Cost)> {
    let (catalog, prompts) = (mirt_content::catalog(), mirt_content::prompts());
    let (words, settings) = (Words::of(catalog), Settings::default());
    let (clock, bursts) = (Patient(AtomicI64::new(0)), BurstWindows::default());
    let shelf = Shelf::full(catalog);
    let dialogue = Dialogue {
        clock: &clock,
        store: &stage.table,
        channels: &Taker,
        orders: &Taker,
        shop: Shop { catalog, words: &words, prompts, settings: &settings },
        shelf: &shelf,
        bursts: &bursts,
        model: None::<&NoModel>,
        time: ModelTime::default(),
    };
    let mut costs = Vec::with_capacity(turns);
    for n in 0..turns {
        clock.sleep(Duration::from_secs(90)).await;
        let at = clock.now();
        let text = ROUND[n % ROUND.len()].to_owned();
        let event = InboundEvent {
            session: session("long"),
            key: EventKey::from_id(&n.to_string()),
            body: EventBody::said(Message { text: Some(text), ..Message::default() }),
            received_at: at,
            order: EventOrder { at, sequence: 0 },
            answer_until: None,
        };
        let before = Cost::of(stage);
        let received = stage.table.record_event(&event, CONTENT_WINDOW).await.unwrap();
        assert_eq!(received, Received::Accepted);
        let accepted = Cost::of(stage);
        let deadline = at + SignedDuration::from_mins(1);
        Box::pin(dialogue.take_turns(&session("long"), at, deadline)).await.unwrap();
        costs.push((accepted.since(before), Cost::of(stage).since(accepted)));
    }
    costs
}

#[tokio::test]
async fn the_thousandth_turn_costs_what_the_tenth_does() {
    let stage = Stage::start().await;

    let costs = Box::pin(conversation(&stage, 1_000)).await;

    let round = |last: usize| {
        let turns = &costs[last - ROUND.len()..last];
        turns.iter().fold(Cost::default(), |sum, (accept, turn)| sum.plus(*accept).plus(*turn))
    };
    let (tenth, thousandth) = (round(10), round(1_000));
    for (what, early, late) in
        [("read", tenth.read, thousandth.read), ("write", tenth.write, thousandth.write)]
    {
        assert!(late.0 * 10 <= early.0 * 11, "{what}: {early} units a round, then {late}");
    }
    let most_calls = costs.iter().map(|(accept, turn)| (accept.calls, turn.calls)).max();
    // Beside the wake-up, which is a call of the queue.
    assert_eq!(most_calls, Some((1, 3)), "DynamoDB's calls of an event and of a turn");
    // What the README works the cost of a conversation out from.
    assert_eq!(costs[9].0.write, HalfUnits(2 * 9), "write units of an event");
    assert!(tenth.write.0 <= 2 * 150, "write units of five events and turns: {}", tenth.write);
    assert_eq!(tenth.read, HalfUnits(2 * 5), "read units of five turns");
}
