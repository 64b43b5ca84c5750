//! Whether the secrets are there, with the members that the functions need, and for how long they are good.

use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use mirt_aws::secrets;
use mirt_engine::failure::chain;
use mirt_telegram::Credentials;
use serde_json::Value;

use super::{Findings, deployed::Deployed};
use crate::place::Place;

/// With fewer days left than this a member is to be renewed.
const SOON: i32 = 30;

/// The secrets, as far as they can be read.
#[derive(Default)]
pub(super) struct Secrets {
    pub(super) channels: Value,
    pub(super) crm: Value,
}

/// A secret, and the members that it needs.
struct Wanted {
    called: &'static str,
    /// The function that reads it, and the setting that names it.
    named_by: (&'static str, &'static str),
    needed: &'static [&'static str],
    /// Why the function does not start with a secret's text, if it does not.
    refused: fn(&str, &str) -> Option<String>,
    /// Those that are good to have, and what is not done without them.
    good: &'static [(&'static str, &'static str)],
}

const WEBHOOKS: Wanted = Wanted {
    called: "webhooks",
    named_by: ("webhook", "MIRT_WEBHOOK_SECRET"),
    needed: mirt_webhook::NEEDED_OF_SECRET,
    refused: |name, text| Some(chain(&mirt_webhook::check_secret(name, text).err()?)),
    good: &[],
};

const CHANNELS: Wanted = Wanted {
    called: "channels",
    named_by: ("dialogue", "MIRT_CHANNEL_SECRET"),
    needed: mirt_dialogue::NEEDED_OF_SECRET,
    refused: |name, text| Some(chain(&mirt_dialogue::check_secret(name, text).err()?)),
    good: &[
        ("openai_api_key", "the assistant works from rules and templates alone"),
        ("requisites", "every payment is left to a human"),
    ],
};

const CRM: Wanted = Wanted {
    called: "crm",
    named_by: ("orders", "MIRT_CRM_SECRET"),
    needed: mirt_orders::NEEDED_OF_SECRET,
    refused: |name, text| Some(chain(&mirt_orders::check_secret(name, text).err()?)),
    good: &[],
};

/// The members of the requisites.
const REQUISITES: [&str; 3] = ["recipient", "iban", "tax_id"];

pub(super) async fn check(place: &Place, deployed: &Deployed, findings: &mut Findings) -> Secrets {
    let webhooks = read(place, deployed, &WEBHOOKS, findings).await;
    let channels = read(place, deployed, &CHANNELS, findings).await;
    let crm = if deployed.setting(CRM.named_by.0, CRM.named_by.1).is_some() {
        read(place, deployed, &CRM, findings).await
    } else {
        findings.well("secret crm", "none: orders are the managers' and in mirt orders export");
        None
    };
    if let (Some(webhooks), Some(channels)) = (&webhooks, &channels) {
        together(webhooks, channels, findings);
    }
    history(place, deployed, findings).await;
    Secrets { channels: channels.unwrap_or_default(), crm: crm.unwrap_or_default() }
}

async fn read(
    place: &Place,
    deployed: &Deployed,
    wanted: &Wanted,
    findings: &mut Findings,
) -> Option<Value> {
    let check = format!("secret {}", wanted.called);
    let (function, setting) = wanted.named_by;
    let Some(name) = deployed.setting(function, setting) else {
        let todo = "set the parameter that names it, and deploy";
        findings.fault(check, format!("{setting} of {function} names none"), todo);
        return None;
    };
    let secret: Value = match secrets::read(&place.config, name).await {
        Ok(secret) => secret,
        Err(error) => {
            findings.fault(check, chain(&error), make(place, name));
            return None;
        }
    };
    let fault = fault(name, wanted, &secret);
    if let Some(found) = &fault {
        findings.fault(&check, found, make(place, name));
    }
    for (member, without) in wanted.good {
        if secret[*member].is_null() || secret[*member] == "" {
            findings.warn(
                &check,
                format!("{member} is not in {name}: {without}"),
                make(place, name),
            );
        }
    }
    expiry(&check, &secret["expires"], place, findings);
    if fault.is_none() {
        findings.well(check, format!("{name} is readable and has what is needed"));
    }
    Some(secret)
}

