//! Answers that were offered as a numbered list, where a channel has nothing to tap.

use crate::{session::Session, state::Phase};

/// The option that a burst names by its number alone, in the words of the option.
///
/// Not while delivery data are awaited: "1" is a branch then.
pub(super) fn named_by_number(session: &Session, texts: &[&str]) -> Option<String> {
    let [text] = texts else { return None };
    if session.phase() == Phase::WaitingForDeliveryData {
        return None;
    }
    let number: usize = text.trim().trim_end_matches(['.', ')']).parse().ok()?;
    session.facts().options.get(number.checked_sub(1)?).cloned()
}
