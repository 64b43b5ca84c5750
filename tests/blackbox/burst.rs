//! What a customer writes in one go is one turn (I4).

use serde_json::json;

use crate::{messages, turns, world};

#[tokio::test(flavor = "multi_thread")]
async fn five_texts_and_two_photos_are_one_turn_with_all_of_them_in_order() {
    let world = world().await;
    let photo = |n| format!("https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id={n}");
    let payloads = [
        json!({ "clientId": "801", "message": "Добрий день" }),
        json!({ "clientId": "801", "message": "бачила у вас" }),
        json!({ "clientId": "801", "message": "", "image_url": photo(1) }),
        json!({ "clientId": "801", "message": "таке або" }),
        json!({ "clientId": "801", "message": photo(2) }),
        json!({ "clientId": "801", "message": "таке" }),
        json!({ "clientId": "801", "message": "на зріст 128" }),
    ];
    for payload in &payloads {
        world.mirt.manychat(payload).await;
    }

    let session = world.mirt.at_rest("instagram", "801", 1).await;

    let turns = turns(&session);
    assert_eq!(turns.len(), 1, "{session:#}");
    let input: Vec<_> = turns[0]["input"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|message| {
            let text = message["text"].as_str().map(str::to_owned);
            text.unwrap_or_else(|| message["photos"][0].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    let expected = [
        "Добрий день".to_owned(),
        "бачила у вас".to_owned(),
        photo(1),
        "таке або".to_owned(),
        photo(2),
        "таке".to_owned(),
        "на зріст 128".to_owned(),
    ];
    assert_eq!(input, expected);
    assert_eq!(world.manychat.shown_to("801").len(), messages(&session));
    world.check();
}
