#![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering::Relaxed},
};

use futures_util::FutureExt as _;
use mirt_domain::{
    channel::Channel,
    model::Usage,
    session_id::{SessionId, UserId},
};
use serde_json::Value;

use super::*;
use crate::model::AnswerFormat;

/// A store, a model and a clock, and how often the first two were called.
#[derive(Default)]
struct World {
    seconds: AtomicI64,
    is_store_down: AtomicBool,
    is_model_down: AtomicBool,
    breaker: Mutex<BreakerState>,
    minutes: Mutex<BTreeMap<i64, u32>>,
    entered: AtomicU32,
    read: AtomicU32,
    asked: AtomicU32,
    moderated: AtomicU32,
}

impl World {
    fn guarded(&self, most: u32) -> Guarded<'_, &Self, Self, Self> {
        Guarded::new(self, self, self, most)
    }

    fn pass(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Relaxed);
    }

    fn is_up(&self) -> Result<(), PortError> {
        match self.is_store_down.load(Relaxed) {
            true => Err(PortError::Unavailable { service: "a store", source: "down".into() }),
            false => Ok(()),
        }
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(6_000 + self.seconds.load(Relaxed)).unwrap()
    }

    async fn sleep(&self, _: Duration) {}
}

impl GuardModel for World {
    async fn enter(&self, now: Timestamp, count: u32, most: u32) -> Result<Entry, PortError> {
        self.entered.fetch_add(1, Relaxed);
        self.is_up()?;
        let breaker = self.breaker.lock().unwrap().clone();
        if !breaker.is_closed() {
            return Ok(Entry::NotClosed(breaker));
        }
        let mut minutes = self.minutes.lock().unwrap();
        let taken = minutes.entry(minute_of(now)).or_default();
        if *taken + count > most {
            return Ok(Entry::NoneLeft);
        }
        *taken += count;
        Ok(Entry::Granted)
    }

    async fn breaker(&self) -> Result<BreakerState, PortError> {
        self.read.fetch_add(1, Relaxed);
        self.is_up()?;
        Ok(self.breaker.lock().unwrap().clone())
    }

    async fn write_breaker(&self, state: &BreakerState) -> Result<bool, PortError> {
        self.is_up()?;
        *self.breaker.lock().unwrap() = state.clone();
        Ok(true)
    }
}

impl AskModel for World {
    async fn ask(&self, _: &ModelRequest, _: Duration) -> Asked {
        self.asked.fetch_add(1, Relaxed);
        let answer = match self.is_model_down.load(Relaxed) {
            true => Err(ModelError::Timeout),
            false => Ok("{}".to_owned()),
        };
        Asked { answer, usage: Usage::default() }
    }
}

impl Moderate for World {
    async fn moderate(&self, _: &str, _: Duration) -> Result<Moderation, ModelError> {
        self.moderated.fetch_add(1, Relaxed);
        Ok(Moderation::default())
    }
}

fn request() -> ModelRequest {
    ModelRequest {
        session: SessionId { channel: Channel::Telegram, user: UserId::parse("1").unwrap() },
        instructions: String::new(),
        input: String::new(),
        photos: Vec::new(),
        references: Vec::new(),
        format: AnswerFormat { name: "turn", schema: Value::Null },
    }
}

/// Asks, and gives what became of it in one word.
fn ask(guarded: &Guarded<'_, &World, World, World>) -> &'static str {
    let asked = guarded.ask(&request(), Duration::from_secs(20)).now_or_never().unwrap();
    asked.answer.map_or_else(|error| error.as_str(), |_| "answered")
}

fn moderate(guarded: &Guarded<'_, &World, World, World>) -> bool {
    guarded.moderate("так", Duration::from_secs(3)).now_or_never().unwrap().is_ok()
}

#[test]
fn past_the_ceiling_no_question_is_put_until_the_next_minute_and_the_store_is_asked_no_more() {
    let world = World::default();
    let guarded = world.guarded(25);

    let answers: Vec<_> = (0..40).map(|_| ask(&guarded)).collect();

    assert!(answers[..20].iter().all(|answer| *answer == "answered"), "{answers:?}");
    assert!(answers[20..].iter().all(|answer| *answer == "ceiling"), "{answers:?}");
    assert_eq!(world.asked.load(Relaxed), 20, "two portions of ten, and no third");
    assert_eq!(world.entered.load(Relaxed), 3);
    assert!(moderate(&guarded), "moderation costs nothing");
    world.pass(60);
    assert_eq!(ask(&guarded), "answered");
}

#[test]
fn several_instances_together_ask_no_more_than_the_ceiling_lets_through() {
    let world = World::default();
    let instances: Vec<_> = (0..7).map(|_| world.guarded(50)).collect();

    for _ in 0..30 {
        for instance in &instances {
            ask(instance);
        }
    }

    assert_eq!(world.asked.load(Relaxed), 50);
}

#[test]
fn a_ceiling_below_one_portion_is_kept_and_none_of_it_lets_nothing_through() {
    let world = World::default();
    let few = world.guarded(3);
    let answered = (0..9).filter(|_| ask(&few) == "answered").count();

    assert_eq!(answered, 3);
    assert_eq!(ask(&World::default().guarded(0)), "ceiling");
}

#[test]
fn a_store_that_does_not_answer_lets_no_question_through_and_moderation_goes_on() {
    let world = World::default();
    let guarded = world.guarded(600);
    world.is_store_down.store(true, Relaxed);

    assert_eq!(ask(&guarded), "ceiling");
    assert!(moderate(&guarded));
    world.is_store_down.store(false, Relaxed);
    assert_eq!(ask(&guarded), "answered");
    assert_eq!(world.asked.load(Relaxed), 1);
}

#[test]
fn moderation_and_the_question_behind_it_cost_one_call_of_the_store_and_the_next_nine_none() {
    let world = World::default();
    let guarded = world.guarded(600);

    for _ in 0..10 {
        assert!(moderate(&guarded));
        assert_eq!(ask(&guarded), "answered");
    }

    assert_eq!((world.entered.load(Relaxed), world.read.load(Relaxed)), (1, 0));
}

#[test]
fn an_instance_hears_of_the_breaker_that_others_opened_with_the_same_call() {
    let world = World::default();
    let (one, other) = (world.guarded(600), world.guarded(600));
    world.is_model_down.store(true, Relaxed);

    let answers: Vec<_> = (0..7).map(|_| ask(&one)).collect();

    assert_eq!(answers[..5], ["timeout"; 5]);
    assert_eq!(answers[5..], ["breaker_open"; 2]);
    assert_eq!(ask(&other), "breaker_open");
    assert!(!moderate(&other));
    assert_eq!(world.minutes.lock().unwrap().values().sum::<u32>(), 10, "one portion was taken");
}

#[test]
fn after_the_pause_one_instance_probes_and_the_others_follow_its_success() {
    let world = World::default();
    let (one, other) = (world.guarded(600), world.guarded(600));
    world.is_model_down.store(true, Relaxed);
    for _ in 0..5 {
        let _ = ask(&one);
    }
    assert_eq!(ask(&other), "breaker_open");

    world.is_model_down.store(false, Relaxed);
    world.pass(31);

    assert_eq!(ask(&one), "answered", "the probe");
    assert_eq!(ask(&other), "answered");
}
