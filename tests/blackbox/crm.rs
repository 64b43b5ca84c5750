//! An order comes into the CRM once, whatever the CRM does, and its customer hears what becomes of it.

use mirt_test_support::{CrmStub, CrmTrouble, mirt::World};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    managers::{CHAT, MANAGERS, paid_on, press},
    turns, world_with,
};

pub(crate) const KEY: &str = "test-sitniks-key";
const SECRET: &str = "test-sitniks-secret";

/// The whole with a CRM, managers, and customers who may be written to at any hour.
pub(crate) async fn shop(crm: &CrmStub) -> World {
    let url = crm.url();
    let mut env = vec![
        ("SITNIKS_AI_MANAGER_NAME", "Асистент МІРТ"),
        ("SITNIKS_API_KEY", KEY),
        ("SITNIKS_API_URL", url.as_str()),
        ("SITNIKS_WEBHOOK_SECRET", SECRET),
        ("MIRT_QUIET_HOURS", "0-0"),
        ("MIRT_STOCK_FRESH_S", "0"),
    ];
    env.extend(MANAGERS);
    world_with(&env).await
}

/// An Instagram customer whose payment a manager has approved: the session, and the order's id.
pub(crate) async fn ordered(world: &World, user: &str) -> (Value, String) {
    ordered_on(world, "instagram", user).await
}

/// The same on any of ManyChat's channels.
async fn ordered_on(world: &World, channel: &str, user: &str) -> (Value, String) {
    paid_on(world, channel, user).await;
    press(world, user.parse().unwrap_or(50), 7, "Оплата є").await;
    let session = world.mirt.at_rest(channel, user, 6).await;
    let id = session["slots"]["placed"][0]["id"].as_str().unwrap_or_default().to_owned();
    assert_eq!(id.len(), 16, "{session:#}");
    (session, id)
}

/// What the CRM tells, signed as it should be.
async fn tell(world: &World, path: &str, body: &Value) -> (StatusCode, Value) {
    world.mirt.crm(path, SECRET, jiff::Timestamp::now(), &body.to_string()).await
}

fn shown(world: &World, user: &str) -> String {
    format!("{:?}", world.manychat.shown_to(user))
}

