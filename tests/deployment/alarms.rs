//! Alarms: their texts, their sections of the runbook, their words for the managers, and that each
//! begins with the data that should raise it and not with those that should not.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::collections::{BTreeMap, BTreeSet};

use mirt_domain::prompts::TemplateKey;
use mirt_engine::alarm::subject_key;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    expression,
    template::{Named, Whole},
};

const RUNBOOK: &str = include_str!("../../infra/RUNBOOK.md");

/// What raises each alarm, and what does not. `.ci` drives an emulator with the same list.
const DATA: &str = include_str!("alarm-data.json");

/// The alarm's expression, where it has one.
const MEASURE: &str = "measure";

/// What CodeDeploy takes at most. Source: AlarmConfiguration of its API.
const MOST_OF_A_DEPLOYMENT: usize = 10;

/// The longest that an alarm with periods below an hour looks back; the others may for a week. Source:
/// CloudWatch API, PutMetricAlarm.
const LONGEST_SECONDS: u64 = 86_400;

pub(crate) struct Alarm {
    pub(crate) properties: Value,
    /// `latency`
    pub(crate) subject: String,
    /// What it looks at, by the name that it has in the expression, with its statistic.
    pub(crate) looks_at: BTreeMap<String, (Named, String)>,
}

impl Alarm {
    pub(crate) fn all() -> Vec<Self> {
        let alarms = Whole::read().of_type("AWS::CloudWatch::Alarm");
        alarms.into_values().map(Self::from).collect()
    }

    fn number(&self, name: &str) -> f64 {
        let value = &self.properties[name];
        value.as_f64().or_else(|| value.as_str()?.parse().ok()).unwrap()
    }

    fn periods(&self) -> BTreeSet<u64> {
        let single = self.properties["Period"].as_u64();
        let metrics = self.properties["Metrics"].as_array().into_iter().flatten();
        single
            .into_iter()
            .chain(metrics.filter_map(|m| m["MetricStat"]["Period"].as_u64()))
            .collect()
    }

    /// Whether one period with these data is bad.
    fn is_bad(&self, data: &[Datum]) -> bool {
        let known: BTreeMap<&str, f64> = self
            .looks_at
            .iter()
            .filter_map(|(id, (metric, statistic))| {
                let datum = data.iter().find(|datum| datum.is_of(metric))?;
                Some((id.as_str(), datum.statistic(statistic)?))
            })
            .collect();
        let measure = match self.expression() {
            Some(expression) => expression::evaluate(expression, &known),
            None => known.get(MEASURE).copied(),
        };
        let Some(measure) = measure else {
            return self.properties["TreatMissingData"] == "breaching";
        };
        let threshold = self.number("Threshold");
        match self.properties["ComparisonOperator"].as_str().unwrap() {
            "GreaterThanThreshold" => measure > threshold,
            "GreaterThanOrEqualToThreshold" => measure >= threshold,
            other => {
                assert_eq!(other, "LessThanThreshold");
                measure < threshold
            }
        }
    }

    fn expression(&self) -> Option<&str> {
        let metrics = self.properties["Metrics"].as_array()?;
        metrics.iter().find_map(|metric| metric["Expression"].as_str())
    }
}

impl From<Value> for Alarm {
    fn from(properties: Value) -> Self {
        let name = properties["AlarmName"].as_str().unwrap();
        let subject = name.strip_prefix("mirt-dev-").unwrap().to_owned();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let named = |metric: &Value| Named {
            namespace: text(&metric["Namespace"]),
            name: text(&metric["MetricName"]),
            dimensions: metric["Dimensions"]
                .as_array()
                .unwrap()
                .iter()
                .map(|dimension| (text(&dimension["Name"]), text(&dimension["Value"])))
                .collect(),
        };
        let looks_at = match properties["Metrics"].as_array() {
            Some(metrics) => metrics
                .iter()
                .filter(|metric| metric.get("MetricStat").is_some())
                .map(|metric| {
                    let of = &metric["MetricStat"];
                    (text(&metric["Id"]), (named(&of["Metric"]), text(&of["Stat"])))
                })
                .collect(),
            None => {
                let statistic = properties.get("Statistic").or(properties.get("ExtendedStatistic"));
                let seen = (named(&properties), text(statistic.unwrap()));
                BTreeMap::from([(MEASURE.to_owned(), seen)])
            }
        };
        Self { properties, subject, looks_at }
    }
}

