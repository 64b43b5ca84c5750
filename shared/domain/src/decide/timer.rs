//! What the passing of time does to a conversation.

use jiff::Timestamp;

use super::{draft::Draft, edges::Event, news};
use crate::{session::Session, shop::Settings, turn::Action};

/// When time will do something to a session next; `None` where it never will.
#[must_use]
pub fn next_due(session: &Session, settings: &Settings) -> Option<Timestamp> {
    let news = session.facts().placed.iter().filter_map(|order| order.tell_at).min();
    [hand_over_due(session, settings), news].into_iter().flatten().min()
}

fn hand_over_due(session: &Session, settings: &Settings) -> Option<Timestamp> {
    let hand_over = session.facts().hand_over.as_ref()?;
    let is_waiting = !hand_over.is_answered && !hand_over.is_reminded;
    let after = if is_waiting {
        settings.hand_over_reminder.min(settings.hand_over_timeout)
    } else {
        settings.hand_over_timeout
    };
    // A moment that no calendar has is never reached.
    hand_over.at.checked_add(after).ok()
}

/// Does what is due: the managers are reminded of a customer whom nobody answers, and a hand-over
/// that nobody ended ends (decision 8); who may be told of an order now is.
pub(super) fn pass(draft: &mut Draft<'_>) -> Event {
    news::tell_due(draft);
    let (now, settings) = (draft.now, draft.shop.settings);
    let Some(hand_over) = &mut draft.facts_mut().hand_over else { return Event::Silent };
    if now.duration_since(hand_over.at) >= settings.hand_over_timeout {
        draft.end_hand_over();
        draft.actions.push(Action::EndHandOver);
        return Event::HandedBack;
    }
    let is_waiting = !hand_over.is_answered && !hand_over.is_reminded;
    if is_waiting && now.duration_since(hand_over.at) >= settings.hand_over_reminder {
        hand_over.is_reminded = true;
        draft.actions.push(Action::Remind);
    }
    Event::Silent
}
