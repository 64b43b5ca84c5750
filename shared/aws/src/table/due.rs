//! The sparse index `due`: what is still to be done, and when it is looked for.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use mirt_domain::{decide::Duty, order::OrderId, session_id::SessionId};
use mirt_engine::sweep::Round;

use super::item::{number, shard_of, string};

/// How many partitions each kind of due entry is spread over in the index `due`, so that no one of
/// them is hot.
pub(crate) const DUE_SHARDS: u32 = 4;

/// When an entry that should be gone within seconds is looked for by the sweeper.
const OVERDUE_AFTER: Duration = Duration::from_mins(2);

/// The sparse index of what is still to be done.
pub(crate) const DUE_INDEX: &str = "due";

/// The index's partition key.
pub(crate) const DUE_SHARD: &str = "due_shard";

/// The index's sort key: milliseconds since 1970.
pub(crate) const DUE_AT: &str = "due_at";

/// The kinds of entries in the index `due`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Due {
    /// An event whose session may never have been woken.
    Inbox,
    /// A reply that may never have been delivered.
    Outbox,
    /// Something that managers may never have heard of.
    Manager,
    /// A session with a hand-over that is reminded of, or ends, or with news to be told.
    Session,
    /// An order that the CRM has to be told or asked about.
    Order,
    /// A session whose customer is written to.
    FollowUp,
    /// A session that is summed up.
    Summary,
}

impl From<Duty> for Due {
    fn from(duty: Duty) -> Self {
        match duty {
            Duty::HandOver | Duty::News => Self::Session,
            Duty::FollowUp => Self::FollowUp,
            Duty::Summary => Self::Summary,
        }
    }
}

impl Due {
    /// What a round looks for.
    pub(crate) const fn of(round: Round) -> &'static [Self] {
        match round {
            Round::Repairs => {
                &[Self::Inbox, Self::Outbox, Self::Manager, Self::Session, Self::Order]
            }
            Round::FollowUps => &[Self::FollowUp],
            Round::Summaries => &[Self::Summary],
        }
    }

    /// The index's partition key for one part of the entries of this kind.
    pub(crate) fn shard(self, n: u32) -> String {
        let kind = match self {
            Self::Inbox => "IN",
            Self::Outbox => "OUT",
            Self::Manager => "MANAGER",
            Self::Session => "SESSION",
            Self::Order => "ORDER",
            Self::FollowUp => "FOLLOW_UP",
            Self::Summary => "SUMMARY",
        };
        format!("{kind}#{n}")
    }
}

/// When an entry that came at `since` should have been dealt with.
pub(crate) fn overdue(since: Timestamp) -> Timestamp {
    mirt_engine::clock::after(since, OVERDUE_AFTER)
}

/// The attributes that put an item into the index `due`.
pub(crate) fn due(kind: Due, id: &SessionId, at: Timestamp) -> [(String, AttributeValue); 2] {
    due_as(kind, &id.to_string(), at)
}

/// The attributes that put an order into the index `due`.
pub(crate) fn due_order(id: OrderId, at: Timestamp) -> [(String, AttributeValue); 2] {
    due_as(Due::Order, &id.to_string(), at)
}

fn due_as(kind: Due, name: &str, at: Timestamp) -> [(String, AttributeValue); 2] {
    [
        (DUE_SHARD.to_owned(), string(kind.shard(shard_of(name, DUE_SHARDS)))),
        (DUE_AT.to_owned(), number(at.as_millisecond())),
    ]
}
