//! Whether the queues are there, as the template has them, and what waits in them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mirt_aws::{
    dead_letters::DeadLetters,
    inspect::{QueueState, queue_state},
};
use mirt_engine::failure::chain;
use mirt_local_aws::template::Queue;
use serde_json::Value;

use super::{Findings, deployed::Deployed};
use crate::{output::ago, place::Place};

/// More waiting than this is more than a busy minute.
const MANY: u64 = 200;

const DEPLOY: &str = "deploy the template again; on this machine start mirt up again";

pub(super) async fn check(place: &Place, deployed: &Deployed, findings: &mut Findings) {
    let queues = &deployed.template.queues;
    let dead: Vec<&str> = queues
        .iter()
        .filter_map(|queue| queue.dead_letters.as_ref())
        .map(|letters| letters.queue.as_str())
        .collect();
    for queue in queues {
        let check = format!("queue {}", place.short_name(&queue.name));
        let state = match queue_state(&place.config, &queue.name).await {
            Ok(Some(state)) => state,
            Ok(None) => {
                findings.fault(check, format!("there is no queue {}", queue.name), DEPLOY);
                continue;
            }
            Err(error) => {
                let todo = "check the profile's rights and the network";
                findings.fault(check, chain(&error), todo);
                continue;
            }
        };
        let changed = changed(queue, &state.attributes);
        if !changed.is_empty() {
            let found = format!("not as in the template: {}", changed.join(", "));
            findings.fault(&check, found, DEPLOY);
        }
        if dead.contains(&queue.name.as_str()) {
            letters(place, queue, &state, &check, findings).await;
        } else {
            waiting(&state, &check, findings);
        }
    }
}

fn waiting(state: &QueueState, check: &str, findings: &mut Findings) {
    let QueueState { waiting, in_flight, .. } = state;
    let found = format!("{waiting} waiting, {in_flight} being worked on");
    if *waiting > MANY {
        findings.warn(
            check,
            found,
            "see whether it grows: dialogue may fail or be throttled (runbook: queue-age)",
        );
    } else {
        findings.well(check, found);
    }
}

async fn letters(
    place: &Place,
    queue: &Queue,
    state: &QueueState,
    check: &str,
    findings: &mut Findings,
) {
    let count = state.waiting + state.in_flight;
    if count == 0 {
        return findings.well(check, "empty");
    }
    let oldest = match DeadLetters::open(&place.config, &queue.name).await {
        Ok(queue) => queue.look().await.ok().and_then(|it| Some(it.letters.first()?.sent_at)),
        Err(_) => None,
    };
    let age =
        oldest.map(|at| format!(", the oldest for {}", ago(at, place.now().max(Timestamp::now()))));
    findings.fault(
        check,
        format!("{count} dead letters{}", age.unwrap_or_default()),
        "mirt dlq show says why; mend that, then mirt dlq redrive, or mirt dlq drop ID",
    );
}

/// The attributes that are not what the template says.
fn changed(queue: &Queue, attributes: &BTreeMap<String, String>) -> Vec<String> {
    let differs = |(name, wanted): (&String, &String)| {
        // What a service does not tell is as it is by default, or not to be told here.
        let found = attributes.get(name);
        let is_same = match name.as_str() {
            "RedrivePolicy" => found.is_some_and(|found| policy(found) == policy(wanted)),
            _ => found.is_none_or(|found| found == wanted),
        };
        (!is_same).then(|| {
            let found = found.map_or("not set", String::as_str);
            format!("{name} is {found}, and should be {wanted}")
        })
    };
    queue.attributes.iter().filter_map(differs).collect()
}

/// Where dead letters go, by the queue's name, and after how many tries.
fn policy(text: &str) -> (String, String) {
    let policy: Value = serde_json::from_str(text).unwrap_or_default();
    let target = policy["deadLetterTargetArn"].as_str().unwrap_or_default();
    let target = target.rsplit(':').next().unwrap_or_default().to_owned();
    let count = &policy["maxReceiveCount"];
    (target, count.as_str().map_or_else(|| count.to_string(), str::to_owned))
}
