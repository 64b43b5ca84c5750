//! What a turn adds to the counters of its day. Numbers alone: nothing in them is about anybody.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    hours::day_of,
    session::{Session, facts::EscalationReason},
    turn::{Action, TurnTrace},
};

/// The upper bounds of the times that turns take, in milliseconds; what is longer is beyond them.
pub const TIMES_MS: [u64; 10] = [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 20_000, 60_000];

/// What is counted. The names are those of the store.
pub mod name {
    /// Turns.
    pub const TURNS: &str = "turns";
    /// Customers who wrote.
    pub const CONVERSATIONS: &str = "conversations";
    /// Those of them whom a human has had.
    pub const HANDED_OVER: &str = "handed_over";
    /// Hand-overs that ended without a human's word.
    pub const UNANSWERED: &str = "unanswered";
    /// Orders that were paid.
    pub const ORDERS: &str = "orders";
    /// What they came to, in kopecks.
    pub const SUM: &str = "sum_kopecks";
    /// Follow-ups.
    pub const FOLLOW_UPS: &str = "follow_ups";
    /// Those that had an answer.
    pub const FOLLOW_UPS_ANSWERED: &str = "follow_ups_answered";
    /// Orders of customers who had come back upon one.
    pub const FOLLOW_UP_ORDERS: &str = "follow_up_orders";
    /// Customers who did not answer the last one.
    pub const FOLLOW_UPS_UNANSWERED: &str = "follow_ups_unanswered";
    /// What the model cost, in millionths of a US dollar.
    pub const MODEL_COST: &str = "model_micro_usd";
    /// Turns that the model was to take part in and did not.
    pub const WITHOUT_MODEL: &str = "without_model";
    /// Turns whose words were held back by a check.
    pub const HELD_BACK: &str = "held_back";
    /// Replies that will never be sent.
    pub const UNSENT: &str = "unsent";
}

/// What a turn adds to its day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The day, by the shop's clock.
    pub day: Date,
    /// How much, by name.
    pub counts: BTreeMap<String, u64>,
}

/// What was counted of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The last day on which the customer wrote.
    day: Date,
    /// Whether a human had them on it.
    by_human: bool,
}

/// A turn, as it is counted.
#[derive(Clone, Copy, Debug)]
pub struct Counting<'t> {
    /// The session before.
    pub before: &'t Session,
    /// Whether the customer made it.
    pub is_said: bool,
    /// What was to be done.
    pub actions: &'t [Action],
    /// Why.
    pub trace: &'t TurnTrace,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// When it was taken.
    pub at: Timestamp,
}

/// The name under which an escalation is counted.
#[must_use]
pub fn escalated(reason: EscalationReason) -> String {
    let name = serde_json::to_value(reason).ok();
    format!("escalated_{}", name.as_ref().and_then(|name| name.as_str()).unwrap_or("other"))
}

/// The name under which a turn of so many milliseconds is counted.
fn time(ms: u64) -> String {
    match TIMES_MS.iter().find(|bound| ms <= **bound) {
        Some(bound) => format!("ms_{bound}"),
        None => "ms_more".to_owned(),
    }
}

