//! What alarms and dashboard look at is what the functions emit: by name, dimension and unit.

use std::{collections::BTreeSet, time::Duration};

use mirt_test_support::{
    CrmStub, CrmTrouble, OpenAiStub,
    emitted::emitted,
    mirt::{MANYCHAT_TOKEN, World, telegram_message},
};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::{
    crm::{ordered, shop},
    model::{self, world_with_model},
    model_photo::{PIXEL, sees},
};

/// A line a metric: namespace, name, function, unit. `tests/deployment` holds the template against it.
const WATCHED: &str = include_str!("../deployment/watched.txt");

/// What these runs cannot make happen: Telegram's history has a peer of its own in other tests, and
/// the secrets of this machine do not expire: `tests/lambda/webhook.rs` has some that do.
const ELSEWHERE: [&str; 2] = ["MIRT/Telegram ", "MIRT/Secrets "];

/// A metric under `Function` alone, as a line of the list.
fn lines(world: &World) -> BTreeSet<String> {
    let all = emitted(&world.mirt.functions_log()).into_iter();
    let by_function = all.filter(|it| it.dimensions.len() == 1);
    by_function
        .filter_map(|it| {
            let function = it.dimensions.get("Function")?.strip_prefix("mirt-dev-")?.to_owned();
            let metric = it.metric;
            Some(format!("{} {} {function} {}", metric.namespace, metric.name, metric.unit))
        })
        .collect()
}

/// Longer than a turn takes that finds no store.
const TURN: Duration = Duration::from_secs(10);

/// Against a test that never ends.
const PATIENCE: Duration = Duration::from_secs(60);

async fn wait_for(world: &World, metric: &str) {
    let is_there = is_emitted_within(world, metric, PATIENCE).await;
    assert!(is_there, "{metric} is not emitted: {:#?}", lines(world));
}

async fn is_emitted_within(world: &World, metric: &str, patience: Duration) -> bool {
    let waiting = async {
        while !lines(world).iter().any(|line| line.contains(metric)) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(patience, waiting).await.is_ok()
}

async fn fault(world: &World, method: Method) {
    let answer = world.mirt.request(method, "/local/faults/dynamodb").send().await;
    assert!(answer.is_ok_and(|answer| answer.status() == StatusCode::NO_CONTENT));
}

/// A shop with a CRM in which everything goes wrong once.
async fn of_a_bad_day() -> BTreeSet<String> {
    let crm = CrmStub::start(crate::crm::KEY).await;
    let world = shop(&crm).await;

    ordered(&world, "1901").await;
    wait_for(&world, "orders_placed").await;
    crm.script(&[None, Some(CrmTrouble::Status(422))]);
    ordered(&world, "1902").await;
    wait_for(&world, "orders_failed").await;

    let again =
        json!({ "type": "instagram", "clientId": "1903", "messageId": "m1", "message": "?" });
    for _ in 0..2 {
        world.mirt.manychat(&again).await;
    }
    wait_for(&world, "duplicates").await;
    let stranger = ("X-ManyChat-Token", "somebody's");
    world.mirt.post("/webhooks/manychat", stranger, again.to_string()).await;
    wait_for(&world, "refused").await;
    // More than a minute takes, however the clock's minutes fall.
    for number in 0..130 {
        let text = format!("повідомлення {number}");
        world.mirt.manychat(&json!({ "clientId": "1904", "message": text })).await;
    }
    wait_for(&world, "limited").await;

    world.mirt.instagram_text("1905", "покличте менеджера").await;
    world.mirt.at_rest("instagram", "1905", 1).await;
    world.mirt.forward(16 * 60).await;
    wait_for(&world, "escalation_age_s").await;

    let refusal = json!({ "status": "error", "message": "Validation error" });
    world.manychat.answer_next(400, &[], refusal);
    world.mirt.instagram_text("1906", "Добрий день").await;
    wait_for(&world, "undelivered").await;
    let expired = json!({ "status": "error", "message": "Wrong token" });
    world.manychat.answer_next(401, &[], expired);
    world.mirt.instagram_text("1907", "Добрий день").await;
    wait_for(&world, "channel_broken").await;

    // Accepted before the store goes, and its turn is due while it is gone: on a machine that is slow
    // just then the turn is over too soon, so more than one may be needed.
    for user in 1908..1913 {
        world.mirt.instagram_text(&user.to_string(), "Добрий день").await;
        fault(&world, Method::PUT).await;
        let header = ("X-ManyChat-Token", MANYCHAT_TOKEN);
        let answer = world.mirt.post("/webhooks/manychat", header, again.to_string()).await;
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        let has_failed = is_emitted_within(&world, "turns_failed", TURN).await;
        fault(&world, Method::DELETE).await;
        if has_failed {
            break;
        }
    }
    for metric in ["unavailable", "checkpointer_errors", "turns_failed"] {
        wait_for(&world, metric).await;
    }
    lines(&world)
}

/// A turn with the model, and one with a photo.
async fn of_the_model() -> BTreeSet<String> {
    let stub = OpenAiStub::start(model::KEY, sees(Some(11_698_818), 95)).await;
    let world = world_with_model(&stub, &[]).await;
    world.telegram.keep_file("f1", &PIXEL);

    let photo = json!({ "photo": [
        { "file_id": "f1", "file_unique_id": "f1", "width": 1, "height": 1 },
    ]});
    world.mirt.telegram(&telegram_message(1, 1909, &photo)).await;
    world.mirt.at_rest("telegram", "1909", 1).await;
    wait_for(&world, "photo_end_to_end_latency_ms").await;
    lines(&world)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_alarms_and_dashboard_look_at_is_what_the_functions_emit() {
    let mut written = of_a_bad_day().await;
    written.extend(of_the_model().await);

    let watched = WATCHED.lines().filter(|line| !line.starts_with('#'));
    let here = watched.filter(|line| !ELSEWHERE.iter().any(|prefix| line.starts_with(prefix)));
    let missing: Vec<&str> = here.filter(|line| !written.contains(*line)).collect();
    assert_eq!(missing, [""; 0], "{written:#?}");
}
