//! `POST /responses`: a question with a strict schema for its answer.

use std::time::{Duration, Instant};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use mirt_domain::model::Usage;
use mirt_engine::model::{AskModel, Asked, ModelError, ModelRequest};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    OpenAi,
    http::{Failed, attempts},
};

/// The most tokens of an answer, thinking included: several times what one needs.
const MAX_OUTPUT_TOKENS: u32 = 2_500;

/// How many customers share one place of the provider's cache: it serves about 15 requests a minute
/// for one key before it spreads them. Source: OpenAI's guide to prompt caching.
const CACHE_KEYS: u8 = 8;

/// The part of an answer that we read.
#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    model: String,
    #[serde(default)]
    status: String,
    incomplete_details: Option<Incomplete>,
    error: Option<ResponseError>,
    #[serde(default)]
    output: Vec<Item>,
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Incomplete {
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct ResponseError {
    #[serde(default)]
    code: String,
}

#[derive(Deserialize)]
struct Item {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    content: Vec<Content>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Content {
    OutputText {
        text: String,
    },
    Refusal {},
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default)]
    input_tokens: u64,
    #[serde(default)]
    output_tokens: u64,
    input_tokens_details: Option<InputTokens>,
}

#[derive(Deserialize)]
struct InputTokens {
    #[serde(default)]
    cached_tokens: u64,
}

impl AskModel for OpenAi {
    async fn ask(&self, request: &ModelRequest, within: Duration) -> Asked {
        self.respond(&self.body(request), within).await
    }
}

impl OpenAi {
    /// Makes the call, again where that helps, and counts what it used.
    pub(crate) async fn respond(&self, body: &Value, within: Duration) -> Asked {
        let began = Instant::now();
        let mut usage = Usage::default();
        let used = std::sync::Mutex::new(&mut usage);
        let answer = attempts(within, async || {
            let add = |one: &Usage| {
                if let Ok(mut used) = used.lock() {
                    used.add(one);
                }
            };
            add(&Usage { requests: 1, ..Usage::default() });
            let answer = self.post("/responses", body).await?;
            let response: Response = serde_json::from_value(answer)
                .map_err(|_| Failed::for_now(ModelError::Unusable("no response")))?;
            add(&self.usage(&response));
            text(response)
        })
        .await;
        usage.ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        Asked { answer, usage }
    }

    fn body(&self, request: &ModelRequest) -> Value {
        let mut content = vec![json!({ "type": "input_text", "text": request.input })];
        content.extend(request.photos.iter().map(|jpeg| {
            let url = format!("data:image/jpeg;base64,{}", BASE64_STANDARD.encode(jpeg));
            json!({ "type": "input_image", "image_url": url, "detail": "high" })
        }));
        content.extend(request.references.iter().flat_map(|ours| {
            [
                json!({ "type": "input_text", "text": ours.label }),
                json!({ "type": "input_image", "image_url": ours.url, "detail": "low" }),
            ]
        }));
        let identifier = self.safety_identifier(&request.session);
        let shard = identifier.bytes().last().unwrap_or_default() % CACHE_KEYS;
        json!({
            "model": self.model,
            "instructions": request.instructions,
            "input": [{ "type": "message", "role": "user", "content": content }],
            "text": {
                "format": {
                    "type": "json_schema",
                    "name": request.format.name,
                    "schema": request.format.schema,
                    "strict": true,
                },
                "verbosity": "low",
            },
            "reasoning": { "effort": "low" },
            "max_output_tokens": MAX_OUTPUT_TOKENS,
            "store": false,
            "safety_identifier": identifier,
            "prompt_cache_key": format!("mirt-{}-{shard}", request.format.name),
        })
    }

    fn usage(&self, response: &Response) -> Usage {
        let Some(tokens) = &response.usage else { return Usage::default() };
        let cached = tokens.input_tokens_details.as_ref().map_or(0, |input| input.cached_tokens);
        let (input, output) = (tokens.input_tokens, tokens.output_tokens);
        let model =
            if response.model.is_empty() { self.model.clone() } else { response.model.clone() };
        let cost = self.prices.cost(&model, input, cached, output);
        if cost.is_none() {
            tracing::warn!(event = "model_without_price", model);
        }
        let unpriced_tokens = if cost.is_none() { input.saturating_add(output) } else { 0 };
        Usage {
            model,
            requests: 0,
            input_tokens: input,
            cached_tokens: cached,
            output_tokens: output,
            cost: cost.unwrap_or_default(),
            unpriced_tokens,
            ms: 0,
        }
    }
}

/// The answer's text, or why there is none.
fn text(response: Response) -> Result<String, Failed> {
    let contents =
        || response.output.iter().filter(|item| item.kind == "message").flat_map(|i| &i.content);
    if contents().any(|content| matches!(content, Content::Refusal {})) {
        return Err(Failed::for_good(ModelError::Refused));
    }
    match response.status.as_str() {
        "incomplete" => {
            let reason = response.incomplete_details.map(|it| it.reason).unwrap_or_default();
            return Err(if reason == "content_filter" {
                Failed::for_good(ModelError::Refused)
            } else {
                Failed::for_now(ModelError::Unusable("cut off"))
            });
        }
        "failed" | "cancelled" => {
            let code = response.error.map(|error| error.code).unwrap_or_default();
            return Err(match code.as_str() {
                "rate_limit_exceeded" => Failed::for_now(ModelError::Throttled { after: None }),
                _ => Failed::for_now(ModelError::Unavailable("the response failed".into())),
            });
        }
        _ => {}
    }
    let text: String = contents()
        .filter_map(|content| match content {
            Content::OutputText { text } => Some(text.as_str()),
            Content::Refusal {} | Content::Other => None,
        })
        .collect();
    if text.trim().is_empty() {
        return Err(Failed::for_now(ModelError::Unusable("empty")));
    }
    match serde_json::from_str::<serde::de::IgnoredAny>(&text) {
        Ok(_) => Ok(text),
        Err(_) => Err(Failed::for_now(ModelError::Unusable("no JSON in the answer"))),
    }
}
