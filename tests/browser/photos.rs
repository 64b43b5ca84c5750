//! Photos by paste, by drop and by the file chooser.

use serde_json::json;

use crate::Stage;

/// Makes photos in the page, as many as `count` says, in a clipboard or a hand that drags.
const MAKE: &str = "
    const carried = new DataTransfer();
    for (let n = 0; n < count; n += 1) {
        const canvas = document.createElement('canvas'); canvas.width = canvas.height = 64;
        const brush = canvas.getContext('2d'); brush.fillStyle = ['teal', 'crimson'][n]; brush.fillRect(0, 0, 64, 64);
        const blob = await new Promise((go) => canvas.toBlob(go, 'image/png'));
        carried.items.add(new File([blob], `${n}.png`, { type: 'image/png' }));
    }";

/// A picture that is a file of this machine, by its whole path.
pub(crate) fn photo() -> String {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../page/screens/chat-phone.webp");
    let file = std::fs::canonicalize(file).unwrap_or_else(|error| panic!("{file}: {error}"));
    file.to_string_lossy().into_owned()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn a_pasted_photo_is_sent_shown_and_answered() {
    let stage = Stage::wide().await;
    let before = stage.turns().await;

    let paste = format!(
        "const count = 1; {MAKE}
        const text = document.querySelector('.phone.now textarea'); text.focus();
        text.dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: carried, bubbles: true, cancelable: true }}));
        return true;"
    );
    assert_eq!(stage.browser.run_async(&paste, json!([])).await, true);

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
async fn dropped_photos_are_an_album_and_a_chosen_file_goes_too() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;
    browser.click("[data-new=telegram]").await;
    browser.until("document.querySelector('.phone.now.telegram .hints')").await;
    browser.type_into(".phone.now textarea", "є такі?").await;

    let drop = format!(
        "const count = 2; {MAKE}
        const phone = document.querySelector('.phone.now');
        phone.dispatchEvent(new DragEvent('dragover', {{ dataTransfer: carried, bubbles: true, cancelable: true }}));
        const isMarked = phone.classList.contains('drop');
        phone.dispatchEvent(new DragEvent('drop', {{ dataTransfer: carried, bubbles: true, cancelable: true }}));
        return isMarked;"
    );
    assert_eq!(browser.run_async(&drop, json!([])).await, true);
    // Telegram sends each photo by itself; they are one burst, and one turn.
    stage.turn_after(0).await;
    browser.until("document.querySelectorAll('.phone.now .turn .mine img, .phone.now .turn .album img').length === 2").await;
    assert_eq!(stage.turns().await, 1);
    assert!(browser.words(".phone.now .turn").await.contains("є такі?"));

    // A file of this machine, as the chooser gives it.
    browser.type_into(".phone.now input[type=file]", &photo()).await;
    stage.turn_after(1).await;
    browser.until("[...document.querySelectorAll('.phone.now .turn')].at(-1).querySelector('.mine img')?.naturalWidth > 64").await;
    stage.check().await;
}
