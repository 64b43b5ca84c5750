//! A thousand turns.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, PutRequest, WriteRequest},
};
use mirt_aws::sdk;
use serde_json::{Value, json};

use crate::Stage;

const TABLE: &str = "mirt-dev";
const PARTITION: &str = "S#instagram:1";
const TURNS: u64 = 1_000;

/// How many writes DynamoDB takes at once.
const BATCH: usize = 25;

/// The most elements that one phone has, however long the talk is.
const MOST_ELEMENTS: u64 = 2_000;

type Item = HashMap<String, AttributeValue>;

fn text(item: &Item, name: &str) -> String {
    let value = item.get(name).and_then(|value| value.as_s().ok());
    value.cloned().unwrap_or_else(|| panic!("{name} in {item:?}"))
}

/// Turn `n` as a copy of the first one. Newer turns sort before older ones.
fn copy(first: &Item, n: u64) -> Item {
    let (sk, data) = (text(first, "sk"), text(first, "data"));
    let (kind, place) = sk.split_once('#').unwrap_or_else(|| panic!("{sk}"));
    let place: u64 = place.parse().unwrap_or_else(|_| panic!("{sk}"));
    let mut data: Value = serde_json::from_str(&data).unwrap_or_else(|error| panic!("{error}"));
    data["n"] = n.into();
    let mut item = first.clone();
    item.insert("sk".to_owned(), AttributeValue::S(format!("{kind}#{:010}", place + 1 - n)));
    item.insert("data".to_owned(), AttributeValue::S(data.to_string()));
    item
}

/// Makes the one turn of a conversation a thousand.
async fn multiply(stage: &Stage) {
    let http = mirt_http::client().unwrap_or_else(|error| panic!("{error}"));
    let config = sdk::local_config(http, &stage.mirt.aws_endpoint(), "us-east-1".to_owned()).await;
    let client = Client::new(&config);
    let found = client
        .query()
        .table_name(TABLE)
        .key_condition_expression("pk = :pk AND begins_with(sk, :turn)")
        .expression_attribute_values(":pk", AttributeValue::S(PARTITION.to_owned()))
        .expression_attribute_values(":turn", AttributeValue::S("TURN#".to_owned()))
        .send()
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let first = found.items().first().unwrap_or_else(|| panic!("no turn"));
    let items: Vec<Item> = (2..=TURNS).map(|n| copy(first, n)).collect();
    for batch in items.chunks(BATCH) {
        let put = |item: &Item| {
            let put = PutRequest::builder().set_item(Some(item.clone())).build();
            let put = put.unwrap_or_else(|error| panic!("{error}"));
            WriteRequest::builder().put_request(put).build()
        };
        let writes = batch.iter().map(put).collect();
        let written = client.batch_write_item().request_items(TABLE, writes).send().await;
        written.unwrap_or_else(|error| panic!("{error}"));
    }
    let version = client
        .update_item()
        .table_name(TABLE)
        .key("pk", AttributeValue::S(PARTITION.to_owned()))
        .key("sk", AttributeValue::S("STATE".to_owned()))
        .update_expression("SET version = :version")
        .expression_attribute_values(":version", AttributeValue::N(TURNS.to_string()))
        .send()
        .await;
    version.unwrap_or_else(|error| panic!("{error}"));
}

/// The numbers of the first and the last turn that the phone has, and how many elements it has.
async fn drawn(stage: &Stage) -> (u64, u64, u64) {
    let look = "
        const phone = document.querySelector('.phone.now');
        const turns = [...phone.querySelectorAll('.turn')].map((it) => Number(it.dataset.turn));
        return [turns[0], turns.at(-1), phone.querySelectorAll('*').length];";
    let seen = stage.browser.run(look, json!([])).await;
    let number = |place: usize| seen[place].as_u64().unwrap_or_else(|| panic!("{seen}"));
    (number(0), number(1), number(2))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: .ci/run browser"]
async fn of_a_thousand_turns_only_those_near_the_eye_are_drawn() {
    let stage = Stage::wide().await;
    let browser = &stage.browser;
    stage.say("скільки лагуна на 98?").await;
    multiply(&stage).await;
    stage.show("instagram/1").await;
    browser.until("document.querySelector('.phone.now [data-turn=\"1000\"]')").await;
    let (first, last, elements) = drawn(&stage).await;
    assert!(last == TURNS && first > TURNS - 100 && elements < MOST_ELEMENTS, "{first} {elements}");

    // To the very beginning, as a wheel does it.
    let up = "
        const log = document.querySelector('.phone.now .log');
        log.dispatchEvent(new WheelEvent('wheel', { deltaY: -1 })); log.scrollTop = 0;";
    let (mut top, mut most) = (first, elements);
    while top > 1 {
        browser.run(up, json!([])).await;
        browser
            .until(&format!(
                "Number(document.querySelector('.phone.now .turn').dataset.turn) < {top}"
            ))
            .await;
        let (first, _, elements) = drawn(&stage).await;
        (top, most) = (first, most.max(elements));
    }
    assert!(most < MOST_ELEMENTS, "{most}");
    let story = "return document.querySelectorAll('#story *').length";
    let story = browser.run(story, json!([])).await;
    assert!(story.as_u64().is_some_and(|count| count < 2 * MOST_ELEMENTS), "{story}");

    // What is written now is seen at once, wherever somebody was reading.
    browser.type_into(".phone.now textarea", &format!("дякую{}", crate::driver::ENTER)).await;
    browser.until("document.querySelector('.phone.now [data-turn=\"1001\"]')").await;
    stage.check().await;
}
