//! The predecessor's flows: following up, and ordering with a form.

use mirt_test_support::mirt::{MANYCHAT_TOKEN, World};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{turns, world, world_with};

/// What a flow's request is answered with.
async fn ask(world: &World, path: &str, payload: &Value) -> Value {
    let header = ("X-ManyChat-Token", MANYCHAT_TOKEN);
    let answer = world.mirt.post(path, header, payload.to_string()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap_or_else(|error| panic!("{error}"))
}

fn form(user: &str, fields: &Value) -> Value {
    json!({ "subscriber": { "id": user }, "custom_fields": fields })
}

const FOLLOW_UP: &str = "/webhooks/manychat/followup";
const ORDER: &str = "/webhooks/manychat/create-order";

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_has_just_written_is_not_followed_up_and_who_is_unknown_never() {
    let world = world().await;
    world.mirt.instagram_text("5001", "сукня лагуна рожева на зріст 134").await;
    world.mirt.at_rest("instagram", "5001", 1).await;
    let before = world.manychat.shown_to("5001").len();

    let known = ask(&world, FOLLOW_UP, &form("5001", &json!({}))).await;
    let unknown = ask(&world, FOLLOW_UP, &json!({ "custom_fields": {} })).await;

    assert_eq!(known["needs_followup"], false, "{known}");
    assert_eq!(known["current_state"], "STATE_4_OFFER", "{known}");
    assert_eq!(known["followup_text"], "");
    assert_eq!(unknown, json!({ "needs_followup": false, "reason": "unknown_user" }));
    assert_eq!(world.manychat.shown_to("5001").len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_that_asks_for_a_follow_up_gets_it_once_and_it_is_not_sent_as_well() {
    let soon = [("MIRT_QUIET_HOURS", "9-9"), ("MIRT_FOLLOW_UPS_S", "1,82800")];
    let world = world_with(&soon).await;
    world.mirt.instagram_text("5005", "сукня лагуна рожева на зріст 134").await;
    world.mirt.at_rest("instagram", "5005", 1).await;
    let before = world.manychat.shown_to("5005").len();
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;

    let asked = ask(&world, FOLLOW_UP, &form("5005", &json!({}))).await;
    let again = ask(&world, FOLLOW_UP, &form("5005", &json!({}))).await;
    for schedule in ["followups", "sweeper"] {
        let path = format!("/local/schedules/{schedule}");
        let run = world.mirt.request(reqwest::Method::POST, &path).send().await;
        assert!(run.is_ok_and(|answer| answer.status().is_success()));
    }

    assert_eq!(asked["needs_followup"], true, "{asked}");
    let words = asked["followup_text"].as_str().unwrap_or_default();
    assert!(words.contains("Лагуна"), "{asked}");
    assert_eq!(asked["add_tag"], json!(["followup_sent"]));
    assert_eq!(again["needs_followup"], false, "{again}");
    let session = world.mirt.at_rest("instagram", "5005", 3).await;
    assert_eq!(session["pending_outbox"], 0, "{session:#}");
    assert_eq!(world.manychat.shown_to("5005").len(), before, "nothing was sent beside it");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_orders_what_was_offered_once_and_asks_for_what_it_lacks() {
    let world = world().await;
    world.mirt.instagram_text("5002", "сукня лагуна рожева на зріст 134").await;
    world.mirt.at_rest("instagram", "5002", 1).await;
    let part = json!({ "client_name": "Коваль Ольга", "client_phone": "0671234567" });
    let whole = json!({
        "client_name": "Коваль Ольга", "client_phone": "0671234567",
        "client_city": "Львів", "client_nova_poshta": "5",
        // What a form says of goods and money is not believed.
        "last_product": "Костюм Ритм", "order_sum": "1",
    });

    let lacking = ask(&world, ORDER, &form("5002", &part)).await;
    let ordered = ask(&world, ORDER, &form("5002", &whole)).await;
    tokio::time::sleep(std::time::Duration::from_millis(5_100)).await;
    let again = ask(&world, ORDER, &form("5002", &whole)).await;

    assert_eq!(lacking["needs_data"], true, "{lacking}");
    assert_eq!(lacking["missing_fields"], json!(["client_city", "client_nova_poshta"]));
    assert!(lacking["prompt"].as_str().is_some_and(|words| words.contains("місто")), "{lacking}");
    assert_eq!((&ordered["success"], &ordered["duplicate"]), (&json!(true), &json!(false)));
    assert_eq!(ordered["add_tag"], json!(["order_queued"]), "{ordered}");
    assert_eq!((&again["success"], &again["duplicate"]), (&json!(true), &json!(true)), "{again}");
    assert_eq!(again["order_id"], ordered["order_id"]);
    let fields: Vec<_> = ordered["set_field_values"].as_array().into_iter().flatten().collect();
    let names: Vec<_> = fields.iter().map(|field| field["field_name"].as_str()).collect();
    let expected = ["order_status", "crm_external_id", "crm_order_id", "crm_task_id"].map(Some);
    assert_eq!(names, expected);
    assert_eq!(
        (&ordered["task_id"], &fields[3]["field_value"]),
        (&ordered["external_id"], &ordered["external_id"])
    );
    let session = world.mirt.session("instagram", "5002").await;
    assert_eq!(session["cart"]["lines"].as_array().map(Vec::len), Some(1), "{session:#}");
    assert!(session["cart"].to_string().contains("134-140"), "{session:#}");
    assert_eq!(turns(&session).len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_anything_to_buy_says_so_and_a_wrong_token_gets_nothing() {
    let world = world().await;
    let data = json!({
        "client_name": "Коваль Ольга", "client_phone": "0671234567",
        "client_city": "Львів", "client_nova_poshta": "відділення 5",
    });

    let answer = ask(&world, ORDER, &form("5003", &data)).await;
    let refused = world.mirt.post(ORDER, ("X-ManyChat-Token", "wrong"), "{}").await;

    assert_eq!(answer["success"], false, "{answer}");
    assert!(answer["missing_fields"].to_string().contains("last_product"), "{answer}");
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
}
