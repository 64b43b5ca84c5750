//! `AWS::Serverless::Function`, and the events that call it.

use std::{collections::BTreeMap, time::Duration};

use super::{
    error::TemplateError,
    queue::Queue,
    resolve::{Resolver, Scope},
    role,
    table::required,
    yaml::Node,
};
use crate::{
    gateway::Route, lambda::FunctionSpec, mapping::Mapping, permissions::Role, schedule::Schedule,
};

/// How many processes a function gets at most, and how many batches a mapping has under way, where
/// the template sets no limit. AWS's own limits are out of reach for one machine.
pub const DEFAULT_CONCURRENCY: usize = 10;

/// A function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// What Lambda needs to know. Its short name is the last part of `CodeUri`; its concurrency is
    /// what is reserved, or [`DEFAULT_CONCURRENCY`].
    pub spec: FunctionSpec,
    /// Its environment, with names and URLs in the place of references.
    pub environment: BTreeMap<String, String>,
    /// What it may do; without a role of its own, nothing.
    pub role: Role,
}

/// The functions, and what calls them.
#[derive(Default)]
pub(super) struct Wired {
    pub(super) functions: Vec<Function>,
    pub(super) routes: Vec<Route>,
    pub(super) mappings: Vec<Mapping>,
    pub(super) schedules: Vec<Schedule>,
}

pub(super) fn read_all(
    template: &Node,
    resolver: &Resolver<'_>,
    queues: &[Queue],
) -> Result<Wired, TemplateError> {
    let globals = template.get("Globals").and_then(|globals| globals.get("Function"));
    let mut wired = Wired::default();
    for (id, resource) in resolver.of_type("AWS::Serverless::Function") {
        let scope = resolver.scope(id);
        let properties = required(scope, resource, "Properties")?;
        let function = read(scope, resolver, properties, globals)?;
        if wired.functions.iter().any(|other| other.spec.name == function.spec.name) {
            return Err(scope.error(resource, "another function has the same CodeUri"));
        }
        for (_, event) in properties.get("Events").map(Node::members).unwrap_or_default() {
            let kind = required(scope, event, "Type")?;
            let source = required(scope, event, "Properties")?;
            match scope.text(kind)?.as_str() {
                "HttpApi" => {
                    let route = route(scope, source, &function)?;
                    let is_same =
                        |other: &Route| other.method == route.method && other.path == route.path;
                    if wired.routes.iter().any(is_same) {
                        return Err(scope.error(source, "the route is there already"));
                    }
                    wired.routes.push(route);
                }
                "SQS" => wired.mappings.push(mapping(scope, source, &function, queues)?),
                // Nothing alarms on this machine.
                "SNS" => {}
                "ScheduleV2" => wired.schedules.push(schedule(scope, source, &function)?),
                other => {
                    let problem = format!("the local run knows no events of type {other}");
                    return Err(scope.error(kind, problem));
                }
            }
        }
        wired.functions.push(function);
    }
    Ok(wired)
}

fn read(
    scope: Scope<'_, '_>,
    resolver: &Resolver<'_>,
    properties: &Node,
    globals: Option<&Node>,
) -> Result<Function, TemplateError> {
    let property =
        |name| properties.get(name).or_else(|| globals.and_then(|globals| globals.get(name)));
    let number =
        |name, range, default| property(name).map_or(Ok(default), |node| scope.number(node, range));
    let code = required(scope, properties, "CodeUri")?;
    let code_uri = scope.text(code)?;
    let name = code_uri.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let handler = property("Handler")
        .ok_or_else(|| scope.error(properties, "Handler is missing"))
        .and_then(|node| scope.text(node))?;
    let reserved = property("ReservedConcurrentExecutions")
        .map(|node| scope.number(node, 1..=1_000))
        .transpose()?;
    let mut environment = BTreeMap::new();
    for owner in globals.into_iter().chain([properties]) {
        let variables = owner.get("Environment").and_then(|node| node.get("Variables"));
        for (variable, value) in variables.map(Node::members).unwrap_or_default() {
            environment.insert(variable.clone(), scope.text(value)?);
        }
    }
    Ok(Function {
        spec: FunctionSpec {
            name: name.to_owned(),
            function_name: scope.text(required(scope, properties, "FunctionName")?)?,
            handler,
            timeout: Duration::from_secs(number("Timeout", 1..=900, 3)?.into()),
            is_traced: property("Tracing")
                .map(|node| scope.text(node))
                .transpose()?
                .is_some_and(|mode| mode == "Active"),
            memory_mb: number("MemorySize", 128..=10_240, 128)?,
            max_concurrency: reserved
                .and_then(|number| usize::try_from(number).ok())
                .unwrap_or(DEFAULT_CONCURRENCY),
        },
        environment,
        role: property("Role")
            .map_or_else(|| Ok(Role::default()), |node| role::read(scope, resolver, node))?,
    })
}

