//! Sessions read, turns committed, deliveries noted.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem};
use jiff::Timestamp;
use mirt_domain::{
    hours::day_of,
    memory::Profile,
    session_id::SessionId,
    tally::{Tally, name},
};
use mirt_engine::{
    alert::{Alert, PendingAlert},
    clock::after,
    failure::PortError,
    session_store::{
        Closed, CommitError, CommitTurn, Found, InboxEntry, LoadSession, LoadedSession,
        OutboxEntry, OutboxKey, PendingKey, PendingReply, SettleOutbox, TurnCommit, TurnRecord,
        sort_inbox,
    },
};

use crate::{
    error::{if_held, port_error, unreadable},
    table::{
        DUE_AT, Due, Item, SK_CARD, SK_CLOSED, SK_INBOX, SK_INTAKE, SK_MANAGER, SK_OUTBOX,
        SK_PROFILE, SK_STATE, SK_TURN, TURN_EVENTS, Table, alert_sk, before_sk, counter, data, due,
        event_of_inbox, from_data, key, number, outbox_key, outbox_sk, overdue, pending_sk,
        session_pk, string, text, time, ttl, turn_of_before, turn_sk, undelivered_sk,
    },
    transaction::{Written, check, delete, put},
};

/// How many pages of 1 MB a session's open part may have. Far above what the limits on message
/// size and rate let in; beyond it the session is broken and a human has to look.
pub(crate) const MAX_PAGES: usize = 16;

/// How many items of a session are open at most as a rule, its checkpoint included.
const USUALLY_OPEN: usize = 6;

/// How many items of a session are read at once when that was not enough.
const LATER_PAGE: usize = 100;

/// The last reply that was put into the outbox: its sort key.
const LAST_REPLY: &str = "last_reply";

/// How often a reply's delivery failed.
const FAILURES: &str = "failures";

/// Until when a reply is held for whoever waits for it as an answer, in milliseconds since 1970.
pub(crate) const HELD: &str = "held";

/// When a reply that was held in vain is looked for by the sweeper: whoever waited has died.
const UNCLAIMED_AFTER: Duration = Duration::from_secs(5);

impl Table {
    /// A session's open part and checkpoint, and its last turns behind them: `past`, or a few more.
    ///
    /// Without turns the range ends at the checkpoint. With them nothing says where to stop but a
    /// number of items: few at first, because most sessions have little that is open.
    async fn open_part(&self, pk: &str, past: usize) -> Result<Vec<Item>, PortError> {
        let what = "a session";
        let last = if past > 0 { format!("{SK_TURN}~") } else { SK_STATE.to_owned() };
        let page = |limit: usize| (past > 0).then(|| i32::try_from(limit).unwrap_or(i32::MAX));
        let (mut items, mut from): (Vec<Item>, _) = (Vec::new(), None);
        for n in 0..MAX_PAGES {
            let answer = self
                .client
                .query()
                .table_name(&self.name)
                .consistent_read(true)
                .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
                .expression_attribute_values(":pk", string(pk))
                .expression_attribute_values(":from", string(SK_INBOX))
                .expression_attribute_values(":to", string(&last))
                .set_limit(page(if n == 0 { past + USUALLY_OPEN } else { LATER_PAGE }))
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(|error| port_error("dynamodb", what, error))?;
            items.extend(answer.items.unwrap_or_default());
            from = answer.last_evaluated_key;
            let turns = items.iter().rev().take(past).filter(|item| is_turn(item)).count();
            if from.is_none() || past > 0 && turns == past {
                return Ok(items);
            }
        }
        Err(unreadable(what, TooLarge))
    }

    /// The records of a session's turns, oldest first.
    ///
    /// # Errors
    /// When the store did not answer, or holds what cannot be read.
    pub async fn turns(&self, id: &SessionId) -> Result<Vec<TurnRecord>, PortError> {
        let last = format!("{SK_TURN}~");
        let items = self.range("turns", session_pk(id), (SK_TURN, &last), MAX_PAGES).await?;
        // Newer ones sort before older ones.
        items.iter().rev().map(|item| from_data("a turn", item)).collect()
    }

