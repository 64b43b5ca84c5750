//! Behind the counter: taking over and handing back, dead letters, the clock.

use mirt_aws::sdk;
use serde_json::json;

use crate::{
    Stage,
    driver::{ENTER, WIDE},
};

const DEAD: &str = "mirt-dev-inbound-dlq.fifo";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_manager_takes_over_answers_by_hand_and_hands_back() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;
    stage.say("покличте менеджера").await;
    stage.pane("counter").await;
    browser
        .until("document.querySelector('#counter .card')?.textContent.includes('instagram:1')")
        .await;
    browser.until("document.querySelector('#clock')").await;
    browser.picture("counter-wide").await;

    browser.click_on("#counter .keys button", "Взяти").await;
    stage.turn_after(1).await;
    browser
        .type_into("#counter .card input", &format!("Вітаю, це Олена. Чим допомогти?{ENTER}"))
        .await;
    browser.until("document.querySelector('.phone.now').textContent.includes('це Олена')").await;
    let before = stage.turns().await;
    browser.click_on("#counter .keys button", "Повернути").await;
    stage.turn_after(before).await;

    stage.say("скільки лагуна на 98?").await;
    browser.until("[...document.querySelectorAll('.phone.now .turn')].at(-1).textContent.includes('1790')").await;
    stage.check().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_pause_is_seen_wherever_it_was_begun_and_ended_behind_the_counter() {
    let stage = Stage::open_with(WIDE, &[("MIRT_STOCK_FRESH_S", "0")]).await;
    let browser = &stage.browser;
    stage.mirt.command(&["pause", "--reason", "a wrong price"]).await;
    browser.until("document.querySelector('#bar').innerText.includes('paused')").await;
    stage.say("скільки лагуна на 98?").await;
    let said = browser.words(".phone.now").await;
    assert!(said.contains("менеджер") && !said.contains("1790"), "{said}");

    stage.pane("counter").await;
    assert!(browser.words("#pause").await.contains("a wrong price"));
    browser.click_on("#pause button", "Resume").await;
    browser.until("!document.querySelector('#bar').innerText.includes('paused')").await;
    browser.click_on("#pause button", "Pause").await;

    browser.until("document.querySelector('#bar').innerText.includes('paused')").await;
    stage.check().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_dead_letter_is_seen_and_redriven() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;
    stage.say("Добрий день").await;
    bury(&stage).await;

    stage.pane("counter").await;
    assert!(browser.words("#counter [data-letter]").await.contains("instagram:"));
    browser.click("#counter .redrive").await;

    browser.until("!document.querySelector('#counter [data-letter]')").await;
    stage.check().await;
}

/// Puts a wake-up into the dead letters, as SQS does after too many receives.
pub(crate) async fn bury(stage: &Stage) {
    let http = mirt_http::client().unwrap_or_else(|error| panic!("{error}"));
    let config = sdk::local_config(http, &stage.mirt.aws_endpoint(), "us-east-1".to_owned()).await;
    let client = aws_sdk_sqs::Client::new(&config);
    let queue = client.get_queue_url().queue_name(DEAD).send().await;
    let queue = queue.unwrap_or_else(|error| panic!("{error}"));
    let wake_up = json!({ "Wake": {
        "session": { "channel": "instagram", "user": "1" },
        "event": "i:page-1",
        "received_at": "2026-11-21T10:00:00Z",
    }});
    client
        .send_message()
        .set_queue_url(queue.queue_url)
        .message_group_id("instagram:1")
        .message_deduplication_id("dead-1")
        .message_body(wake_up.to_string())
        .send()
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn the_clock_moved_forward_does_what_was_due() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;
    stage.say("покличте менеджера").await;
    stage.pane("counter").await;
    browser.until("document.querySelector('#counter [data-due=STATE]')").await;

    browser.click_on("#counter button", "+1 h").await;

    // Nobody answered: the managers are reminded, below the card.
    browser.until("document.querySelectorAll('#counter .card.below').length").await;
    stage.turn_after(1).await;
    stage.check().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn the_next_follow_up_stands_on_the_calendar_and_comes_when_the_clock_is_moved_there() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;
    stage.say("сукня лагуна рожева на зріст 134").await;
    stage.pane("counter").await;
    browser.until("document.querySelector('#counter [data-due=FOLLOW_UP]')").await;
    let ahead = "return document.querySelector('#counter .calendar .cell.has')?.ariaLabel";
    assert!(browser.run(ahead, json!([])).await.is_string());
    browser.picture("calendar-wide").await;

    browser.click("#to-next").await;

    stage.turn_after(1).await;
    browser.until("[...document.querySelectorAll('.phone.now .turn')].at(-1).textContent.includes('Лагуна')").await;
    browser.until("!document.querySelector('#to-next').disabled").await;
    stage.check().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn what_a_day_cost_is_the_models_part_and_what_the_store_counted() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;
    stage.say("Добрий день").await;
    stage.pane("counter").await;
    browser.until("document.querySelector('#cost')?.textContent > '$0.00000'").await;
    assert_eq!(browser.words("#cost-model").await, "$0.00000");
    browser.click("#trouble").await;
    browser.click("#faults [data-fault='model:well']").await;
    browser.click("#trouble").await;

    stage.say("покажіть сукні на зріст 134").await;

    browser.until("document.querySelector('#cost-model').textContent > '$0.00000'").await;
    let sums = "
        const dollars = (text) => Number(text.replace('$', ''));
        const lines = [...document.querySelectorAll('#counter details tr td:last-child')].map((it) => dollars(it.textContent));
        return Math.abs(lines.reduce((sum, it) => sum + it, 0) - dollars(document.querySelector('#cost').textContent)) < 0.0002";
    browser.until(&format!("(() => {{ {sums} }})()")).await;
    stage.check().await;
}
