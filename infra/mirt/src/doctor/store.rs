//! Whether the table is there, with its index, its expiry and its backups.

use mirt_engine::failure::chain;

use super::{Findings, deployed::Deployed};
use crate::place::Place;

const DEPLOY: &str = "deploy the template again; the runbook has how to restore a table";

pub(super) async fn check(place: &Place, deployed: &Deployed, findings: &mut Findings) {
    let check = "table";
    let Some(wanted) = deployed.template.tables.first() else { return };
    let state = match place.table.state().await {
        Ok(Some(state)) => state,
        Ok(None) => {
            return findings.fault(check, format!("there is no table {}", wanted.name), DEPLOY);
        }
        Err(error) => {
            return findings.fault(
                check,
                chain(&error),
                "check the profile's rights and the network",
            );
        }
    };
    let key: Vec<&str> = [Some(&wanted.key.partition), wanted.key.sort.as_ref()]
        .into_iter()
        .flatten()
        .map(|it| it.name.as_str())
        .collect();
    if state.status != "ACTIVE" || state.key != key {
        let found =
            format!("{} is {}, its key {}", wanted.name, state.status, state.key.join(", "));
        findings.fault(check, found, DEPLOY);
    } else {
        findings.well(check, format!("{} is there and active", wanted.name));
    }
    for index in &wanted.indexes {
        let check = format!("index {}", index.name);
        match state.indexes.get(&index.name).map(Option::as_deref) {
            Some(Some("ACTIVE")) => findings.well(check, "there and active"),
            Some(None) => findings.well(check, "there"),
            Some(Some(status)) => findings.fault(
                check,
                format!("{status}: nothing that time does is done until it is active"),
                "wait until DynamoDB has built it",
            ),
            None => findings.fault(check, "not there: nothing that time does is done", DEPLOY),
        }
    }
    if state.expires_by == wanted.ttl_attribute {
        let by = state.expires_by.as_deref().unwrap_or("nothing");
        findings.well("expiry", format!("items expire by {by}"));
    } else {
        findings.fault("expiry", "what should expire is kept for ever", DEPLOY);
    }
    let check = "backups";
    if place.data.is_some() {
        return findings.well(check, "none on this machine: the data folder is all there is");
    }
    match place.table.can_be_restored().await {
        Ok(true) => findings.well(check, "the table can be restored to a point in time"),
        Ok(false) => {
            findings.fault(check, "the table cannot be restored to a point in time", DEPLOY);
        }
        Err(error) => findings.warn(
            check,
            chain(&error),
            "the profile needs dynamodb:DescribeContinuousBackups",
        ),
    }
}