impl Counting<'_> {
    /// The session with what was counted of it, and what the turn adds.
    #[must_use]
    pub fn tally(&self, mut after: Session) -> (Session, Tally) {
        let day = day_of(self.at);
        let mut counts = BTreeMap::from([(name::TURNS.to_owned(), 1)]);
        let mut add = |name: &str, count: u64| {
            if count > 0 {
                *counts.entry(name.to_owned()).or_default() += count;
            }
        };
        let mut counted = after.counted();
        if self.is_said {
            if counted.is_none_or(|counted| counted.day != day) {
                add(name::CONVERSATIONS, 1);
                counted = Some(Counted { day, by_human: false });
            }
            add(&time(self.ms), 1);
            if self.before.follow_ups().said_at.is_some() {
                add(name::FOLLOW_UPS_ANSWERED, 1);
                after.came_back(true);
            }
        }
        if let Some(counted) = counted.as_mut().filter(|it| it.day == day && !it.by_human)
            && after.is_handed_over()
        {
            counted.by_human = true;
            add(name::HANDED_OVER, 1);
        }
        if self.trace.edge == "follow_up" {
            add(name::FOLLOW_UPS, 1);
        }
        for action in self.actions {
            match action {
                Action::Escalate { reason } => add(&escalated(*reason), 1),
                Action::EndHandOver => {
                    let hand_over = self.before.facts().hand_over.as_ref();
                    add(name::UNANSWERED, u64::from(hand_over.is_some_and(|it| !it.is_answered)));
                }
                Action::TellUnanswered => add(name::FOLLOW_UPS_UNANSWERED, 1),
                Action::PlaceOrder => {
                    add(name::ORDERS, 1);
                    add(name::SUM, after.cart_total().kopecks());
                    if after.has_come_back() {
                        add(name::FOLLOW_UP_ORDERS, 1);
                        after.came_back(false);
                    }
                }
                _ => {}
            }
        }
        if let Some(model) = &self.trace.model {
            add(name::MODEL_COST, model.used.cost.0);
            add(name::WITHOUT_MODEL, u64::from(model.degraded.is_some()));
        }
        add(name::HELD_BACK, u64::from(!self.trace.checks_failed.is_empty()));
        after.count(counted);
        (after, Tally { day, counts })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::{
        testing::{shop, take_on_time},
        turn::{self, Message, Turn, TurnInput},
    };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn counted(before: &Session, turn: Turn, is_said: bool, at: Timestamp) -> (Session, Tally) {
        let Turn { session, actions, trace, .. } = turn;
        let counting = Counting { before, is_said, actions: &actions, trace: &trace, ms: 70, at };
        counting.tally(session)
    }

    fn say(before: &Session, text: &str, now: Timestamp) -> (Session, Tally) {
        let message = Message { text: Some(text.to_owned()), ..Message::default() };
        let turn = turn::take(&shop(), before, &TurnInput { messages: vec![message], now });
        counted(before, turn, true, now)
    }

    fn names(tally: &Tally) -> Vec<&str> {
        tally.counts.keys().map(String::as_str).collect()
    }

    #[test]
    fn a_customer_is_one_conversation_a_day_by_the_shops_clock() {
        // Half past eleven at night in Kyiv, and half an hour after midnight.
        let evening = at("2026-11-16T21:30:00Z");
        let (session, first) = say(&Session::default(), "покажіть сукні", evening);
        let (session, second) = say(&session, "на зріст 128", evening);
        let (_, next_day) = say(&session, "а в чорному є?", at("2026-11-16T22:30:00Z"));

        assert_eq!(names(&first), ["conversations", "ms_100", "turns"]);
        assert_eq!(names(&second), ["ms_100", "turns"]);
        assert_eq!(names(&next_day), ["conversations", "ms_100", "turns"]);
        assert_eq!((first.day.day(), next_day.day.day()), (16, 17));
    }

    #[test]
    fn an_escalation_is_counted_with_its_reason_and_the_customer_once_a_day() {
        let now = at("2026-11-16T10:00:00Z");
        let (session, handed) = say(&Session::default(), "покличте менеджера", now);
        let (_, waiting) = say(&session, "ви тут?", now);

        assert_eq!(
            names(&handed),
            ["conversations", "escalated_human_asked", "handed_over", "ms_100", "turns"]
        );
        assert_eq!(names(&waiting), ["ms_100", "turns"]);
    }

    #[test]
    fn a_follow_up_is_counted_and_what_comes_of_it() {
        let now = at("2026-11-16T10:00:00Z");
        let (session, _) = say(&Session::default(), "сукня Анна на зріст 128, рожева", now);
        let later = at("2026-11-16T14:00:00Z");
        let turn = take_on_time(&shop(), &session, later);
        let (session, followed) = counted(&session, turn, false, later);
        let (session, answered) = say(&session, "а яка тканина?", later);

        assert_eq!(names(&followed), ["follow_ups", "turns"]);
        assert_eq!(names(&answered), ["follow_ups_answered", "ms_100", "turns"]);
        assert!(session.has_come_back());
    }
}
