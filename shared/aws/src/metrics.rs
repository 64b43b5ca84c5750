//! Figures in CloudWatch's embedded metric format: one line of the log, no call.
//! Source: CloudWatch user guide, "Specification: Embedded metric format".

use std::io::{Write as _, stdout};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The namespace of what runs by the clock or behind the orders' queue.
pub const JOBS: &str = "MIRT/Jobs";

/// The dimension that all figures have.
const FUNCTION: &str = "Function";

/// This function's name in AWS, which has the stage in it: the dimension `Function`.
#[must_use]
pub fn function_name() -> String {
    std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default()
}

/// Writes how often something happened in a job; `name` is the metric's.
pub fn count_in_job(function: &str, name: &str, times: u64, now: Timestamp) {
    write(&counted_in_job(function, name, times, now));
}

fn counted_in_job(function: &str, name: &str, times: u64, now: Timestamp) -> Value {
    let mut line = Line::new(JOBS, function);
    line.add(json!([[FUNCTION]]), &[(name, "Count", json!(times))]);
    line.of(now)
}

/// A line of figures of one function.
#[derive(Clone, Debug)]
pub struct Line {
    namespace: &'static str,
    values: Map<String, Value>,
    directives: Vec<Value>,
}

impl Line {
    /// An empty line; `function` is the function's name in AWS, which has the stage in it, and
    /// becomes the dimension `Function`.
    #[must_use]
    pub fn new(namespace: &'static str, function: &str) -> Self {
        let mut line = Self { namespace, values: Map::new(), directives: Vec::new() };
        line.say("event", json!("figures"));
        line.say(FUNCTION, json!(function));
        line
    }

    /// Adds a value that is no figure: a dimension's.
    pub fn say(&mut self, name: &str, value: Value) {
        self.values.insert(name.to_owned(), value);
    }

    /// Adds figures, each with its unit, under every set of these dimensions.
    pub fn add(&mut self, dimensions: Value, figures: &[(&str, &str, Value)]) {
        let named: Vec<_> =
            figures.iter().map(|(name, unit, _)| json!({ "Name": name, "Unit": unit })).collect();
        for (name, _, value) in figures {
            self.say(name, value.clone());
        }
        self.directives.push(json!({
            "Namespace": self.namespace, "Dimensions": dimensions, "Metrics": named,
        }));
    }

    /// The line as it is written.
    #[must_use]
    pub fn of(mut self, now: Timestamp) -> Value {
        let directives = json!(self.directives);
        let aws = json!({ "Timestamp": now.as_millisecond(), "CloudWatchMetrics": directives });
        self.say("_aws", aws);
        Value::Object(self.values)
    }
}

/// Writes a line to standard output, which is the function's log.
pub fn write(line: &Value) {
    // A log that cannot be written is no reason to fail.
    let _ = writeln!(stdout().lock(), "{line}");
}
