//! Sessions read, turns committed, deliveries noted.

mod commit;
mod load;
mod settle;

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use mirt_domain::session_id::SessionId;
use mirt_engine::{alert::Alert, failure::PortError, session_store::PendingReply};

use crate::{
    table::{
        DUE_AT, Due, Item, Table, alert_sk, counter, data, due, from_data, key, overdue,
        session_pk, time,
    },
    transaction::put,
};

/// How many pages of 1 MB a session's open part may have. Far above what the limits on message
/// size and rate let in; beyond it the session is broken and a human has to look.
pub(crate) const MAX_PAGES: usize = 16;

/// The last reply that was put into the outbox: its sort key.
const LAST_REPLY: &str = "last_reply";

/// How often a reply's delivery failed.
const FAILURES: &str = "failures";

/// Until when a reply is held for whoever waits for it as an answer, in milliseconds since 1970.
pub(crate) const HELD: &str = "held";

/// A reply as the outbox holds it.
pub(crate) fn pending_reply(item: &Item) -> Result<PendingReply, PortError> {
    Ok(PendingReply {
        entry: from_data("a reply", item)?,
        failures: counter(item, FAILURES),
        due_at: time(item, DUE_AT),
        held_until: item.contains_key(HELD).then(|| time(item, HELD)),
    })
}

impl Table {
    /// Something that managers have to hear of.
    fn put_alert(&self, id: &SessionId, alert: &Alert) -> Result<TransactWriteItem, PortError> {
        let what = "an alert";
        let mut item = key(session_pk(id), alert_sk(alert.key));
        item.extend([data(what, alert)?]);
        item.extend(due(Due::Manager, id, overdue(alert.raised_at)));
        put(what, Put::builder().table_name(&self.name).set_item(Some(item)))
    }
}
