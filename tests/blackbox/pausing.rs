//! An operator pauses the assistant and has it answer again, in the running whole.

use mirt_test_support::mirt::World;

use crate::{
    managers::{CHAT, MANAGERS},
    model::words,
    world_with,
};

/// What an instance knows of the shop is never older than the turn: the tests do not wait.
const AT_ONCE: (&str, &str) = ("MIRT_STOCK_FRESH_S", "0");

async fn paused_world() -> World {
    world_with(&[AT_ONCE, MANAGERS[0], MANAGERS[1]]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_for_an_empty_reason_is_refused() {
    let world = paused_world().await;

    let output = world.mirt.try_command(&["pause", "--reason", ""], &[], "").await;

    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(world.mirt.command(&["resume"]).await.trim(), "it was not paused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_leaves_a_sale_to_the_managers_and_its_end_takes_it_up_where_it_was() {
    let world = paused_world().await;
    world.mirt.instagram_text("4801", "лагуна рожева на 104").await;
    world.mirt.at_rest("instagram", "4801", 1).await;

    let paused = world.mirt.command(&["pause", "--reason", "a wrong price"]).await;
    assert!(paused.contains("managers answer everything"), "{paused}");
    world.mirt.instagram_text("4801", "беру").await;
    let waiting = world.mirt.at_rest("instagram", "4801", 2).await;

    assert_eq!(waiting["state"], "STATE_8_COMPLAINT", "{waiting:#}");
    assert_eq!(waiting["turns"][1]["bubbles"].as_array().map(Vec::len), Some(1), "{waiting:#}");
    let heard = words(&world.manychat.shown_to("4801"));
    assert!(heard.ends_with("Зараз вам відповість наш менеджер, тут, у цьому чаті."), "{heard}");
    world.mirt.managers_told("instagram", "4801").await;
    let card = words(&world.telegram.shown_to(CHAT));
    assert!(card.contains("Асистент на паузі"), "{card}");
    assert!(card.contains("беру"), "{card}");
    let again = world.mirt.command(&["pause"]).await;
    assert!(again.contains("a wrong price"), "the first pause stays: {again}");

    let resumed = world.mirt.command(&["resume"]).await;
    assert!(resumed.contains("a wrong price"), "{resumed}");
    world.mirt.instagram_text("4801", "так, беру").await;
    let selling = world.mirt.at_rest("instagram", "4801", 3).await;

    assert_eq!(selling["phase"], "WAITING_FOR_DELIVERY_DATA", "{selling:#}");
    let ended = world.mirt.command(&["resume", "--json"]).await;
    assert_eq!(ended.trim(), "{\"ended\":null}");
    world.check();
}
