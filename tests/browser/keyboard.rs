//! The page without a mouse.

use serde_json::json;

use crate::{
    Stage,
    driver::{ENTER, ESCAPE, SPACE},
};

/// Writes with the keyboard, and waits for the turn that answers.
async fn write(stage: &Stage, words: &str) {
    let before = stage.turns().await;
    stage.browser.press(&format!("{words}{ENTER}")).await;
    stage.turn_after(before).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_whole_sale_needs_no_mouse() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;
    // The message field has the focus from the beginning.
    browser.until("document.activeElement?.matches('.phone.now textarea')").await;
    write(&stage, "сукня анна рожева на зріст 134").await;

    // A quick reply stands before the field; who has taken it is in the field again.
    browser.until("document.querySelector('.phone.now .quick button')").await;
    browser.tab_back_to(".phone.now .quick button", "Беру").await;
    let before = stage.turns().await;
    browser.press(ENTER).await;
    stage.turn_after(before).await;
    browser.until("document.activeElement?.matches('.phone.now textarea')").await;
    write(&stage, "Ковальчук Ольга Петрівна 067 123 45 67, м. Львів, відділення 5").await;
    write(&stage, "передплата").await;
    write(&stage, "оплатила, ось чек").await;

    browser.tab_to("#tabs [data-to=counter]").await;
    browser.press(ENTER).await;
    browser.until("document.querySelector('#counter .card .keys button')").await;
    browser.tab_back_to("#counter .card .keys button", "Оплата є").await;
    let before = stage.turns().await;
    browser.press(SPACE).await;
    stage.turn_after(before).await;
    browser.until("document.querySelector('#counter [data-order]')").await;

    // What was pressed is gone; the focus is still among the managers' cards, and seen.
    browser
        .until("document.querySelector('#counter .cards').contains(document.activeElement)")
        .await;
    browser
        .until("document.querySelector('#status').textContent.includes('conversation is in')")
        .await;
    stage.check().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_turn_is_opened_replayed_and_faults_are_switched_without_a_mouse() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;
    browser.until("document.activeElement?.matches('.phone.now textarea')").await;
    write(&stage, "скільки лагуна на 98?").await;

    browser.tab_to("#story .head").await;
    browser.press(ENTER).await;
    browser.tab_to("[data-step=rules] summary").await;
    let is_seen = "return getComputedStyle(document.activeElement).outlineStyle !== 'none'";
    assert_eq!(browser.run(is_seen, json!([])).await, true, "the focus is not seen");
    browser.press(SPACE).await;
    browser.until("document.querySelector('[data-step=rules]').open").await;
    assert!(browser.words("[data-step=rules] .body").await.contains("ask_price"));

    browser.tab_to("#story .steps .main").await;
    browser.press(ENTER).await;
    browser.tab_to("#replay-run").await;
    browser.press(ENTER).await;
    browser.until("document.querySelector('#replay-out .chip.good')").await;
    browser.press(ESCAPE).await;
    browser.until("!document.querySelector('dialog')").await;

    browser.tab_back_to("#trouble", "").await;
    browser.press(ENTER).await;
    browser.until("!document.querySelector('#faults').hidden").await;
    browser.tab_to("[data-fault='model:well']").await;
    browser.press(SPACE).await;
    browser
        .until("document.activeElement?.matches('[data-fault=\"model:well\"][aria-pressed=true]')")
        .await;
    browser.press(ESCAPE).await;
    browser
        .until(
            "document.querySelector('#faults').hidden && document.activeElement?.id === 'trouble'",
        )
        .await;
    stage.check().await;
}
