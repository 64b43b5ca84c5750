//! The calendar of Telegram's history.

use mirt_telegram_peer::{Peer, sample};

use crate::Stage;

const DAY: &str = "2026-11-18";

/// The application that a test has registered.
const APPLICATION: [(&str, &str); 2] = [("TELEGRAM_API_ID", "17"), ("TELEGRAM_API_HASH", "h")];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn days_that_were_fetched_show_on_the_calendar_while_one_looks() {
    let stage = Stage::wide().await;
    let peer = Peer::start(sample::everything(DAY)).await;
    let session = peer.session_string() + "\n";
    let login = ["telegram", "login", "--import"];
    let login = stage.mirt.try_command(&login, &APPLICATION, &session).await;
    assert!(login.status.success(), "{login:?}");
    stage.pane("counter").await;
    stage
        .browser
        .until("document.querySelector('#counter').textContent.includes('Nothing fetched yet')")
        .await;

    stage.mirt.command(&["telegram", "fetch", "@shop_news", "--date", DAY]).await;

    stage
        .browser
        .until(&format!(
            "document.querySelector('#counter .month li.complete')?.title.includes('{DAY}')"
        ))
        .await;
    assert!(stage.browser.words("#counter .days").await.contains("complete 1"));
    stage.check().await;
}
