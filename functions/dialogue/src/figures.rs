//! The figures of turns, for CloudWatch.

use std::time::Duration;

use jiff::Timestamp;
use mirt_aws::metrics::{Line, write};
use mirt_engine::figures::{Measure, TurnFigures};
use serde_json::{Value, json};

const NAMESPACE: &str = "MIRT/Dialogue";

/// Writes the figures of turns to the log.
#[derive(Debug)]
pub(crate) struct Figures {
    /// The function's name in AWS, which has the stage in it.
    pub(crate) function: String,
}

impl Measure for Figures {
    fn turn(&self, figures: &TurnFigures<'_>) {
        write(&self.line(figures, Timestamp::now()));
    }
}

impl Figures {
    fn line(&self, figures: &TurnFigures<'_>, now: Timestamp) -> Value {
        let trace = figures.trace;
        let ms = |time: Duration| json!(time.as_millis());
        let yes = |is: bool| json!(u8::from(is));
        let mut line = Line::new(NAMESPACE, &self.function);
        line.say("Channel", json!(figures.channel.to_string()));
        let (count, time) = ("Count", "Milliseconds");
        let mut turn = vec![
            ("turns", count, json!(1)),
            ("checkpointer_latency_ms", time, ms(figures.commit)),
            ("conflicts", count, json!(figures.conflicts)),
            ("restarts", count, json!(figures.restarts)),
            ("deliveries", count, json!(figures.deliveries)),
            ("blocked", count, yes(trace.blocked)),
        ];
        turn.extend(figures.end_to_end.map(|it| ("end_to_end_latency_ms", time, ms(it))));
        turn.extend(figures.queue_wait.map(|it| ("queue_wait_ms", time, ms(it))));
        line.add(json!([["Function"], ["Function", "Channel"]]), &turn);
        if let Some(model) = &trace.model {
            let reason = model.degraded.as_deref();
            let rejected = model.rejected.len() + trace.checks_failed.len();
            line.add(
                json!([["Function"]]),
                &[
                    ("degraded_turns", count, yes(reason.is_some())),
                    ("validation_failures", count, json!(rejected)),
                    ("moderation_blocks", count, yes(trace.blocked && !model.flagged.is_empty())),
                    ("breaker_open", count, yes(reason == Some("breaker_open"))),
                    ("quota_exhausted", count, yes(reason == Some("quota"))),
                ],
            );
            let used = &model.used;
            if used.requests > 0 {
                let name = if used.model.is_empty() { "none" } else { &used.model };
                line.say("Model", json!(name));
                line.add(
                    json!([["Function"], ["Function", "Model"]]),
                    &[
                        ("llm_latency_ms", time, json!(used.ms)),
                        ("llm_requests", count, json!(used.requests)),
                        ("llm_tokens_in", count, json!(used.input_tokens)),
                        ("llm_tokens_cached", count, json!(used.cached_tokens)),
                        ("llm_tokens_out", count, json!(used.output_tokens)),
                        ("llm_cost_micro_usd", "None", json!(used.cost.0)),
                    ],
                );
            }
        }
        line.of(now)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use mirt_domain::{
        model::{MicroUsd, ModelTrace, Usage},
        session::Session,
        shop::{Shop, Words},
        turn::{self, Message, TurnInput, TurnTrace},
    };

    use super::*;

    fn trace() -> TurnTrace {
        let (settings, words) = (mirt_engine::eval::settings(), Words::of(mirt_content::catalog()));
        let shop = Shop {
            catalog: mirt_content::catalog(),
            words: &words,
            prompts: mirt_content::prompts(),
            settings: &settings,
        };
        let message =
            Message { text: Some("Добрий день".to_owned()), ..Message::default() };
        let input = TurnInput { messages: vec![message], now: Timestamp::UNIX_EPOCH };
        turn::take(&shop, &Session::default(), &input).trace
    }

    fn line(trace: &TurnTrace) -> Value {
        let figures = TurnFigures {
            channel: mirt_domain::channel::Channel::Instagram,
            end_to_end: Some(Duration::from_millis(1_900)),
            queue_wait: Some(Duration::from_millis(40)),
            commit: Duration::from_millis(7),
            conflicts: 1,
            restarts: 0,
            deliveries: 2,
            trace,
        };
        let function = "mirt-dev-dialogue".to_owned();
        Figures { function }.line(&figures, Timestamp::UNIX_EPOCH)
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
        let line = line(&trace());

        check(&line);
        assert_eq!((&line["end_to_end_latency_ms"], &line["conflicts"]), (&json!(1900), &json!(1)));
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
        let line = line(&TurnTrace { model: Some(model), ..trace() });

        check(&line);
        assert_eq!((&line["quota_exhausted"], &line["degraded_turns"]), (&json!(1), &json!(1)));
        assert_eq!(
            (&line["llm_cost_micro_usd"], &line["Model"]),
            (&json!(1200), &json!("gpt-5.1"))
        );
    }

    #[test]
    fn the_alarm_of_the_template_watches_a_figure_that_is_written() {
        let template = include_str!("../../../template.yaml");

        assert!(template.contains(&format!("Namespace: {NAMESPACE}")));
        assert!(template.contains("MetricName: quota_exhausted"));
    }
}
