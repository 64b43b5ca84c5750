//! Customers on the page: a whole sale, several side by side, a phone's width.

use serde_json::json;

use crate::{Stage, driver::PHONE};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_whole_sale_is_clicked_through_to_its_end() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;

    stage.say("покажіть сукні на зріст 134").await;
    stage.say("Анну, рожеву").await;
    // A quick reply, as a phone shows it.
    let before = stage.turns().await;
    browser.click_on(".phone.now .quick button", "Беру").await;
    stage.turn_after(before).await;
    assert!(browser.words("#total").await.contains("2,050"));
    stage.say("Ковальчук Ольга Петрівна 067 123 45 67, м. Львів, відділення 5").await;
    stage.say("передплата").await;
    browser.picture("sale-wide").await;
    stage.say("оплатила, ось чек").await;
    browser
        .until("document.querySelector('#inside').textContent.includes('awaiting confirmation')")
        .await;

    stage.pane("counter").await;
    let before = stage.turns().await;
    browser.click_on("#counter .keys button", "Оплата є").await;
    stage.turn_after(before).await;

    browser
        .until("['UPSELL', 'END'].includes(document.querySelector('#state')?.textContent)")
        .await;
    browser
        .until("document.querySelector('#counter [data-order]')?.textContent.includes('2,050')")
        .await;
    stage.check().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn two_customers_stand_side_by_side_and_do_not_mix() {
    let stage = Stage::wide().await;
    stage.say("Добрий день").await;

    stage.browser.click("[data-new=telegram]").await;
    stage.browser.until("document.querySelector('.phone.now.telegram .hints')").await;
    stage.say("покажіть сукні на зріст 134").await;

    // The buttons below Telegram's message are tapped as Telegram sends a tap.
    let before = stage.turns().await;
    stage.say("Анну, рожеву").await;
    stage.browser.click_on(".phone.telegram .keys button", "Беру").await;
    stage.turn_after(before + 1).await;
    let counts = "return [...document.querySelectorAll('.phone')].map((it) => it.querySelectorAll('.turn').length)";
    assert_eq!(stage.browser.run(counts, json!([])).await, json!([1, 3]));
    stage.check().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn on_a_phone_one_pane_is_seen_and_nothing_is_cut_off() {
    let stage = Stage::open(PHONE).await;
    stage.say("покажіть сукні на зріст 134").await;
    stage.browser.picture("chat-phone").await;

    for language in ["en", "uk"] {
        stage.browser.until(&format!("document.documentElement.lang === '{language}' && document.querySelector('.phone.now .turn')")).await;
        for pane in ["inside", "story", "counter", "chats"] {
            stage.pane(pane).await;
            let seen = "return [...document.querySelectorAll('.pane')].filter((it) => it.checkVisibility()).map((it) => it.id)";
            assert_eq!(stage.browser.run(seen, json!([])).await, json!([pane]));
            let is_wider = "return document.documentElement.scrollWidth > innerWidth";
            assert_eq!(stage.browser.run(is_wider, json!([])).await, false, "{pane}, {language}");
        }
        // The other language, which lays all of it out anew.
        stage.browser.click("#language").await;
    }
    stage.check().await;
}