/// What is wrong with a secret: the function that reads it does not start, or starts and is of no use.
fn fault(name: &str, wanted: &Wanted, secret: &Value) -> Option<String> {
    let missing: Vec<&str> =
        wanted.needed.iter().copied().filter(|member| !is_there(&secret[*member])).collect();
    if !missing.is_empty() {
        return Some(format!("{name} lacks {}", missing.join(", ")));
    }
    if let Some(why) = (wanted.refused)(name, &secret.to_string()) {
        return Some(format!("the function {} does not start: {why}", wanted.named_by.0));
    }
    let requisites = &secret["requisites"];
    let is_empty = |part: &&str| !is_there(&requisites[*part]);
    let empty: Vec<&str> = REQUISITES.iter().copied().filter(is_empty).collect();
    (!requisites.is_null() && !empty.is_empty())
        .then(|| format!("the requisites of {name} lack {}", empty.join(", ")))
}

/// A text, or texts of which the first is the newest.
fn is_there(member: &Value) -> bool {
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
    match member {
        Value::Array(texts) => !texts.is_empty() && texts.iter().all(is_text),
        other => is_text(other),
    }
}

/// What a secret is put right with.
fn make(place: &Place, name: &str) -> String {
    if place.data.is_some() {
        return "set what is missing in .env (README, settings) and start mirt up again".to_owned();
    }
    format!(
        "aws secretsmanager put-secret-value --secret-id {name} with all members (README, Deploy); the \
         functions notice it within five minutes"
    )
}

/// What both secrets have to have, or neither.
fn together(webhooks: &Value, channels: &Value, findings: &mut Findings) {
    let check = "secrets together";
    let mut is_well = true;
    let pairs = [
        ("media_key", "media_key", "photos that managers send reach nobody through ManyChat"),
        (
            "telegram_managers_webhook_secret",
            "telegram_managers_bot_token",
            "the managers' own bot works in one direction only",
        ),
    ];
    for (of_webhooks, of_channels, without) in pairs {
        if is_there(&webhooks[of_webhooks]) != is_there(&channels[of_channels]) {
            is_well = false;
            let found = format!(
                "{of_webhooks} of the webhooks' secret and {of_channels} of the channels' go together: \
                 {without}"
            );
            findings.warn(check, found, "put both there, or neither");
        }
    }
    let keys = (&webhooks["media_key"], &channels["media_key"]);
    if is_there(keys.0) && is_there(keys.1) && keys.0 != keys.1 {
        is_well = false;
        findings.fault(
            check,
            "media_key is not the same in both secrets: addresses of photos are refused",
            "put the same into both",
        );
    }
    if is_well {
        findings.well(check, "fit each other");
    }
}

/// Which members are good no more, or not for long.
fn expiry(check: &str, expires: &Value, place: &Place, findings: &mut Findings) {
    let today = place.now().to_zoned(TimeZone::UTC).date();
    let soon = today.checked_add(SOON.days()).unwrap_or(today);
    for (member, until) in expires.as_object().into_iter().flatten() {
        let todo = format!("make a new {member} and put it there (runbook: secrets-expiring)");
        match until.as_str().and_then(|text| text.parse::<Date>().ok()) {
            None => findings.warn(
                check,
                format!("expires says no date for {member}"),
                "write it as in 2027-01-31",
            ),
            Some(day) if day < today => {
                findings.fault(check, format!("{member} is good no more since {day}"), todo);
            }
            Some(day) if day <= soon => {
                findings.warn(check, format!("{member} is good until {day}"), todo);
            }
            Some(_) => {}
        }
    }
}

/// The session that reads Telegram's history, where any is read.
async fn history(place: &Place, deployed: &Deployed, findings: &mut Findings) {
    let check = "Telegram's history";
    let fetch = "telegram-fetch";
    if deployed.setting(fetch, "MIRT_TELEGRAM_CHATS").is_none() {
        return findings.well(check, "no chats are fetched");
    }
    let own = place.stack.secret("telegram");
    let name = deployed.setting(fetch, "MIRT_TELEGRAM_SECRET").unwrap_or(&own);
    let login = "run mirt telegram login, then mirt dlq redrive --queue telegram-commands";
    match secrets::read::<Credentials>(&place.config, name).await {
        Ok(Credentials { refused: Some(why), .. }) => {
            findings.fault(check, format!("Telegram refuses the session: {why}"), login);
        }
        Ok(_) => findings.well(check, "there is a session, and it was not refused"),
        Err(error) => findings.fault(check, chain(&error), login),
    }
}
