//! The client against a stub that checks each request against OpenAI's own schema.
#![expect(clippy::expect_used, reason = "a test that cannot set its stage must fail")]

use std::time::Duration;

use mirt_domain::{
    channel::Channel,
    model::Reference,
    session_id::{SessionId, UserId},
};
use mirt_engine::model::{
    AnswerFormat, AskModel as _, Asked, ModelError, ModelRequest, Moderate as _,
};
use mirt_llm::{MODEL, OpenAi, Prices};
use mirt_test_support::{ModelReply, OpenAiStub};
use serde_json::{Value, json};

const KEY: &str = "sk-test";

/// Long enough for three attempts.
const WITHIN: Duration = Duration::from_secs(30);

struct Stage {
    stub: OpenAiStub,
    client: OpenAi,
}

async fn stage() -> Stage {
    let stub = OpenAiStub::start(KEY, |_| ModelReply::Says(json!({ "word": "так" }))).await;
    let http = mirt_http::client().expect("a client");
    let client =
        OpenAi::new(http, &stub.url(), KEY.to_owned(), MODEL.to_owned(), Prices::default());
    Stage { stub, client }
}

fn request(user: &str) -> ModelRequest {
    ModelRequest {
        session: SessionId {
            channel: Channel::Instagram,
            user: UserId::parse(user).expect("an id"),
        },
        instructions: "Be brief. ".repeat(500),
        input: "Привіт".to_owned(),
        photos: vec![vec![0xFF, 0xD8, 0xFF]],
        references: vec![Reference {
            label: "Ours".to_owned(),
            url: "https://cdn.example/1.jpeg".to_owned(),
        }],
        format: AnswerFormat {
            name: "word",
            schema: json!({
                "type": "object",
                "properties": { "word": { "type": "string" } },
                "required": ["word"],
                "additionalProperties": false,
            }),
        },
    }
}

impl Stage {
    async fn ask(&self) -> Asked {
        self.client.ask(&request("1"), WITHIN).await
    }

    async fn outcome_of(&self, replies: &[ModelReply]) -> (Result<String, &'static str>, usize) {
        replies.iter().for_each(|reply| self.stub.reply_next(reply.clone()));
        let asked = self.ask().await;
        assert_eq!(self.stub.violations(), [""; 0]);
        (asked.answer.map_err(|error| error.as_str()), self.stub.asked().len())
    }
}

fn good() -> Result<String, &'static str> {
    Ok(json!({ "word": "так" }).to_string())
}

#[tokio::test]
async fn a_question_is_of_the_providers_schema_and_tells_nobody_who_asks() {
    let stage = stage().await;

    let asked = stage.ask().await;

    assert_eq!(asked.answer.ok(), good().ok());
    assert_eq!(stage.stub.violations(), [""; 0]);
    let body = stage.stub.asked().pop().expect("a question");
    assert_eq!(body["store"], false);
    assert_eq!(body["text"]["format"]["strict"], true);
    assert_eq!(body["reasoning"]["effort"], "low");
    let identifier = body["safety_identifier"].as_str().unwrap_or_default();
    assert_eq!(identifier.len(), 32, "{identifier}");
    assert!(!body.to_string().contains("instagram"), "{body}");
}

#[tokio::test]
async fn one_customer_keeps_an_identifier_and_another_has_another() {
    let stage = stage().await;

    for user in ["1", "1", "2"] {
        stage.client.ask(&request(user), WITHIN).await;
    }

    let of: Vec<Value> =
        stage.stub.asked().iter().map(|body| body["safety_identifier"].clone()).collect();
    assert_eq!(of[0], of[1]);
    assert_ne!(of[0], of[2]);
}

#[tokio::test]
async fn what_a_call_used_is_counted_and_the_cached_part_is_cheaper() {
    let stage = stage().await;

    let first = stage.ask().await.usage;
    let second = stage.ask().await.usage;

    assert_eq!((first.requests, first.cached_tokens), (1, 0));
    assert_eq!(first.model, "gpt-5.1-2025-11-13");
    assert!(second.cached_tokens >= 1024, "{second:?}");
    assert!(second.cost < first.cost, "{first:?} {second:?}");
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_every_attempt_is_counted() {
    for reply in [
        ModelReply::Status(500, None, "server_error"),
        ModelReply::Status(429, Some(0), "rate_limit_exceeded"),
        ModelReply::Garbage,
        ModelReply::HangsUp,
        ModelReply::Empty,
        ModelReply::CutOff,
        ModelReply::Text("так".to_owned()),
    ] {
        let stage = stage().await;
        let outcome = stage.outcome_of(std::slice::from_ref(&reply)).await;
        assert_eq!(outcome, (good(), 2), "{reply:?}");
    }
}

#[tokio::test]
async fn three_failures_in_a_row_are_the_end_and_sorted_by_kind() {
    for (reply, kind) in [
        (ModelReply::Status(503, None, "server_error"), "unavailable"),
        (ModelReply::Status(429, Some(0), "rate_limit_exceeded"), "throttled"),
        (ModelReply::Empty, "unusable"),
        (ModelReply::CutOff, "unusable"),
    ] {
        let stage = stage().await;
        let outcome = stage.outcome_of(&[reply.clone(), reply.clone(), reply]).await;
        assert_eq!(outcome, (Err(kind), 3));
    }
}

#[tokio::test]
async fn what_will_not_pass_is_not_tried_again() {
    for (reply, kind) in [
        (ModelReply::Refuses, "refused"),
        (ModelReply::Status(429, None, "insufficient_quota"), "quota"),
        (ModelReply::Status(401, None, "invalid_api_key"), "broken"),
        (ModelReply::Status(400, None, "invalid_request_error"), "broken"),
        (ModelReply::Status(429, Some(600), "rate_limit_exceeded"), "throttled"),
    ] {
        let stage = stage().await;
        let outcome = stage.outcome_of(&[reply]).await;
        assert_eq!(outcome, (Err(kind), 1));
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_an_outage_and_the_error_names_no_key() {
    let http = mirt_http::client().expect("a client");
    let client = OpenAi::new(
        http,
        "http://127.0.0.1:9/v1",
        KEY.to_owned(),
        MODEL.to_owned(),
        Prices::default(),
    );

    let asked = client.ask(&request("1"), Duration::from_secs(2)).await;

    let error = asked.answer.expect_err("nobody listens");
    assert!(matches!(error, ModelError::Unavailable(_)) && error.is_outage(), "{error:?}");
    assert!(!mirt_engine::failure::chain(&error).contains(KEY));
    assert!(!format!("{client:?}").contains(KEY));
}

#[tokio::test]
async fn a_moderated_text_is_flagged_by_category_and_an_outage_is_told() {
    let stage = stage().await;
    stage.stub.flag("зброя");

    let flagged = stage.client.moderate("зброя", WITHIN).await.expect("a verdict");
    let fine = stage.client.moderate("сукня", WITHIN).await.expect("a verdict");
    stage.stub.fail_moderation();
    let none = stage.client.moderate("сукня", Duration::from_secs(2)).await;

    assert_eq!(flagged.categories, ["violence"]);
    assert_eq!(fine.categories, [""; 0]);
    assert!(matches!(none, Err(ModelError::Unavailable(_))), "{none:?}");
    assert_eq!(stage.stub.violations(), [""; 0]);
}
