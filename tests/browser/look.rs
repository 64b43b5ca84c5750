//! The page as a thing: its weight, what it asks for, what it may not do.

use serde_json::json;

use crate::Stage;

/// The most that may come over the wire until the page is there, in bytes.
const MOST: u64 = 150_000;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn the_page_comes_whole_from_this_machine_and_is_light() {
    let stage = Stage::wide().await;
    stage.say("покажіть сукні на зріст 134").await;

    let loaded = "
        const files = [performance.getEntriesByType('navigation')[0], ...performance.getEntriesByType('resource')];
        return { weight: files.reduce((sum, it) => sum + it.transferSize, 0),
                 foreign: files.map((it) => it.name).filter((it) => !it.startsWith(location.origin)) };";
    let loaded = stage.browser.run(loaded, json!([])).await;

    assert_eq!(loaded["foreign"], json!([]));
    assert!(loaded["weight"].as_u64().is_some_and(|weight| weight < MOST), "{loaded}");
    stage.check().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn both_languages_and_both_themes_are_a_click_away() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;

    browser.click("#language").await;
    browser.until("document.documentElement.lang === 'uk' && document.querySelector('#trouble')?.textContent === 'Збої'").await;
    let before = browser.run("return document.documentElement.dataset.theme", json!([])).await;
    browser.click("#theme").await;

    let after = browser.run("return document.documentElement.dataset.theme", json!([])).await;
    assert_ne!(before, after);
    stage.check().await;
}