/// Values of one metric within one period.
#[derive(Deserialize)]
struct Datum {
    namespace: String,
    metric: String,
    dimensions: BTreeMap<String, String>,
    values: Vec<f64>,
}

impl Datum {
    fn is_of(&self, metric: &Named) -> bool {
        self.namespace == metric.namespace
            && self.metric == metric.name
            && self.dimensions == metric.dimensions
    }

    fn statistic(&self, name: &str) -> Option<f64> {
        let mut values = self.values.clone();
        values.sort_by(f64::total_cmp);
        match name {
            "Sum" => Some(values.iter().sum()),
            "Maximum" => values.last().copied(),
            "Minimum" => values.first().copied(),
            percentile => {
                let share: usize = percentile.strip_prefix('p')?.parse().ok()?;
                // The value below which that share of all lies.
                values.get((values.len() * share).div_ceil(100).checked_sub(1)?).copied()
            }
        }
    }
}

/// The data of one alarm.
#[derive(Deserialize)]
struct Case {
    alarm: String,
    raise: Vec<Datum>,
    quiet: Vec<Datum>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(DATA).unwrap()
}

/// The sections that are about alarms.
fn sections() -> BTreeSet<&'static str> {
    let alarms = RUNBOOK.split_once("\n## Alarms\n").unwrap().1;
    let alarms = alarms.split_once("\n## ").map_or(alarms, |(alarms, _)| alarms);
    alarms.lines().filter_map(|line| line.strip_prefix("### ")).collect()
}

#[test]
fn each_alarm_has_a_section_of_the_runbook_which_its_text_ends_with_and_each_section_an_alarm() {
    let alarms = Alarm::all();

    for Alarm { properties, subject, .. } in &alarms {
        let text = properties["AlarmDescription"].as_str().unwrap();
        let end = format!(". Runbook: infra/RUNBOOK.md#{subject}");
        assert!(text.ends_with(&end), "{subject}: {text}");
    }
    let subjects: BTreeSet<_> = alarms.iter().map(|alarm| alarm.subject.as_str()).collect();
    assert_eq!(subjects, sections());
}

#[test]
fn each_alarm_tells_the_topic_when_it_begins_and_when_it_is_over() {
    for Alarm { properties, subject, .. } in Alarm::all() {
        let topic = serde_json::json!(["mirt-dev-alarms"]);
        assert_eq!(properties["AlarmActions"], topic, "{subject}");
        // Customers who wait are counted once each: whether one still does, the figure does not tell.
        let is_told = subject != "hand-over-unanswered";
        let over = if is_told { topic } else { Value::Null };
        assert_eq!(properties["OKActions"], over, "{subject}");
    }
}

#[test]
fn an_alarm_on_what_happens_now_and_then_is_not_over_before_it_would_have_happened_again() {
    // The hourly run; a night without customers, twelve hours and twenty-four.
    let rhythms = [("telegram-auth", 7_200), ("model-quota", 43_200), ("secrets-expiring", 86_400)];
    let alarms = Alarm::all();

    for (subject, seconds) in rhythms {
        let alarm = alarms.iter().find(|alarm| alarm.subject == subject).unwrap();
        let count = alarm.properties["EvaluationPeriods"].as_u64().unwrap();
        let needed = alarm.properties["DatapointsToAlarm"].as_u64().unwrap_or(count);
        let period = alarm.periods().into_iter().next().unwrap();
        assert_eq!(needed, 1, "{subject}");
        assert!(period * count >= seconds, "{subject}");
    }
}

#[test]
fn managers_hear_of_each_alarm_in_words_of_its_own() {
    let keys: BTreeSet<_> = Alarm::all().iter().map(|alarm| subject_key(&alarm.subject)).collect();

    assert!(!keys.contains(&TemplateKey::AlarmOther));
    assert_eq!(keys.len(), Alarm::all().len());
    let written = TemplateKey::ALL.iter().filter(|key| key.as_str().starts_with("alarm."));
    // Beside them there are the words around them: begun, over, and for an alarm without words.
    assert_eq!(written.count(), keys.len() + 3);
}

