//! Whether the channels, the CRM and the model can be reached with the keys that the functions have. Each
//! is asked something harmless, once; no key is shown, nor an address with one in it.

use std::time::Duration;

use mirt_engine::failure::chain;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;

use super::{Findings, deployed::Deployed, secrets::Secrets};
use crate::place::Place;

/// How long each may take.
const PATIENCE: Duration = Duration::from_secs(8);

/// What was answered.
enum Answered {
    Well(Value),
    /// The key is no good.
    Refused(StatusCode),
    /// Something else.
    Ill(String),
}

/// Who is asked.
struct Api<'a> {
    check: &'a str,
    /// What its key is called.
    key: &'a str,
    request: RequestBuilder,
}

pub(super) async fn check(
    http: &Client,
    place: &Place,
    deployed: &Deployed,
    secrets: &Secrets,
    findings: &mut Findings,
) {
    let page = deployed.origin.as_ref().filter(|_| place.data.is_some());
    let is_page = |url: Option<&str>| match (url, page) {
        (Some(url), Some(page)) => url.starts_with(&format!("{page}/local/")),
        (url, page) => url.is_none() && page.is_some(),
    };
    let (channels, dialogue) = (&secrets.channels, "dialogue");
    let telegram = deployed.setting(dialogue, "TELEGRAM_API_URL");
    for (check, key) in
        [("Telegram", "telegram_bot_token"), ("Telegram, managers", "telegram_managers_bot_token")]
    {
        let Some(token) = channels[key].as_str().filter(|token| !token.is_empty()) else {
            continue;
        };
        if is_page(telegram) {
            findings.well(check, "the page stands in for it");
            continue;
        }
        let url = telegram.unwrap_or(mirt_dialogue::TELEGRAM_API);
        let request = http.get(format!("{url}/bot{token}/getMe"));
        ask(Api { check, key, request }, findings).await;
    }
    if let Some(key) = channels["manychat_api_key"].as_str() {
        let (check, url) = ("ManyChat", deployed.setting(dialogue, "MANYCHAT_API_URL"));
        if is_page(url) {
            findings.well(check, "the page stands in for it");
        } else {
            let url = url.unwrap_or(mirt_dialogue::MANYCHAT_API);
            let request = http.get(format!("{url}/fb/page/getInfo")).bearer_auth(key);
            ask(Api { check, key: "manychat_api_key", request }, findings).await;
        }
    }
    model(http, deployed, channels, findings).await;
    let crm = deployed.setting("orders", "SITNIKS_API_URL");
    if let (Some(url), Some(key)) = (crm, secrets.crm["sitniks_api_key"].as_str()) {
        // An order that nobody can have.
        let query = [("external_id", "doctor"), ("limit", "1")];
        let request = http.get(format!("{url}/api/orders")).bearer_auth(key).query(&query);
        ask(Api { check: "CRM", key: "sitniks_api_key", request }, findings).await;
    } else if deployed.setting("orders", "MIRT_CRM_SECRET").is_some() && crm.is_none() {
        findings.fault(
            "CRM",
            "its secret is named and its address is not",
            "set the parameter SitniksApiUrl (here SITNIKS_API_URL)",
        );
    }
}

async fn model(http: &Client, deployed: &Deployed, channels: &Value, findings: &mut Findings) {
    let check = "model";
    let Some(key) = channels["openai_api_key"].as_str().filter(|key| !key.is_empty()) else {
        return findings.well(check, "no key: rules and templates work alone");
    };
    let url = deployed.setting("dialogue", "OPENAI_BASE_URL").unwrap_or(mirt_dialogue::OPENAI_API);
    let request = http.get(format!("{url}/models")).bearer_auth(key);
    let Some(answer) = ask(Api { check, key: "openai_api_key", request }, findings).await else {
        return;
    };
    let wanted = deployed.setting("dialogue", "MIRT_MODEL").unwrap_or(mirt_dialogue::MODEL);
    let models = answer["data"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !models.iter().any(|model| model["id"] == wanted) {
        findings.warn(
            check,
            format!("the account's list of models has no {wanted}"),
            "set MIRT_MODEL (the parameter ModelName) to one that it has, or ask for access",
        );
    }
}

/// Asks, and says what came of it; gives the answer where it is one.
async fn ask(api: Api<'_>, findings: &mut Findings) -> Option<Value> {
    let Api { check, key, request } = api;
    match answered(request).await {
        Answered::Well(answer) => {
            findings.well(check, "reached, and it takes the key");
            return Some(answer);
        }
        Answered::Refused(status) => findings.fault(
            check,
            format!("reached, and it refuses {key} ({})", status.as_u16()),
            "put a key that is good into the secret (runbook: Rotate a secret)",
        ),
        Answered::Ill(why) => findings.fault(
            check,
            format!("not reached: {why}"),
            "check its address and its status page; what is not sent is tried again by itself",
        ),
    }
    None
}

async fn answered(request: RequestBuilder) -> Answered {
    let answer = match request.timeout(PATIENCE).send().await {
        Ok(answer) => answer,
        Err(error) if error.is_timeout() => return Answered::Ill("no answer in time".to_owned()),
        // An address can hold a key.
        Err(error) => return Answered::Ill(chain(&error.without_url())),
    };
    match answer.status() {
        status if status.is_success() => Answered::Well(answer.json().await.unwrap_or_default()),
        // Telegram does not know a bot of a wrong token, and says that it is not found.
        status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => {
            Answered::Refused(status)
        }
        status => Answered::Ill(format!("status {}", status.as_u16())),
    }
}
