//! The world: a store, a queue and channels in one thread and in virtual time, with outages, answers
//! that get lost, runs that come twice, late or not at all.

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::pin,
    sync::{LazyLock, Mutex, MutexGuard},
    task::{Context, Poll, Waker},
};

use jiff::{SignedDuration, Timestamp};
use mirt_domain::{
    channel::Channel,
    decide::{Deed, Due, Manager, ManagerAct},
    photo::Photo,
    session_id::{SessionId, UserId},
    shop::{Requisites, Settings, Shop, Words},
    turn::Message,
};
use mirt_engine::{
    burst::BurstWindows,
    consult::ModelTime,
    event::{EventBody, EventKey, EventOrder, InboundEvent, Managed},
    figures::Unmeasured,
    model::NoModel,
    notice_board::NoticeBoard,
    session_store::{InboxEntry, LoadedSession},
    sweep::{Round, sweep},
    take_turn::Dialogue,
    wake_up::WakeUp,
};

use crate::customers::{Act, Then, agenda};

pub(crate) const DAYS: i64 = 30;

/// How often the most frequent job runs.
const TICK: SignedDuration = SignedDuration::from_mins(1);

/// How often a wake-up is delivered before it is a dead letter.
const DELIVERIES: u32 = 5;

/// Something that happened to a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Happened {
    Wrote(Then),
    Heard,
    FollowedUp(String),
    /// A manager was told that they do not answer.
    LeftToManager,
    /// A manager was told that they did not get something.
    Unsent,
    SummedUp,
    Paid,
}

pub(crate) struct Items {
    pub(crate) loaded: LoadedSession,
    pub(crate) recorded: u64,
    pub(crate) due: Option<Due>,
}

pub(crate) struct State {
    pub(crate) now: Timestamp,
    pub(crate) rng: fastrand::Rng,
    pub(crate) sessions: BTreeMap<SessionId, Items>,
    /// The index of what time does, by round.
    pub(crate) due: BTreeSet<(u8, Timestamp, SessionId)>,
    /// Sessions with something in their inbox, outbox or alerts.
    pub(crate) open: BTreeSet<SessionId>,
    pub(crate) queue: Vec<(WakeUp, Timestamp, u32)>,
    pub(crate) log: BTreeMap<SessionId, Vec<(Timestamp, Happened)>>,
    pub(crate) dead_letters: usize,
}

/// How the shop works.
pub(crate) fn settings() -> Settings {
    Settings {
        requisites: Some(Requisites {
            recipient: "ЗРАЗОК".to_owned(),
            iban: "UA000000000000000000000000000".to_owned(),
            tax_id: "0000000000".to_owned(),
        }),
        ..Settings::default()
    }
}

pub(crate) struct World {
    pub(crate) shop: Shop<'static>,
    pub(crate) begins: Timestamp,
    notices: NoticeBoard,
    pub(crate) store_outages: Vec<(Timestamp, Timestamp)>,
    pub(crate) channel_outages: Vec<(Timestamp, Timestamp)>,
    state: Mutex<State>,
}

