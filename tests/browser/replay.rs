//! Time travel: a turn taken again with something changed.

use serde_json::{Value, json};

use crate::{Stage, photos::photo};

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
        const text = document.querySelector('#replay-file-text');
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

    let case = saved(&stage).await;
    assert_eq!(case["dialogues"][0]["turns"][0]["say"], json!(["покличте менеджера"]));
    // The rules are what they were: the case says what is to become true.
    assert_eq!(evaluated(&case).await, Some(1));
    stage.check().await;
}

/// What is saved as a file of cases.
async fn saved(stage: &Stage) -> Value {
    let keep = "
        URL.createObjectURL = (blob) => { window.kept = blob.text(); return 'blob:kept'; };
        HTMLAnchorElement.prototype.click = () => {};
        document.querySelector('#replay-save').click();
        return await window.kept;";
    let case = stage.browser.run_async(keep, json!([])).await;
    serde_json::from_str(case.as_str().unwrap_or_default())
        .unwrap_or_else(|error| panic!("{error}: {case}"))
}

/// How `mirt eval` ends with a file of cases.
async fn evaluated(case: &Value) -> Option<i32> {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let file = folder.path().join("case.json");
    std::fs::write(&file, case.to_string()).unwrap_or_else(|error| panic!("{error}"));
    let mut eval = tokio::process::Command::new(env!("CARGO_BIN_EXE_mirt"));
    let ended = eval.arg("eval").arg(&file).output().await;
    let ended = ended.unwrap_or_else(|error| panic!("{error}"));
    ended.status.code()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_turn_replayed_as_it_was_is_saved_as_a_case_that_passes() {
    let stage = Stage::wide().await;
    stage.say("сукня лагуна рожева на зріст 134").await;
    stage.say("беру").await;
    open_replay(&stage).await;
    stage.browser.click("#replay-run").await;
    stage.browser.until("document.querySelector('#replay-out .chip.good')").await;

    let case = saved(&stage).await;

    assert_eq!(case["dialogues"][0]["turns"].as_array().map(Vec::len), Some(2));
    assert_eq!(evaluated(&case).await, Some(0), "{case:#}");
    stage.check().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_rule_with_other_words_is_replayed_beside_its_own() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;
    stage.say("де мій директор").await;
    open_replay(&stage).await;

    let add = "
        const [name, phrase] = arguments;
        const rule = document.querySelector('#replay-rule'); rule.value = name; rule.dispatchEvent(new Event('change'));
        const text = document.querySelector('#replay-rule-text');
        text.value += `\\n${phrase}`; text.dispatchEvent(new Event('input'));";
    browser.run(add, json!(["human_wanted", "де .. директор*"])).await;
    browser.click("#replay-run").await;

    browser.until("document.querySelector('#replay-out .two > :last-child')?.textContent.includes('human_wanted')").await;
    assert!(!browser.words("#replay-out .two > :first-child").await.contains("human_wanted"));
    browser.run(add, json!(["human_wanted", "<nobody> .. тут"])).await;
    browser.click("#replay-run").await;
    browser.until("document.querySelector('#replay-out .chip.bad')?.textContent.includes('there is no class <nobody>')").await;
    let bad = browser.complaints().await;
    assert!(bad.iter().all(|line| line.contains("422")), "{bad:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_turn_with_a_photo_is_replayed_with_what_a_model_might_have_seen() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;
    browser.type_into(".phone.now input[type=file]", &photo()).await;
    stage.turn_after(0).await;
    open_replay(&stage).await;
    browser.click("#replay-shape").await;
    let name = "
        const { products } = await (await fetch('/local/about')).json();
        return products[JSON.parse(document.querySelector('#replay-answer').value).photos[0].product];";
    let garment = browser.run_async(name, json!([])).await;
    browser.click("#replay-run").await;

    let garment = garment.as_str().unwrap_or_else(|| panic!("{garment}"));
    browser
        .until(&format!(
            "document.querySelector('#replay-out .two > :last-child')?.textContent.includes({})",
            json!(garment)
        ))
        .await;
    assert!(!browser.words("#replay-out .two > :first-child").await.contains(garment));
    stage.check().await;
}
