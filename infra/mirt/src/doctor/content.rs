//! What the API says of itself: whether it works, with which texts and catalogue, and by which clock.

use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822};
use mirt_engine::failure::chain;
use reqwest::{Client, header::DATE};
use serde_json::Value;

use super::{Findings, deployed::Deployed};

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(8);

/// A clock that is wrong by more is worth a look: `Date` itself is to the second.
const A_LITTLE: i64 = 5;

/// AWS refuses calls that are signed by a clock that is wrong by more.
const TOO_MUCH: i64 = 300;

pub(super) async fn check(http: &Client, deployed: &Deployed, findings: &mut Findings) {
    let check = "API";
    let Some(origin) = &deployed.origin else {
        return findings.fault(
            check,
            "the stack has no output HealthUrl",
            "deploy the template of this program",
        );
    };
    let asked = http.get(format!("{origin}/health")).timeout(PATIENCE).send().await;
    let answer = match asked {
        Ok(answer) => answer,
        Err(error) => {
            let found = format!("no answer: {}", chain(&error.without_url()));
            let todo = "see whether the webhook function starts (its log), and the API's routes";
            return findings.fault(check, found, todo);
        }
    };
    let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
    let there = date.and_then(|date| rfc2822::parse(date).ok()).map(|date| date.timestamp());
    let status = answer.status();
    let body: Value = answer.json().await.unwrap_or_default();
    if status.is_success() {
        let version = body["version"].as_str().unwrap_or("unknown");
        findings.well(check, format!("answers, version {version}"));
    } else {
        findings.fault(
            check,
            format!("status {status}: {}", body["checks"]),
            "the check that is not ok names the service that does not answer the function",
        );
    }
    texts(&body, findings);
    clock(there, findings);
}

fn texts(body: &Value, findings: &mut Findings) {
    let own = [
        ("catalogue", mirt_content::catalog().version(), &body["content"]["catalog"]),
        ("prompts", mirt_content::prompts().version(), &body["content"]["prompts"]),
    ];
    for (check, own, there) in own {
        match there.as_str() {
            Some(there) if there == own => findings.well(check, format!("version {own}")),
            Some(there) => findings.warn(
                check,
                format!("version {there} is deployed, this program has {own}"),
                "mirt catalog diff shows what differs from another copy; deploy, or use the mirt of that \
                 release",
            ),
            None => findings.warn(
                check,
                "the API does not say which version it has",
                "deploy this release: its /health does",
            ),
        }
    }
}

fn clock(there: Option<Timestamp>, findings: &mut Findings) {
    let check = "clock";
    let Some(there) = there else {
        return findings.warn(
            check,
            "the API's answer has no date",
            "look at this machine's clock",
        );
    };
    let seconds = Timestamp::now().duration_since(there).as_secs();
    let found = format!("{seconds} s from the API's");
    match seconds.abs() {
        0..=A_LITTLE => findings.well(check, found),
        ..=TOO_MUCH => findings.warn(check, found, "set this machine's clock (NTP)"),
        _ => findings.fault(check, found, "set this machine's clock: AWS refuses such calls"),
    }
}