    /// What the turns from `first` on began with, by their numbers.
    ///
    /// # Errors
    /// When the store did not answer, or holds what cannot be read.
    pub async fn found_by_turns(
        &self,
        id: &SessionId,
        first: u64,
    ) -> Result<BTreeMap<u64, Found>, PortError> {
        let (newest, oldest) = (before_sk(u64::MAX), before_sk(first));
        let items = self
            .range("what turns began with", session_pk(id), (&newest, &oldest), MAX_PAGES)
            .await?;
        let turns = items.iter().filter_map(|it| Some((turn_of_before(text(it, "sk"))?, it)));
        turns.map(|(n, item)| Ok((n, from_data("what a turn began with", item)?))).collect()
    }
}

fn is_turn(item: &Item) -> bool {
    text(item, "sk").starts_with(SK_TURN)
}

#[derive(Debug, thiserror::Error)]
#[error("the session's open part is larger than {MAX_PAGES} pages")]
struct TooLarge;

/// A reply as the outbox holds it.
pub(crate) fn pending_reply(item: &Item) -> Result<PendingReply, PortError> {
    Ok(PendingReply {
        entry: from_data("a reply", item)?,
        failures: counter(item, FAILURES),
        due_at: time(item, DUE_AT),
        held_until: item.contains_key(HELD).then(|| time(item, HELD)),
    })
}

impl LoadSession for Table {
    async fn load_session(&self, id: &SessionId, past: usize) -> Result<LoadedSession, PortError> {
        let mut loaded = LoadedSession {
            session: mirt_domain::session::Session::default(),
            version: 0,
            consumed: 0,
            last_reply: None,
            inbox: Vec::new(),
            outbox: Vec::new(),
            alerts: Vec::new(),
            card: None,
            closed: None,
            past: Vec::new(),
        };
        let mut profile = Profile::default();
        for item in self.open_part(&session_pk(id), past).await? {
            match text(&item, "sk") {
                SK_STATE => {
                    loaded.session = from_data("a checkpoint", &item)?;
                    loaded.version = counter(&item, "version");
                    loaded.consumed = counter(&item, "consumed");
                    loaded.last_reply = outbox_key(text(&item, LAST_REPLY));
                }
                SK_PROFILE => profile = from_data("a profile", &item)?,
                SK_CARD => loaded.card = Some(from_data("a card", &item)?),
                SK_CLOSED => loaded.closed = Some(from_data("a closed session", &item)?),
                sk if sk.starts_with(SK_INBOX) => loaded
                    .inbox
                    .push(InboxEntry { key: sk.to_owned(), event: from_data("an event", &item)? }),
                sk if sk.starts_with(SK_MANAGER) => {
                    loaded.alerts.push(PendingAlert {
                        alert: from_data("an alert", &item)?,
                        failures: counter(&item, FAILURES),
                        due_at: time(&item, DUE_AT),
                    });
                }
                sk if sk.starts_with(SK_OUTBOX) => {
                    loaded.outbox.push(pending_reply(&item)?);
                }
                sk if sk.starts_with(SK_TURN) && loaded.past.len() < past => {
                    loaded.past.push(from_data("a turn", &item)?);
                }
                _ => {}
            }
        }
        loaded.past.reverse();
        loaded.session = loaded.session.with_profile(profile);
        sort_inbox(&mut loaded.inbox);
        loaded.outbox.sort_by_key(|pending| pending.entry.key);
        loaded.alerts.sort_by_key(|pending| pending.alert.key);
        Ok(loaded)
    }
}

impl CommitTurn for Table {
    async fn commit_turn(&self, id: &SessionId, turn: &TurnCommit) -> Result<(), CommitError> {
        let what = "a turn";
        let pk = session_pk(id);

        let mut state = key(pk.clone(), SK_STATE.to_owned());
        state.extend([data(what, &turn.session)?]);
        state.insert("version".to_owned(), number(turn.version + 1));
        state.insert("consumed".to_owned(), number(turn.consumed_ever));
        if let Some(last) = turn.last_reply {
            state.insert(LAST_REPLY.to_owned(), string(outbox_sk(last)));
        }
        if let Some(next) = turn.due {
            state.extend(due(next.duty.into(), id, next.at));
        }
        let state = Put::builder().table_name(&self.name).set_item(Some(state));
        let state = if turn.version == 0 {
            state.condition_expression("attribute_not_exists(pk)")
        } else {
            state
                .condition_expression("#version = :read")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":read", number(turn.version))
        };
        let mut items = vec![put(what, state)?];

