//! An order on its way into the CRM, over a store and a CRM in memory and a clock that a test moves:
//! whatever the CRM does, the order is there once, or a human hears of it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed step is a failed test")]

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use mirt_domain::{
    channel::Channel,
    order::{Order, OrderId, OrderNews, OrderState},
    session_id::{SessionId, UserId},
};
use mirt_engine::{
    clock::Clock,
    event::{EventBody, InboundEvent},
    failure::PortError,
    figures::Unmeasured,
    look_after_order::{CHECK_EVERY, Crm, CrmError, GIVE_UP_AFTER, InCrm, NoCrm, Orders},
    order_book::{CrmOrderId, KeepOrder, LoadOrder, OrderRecord},
    receive::{Received, RecordEvent},
    wake_up::{SendWakeUp, WakeUp},
};

const ORDER: OrderId = OrderId::new(7);

fn begin() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

/// A clock that a test moves.
struct Time(Mutex<Timestamp>);

impl Default for Time {
    fn default() -> Self {
        Self(Mutex::new(begin()))
    }
}

impl Time {
    fn pass(&self, duration: Duration) {
        *self.0.lock().unwrap() += SignedDuration::try_from(duration).unwrap();
    }
}

impl Clock for Time {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        self.pass(duration);
    }
}

/// The store and the sessions' queue.
#[derive(Default)]
struct Books {
    orders: Mutex<BTreeMap<OrderId, OrderRecord>>,
    /// By its key: what is recorded twice is there once.
    news: Mutex<BTreeMap<String, OrderNews>>,
    is_deaf: Mutex<bool>,
    time: Arc<Time>,
    /// How long a write takes.
    held_up: Mutex<Duration>,
}

impl LoadOrder for Books {
    async fn load_order(&self, id: OrderId) -> Result<Option<OrderRecord>, PortError> {
        Ok(self.orders.lock().unwrap().get(&id).cloned())
    }
}

impl KeepOrder for Books {
    async fn keep_order(&self, record: &OrderRecord) -> Result<bool, PortError> {
        self.time.pass(*self.held_up.lock().unwrap());
        let mut orders = self.orders.lock().unwrap();
        let known = orders.get_mut(&record.order.id).unwrap();
        let is_next = known.version + 1 == record.version;
        if is_next {
            known.clone_from(record);
        }
        Ok(is_next)
    }
}

impl RecordEvent for Books {
    async fn record_event(&self, event: &InboundEvent, _: Duration) -> Result<Received, PortError> {
        if *self.is_deaf.lock().unwrap() {
            return Err(PortError::Unavailable { service: "books", source: "deaf".into() });
        }
        let EventBody::Order(news) = event.body else { panic!("no news of an order") };
        let is_new = self.news.lock().unwrap().insert(event.key.as_text(), news).is_none();
        Ok(if is_new { Received::Accepted } else { Received::Duplicate })
    }
}

impl SendWakeUp for Books {
    async fn send_wake_up(&self, _: &WakeUp) -> Result<(), PortError> {
        Ok(())
    }
}

/// What a scripted CRM does with a call.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    /// What it should.
    Right,
    /// It does nothing and says that it cannot.
    Down,
    /// It does what it should, and the answer is lost.
    Lost,
    /// It will never take the order.
    Refused,
}

/// The CRM.
#[derive(Default)]
struct Scripted {
    script: Mutex<VecDeque<Answer>>,
    orders: Mutex<Vec<(OrderId, Option<OrderState>)>>,
    calls: Mutex<Vec<&'static str>>,
    is_down: Mutex<bool>,
}

impl Scripted {
    fn answering(script: &[Answer]) -> Self {
        Self { script: Mutex::new(script.iter().copied().collect()), ..Self::default() }
    }

    fn next(&self, call: &'static str) -> Answer {
        self.calls.lock().unwrap().push(call);
        if *self.is_down.lock().unwrap() {
            return Answer::Down;
        }
        self.script.lock().unwrap().pop_front().unwrap_or(Answer::Right)
    }

