//! What becomes of a customer who falls silent, in the running whole.

use std::time::Duration;

use jiff::Timestamp;
use mirt_test_support::{ModelReply, OpenAiStub, Shown, mirt::World};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    managers::{CHAT, MANAGERS},
    model::{good, worded, words, world_with_model},
    sessions::comes_out_the_same,
    turns, world_with,
};

/// Never quiet: the tests run at any hour.
const AWAKE: (&str, &str) = ("MIRT_QUIET_HOURS", "9-9");

/// Runs a schedule until it has woken somebody.
async fn run(world: &World, schedule: &str) {
    loop {
        let path = format!("/local/schedules/{schedule}");
        let run = world.mirt.request(Method::POST, &path).send().await;
        let answer = run.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(answer.status(), StatusCode::OK);
        let done: Value = answer.json().await.unwrap_or_else(|error| panic!("{error}"));
        if done["woken"].as_u64().unwrap_or_default() > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

/// Lets time pass: what becomes due on the way is done.
async fn pass(world: &World, mut seconds: u64) {
    while seconds > 0 {
        let step = seconds.min(7 * DAY);
        let by = json!({ "seconds": step });
        let passed = world.mirt.request(Method::POST, "/local/clock").json(&by).send().await;
        assert_eq!(passed.unwrap_or_else(|error| panic!("{error}")).status(), StatusCode::OK);
        seconds -= step;
    }
}

/// What the managers were told beside the reports of days.
fn cards(shown: &[Shown]) -> Vec<&Shown> {
    shown.iter().filter(|it| !format!("{it:?}").contains("Підсумок за")).collect()
}

/// What a customer was told since there were `before` messages.
fn told_since(world: &World, user: &str, before: usize) -> String {
    words(&world.manychat.shown_to(user)[before..])
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stays_silent_is_written_to_twice_then_left_to_a_manager_once_and_to_nobody_after() {
    let world = world_with(&[AWAKE, MANAGERS[0], MANAGERS[1]]).await;
    world.mirt.instagram_text("1913", "сукня лагуна рожева на зріст 134").await;
    let session = world.mirt.at_rest("instagram", "1913", 1).await;
    let of = |name: &str| session[name].as_str().and_then(|it| it.parse::<Timestamp>().ok());
    let (heard, due) = (of("heard_at").unwrap_or_default(), of("due_at").unwrap_or_default());
    assert_eq!(due.duration_since(heard).as_hours(), 4, "the page says when: {session:#}");
    let mut seen = world.manychat.shown_to("1913").len();
    let mut said = Vec::new();

    for hours in [3, 2, 17, 2, 1, 24] {
        pass(&world, hours * HOUR).await;
        let now = world.manychat.shown_to("1913").len();
        said.push(told_since(&world, "1913", seen));
        seen = now;
    }
    world.telegram.wait_for(CHAT, |shown| !cards(shown).is_empty()).await;

    let is_said: Vec<bool> = said.iter().map(|words| !words.is_empty()).collect();
    assert_eq!(is_said, [false, true, false, true, false, false], "{said:?}");
    assert!(said[1].contains("Лагуна") && said[3].contains("Лагуна") && said[1] != said[3]);
    let told = world.telegram.shown_to(CHAT);
    assert_eq!(cards(&told).len(), 1, "{told:?}");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_no_reminders_gets_none_and_no_manager_hears_of_their_silence() {
    let world = world_with(&[AWAKE, MANAGERS[0], MANAGERS[1]]).await;
    world.mirt.instagram_text("1914", "сукня лагуна рожева на зріст 134").await;
    world.mirt.at_rest("instagram", "1914", 1).await;
    world.mirt.instagram_text("1914", "не пишіть мені більше").await;
    world.mirt.at_rest("instagram", "1914", 2).await;
    let before = world.manychat.shown_to("1914").len();

    pass(&world, 2 * DAY).await;

    assert_eq!(told_since(&world, "1914", before), "");
    let told = world.telegram.shown_to(CHAT);
    assert!(cards(&told).is_empty(), "{told:?}");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_that_grew_replaces_itself_in_what_is_known_and_is_asked_about_after_half_a_year() {
    let world = world_with(&[AWAKE, ("MIRT_FOLLOW_UPS_S", "none")]).await;
    let say = async |text: &str, turns: usize| {
        let before = world.manychat.shown_to("1915").len();
        world.mirt.instagram_text("1915", text).await;
        world.mirt.at_rest("instagram", "1915", turns).await;
        told_since(&world, "1915", before)
    };
    say("які є костюми на зріст 128?", 1).await;
    pass(&world, 4 * DAY).await;

    let asked = say("Добрий день, які є костюми?", 3).await;
    let grown = say("так, підросли, вже 134", 4).await;
    pass(&world, 4 * DAY).await;
    let known = world.mirt.command(&["customer", "show", "instagram", "1915", "--json"]).await;
    pass(&world, 200 * DAY).await;
    let asked_anew = say("Добрий день, які є костюми?", 6).await;

    assert!(asked.contains("128 см") && asked.contains("ідросли"), "{asked}");
    assert!(!grown.contains("128"), "{grown}");
    let known: Value = serde_json::from_str(&known).unwrap_or_else(|error| panic!("{error}"));
    let profile = &known["profile"];
    let heights = |facts: &Value| -> Vec<Value> {
        let facts = facts.as_array().cloned().unwrap_or_default().into_iter();
        facts.filter_map(|it| it.pointer("/known/height").cloned()).collect()
    };
    let past: Value = profile["past"]
        .as_array()
        .map(|past| past.iter().map(|it| it["fact"].clone()).collect())
        .unwrap_or_default();
    assert_eq!(heights(&profile["facts"]), [json!(134)], "{profile:#}");
    assert_eq!(heights(&past), [json!(128)], "{profile:#}");
    assert!(asked_anew.contains("зріст") && asked_anew.contains("зараз"), "{asked_anew}");
    world.check();
}

/// A model that sums up when it is asked to, and words everything else with `word`.
fn model(
    word: impl Fn(&Value) -> ModelReply + Send + Sync,
) -> impl Fn(&Value) -> ModelReply + Send + Sync {
    move |question| {
        if question.to_string().contains("# Conversation, data and no orders") {
            return ModelReply::Says(json!({
                "summary": "Шукали костюм доньці на школу.",
                "facts": [{ "kind": "age", "value": "7", "turn": 1, "confidence": 90 }],
            }));
        }
        word(question)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_models_summary_comes_back_to_it_with_the_next_conversation() {
    let stub = OpenAiStub::start(crate::model::KEY, model(good)).await;
    let world = world_with_model(&stub, &[AWAKE, ("MIRT_FOLLOW_UPS_S", "none")]).await;
    world.mirt.instagram_text("1916", "костюм доньці 7 років, зріст 128").await;
    world.mirt.at_rest("instagram", "1916", 1).await;

    pass(&world, 4 * DAY).await;
    let known = world.mirt.command(&["customer", "show", "instagram", "1916"]).await;
    world.mirt.instagram_text("1916", "скільки коштує лагуна?").await;
    world.mirt.at_rest("instagram", "1916", 3).await;

    assert!(known.contains("Шукали костюм доньці на школу."), "{known}");
    comes_out_the_same(&world, ("instagram", "1916"), 3).await;
    let asked = stub.asked();
    let last = asked.last().map(ToString::to_string).unwrap_or_default();
    assert!(last.contains("# Known from earlier conversations"), "{last}");
    for part in ["Шукали костюм доньці на школу.", "age in", "height in"] {
        assert!(last.contains(part), "{part}: {last}");
    }
    assert_eq!(stub.violations(), [""; 0]);
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follow_up_is_worded_by_the_model_and_one_that_lies_about_a_price_is_not_sent() {
    let lies = |question: &Value| {
        if question.to_string().contains("# No message") {
            return worded(question, &json!({}), |line| format!("{line} Лише сьогодні 900 грн!"));
        }
        good(question)
    };
    for (user, stub, is_honest) in [
        ("1917", OpenAiStub::start(crate::model::KEY, model(good)).await, true),
        ("1918", OpenAiStub::start(crate::model::KEY, model(lies)).await, false),
    ] {
        let world = world_with_model(&stub, &[AWAKE]).await;
        world.mirt.instagram_text(user, "сукня лагуна рожева на зріст 134").await;
        world.mirt.at_rest("instagram", user, 1).await;
        let before = world.manychat.shown_to(user).len();

        pass(&world, 5 * HOUR).await;

        let session = world.mirt.at_rest("instagram", user, 2).await;
        let said = told_since(&world, user, before);
        let trace = &turns(&session)[1]["trace"];
        assert!(said.contains("Лагуна") && !said.contains("900"), "{said}");
        assert_eq!(said.contains("Залюбки"), is_honest, "{said}: {trace:#}");
        assert_eq!(trace["model"]["is_worded"], json!(is_honest), "{trace:#}");
        let rejected = trace["model"]["rejected"].as_array().map_or(0, Vec::len);
        assert_eq!(rejected > 0, !is_honest, "{trace:#}");
        comes_out_the_same(&world, ("instagram", user), 2).await;
        world.check();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_managers_hear_once_what_the_day_before_came_to() {
    let world = world_with(&[AWAKE, MANAGERS[0], MANAGERS[1]]).await;
    for (user, text) in [("1921", "сукня лагуна"), ("1922", "не пишіть мені більше")]
    {
        world.mirt.instagram_text(user, text).await;
        world.mirt.at_rest("instagram", user, 1).await;
    }
    pass(&world, DAY).await;

    for _ in 0..2 {
        let path = "/local/schedules/dayreport";
        let run = world.mirt.request(Method::POST, path).send().await;
        assert_eq!(run.unwrap_or_else(|error| panic!("{error}")).status(), StatusCode::OK);
    }

    let of_day = |all: &[_]| format!("{all:?}").matches("Підсумок за").count();
    let told = world.telegram.wait_for(CHAT, |all| of_day(all) > 0).await;
    assert_eq!(of_day(&told), 1, "{told:?}");
    let told = words(&told);
    assert!(told.contains("Розмов: 2") && told.contains("Нагадувань надіслано: "), "{told}");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_customer_is_written_to_with_the_garments_name_once_a_due_date() {
    let world = world_with(&[AWAKE, ("MIRT_FOLLOW_UPS_S", "1,82800")]).await;
    world.mirt.instagram_text("1911", "сукня лагуна рожева на зріст 134").await;
    world.mirt.at_rest("instagram", "1911", 1).await;
    let before = world.manychat.shown_to("1911").len();

    run(&world, "followups").await;
    let session = world.mirt.at_rest("instagram", "1911", 2).await;
    let idle = world.mirt.request(Method::POST, "/local/schedules/followups").send().await;
    let idle: Value = match idle {
        Ok(answer) => answer.json().await.unwrap_or_else(|error| panic!("{error}")),
        Err(error) => panic!("{error}"),
    };

    assert_eq!(turns(&session)[1]["trace"]["edge"], "follow_up", "{session:#}");
    let said = world.manychat.wait_for("1911", |shown| shown.len() > before).await;
    assert!(format!("{:?}", &said[before..]).contains("Лагуна"), "{said:?}");
    assert_eq!(idle["woken"], 0);
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_summed_up_and_the_next_one_begins_with_it() {
    let world =
        world_with(&[AWAKE, ("MIRT_FOLLOW_UPS_S", "none"), ("MIRT_SUMMARY_AFTER_S", "1")]).await;
    world.mirt.instagram_text("1912", "які є костюми на зріст 134?").await;
    world.mirt.at_rest("instagram", "1912", 1).await;

    run(&world, "summaries").await;
    world.mirt.at_rest("instagram", "1912", 2).await;
    let known = world.mirt.command(&["customer", "show", "instagram", "1912"]).await;
    let before = world.manychat.shown_to("1912").len();
    world.mirt.instagram_text("1912", "які є костюми?").await;

    assert!(known.contains("Цікавилися") && known.contains("134"), "{known}");
    let said = world.manychat.wait_for("1912", |shown| shown.len() > before).await;
    world.mirt.at_rest("instagram", "1912", 3).await;
    let said = format!("{:?}", &world.manychat.shown_to("1912")[said.len().min(before)..]);
    assert!(said.contains("134 см") && said.contains("ідросли"), "{said}");
    world.check();
}
