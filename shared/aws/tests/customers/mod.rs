//! Everything of one customer, and nothing of another's.

mod everything;

use jiff::SignedDuration;
use mirt_domain::{memory::Profile, shop::Settings};
use mirt_engine::{
    card::{FindSubject as _, KeepCard as _, ManagersMessage, SessionCard},
    receive::{CONTENT_WINDOW, RecordEvent as _},
    session_store::{CommitTurn as _, LoadSession as _, TurnCommit},
};

use crate::stage::{Stage, alert, commit, event, now, session};

/// Two customers: turns, an event that waits, a profile, a card, an alert.
async fn two_customers() -> Stage {
    let stage = Stage::start().await;
    for user in ["erased", "kept"] {
        let id = session(user);
        for number in 1..=2 {
            stage.table.record_event(&event(user, number), CONTENT_WINDOW).await.unwrap();
        }
        let loaded = stage.table.load_session(&id, 0).await.unwrap();
        let turn = commit(&loaded, 1, &["Вітаю"]);
        let turn = TurnCommit { profile: Some(Profile::default()), alerts: vec![alert()], ..turn };
        stage.table.commit_turn(&id, &turn).await.unwrap();
        let at = ManagersMessage { chat: "-1".to_owned(), id: user.len().try_into().unwrap() };
        let head = alert().matter.text(&Settings::default());
        let card = SessionCard { at: at.clone(), head, said: Vec::new(), is_open: true };
        stage.table.keep_card(&id, &card).await.unwrap();
        stage.table.keep_subject(&at, &id, now()).await.unwrap();
        stage.table.note_trouble(&id, "an error", now()).await.unwrap();
    }
    stage
}

/// The partition keys of all that is in the table.
async fn keys(stage: &Stage) -> Vec<String> {
    let scanned = stage.client.scan().table_name("mirt-dev").send().await.unwrap();
    let items = scanned.items.unwrap_or_default();
    items.iter().map(|item| item["pk"].as_s().unwrap().clone()).collect()
}

/// The record of the first turn, and the only one.
fn of_first_turn(export: &serde_json::Value) -> &serde_json::Value {
    let records = export["records"].as_object().unwrap();
    records.iter().find(|(key, _)| key.starts_with("TURN#")).map(|(_, record)| record).unwrap()
}

/// Whether it is about a day and nobody in particular.
fn is_of_days(key: &str) -> bool {
    key.starts_with("DAY#")
}

#[tokio::test]
async fn an_export_is_one_object_with_every_record() {
    let stage = Box::pin(two_customers()).await;

    let export = stage.table.export(&session("erased")).await.unwrap().unwrap();

    let records = export["records"].as_object().unwrap();
    let mut kinds: Vec<&str> = records.keys().map(|key| key.split('#').next().unwrap()).collect();
    kinds.dedup();
    assert_eq!(
        kinds,
        [
            "BEFORE", "HOUR", "IN", "INTAKE", "MANAGER", "MCARD", "OUT", "PROFILE", "STATE",
            "SUBJECT", "TROUBLE", "TURN",
        ]
    );
    assert_eq!(of_first_turn(&export)["data"]["input"][0]["text"], "так");
    // Two deliveries that are known again, and the card.
    assert_eq!(export["elsewhere"].as_array().unwrap().len(), 3);
    let all = keys(&stage).await;
    let of_days = all.iter().filter(|key| is_of_days(key)).count();
    assert_eq!(all.len() - of_days, 2 * (records.len() + 3));
}

#[tokio::test]
async fn an_erasure_removes_all_of_one_customer_and_nothing_of_another_and_may_come_twice() {
    let stage = Box::pin(two_customers()).await;
    let before = keys(&stage).await;

    let erased = stage.table.erase(&session("erased"), now()).await.unwrap();
    let again = stage.table.erase(&session("erased"), now()).await.unwrap();

    let kept = |key: &&String| key.contains("kept") || *key == "M#-1:4" || is_of_days(key);
    let expected: Vec<&String> = before.iter().filter(kept).collect();
    let after = keys(&stage).await;
    assert_eq!(after.iter().collect::<Vec<_>>(), expected);
    assert_eq!(erased.removed.values().sum::<usize>(), before.len() - after.len());
    assert_eq!(erased.removed["turns"], 1);
    assert!(again.removed.is_empty());
    let card = ManagersMessage { chat: "-1".to_owned(), id: 6 };
    assert_eq!(stage.table.find_subject(&card).await.unwrap(), None);
    assert_eq!(stage.table.export(&session("erased")).await.unwrap(), None);
}

#[tokio::test]
async fn a_turn_that_was_read_before_an_erasure_is_not_committed_after_it() {
    let stage = Box::pin(two_customers()).await;
    let loaded = stage.table.load_session(&session("erased"), 0).await.unwrap();
    stage.table.erase(&session("erased"), now()).await.unwrap();

    let committed = stage.table.commit_turn(&session("erased"), &commit(&loaded, 1, &["Ні"])).await;

    assert!(committed.is_err());
    assert_eq!(stage.table.export(&session("erased")).await.unwrap(), None);
}

#[tokio::test]
async fn the_records_of_turns_expire_when_the_setting_says() {
    let stage = Stage::start().await;
    let days = 9;
    let table = stage.table.clone().keeping_turns_for(std::time::Duration::from_hours(24 * days));
    table.record_event(&event("a", 1), CONTENT_WINDOW).await.unwrap();
    let loaded = table.load_session(&session("a"), 0).await.unwrap();

    table.commit_turn(&session("a"), &commit(&loaded, 1, &[])).await.unwrap();

    let export = table.export(&session("a")).await.unwrap().unwrap();
    let expires = now() + SignedDuration::from_hours(24 * i64::try_from(days).unwrap());
    assert_eq!(of_first_turn(&export)["ttl"], expires.as_second());
    assert_eq!(export["records"]["STATE"].get("ttl"), None);
}

#[tokio::test]
async fn the_profile_comes_with_the_turns_one_query() {
    let stage = Box::pin(two_customers()).await;
    let before = stage.endpoint.calls().snapshot();
    let text = "Шукали сукню.".to_owned();
    let summary = mirt_domain::memory::Summary { text, at: now(), turn: 1, by_model: false };
    let profile = Profile { summary: Some(summary), ..Profile::default() };
    let loaded = stage.table.load_session(&session("kept"), 0).await.unwrap();
    let turn = TurnCommit { profile: Some(profile.clone()), ..commit(&loaded, 1, &[]) };
    stage.table.commit_turn(&session("kept"), &turn).await.unwrap();

    let loaded = stage.table.load_session(&session("kept"), 0).await.unwrap();

    assert_eq!(*loaded.session.profile(), profile);
    let calls = |name: &str| {
        let after = stage.endpoint.calls().snapshot();
        after.get(name).copied().unwrap_or(0) - before.get(name).copied().unwrap_or(0)
    };
    assert_eq!((calls("dynamodb.Query"), calls("dynamodb.TransactWriteItems")), (2, 1));
    assert_eq!(calls("dynamodb.GetItem"), 0);
}
