//! A customer who writes too much is told so, once, and slows nobody else down.

use reqwest::StatusCode;
use serde_json::json;

use crate::world;

/// More than two minutes of the clock take, so that it does not matter when one begins.
const FLOOD: usize = 130;

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_refused_and_its_customer_told_once_while_others_are_answered() {
    let world = world().await;
    let mut answers = Vec::new();
    for number in 0..FLOOD {
        let payload = json!({ "clientId": "1201", "message": format!("повідомлення {number}") });
        let (status, body) = world.mirt.manychat(&payload).await;
        answers.push((status, body["status"].clone()));
    }
    world.mirt.instagram_text("1202", "Добрий день").await;

    let refused = (StatusCode::TOO_MANY_REQUESTS, json!("limited"));
    let accepted = (StatusCode::ACCEPTED, json!("accepted"));
    assert!(answers.contains(&refused), "{answers:?}");
    assert!(answers.iter().all(|answer| [&refused, &accepted].contains(&answer)), "{answers:?}");
    world.mirt.at_rest("instagram", "1202", 1).await;
    assert!(!world.manychat.shown_to("1202").is_empty());
    world.mirt.at_rest("instagram", "1201", 1).await;
    let told = world
        .manychat
        .shown_to("1201")
        .iter()
        .filter(|shown| format!("{shown:?}").contains("Повідомлень зараз дуже багато"))
        .count();
    assert_eq!(told, 1);
    world.check();
}