        for consumed in &turn.consumed {
            // The condition keeps an event out of a second turn: checkpoint and inbox are read
            // with one query but not in one moment.
            let consumed = Delete::builder()
                .table_name(&self.name)
                .set_key(Some(key(pk.clone(), consumed.clone())))
                .condition_expression("attribute_exists(pk)");
            items.push(delete(what, consumed)?);
        }
        if let Some(settled) = turn.settled {
            let is_gone = ConditionCheck::builder()
                .table_name(&self.name)
                .set_key(Some(key(pk.clone(), outbox_sk(settled))))
                .condition_expression("attribute_not_exists(pk)");
            items.push(check(what, is_gone)?);
        }
        let guarded = items.len();

        for entry in &turn.outbox {
            let mut item = key(pk.clone(), outbox_sk(entry.key));
            item.extend([data(what, entry)?]);
            match turn.held_until {
                Some(until) => {
                    item.insert(HELD.to_owned(), number(until.as_millisecond()));
                    item.extend(due(Due::Outbox, id, after(until, UNCLAIMED_AFTER)));
                }
                None => item.extend(due(Due::Outbox, id, overdue(entry.committed_at))),
            }
            items.push(put(what, Put::builder().table_name(&self.name).set_item(Some(item)))?);
        }

        if turn.opens {
            let closed = key(pk.clone(), SK_CLOSED.to_owned());
            let opened = Delete::builder().table_name(&self.name).set_key(Some(closed));
            items.push(delete(what, opened)?);
        }
        if let Some(profile) = &turn.profile {
            let mut item = key(pk.clone(), SK_PROFILE.to_owned());
            item.extend([data("a profile", profile)?]);
            items.push(put(what, Put::builder().table_name(&self.name).set_item(Some(item)))?);
        }

        for alert in &turn.alerts {
            items.push(self.put_alert(id, alert)?);
        }

        for order in &turn.orders {
            items.extend(self.put_order(order)?);
        }
        items.push(self.count(id, &turn.tally, turn.record.at)?);

        let mut record = key(pk.clone(), turn_sk(turn.record.n));
        let events = turn.consumed.iter().filter_map(|sk| event_of_inbox(sk));
        let events = AttributeValue::L(events.map(string).collect());
        record.insert(TURN_EVENTS.to_owned(), events);
        record.extend([data(what, &turn.record)?, ttl(turn.record.at, self.turn_kept)]);
        items.push(put(what, Put::builder().table_name(&self.name).set_item(Some(record)))?);
        let mut found = key(pk.clone(), before_sk(turn.record.n));
        found.extend([data(what, &turn.found)?, ttl(turn.record.at, self.turn_kept)]);
        items.push(put(what, Put::builder().table_name(&self.name).set_item(Some(found)))?);

        items.extend(self.add_spending(id, &turn.record)?);

        if let Some(recorded) = turn.recorded {
            let unchanged = ConditionCheck::builder()
                .table_name(&self.name)
                .set_key(Some(key(pk, SK_INTAKE.to_owned())))
                .condition_expression("#recorded = :read")
                .expression_attribute_names("#recorded", "recorded")
                .expression_attribute_values(":read", number(recorded));
            items.push(check(what, unchanged)?);
        }

        match self.write(what, items).await? {
            Written::Done => Ok(()),
            Written::ConditionFailed { at, .. } if at < guarded => Err(CommitError::Conflict),
            Written::ConditionFailed { .. } => Err(CommitError::NewInput),
        }
    }
}

/// So many replies that will never be sent, on their day.
fn unsent(replies: usize, at: Timestamp) -> Tally {
    let replies = replies.try_into().unwrap_or(u64::MAX);
    Tally { day: day_of(at), counts: [(name::UNSENT.to_owned(), replies)].into() }
}

