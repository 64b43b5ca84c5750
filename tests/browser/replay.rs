//! Time travel: a turn taken again with something changed.

use serde_json::json;

use crate::Stage;

/// Opens the replay of the last turn.
async fn open_replay(stage: &Stage) {
    stage.browser.click("#story .story-turn .head").await;
    stage.browser.click("#story .steps .main").await;
    stage.browser.until("document.querySelector('#replay-file')?.options.length > 10").await;
}

/// Changes a file of the shop, in the replay alone.
async fn change(stage: &Stage, path: &str, piece: &str, other: &str) {
    let pick = "
        const [path, piece, other] = arguments;
        const file = document.querySelector('#replay-file'); file.value = path; file.dispatchEvent(new Event('change'));
        const text = document.querySelector('#replay-text');
        if (!text.value.includes(piece)) return 'no such piece';
        text.value = text.value.replaceAll(piece, other); text.dispatchEvent(new Event('input')); return true;";
    assert_eq!(stage.browser.run(pick, json!([path, piece, other])).await, true, "{path}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_turn_replayed_with_a_changed_catalogue_says_the_new_price_and_reaches_nobody() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;
    stage.say("скільки лагуна на 98?").await;
    open_replay(&stage).await;

    browser.click("#replay-run").await;
    browser.until("document.querySelector('#replay-out .chip.good')").await;
    change(&stage, "catalog/products/kostum_laguna.toml", "\"98-104\" = 1790", "\"98-104\" = 1234")
        .await;
    browser.click("#replay-run").await;

    browser.until("document.querySelector('#replay-out .two > :last-child')?.textContent.includes('1234')").await;
    assert!(browser.words("#replay-out .two > :first-child").await.contains("1790"));
    browser.picture("replay-wide").await;
    assert!(!browser.words(".phone.now .log").await.contains("1234"));
    assert_eq!(stage.turns().await, 1);
    stage.check().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_turn_replayed_with_a_changed_prompt_says_it_and_a_fault_in_it_is_told_with_its_line() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;
    stage.say("Добрий день").await;
    open_replay(&stage).await;

    change(&stage, "prompts/greeting.md", "Вітаю", "Слава").await;
    browser.click("#replay-run").await;
    browser.until("document.querySelector('#replay-out .two > :last-child')?.textContent.includes('Слава')").await;

    change(&stage, "prompts/greeting.md", "Слава", "{price} Слава").await;
    browser.click("#replay-run").await;
    browser.until("document.querySelector('#replay-out .chip.bad')?.textContent.includes('prompts/greeting.md:')").await;
    // The browser notes the refusal of its own accord.
    let bad = browser.complaints().await;
    assert!(bad.iter().all(|line| line.contains("422")), "{bad:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_turn_replayed_without_a_rule_goes_another_way_and_is_saved_as_a_case() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;
    stage.say("покличте менеджера").await;
    open_replay(&stage).await;

    browser.run("for (const it of document.querySelectorAll('dialog fieldset input')) it.checked = true", json!([])).await;
    browser.click("#replay-run").await;
    browser.until("document.querySelector('#replay-out .two')").await;
    assert!(!browser.words("#replay-out .two > :last-child").await.contains("COMPLAINT"));

    let keep = "
        URL.createObjectURL = (blob) => { window.kept = blob.text(); return 'blob:kept'; };
        HTMLAnchorElement.prototype.click = () => {};
        document.querySelector('#replay-save').click();
        return await window.kept;";
    let case = browser.run_async(keep, json!([])).await;
    let case: serde_json::Value = serde_json::from_str(case.as_str().unwrap_or_default())
        .unwrap_or_else(|error| panic!("{error}: {case}"));
    assert_eq!(case["dialogues"][0]["turns"][0]["say"], json!(["покличте менеджера"]));
    stage.check().await;
}