    fn moves_to(&self, state: OrderState) {
        self.orders.lock().unwrap().iter_mut().for_each(|order| order.1 = Some(state));
    }
}

fn unavailable() -> CrmError {
    CrmError::Retry { after: None, source: "scripted".into() }
}

impl Crm for Scripted {
    async fn find(&self, order: OrderId) -> Result<Option<InCrm>, CrmError> {
        let answer = self.next("find");
        let orders = self.orders.lock().unwrap();
        let found = orders.iter().position(|(id, _)| *id == order);
        let known = found.map(|at| InCrm { id: CrmOrderId(at.to_string()), state: orders[at].1 });
        match answer {
            Answer::Right => Ok(known),
            Answer::Refused => Err(CrmError::Refused { reason: "scripted" }),
            Answer::Down | Answer::Lost => Err(unavailable()),
        }
    }

    async fn create(&self, record: &OrderRecord) -> Result<CrmOrderId, CrmError> {
        let answer = self.next("create");
        let mut orders = self.orders.lock().unwrap();
        if matches!(answer, Answer::Right | Answer::Lost) {
            orders.push((record.order.id, Some(OrderState::Accepted)));
        }
        match answer {
            Answer::Right => Ok(CrmOrderId((orders.len() - 1).to_string())),
            Answer::Refused => Err(CrmError::Refused { reason: "scripted" }),
            Answer::Down | Answer::Lost => Err(unavailable()),
        }
    }
}

/// A shop with one confirmed order.
struct World {
    time: Arc<Time>,
    books: Books,
    crm: Scripted,
}

impl World {
    fn with(crm: Scripted) -> Self {
        let session =
            SessionId { channel: Channel::Instagram, user: UserId::parse("1001").unwrap() };
        let order = Order {
            id: ORDER,
            state: OrderState::Confirmed,
            lines: Vec::new(),
            customer: Default::default(),
            method: None,
        };
        let record = OrderRecord {
            order,
            session,
            version: 5,
            changed_at: begin(),
            confirmed_at: Some(begin()),
            crm: None,
            failures: 0,
            trouble: None,
            is_news: false,
            due_at: Some(begin() + SignedDuration::from_mins(2)),
            erased_at: None,
        };
        let books = Books::default();
        books.orders.lock().unwrap().insert(ORDER, record);
        Self { time: Arc::clone(&books.time), books, crm }
    }

    fn answering(script: &[Answer]) -> Self {
        Self::with(Scripted::answering(script))
    }

    fn wake(&self) {
        let orders = Orders {
            clock: &*self.time,
            store: &self.books,
            queue: &self.books,
            crm: Some(&self.crm),
            measure: &Unmeasured,
        };
        orders.look_after(ORDER).now_or_never().unwrap().unwrap();
    }

    /// Lets time pass; the sweeper wakes the order each minute in which it is due.
    fn pass(&self, minutes: u32) {
        for _ in 0..minutes {
            self.time.pass(Duration::from_mins(1));
            if self.record().due_at.is_some_and(|due| due <= self.time.now()) {
                self.wake();
            }
        }
    }

    fn record(&self) -> OrderRecord {
        self.books.orders.lock().unwrap()[&ORDER].clone()
    }

    fn state(&self) -> OrderState {
        self.record().order.state
    }

    fn in_crm(&self) -> usize {
        self.crm.orders.lock().unwrap().len()
    }

    fn calls(&self) -> Vec<&'static str> {
        self.crm.calls.lock().unwrap().clone()
    }

    fn news(&self) -> Vec<OrderState> {
        self.books.news.lock().unwrap().values().map(|news| news.state).collect()
    }
}

#[test]
fn an_order_is_asked_for_then_made_and_its_number_in_the_crm_is_kept() {
    let world = World::answering(&[]);

    world.wake();

    assert_eq!(world.calls(), ["find", "create"]);
    assert_eq!((world.state(), world.in_crm()), (OrderState::Accepted, 1));
    assert_eq!(world.record().crm, Some(CrmOrderId("0".to_owned())));
}

