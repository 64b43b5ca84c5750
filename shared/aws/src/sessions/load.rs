//! A session as it stands, and its turns.

use std::collections::BTreeMap;

use mirt_domain::{memory::Profile, session::Session, session_id::SessionId};
use mirt_engine::{
    alert::PendingAlert,
    failure::PortError,
    session_store::{Found, InboxEntry, LoadSession, LoadedSession, TurnRecord, sort_inbox},
};

use super::{FAILURES, LAST_REPLY, MAX_PAGES, pending_reply};
use crate::{
    error::{port_error, unreadable},
    table::{
        DUE_AT, Item, SK_CARD, SK_CLOSED, SK_INBOX, SK_MANAGER, SK_OUTBOX, SK_PROFILE, SK_STATE,
        SK_TURN, Table, before_sk, counter, from_data, outbox_key, session_pk, string, text, time,
        turn_of_before,
    },
};

/// How many items of a session are open at most as a rule, its checkpoint included.
const USUALLY_OPEN: usize = 6;

/// How many items of a session are read at once when that was not enough.
const LATER_PAGE: usize = 100;

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

impl LoadSession for Table {
    async fn load_session(&self, id: &SessionId, past: usize) -> Result<LoadedSession, PortError> {
        let mut loaded = LoadedSession {
            session: Session::default(),
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
