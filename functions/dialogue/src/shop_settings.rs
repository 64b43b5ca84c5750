//! How the shop works, as the settings say.

use jiff::SignedDuration;
use mirt_domain::{
    model::MicroUsd,
    shop::{Requisites, Settings as ShopSettings},
};
use mirt_runtime::settings::{SettingError, Settings};

/// Reads what is set; what is not is as the shop's default.
///
/// # Errors
/// When one of the settings cannot be read.
pub fn read(
    settings: &Settings,
    requisites: Option<Requisites>,
) -> Result<ShopSettings, SettingError> {
    let default = ShopSettings::default();
    let seconds = |name| settings.seconds(name).map(|time| time.and_then(|t| t.try_into().ok()));
    let ceiling = settings.number("MIRT_MODEL_SESSION_CEILING_MICRO_USD")?.map(MicroUsd);
    Ok(ShopSettings {
        hand_over_reminder: seconds("MIRT_HAND_OVER_REMINDER_S")?
            .unwrap_or(default.hand_over_reminder),
        hand_over_timeout: seconds("MIRT_HAND_OVER_TIMEOUT_S")?
            .unwrap_or(default.hand_over_timeout),
        follow_ups: follow_ups(settings)?.unwrap_or(default.follow_ups),
        quiet: settings
            .parsed("MIRT_QUIET_HOURS", "two full hours, as in 21-9")?
            .unwrap_or(default.quiet),
        summary_after: seconds("MIRT_SUMMARY_AFTER_S")?.unwrap_or(default.summary_after),
        requisites,
        // Its name alone: what it holds is the orders function's.
        has_crm: settings.get("MIRT_CRM_SECRET").is_some(),
        model_ceiling: ceiling.unwrap_or(default.model_ceiling),
        // An operator pauses, no setting does.
        is_paused: default.is_paused,
    })
}

/// The delays of the follow-ups: `none`, or ascending seconds between commas.
fn follow_ups(settings: &Settings) -> Result<Option<Vec<SignedDuration>>, SettingError> {
    let name = "MIRT_FOLLOW_UPS_S";
    match settings.get(name) {
        None => Ok(None),
        Some("none") => Ok(Some(Vec::new())),
        Some(_) => {
            let seconds = settings.integers(name)?;
            if seconds.is_sorted_by(|a, b| a < b) && seconds.iter().all(|after| *after > 0) {
                Ok(Some(seconds.into_iter().map(SignedDuration::from_secs).collect()))
            } else {
                let expected = "ascending seconds between commas, or none";
                Err(SettingError::Unreadable { name: name.to_owned(), expected })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(name: &str, value: &str) -> Result<ShopSettings, SettingError> {
        let settings = Settings::from_variables([(name.to_owned(), value.to_owned())])?;
        read(&settings, None)
    }

    #[test]
    fn the_template_says_what_the_defaults_are() {
        for (name, value) in [
            ("MIRT_FOLLOW_UPS_S", "14400,82800"),
            ("MIRT_QUIET_HOURS", "21-9"),
            ("MIRT_SUMMARY_AFTER_S", "259200"),
        ] {
            assert_eq!(read_one(name, value), Ok(ShopSettings::default()), "{name}");
        }
        let none = read_one("MIRT_FOLLOW_UPS_S", "none").map(|settings| settings.follow_ups);
        assert_eq!(none, Ok(Vec::new()));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (name, value) in [
            ("MIRT_FOLLOW_UPS_S", "82800,14400"),
            ("MIRT_FOLLOW_UPS_S", "-1"),
            ("MIRT_QUIET_HOURS", "21"),
        ] {
            let error = read_one(name, value).err().map(|error| error.to_string());
            assert!(error.is_some_and(|error| error.contains(name)), "{name} {value}");
        }
    }
}
