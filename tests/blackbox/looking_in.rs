//! What a developer and an operator can see.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{turns, world};

#[tokio::test(flavor = "multi_thread")]
async fn health_says_the_version_and_what_was_checked() {
    let world = world().await;

    let answer = world.mirt.get("/health").await;

    assert_eq!(answer.status(), StatusCode::OK);
    let body: Value = answer.json().await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        body,
        json!({
            "status": "ok",
            "version": env!("CARGO_PKG_VERSION"),
            "content": {
                "catalog": mirt_content::catalog().version(),
                "prompts": mirt_content::prompts().version(),
            },
            "checks": { "store": "ok", "queue": "ok" },
        })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_nobody_had_is_empty() {
    let world = world().await;

    let session = world.mirt.session("instagram", "1201").await;

    assert_eq!(session["state"], "STATE_0_INIT");
    assert_eq!(session["version"], 0);
    assert_eq!(session["cart"], json!({ "lines": [], "total": 0 }));
    assert_eq!(turns(&session), [Value::Null; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_shows_what_came_in_what_was_decided_and_what_went_out() {
    let world = world().await;
    world.mirt.instagram_text("1202", "скільки лагуна на 98?").await;

    let session = world.mirt.at_rest("instagram", "1202", 1).await;

    let turn = &turns(&session)[0];
    assert_eq!(turn["n"], 1);
    assert_eq!(turn["input"][0]["text"], "скільки лагуна на 98?");
    assert_eq!(turn["from"], "STATE_0_INIT");
    assert_eq!(turn["to"], session["state"]);
    assert_eq!(turn["mode"], "rules");
    for list in ["rules", "bubbles", "products"] {
        assert!(turn[list].as_array().is_some_and(|list| !list.is_empty()), "{list}: {turn:#}");
    }
    for field in ["at", "ms", "intent"] {
        assert!(!turn[field].is_null(), "{field}: {turn:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_there_and_only_for_this_machine() {
    let world = world().await;

    let page = world.mirt.get("/").await;
    assert_eq!(page.status(), StatusCode::OK);
    let html = page.text().await.unwrap_or_else(|error| panic!("{error}"));
    assert!(html.contains("<textarea") && html.contains("MIRT"), "{html}");

    let foreign = world
        .mirt
        .request(Method::GET, "/local/sessions/instagram/1")
        .header("Host", "rebound.example")
        .send()
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(foreign.status(), StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_elsewhere_changes_nothing_here_and_ours_loads_nothing_from_elsewhere() {
    let world = world().await;
    let posted = |origin: String| {
        let request = world.mirt.request(Method::POST, "/local/schedules/sweeper");
        request.header("Origin", origin).send()
    };

    let foreign = posted("http://rebound.example".to_owned()).await;
    let own = posted(world.mirt.origin().to_owned()).await;
    let page = world.mirt.get("/").await;

    assert_eq!(foreign.ok().map(|it| it.status()), Some(StatusCode::MISDIRECTED_REQUEST));
    assert_eq!(own.ok().map(|it| it.status()), Some(StatusCode::OK));
    let policy = page.headers().get("content-security-policy").and_then(|it| it.to_str().ok());
    assert!(policy.is_some_and(|it| it.starts_with("default-src 'none'; script-src 'self'")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_taken_again_comes_out_the_same_and_another_price_is_said_to_nobody() {
    let world = world().await;
    world.mirt.instagram_text("1203", "скільки лагуна на 98?").await;
    let session = world.mirt.at_rest("instagram", "1203", 1).await;
    let heard = world.manychat.shown_to("1203").len();
    let replay = async |files: Value| {
        let asked = json!({ "channel": "instagram", "user": "1203", "turn": 1, "files": files });
        let request = world.mirt.request(Method::POST, "/local/replay").json(&asked);
        let answer = request.send().await.unwrap_or_else(|error| panic!("{error}"));
        let status = answer.status();
        (status, answer.json::<Value>().await.unwrap_or_else(|error| panic!("{error}")))
    };

    let (_, same) = replay(json!({})).await;
    let path = "catalog/products/kostum_laguna.toml";
    let text = std::fs::read_to_string(format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR")))
        .unwrap_or_else(|error| panic!("{error}"));
    let dearer = text.replace("\"98-104\" = 1790", "\"98-104\" = 1999");
    let (_, other) = replay(json!({ path: dearer })).await;
    let (status, fault) = replay(json!({ path: text.replace("= 1790", "= 17900000") })).await;

    assert_eq!(same["bubbles"], turns(&session)[0]["bubbles"]);
    assert_eq!(same["trace"], turns(&session)[0]["trace"]);
    assert_eq!(same["session"], session["session"]);
    assert!(other["bubbles"].to_string().contains("1999"), "{other:#}");
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(fault["error"].as_str().is_some_and(|it| it.starts_with(path)), "{fault}");
    assert_eq!(world.mirt.session("instagram", "1203").await["version"], 1);
    assert_eq!(world.manychat.shown_to("1203").len(), heard);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_taken_again_by_other_words_of_a_rule_goes_another_way_and_tells_what_took_how_long()
{
    let world = world().await;
    world.mirt.instagram_text("1205", "де мій директор").await;
    let session = world.mirt.at_rest("instagram", "1205", 1).await;
    let replay = async |rules: Value| {
        let asked = json!({ "channel": "instagram", "user": "1205", "turn": 1, "rules": rules });
        let request = world.mirt.request(Method::POST, "/local/replay").json(&asked);
        let answer = request.send().await.unwrap_or_else(|error| panic!("{error}"));
        let status = answer.status();
        (status, answer.json::<Value>().await.unwrap_or_else(|error| panic!("{error}")))
    };

    let (_, other) = replay(json!({ "human_wanted": "де .. директор*" })).await;
    let (status, fault) = replay(json!({ "human_wanted": "<nobody>" })).await;

    let read = |trace: &Value| trace["rules"].to_string().contains("human_wanted");
    assert!(read(&other["trace"]) && !read(&turns(&session)[0]["trace"]), "{other:#}");
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(fault["error"], "human_wanted:1: there is no class <nobody>");
    let parts = turns(&session)[0]["parts"].as_array().cloned().unwrap_or_default();
    let parts: Vec<&Value> = parts.iter().map(|part| &part["what"]).collect();
    assert_eq!(parts, ["read", "rules", "check"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_moved_forward_makes_due_what_was_not_and_stays_there_over_a_restart() {
    let managers = [("MIRT_MANAGERS_CHAT", "-1001"), ("MIRT_MANAGERS", "7")];
    let mut world = crate::world_with(&managers).await;
    world.mirt.instagram_text("1204", "покличте менеджера").await;
    world.telegram.wait_for("-1001", |shown| !shown.is_empty()).await;
    world.mirt.managers_told("instagram", "1204").await;

    let forward = json!({ "seconds": 3600 });
    let moved = world.mirt.request(Method::POST, "/local/clock").json(&forward).send().await;
    let moved: Value = match moved {
        Ok(moved) => moved.json().await.unwrap_or_default(),
        Err(error) => panic!("{error}"),
    };
    // Nobody answered for fifteen minutes: a reminder, below the card.
    world.telegram.wait_for("-1001", |shown| shown.len() > 1).await;
    world.mirt.kill().await;
    world.mirt.start_again().await;
    let standing = world.mirt.get("/local/faults").await.json::<Value>().await;
    let standing = standing.unwrap_or_else(|error| panic!("{error}"));
    assert!(moved["ahead_ms"].as_u64().is_some_and(|ahead| ahead > 15 * 60 * 1000), "{moved}");
    assert_eq!(standing["ahead_ms"], moved["ahead_ms"]);
}
