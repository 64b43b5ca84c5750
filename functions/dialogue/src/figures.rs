//! The figures of turns, for CloudWatch.

use std::time::Duration;

use jiff::Timestamp;
use mirt_aws::metrics::{Line, write};
use mirt_domain::{
    channel::Channel,
    model::ModelTrace,
    turn::{Action, TurnTrace},
};
use mirt_engine::{
    clock::Clock as _,
    figures::{Counted, Measure, TurnFigures},
    model::ModelError,
    session_store::TurnRecord,
    stopwatch::Stretch,
    trace::Trace,
};
use mirt_runtime::{
    clock::SystemClock,
    xray::{Part, XRay},
};
use serde_json::{Value, json};

const NAMESPACE: &str = "MIRT/Dialogue";

/// From the customer's first message to the sent reply.
const TEXT_LATENCY: &str = "end_to_end_latency_ms";

/// The same for turns with a photo, which have another goal.
const PHOTO_LATENCY: &str = "photo_end_to_end_latency_ms";

/// Writes the figures of turns to the log.
#[derive(Debug)]
pub(crate) struct Figures {
    /// The function's name in AWS, which has the stage in it.
    pub(crate) function: String,
    /// Where traces go, if anywhere.
    pub(crate) xray: Option<XRay>,
}

impl Measure for Figures {
    fn turn(&self, figures: &TurnFigures<'_>) {
        write(&self.line(figures, SystemClock.now()));
        if let Some(xray) = &self.xray {
            let (whole, parts) = traced(figures);
            xray.tell(figures.message, whole, &parts, false);
        }
    }

    fn count(&self, channel: Channel, what: Counted, times: usize) {
        write(&self.counted(channel, what, times, SystemClock.now()));
    }
}

const COUNT: &str = "Count";
const TIME: &str = "Milliseconds";

/// Everything that is told by channel.
fn by_channel() -> Value {
    json!([["Function"], ["Function", "Channel"]])
}

/// What a turn is in a trace.
const TURN: &str = "turn";

/// A turn and its parts.
fn traced(figures: &TurnFigures<'_>) -> (Part, Vec<Part>) {
    let at = figures.record.at;
    let part = |stretch: &Stretch| {
        let (began, ended) = stretch.bounds(at);
        Part { name: stretch.what.as_str(), began, ended }
    };
    let parts: Vec<_> = figures.parts.iter().map(part).collect();
    let began = parts.iter().map(|part| part.began).min().unwrap_or(at);
    let ended = parts.iter().map(|part| part.ended).max().unwrap_or(at);
    (Part { name: TURN, began, ended }, parts)
}

impl Figures {
    /// Tells of a wake-up whose work began at `began` and came to nothing.
    pub(crate) fn failed(&self, trace: Option<&Trace>, began: Timestamp) {
        if let Some(xray) = &self.xray {
            let whole = Part { name: TURN, began, ended: SystemClock.now() };
            xray.tell(trace, whole, &[], true);
        }
    }

    fn line(&self, figures: &TurnFigures<'_>, now: Timestamp) -> Value {
        let TurnRecord { actions, trace, .. } = figures.record;
        let ms = |time: Duration| json!(time.as_millis());
        let yes = |is: bool| json!(u8::from(is));
        let any = |wanted: fn(&Action) -> bool| yes(actions.iter().any(wanted));
        let mut line = self.about(figures.channel);
        if let Some(message) = figures.message {
            line.say("trace", json!(message.id));
        }
        let mut turn = vec![
            ("turns", COUNT, json!(1)),
            ("checkpointer_latency_ms", TIME, ms(figures.commit)),
            ("conflicts", COUNT, json!(figures.conflicts)),
            ("restarts", COUNT, json!(figures.restarts)),
            ("blocked", COUNT, yes(trace.blocked)),
            ("escalations", COUNT, any(|it| matches!(it, Action::Escalate { .. }))),
            ("handovers_unanswered", COUNT, any(|it| *it == Action::Remind)),
            ("follow_ups", COUNT, yes(trace.edge == "follow_up")),
            ("orders", COUNT, any(|it| *it == Action::PlaceOrder)),
        ];
        let has_photos = figures.has_photos();
        let latency = if has_photos { PHOTO_LATENCY } else { TEXT_LATENCY };
        turn.extend(figures.end_to_end.map(|it| (latency, TIME, ms(it))));
        turn.extend(figures.queue_wait.map(|it| ("queue_wait_ms", TIME, ms(it))));
        let age = figures.hand_over_age.map(|it| json!(it.as_secs()));
        turn.extend(age.map(|it| ("escalation_age_s", "Seconds", it)));
        line.add(by_channel(), &turn);
        if let Some(model) = &trace.model {
            about_model(&mut line, trace, model);
        }
        line.of(now)
    }

