//! `AWS::SQS::Queue`.

use std::{collections::BTreeMap, time::Duration};

use serde_json::json;

use super::{
    error::TemplateError,
    resolve::{Resolver, Scope},
    yaml::Node,
};

/// How long a received message is hidden, in seconds, if the template says nothing.
const DEFAULT_VISIBILITY_SECONDS: u32 = 30;

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// Its attributes as `CreateQueue` takes them, the redrive policy among them.
    pub attributes: BTreeMap<String, String>,
    /// How long a received message is hidden.
    pub visibility_timeout: Duration,
    /// Where messages go that were received too often.
    pub dead_letters: Option<DeadLetters>,
}

/// A queue for messages that failed for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetters {
    /// Its name.
    pub queue: String,
    /// How often a message is received before it goes there.
    pub max_receive_count: u32,
}

impl Queue {
    /// Whether the queue keeps order.
    #[must_use]
    pub fn is_fifo(&self) -> bool {
        self.name.ends_with(".fifo")
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

pub(super) fn read_all(resolver: &Resolver<'_>) -> Result<Vec<Queue>, TemplateError> {
    let mut queues = Vec::new();
    for (id, resource) in resolver.of_type("AWS::SQS::Queue") {
        queues.push(read(resolver, resolver.scope(id), resource)?);
    }
    // Dead letters of dead letters make no sense, so one step is enough.
    queues.sort_by_key(|queue| queue.dead_letters.is_some());
    Ok(queues)
}

fn read(
    resolver: &Resolver<'_>,
    scope: Scope<'_, '_>,
    resource: &Node,
) -> Result<Queue, TemplateError> {
    let mut queue = Queue {
        name: String::new(),
        attributes: BTreeMap::new(),
        visibility_timeout: Duration::from_secs(DEFAULT_VISIBILITY_SECONDS.into()),
        dead_letters: None,
    };
    for (property, node) in resource.get("Properties").map(Node::members).unwrap_or_default() {
        match property.as_str() {
            "QueueName" => queue.name = scope.text(node)?,
            "RedrivePolicy" => {
                let (dead_letters, policy) = redrive(resolver, scope, node)?;
                queue.dead_letters = Some(dead_letters);
                queue.attributes.insert(property.clone(), policy);
            }
            "Tags" => {}
            "RedriveAllowPolicy" => {
                return Err(scope.error(node, "the local run has no RedriveAllowPolicy"));
            }
            _ => {
                queue.attributes.insert(property.clone(), scope.text(node)?);
            }
        }
        if property == "VisibilityTimeout" {
            let seconds = scope.number(node, 0..=43_200)?;
            queue.visibility_timeout = Duration::from_secs(seconds.into());
        }
    }
    check(scope, resource, &queue)?;
    Ok(queue)
}

fn redrive(
    resolver: &Resolver<'_>,
    scope: Scope<'_, '_>,
    node: &Node,
) -> Result<(DeadLetters, String), TemplateError> {
    let target = super::table::required(scope, node, "deadLetterTargetArn")?;
    if resolver.referred(target, "AWS::SQS::Queue").is_none() {
        return Err(scope.error(target, "dead letters go to a queue of this template"));
    }
    let arn = scope.text(target)?;
    let count = super::table::required(scope, node, "maxReceiveCount")?;
    let max_receive_count = scope.number(count, 1..=1_000)?;
    let queue = arn.rsplit(':').next().unwrap_or_default().to_owned();
    let policy = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": max_receive_count });
    Ok((DeadLetters { queue, max_receive_count }, policy.to_string()))
}

/// What SQS would refuse at deployment.
fn check(scope: Scope<'_, '_>, resource: &Node, queue: &Queue) -> Result<(), TemplateError> {
    let refuse = |problem: &str| Err(scope.error(resource, problem));
    if queue.name.is_empty() {
        return refuse("QueueName is missing");
    }
    if queue.is_fifo() != (queue.attribute("FifoQueue") == Some("true")) {
        return refuse("FifoQueue: true and a name that ends with .fifo go together");
    }
    if queue.attribute("FifoThroughputLimit") == Some("perMessageGroupId")
        && queue.attribute("DeduplicationScope") != Some("messageGroup")
    {
        return refuse(
            "FifoThroughputLimit: perMessageGroupId needs DeduplicationScope: messageGroup",
        );
    }
    if let Some(DeadLetters { queue: dead, .. }) = &queue.dead_letters
        && dead.ends_with(".fifo") != queue.is_fifo()
    {
        return refuse(
            "the dead letters of a FIFO queue are FIFO, those of a standard one are not",
        );
    }
    Ok(())
}
