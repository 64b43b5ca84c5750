//! The one stream: dropped and resumed, a process killed, everything killed.

use mirt_test_support::mirt::Mirt;
use reqwest::Method;
use serde_json::json;

use crate::{
    Stage,
    driver::{Browser, ENTER, WIDE},
    wire::Wire,
};

/// How often all of the customer's conversation was read, and not its end alone.
const WHOLE: &str = "performance.getEntriesByType('resource').filter((it) => it.name.endsWith('/local/sessions/instagram/1')).length";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_dropped_stream_is_resumed_without_a_gap_and_without_reading_all_anew() {
    let mirt = Mirt::start(env!("CARGO_BIN_EXE_mirt"), &[]).await;
    let wire = Wire::to(mirt.origin()).await;
    let browser = Browser::start_behind(WIDE, wire.url()).await;
    let stage = Stage::with(mirt, browser).await;
    let browser = &stage.browser;
    stage.say("Добрий день").await;
    let whole = browser.run(&format!("return {WHOLE}"), json!([])).await;

    wire.cut(true);
    browser.until("!document.querySelector('.pill.bad').hidden").await;
    let said = json!({ "channel": "instagram", "user": "1", "text": "скільки лагуна на 98?" });
    let sent = stage.mirt.request(Method::POST, "/local/messages").json(&said).send().await;
    assert!(sent.is_ok_and(|answer| answer.status().is_success()));
    stage.mirt.at_rest("instagram", "1", 2).await;
    assert_eq!(stage.turns().await, 1);
    wire.cut(false);

    stage.turn_after(1).await;
    browser.until("document.querySelector('.pill.bad').hidden").await;
    browser.until("document.querySelector('.phone.now').textContent.includes('1790')").await;
    assert_eq!(browser.run(&format!("return {WHOLE}"), json!([])).await, whole, "read anew");
    // What could not be loaded meanwhile is the browser's own complaint.
    let bad = browser.complaints().await;
    assert!(bad.iter().all(|line| line.contains("ERR_")), "{bad:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn after_a_crash_of_everything_the_stream_goes_on_and_nothing_is_missing() {
    let mut stage = Stage::wide().await;
    stage.say("Добрий день").await;
    let origin = stage.mirt.origin().to_owned();

    stage.mirt.kill().await;
    stage.browser.until("!document.querySelector('.pill.bad').hidden").await;
    stage.mirt.start_again_there().await;
    assert_eq!(stage.mirt.origin(), origin);
    stage.browser.until("document.querySelector('.pill.bad').hidden").await;

    stage.browser.type_into(".phone.now textarea", &format!("скільки лагуна на 98?{ENTER}")).await;
    stage.turn_after(1).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_process_that_is_killed_on_the_page_is_replaced_and_answers() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;
    stage.say("Добрий день").await;

    browser.click("#trouble").await;
    browser.click_on("#faults button", "dialogue").await;

    browser.until("document.querySelector('#toasts').textContent.includes('process killed')").await;
    browser.click("#trouble").await;
    stage.say("скільки лагуна на 98?").await;
    browser.until("[...document.querySelectorAll('.phone.now .turn')].at(-1).textContent.includes('1790')").await;
    stage.check().await;
}
