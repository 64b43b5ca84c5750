//! A session's messages stay in order, whatever the others do (I3).

use std::sync::Arc;

use serde_json::json;

use crate::{messages, texts_consumed, world};

#[tokio::test(flavor = "multi_thread")]
async fn twenty_interleaved_sessions_are_each_answered_in_order() {
    let world = Arc::new(world().await);
    let text = |user: usize, n: usize| format!("питання {n} від {user}");

    let customers: Vec<_> = (0..20)
        .map(|user| {
            let world = Arc::clone(&world);
            tokio::spawn(async move {
                for n in 0..10 {
                    world.mirt.instagram_text(&format!("7{user:02}"), &text(user, n)).await;
                }
            })
        })
        .collect();
    for customer in customers {
        customer.await.unwrap_or_else(|error| panic!("{error}"));
    }

    for user in 0..20 {
        let id = format!("7{user:02}");
        let session = world.mirt.at_rest("instagram", &id, 1).await;
        let expected: Vec<String> = (0..10).map(|n| text(user, n)).collect();
        assert_eq!(texts_consumed(&session), expected, "customer {id}");
        assert_eq!(world.manychat.shown_to(&id).len(), messages(&session), "customer {id}");
    }
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn telegrams_own_order_wins_over_the_order_of_arrival() {
    let world = world().await;
    for id in [3, 1, 2] {
        world.mirt.telegram_text(id, 790, &format!("слово {id}")).await;
    }

    let session = world.mirt.at_rest("telegram", "790", 1).await;

    assert_eq!(texts_consumed(&session), ["слово 1", "слово 2", "слово 3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_user_id_in_two_channels_is_two_sessions() {
    let world = world().await;
    world.mirt.instagram_text("795", "Добрий день").await;
    let whatsapp = json!({ "type": "whatsapp", "clientId": "795", "message": "скільки лагуна?" });
    world.mirt.manychat(&whatsapp).await;

    let instagram = world.mirt.at_rest("instagram", "795", 1).await;
    let whatsapp = world.mirt.at_rest("whatsapp", "795", 1).await;

    assert_eq!(texts_consumed(&instagram), ["Добрий день"]);
    assert_eq!(texts_consumed(&whatsapp), ["скільки лагуна?"]);
}
