//! A secret that changes, and what was made of it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mirt_aws::{
    rotation::{FRESH_FOR, LOOK_AGAIN_AFTER, Rotating},
    sdk,
    secrets::{self, SecretError},
};
use mirt_local_aws::site::Site;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::stage::{Stage, now};

const NAME: &str = "mirt/dev/channels";

#[derive(Deserialize)]
struct Keys {
    key: String,
}

struct Rotated {
    stage: Stage,
    config: aws_config::SdkConfig,
}

impl Rotated {
    async fn start(secret: &Value) -> Self {
        let stage = Stage::start().await;
        let http = mirt_http::client().unwrap();
        let config = sdk::local_config(http, stage.endpoint.url(), Site::default().region).await;
        let rotated = Self { stage, config };
        rotated.change(secret).await;
        rotated
    }

    async fn change(&self, secret: &Value) {
        secrets::write(&self.config, NAME, secret).await.unwrap();
    }

    async fn kept(&self) -> Rotating<'static, String, SecretError> {
        Rotating::start(&self.config, NAME, now(), |keys: Keys| match keys.key.as_str() {
            "unusable" => Err(secret_error()),
            _ => Ok(keys.key),
        })
        .await
        .unwrap()
    }
}

fn secret_error() -> SecretError {
    SecretError::Malformed { name: NAME.to_owned(), problem: "unusable".to_owned() }
}

fn at(after: std::time::Duration) -> Timestamp {
    now() + SignedDuration::try_from(after).unwrap()
}

#[tokio::test]
async fn what_is_made_of_a_secret_is_made_anew_within_five_minutes_of_its_change() {
    let rotated = Rotated::start(&json!({ "key": "old" })).await;
    let kept = rotated.kept().await;
    rotated.change(&json!({ "key": "new" })).await;

    let just_before = at(FRESH_FOR) - SignedDuration::from_millis(1);
    assert_eq!(*kept.current(just_before).await, "old");
    assert_eq!(*kept.current(at(FRESH_FOR)).await, "new");
}

#[tokio::test]
async fn a_secret_that_stays_is_made_into_something_once() {
    let rotated = Rotated::start(&json!({ "key": "one" })).await;
    let kept = rotated.kept().await;

    let (first, second) = (kept.current(now()).await, kept.current(at(FRESH_FOR)).await);

    assert!(Arc::ptr_eq(&first, &second));
}

#[tokio::test]
async fn who_has_reason_to_has_it_looked_at_sooner_and_hears_whether_it_changed() {
    let rotated = Rotated::start(&json!({ "key": "old" })).await;
    let kept = rotated.kept().await;
    let known = kept.current(now()).await;
    assert_eq!(kept.changed(&known, at(LOOK_AGAIN_AFTER)).await, None);
    rotated.change(&json!({ "key": "new" })).await;

    let too_soon = kept.changed(&known, at(LOOK_AGAIN_AFTER)).await;
    let later = kept.changed(&known, at(2 * LOOK_AGAIN_AFTER)).await;

    assert_eq!(too_soon, None);
    assert_eq!(later.as_deref().map(String::as_str), Some("new"));
}

#[tokio::test]
async fn a_secret_that_cannot_be_used_any_more_leaves_what_there_was() {
    let rotated = Rotated::start(&json!({ "key": "old" })).await;
    let kept = rotated.kept().await;

    for unusable in [json!({ "key": "unusable" }), json!({ "another": "form" })] {
        rotated.change(&unusable).await;
        assert_eq!(*kept.current(at(FRESH_FOR)).await, "old");
    }
    drop(rotated.stage);

    assert_eq!(*kept.current(at(2 * FRESH_FOR)).await, "old", "nobody answers");
}

#[tokio::test]
async fn without_a_readable_secret_there_is_no_beginning() {
    let rotated = Rotated::start(&json!({ "key": 7 })).await;
    let begun =
        Rotating::<String, SecretError>::start(&rotated.config, NAME, now(), |keys: Keys| {
            Ok(keys.key)
        });

    let error = begun.await.unwrap_err();

    assert!(matches!(&error, SecretError::Malformed { name, .. } if name == NAME), "{error}");
}
