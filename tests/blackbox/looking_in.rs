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
