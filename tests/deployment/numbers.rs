//! The template's numbers and the code's: time-outs, visibility, retries, retention, leases. What
//! the queues and their functions owe each other is beside it, in `infra/local-aws/tests`.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::time::Duration;

use mirt_aws::{
    history_queues::LONGEST_HIDDEN,
    table::{DEDUPE_KEPT, TROUBLE_KEPT, TURN_KEPT},
};
use mirt_domain::shop::Settings;
use mirt_engine::{
    answer::ANSWER_WITHIN, breaker::PROBE, burst::BurstWindow, consult::TIME_TO_SEND,
    day_report::LONGEST_RUN, deliver::PAUSE, guarded::MOST_PER_MINUTE, label_chat::GIVE_UP_AFTER,
    look_after_order::ANSWER_IN, sweep::Round,
};
use mirt_history::fetch::HELD_FOR;
use mirt_local_aws::template::{Function, Queue};
use mirt_orders::LABELS;
use serde_json::Value;

use crate::{
    alarms::Alarm,
    template::{Whole, local},
};

fn function(name: &str) -> Function {
    local().functions.into_iter().find(|function| function.spec.name == name).unwrap()
}

fn queue(name: &str) -> Queue {
    local().queues.into_iter().find(|queue| queue.name == name).unwrap()
}

fn kept(queue: &Queue) -> Duration {
    Duration::from_secs(queue.attributes["MessageRetentionPeriod"].parse().unwrap())
}

fn parameter(name: &str, part: &str) -> u64 {
    let whole = Whole::read();
    let value: &Value = &whole.section("Parameters")[name][part];
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).unwrap()
}

fn ms(name: &str, part: &str) -> Duration {
    Duration::from_millis(parameter(name, part))
}

#[test]
fn the_slowest_turn_with_a_photo_fits_into_the_dialogues_time_whatever_the_parameters_are() {
    let timeout = function("dialogue").spec.timeout;

    for part in ["Default", "MaxValue"] {
        let waiting = ms("BurstLongestMs", part);
        let thinking = ms("ModelPhotoMs", part).max(ms("ModelTextMs", part));
        assert!(waiting + thinking + TIME_TO_SEND <= timeout, "{part}");
    }
}

#[test]
fn who_probes_the_model_has_answered_before_another_probes() {
    assert!(ms("ModelPhotoMs", "Default") < PROBE);
    assert!(ms("ModelTextMs", "Default") < PROBE);
}

#[test]
fn the_schedules_are_those_that_the_rounds_reckon_with() {
    for (name, round) in [
        ("sweeper", Round::Repairs),
        ("followups", Round::FollowUps),
        ("summaries", Round::Summaries),
    ] {
        let template = local();
        let schedule = template.schedules.iter().find(|schedule| schedule.function == name);
        assert_eq!(schedule.unwrap().every, round.every(), "{name}");
        assert!(function(name).spec.timeout < round.every(), "{name}");
    }
}

#[test]
fn a_message_is_a_dead_letter_before_it_expires() {
    for queue in local().queues {
        let Some(letters) = &queue.dead_letters else { continue };
        let tries = queue.visibility_timeout * letters.max_receive_count;
        // Ten times, because a busy queue waits between the tries as well.
        assert!(tries * 10 <= kept(&queue), "{}", queue.name);
    }
}

#[test]
fn what_is_told_of_a_dead_letter_is_kept_as_long_as_the_letter() {
    assert!(kept(&queue("mirt-dev-inbound-dlq.fifo")) <= TROUBLE_KEPT);
    assert!(kept(&queue("mirt-dev-orders-dlq.fifo")) <= TROUBLE_KEPT);
}

#[test]
fn a_delivery_is_known_again_for_as_long_as_its_wake_up_can_wait() {
    assert!(kept(&queue("mirt-dev-inbound.fifo")) < DEDUPE_KEPT);
    // By the records of its turns a customer's deliveries are found when they are erased.
    let day = Duration::from_hours(24);
    assert!(day * u32::try_from(parameter("TranscriptDays", "MinValue")).unwrap() >= DEDUPE_KEPT);
}

#[test]
fn a_report_that_is_being_sent_is_taken_over_once_its_function_is_gone_and_before_the_next_run() {
    let template = local();

    let every = template.schedules.iter().find(|schedule| schedule.function == "dayreport");
    assert!(function("dayreport").spec.timeout < LONGEST_RUN);
    assert!(LONGEST_RUN < every.unwrap().every);
}

