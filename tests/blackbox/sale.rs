//! A customer asks, and gets right, priced answers.

use mirt_test_support::{ChannelStub, Shown};
use serde_json::Value;

use crate::{turns, world};

/// Sukniа Анна's photo in black, of `catalog/`.
const BLACK_ANNA: &str =
    "https://cdn.sitniks.com/cmp-2065/products/2024-08-17/37ed45/27d210e-1723912860590.jpeg";

/// The conversation of the issue, and what the answer to each message must hold.
const CONVERSATION: [&str; 4] =
    ["Добрий день", "покажіть сукні на зріст 134", "а в чорному є?", "скільки лагуна на 98?"];

fn words(shown: &[Shown]) -> String {
    let word = |shown: &Shown| match shown {
        Shown::Text(text) => text.clone(),
        Shown::Photo { caption, .. } => caption.clone(),
    };
    shown.iter().map(word).collect::<Vec<_>>().join("\n")
}

fn photos(shown: &[Shown]) -> Vec<&str> {
    shown
        .iter()
        .filter_map(|shown| match shown {
            Shown::Photo { url, .. } => Some(url.as_str()),
            Shown::Text(_) => None,
        })
        .collect()
}

/// Checks the four answers, given how many messages had been shown after each.
fn check_answers(answers: &[Vec<Shown>], session: &Value) {
    let [greeting, dresses, black, laguna] = answers else { panic!("four answers: {answers:?}") };
    assert!(!words(greeting).is_empty(), "{greeting:?}");
    assert!(photos(greeting).is_empty(), "{greeting:?}");

    let text = words(dresses);
    for fact in ["Анна", "134-140", "2050"] {
        assert!(text.contains(fact), "{fact} is missing: {text}");
    }
    assert!(text.contains("чорн") && text.contains("голуб"), "the colours are missing: {text}");

    assert!(photos(black).contains(&BLACK_ANNA), "{black:?}");

    let text = words(laguna);
    for fact in ["Лагуна", "98-104", "1790"] {
        assert!(text.contains(fact), "{fact} is missing: {text}");
    }

    let turns = turns(session);
    let intents: Vec<_> = turns.iter().filter_map(|turn| turn["intent"].as_str()).collect();
    assert_eq!(intents.first(), Some(&"GREETING_ONLY"));
    let last = &turns[3]["products"];
    let named = last.as_array().into_iter().flatten().find(|product| product["id"] == 11_698_818);
    let named = named.unwrap_or_else(|| panic!("Лагуна is not named: {last}"));
    assert_eq!((named["size"].as_str(), named["price"].as_u64()), (Some("98-104"), Some(1790)));
}

/// Waits for the answer to one message: what was shown since `before`.
async fn answer(stub: &ChannelStub, user: &str, before: usize) -> Vec<Shown> {
    let shown = stub.wait_for(user, |shown| shown.len() > before).await;
    shown[before..].to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_on_instagram_gets_right_and_priced_answers() {
    let world = world().await;
    let mut answers = Vec::new();
    let mut before = 0;

    for (turn, text) in CONVERSATION.into_iter().enumerate() {
        world.mirt.instagram_text("501", text).await;
        answer(&world.manychat, "501", before).await;
        world.mirt.at_rest("instagram", "501", turn + 1).await;
        let shown = world.manychat.shown_to("501");
        answers.push(shown[before..].to_vec());
        before = shown.len();
    }

    check_answers(&answers, &world.mirt.session("instagram", "501").await);
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_on_telegram_gets_right_and_priced_answers() {
    let world = world().await;
    let mut answers = Vec::new();
    let mut before = 0;

    for (turn, text) in CONVERSATION.into_iter().enumerate() {
        world.mirt.telegram_text(100 + turn as u64, 502, text).await;
        answer(&world.telegram, "502", before).await;
        world.mirt.at_rest("telegram", "502", turn + 1).await;
        let shown = world.telegram.shown_to("502");
        answers.push(shown[before..].to_vec());
        before = shown.len();
    }

    check_answers(&answers, &world.mirt.session("telegram", "502").await);
    world.check();
}