#[test]
fn an_order_that_was_made_and_whose_answer_was_lost_is_found_and_not_made_again() {
    let world = World::answering(&[Answer::Right, Answer::Lost]);

    world.wake();
    assert_eq!((world.state(), world.in_crm()), (OrderState::Submitted, 1));
    world.pass(2);

    assert_eq!(world.calls(), ["find", "create", "find"]);
    assert_eq!((world.state(), world.in_crm()), (OrderState::Accepted, 1));
}

#[test]
fn a_process_that_died_while_the_crm_thought_leaves_an_order_that_is_asked_for_later() {
    let world = World::answering(&[Answer::Right]);
    // Sent, and the answer was never waited for.
    let mut record = world.record();
    record.order.state = OrderState::Submitted;
    record.due_at = Some(begin() + SignedDuration::from_mins(2));
    world.books.orders.lock().unwrap().insert(ORDER, record);

    world.wake();
    assert_eq!(world.calls(), [""; 0], "the CRM may still be at it");
    world.crm.orders.lock().unwrap().push((ORDER, None));
    world.pass(2);

    assert_eq!(world.calls(), ["find"]);
    assert_eq!((world.state(), world.in_crm()), (OrderState::Accepted, 1));
}

#[test]
fn who_has_an_order_tried_again_while_the_crm_thinks_does_not_make_it_twice() {
    let world = World::answering(&[Answer::Right]);
    let mut record = world.record();
    record.order.state = OrderState::Submitted;
    record.due_at = Some(begin() + SignedDuration::from_mins(2));
    let again = record.tried_again(begin()).unwrap();
    world.books.orders.lock().unwrap().insert(ORDER, again);

    world.wake();
    assert_eq!(world.calls(), [""; 0], "the CRM is still at it");
    world.crm.orders.lock().unwrap().push((ORDER, None));
    world.pass(2);

    assert_eq!(world.calls(), ["find"]);
    assert_eq!((world.state(), world.in_crm()), (OrderState::Accepted, 1));
}

#[test]
fn a_crm_that_is_down_for_an_hour_gets_the_order_once_and_soon_after() {
    let world = World::answering(&[]);
    *world.crm.is_down.lock().unwrap() = true;
    world.wake();
    world.pass(60);
    let asked = world.calls().len();
    assert_eq!((world.state(), world.in_crm()), (OrderState::Confirmed, 0));
    assert!(asked < 12, "the CRM is asked {asked} times in an hour in which it is down");

    *world.crm.is_down.lock().unwrap() = false;
    world.pass(30);

    assert_eq!((world.state(), world.in_crm()), (OrderState::Accepted, 1));
    assert_eq!(world.news(), []);
    assert_eq!(world.record().failures, 0);
}

#[test]
fn an_order_that_the_crm_did_not_take_for_a_day_is_a_humans_and_rests() {
    let world = World::answering(&[]);
    *world.crm.is_down.lock().unwrap() = true;
    world.wake();

    world.pass(23 * 60);
    assert_eq!(world.state(), OrderState::Confirmed);
    world.pass(u32::try_from(GIVE_UP_AFTER.as_secs() / 60).unwrap() - 23 * 60);

    assert_eq!(world.state(), OrderState::Failed);
    assert_eq!(world.news(), [OrderState::Failed]);
    assert_eq!(world.record().due_at, None);
}

#[test]
fn an_order_that_the_crm_refuses_is_a_humans_at_once() {
    let world = World::answering(&[Answer::Right, Answer::Refused]);

    world.wake();

    assert_eq!(world.state(), OrderState::Failed);
    assert_eq!(world.news(), [OrderState::Failed]);
    world.pass(60);
    assert_eq!(world.calls(), ["find", "create"]);
}

#[test]
fn what_the_crm_did_not_tell_is_asked_for_and_told_once() {
    let world = World::answering(&[]);
    world.wake();
    world.crm.moves_to(OrderState::Shipped);

    world.pass(2 * u32::try_from(CHECK_EVERY.as_secs() / 60).unwrap());

    assert_eq!(world.state(), OrderState::Shipped);
    assert_eq!(world.news(), [OrderState::Shipped]);
    assert_eq!(world.calls(), ["find", "create", "find", "find"]);
}