impl SettleOutbox for Table {
    async fn mark_delivered(
        &self,
        id: &SessionId,
        entries: &[PendingKey],
    ) -> Result<(), PortError> {
        let keys = entries.iter().map(|entry| key(session_pk(id), pending_sk(*entry)));
        self.delete_all("a delivery mark", keys).await
    }

    async fn release(&self, id: &SessionId, entry: OutboxKey) -> Result<bool, PortError> {
        let answer = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key(session_pk(id), outbox_sk(entry))))
            .update_expression("REMOVE #held")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#held", HELD)
            .send()
            .await;
        if_held("a held reply", answer)
    }

    async fn set_aside(
        &self,
        id: &SessionId,
        entry: &OutboxEntry,
        reason: &str,
        alert: &Alert,
    ) -> Result<(), PortError> {
        let mut items = self.moved_aside(id, entry, reason)?.to_vec();
        items.push(self.put_alert(id, alert)?);
        items.push(self.count(id, &unsent(1, alert.raised_at), alert.raised_at)?);
        match self.write("a refused reply", items).await? {
            // Another instance has settled it.
            Written::Done | Written::ConditionFailed { .. } => Ok(()),
        }
    }

    async fn close(
        &self,
        id: &SessionId,
        entries: &[OutboxEntry],
        closed: &Closed,
        alert: &Alert,
    ) -> Result<(), PortError> {
        let what = "a closed session";
        let mut mark = key(session_pk(id), SK_CLOSED.to_owned());
        mark.extend([data(what, closed)?]);
        let mut items = vec![
            put(what, Put::builder().table_name(&self.name).set_item(Some(mark)))?,
            self.put_alert(id, alert)?,
            self.count(id, &unsent(entries.len(), alert.raised_at), alert.raised_at)?,
        ];
        for entry in entries {
            items.extend(self.moved_aside(id, entry, &closed.reason)?);
        }
        match self.write(what, items).await? {
            // Another instance has settled one of them, and the next wake-up sees to the others.
            Written::Done | Written::ConditionFailed { .. } => Ok(()),
        }
    }

    async fn postpone(
        &self,
        id: &SessionId,
        entry: PendingKey,
        failures: u32,
        due_at: Timestamp,
    ) -> Result<(), PortError> {
        let what = "a postponed reply";
        let answer = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key(session_pk(id), pending_sk(entry))))
            .update_expression("SET #failures = :failures, #due_at = :due_at")
            // One that was delivered meanwhile must not come back.
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#failures", FAILURES)
            .expression_attribute_names("#due_at", DUE_AT)
            .expression_attribute_values(":failures", number(failures))
            .expression_attribute_values(":due_at", number(due_at.as_millisecond()))
            .send()
            .await;
        // One that was delivered meanwhile is let be.
        if_held(what, answer).map(drop)
    }
}

impl Table {
    /// A reply out of the outbox, if it is still there, and beside it with the reason.
    fn moved_aside(
        &self,
        id: &SessionId,
        entry: &OutboxEntry,
        reason: &str,
    ) -> Result<[TransactWriteItem; 2], PortError> {
        let what = "a refused reply";
        let pk = session_pk(id);
        let mut aside = key(pk.clone(), undelivered_sk(entry.key));
        aside.extend([data(what, entry)?]);
        aside.insert("reason".to_owned(), AttributeValue::S(reason.to_owned()));
        let gone = Delete::builder()
            .table_name(&self.name)
            .set_key(Some(key(pk, outbox_sk(entry.key))))
            .condition_expression("attribute_exists(pk)");
        let aside = Put::builder().table_name(&self.name).set_item(Some(aside));
        Ok([put(what, aside)?, delete(what, gone)?])
    }

    /// Something that managers have to hear of.
    fn put_alert(&self, id: &SessionId, alert: &Alert) -> Result<TransactWriteItem, PortError> {
        let what = "an alert";
        let mut item = key(session_pk(id), alert_sk(alert.key));
        item.extend([data(what, alert)?]);
        item.extend(due(Due::Manager, id, overdue(alert.raised_at)));
        put(what, Put::builder().table_name(&self.name).set_item(Some(item)))
    }
}
