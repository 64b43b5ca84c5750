//! Whether the settings can be read, as the functions read them.

use std::path::Path;

use mirt_engine::failure::chain;
use mirt_runtime::settings::{PREFIX, Settings};

use super::{Findings, deployed::Deployed};
use crate::{environment::Environment, place::Place};

pub(super) fn check(place: &Place, deployed: &Deployed, findings: &mut Findings) {
    if place.data.is_some() {
        here(deployed, findings);
    }
    let mut faults = 0;
    for (function, variables) in &deployed.functions {
        if let Err(error) = readable(function, variables.clone()) {
            faults += 1;
            findings.fault(
                format!("settings of {function}"),
                error,
                if place.data.is_some() {
                    "mend .env or the environment, and start mirt up again"
                } else {
                    "mend the parameter that it comes from (samconfig.toml), and deploy"
                },
            );
        }
    }
    if faults == 0 {
        let count = deployed.functions.len();
        findings.well("settings", format!("readable, of {count} functions"));
    }
}

/// `.env` and the environment as they are now: what `mirt up` would start with.
fn here(deployed: &Deployed, findings: &mut Findings) {
    let check = "settings of .env";
    let environment = match Environment::read(Path::new(".")) {
        Ok(environment) => environment,
        Err(error) => {
            findings.fault(check, chain(&error), "mend it in .env or the environment");
            return;
        }
    };
    let is_changed = |name: &str, value: &str| {
        let started = deployed.functions.values().filter_map(|own| own.get(name));
        name.starts_with(PREFIX)
            && started.clone().count() > 0
            && started.clone().all(|own| own != value)
    };
    let changed: Vec<&str> = environment
        .settings
        .iter()
        .filter(|(name, value)| is_changed(name, value))
        .map(|(name, _)| name)
        .collect();
    if changed.is_empty() {
        findings.well(check, "readable");
    } else {
        let changed = changed.join(", ");
        findings.warn(
            check,
            format!("not what the running mirt was started with: {changed}"),
            "start mirt up again to have it take them",
        );
    }
}

/// Reads what a function reads when it starts.
fn readable(
    function: &str,
    variables: std::collections::BTreeMap<String, String>,
) -> Result<(), String> {
    let settings = Settings::from_variables(variables).map_err(|error| chain(&error))?;
    let read = || -> Result<(), mirt_runtime::settings::SettingError> {
        match function {
            "dialogue" => {
                mirt_dialogue::bursts(&settings)?;
                // Whether the token is there is for the secret to tell.
                mirt_dialogue::manychat_options(&settings, Some("there"))?;
                mirt_dialogue::shop_settings::read(&settings, None).map(drop)
            }
            "telegram-fetch" => mirt_telegram_fetch::check(&settings).map(drop),
            _ => Ok(()),
        }
    };
    read().map_err(|error| chain(&error))
}
