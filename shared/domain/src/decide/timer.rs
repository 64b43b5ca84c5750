//! What the passing of time does to a conversation.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    draft::Draft,
    edges::Event,
    follow_up::{Planned, follow_up, pursue},
    news,
};
use crate::{memory, session::Session, shop::Settings, turn::Action};

/// What time does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// A hand-over is reminded of, or ends.
    HandOver,
    /// The customer is told of an order.
    News,
    /// A silent customer is written to, or left to a manager.
    FollowUp,
    /// The conversation is summed up.
    Summary,
}

/// When time does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// From when on.
    pub at: Timestamp,
    /// What.
    pub duty: Duty,
}

/// What time will do to a session next, and when, as things stand at `now`; `None` where it never
/// will.
#[must_use]
pub fn next_due(session: &Session, settings: &Settings, now: Timestamp) -> Option<Due> {
    let due = |duty| move |at| Due { at, duty };
    let hand_over = hand_over(session, settings).map(due(Duty::HandOver));
    let news = session.facts().placed.iter().filter_map(|order| order.tell_at).min();
    let news = news.map(due(Duty::News));
    let planned = follow_up(session, settings, now).map(|planned| match planned {
        Planned::Say(at) | Planned::TellManager(at) => Due { at, duty: Duty::FollowUp },
    });
    let summary = summary(session, settings).map(due(Duty::Summary));
    [hand_over, news, planned, summary].into_iter().flatten().min()
}

fn hand_over(session: &Session, settings: &Settings) -> Option<Timestamp> {
    let hand_over = session.facts().hand_over.as_ref()?;
    let is_waiting = !hand_over.is_answered && !hand_over.is_reminded;
    let after = if is_waiting {
        settings.hand_over_reminder.min(settings.hand_over_timeout)
    } else {
        settings.hand_over_timeout
    };
    if settings.is_paused && !is_waiting {
        // The assistant does not come back before the pause is over.
        return None;
    }
    // A moment that no calendar has is never reached.
    hand_over.at.checked_add(after).ok()
}

/// A conversation is summed up once its customer has been silent for days, and again after each
/// later one (decision 17); not while a human has it.
fn summary(session: &Session, settings: &Settings) -> Option<Timestamp> {
    if session.is_summed_up() || session.is_handed_over() {
        return None;
    }
    session.heard_at()?.checked_add(settings.summary_after).ok()
}

/// Does what is due.
pub(super) fn pass(draft: &mut Draft<'_>) -> Event {
    let (settings, now) = (draft.shop.settings, draft.now);
    match next_due(&draft.session, settings, now).filter(|due| due.at <= draft.now) {
        Some(Due { duty: Duty::HandOver, .. }) => look_after_hand_over(draft),
        Some(Due { duty: Duty::News, .. }) => {
            news::tell_due(draft);
            Event::Silent
        }
        Some(Due { duty: Duty::FollowUp, .. }) => {
            let planned = follow_up(&draft.session, settings, now);
            planned.map_or(Event::Silent, |planned| pursue(draft, planned))
        }
        Some(Due { duty: Duty::Summary, .. }) => {
            let text = memory::digest(draft.shop, &draft.session);
            draft.session.remember(text, false, Vec::new(), draft.now);
            end_conversation(draft)
        }
        None => Event::Silent,
    }
}

/// The managers are reminded of a customer whom nobody answers, and a hand-over that nobody ended
/// ends (decision 8).
fn look_after_hand_over(draft: &mut Draft<'_>) -> Event {
    let (now, settings) = (draft.now, draft.shop.settings);
    let Some(hand_over) = &mut draft.facts_mut().hand_over else { return Event::Silent };
    if !settings.is_paused && now.duration_since(hand_over.at) >= settings.hand_over_timeout {
        draft.end_hand_over();
        // Who was left to a human is not reminded by a machine (decision 9).
        draft.session.follow_ups_mut().is_told = true;
        draft.actions.push(Action::EndHandOver);
        return Event::HandedBack;
    }
    hand_over.is_reminded = true;
    draft.actions.push(Action::Remind);
    Event::Silent
}

/// What was summed up is over, but for an order that is begun.
pub(super) fn end_conversation(draft: &mut Draft<'_>) -> Event {
    if draft.session.is_ordering() {
        return Event::Silent;
    }
    draft.session.begin_anew();
    Event::FellSilent
}
