//! Faults on a switch, and how the system takes them.

use crate::{
    Stage,
    driver::{ENTER, WIDE},
};

async fn switch(stage: &Stage, fault: &str) {
    let browser = &stage.browser;
    browser.until("document.querySelector('#faults').hidden && (document.querySelector('#trouble').click(), true)").await;
    let button = format!("#faults [data-fault=\"{fault}\"]");
    browser.click(&button).await;
    browser
        .until(&format!(
            "document.querySelector('{button}').getAttribute('aria-pressed') === 'true' || document.querySelector('{button}').checked"
        ))
        .await;
    browser.run("document.querySelector('#trouble').click()", serde_json::json!([])).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_model_that_is_down_lies_and_is_well_again_shows_in_the_story() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;

    switch(&stage, "model:down").await;
    browser.type_into(".phone.now textarea", &format!("скільки лагуна на 98?{ENTER}")).await;
    stage.turn_after(0).await;
    browser.until("document.querySelector('#story .story-turn .chip.warn')").await;
    assert!(browser.words(".phone.now .turn").await.contains("1790"));

    switch(&stage, "model:lying").await;
    stage.say("скільки лагуна на 128?").await;
    let text = browser.words(".phone.now .turn:last-of-type").await;
    assert!(!text.contains("99 грн"), "{text}");

    switch(&stage, "model:well").await;
    stage.say("покажіть сукні на зріст 134").await;
    browser.until("document.querySelector('#story .story-turn .chip.on')").await;
    stage.check().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_slow_model_lets_a_message_in_between_be_said_and_then_answers() {
    let settings = [("MIRT_MODEL_INTERIM_MS", "2000")];
    let stage = Stage::open_with(WIDE, &settings).await;
    let browser = &stage.browser;
    switch(&stage, "model:slow").await;

    browser.type_into(".phone.now textarea", &format!("скільки лагуна на 98?{ENTER}")).await;
    browser.until("document.querySelector('.phone.now .typing')").await;
    browser.until("document.querySelector('.phone.now .bubble.between')").await;
    stage.turn_after(0).await;

    // It keeps its place: after what was asked, before the answer.
    browser.until("document.querySelector('.phone.now .turn').textContent.includes('1790')").await;
    browser.until("document.querySelector('.phone.now .turn .between-note + .bubble.theirs') && document.querySelectorAll('.phone.now .bubble.between').length === 1").await;
    // The line of time is the model's, nearly all of it.
    browser.click("#story .story-turn .head").await;
    browser.until("[...document.querySelectorAll('[data-step=model] .track i')].at(-1)?.getBoundingClientRect().width > document.querySelector('[data-step=rules] .track i').getBoundingClientRect().width").await;
    stage.check().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_store_that_is_down_takes_nothing_and_says_so() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;
    switch(&stage, "store").await;

    browser.type_into(".phone.now textarea", &format!("Добрий день{ENTER}")).await;
    browser.until("document.querySelector('.phone.now .bubble.failed')").await;
    switch_off_store(&stage).await;
    stage.say("Добрий день").await;

    let bad: Vec<_> = browser.complaints().await;
    assert!(bad.iter().all(|line| line.contains("503")), "{bad:?}");
}

async fn switch_off_store(stage: &Stage) {
    let off = stage.mirt.request(reqwest::Method::DELETE, "/local/faults/dynamodb").send().await;
    off.unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_channel_that_refuses_leaves_the_reply_with_the_managers() {
    let stage = Stage::wide().await;
    switch(&stage, "instagram:refuses").await;

    stage.say("Добрий день").await;
    stage.say("покажіть сукні на зріст 134").await;

    stage.pane("counter").await;
    stage
        .browser
        .until("document.querySelector('#counter .card')?.textContent.includes('не дійшла')")
        .await;
    stage.check().await;
}