impl World {
    /// A world in which the shop works as `settings` say.
    pub(crate) fn new(seed: u64, settings: &'static Settings) -> Self {
        static WORDS: LazyLock<Words> = LazyLock::new(|| Words::of(mirt_content::catalog()));
        // The clock in Kyiv goes back on 25 October.
        let begins: Timestamp = "2026-10-08T00:00:00Z".parse().unwrap();
        let hours = |from: i64, length: i64| {
            let from = begins + SignedDuration::from_hours(from);
            (from, from + SignedDuration::from_hours(length))
        };
        Self {
            shop: Shop {
                catalog: mirt_content::catalog(),
                words: &WORDS,
                prompts: mirt_content::prompts(),
                settings,
            },
            begins,
            notices: NoticeBoard::empty(mirt_content::catalog()),
            store_outages: vec![hours(61, 1), hours(200, 3), hours(412, 7)],
            channel_outages: vec![hours(110, 2), hours(300, 5), hours(497, 11), hours(600, 26)],
            state: Mutex::new(State {
                now: begins,
                rng: fastrand::Rng::with_seed(seed),
                sessions: BTreeMap::new(),
                due: BTreeSet::new(),
                open: BTreeSet::new(),
                queue: Vec::new(),
                log: BTreeMap::new(),
                dead_letters: 0,
            }),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn is_store_down(&self) -> bool {
        let now = self.state().now;
        self.store_outages.iter().any(|(from, to)| (*from..*to).contains(&now))
    }

    pub(crate) fn is_channel_down(&self) -> bool {
        let now = self.state().now;
        self.channel_outages.iter().any(|(from, to)| (*from..*to).contains(&now))
    }

    /// Whether something that happens once in `n` times does.
    pub(crate) fn once_in(&self, n: u32) -> bool {
        self.state().rng.u32(..n) == 0
    }

    pub(crate) fn note(&self, id: &SessionId, what: Happened) {
        let mut state = self.state();
        let now = state.now;
        state.log.entry(id.clone()).or_default().push((now, what));
    }

    /// Notes something that was decided at `at`.
    pub(crate) fn note_at(&self, id: &SessionId, at: Timestamp, what: Happened) {
        self.state().log.entry(id.clone()).or_default().push((at, what));
    }

    /// A month of so many customers.
    pub(crate) fn run(&self, customers: u64) {
        let mut acts: Vec<(Timestamp, u64, Act)> = Vec::new();
        for customer in 0..customers {
            let mut rng = self.state().rng.fork();
            let agenda = agenda(&mut rng, self.begins, DAYS);
            acts.extend(agenda.into_iter().map(|(at, act)| (at, customer, act)));
        }
        acts.sort_by_key(|(at, customer, _)| (std::cmp::Reverse(*at), *customer));
        // Two more days for what is still due.
        let ends = self.begins + SignedDuration::from_hours(24 * (DAYS + 2));
        let mut tick = self.begins;
        while tick < ends {
            while acts.last().is_some_and(|(at, ..)| *at < tick) {
                let (at, customer, act) = acts.pop().unwrap();
                self.pass_to(at);
                if !self.happens(customer, act) {
                    // The channel sends it again.
                    acts.push((tick, customer, act));
                    acts.sort_by_key(|(at, customer, _)| (std::cmp::Reverse(*at), *customer));
                }
                self.deliver_wake_ups();
            }
            self.pass_to(tick);
            self.jobs(tick);
            self.deliver_wake_ups();
            tick += TICK;
        }
    }

    fn pass_to(&self, at: Timestamp) {
        let mut state = self.state();
        state.now = state.now.max(at);
    }

    /// Records what a customer or a manager does; whether the store took it.
    fn happens(&self, customer: u64, act: Act) -> bool {
        if self.is_store_down() {
            return false;
        }
        let id = SessionId {
            channel: Channel::Instagram,
            user: UserId::parse(&customer.to_string()).unwrap(),
        };
        let text = |text: &str| Message { text: Some(text.to_owned()), ..Message::default() };
        let receipt = || Photo::TelegramFile("receipt".to_owned());
        let (body, then) = match act {
            Act::Write(words, then) => (EventBody::said(text(words)), Some(then)),
            Act::SendReceipt => (
                EventBody::said(Message { photos: vec![receipt()], ..Message::default() }),
                Some(Then::Closed),
            ),
            Act::Approved => {
                let by = Manager { id: 1, name: "Оля".to_owned() };
                let deed = Deed::Press(ManagerAct::Approve);
                (EventBody::Managed(Managed { by, deed }), None)
            }
        };
        let mut state = self.state();
        let now = state.now;
        let items = state.items(&id);
        items.recorded += 1;
        let sequence = items.recorded;
        let event = InboundEvent {
            session: id.clone(),
            key: EventKey::from_id(&sequence.to_string()),
            body,
            received_at: now,
            order: EventOrder { at: now, sequence },
            answer_until: None,
            trace: None,
        };
        let key = format!("IN#{sequence:06}");
        items.loaded.inbox.push(InboxEntry { key: key.clone(), event });
        let wake_up = WakeUp { session: id.clone(), event: key, received_at: now, trace: None };
        state.queue.push((wake_up, now, 0));
        state.open.insert(id.clone());
        drop(state);
        match then {
            Some(then) => self.note(&id, Happened::Wrote(then)),
            None => self.note(&id, Happened::Paid),
        }
        true
    }

    /// What the schedules start: late now and then, or twice.
    fn jobs(&self, tick: Timestamp) {
        let minutes = tick.duration_since(self.begins).as_mins();
        for round in [Round::Repairs, Round::FollowUps, Round::Summaries] {
            let every = match round {
                Round::Repairs => 1,
                Round::FollowUps => 5,
                Round::Summaries => 60,
            };
            if minutes % every != 0 || self.once_in(20) {
                continue;
            }
            for _ in 0..if self.once_in(6) { 2 } else { 1 } {
                // A run that fails is made good by the next.
                let _ = now(sweep(round, self, self, self, self));
            }
        }
    }

    fn deliver_wake_ups(&self) {
        loop {
            let next = {
                let mut state = self.state();
                let now = state.now;
                let at = state.queue.iter().position(|(_, ready, _)| *ready <= now);
                at.map(|at| state.queue.remove(at))
            };
            let Some((wake_up, _, tries)) = next else { return };
            if self.take_turns(&wake_up) {
                continue;
            }
            let mut state = self.state();
            if tries + 1 == DELIVERIES {
                state.dead_letters += 1;
            } else {
                let ready = state.now + SignedDuration::from_mins(9);
                state.queue.push((wake_up, ready, tries + 1));
            }
        }
    }

    fn take_turns(&self, wake_up: &WakeUp) -> bool {
        let bursts = BurstWindows::default();
        let dialogue = Dialogue {
            clock: self,
            store: self,
            channels: self,
            orders: self,
            notices: &self.notices,
            shop: self.shop,
            bursts: &bursts,
            model: None::<&NoModel>,
            time: ModelTime::default(),
            pause: std::time::Duration::ZERO,
            measure: &Unmeasured,
        };
        let deadline = self.state().now + SignedDuration::from_secs(85);
        now(dialogue.take_turns(&wake_up.session, wake_up.received_at, deadline)).is_ok()
    }
}

impl State {
    pub(crate) fn items(&mut self, id: &SessionId) -> &mut Items {
        self.sessions.entry(id.clone()).or_insert_with(|| Items {
            loaded: LoadedSession {
                session: mirt_domain::session::Session::default(),
                version: 0,
                consumed: 0,
                last_reply: None,
                inbox: Vec::new(),
                outbox: Vec::new(),
                alerts: Vec::new(),
                card: None,
                closed: None,
                past: Vec::new(),
            },
            recorded: 0,
            due: None,
        })
    }
}

/// The result of a future that waits for nothing: time passes when it is waited for.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    let done = if let Poll::Ready(result) = polled { Some(result) } else { None };
    // Nothing in this world waits.
    done.unwrap()
}
