//! The page in a real browser, on the running whole.
//!
//! They need Chromium and its driver, so `cargo test` passes them over; `.ci/run browser` installs
//! both and runs them. With `MIRT_SCREENS` set to a folder they leave pictures there.
#![expect(clippy::panic, reason = "a test whose surroundings fail must fail, where they do")]

mod axe;
mod counter;
mod driver;
mod faults;
mod keyboard;
mod long;
mod look;
mod photos;
mod replay;
mod stream;
mod talk;
mod telegram;
mod wire;

use driver::{Browser, ENTER, WIDE};
use mirt_test_support::mirt::Mirt;

/// The whole with the page in place of the channels, and a window on it.
struct Stage {
    mirt: Mirt,
    browser: Browser,
}

impl Stage {
    /// Opens the page as a customer of Instagram.
    async fn open(size: (u32, u32)) -> Self {
        Self::open_with(size, &[]).await
    }

    /// The same, with settings.
    async fn open_with(size: (u32, u32), settings: &[(&str, &str)]) -> Self {
        let mirt = Mirt::start(env!("CARGO_BIN_EXE_mirt"), settings).await;
        Self::with(mirt, Browser::start(size).await).await
    }

    async fn with(mirt: Mirt, browser: Browser) -> Self {
        let stage = Self { mirt, browser };
        stage.show("instagram/1").await;
        stage
    }

    async fn wide() -> Self {
        Self::open(WIDE).await
    }

    /// Shows a customer, in English.
    async fn show(&self, who: &str) {
        let origin = self.mirt.origin();
        self.browser.open(&format!("{origin}/health")).await;
        let set = "localStorage.clear(); localStorage.setItem('mirt-language', 'en')";
        self.browser.run(set, serde_json::json!([])).await;
        self.browser.open(&format!("{origin}/#{who}")).await;
        self.browser.until("document.querySelector('.phone.now .log').childElementCount").await;
        // The address before was no page, and has no icon.
        self.browser.complaints().await;
    }

    /// Says something as the customer on the screen, and waits for the turn that answers.
    async fn say(&self, words: &str) {
        let before = self.turns().await;
        self.browser.type_into(".phone.now textarea", &format!("{words}{ENTER}")).await;
        self.turn_after(before).await;
    }

    /// How many turns the customer on the screen has.
    async fn turns(&self) -> u64 {
        let count = "return document.querySelectorAll('.phone.now .turn').length";
        self.browser.run(count, serde_json::json!([])).await.as_u64().unwrap_or_default()
    }

    async fn turn_after(&self, before: u64) {
        let more = format!("document.querySelectorAll('.phone.now .turn').length > {before}");
        self.browser.until(&more).await;
    }

    /// Shows a pane.
    async fn pane(&self, name: &str) {
        self.browser.click(&format!("#tabs [data-to={name}]")).await;
    }

    /// Ends the test: the page must have had nothing to complain of.
    async fn check(&self) {
        assert_eq!(self.browser.complaints().await, [""; 0], "the console");
    }
}
