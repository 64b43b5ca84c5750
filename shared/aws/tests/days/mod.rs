//! The counters of a day, and its report.

use std::{sync::Mutex, time::Duration};

use jiff::{Timestamp, civil::date};
use mirt_domain::shop::{Settings, Shop, Words};
use mirt_engine::{
    clock::Clock,
    day_report::{DayBook as _, ReportError, TellManagers, report_yesterday},
    failure::SendError,
    session_store::{CommitTurn as _, LoadSession as _, SettleOutbox as _},
};

use crate::stage::{Stage, alert, commit, session};

struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }

    async fn sleep(&self, _: Duration) {}
}

/// A chat that takes nothing until it is up.
#[derive(Default)]
struct Chat {
    is_up: Mutex<bool>,
    texts: Mutex<Vec<String>>,
}

impl TellManagers for Chat {
    async fn tell_managers(&self, text: &str) -> Result<(), SendError> {
        if !*self.is_up.lock().unwrap() {
            return Err(SendError::Retry { after: None, source: "down".into() });
        }
        self.texts.lock().unwrap().push(text.to_owned());
        Ok(())
    }
}

async fn run(stage: &Stage, chat: &Chat, at: &str) -> Result<bool, ReportError> {
    let (catalog, prompts) = (mirt_content::catalog(), mirt_content::prompts());
    let (words, settings) = (Words::of(catalog), Settings::default());
    let shop = Shop { catalog, words: &words, prompts, settings: &settings };
    report_yesterday(&At(at.parse().unwrap()), &stage.table, chat, &shop).await
}

#[tokio::test]
async fn what_turns_add_is_summed_up_and_a_turn_that_was_not_committed_adds_nothing() {
    let stage = Stage::start().await;
    for user in ["a", "b", "c"] {
        let loaded = stage.table.load_session(&session(user), 0).await.unwrap();
        let turn = commit(&loaded, 0, &["x"]);
        let turn = mirt_engine::session_store::TurnCommit { recorded: None, ..turn };
        stage.table.commit_turn(&session(user), &turn).await.unwrap();
        assert!(stage.table.commit_turn(&session(user), &turn).await.is_err(), "a conflict");
    }
    let loaded = stage.table.load_session(&session("a"), 0).await.unwrap();
    let entry = &loaded.outbox[0].entry;
    for _ in 0..2 {
        stage.table.set_aside(&session("a"), entry, "refused", &alert()).await.unwrap();
    }

    let counts = stage.table.read_day(date(2026, 11, 21)).await.unwrap();

    assert_eq!(counts, [("turns".to_owned(), 3), ("unsent".to_owned(), 1)].into());
    assert!(stage.table.read_day(date(2026, 11, 20)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_day_is_reported_once_after_the_quiet_hours_and_again_only_where_it_failed() {
    let stage = Stage::start().await;
    let loaded = stage.table.load_session(&session("a"), 0).await.unwrap();
    let turn = commit(&loaded, 0, &[]);
    let counts = [
        ("conversations", 12),
        ("handed_over", 2),
        ("escalated_complaint", 2),
        ("orders", 3),
        ("sum_kopecks", 540_000),
        ("follow_ups", 5),
        ("follow_ups_answered", 2),
        ("follow_ups_unanswered", 1),
        ("ms_50", 96),
        ("ms_5000", 4),
        ("model_micro_usd", 123_456),
        ("unsent", 1),
    ];
    let counts = counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    let turn = mirt_engine::session_store::TurnCommit {
        recorded: None,
        tally: mirt_domain::tally::Tally { counts, ..turn.tally.clone() },
        ..turn
    };
    stage.table.commit_turn(&session("a"), &turn).await.unwrap();
    let chat = Chat::default();

    let at_night = run(&stage, &chat, "2026-11-22T04:00:00Z").await;
    let down = run(&stage, &chat, "2026-11-22T07:00:00Z").await;
    *chat.is_up.lock().unwrap() = true;
    let sent = run(&stage, &chat, "2026-11-22T08:00:00Z").await;
    let again = run(&stage, &chat, "2026-11-22T09:00:00Z").await;
    let empty = run(&stage, &chat, "2026-11-23T09:00:00Z").await;

    assert!(matches!(at_night, Ok(false)) && down.is_err());
    assert!(matches!((sent, again, empty), (Ok(true), Ok(false), Ok(false))));
    let texts = chat.texts.lock().unwrap();
    let expected = "\
Підсумок за 2026-11-21
Розмов: 12
Асистент упорався сам: 10
Оплачених замовлень: 3, на суму 5400 грн
Передано людині: 2
• Клієнт скаржиться. (2)
Залишилося без відповіді менеджера: 0
Нагадувань надіслано: 5
З них відповіли: 2
Замовлень після нагадування: 0
Не відповіли й залишилися менеджеру: 1
Витрати на модель: $0.13
Дев'ятнадцять відповідей із двадцяти за ≤ 0.05 с
Збоїв і затриманих відповідей: 1";
    assert_eq!(*texts, [expected]);
}

#[tokio::test]
async fn two_runs_at_once_send_one_report() {
    let stage = Stage::start().await;
    let loaded = stage.table.load_session(&session("a"), 0).await.unwrap();
    let turn = commit(&loaded, 0, &[]);
    let turn = mirt_engine::session_store::TurnCommit { recorded: None, ..turn };
    stage.table.commit_turn(&session("a"), &turn).await.unwrap();
    let chat = Chat { is_up: Mutex::new(true), ..Chat::default() };

    let at = "2026-11-22T08:00:00Z";
    let (a, b) = tokio::join!(run(&stage, &chat, at), run(&stage, &chat, at));

    assert_eq!([a.unwrap(), b.unwrap()].iter().filter(|is_sent| **is_sent).count(), 1);
    assert_eq!(chat.texts.lock().unwrap().len(), 1);
}
