//! What axe-core finds, on both widths, light and dark.

use serde_json::{Value, json};

use crate::{
    Stage,
    counter::bury,
    driver::{ESCAPE, PHONE, WIDE},
};

/// Where `.ci/run` puts axe-core's script.
const AXE: &str = "MIRT_AXE";

/// Looks at what is on the screen, once nothing moves.
async fn look(stage: &Stage, what: &str) {
    let file = std::env::var(AXE).unwrap_or_else(|_| panic!("{AXE} names axe-core's axe.min.js"));
    let axe = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{error}"));
    stage.browser.until("document.getAnimations().length === 0").await;
    stage.browser.run(&axe, json!([])).await;
    let found = stage
        .browser
        .run_async("const found = await axe.run(document, { resultTypes: ['violations'] });
            return found.violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.target.join(' ') + ' ' + (node.any[0]?.message ?? '')).slice(0, 3).join('; ')}`);",
            json!([]))
        .await;
    assert_eq!(found, Value::Array(Vec::new()), "{what}");
}

/// Looks at all that the page shows, in one width, light and dark.
async fn look_at_all(size: (u32, u32)) {
    let stage = Stage::open(size).await;
    let browser = &stage.browser;
    let is_wide = size == WIDE;
    let width = if is_wide { "wide" } else { "phone" };
    stage.say("сукня лагуна рожева на зріст 134").await;
    // An order by a manager's card, with a dead letter beside it.
    stage.say("покличте менеджера").await;
    bury(&stage).await;
    for scheme in ["light", "dark"] {
        browser.prefer(scheme).await;
        for pane in ["chats", "inside", "story", "counter"] {
            if is_wide && ["chats", "story"].contains(&pane) {
                continue;
            }
            stage.pane(pane).await;
            match pane {
                // Both the folded and the open turn, with a step that is open.
                "story" | "inside" if is_wide || pane == "story" => open_turn(&stage).await,
                "counter" => {
                    browser.until("document.querySelector('#counter .card .keys') && document.querySelector('#counter [data-letter]')").await;
                    browser
                        .run("document.querySelector('#counter details').open = true", json!([]))
                        .await;
                }
                _ => {}
            }
            look(&stage, &format!("{pane}, {scheme}, {size:?}")).await;
        }
        browser.picture(&format!("counter-{scheme}-{width}")).await;
        stage.pane(if is_wide { "inside" } else { "story" }).await;
        browser.click("#trouble").await;
        look(&stage, &format!("faults, {scheme}, {size:?}")).await;
        browser.picture(&format!("faults-{scheme}-{width}")).await;
        browser.press(ESCAPE).await;
        browser.click("#story .steps .main").await;
        browser.until("document.querySelector('#replay-file')").await;
        let change = "
            for (const id of ['replay-file', 'replay-rule']) { const it = document.getElementById(id); it.selectedIndex = 1; it.dispatchEvent(new Event('change')); }
            const off = document.querySelector('dialog fieldset input'); if (off) off.checked = true;
            document.querySelector('#replay-run').click();";
        browser.run(change, json!([])).await;
        browser.until("document.querySelector('#replay-out .two')").await;
        look(&stage, &format!("replay, {scheme}, {size:?}")).await;
        browser.picture(&format!("replay-{scheme}-{width}")).await;
        browser.press(ESCAPE).await;
        browser.until("!document.querySelector('dialog')").await;
    }
    stage.check().await;
}

/// Opens the last turn and its rules.
async fn open_turn(stage: &Stage) {
    let open = "
        const turn = document.querySelector('#story .story-turn');
        if (!turn.classList.contains('chosen')) turn.querySelector('.head').click();
        for (const it of document.querySelectorAll('#story .chosen details')) it.open = true;
        return document.querySelector('#story .chosen details') !== null";
    assert_eq!(stage.browser.run(open, json!([])).await, true);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn axe_finds_nothing_on_a_wide_screen_light_or_dark() {
    look_at_all(WIDE).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn axe_finds_nothing_on_a_phone_light_or_dark() {
    look_at_all(PHONE).await;
}
