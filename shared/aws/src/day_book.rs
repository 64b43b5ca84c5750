//! The counters of days.
//!
//! A turn adds to its day in its own transaction, so that nothing is counted twice or not at all. The
//! day is spread over many items, by session, so that the transactions of turns seldom meet.

use std::time::Duration;

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use jiff::{Timestamp, civil::Date};
use mirt_domain::{session_id::SessionId, tally::Tally};
use mirt_engine::{
    day_report::{Counts, DayBook},
    failure::PortError,
};

use crate::{
    error::{if_held, port_error},
    table::{Table, key, number, shard_of, string, ttl},
    transaction::update,
};

/// Over how many items a day is spread.
const SHARDS: u32 = 32;

/// How long a day is kept.
const DAY_KEPT: Duration = Duration::from_hours(400 * 24);

/// The mark that a day was reported, or is being.
const REPORTED: &str = "REPORTED";

/// Since when it is being reported; not there once it was.
const CLAIMED: &str = "claimed";

fn day_pk(day: Date) -> String {
    format!("DAY#{day}")
}

impl Table {
    /// What a session adds to the counters of a day.
    pub(crate) fn count(
        &self,
        id: &SessionId,
        tally: &Tally,
        now: Timestamp,
    ) -> Result<TransactWriteItem, PortError> {
        let shard = format!("{:02}", shard_of(&id.to_string(), SHARDS));
        let (ttl_name, ttl_value) = ttl(now, DAY_KEPT);
        let mut adding = Vec::with_capacity(tally.counts.len());
        let mut counts = Update::builder()
            .table_name(&self.name)
            .set_key(Some(key(day_pk(tally.day), shard)))
            .expression_attribute_names("#ttl", ttl_name)
            .expression_attribute_values(":ttl", ttl_value);
        for (n, (name, count)) in tally.counts.iter().enumerate() {
            adding.push(format!("#n{n} :n{n}"));
            counts = counts
                .expression_attribute_names(format!("#n{n}"), name)
                .expression_attribute_values(format!(":n{n}"), number(count));
        }
        let counts = counts.update_expression(format!("SET #ttl = :ttl ADD {}", adding.join(", ")));
        update("a day's counters", counts)
    }
}

/// For how many days back a report is looked for.
const LOOKED_BACK: i32 = 7;

impl Table {
    /// The last day before `today` whose report was sent, of the last week.
    ///
    /// # Errors
    /// When the store did not answer.
    pub async fn last_report(&self, today: Date) -> Result<Option<Date>, PortError> {
        let what = "a day's report";
        for back in 1..=LOOKED_BACK {
            let Ok(day) = today.checked_sub(jiff::Span::new().days(back)) else { return Ok(None) };
            let item = self.read(what, day_pk(day), REPORTED).await?;
            if item.is_some_and(|item| !item.contains_key(CLAIMED)) {
                return Ok(Some(day));
            }
        }
        Ok(None)
    }
}

impl DayBook for Table {
    async fn read_day(&self, day: Date) -> Result<Counts, PortError> {
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk AND sk < :reported")
            .expression_attribute_values(":pk", string(day_pk(day)))
            .expression_attribute_values(":reported", string(REPORTED))
            .send()
            .await
            .map_err(|error| port_error("dynamodb", "a day's counters", error))?;
        let mut counts = Counts::new();
        for (name, value) in answer.items.unwrap_or_default().into_iter().flatten() {
            let count = value.as_n().ok().and_then(|digits| digits.parse::<u64>().ok());
            if let Some(count) = count.filter(|_| name != "ttl") {
                *counts.entry(name).or_default() += count;
            }
        }
        Ok(counts)
    }

    async fn claim_report(
        &self,
        day: Date,
        now: Timestamp,
        stale: Timestamp,
    ) -> Result<bool, PortError> {
        let (ttl_name, ttl_value) = ttl(now, DAY_KEPT);
        let answer = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(key(day_pk(day), REPORTED.to_owned())))
            .item(ttl_name, ttl_value)
            .item(CLAIMED, number(now.as_millisecond()))
            .condition_expression("attribute_not_exists(pk) OR #claimed < :stale")
            .expression_attribute_names("#claimed", CLAIMED)
            .expression_attribute_values(":stale", number(stale.as_millisecond()))
            .send()
            .await;
        if_held("a day's report", answer)
    }

    async fn note_reported(&self, day: Date, now: Timestamp) -> Result<(), PortError> {
        let (ttl_name, ttl_value) = ttl(now, DAY_KEPT);
        self.client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(key(day_pk(day), REPORTED.to_owned())))
            .item(ttl_name, ttl_value)
            .send()
            .await
            .map_err(|error| port_error("dynamodb", "a day's report", error))?;
        Ok(())
    }
}
