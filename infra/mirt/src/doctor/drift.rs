//! Whether what is deployed is what this program was built with, and whether somebody changed it by hand.
//!
//! CloudFormation tells both: the text of the template as it was deployed, roles and alarms included,
//! which is compared with our own value by value; and what of it was changed since, which no comparison
//! of single functions would show as wholly. Tables and queues are looked at by themselves as well, see
//! `store` and `queues`.

use std::time::Duration;

use aws_sdk_cloudformation::types::{
    StackDriftDetectionStatus as Detection, StackResourceDriftStatus, TemplateStage,
};
use mirt_local_aws::template;
use serde_json::Value;

use super::{
    Findings,
    deployed::{Deployed, Stack, reason},
    versions,
};
use crate::{differences, place::Place, up::TEMPLATE};

/// How long the detection of changes by hand is waited for: looks, and the time between two.
const LOOKS: u32 = 20;
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// How many differences are named.
const NAMED: usize = 8;

/// What `sam` writes into a template when it packages it: says nothing of what is deployed.
const OF_PACKAGING: [&str; 2] = ["CodeUri", "Metadata"];

pub(super) async fn check(place: &Place, deployed: &Deployed, findings: &mut Findings) {
    let check = "template";
    let Some(stack) = &deployed.stack else {
        findings.well(check, "the running mirt reads the one that it was built with");
        return;
    };
    let name = place.stack.to_string();
    match stack.status.as_str() {
        "CREATE_COMPLETE" | "UPDATE_COMPLETE" => findings.well("stack", &stack.status),
        status if status.ends_with("IN_PROGRESS") => {
            findings.warn("stack", status, "wait until the deployment is done, then look again");
        }
        status => findings.fault(
            "stack",
            status,
            "the last deployment failed or was rolled back: aws cloudformation \
             describe-stack-events says why; the runbook has how to go on",
        ),
    }
    if !stack.unknown.is_empty() {
        let unknown = stack.unknown.join(", ");
        findings.warn(
            check,
            format!("parameters that this program does not know: {unknown}"),
            OTHER,
        );
    }
    let answer = stack
        .client
        .get_template()
        .stack_name(&name)
        .template_stage(TemplateStage::Original)
        .send();
    match answer.await {
        Ok(answer) => {
            compare(check, answer.template_body().unwrap_or_default(), findings);
        }
        Err(error) => findings.warn(
            check,
            format!("what was deployed cannot be read: {}", reason(&error)),
            "the profile needs cloudformation:GetTemplate",
        ),
    }
    versions::check(stack, &name, findings).await;
    by_hand(stack, &name, findings).await;
}

const OTHER: &str = "use the mirt of the release that is deployed, or deploy this one";

/// Compares the deployed text with our own.
fn compare(check: &str, text: &str, findings: &mut Findings) {
    let (Ok(own), Ok(there)) = (template::tree(TEMPLATE), template::tree(text)) else {
        findings.warn(check, "what was deployed is no template that can be read", OTHER);
        return;
    };
    let changes = differences::between(&plain(there), &plain(own));
    let named: Vec<&str> = changes.iter().map(|change| change.place()).take(NAMED).collect();
    match changes.len() {
        0 => findings.well(check, "what is deployed is what this program was built with"),
        count => findings.warn(
            check,
            format!(
                "{count} differences between what is deployed and this program: {}",
                named.join(", ")
            ),
            OTHER,
        ),
    }
}

/// A template without what packaging writes into it.
fn plain(mut tree: Value) -> Value {
    match &mut tree {
        Value::Object(members) => {
            members.retain(|name, _| !OF_PACKAGING.contains(&name.as_str()));
            for value in members.values_mut() {
                *value = plain(value.take());
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = plain(item.take());
            }
        }
        _ => {}
    }
    tree
}

/// What was changed since, by somebody's hand.
async fn by_hand(stack: &Stack, name: &str, findings: &mut Findings) {
    let check = "changes by hand";
    match changed_by_hand(stack, name).await {
        Ok(Some(changed)) if changed.is_empty() => findings.well(check, "none"),
        Ok(Some(changed)) => findings.fault(
            check,
            changed.join("; "),
            "undo them, or put them into template.yaml and deploy: the next deployment may fail or undo \
             them by itself",
        ),
        Ok(None) => findings.warn(
            check,
            "CloudFormation is still looking for them",
            "run mirt doctor again in a minute",
        ),
        Err(reason) => findings.warn(
            check,
            format!("CloudFormation does not tell: {reason}"),
            "the profile needs cloudformation:DetectStackDrift and to read what the stack has",
        ),
    }
}

/// The resources that were changed, each with what of it; nothing while that is not known yet.
async fn changed_by_hand(stack: &Stack, name: &str) -> Result<Option<Vec<String>>, String> {
    let client = &stack.client;
    let begun = client.detect_stack_drift().stack_name(name).send().await;
    let begun = begun.map_err(|error| reason(&error))?;
    let id = begun.stack_drift_detection_id().unwrap_or_default();
    let mut is_done = false;
    for _ in 0..LOOKS {
        let look = client.describe_stack_drift_detection_status().stack_drift_detection_id(id);
        let look = look.send().await.map_err(|error| reason(&error))?;
        match look.detection_status() {
            Some(Detection::DetectionInProgress) => tokio::time::sleep(BETWEEN_LOOKS).await,
            Some(Detection::DetectionComplete) => {
                is_done = true;
                break;
            }
            _ => {
                let why = look.detection_status_reason().unwrap_or("the detection failed");
                return Err(why.to_owned());
            }
        }
    }
    if !is_done {
        return Ok(None);
    }
    let drifts = client
        .describe_stack_resource_drifts()
        .stack_name(name)
        .stack_resource_drift_status_filters(StackResourceDriftStatus::Modified)
        .stack_resource_drift_status_filters(StackResourceDriftStatus::Deleted)
        .send()
        .await
        .map_err(|error| reason(&error))?;
    let told = drifts.stack_resource_drifts().iter().map(|it| {
        let id = it.logical_resource_id().unwrap_or("a resource");
        if it.stack_resource_drift_status() == Some(&StackResourceDriftStatus::Deleted) {
            return format!("{id} was deleted");
        }
        let places: Vec<&str> =
            it.property_differences().iter().filter_map(|it| it.property_path()).collect();
        format!("{id}: {}", places.join(", "))
    });
    Ok(Some(told.collect()))
}
