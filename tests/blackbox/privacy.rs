//! The customer's own data: in no log, given out and erased on demand.

use mirt_test_support::{CrmStub, OpenAiStub, mirt::telegram_message};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    crm::wait_for_state,
    managers::{CHAT, MANAGERS, press},
    model::{KEY, world_with_model},
    model_photo::{PIXEL, sees},
    turns, world_with,
};

/// A customer, and everything that is theirs and nobody else's.
const USER: &str = "90417730215";
const SAID: [&str; 5] = [
    "сукня лагуна рожева на зріст 134",
    "беру",
    "Кульбаба Соломія, 0671239876, Чернівці, відділення 47317",
    "повна оплата",
    "картка 4441 1144 5959 6161, чек надішліть на solomiia.k@example.org",
];
const OWN: [&str; 12] = [
    USER,
    "Кульбаба",
    "Соломія",
    "0671239876",
    "671239876",
    "Чернівці",
    "47317",
    "4441 1144",
    "5959",
    "solomiia",
    "example.org",
    "лагуна рожева",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_full_sale_leaves_nothing_of_the_customer_in_any_log() {
    let settings = [MANAGERS[0], MANAGERS[1], ("MIRT_LOG", "debug")];
    let world = world_with(&settings).await;

    for (turn, text) in SAID.into_iter().enumerate() {
        if turn == 1 {
            // What goes wrong is told in more words than what goes right.
            world.manychat.answer_next(502, &[], json!({ "error": USER }));
            let refused = json!({ "status": "error", "message": format!("no {USER} Соломія") });
            world.manychat.answer_next(400, &[], refused);
        }
        world.mirt.instagram_text(USER, text).await;
        world.mirt.at_rest("instagram", USER, turn + 1).await;
    }
    let receipt = json!({
        "type": "instagram", "clientId": USER, "image": "https://cdn.example.org/receipt.jpg",
    });
    world.mirt.manychat(&receipt).await;
    world.mirt.at_rest("instagram", USER, 6).await;
    world.mirt.managers_told("instagram", USER).await;
    press(&world, 50, 7, "Оплата є").await;
    let session = world.mirt.at_rest("instagram", USER, 7).await;
    // What nobody can read, with the customer in it.
    let broken = world
        .mirt
        .request(Method::POST, "/webhooks/manychat")
        .header("X-ManyChat-Token", mirt_test_support::mirt::MANYCHAT_TOKEN)
        .body(format!("{{\"clientId\":\"{USER}\",\"message\":\"Кульбаба Соломія\", 0671239876"));
    let broken = broken.send().await.unwrap_or_else(|error| panic!("{error}"));
    assert!(broken.status().is_client_error(), "{broken:?}");

    let seen = format!("{session}");
    assert!(seen.contains("Кульбаба") && seen.contains("47317"), "the sale was made: {session:#}");
    let logs = world.mirt.functions_log();
    let lines = logs.lines().filter(|line| line.contains("turn_committed")).count();
    assert!(lines >= 7, "the log was written: {logs}");
    assert_eq!(telling(&logs), [""; 0], "lines with the customer's own data");
}

/// The lines of a log with something of the customer's own in them.
fn telling(log: &str) -> Vec<&str> {
    let tells = |line: &&str| {
        let line = line.to_lowercase();
        OWN.iter().any(|own| holds(&line, &own.to_lowercase()))
    };
    log.lines().filter(tells).collect()
}

/// Whether a line holds something; a short number only where it stands alone, because ids of requests
/// are full of digits.
fn holds(line: &str, own: &str) -> bool {
    let is_short = own.len() < 8 && own.bytes().all(|byte| byte.is_ascii_digit());
    let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    line.match_indices(own).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + own.len()..].chars().next();
        !(is_short && (is_part(before) || is_part(after)))
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_with_photo_model_manager_and_crm_and_its_erasure_leave_nothing_in_logs_or_traces() {
    let stub = OpenAiStub::start(KEY, sees(Some(11_698_818), 95)).await;
    let crm = CrmStub::start("test-sitniks-key").await;
    let crm_url = crm.url();
    let world = world_with_model(
        &stub,
        &[
            MANAGERS[0],
            MANAGERS[1],
            ("MIRT_LOG", "debug"),
            ("MIRT_QUIET_HOURS", "0-0"),
            ("SITNIKS_API_KEY", "test-sitniks-key"),
            ("SITNIKS_API_URL", crm_url.as_str()),
            ("SITNIKS_WEBHOOK_SECRET", "test-sitniks-secret"),
        ],
    )
    .await;
    let user: i64 = USER.parse().unwrap_or_else(|error| panic!("{error}"));
    for file in ["garment", "receipt"] {
        world.telegram.keep_file(file, &PIXEL);
    }
    let photo = |file: &str| json!({ "photo": [{ "file_id": file, "file_unique_id": file, "width": 1, "height": 1 }] });
    world.mirt.telegram(&telegram_message(900, user, &photo("garment"))).await;
    world.mirt.at_rest("telegram", USER, 1).await;
    for (turn, text) in (2..).zip(SAID) {
        world.mirt.telegram_text(900 + turn, user, text).await;
        world.mirt.at_rest("telegram", USER, usize::try_from(turn).unwrap_or_default()).await;
    }
    world.mirt.telegram(&telegram_message(950, user, &photo("receipt"))).await;
    world.mirt.at_rest("telegram", USER, 7).await;
    world.mirt.managers_told("telegram", USER).await;
    press(&world, 960, 7, "Оплата є").await;
    let session = world.mirt.at_rest("telegram", USER, 8).await;
    let orders = crm.wait_for(1).await;
    let id = session["slots"]["placed"][0]["id"].as_str().unwrap_or_default();
    wait_for_state(&world, id, "accepted").await;
    let shipped = json!({ "order_id": 5000, "external_id": id, "status": "shipped" });
    let path = "/webhooks/snitkix/order-status";
    let now = jiff::Timestamp::now();
    let (status, _) = world.mirt.crm(path, "test-sitniks-secret", now, &shipped.to_string()).await;
    assert!(status.is_success(), "{status}");
    let session = world.mirt.at_rest("telegram", USER, 9).await;

    let erased = world.mirt.command(&["customer", "erase", "telegram", USER]).await;
    let shown = world.mirt.command(&["orders", "show", id, "--json"]).await;

    assert!(orders[0].to_string().contains("Кульбаба"), "the sale was made: {orders:?}");
    let cards = format!("{:?}", world.telegram.shown_to(CHAT));
    assert!(cards.contains("Кульбаба"), "the managers knew of it: {cards}");
    assert!(turns(&session).iter().any(|turn| turn["mode"] == "model"), "{session:#}");
    assert!(erased.contains("erased 9 turns") && erased.contains(&format!("kept order {id}")));
    assert!(!shown.contains("Кульбаба") && shown.contains("\"lines\""), "{shown}");
    let logs = world.mirt.functions_log();
    assert!(logs.lines().filter(|line| line.contains("turn_committed")).count() >= 9, "{logs}");
    assert_eq!(telling(&logs), [""; 0], "lines with the customer's own data");
    for turn in turns(&session) {
        let trace = turn["trace"].to_string();
        assert_eq!(telling(&trace), [""; 0], "a trace with the customer's own data");
    }
    assert_eq!(telling(&erased), [""; 0], "what the operator is told");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_kept_is_exported_and_erased_once_and_the_customer_is_a_stranger_again() {
    let world = world_with(&MANAGERS).await;
    for user in ["1901", "1902"] {
        for (turn, text) in SAID.into_iter().take(3).enumerate() {
            world.mirt.instagram_text(user, text).await;
            world.mirt.at_rest("instagram", user, turn + 1).await;
        }
    }

    let shown = world.mirt.command(&["customer", "show", "instagram", "1901"]).await;
    let export = world.mirt.command(&["customer", "export", "instagram", "1901"]).await;
    let erased = world.mirt.command(&["customer", "erase", "instagram", "1901"]).await;
    let again = world.mirt.command(&["customer", "erase", "instagram", "1901"]).await;

    assert!(shown.contains("Кульбаба Соломія"), "{shown}");
    let export: Value = serde_json::from_str(&export).unwrap_or_else(|error| panic!("{error}"));
    let text = export.to_string();
    for own in ["Кульбаба Соломія", "+380671239876", "Чернівці", "47317", "беру"]
    {
        assert!(text.contains(own), "{own}: {export:#}");
    }
    assert!(erased.contains("erased 3 turns") && erased.contains("checkpoint"), "{erased}");
    assert!(again.starts_with("nothing is kept of this customer\n"), "{again}");
    let stranger = world.mirt.session("instagram", "1901").await;
    assert_eq!(turns(&stranger).len(), 0, "{stranger:#}");
    assert_eq!(turns(&world.mirt.session("instagram", "1902").await).len(), 3);
    world.mirt.instagram_text("1901", "Добрий день").await;
    let session = world.mirt.at_rest("instagram", "1901", 1).await;
    assert!(!session.to_string().contains("Кульбаба"), "{session:#}");
}