/// An order as `mirt orders show` prints it.
async fn order(world: &World, id: &str) -> Value {
    let shown = world.mirt.command(&["orders", "show", id, "--json"]).await;
    serde_json::from_str(&shown).unwrap_or_else(|error| panic!("{error}: {shown}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_order_comes_into_the_crm_once_with_all_that_it_needs() {
    let crm = CrmStub::start(KEY).await;
    let world = shop(&crm).await;

    let (session, id) = ordered(&world, "1701").await;
    // Pressed again: the second press fits nothing.
    press(&world, 51, 7, "Оплата є").await;

    let orders = crm.wait_for(1).await;
    let order = &orders[0];
    assert_eq!(order["external_id"], id.as_str());
    assert_eq!((&order["source"], &order["source_id"]), (&json!("instagram"), &json!("1701")));
    let customer = json!({ "name": "Коваль Ольга", "phone": "+380671234567", "email": null });
    assert_eq!(order["customer"], customer);
    let delivery = json!({ "method": "nova_poshta", "city": "Львів", "address": "Відділення 5" });
    assert_eq!(order["delivery"], delivery);
    assert_eq!(
        (&order["payment_method"], &order["status"]),
        (&json!("full_prepay"), &json!("paid"))
    );
    assert_eq!(order["items"][0]["quantity"], 1);
    assert_eq!(order["total"], session["cart"]["total"]);
    assert_eq!(crm.calls(), ["find", "create"]);
    assert_eq!(crm.violations(), [""; 0]);
    let number = order["internal_notes"].as_str().unwrap_or_default().replace("№ ", "");
    assert!(shown(&world, "1701").contains(&number), "the customer knows the number {number}");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_making_was_not_confirmed_is_asked_for_and_not_made_again() {
    let crm = CrmStub::start(KEY).await;
    crm.script(&[None, Some(CrmTrouble::DoneBut(500))]);
    let world = shop(&crm).await;
    let (_, id) = ordered(&world, "1702").await;
    crm.wait_for_calls(2).await;

    // The sale goes on meanwhile.
    world.mirt.instagram_text("1702", "ні, дякую").await;
    world.mirt.at_rest("instagram", "1702", 7).await;
    world.mirt.command(&["orders", "retry", &id]).await;

    crm.wait_for_calls(3).await;
    assert_eq!(crm.calls(), ["find", "create", "find"]);
    assert_eq!(crm.orders().len(), 1);
    wait_for_state(&world, &id, "accepted").await;
    assert_eq!(order(&world, &id).await["crm"], "5000");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crm_that_takes_the_order_and_never_answers_has_it_once() {
    let crm = CrmStub::start(KEY).await;
    crm.script(&[None, Some(CrmTrouble::DoneInSilence)]);
    let world = shop(&crm).await;
    let (_, id) = ordered(&world, "1703").await;

    crm.wait_for_calls(2).await;
    while order(&world, &id).await["failures"] == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    world.mirt.command(&["orders", "retry", &id]).await;

    wait_for_state(&world, &id, "accepted").await;
    assert_eq!(crm.calls(), ["find", "create", "find"]);
    assert_eq!(crm.orders().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_the_crm_refuses_is_handed_to_the_managers() {
    let crm = CrmStub::start(KEY).await;
    crm.script(&[None, Some(CrmTrouble::Status(422))]);
    let world = shop(&crm).await;

    let (_, id) = ordered(&world, "1704").await;

    world.telegram.wait_for(CHAT, |all| format!("{all:?}").contains("CRM не прийняла")).await;
    let order = order(&world, &id).await;
    assert_eq!(order["state"], "failed");
    assert_eq!(crm.orders(), [Value::Null; 0]);
    assert!(!shown(&world, "1704").contains("CRM"));

    // A human has mended it.
    world.mirt.command(&["orders", "retry", &id]).await;
    crm.wait_for(1).await;
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_hears_that_the_parcel_is_on_its_way_once() {
    let crm = CrmStub::start(KEY).await;
    let world = shop(&crm).await;
    let (_, id) = ordered(&world, "1705").await;
    crm.wait_for(1).await;
    wait_for_state(&world, &id, "accepted").await;

    let packed = json!({ "order_id": 5000, "external_id": id, "status": "processing" });
    let sent = json!({ "order_id": 5000, "external_id": id, "status": "shipped" });
    let path = "/webhooks/snitkix/order-status";
    assert_eq!(tell(&world, path, &packed).await.0, StatusCode::OK);
    assert_eq!(tell(&world, path, &sent).await.1["status"], "accepted");
    world.manychat.wait_for("1705", |all| format!("{all:?}").contains("у перевізника")).await;
    let late = json!({ "order_id": 5000, "external_id": id, "status": "processing", "n": 1 });
    assert_eq!(tell(&world, path, &late).await.1["status"], "unchanged");

    world.mirt.instagram_text("1705", "де моє замовлення?").await;
    let heard = |all: &[_]| format!("{all:?}").matches("у перевізника").count() == 2;
    world.manychat.wait_for("1705", heard).await;
    assert_eq!(order(&world, &id).await["state"], "shipped");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_the_crm_gave_back_cancels_the_order_that_it_names_by_its_own_number() {
    let crm = CrmStub::start(KEY).await;
    let world = shop(&crm).await;
    let (_, id) = ordered(&world, "1706").await;
    crm.wait_for(1).await;
    wait_for_state(&world, &id, "accepted").await;

    let refunded = json!({ "order_id": 5000, "payment_status": "refunded", "amount": 1790 });
    let (status, answer) = tell(&world, "/webhooks/snitkix/payment", &refunded).await;

    assert_eq!((status, &answer["status"]), (StatusCode::OK, &json!("accepted")));
    world.manychat.wait_for("1706", |all| format!("{all:?}").contains("скасовано")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_crm_did_not_sign_now_or_says_twice_counts_for_nothing() {
    let crm = CrmStub::start(KEY).await;
    let world = shop(&crm).await;
    let (session, id) = ordered(&world, "1707").await;
    crm.wait_for(1).await;
    wait_for_state(&world, &id, "accepted").await;
    let body = json!({ "order_id": 5000, "external_id": id, "status": "shipped" }).to_string();
    let path = "/webhooks/snitkix/order-status";
    let now = jiff::Timestamp::now();
    let minutes = |n: i64| now + jiff::SignedDuration::from_mins(n);

    for (secret, at) in [("another", now), (SECRET, minutes(-6)), (SECRET, minutes(6))] {
        let (status, answer) = world.mirt.crm(path, secret, at, &body).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{answer}");
    }
    let unsigned = world.mirt.post(path, ("X-API-Key", KEY), body.clone()).await;
    assert_eq!(unsigned.status(), StatusCode::UNAUTHORIZED);
    for wrong in ["{", "{}", r#"{"order_id":1,"status":"?"}"#] {
        let (status, answer) = world.mirt.crm(path, SECRET, now, wrong).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}: {answer}");
    }
    let other = r#"{"external_id":"made-by-hand","order_id":9,"status":"shipped"}"#;
    let (status, answer) = world.mirt.crm(path, SECRET, now, other).await;
    assert_eq!((status, &answer["status"]), (StatusCode::OK, &json!("unknown_order")));
    assert_eq!(turns(&world.mirt.session("instagram", "1707").await).len(), turns(&session).len());

    let first = world.mirt.crm(path, SECRET, now, &body).await;
    let again = world.mirt.crm(path, SECRET, now, &body).await;
    assert_eq!((first.0, again.0), (StatusCode::OK, StatusCode::CONFLICT));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_crm_says_is_sold_out_is_not_offered_from_the_next_message_on() {
    let crm = CrmStub::start(KEY).await;
    let world = shop(&crm).await;
    let asked = "сукня лагуна рожева на зріст 134";
    world.mirt.instagram_text("1708", asked).await;
    let session = world.mirt.at_rest("instagram", "1708", 1).await;
    let product = session["slots"]["choices"][0]["product_id"].clone();
    assert!(shown(&world, "1708").contains("грн"), "{session:#}");

    let path = "/webhooks/snitkix/inventory";
    // What has no height is nothing that the shop sells, and no reason to leave out the rest.
    let gone = json!({ "products": [
        { "sku": "A-1", "size": "one size", "stock_quantity": 7 },
        { "product_id": product, "stock_quantity": 0 },
    ]});
    let (status, answer) = tell(&world, path, &gone).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    world.mirt.instagram_text("1709", asked).await;
    world.mirt.at_rest("instagram", "1709", 1).await;
    // Who was about to take it hears of it too.
    world.mirt.instagram_text("1708", "беру").await;
    let session = world.mirt.at_rest("instagram", "1708", 2).await;

    for user in ["1708", "1709"] {
        assert!(shown(&world, user).contains("немає в наявності"), "{}", shown(&world, user));
    }
    assert!(!shown(&world, "1709").contains("грн"), "{}", shown(&world, "1709"));
    assert_eq!(session["cart"]["lines"], json!([]));

    let back = json!({ "products": [{ "product_id": product, "stock_quantity": 5 }] });
    tell(&world, path, &back).await;
    world.mirt.instagram_text("1710", asked).await;
    world.mirt.at_rest("instagram", "1710", 1).await;
    assert!(shown(&world, "1710").contains("грн"), "{}", shown(&world, "1710"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_crm_an_order_is_in_the_managers_card_and_in_the_export() {
    let world = world_with(&MANAGERS).await;

    let (_, id) = ordered(&world, "1711").await;

    assert!(format!("{:?}", world.telegram.shown_to(CHAT)).contains("Замовлення оплачене"));
    let list = world.mirt.command(&["orders", "list"]).await;
    assert!(list.contains(&id) && list.contains("confirmed"), "{list}");
    let export = world.mirt.command(&["orders", "export"]).await;
    let rows: Vec<_> = export.lines().collect();
    assert_eq!(rows.len(), 2, "{export}");
    assert_eq!(rows[0].split(',').count(), rows[1].split(',').count());
    for part in [&id, "Коваль Ольга", "'+380671234567", "Львів", "відділення 5", "Лагуна"]
    {
        assert!(rows[1].contains(part), "{part}: {export}");
    }
    let told = world.mirt.post("/webhooks/snitkix/payment", ("X-API-Key", "?"), "{}").await;
    assert_eq!(told.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_customer_on_two_channels_hears_nothing_of_the_other_ones_order() {
    let crm = CrmStub::start(KEY).await;
    let world = shop(&crm).await;
    let (_, first) = ordered(&world, "1712").await;
    // The same name, phone and address.
    let (_, second) = ordered_on(&world, "whatsapp", "1713").await;
    crm.wait_for(2).await;
    wait_for_state(&world, &first, "accepted").await;

    let sent = json!({ "external_id": first, "status": "shipped" });
    tell(&world, "/webhooks/snitkix/order-status", &sent).await;
    world.manychat.wait_for("1712", |all| format!("{all:?}").contains("у перевізника")).await;
    let asks = json!({ "type": "whatsapp", "clientId": "1713", "message": "де моє замовлення?" });
    world.mirt.manychat(&asks).await;
    world.mirt.at_rest("whatsapp", "1713", 7).await;

    let number = |id: &str| {
        let bits = u64::from_str_radix(id, 16).unwrap_or_default();
        format!("{:08}", bits % 100_000_000)
    };
    let heard = shown(&world, "1713");
    assert!(heard.contains(&number(&second)), "{heard}");
    assert!(!heard.contains(&number(&first)) && !heard.contains("у перевізника"), "{heard}");
    assert!(!shown(&world, "1712").contains(&number(&second)));
    let managers = format!("{:?}", world.telegram.shown_to(CHAT));
    let both = format!("Той самий телефон має замовлення {}", number(&first));
    assert!(managers.contains(&both), "{managers}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_more_than_the_crm_has_hears_how_much_there_is_and_gets_that() {
    let crm = CrmStub::start(KEY).await;
    let world = shop(&crm).await;
    let wish = "сукня лагуна рожева на зріст 134";
    world.mirt.instagram_text("1714", wish).await;
    let session = world.mirt.at_rest("instagram", "1714", 1).await;
    let product = session["slots"]["choices"][0]["product_id"].clone();
    let two = json!({ "products": [{ "product_id": product, "stock_quantity": 2 }] });
    tell(&world, "/webhooks/snitkix/inventory", &two).await;

    world.mirt.instagram_text("1714", "беру три штуки").await;

    let session = world.mirt.at_rest("instagram", "1714", 2).await;
    assert!(shown(&world, "1714").contains("в наявності 2 шт."), "{}", shown(&world, "1714"));
    assert_eq!(session["cart"]["lines"][0]["quantity"], 2, "{session:#}");
    // Somebody else buys one of them meanwhile.
    let one = json!({ "products": [{ "product_id": product, "stock_quantity": 1 }], "n": 1 });
    tell(&world, "/webhooks/snitkix/inventory", &one).await;
    world.mirt.instagram_text("1714", "Коваль Ольга, 0671234567, Львів, відділення 5").await;
    let session = world.mirt.at_rest("instagram", "1714", 3).await;
    assert!(shown(&world, "1714").contains("в наявності 1 шт."), "{}", shown(&world, "1714"));
    assert_eq!(session["cart"]["lines"][0]["quantity"], 1, "{session:#}");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crm_that_is_down_for_an_hour_has_every_order_once_after_it_and_the_sales_went_on() {
    let crm = CrmStub::start(KEY).await;
    let world = shop(&crm).await;
    crm.set_down(true);
    let first = ordered(&world, "1715").await;
    let second = ordered_on(&world, "whatsapp", "1716").await;
    let names = [first.1, second.1];

    world.mirt.forward(3_600).await;
    assert_eq!(crm.orders(), [Value::Null; 0]);
    let asked_in_vain = crm.calls().len();
    crm.set_down(false);
    // The longest pause between two tries, and the sweeper as it runs: every minute.
    world.mirt.forward(1_740).await;
    for _ in 0..10 {
        if crm.orders().len() == names.len() {
            break;
        }
        world.mirt.forward(60).await;
        let run = world.mirt.request(Method::POST, "/local/schedules/sweeper").send().await;
        assert_eq!(run.map(|answer| answer.status()).ok(), Some(StatusCode::OK));
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }

    let orders = crm.wait_for(2).await;
    for name in &names {
        wait_for_state(&world, name, "accepted").await;
        let own = orders.iter().filter(|order| order["external_id"] == name.as_str()).count();
        assert_eq!(own, 1, "{orders:?}");
    }
    assert_eq!(orders.len(), 2, "{orders:?}");
    // Seven tries an order, each a question that is repeated twice.
    assert!((12..=42).contains(&asked_in_vain), "{asked_in_vain} calls in vain");
    let managers = format!("{:?}", world.telegram.shown_to(CHAT));
    assert!(!managers.contains("CRM не прийняла"), "{managers}");
    for user in ["1715", "1716"] {
        assert!(shown(&world, user).contains("Оплату підтверджено"), "{}", shown(&world, user));
    }
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chat_of_a_customer_is_labelled_in_the_crm_as_the_conversation_goes() {
    let crm = CrmStub::start(KEY).await;
    let world = shop(&crm).await;
    crm.has_chat_with("somebody");
    crm.has_chat_with("Mama_Olia");
    let say = async |text: &str| {
        let payload = json!({
            "type": "instagram", "clientId": "1717", "username": "@mama_olia", "message": text,
        });
        world.mirt.manychat(&payload).await;
    };

    say("сукня лагуна рожева на зріст 134").await;
    crm.wait_for_chat("Mama_Olia", 2).await;
    say("покличте менеджера").await;

    let changes = crm.wait_for_chat("Mama_Olia", 4).await;
    let expected = [
        json!({ "status": "Взято в роботу" }),
        json!({ "assignedManagerId": 31 }),
        json!({ "status": "AI Увага" }),
        json!({ "assignedManagerId": 32 }),
    ];
    assert_eq!(changes, expected);
    assert_eq!(crm.chat("somebody"), [Value::Null; 0]);
    world.mirt.at_rest("instagram", "1717", 2).await;
    world.mirt.managers_told("instagram", "1717").await;
    let card = format!("{:?}", world.telegram.shown_to(CHAT));
    assert!(card.contains("instagram:1717 @mama_olia"), "{card}");
    assert!(!world.mirt.functions_log().contains("mama_olia"));
    assert_eq!(crm.violations(), [""; 0]);
}

/// Waits until an order has come to a state.
pub(crate) async fn wait_for_state(world: &World, id: &str, state: &str) {
    for _ in 0..200 {
        if order(world, id).await["state"] == state {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{:#}", order(world, id).await);
}
