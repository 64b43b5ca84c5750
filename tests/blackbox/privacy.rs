//! The customer's own data: in no log, given out and erased on demand.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    managers::{MANAGERS, press},
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
    let found: Vec<&str> = logs
        .lines()
        .filter(|line| OWN.iter().any(|own| line.to_lowercase().contains(&own.to_lowercase())))
        .collect();
    assert_eq!(found, [""; 0], "lines with the customer's own data");
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
    assert_eq!(again.trim(), "nothing is kept of this customer");
    let stranger = world.mirt.session("instagram", "1901").await;
    assert_eq!(turns(&stranger).len(), 0, "{stranger:#}");
    assert_eq!(turns(&world.mirt.session("instagram", "1902").await).len(), 3);
    world.mirt.instagram_text("1901", "Добрий день").await;
    let session = world.mirt.at_rest("instagram", "1901", 1).await;
    assert!(!session.to_string().contains("Кульбаба"), "{session:#}");
}
