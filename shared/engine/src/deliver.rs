//! Use case: what was committed is sent (I7), in order, and noted as sent.

use std::future::Future;

use mirt_domain::{channel::Channel, reply::Reply, session_id::SessionId};

use crate::{
    failure::{PortError, SendError},
    session_store::{OutboxEntry, OutboxKey, SettleOutbox},
};

/// Sends to customers, within each channel's limits.
pub trait SendReply: Send + Sync {
    /// Cuts a reply into what the channel takes in one call each. Nothing is lost, and the order
    /// stays; a silent reply gives no call.
    fn split(&self, channel: Channel, reply: &Reply) -> Vec<Reply>;

    /// Makes one call, with the adapter's own timeout and bounded retries.
    ///
    /// # Errors
    /// [`SendError`] says whether it is worth trying later.
    fn send(
        &self,
        to: &SessionId,
        part: &Reply,
    ) -> impl Future<Output = Result<(), SendError>> + Send;
}

/// Why a delivery stopped before its end. Whatever was sent before is noted as sent, or will be
/// sent once more if that note failed.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// The channel will take it later.
    #[error("the reply is not delivered")]
    Channel(#[source] SendError),
    /// It is not known whether what was sent is noted.
    #[error("the delivery is not noted")]
    Store(#[source] PortError),
}

/// Sends outbox entries in order and notes them, all with one write when all goes well.
///
/// An entry that the channel refuses for good is set aside and does not hold back the others.
///
/// # Errors
/// At the first entry that the channel does not take now: the rest stays in the outbox, in order.
pub async fn deliver(
    channels: &impl SendReply,
    store: &impl SettleOutbox,
    session: &SessionId,
    entries: &[OutboxEntry],
) -> Result<(), DeliverError> {
    let mut sent: Vec<OutboxKey> = Vec::with_capacity(entries.len());
    let mut stopped = None;
    for entry in entries {
        match channels.send(session, &entry.part).await {
            Ok(()) => sent.push(entry.key),
            Err(SendError::Refused { reason }) => {
                tracing::error!(event = "reply_refused", channel = %session.channel, reason);
                if let Err(error) = store.set_aside(session, entry, reason).await {
                    stopped = Some(DeliverError::Store(error));
                    break;
                }
            }
            Err(error @ SendError::Retry { .. }) => {
                stopped = Some(DeliverError::Channel(error));
                break;
            }
        }
    }
    if !sent.is_empty() {
        store.mark_delivered(session, &sent).await.map_err(DeliverError::Store)?;
    }
    stopped.map_or(Ok(()), Err)
}
