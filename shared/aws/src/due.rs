//! What should have been done by now, from the sparse index `due`.

use jiff::Timestamp;
use mirt_engine::{
    failure::PortError,
    sweep::{FindOverdue, Overdue, OverduePage, Round},
};

use crate::{
    error::port_error,
    table::{
        DUE_AT, DUE_INDEX, DUE_SHARD, DUE_SHARDS, Due, Item, Table, number, string, subject_of,
        text, time,
    },
};

/// How many entries a page has at most.
const PAGE: i32 = 500;

impl FindOverdue for Table {
    type Cursor = Item;

    fn partitions(&self, round: Round) -> u32 {
        DUE_SHARDS * u32::try_from(Due::of(round).len()).unwrap_or(u32::MAX)
    }

    async fn find_overdue(
        &self,
        round: Round,
        partition: u32,
        from: Timestamp,
        to: Timestamp,
        page: Option<Item>,
    ) -> Result<OverduePage<Item>, PortError> {
        let kinds = Due::of(round);
        let kind = kinds[(partition / DUE_SHARDS) as usize % kinds.len()];
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(DUE_INDEX)
            .key_condition_expression("#shard = :shard AND #at BETWEEN :from AND :to")
            .expression_attribute_names("#shard", DUE_SHARD)
            .expression_attribute_names("#at", DUE_AT)
            .expression_attribute_values(":shard", string(kind.shard(partition % DUE_SHARDS)))
            .expression_attribute_values(":from", number(from.as_millisecond()))
            .expression_attribute_values(":to", number(to.as_millisecond()))
            .set_exclusive_start_key(page)
            .limit(PAGE)
            .send()
            .await
            .map_err(|error| port_error("dynamodb", "what is overdue", error))?;
        let entries = answer.items.unwrap_or_default();
        Ok(OverduePage {
            entries: entries.iter().filter_map(overdue).collect(),
            next: answer.last_evaluated_key,
        })
    }
}

fn overdue(item: &Item) -> Option<Overdue> {
    Some(Overdue {
        subject: subject_of(text(item, "pk"))?,
        key: text(item, "sk").to_owned(),
        due_at: time(item, DUE_AT),
    })
}