#[test]
fn each_alarm_begins_with_the_data_that_should_raise_it_and_not_with_those_that_should_not() {
    let cases = cases();

    for alarm in Alarm::all() {
        let subject = &alarm.subject;
        let case = cases.iter().find(|case| case.alarm == *subject).unwrap();
        for datum in case.raise.iter().chain(&case.quiet) {
            let is_known = alarm.looks_at.values().any(|(metric, _)| datum.is_of(metric));
            assert!(is_known, "{subject} does not look at {}", datum.metric);
        }
        assert!(alarm.is_bad(&case.raise), "{subject} is not raised");
        assert!(!alarm.is_bad(&case.quiet), "{subject} is raised by what is no trouble");
    }
    assert_eq!(cases.len(), Alarm::all().len());
}

#[test]
fn a_quiet_night_wakes_nobody() {
    for alarm in Alarm::all() {
        // What must be written for all to be well: ages of history, and runs of the sweeper.
        let is_heartbeat =
            ["telegram-silence", "sweeper-silence"].contains(&alarm.subject.as_str());
        assert_eq!(alarm.is_bad(&[]), is_heartbeat, "{}", alarm.subject);
    }
}

#[test]
fn no_alarm_looks_back_for_longer_than_cloudwatch_allows() {
    for alarm in Alarm::all() {
        let periods = alarm.periods();
        let count = alarm.properties["EvaluationPeriods"].as_u64().unwrap();
        let needed = alarm.properties["DatapointsToAlarm"].as_u64().unwrap_or(count);
        assert_eq!(periods.len(), 1, "{}", alarm.subject);
        assert!(periods.iter().all(|period| period % 60 == 0), "{}", alarm.subject);
        assert!(
            periods.iter().all(|period| period * count <= LONGEST_SECONDS),
            "{}",
            alarm.subject
        );
        assert!(needed <= count, "{}", alarm.subject);
    }
}

#[test]
fn latency_must_be_bad_for_longer_than_one_period_because_a_percentile_of_few_is_one() {
    for alarm in Alarm::all() {
        if alarm.properties.get("ExtendedStatistic").is_some() {
            assert!(alarm.properties["DatapointsToAlarm"].as_u64() >= Some(2), "{}", alarm.subject);
        }
    }
}

#[test]
fn a_new_version_is_tried_on_a_tenth_and_taken_back_by_alarms_that_exist() {
    let names: BTreeSet<_> = Alarm::all()
        .iter()
        .map(|alarm| alarm.properties["AlarmName"].as_str().unwrap().to_owned())
        .collect();
    // On for as long as something lies in a queue: no deployment goes through meanwhile.
    let of_queues: BTreeSet<_> = Alarm::all()
        .iter()
        .filter(|alarm| alarm.looks_at.values().any(|(metric, _)| metric.namespace == "AWS/SQS"))
        .map(|alarm| format!("mirt-dev-{}", alarm.subject))
        .collect();
    assert_eq!(of_queues.len(), 4);
    let whole = Whole::read();
    let transforms = serde_json::json!(["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"]);
    assert_eq!(*whole.section("Transform"), transforms);
    let functions = whole.of_type("AWS::Serverless::Function");

    let shifted: BTreeSet<_> = functions
        .values()
        .filter(|function| function.get("DeploymentPreference").is_some())
        .map(|function| function["FunctionName"].as_str().unwrap())
        .collect();
    assert_eq!(shifted, BTreeSet::from(["mirt-dev-dialogue", "mirt-dev-webhook"]));
    for function in functions.values() {
        let Some(preference) = function.get("DeploymentPreference") else { continue };
        assert_eq!(preference["Type"], "Canary10Percent5Minutes");
        // Without it a change of settings would not reach the alias. That one of a parameter does, which takes
        // the first transform, is shown by .ci/test_lint_template.py.
        assert_eq!(function["AutoPublishAlias"], "live");
        assert_eq!(function["AutoPublishAliasAllProperties"], true);
        let triggers = preference["Alarms"].as_array().unwrap().iter();
        let triggers: BTreeSet<_> = triggers.map(|trigger| trigger.as_str().unwrap()).collect();
        assert!((1..=MOST_OF_A_DEPLOYMENT).contains(&triggers.len()));
        for trigger in triggers {
            assert!(names.contains(trigger), "{trigger}");
            assert!(!of_queues.contains(trigger), "{trigger} would take back what mends it");
        }
    }
}