fn route(scope: Scope<'_, '_>, source: &Node, function: &Function) -> Result<Route, TemplateError> {
    let path_node = required(scope, source, "Path")?;
    let path = scope.text(path_node)?;
    if !path.starts_with('/') || path.contains('{') {
        return Err(scope.error(path_node, "the local run takes fixed paths, from a slash on"));
    }
    let method_node = required(scope, source, "Method")?;
    let method = scope.text(method_node)?.to_ascii_uppercase();
    if method == "ANY" {
        return Err(scope.error(method_node, "the local run takes one method a route"));
    }
    Ok(Route { method, path, function: function.spec.name.clone() })
}

/// A rate in minutes or hours; what else EventBridge Scheduler knows is refused, not ignored.
fn schedule(
    scope: Scope<'_, '_>,
    source: &Node,
    function: &Function,
) -> Result<Schedule, TemplateError> {
    let node = required(scope, source, "ScheduleExpression")?;
    let expression = scope.text(node)?;
    let rate = expression.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')'));
    let every = rate.and_then(|rate| rate.split_once(' ')).and_then(|(count, unit)| {
        let count: u64 = count.parse().ok().filter(|count| *count > 0)?;
        match (count, unit) {
            (1, "minute") | (2.., "minutes") => Some(Duration::from_mins(count)),
            (1, "hour") | (2.., "hours") => Some(Duration::from_hours(count)),
            _ => None,
        }
    });
    let every = every.ok_or_else(|| {
        scope.error(node, "the local run takes rate(1 minute), rate(N minutes) and hours alike")
    })?;
    Ok(Schedule { function: function.spec.name.clone(), every })
}

fn mapping(
    scope: Scope<'_, '_>,
    source: &Node,
    function: &Function,
    queues: &[Queue],
) -> Result<Mapping, TemplateError> {
    let mut max_concurrency = DEFAULT_CONCURRENCY;
    let mut batch_size = 10;
    let mut reports_item_failures = false;
    for (property, node) in source.members() {
        match property.as_str() {
            "Queue" => {}
            "BatchSize" => batch_size = scope.number(node, 1..=10)?,
            "FunctionResponseTypes" => {
                for kind in node.items() {
                    reports_item_failures |= scope.text(kind)? == "ReportBatchItemFailures";
                }
            }
            "ScalingConfig" => {
                let limit = required(scope, node, "MaximumConcurrency")?;
                let limit = scope.number(limit, 2..=1_000)?;
                max_concurrency = usize::try_from(limit).unwrap_or(max_concurrency);
            }
            other => {
                return Err(scope.error(node, format!("the local run's mappings have no {other}")));
            }
        }
    }
    let queue_node = required(scope, source, "Queue")?;
    let arn = scope.text(queue_node)?;
    let name = arn.rsplit(':').next().unwrap_or_default();
    let Some(queue) = queues.iter().find(|queue| queue.name == name) else {
        return Err(scope.error(queue_node, "the function reads a queue of this template"));
    };
    if queue.visibility_timeout < function.spec.timeout {
        let problem = format!(
            "the function may take {} s, and {name} gives its messages to another after {} s",
            function.spec.timeout.as_secs(),
            queue.visibility_timeout.as_secs()
        );
        return Err(scope.error(queue_node, problem));
    }
    Ok(Mapping {
        queue: name.to_owned(),
        function: function.spec.name.clone(),
        // Within 1..=10, as read.
        batch_size: u8::try_from(batch_size).unwrap_or(10),
        reports_item_failures,
        max_concurrency,
    })
}
