//! What a conversation costs: calls and capacity, counted, and not more of them as it goes on (I11).

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use mirt_domain::{
    channel::Channel,
    model::{MicroUsd, Usage, echo},
    photo::Photo,
    reply::Reply,
    session_id::SessionId,
    shop::{Settings, Shop, Words},
    turn::{Message, Mode},
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
    figures::Unmeasured,
    guarded::{Guarded, MOST_PER_MINUTE},
    label_chat::{AskForLabel, LabelTask},
    model::{AskModel, Asked, ModelError, ModelRequest, Moderate, Moderation, NoModel},
    notice_board::NoticeBoard,
    order_book::{OrderWakeUp, WakeOrder},
    photos::{LookAtPhotos, Looked, PhotoError, Seeing},
    receive::{CONTENT_WINDOW, Received, RecordEvent as _},
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
#[derive(Default)]
pub(crate) struct Patient(AtomicI64);

impl Clock for Patient {
    fn now(&self) -> Timestamp {
        now() + SignedDuration::from_millis(self.0.load(Ordering::Relaxed))
    }

    /// Who waits for long does so beside something that is to be done first.
    async fn sleep(&self, duration: Duration) {
        if duration > LONG {
            tokio::time::sleep(WORK).await;
        }
        self.pass(duration);
    }
}

/// Longer than a burst lasts.
const LONG: Duration = Duration::from_secs(3);

/// Longer than a call of the store takes.
const WORK: Duration = Duration::from_secs(10);

impl Patient {
    pub(crate) fn pass(&self, duration: Duration) {
        let millis = i64::try_from(duration.as_millis()).unwrap();
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

/// Takes all that it is given, in one call.
pub(crate) struct Taker;

impl SendReply for Taker {
    fn split(&self, _: Channel, reply: &Reply) -> Vec<Reply> {
        vec![reply.clone()]
    }

    async fn send(&self, _: &SessionId, _: &Reply) -> Result<(), SendError> {
        Ok(())
    }

    /// Goes on for as long as it is wanted: with this clock it would be shown without end otherwise.
    async fn show_typing(&self, _: &SessionId) {
        std::future::pending().await
    }
}

impl WakeOrder for Taker {
    async fn wake_order(&self, _: &OrderWakeUp) -> Result<(), PortError> {
        Ok(())
    }
}

impl AskForLabel for Taker {
    async fn ask_for_label(&self, _: &LabelTask) -> Result<(), PortError> {
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

    async fn show_photo(&self, _: &ManagersMessage, _: &Photo) -> Result<(), SendError> {
        Ok(())
    }
}

/// A model that answers at once.
struct Echo;

impl AskModel for Echo {
    async fn ask(&self, request: &ModelRequest, _: Duration) -> Asked {
        let usage =
            Usage { requests: 1, input_tokens: 3_000, cost: MicroUsd(2), ..Usage::default() };
        Asked { answer: Ok(echo(&request.input)), usage }
    }
}

impl Moderate for Echo {
    async fn moderate(&self, _: &str, _: Duration) -> Result<Moderation, ModelError> {
        Ok(Moderation::default())
    }
}

/// There are no photos.
struct Blind;

impl LookAtPhotos for Blind {
    async fn look(&self, _: &Photo, _: Duration) -> Result<Looked, PhotoError> {
        Err(PhotoError::Unfit("there are none".into()))
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
            let is_read = ["dynamodb.Query", "dynamodb.GetItem"].contains(&operation.as_str());
            let of_kind = if is_read { &mut read } else { &mut write };
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
async fn conversation<M>(
    stage: &Stage,
    clock: &Patient,
    pause: Duration,
    turns: usize,
    model: Option<&M>,
) -> Vec<(Cost, Cost)>
where
    M: AskModel + Moderate + LookAtPhotos,
{
    let (catalog, prompts) = (mirt_content::catalog(), mirt_content::prompts());
    let (words, settings) = (Words::of(catalog), Settings::default());
    let bursts = BurstWindows::default();
    let notices = NoticeBoard::empty(catalog);
    let dialogue = Dialogue {
        clock,
        store: &stage.table,
        channels: &Taker,
        orders: &Taker,
        shop: Shop { catalog, words: &words, prompts, settings: &settings },
        notices: &notices,
        bursts: &bursts,
        model,
        time: ModelTime::default(),
        pause: Duration::ZERO,
        measure: &Unmeasured,
    };
    let mut costs = Vec::with_capacity(turns);
    for n in 0..turns {
        clock.pass(pause);
        let at = clock.now();
        let text = ROUND[n % ROUND.len()].to_owned();
        let event = InboundEvent {
            session: session("long"),
            key: EventKey::from_id(&n.to_string()),
            body: EventBody::said(Message { text: Some(text), ..Message::default() }),
            received_at: at,
            order: EventOrder { at, sequence: 0 },
            answer_until: None,
            trace: None,
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

    let costs = Box::pin(conversation(
        &stage,
        &Patient::default(),
        Duration::from_secs(90),
        1_000,
        None::<&NoModel>,
    ))
    .await;

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
    // Of a turn's, two are its day's counters, two its next date moving in the index `due`, and some
    // what it began with, an item of its own so that no later turn pays for reading it.
    assert!(tenth.write.0 <= 2 * 190, "write units of five events and turns: {}", tenth.write);
    assert_eq!(tenth.read, HalfUnits(2 * 5), "read units of five turns");
}

#[tokio::test]
async fn a_turn_with_the_model_costs_four_calls_at_most_however_often_and_however_long_one_writes()
{
    for seconds in [1, 7, 20, 90] {
        let stage = Stage::start().await;
        let clock = Patient::default();
        let guarded = Guarded::new(&Echo, &stage.table, &clock, MOST_PER_MINUTE);
        let model = Seeing { model: guarded, photos: Blind };

        let pause = Duration::from_secs(seconds);
        let costs = Box::pin(conversation(&stage, &clock, pause, 50, Some(&model))).await;

        let calls: Vec<u64> = costs.iter().map(|(_, turn)| turn.calls).collect();
        assert!(calls.iter().all(|calls| *calls <= 4), "every {seconds} s: {calls:?}");
        let turns = stage.table.turns(&session("long")).await.unwrap();
        let asked = turns.iter().filter(|turn| turn.trace.mode == Mode::Model).count();
        assert!(asked >= 40, "the model answered in {asked} turns only");
        // What the README works the cost of a conversation out from.
        let round = &costs[45..];
        let sum = round.iter().fold(Cost::default(), |sum, (_, turn)| sum.plus(*turn));
        // The turns before come with the session.
        assert!(sum.read.0 <= 2 * 39, "read units of five turns: {}", sum.read);
        assert!(sum.write.0 <= 2 * 181, "write units of five turns: {}", sum.write);
    }
}
