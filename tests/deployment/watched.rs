//! What alarms and dashboard look at: of our own metrics those of a list, which the functions are
//! held against where they run; of AWS's those that it documents.

use std::collections::{BTreeMap, BTreeSet};

use crate::{alarms::Alarm, dashboard, template::Named};

/// A line a metric: namespace, name, function, unit.
const WATCHED: &str = include_str!("watched.txt");

/// Metrics of AWS by namespace and name, with the dimension that they are asked for by. Sources:
/// Lambda developer guide, "Types of metrics for Lambda functions"; SQS developer guide, "Available
/// CloudWatch metrics for Amazon SQS"; API Gateway developer guide, "Monitor CloudWatch metrics for
/// HTTP APIs".
const OF_AWS: [(&str, &str, &[&str]); 3] = [
    ("AWS/ApiGateway", "ApiId", &["4xx", "5xx", "Count", "IntegrationLatency", "Latency"]),
    (
        "AWS/Lambda",
        "FunctionName",
        &["ConcurrentExecutions", "Duration", "Errors", "Invocations", "Throttles"],
    ),
    (
        "AWS/SQS",
        "QueueName",
        &[
            "ApproximateAgeOfOldestMessage",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesVisible",
            "NumberOfMessagesDeleted",
            "NumberOfMessagesReceived",
            "NumberOfMessagesSent",
        ],
    ),
];

/// All that is looked at.
fn watched() -> BTreeSet<Named> {
    let alarms = Alarm::all();
    let of_alarms = alarms.iter().flat_map(|alarm| alarm.looks_at.values()).map(|(it, _)| it);
    of_alarms.cloned().chain(dashboard::shown()).collect()
}

#[test]
fn our_own_metrics_are_those_of_the_list_by_function_alone() {
    let own = watched().into_iter().filter(|metric| metric.namespace.starts_with("MIRT/"));

    let own: BTreeSet<String> = own
        .map(|Named { namespace, name, dimensions }| {
            let names: Vec<_> = dimensions.keys().map(String::as_str).collect();
            assert_eq!(names, ["Function"], "{namespace} {name}");
            format!("{namespace} {name} {}", dimensions["Function"].trim_start_matches("mirt-dev-"))
        })
        .collect();

    let listed = WATCHED.lines().filter(|line| !line.starts_with('#'));
    let listed: BTreeSet<String> = listed
        .map(|line| line.rsplit_once(' ').map_or(line, |(metric, _)| metric).to_owned())
        .collect();
    assert_eq!(own, listed);
}

#[test]
fn the_metrics_of_aws_are_those_that_it_documents() {
    for Named { namespace, name, dimensions } in watched() {
        if namespace.starts_with("MIRT/") {
            continue;
        }
        let known =
            OF_AWS.iter().find(|(of, _, names)| *of == namespace && names.contains(&name.as_str()));
        let dimension = known.map(|(_, dimension, _)| *dimension);
        let names: Vec<_> = dimensions.keys().map(String::as_str).collect();
        assert_eq!(Some(names), dimension.map(|name| vec![name]), "{namespace} {name}");
    }
}

#[test]
fn what_is_looked_at_belongs_to_a_function_or_a_queue_of_the_template() {
    let template = crate::template::local();
    let names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::from([
        ("QueueName", template.queues.iter().map(|queue| queue.name.as_str()).collect()),
        (
            "FunctionName",
            template.functions.iter().map(|it| it.spec.function_name.as_str()).collect(),
        ),
    ]);

    for metric in watched() {
        for (dimension, value) in &metric.dimensions {
            let dimension = if dimension == "Function" { "FunctionName" } else { dimension };
            let is_there = names.get(dimension).is_none_or(|names| names.contains(value.as_str()));
            assert!(is_there, "{metric:?}");
        }
    }
}
