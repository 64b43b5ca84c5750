//! The function's settings.

use std::time::Duration;

use mirt_history::{
    chat::ChatRef,
    command::Mode,
    fetch::FetchSettings,
    preprocess::{Merge, Preprocessing},
};
use mirt_runtime::settings::{SettingError, Settings};

use crate::digests;

/// The most comments that one question to Telegram brings.
const MAX_COMMENTS: u32 = 100;

/// The most chats that are fetched by the clock: each has metrics of its own.
const MAX_CHATS: usize = 50;

/// What the schedule asks for.
pub(crate) struct Scheduled {
    pub(crate) chats: Vec<ChatRef>,
    pub(crate) mode: Mode,
}

/// The settings that a user may set on one machine.
pub const OWN: [&str; 8] = [
    "MIRT_TELEGRAM_CHATS",
    "MIRT_TELEGRAM_MODE",
    "MIRT_TELEGRAM_COMMENTS",
    "MIRT_TELEGRAM_CALL_SPACING_MS",
    "MIRT_TELEGRAM_PREPROCESSING",
    "MIRT_TELEGRAM_DIGEST_CHAT",
    "MIRT_TELEGRAM_DIGEST_TOKENS",
    "MIRT_TELEGRAM_DIGEST_DAYS",
];

/// Says whether the function can read its own settings, ahead of its start.
///
/// # Errors
/// Which it cannot.
pub fn check(settings: &Settings) -> Result<(), SettingError> {
    scheduled(settings)?;
    digests::settled(settings)?;
    fetch(settings).map(|_| ())
}

pub(crate) fn unreadable(name: &str, expected: &'static str) -> SettingError {
    SettingError::Unreadable { name: name.to_owned(), expected }
}

/// The chats that are fetched by the clock, and how.
pub(crate) fn scheduled(settings: &Settings) -> Result<Scheduled, SettingError> {
    let name = "MIRT_TELEGRAM_CHATS";
    let chats: Vec<ChatRef> = settings
        .get(name)
        .unwrap_or_default()
        .split([',', ' '])
        .filter(|chat| !chat.is_empty())
        .map(|chat| {
            chat.parse().map_err(|_| unreadable(name, "@names or ids, with commas between"))
        })
        .collect::<Result<_, _>>()?;
    if chats.len() > MAX_CHATS {
        return Err(unreadable(name, "at most 50 chats"));
    }
    let name = "MIRT_TELEGRAM_MODE";
    let mode = match settings.get(name) {
        None | Some("incremental") => Mode::Incremental,
        Some("continuous") => Mode::Continuous,
        Some(_) => return Err(unreadable(name, "incremental or continuous")),
    };
    Ok(Scheduled { chats, mode })
}

/// How fetching is done.
pub(crate) fn fetch(settings: &Settings) -> Result<FetchSettings, SettingError> {
    let default = FetchSettings::default();
    let name = "MIRT_TELEGRAM_COMMENTS";
    let comments = match settings.get(name).map(str::parse::<u32>) {
        None => default.comments,
        Some(Ok(comments @ 0..=MAX_COMMENTS)) => comments,
        Some(_) => return Err(unreadable(name, "a number from 0 to 100")),
    };
    let spacing = settings.millis("MIRT_TELEGRAM_CALL_SPACING_MS")?;
    Ok(FetchSettings {
        comments,
        call_spacing: spacing.unwrap_or(default.call_spacing).min(Duration::from_secs(60)),
        preprocessing: preprocessing(settings)?,
    })
}

/// The steps that are named; all of them when none is, and none for `none`.
fn preprocessing(settings: &Settings) -> Result<Preprocessing, SettingError> {
    let name = "MIRT_TELEGRAM_PREPROCESSING";
    let Some(steps) = settings.get(name) else { return Ok(Preprocessing::default()) };
    let mut chosen = Preprocessing::none();
    for step in steps.split(',').map(str::trim).filter(|step| *step != "none") {
        match step {
            "links" => chosen.links = true,
            "tokens" => chosen.tokens = true,
            "classify" => chosen.classify = true,
            "language" => chosen.language = true,
            "merge" => chosen.merge = Some(Merge::default()),
            _ => return Err(unreadable(name, "links, tokens, classify, language, merge, or none")),
        }
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Settings::from_variables(pairs.iter().map(own)).unwrap()
    }

    #[test]
    fn each_step_of_preprocessing_is_switched_on_by_its_name() {
        let only = fetch(&settings(&[("MIRT_TELEGRAM_PREPROCESSING", "links, merge")])).unwrap();
        let none = fetch(&settings(&[("MIRT_TELEGRAM_PREPROCESSING", "none")])).unwrap();

        let merge = Some(Merge::default());
        let expected = Preprocessing { links: true, merge, ..Preprocessing::none() };
        assert_eq!(only.preprocessing, expected);
        assert_eq!(none.preprocessing, Preprocessing::none());
        assert!(fetch(&settings(&[("MIRT_TELEGRAM_PREPROCESSING", "link")])).is_err());
    }

    #[test]
    fn digests_settings_that_cannot_be_meant_stop_the_start() {
        let check = |name, value| check(&settings(&[(name, value)]));

        assert_eq!(check("MIRT_TELEGRAM_DIGEST_CHAT", "-100123"), Ok(()));
        assert_eq!(check("MIRT_TELEGRAM_DIGEST_TOKENS", "0"), Ok(()));
        for (name, value) in [
            ("MIRT_TELEGRAM_DIGEST_CHAT", "@news"),
            ("MIRT_TELEGRAM_DIGEST_TOKENS", "150001"),
            ("MIRT_TELEGRAM_DIGEST_DAYS", "-1"),
        ] {
            assert!(check(name, value).is_err(), "{name}={value}");
        }
    }

    #[test]
    fn a_chat_that_is_none_stops_the_start() {
        let list = |chats| scheduled(&settings(&[("MIRT_TELEGRAM_CHATS", chats)]));

        let chats: Vec<_> =
            list("@news, -1001234").unwrap().chats.iter().map(ChatRef::to_string).collect();
        assert_eq!(chats, ["@news", "-1001234"]);
        assert!(list("").unwrap().chats.is_empty());
        assert!(list("@news,?").is_err());
    }
}
