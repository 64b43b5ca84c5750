//! `mirt sessions`: what an operator sees of conversations, and a turn taken again.
#![expect(clippy::expect_used, reason = "a test whose files cannot be written must fail")]

use mirt_test_support::{OpenAiStub, mirt::World};
use serde_json::Value;

use crate::{
    model::{KEY, good, world_with_model},
    world,
};

/// Checks that every one of the first turns comes out as it did when it is taken again.
pub(crate) async fn comes_out_the_same(world: &World, (channel, user): (&str, &str), turns: usize) {
    for turn in 1..=turns {
        let turn = turn.to_string();
        let arguments = ["sessions", "replay", channel, user, &turn];
        let again = world.mirt.try_command(&arguments, &[], "").await;
        let said = String::from_utf8_lossy(&again.stdout);
        assert_eq!(again.status.code(), Some(0), "turn {turn}: {said} {again:?}");
        assert!(said.contains("comes out the same"), "{said}");
    }
}

fn lines(printed: &str) -> Vec<Value> {
    printed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_shows_where_each_conversation_stands_and_names_nobody_unless_asked_for() {
    let world = world().await;
    world.mirt.instagram_text("770001", "скільки коштує лагуна на зріст 98?").await;
    world.mirt.instagram_text("770002", "покличте менеджера").await;
    world.mirt.at_rest("instagram", "770001", 1).await;
    world.mirt.at_rest("instagram", "770002", 1).await;

    let all = world.mirt.command(&["sessions", "list"]).await;
    let waiting = world.mirt.command(&["sessions", "list", "--waiting", "--json"]).await;
    let offers = world.mirt.command(&["sessions", "list", "--state", "size_color", "--json"]).await;
    let named = world.mirt.command(&["sessions", "list", "--users"]).await;

    assert!(all.contains("STATE_3_SIZE_COLOR") && all.contains("human_asked"), "{all}");
    assert!(!all.contains("77000"), "{all}");
    assert!(named.contains("instagram:770001") && named.contains("instagram:770002"), "{named}");
    let waiting = lines(&waiting);
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    assert_eq!(waiting[0]["waiting"]["reason"], "human_asked");
    let offers = lines(&offers);
    assert!(offers.iter().all(|row| row["state"] == "STATE_3_SIZE_COLOR") && offers.len() == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_shown_with_the_reasons_of_its_turns_and_its_words_only_when_asked_for() {
    let world = world().await;
    world.mirt.instagram_text("770011", "скільки коштує лагуна на зріст 98?").await;
    world.mirt.at_rest("instagram", "770011", 1).await;
    let show = async |more: &[&str]| {
        let arguments = [&["sessions", "show", "instagram", "770011"], more].concat();
        world.mirt.command(&arguments).await
    };

    let (reasons, words, json) =
        (show(&[]).await, show(&["--words"]).await, show(&["--json"]).await);

    for part in ["#1", "rules:", "facts:", "STATE_3_SIZE_COLOR"] {
        assert!(reasons.contains(part), "{part}: {reasons}");
    }
    assert!(!reasons.contains("770011") && !reasons.contains("скільки"), "{reasons}");
    assert!(words.contains("< скільки коштує лагуна") && words.contains("1790"), "{words}");
    let shown = lines(&json);
    assert_eq!(shown[0]["turns"][0]["n"], 1, "{json}");
    assert!(!json.contains("скільки"), "{json}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_taken_again_is_the_same_until_a_price_is_another() {
    let world = world().await;
    world.mirt.instagram_text("770021", "скільки коштує лагуна на зріст 98?").await;
    world.mirt.at_rest("instagram", "770021", 1).await;
    world.mirt.instagram_text("770021", "беру рожеву").await;
    world.mirt.at_rest("instagram", "770021", 2).await;
    let catalog = dearer_laguna();
    let folder = catalog.path().display().to_string();
    let replay = ["sessions", "replay", "instagram", "770021", "1", "--catalog", &folder];

    comes_out_the_same(&world, ("instagram", "770021"), 2).await;
    let other = world.mirt.try_command(&replay, &[], "").await;
    let none = ["sessions", "replay", "instagram", "770021", "9"];
    let none = world.mirt.try_command(&none, &[], "").await;

    let said = String::from_utf8_lossy(&other.stdout);
    assert_eq!(other.status.code(), Some(1), "{other:?}");
    assert!(said.contains("1790") && said.contains("1999"), "{said}");
    assert_eq!(none.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&none.stderr).contains("mirt sessions show"), "{none:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_of_the_model_is_taken_again_without_the_model() {
    let stub = OpenAiStub::start(KEY, good).await;
    let world = world_with_model(&stub, &[]).await;
    world.mirt.instagram_text("770031", "скільки коштує лагуна на зріст 98?").await;
    world.mirt.at_rest("instagram", "770031", 1).await;
    let asked = stub.asked().len();

    comes_out_the_same(&world, ("instagram", "770031"), 1).await;

    assert_eq!(stub.asked().len(), asked);
}

/// The shop's catalogue with another price in it.
fn dearer_laguna() -> tempfile::TempDir {
    let own = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog");
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join("products")).expect("a folder");
    for part in ["", "products"] {
        for entry in std::fs::read_dir(own.join(part)).expect("the catalogue") {
            let entry = entry.expect("an entry").path();
            if let (true, Some(name)) = (entry.is_file(), entry.file_name()) {
                let text = std::fs::read_to_string(&entry).expect("a file");
                let text = text.replace("\"98-104\" = 1790", "\"98-104\" = 1999");
                std::fs::write(folder.path().join(part).join(name), text).expect("written");
            }
        }
    }
    folder
}
