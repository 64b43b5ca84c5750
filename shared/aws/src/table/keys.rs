//! The keys of items, and what they say when they are read.

use jiff::Timestamp;
use mirt_domain::{
    order::OrderId,
    session_id::{SessionId, UserId},
};
use mirt_engine::{
    alert::AlertKey,
    card::ManagersMessage,
    event::InboundEvent,
    limit::Slot,
    session_store::{OutboxKey, PendingKey},
    sweep::Subject,
};

const SESSION: &str = "S#";
const ORDER: &str = "O#";

const SK_BEFORE: &str = "BEFORE#";
pub(crate) const SK_DEAL: &str = "DEAL#";
pub(crate) const SK_INBOX: &str = "IN#";
pub(crate) const SK_INTAKE: &str = "INTAKE";
pub(crate) const SK_MANAGER: &str = "MANAGER#";
pub(crate) const SK_CARD: &str = "MCARD";
pub(crate) const SK_CLOSED: &str = "NOSEND";
pub(crate) const SK_SUBJECT: &str = "M";
pub(crate) const SK_ORDER: &str = "O";
pub(crate) const SK_SUBJECT_HERE: &str = "SUBJECT#";
pub(crate) const SK_OUTBOX: &str = "OUT#";
pub(crate) const SK_PROFILE: &str = "PROFILE";
pub(crate) const SK_STATE: &str = "STATE";
pub(crate) const SK_TROUBLE: &str = "TROUBLE";
pub(crate) const SK_TURN: &str = "TURN#";

pub(crate) fn session_pk(id: &SessionId) -> String {
    format!("{SESSION}{id}")
}

pub(crate) fn order_pk(id: OrderId) -> String {
    format!("{ORDER}{id}")
}

/// Whose items have this partition key, where something of theirs can be due.
pub(crate) fn subject_of(pk: &str) -> Option<Subject> {
    match pk.strip_prefix(ORDER) {
        Some(id) => id.parse().ok().map(Subject::Order),
        None => session_of(pk).map(Subject::Session),
    }
}

/// The session whose items have this partition key.
pub(crate) fn session_of(pk: &str) -> Option<SessionId> {
    let (channel, user) = pk.strip_prefix(SESSION)?.split_once(':')?;
    Some(SessionId { channel: channel.parse().ok()?, user: UserId::parse(user).ok()? })
}

pub(crate) fn subject_pk(message: &ManagersMessage) -> String {
    format!("M#{}:{}", message.chat, message.id)
}

pub(crate) fn dedupe_pk(event: &InboundEvent) -> String {
    format!("E#{}:{}", event.session, event.key.as_text())
}

/// The minute of the clock in which a model call is counted.
pub(crate) fn model_calls_pk(at: Timestamp) -> String {
    format!("M#{}", at.as_second().div_euclid(60))
}

pub(crate) fn inbox_sk(event: &InboundEvent) -> String {
    format!("{SK_INBOX}{}#{}", event.order.as_sort_key(), event.key.as_text())
}

/// The event key in the sort key of an inbox entry.
pub(crate) fn event_of_inbox(sk: &str) -> Option<&str> {
    sk.strip_prefix(SK_INBOX)?.splitn(3, '#').nth(2)
}

pub(crate) fn hour_sk(slot: Slot) -> String {
    format!("HOUR#{:07}", slot.hour)
}

pub(crate) fn outbox_sk(key: OutboxKey) -> String {
    format!("{SK_OUTBOX}{:010}#{:04}", key.turn, key.part)
}

pub(crate) fn alert_sk(key: AlertKey) -> String {
    format!("{SK_MANAGER}{:010}#{:04}", key.turn, key.place)
}

pub(crate) fn pending_sk(key: PendingKey) -> String {
    match key {
        PendingKey::Reply(key) => outbox_sk(key),
        PendingKey::Alert(key) => alert_sk(key),
    }
}

/// The outbox key that has this sort key.
pub(crate) fn outbox_key(sk: &str) -> Option<OutboxKey> {
    let (turn, part) = sk.strip_prefix(SK_OUTBOX)?.split_once('#')?;
    Some(OutboxKey { turn: turn.parse().ok()?, part: part.parse().ok()? })
}

pub(crate) fn undelivered_sk(key: OutboxKey) -> String {
    format!("UNDELIVERED#{:010}#{:04}", key.turn, key.part)
}

/// Newer turns sort before older ones.
pub(crate) fn turn_sk(n: u64) -> String {
    format!("{SK_TURN}{}", counted_down(n))
}

pub(crate) fn before_sk(n: u64) -> String {
    format!("{SK_BEFORE}{}", counted_down(n))
}

/// The last of all turns.
const LAST_TURN: u64 = 9_999_999_999;

fn counted_down(n: u64) -> String {
    format!("{:010}", LAST_TURN.saturating_sub(n))
}

/// The turn in the sort key of what it began with.
pub(crate) fn turn_of_before(sk: &str) -> Option<u64> {
    LAST_TURN.checked_sub(sk.strip_prefix(SK_BEFORE)?.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use mirt_domain::channel::Channel;

    use super::*;

    #[test]
    fn a_session_is_known_again_by_its_partition_key() {
        let id = UserId::parse("a:b/1")
            .map(|user| SessionId { channel: Channel::ManychatTelegram, user })
            .ok();

        let again = id.as_ref().and_then(|id| session_of(&session_pk(id)));

        assert!(again.is_some());
        assert_eq!(again, id);
        assert_eq!(session_of("E#telegram:1"), None);
    }
}