#[test]
fn an_order_is_asked_for_again_only_when_who_sent_it_is_gone() {
    assert!(function("orders").spec.timeout <= ANSWER_IN);
}

#[test]
fn a_label_for_a_chat_that_the_crm_does_not_have_is_given_up_at_the_queues_last_try() {
    let orders = queue("mirt-dev-orders.fifo");
    let tries = orders.dead_letters.unwrap().max_receive_count;

    let last_try = orders.visibility_timeout * (tries - 1);
    assert!(GIVE_UP_AFTER <= last_try, "{last_try:?}");
}

#[test]
fn labels_leave_the_orders_function_time_to_say_what_it_has_done() {
    assert!(LABELS * 2 <= function("orders").spec.timeout);
}

#[test]
fn a_history_command_comes_again_after_the_lease_of_who_died_with_it() {
    let commands = queue("mirt-dev-telegram-commands.fifo");

    assert!(HELD_FOR < commands.visibility_timeout);
    // What waits is hidden until then, and must not expire meanwhile.
    assert!(LONGEST_HIDDEN < kept(&commands));
    // SQS counts its twelve hours from the receive, which was an invocation ago.
    let most = Duration::from_hours(12);
    assert!(LONGEST_HIDDEN + function("telegram-fetch").spec.timeout < most);
}

#[test]
fn a_message_that_failed_once_does_not_raise_the_alarm_of_the_queues_age() {
    let alarm = Alarm::all().into_iter().find(|alarm| alarm.subject == "queue-age").unwrap();
    let threshold = Duration::from_secs(alarm.properties["Threshold"].as_u64().unwrap());

    let inbound = queue("mirt-dev-inbound.fifo");
    assert!(threshold > inbound.visibility_timeout);
    // And one that failed for good is there while it still is in the queue.
    assert!(
        threshold < inbound.visibility_timeout * inbound.dead_letters.unwrap().max_receive_count
    );
}

#[test]
fn a_new_version_is_watched_for_longer_than_an_alarm_of_errors_needs() {
    let canary = Duration::from_mins(5);

    for subject in ["dialogue-errors", "webhook-errors", "webhook-unavailable"] {
        let alarm = Alarm::all().into_iter().find(|alarm| alarm.subject == subject).unwrap();
        let periods = alarm.properties["Metrics"].as_array().unwrap().iter();
        let period = periods.filter_map(|metric| metric["MetricStat"]["Period"].as_u64()).max();
        let count = alarm.properties["EvaluationPeriods"].as_u64().unwrap();
        assert!(Duration::from_secs(period.unwrap() * count) <= canary, "{subject}");
    }
}

#[test]
fn the_parameters_defaults_are_the_codes_own() {
    let BurstWindow { quiet, longest } = BurstWindow::default();
    let shop = Settings::default();

    assert_eq!((ms("BurstQuietMs", "Default"), ms("BurstLongestMs", "Default")), (quiet, longest));
    assert_eq!(ms("BubblePauseMs", "Default"), PAUSE);
    assert_eq!(ms("ManychatAnswerMs", "Default"), ANSWER_WITHIN);
    assert_eq!(parameter("ModelCallsPerMinute", "Default"), u64::from(MOST_PER_MINUTE));
    assert_eq!(Duration::from_hours(24 * parameter("TranscriptDays", "Default")), TURN_KEPT);
    let waits = [shop.hand_over_reminder, shop.hand_over_timeout].map(|it| it.unsigned_abs());
    let said = ["HandOverReminderSeconds", "HandOverTimeoutSeconds"];
    assert_eq!(waits, said.map(|name| Duration::from_secs(parameter(name, "Default"))));
}

#[test]
fn a_run_of_a_schedule_that_failed_is_left_to_the_next_one() {
    let functions = Whole::read().of_type("AWS::Serverless::Function");

    let mut scheduled = 0;
    for (id, function) in &functions {
        let events = function["Events"].as_object().unwrap().values();
        for event in events.filter(|event| event["Type"] == "ScheduleV2") {
            scheduled += 1;
            assert_eq!(event["Properties"]["RetryPolicy"]["MaximumRetryAttempts"], 0, "{id}");
            // The schedule hands the run to Lambda, which has tries of its own: two, where nothing is said.
            assert_eq!(function["EventInvokeConfig"]["MaximumRetryAttempts"], 0, "{id}");
        }
    }
    assert_eq!(scheduled, 5);
}
