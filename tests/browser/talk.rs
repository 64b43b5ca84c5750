//! A customer on the page: a whole sale, photos, the keyboard alone.

use serde_json::json;

use crate::{
    Stage,
    driver::{ENTER, ESCAPE, PHONE, SPACE, TAB},
};

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
async fn a_pasted_photo_is_sent_shown_and_answered() {
    let stage = Stage::wide().await;
    let before = stage.turns().await;

    let paste = "
        const canvas = document.createElement('canvas'); canvas.width = canvas.height = 64;
        const brush = canvas.getContext('2d'); brush.fillStyle = 'teal'; brush.fillRect(0, 0, 64, 64);
        const blob = await new Promise((go) => canvas.toBlob(go, 'image/png'));
        const clipboard = new DataTransfer(); clipboard.items.add(new File([blob], 'a.png', { type: 'image/png' }));
        const text = document.querySelector('.phone.now textarea'); text.focus();
        text.dispatchEvent(new ClipboardEvent('paste', { clipboardData: clipboard, bubbles: true, cancelable: true }));
        return true;";
    stage.browser.run_async(paste, json!([])).await;

    stage.turn_after(before).await;
    stage
        .browser
        .until("document.querySelector('.phone.now .turn .mine img')?.naturalWidth === 64")
        .await;
    stage.browser.until("document.querySelector('.phone.now .turn .theirs')").await;
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
async fn with_the_keyboard_alone_a_customer_writes_and_a_turn_is_opened() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;
    // The message field has the focus from the beginning.
    browser.until("document.activeElement?.matches('.phone.now textarea')").await;
    browser.press(&format!("скільки лагуна на 98?{ENTER}")).await;
    stage.turn_after(0).await;

    let mut steps = 0;
    while browser.run("return document.activeElement?.matches('#story .head')", json!([])).await
        != true
    {
        browser.press(TAB).await;
        steps += 1;
        assert!(steps < 60, "the story is not reached by Tab");
    }
    browser.press(ENTER).await;
    browser.until("document.querySelector('#story .steps details')").await;
    while browser
        .run("return document.activeElement?.matches('[data-step=rules] summary')", json!([]))
        .await
        != true
    {
        browser.press(TAB).await;
        steps += 1;
        assert!(steps < 120, "the rules are not reached by Tab");
    }
    browser.press(SPACE).await;
    browser.until("document.querySelector('[data-step=rules]').open").await;
    assert!(browser.words("[data-step=rules] .body").await.contains("ask_price"));

    browser.run("document.querySelector('#trouble').focus()", json!([])).await;
    browser.press(ENTER).await;
    browser.until("!document.querySelector('#faults').hidden").await;
    browser.press(ESCAPE).await;
    browser.until("document.querySelector('#faults').hidden").await;
    stage.check().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn on_a_phone_one_pane_is_seen_and_nothing_is_cut_off() {
    let stage = Stage::open(PHONE).await;
    stage.say("покажіть сукні на зріст 134").await;
    stage.browser.picture("chat-phone").await;

    for pane in ["inside", "story", "counter", "chats"] {
        stage.pane(pane).await;
        let seen = "return [...document.querySelectorAll('.pane')].filter((it) => it.checkVisibility()).map((it) => it.id)";
        assert_eq!(stage.browser.run(seen, json!([])).await, json!([pane]));
        let is_wider = "return document.documentElement.scrollWidth > innerWidth";
        assert_eq!(stage.browser.run(is_wider, json!([])).await, false, "{pane}");
    }
    stage.check().await;
}
