//! The whole, running, spoken to as ManyChat, Telegram and a browser speak to it.
#![expect(clippy::panic, reason = "a test whose surroundings fail must fail, where they do")]

mod bad_input;
mod burst;
mod catalogue;
mod channels;
mod completions;
mod crash;
mod crm;
mod dead_letters;
mod delivery;
mod demo;
mod doctor;
mod doctor_aws;
mod evaluation;
mod evaluation_recorded;
mod family;
mod flows;
mod instances;
mod limits;
mod looking_in;
mod managers;
mod managers_files;
mod managers_know;
mod model;
mod model_costs;
mod model_photo;
mod model_time;
mod once;
mod order;
mod pausing;
mod privacy;
mod prompt;
mod response;
mod runbook;
mod sale;
mod scenes;
mod scripts;
mod sessions;
mod settings;
mod silence;
mod stacks;
mod states;
mod telegram;
mod telegram_webhook;
mod watched;
mod watching;

use mirt_test_support::mirt::World;
use serde_json::Value;

/// Starts the whole with stubs in place of the channels.
async fn world() -> World {
    world_with(&[]).await
}

/// The same, with more settings.
async fn world_with(env: &[(&str, &str)]) -> World {
    World::start(env!("CARGO_BIN_EXE_mirt"), env).await
}

/// The texts of all messages that a session's turns consumed, in order.
fn texts_consumed(session: &Value) -> Vec<String> {
    turns(session)
        .iter()
        .flat_map(|turn| turn["input"].as_array().cloned().unwrap_or_default())
        .filter_map(|message| message["text"].as_str().map(str::to_owned))
        .collect()
}

/// The turns of a session, oldest first.
fn turns(session: &Value) -> Vec<Value> {
    session["turns"].as_array().cloned().unwrap_or_default()
}

/// How many messages ManyChat or Telegram had to be given for all turns of a session: a photo's
/// words are a message of their own on ManyChat, whose photos have none.
fn messages(session: &Value) -> usize {
    let is_telegram = session["channel"] == "telegram";
    turns(session)
        .iter()
        .filter_map(|turn| turn["bubbles"].as_array())
        .flatten()
        .map(|bubble| 1 + usize::from(bubble["caption"].is_string() && !is_telegram))
        .sum()
}