    fn counted(&self, channel: Channel, what: Counted, times: usize, now: Timestamp) -> Value {
        let name = match what {
            Counted::Delivered => "deliveries",
            Counted::Undelivered => "undelivered",
            Counted::ChannelBroken => "channel_broken",
            Counted::StoreFailed => "checkpointer_errors",
            Counted::TurnFailed => "turns_failed",
        };
        let mut line = self.about(channel);
        line.add(by_channel(), &[(name, COUNT, json!(times))]);
        line.of(now)
    }

    fn about(&self, channel: Channel) -> Line {
        let mut line = Line::new(NAMESPACE, &self.function);
        line.say("Channel", json!(channel.to_string()));
        line
    }
}

/// What the model did in a turn, and what it cost.
fn about_model(line: &mut Line, trace: &TurnTrace, model: &ModelTrace) {
    let yes = |is: bool| json!(u8::from(is));
    let reason = model.degraded.as_deref();
    let rejected = model.rejected.len() + trace.checks_failed.len();
    line.add(
        json!([["Function"]]),
        &[
            ("degraded_turns", COUNT, yes(reason.is_some())),
            ("validation_failures", COUNT, json!(rejected)),
            ("moderation_blocks", COUNT, yes(trace.blocked && !model.flagged.is_empty())),
            ("breaker_open", COUNT, yes(reason == Some("breaker_open"))),
            ("quota_exhausted", COUNT, yes(reason == Some("quota"))),
        ],
    );
    let used = &model.used;
    let is_failed = reason.is_some_and(ModelError::is_failed_call);
    if used.requests == 0 && !is_failed {
        return;
    }
    let name = if used.model.is_empty() { "none" } else { &used.model };
    line.say("Model", json!(name));
    let mut calls = vec![
        ("llm_errors", COUNT, yes(is_failed)),
        ("llm_requests", COUNT, json!(used.requests)),
        ("llm_tokens_in", COUNT, json!(used.input_tokens)),
        ("llm_tokens_cached", COUNT, json!(used.cached_tokens)),
        ("llm_tokens_out", COUNT, json!(used.output_tokens)),
        ("llm_cost_micro_usd", "None", json!(used.cost.0)),
    ];
    if used.requests > 0 {
        calls.push(("llm_latency_ms", TIME, json!(used.ms)));
    }
    line.add(json!([["Function"], ["Function", "Model"]]), &calls);
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use mirt_domain::{
        model::{MicroUsd, Usage},
        photo::Photo,
        session::Session,
        shop::{Shop, Words},
        turn::{self, Message, Turn, TurnInput},
    };
    use mirt_engine::session_store::{Cause, Heard};

    use super::*;

    fn record(message: Message) -> TurnRecord {
        let (settings, words) = (mirt_engine::eval::settings(), Words::of(mirt_content::catalog()));
        let shop = Shop {
            catalog: mirt_content::catalog(),
            words: &words,
            prompts: mirt_content::prompts(),
            settings: &settings,
        };
        let at = Timestamp::UNIX_EPOCH;
        let input = TurnInput { messages: vec![message], now: at };
        let Turn { reply, actions, trace, .. } = turn::take(&shop, &Session::default(), &input);
        let (cause, heard) = (Cause::Said(input.messages), Some(Heard { first: at, last: at }));
        TurnRecord { n: 1, at, ms: 5, cause, reply, actions, trace, heard }
    }

    fn greeting() -> TurnRecord {
        record(Message { text: Some("Добрий день".to_owned()), ..Message::default() })
    }

    fn line(record: &TurnRecord) -> Value {
        let figures = TurnFigures {
            channel: Channel::Instagram,
            end_to_end: Some(Duration::from_millis(1_900)),
            queue_wait: Some(Duration::from_millis(40)),
            commit: Duration::from_millis(7),
            conflicts: 1,
            restarts: 0,
            hand_over_age: Some(Duration::from_mins(15)),
            message: None,
            parts: &[],
            record,
        };
        let function = "mirt-dev-dialogue".to_owned();
        Figures { function, xray: None }.line(&figures, Timestamp::UNIX_EPOCH)
    }

    /// Every figure that CloudWatch is told of is in the line, as a number.
    fn check(line: &Value) {
        for directive in line["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
            for metric in directive["Metrics"].as_array().unwrap() {
                assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric}");
            }
            for dimension in directive["Dimensions"].as_array().unwrap() {
                for name in dimension.as_array().unwrap() {
                    assert!(line[name.as_str().unwrap()].is_string(), "{name}");
                }
            }
        }
    }

    #[test]
    fn a_turn_by_the_rules_has_its_times_and_no_figures_of_a_model() {
        let line = line(&greeting());

        check(&line);
        assert_eq!((&line["end_to_end_latency_ms"], &line["conflicts"]), (&json!(1900), &json!(1)));
        assert_eq!((&line["escalation_age_s"], &line["escalations"]), (&json!(900), &json!(0)));
        assert!(line.get("llm_latency_ms").is_none() && line.get("degraded_turns").is_none());
    }

    #[test]
    fn a_model_that_is_out_of_money_is_told_with_what_it_used() {
        let used = Usage {
            model: "gpt-5.1".to_owned(),
            requests: 1,
            input_tokens: 900,
            cost: MicroUsd(1_200),
            ms: 800,
            ..Usage::default()
        };
        let model =
            ModelTrace { used, degraded: Some("quota".to_owned()), ..ModelTrace::default() };
        let trace = TurnTrace { model: Some(model), ..greeting().trace };
        let line = line(&TurnRecord { trace, ..greeting() });

        check(&line);
        assert_eq!((&line["llm_errors"], &line["llm_latency_ms"]), (&json!(1), &json!(800)));
        assert_eq!((&line["quota_exhausted"], &line["degraded_turns"]), (&json!(1), &json!(1)));
        assert_eq!(
            (&line["llm_cost_micro_usd"], &line["Model"]),
            (&json!(1200), &json!("gpt-5.1"))
        );
    }

    #[test]
    fn a_turn_with_a_photo_has_a_latency_of_its_own() {
        let photo = Photo::Url("https://example.org/1.jpg".to_owned());
        let line = line(&record(Message { photos: vec![photo], ..Message::default() }));

        check(&line);
        assert_eq!(line[PHOTO_LATENCY], json!(1900));
        assert!(line.get(TEXT_LATENCY).is_none(), "{line}");
    }

    #[test]
    fn a_hand_over_that_begins_is_counted_and_one_that_nobody_answers_as_well() {
        let called = record(Message {
            text: Some("Покличте менеджера".to_owned()),
            ..Message::default()
        });
        let reminded = TurnRecord { actions: vec![Action::Remind], ..greeting() };

        assert_eq!(line(&called)["escalations"], json!(1));
        assert_eq!(line(&reminded)["handovers_unanswered"], json!(1));
    }

    #[test]
    fn a_question_that_was_never_put_is_no_failed_call() {
        let model =
            ModelTrace { degraded: Some("breaker_open".to_owned()), ..ModelTrace::default() };
        let trace = TurnTrace { model: Some(model), ..greeting().trace };
        let line = line(&TurnRecord { trace, ..greeting() });

        assert_eq!((&line["breaker_open"], line.get("llm_errors")), (&json!(1), None));
    }
}
