//! `mirt telegram webhook`: where the bot's updates go.

use mirt_aws::{sdk, secrets};
use mirt_test_support::mirt::{TELEGRAM_SECRET, TELEGRAM_TOKEN, World};
use serde_json::json;

use crate::world;

/// What the command printed, on both sides, and whether it ended well.
async fn run(world: &World, arguments: &[&str]) -> (String, bool) {
    let api = world.telegram.url();
    let all = [&["telegram", "webhook"], arguments].concat();
    let output = world.mirt.try_command(&all, &[("TELEGRAM_API_URL", &api)], "").await;
    let said = [output.stdout, output.stderr].concat();
    (String::from_utf8_lossy(&said).into_owned(), output.status.success())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_set_with_its_secret_shown_and_deleted_and_no_secret_is_printed() {
    let world = world().await;

    let set = run(&world, &["set", "https://shop.example", "--drop-pending"]).await;
    let info = json!({ "ok": true, "result": {
        "url": "https://shop.example/webhooks/telegram", "has_custom_certificate": false,
        "pending_update_count": 3, "last_error_date": 1_795_255_200,
        "last_error_message": "Connection timed out", "allowed_updates": ["message"],
    }});
    world.telegram.answer_next(200, &[], info);
    let shown = run(&world, &["show"]).await;
    let deleted = run(&world, &["delete"]).await;

    let calls = world.telegram.sent_to("");
    assert_eq!(calls[0].method, "setWebhook");
    assert_eq!(
        calls[0].body,
        json!({
            "url": "https://shop.example/webhooks/telegram",
            "secret_token": TELEGRAM_SECRET,
            "allowed_updates": ["message", "edited_message", "callback_query"],
            "drop_pending_updates": true,
        })
    );
    for part in ["https://shop.example/webhooks/telegram", "waiting: 3", "Connection timed out"] {
        assert!(shown.0.contains(part), "{part}: {}", shown.0);
    }
    assert_eq!(calls[1].method, "deleteWebhook");
    assert_eq!(calls[1].body, json!({ "drop_pending_updates": false }));
    for (said, is_well) in [set, shown, deleted] {
        assert!(is_well, "{said}");
        assert!(!said.contains(TELEGRAM_TOKEN) && !said.contains(TELEGRAM_SECRET), "{said}");
    }
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn while_its_secret_is_changed_telegram_is_told_the_new_one() {
    let world = world().await;
    let http = mirt_http::client().unwrap_or_else(|error| panic!("{error}"));
    let endpoint = world.mirt.aws_endpoint();
    let config = sdk::local_config(http, &endpoint, "us-east-1".to_owned()).await;
    let both = json!({ "telegram_webhook_secret": ["the-new-one", TELEGRAM_SECRET] });
    let written = secrets::write(&config, "mirt/dev/webhooks", &both).await;
    written.unwrap_or_else(|error| panic!("{error}"));

    let set = run(&world, &["set", "https://shop.example"]).await;

    assert!(set.1, "{}", set.0);
    assert_eq!(world.telegram.sent_to("")[0].body["secret_token"], "the-new-one");
}

#[tokio::test(flavor = "multi_thread")]
async fn telegrams_own_words_say_why_an_address_is_refused() {
    let world = world().await;
    let refused = "Bad Request: bad webhook: An HTTPS URL must be provided for webhook";
    let answer = json!({ "ok": false, "error_code": 400, "description": refused });
    world.telegram.answer_next(400, &[], answer);

    let (said, is_well) = run(&world, &["set", "http://shop.example"]).await;

    assert!(!is_well && said.contains(refused), "{said}");
}
