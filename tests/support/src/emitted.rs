//! The metrics that functions emitted, read from their standard output as CloudWatch reads it.
//!
//! Source: CloudWatch user guide, "Specification: Embedded metric format".

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Number, Value};

/// The units that CloudWatch knows and we use. Source: CloudWatch API, `MetricDatum`.
const UNITS: [&str; 4] = ["Count", "Milliseconds", "Seconds", "None"];

/// The most dimensions of a metric.
const MOST_DIMENSIONS: usize = 30;

/// A metric as an alarm or a widget names it: with the names of its dimensions, not their values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Metric {
    /// `MIRT/Dialogue`, ...
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The names of one set of its dimensions.
    pub dimensions: BTreeSet<String>,
    /// Its unit.
    pub unit: String,
}

/// One value of a metric, under one set of dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emitted {
    /// Of what.
    pub metric: Metric,
    /// The value of each dimension.
    pub dimensions: BTreeMap<String, String>,
    /// What was measured.
    pub value: Number,
}

/// All metrics that were emitted in `output`.
///
/// # Panics
/// When a line breaks the format: CloudWatch would drop it without a word.
pub fn metrics(output: &str) -> BTreeSet<Metric> {
    emitted(output).into_iter().map(|emitted| emitted.metric).collect()
}

/// All values that were emitted in `output`, in its order.
///
/// # Panics
/// When a line breaks the format: CloudWatch would drop it without a word.
pub fn emitted(output: &str) -> Vec<Emitted> {
    let lines = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line.get("_aws").is_some()).flat_map(|line| of_line(&line)).collect()
}

/// The sum of all values of a metric under `Function` alone.
///
/// # Panics
/// When a line breaks the format, or a value is no whole number.
pub fn total(output: &str, namespace: &str, name: &str) -> u64 {
    let by_function = BTreeSet::from(["Function".to_owned()]);
    emitted(output)
        .iter()
        .filter(|it| it.metric.namespace == namespace && it.metric.name == name)
        .filter(|it| it.metric.dimensions == by_function)
        .map(|it| it.value.as_u64().expect("a whole number"))
        .sum()
}

fn of_line(line: &Value) -> Vec<Emitted> {
    assert!(line["_aws"]["Timestamp"].is_u64(), "no timestamp: {line}");
    let mut all = Vec::new();
    for directive in elements(&line["_aws"]["CloudWatchMetrics"]) {
        let namespace = text(&directive["Namespace"]);
        for set in elements(&directive["Dimensions"]) {
            let dimensions: BTreeMap<_, _> = elements(set)
                .iter()
                .map(|name| (text(name), text(&line[name.as_str().unwrap_or_default()])))
                .collect();
            assert!(dimensions.len() <= MOST_DIMENSIONS, "too many dimensions: {line}");
            for metric in elements(&directive["Metrics"]) {
                let (name, unit) = (text(&metric["Name"]), text(&metric["Unit"]));
                assert!(UNITS.contains(&unit.as_str()), "no unit: {metric}");
                let value = line[name.as_str()].as_number().cloned();
                let value = value.unwrap_or_else(|| panic!("{name} is no number: {line}"));
                let names = dimensions.keys().cloned().collect();
                let namespace = namespace.clone();
                let metric = Metric { namespace, name, dimensions: names, unit };
                all.push(Emitted { metric, dimensions: dimensions.clone(), value });
            }
        }
    }
    assert!(!all.is_empty(), "no metric: {line}");
    all
}

fn elements(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no array: {value}"))
}

fn text(value: &Value) -> String {
    let text = value.as_str().filter(|text| !text.is_empty());
    text.unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
