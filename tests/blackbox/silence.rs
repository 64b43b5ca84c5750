//! What becomes of a customer who falls silent, in the running whole.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::{turns, world_with};
use mirt_test_support::mirt::World;

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
