//! Which conversations there are, for operators: from the sparse index `due`, without a scan.

use mirt_domain::{session::Session, session_id::SessionId};
use mirt_engine::failure::PortError;

use crate::{
    error::port_error,
    table::{
        DUE_AT, DUE_INDEX, DUE_SHARD, DUE_SHARDS, Due, Item, SK_STATE, Table, from_data, key,
        session_of, session_pk, string, text, time,
    },
};

/// How many keys of one part of the index are read at most.
const KEYS_PER_SHARD: i32 = 200;

/// How many checkpoints are read at most.
const MOST_READ: usize = 500;

/// A conversation as it stands.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// Whose.
    pub id: SessionId,
    /// Its checkpoint.
    pub session: Session,
}

/// Some of the conversations.
#[derive(Clone, Debug)]
pub struct Conversations {
    /// Those that were read: first those to which something is due at once or that a human has.
    pub read: Vec<Conversation>,
    /// Whether there are more than were read.
    pub has_more: bool,
}

impl Table {
    /// Conversations to which time will still do something: hand-overs and news of orders first, then
    /// those that are written to after a while, then those that are summed up; of each the latest. One
    /// that was summed up is in no index and not among them, nor is one whose first turn is still to be
    /// taken.
    ///
    /// With `only_held` the first of these alone: all that a human has are among them.
    ///
    /// # Errors
    /// When the store did not answer, or holds what cannot be read.
    pub async fn conversations(&self, only_held: bool) -> Result<Conversations, PortError> {
        let kinds: &[Due] =
            if only_held { &[Due::Session] } else { &[Due::Session, Due::FollowUp, Due::Summary] };
        let (mut ids, mut has_more) = (Vec::new(), false);
        for kind in kinds {
            let mut of_kind = Vec::new();
            for shard in 0..DUE_SHARDS {
                let answer = self
                    .client
                    .query()
                    .table_name(&self.name)
                    .index_name(DUE_INDEX)
                    .key_condition_expression("#shard = :shard")
                    .expression_attribute_names("#shard", DUE_SHARD)
                    .expression_attribute_values(":shard", string(kind.shard(shard)))
                    .scan_index_forward(false)
                    .limit(KEYS_PER_SHARD)
                    .send()
                    .await
                    .map_err(|error| port_error("dynamodb", "conversations", error))?;
                has_more |= answer.last_evaluated_key.is_some();
                let items = answer.items.unwrap_or_default();
                of_kind.extend(
                    items
                        .iter()
                        .filter_map(|it| Some((time(it, DUE_AT), session_of(text(it, "pk"))?))),
                );
            }
            of_kind.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
            ids.extend(of_kind.into_iter().map(|(_, id)| id));
        }
        has_more |= ids.len() > MOST_READ;
        ids.truncate(MOST_READ);
        let keys: Vec<Item> =
            ids.iter().map(|id| key(session_pk(id), SK_STATE.to_owned())).collect();
        let checkpoints = self.read_all("checkpoints", &keys).await?;
        let conversation = |item: &Item| {
            let id = session_of(text(item, "pk"))?;
            Some(from_data("a checkpoint", item).map(|session| Conversation { id, session }))
        };
        let read = checkpoints.iter().filter_map(conversation).collect::<Result<_, _>>()?;
        Ok(Conversations { read, has_more })
    }
}
