//! What axe-core finds, on both widths, light and dark.

use serde_json::{Value, json};

use crate::{
    Stage,
    driver::{PHONE, WIDE},
};

/// Where `.ci/run` puts axe-core's script.
const AXE: &str = "MIRT_AXE";

/// Looks at what is on the screen.
async fn look(stage: &Stage, what: &str) {
    let file = std::env::var(AXE).unwrap_or_else(|_| panic!("{AXE} names axe-core's axe.min.js"));
    let axe = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{error}"));
    stage.browser.run(&axe, json!([])).await;
    let found = stage
        .browser
        .run_async("const found = await axe.run(document, { resultTypes: ['violations'] });
            return found.violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.target.join(' ') + ' ' + (node.any[0]?.message ?? '')).slice(0, 3).join('; ')}`);",
            json!([]))
        .await;
    assert_eq!(found, Value::Array(Vec::new()), "{what}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn axe_finds_nothing_on_either_width_light_or_dark() {
    for size in [WIDE, PHONE] {
        let stage = Stage::open(size).await;
        stage.say("покажіть сукні на зріст 134").await;
        stage.say("покличте менеджера").await;
        if size == WIDE {
            stage.browser.click("#story .story-turn .head").await;
        }
        for scheme in ["light", "dark"] {
            stage.browser.prefer(scheme).await;
            for pane in ["inside", "story", "counter"] {
                if size == WIDE && pane == "story" {
                    continue;
                }
                stage.pane(pane).await;
                look(&stage, &format!("{pane}, {scheme}, {size:?}")).await;
            }
            if size == PHONE {
                stage.pane("chats").await;
                look(&stage, &format!("chats, {scheme}")).await;
            }
        }
        stage
            .browser
            .picture(if size == WIDE { "counter-dark-wide" } else { "chat-dark-phone" })
            .await;
        stage.check().await;
    }
}