#[test]
fn an_order_that_has_arrived_or_that_nobody_fetches_is_not_asked_about_for_ever() {
    let delivered = World::answering(&[]);
    delivered.wake();
    delivered.crm.moves_to(OrderState::Delivered);
    delivered.pass(31);
    let forgotten = World::answering(&[]);
    forgotten.wake();

    delivered.pass(24 * 60);
    forgotten.pass(31 * 24 * 60);

    assert_eq!(delivered.record().due_at, None);
    assert_eq!(delivered.calls(), ["find", "create", "find"]);
    assert_eq!(forgotten.record().due_at, None);
}

#[test]
fn late_news_do_not_take_an_order_back() {
    let world = World::answering(&[]);
    world.wake();
    world.crm.moves_to(OrderState::Shipped);
    world.pass(31);

    world.crm.moves_to(OrderState::Processing);
    world.pass(60);

    assert_eq!(world.state(), OrderState::Shipped);
    assert_eq!(world.news(), [OrderState::Shipped]);
}

#[test]
fn news_that_the_session_did_not_take_are_told_again() {
    let world = World::answering(&[Answer::Right, Answer::Refused]);
    *world.books.is_deaf.lock().unwrap() = true;
    world.wake();
    assert_eq!((world.state(), world.news()), (OrderState::Failed, Vec::new()));

    *world.books.is_deaf.lock().unwrap() = false;
    world.pass(2);

    assert_eq!(world.news(), [OrderState::Failed]);
    assert_eq!(world.record().due_at, None);
}

#[test]
fn without_a_crm_an_order_stays_confirmed_and_is_not_woken_again() {
    let world = World::answering(&[]);
    let orders = Orders {
        clock: &*world.time,
        store: &world.books,
        queue: &world.books,
        crm: None::<&NoCrm>,
        measure: &Unmeasured,
    };

    orders.look_after(ORDER).now_or_never().unwrap().unwrap();

    assert_eq!(world.state(), OrderState::Confirmed);
    assert_eq!(world.record().due_at, None);
    assert!(world.record().is_placed());
}

#[test]
fn whatever_the_crm_does_the_order_is_there_once_or_a_human_knows() {
    // Every script of five answers.
    let answers = [Answer::Right, Answer::Down, Answer::Lost, Answer::Refused];
    let mut seen = BTreeMap::new();
    for n in 0..4_usize.pow(5) {
        let script: Vec<_> =
            (0..5).map(|place| answers[n / 4_usize.pow(place) % answers.len()]).collect();
        let world = World::answering(&script);

        world.wake();
        world.pass(25 * 60);

        let (state, in_crm) = (world.state(), world.in_crm());
        assert!(in_crm <= 1, "{script:?}: {in_crm} orders in the CRM");
        match state {
            OrderState::Accepted => assert_eq!(in_crm, 1, "{script:?}"),
            OrderState::Failed => assert_eq!(world.news(), [OrderState::Failed], "{script:?}"),
            other => panic!("{script:?}: the order is left {other}"),
        }
        *seen.entry(state).or_insert(0) += 1;
    }
    assert_eq!(seen.values().sum::<u32>(), 1_024);
    assert_eq!(seen.len(), 2, "{seen:?}");
}

#[test]
fn who_was_held_up_before_sending_an_order_leaves_it_to_whoever_comes_next() {
    let world = World::answering(&[]);
    *world.books.held_up.lock().unwrap() = Duration::from_mins(3);

    world.wake();

    // By now another process may have found no order in the CRM, and have made it.
    assert_eq!((world.calls(), world.in_crm()), (vec!["find"], 0));
    assert_eq!(world.state(), OrderState::Submitted);
    *world.books.held_up.lock().unwrap() = Duration::ZERO;
    world.pass(1);
    assert_eq!(world.calls(), ["find", "find", "create"]);
    assert_eq!((world.state(), world.in_crm()), (OrderState::Accepted, 1));
}
