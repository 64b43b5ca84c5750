//! The project's own template: that it is what the functions, the store and the queue expect, and
//! that its numbers go together. The linters of `.ci/run` see none of this.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::{collections::BTreeMap, path::Path, time::Duration};

use mirt_local_aws::{
    dynamodb::{IndexDefinition, Key, KeyAttribute, KeyType, Projection, TableDefinition},
    schedule::Schedule,
    template::{Function, Queue, Surroundings, Template},
};

/// AWS advises a visibility timeout of at least so many times the function's timeout. Source:
/// Lambda developer guide, "Configuring a queue to use with Lambda".
const VISIBILITY_IN_TIMEOUTS: u32 = 6;

/// AWS advises at least so many receives before a message that Lambda reads is given up. Source:
/// the same.
const LEAST_RECEIVES: u32 = 5;

fn template() -> Template {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let surroundings =
        Surroundings { endpoint: "http://127.0.0.1:4566".to_owned(), ..Surroundings::default() };
    Template::parse(&std::fs::read_to_string(file).unwrap(), &surroundings).unwrap()
}

fn function<'t>(template: &'t Template, name: &str) -> &'t Function {
    template.functions.iter().find(|function| function.spec.name == name).unwrap()
}

fn queue<'t>(template: &'t Template, name: &str) -> &'t Queue {
    template.queues.iter().find(|queue| queue.name == name).unwrap()
}

fn environment(function: &Function) -> BTreeMap<&str, &str> {
    function.environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn key(name: &str, key_type: KeyType) -> KeyAttribute {
    KeyAttribute { name: name.to_owned(), key_type }
}

#[test]
fn the_table_has_one_key_one_sparse_index_and_an_expiry() {
    assert_eq!(
        template().tables,
        [TableDefinition {
            name: "mirt-dev".to_owned(),
            key: Key {
                partition: key("pk", KeyType::String),
                sort: Some(key("sk", KeyType::String))
            },
            indexes: vec![IndexDefinition {
                name: "due".to_owned(),
                key: Key {
                    partition: key("due_shard", KeyType::String),
                    sort: Some(key("due_at", KeyType::Number)),
                },
                projection: Projection::KeysOnly,
            }],
            ttl_attribute: Some("ttl".to_owned()),
        }]
    );
}

#[test]
fn each_route_leads_to_the_webhook() {
    let template = template();

    let routes: Vec<(&str, &str, &str)> = template
        .routes
        .iter()
        .map(|route| (route.method.as_str(), route.path.as_str(), route.function.as_str()))
        .collect();
    assert_eq!(
        routes,
        [
            ("POST", "/webhooks/manychat", "webhook"),
            ("POST", "/webhooks/manychat/block", "webhook"),
            ("POST", "/webhooks/manychat/followup", "webhook"),
            ("POST", "/webhooks/manychat/create-order", "webhook"),
            ("POST", "/api/v1/messages", "webhook"),
            ("POST", "/webhooks/telegram", "webhook"),
            ("POST", "/webhooks/snitkix/order-status", "webhook"),
            ("POST", "/webhooks/snitkix/payment", "webhook"),
            ("POST", "/webhooks/snitkix/inventory", "webhook"),
            ("GET", "/media", "webhook"),
            ("GET", "/health", "webhook"),
        ]
    );
}

#[test]
fn each_function_is_told_what_it_needs_and_no_more() {
    let template = template();

    assert_eq!(
        environment(function(&template, "webhook")),
        BTreeMap::from([
            ("MIRT_INBOUND_QUEUE_URL", "http://127.0.0.1:4566/000000000000/mirt-dev-inbound.fifo"),
            ("MIRT_LOG", "info"),
            ("MIRT_MANAGERS", ""),
            ("MIRT_MANAGERS_CHAT", ""),
            ("MIRT_MANYCHAT_ANSWER_MS", "8000"),
            ("MIRT_MANYCHAT_MODE", "push"),
            ("MIRT_MANYCHAT_QUICK_REPLIES", "none"),
            ("MIRT_ORDERS_QUEUE_URL", "http://127.0.0.1:4566/000000000000/mirt-dev-orders.fifo"),
            ("MIRT_TABLE", "mirt-dev"),
            ("MIRT_TRACES", "off"),
            ("MIRT_WEBHOOK_SECRET", "mirt/dev/webhooks"),
            ("TELEGRAM_API_URL", "https://api.telegram.org"),
        ])
    );
    assert_eq!(
        environment(function(&template, "dialogue")),
        BTreeMap::from([
            ("MANYCHAT_API_URL", "https://api.manychat.com"),
            ("MIRT_BUBBLE_PAUSE_MS", "600"),
            ("MIRT_BURST_BY_CHANNEL", ""),
            ("MIRT_BURST_LONGEST_MS", "6000"),
            ("MIRT_BURST_QUIET_MS", "1500"),
            ("MIRT_CHANNEL_SECRET", "mirt/dev/channels"),
            ("MIRT_CONVERSATION_URL", ""),
            ("MIRT_CRM_SECRET", ""),
            ("MIRT_FOLLOW_UPS_S", "14400,82800"),
            ("MIRT_HAND_OVER_REMINDER_S", "900"),
            ("MIRT_HAND_OVER_TIMEOUT_S", "43200"),
            ("MIRT_LOG", "info"),
            ("MIRT_MANAGERS_CHAT", ""),
            ("MIRT_MANYCHAT_MARKS", ""),
            ("MIRT_MANYCHAT_QUICK_REPLIES", "none"),
            ("MIRT_MODEL", "gpt-5.1"),
            ("MIRT_MODEL_INTERIM_MS", "8000"),
            ("MIRT_MODEL_PHOTO_MS", "45000"),
            ("MIRT_MODEL_PRICES", "gpt-5.1=1.25/0.125/10"),
            ("MIRT_MODEL_CALLS_PER_MINUTE", "600"),
            ("MIRT_MODEL_SESSION_CEILING_MICRO_USD", "500000"),
            ("MIRT_MODEL_TEXT_MS", "20000"),
            ("MIRT_ORDERS_QUEUE_URL", "http://127.0.0.1:4566/000000000000/mirt-dev-orders.fifo"),
            ("MIRT_PUBLIC_URL", "https://httpapi.execute-api.us-east-1.amazonaws.com"),
            ("MIRT_QUIET_HOURS", "21-9"),
            ("MIRT_STOCK_FRESH_S", ""),
            ("MIRT_SUMMARY_AFTER_S", "259200"),
            ("MIRT_TABLE", "mirt-dev"),
            ("MIRT_TRACES", "off"),
            ("MIRT_TRANSCRIPT_DAYS", "30"),
            ("OPENAI_BASE_URL", "https://api.openai.com/v1"),
            ("TELEGRAM_API_URL", "https://api.telegram.org"),
        ])
    );
}

#[test]
fn the_orders_function_is_told_what_it_needs_and_no_more() {
    assert_eq!(
        environment(function(&template(), "orders")),
        BTreeMap::from([
            ("MIRT_CRM_SECRET", ""),
            ("MIRT_INBOUND_QUEUE_URL", "http://127.0.0.1:4566/000000000000/mirt-dev-inbound.fifo"),
            ("MIRT_LOG", "info"),
            ("MIRT_TABLE", "mirt-dev"),
            ("MIRT_TRACES", "off"),
            ("SITNIKS_AI_MANAGER_NAME", ""),
            ("SITNIKS_API_URL", ""),
            ("SITNIKS_HUMAN_MANAGER_ID", ""),
        ])
    );
}

#[test]
fn sessions_do_not_wait_for_one_another_in_any_fifo_queue() {
    let template = template();

    for queue in template.queues.iter().filter(|queue| queue.is_fifo()) {
        let pair = ["DeduplicationScope", "FifoThroughputLimit"]
            .map(|name| queue.attributes.get(name).map(String::as_str));
        assert_eq!(pair, [Some("messageGroup"), Some("perMessageGroupId")], "{}", queue.name);
    }
}

#[test]
fn no_event_is_deduplicated_by_its_body() {
    for queue in template().queues {
        assert_eq!(queue.attributes["ContentBasedDeduplication"], "false", "{}", queue.name);
    }
}

#[test]
fn every_queue_that_is_read_has_dead_letters_of_its_own_kind_kept_longer_than_itself() {
    let template = template();

    for mapping in &template.mappings {
        let source = queue(&template, &mapping.queue);
        let dead_letters = source.dead_letters.as_ref().unwrap();
        let dead = queue(&template, &dead_letters.queue);
        assert_eq!(source.is_fifo(), dead.is_fifo());
        assert!(dead_letters.max_receive_count >= LEAST_RECEIVES);
        let days = |queue: &Queue| queue.attributes["MessageRetentionPeriod"].parse::<u32>();
        assert!(days(dead).unwrap() > days(source).unwrap());
    }
}

#[test]
fn messages_stay_hidden_for_long_enough_to_be_worked_on() {
    let template = template();

    for mapping in &template.mappings {
        let least = function(&template, &mapping.function).spec.timeout * VISIBILITY_IN_TIMEOUTS;
        assert!(queue(&template, &mapping.queue).visibility_timeout >= least);
    }
}

#[test]
fn one_failed_message_does_not_repeat_the_others() {
    let template = template();

    let read: Vec<_> = template
        .mappings
        .iter()
        .map(|mapping| (mapping.queue.as_str(), mapping.function.as_str()))
        .collect();
    assert_eq!(
        read,
        [
            ("mirt-dev-inbound.fifo", "dialogue"),
            ("mirt-dev-orders.fifo", "orders"),
            ("mirt-dev-telegram-commands.fifo", "telegram-fetch"),
        ]
    );
    assert!(template.mappings.iter().all(|mapping| mapping.reports_item_failures));
}

#[test]
fn the_webhook_gives_up_before_the_api_does() {
    // Source: API Gateway quotas, "Maximum integration timeout" of HTTP APIs.
    let api_limit = std::time::Duration::from_secs(30);

    let template = template();
    let webhook = function(&template, "webhook");
    assert!(webhook.spec.timeout < api_limit);
    // Who waits for an answer is given one before that, with a second to take it.
    let answer = environment(webhook)["MIRT_MANYCHAT_ANSWER_MS"].parse().map(Duration::from_millis);
    assert!(answer.unwrap() + Duration::from_secs(1) < webhook.spec.timeout);
}

#[test]
fn what_fell_through_is_looked_for_every_minute() {
    let template = template();

    let every = Duration::from_mins(1);
    assert!(template.schedules.contains(&Schedule { function: "sweeper".to_owned(), every }));
    // One run is over before the next begins.
    assert!(function(&template, "sweeper").spec.timeout < every);
    assert_eq!(
        environment(function(&template, "sweeper")),
        BTreeMap::from([
            ("MIRT_INBOUND_QUEUE_URL", "http://127.0.0.1:4566/000000000000/mirt-dev-inbound.fifo"),
            ("MIRT_LOG", "info"),
            ("MIRT_ORDERS_QUEUE_URL", "http://127.0.0.1:4566/000000000000/mirt-dev-orders.fifo"),
            ("MIRT_TABLE", "mirt-dev"),
            ("MIRT_TRACES", "off"),
        ])
    );
}

#[test]
fn what_time_does_is_looked_for_by_a_function_each() {
    let template = template();

    let hour = Duration::from_hours(1);
    for (name, every) in [("summaries", hour), ("followups", Duration::from_mins(5))] {
        assert!(template.schedules.contains(&Schedule { function: name.to_owned(), every }));
        assert!(function(&template, name).spec.timeout < every);
        assert_eq!(
            environment(function(&template, name)),
            environment(function(&template, "sweeper"))
        );
    }
}

#[test]
fn the_report_of_a_day_is_looked_for_every_hour() {
    let template = template();

    let every = Duration::from_hours(1);
    assert!(template.schedules.contains(&Schedule { function: "dayreport".to_owned(), every }));
    assert_eq!(
        environment(function(&template, "dayreport")),
        BTreeMap::from([
            ("MIRT_CHANNEL_SECRET", "mirt/dev/channels"),
            ("MIRT_LOG", "info"),
            ("MIRT_MANAGERS_CHAT", ""),
            ("MIRT_QUIET_HOURS", "21-9"),
            ("MIRT_TABLE", "mirt-dev"),
            ("MIRT_TRACES", "off"),
            ("TELEGRAM_API_URL", "https://api.telegram.org"),
        ])
    );
}

#[test]
fn the_alarms_function_is_told_what_it_needs_and_no_more() {
    assert_eq!(
        environment(function(&template(), "alarms")),
        BTreeMap::from([
            ("MIRT_CHANNEL_SECRET", "mirt/dev/channels"),
            ("MIRT_LOG", "info"),
            ("MIRT_MANAGERS_CHAT", ""),
            ("MIRT_TABLE", "mirt-dev"),
            ("MIRT_TRACES", "off"),
            ("TELEGRAM_API_URL", "https://api.telegram.org"),
        ])
    );
}

#[test]
fn history_is_fetched_every_hour_one_command_at_a_time() {
    let template = template();

    let every = Duration::from_hours(1);
    let schedule = Schedule { function: "telegram-fetch".to_owned(), every };
    assert!(template.schedules.contains(&schedule));
    // A command may take the whole of a function's time: with others it would be cut off.
    let mapping = template.mappings.iter().find(|mapping| mapping.function == "telegram-fetch");
    assert_eq!(mapping.map(|mapping| mapping.batch_size), Some(1));
    let url = |name| format!("http://127.0.0.1:4566/000000000000/mirt-dev-telegram-{name}.fifo");
    let (commands, dead) = (url("commands"), url("commands-dlq"));
    let events = url("events");
    assert_eq!(
        environment(function(&template, "telegram-fetch")),
        BTreeMap::from([
            ("MIRT_CHANNEL_SECRET", "mirt/dev/channels"),
            ("MIRT_LOG", "info"),
            ("MIRT_MODEL", "gpt-5.1"),
            ("MIRT_MODEL_PRICES", "gpt-5.1=1.25/0.125/10"),
            ("MIRT_TABLE", "mirt-dev"),
            ("MIRT_TRACES", "off"),
            ("MIRT_TELEGRAM_DIGEST_CHAT", ""),
            ("MIRT_TELEGRAM_DIGEST_DAYS", "7"),
            ("MIRT_TELEGRAM_DIGEST_TOKENS", "60000"),
            ("OPENAI_BASE_URL", "https://api.openai.com/v1"),
            ("TELEGRAM_API_URL", "https://api.telegram.org"),
            ("MIRT_TELEGRAM_CHATS", ""),
            ("MIRT_TELEGRAM_COMMANDS_URL", commands.as_str()),
            ("MIRT_TELEGRAM_DEAD_LETTERS_URL", dead.as_str()),
            ("MIRT_TELEGRAM_EVENTS_URL", events.as_str()),
            ("MIRT_TELEGRAM_MODE", "incremental"),
            ("MIRT_TELEGRAM_SECRET", "mirt/dev/telegram"),
        ])
    );
}
