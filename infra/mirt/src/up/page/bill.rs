//! What the functions used of AWS, a day at a time, kept over a restart.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use mirt_engine::spending::day_of;
use mirt_local_aws::service::HalfUnits;
use serde_json::{Value, json};

use super::Page;
use crate::prices::Used;

/// How many days are kept.
const KEPT: usize = 31;

/// What counts as one message of a queue: it is sent, received and deleted.
const REQUESTS_A_MESSAGE: u64 = 3;

/// The days, and what was counted of this run so far.
#[derive(Debug)]
pub(in crate::up) struct Bill {
    file: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    days: BTreeMap<i64, Used>,
    counted: Used,
}

impl Bill {
    /// The days as `file` has them; none if there is no such file, or none that can be read.
    pub(in crate::up) fn open(file: PathBuf) -> Self {
        let kept = std::fs::read(&file).ok().and_then(|json| serde_json::from_slice(&json).ok());
        let days = kept.unwrap_or_default();
        Self { file, state: Mutex::new(State { days, counted: Used::default() }) }
    }

    /// Adds to `day` what was used since the last time; `used` counts from the start. Tells what to
    /// keep where something was.
    fn add(&self, used: Used, day: i64) -> Option<Vec<u8>> {
        let mut state = self.state();
        let more = used.since(state.counted);
        if more == Used::default() {
            return None;
        }
        state.counted = used;
        let own = state.days.entry(day).or_default();
        *own = own.and(more);
        while state.days.len() > KEPT {
            state.days.pop_first();
        }
        serde_json::to_vec(&state.days).ok()
    }

    /// What a day cost, service by service.
    pub(super) fn of(&self, day: i64) -> Value {
        let used = self.state().days.get(&day).copied().unwrap_or_default();
        let lines = used.lines().map(|(service, what, count, cost)| {
            json!({ "service": service, "what": what, "count": count, "pico_usd": cost.0 })
        });
        json!({ "micro_usd": used.cost().micro_usd(), "lines": lines })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes what was used since the last time.
pub(super) async fn note(page: &Page) {
    let Some(days) = page.bill.add(used(page), day_of(page.clock.now())) else { return };
    if let Err(error) = tokio::fs::write(&page.bill.file, days).await {
        tracing::warn!(event = "bill_not_kept", %error);
    }
}

/// What was used since the start. The webhook is what the HTTP API calls.
fn used(page: &Page) -> Used {
    let capacity = page.endpoint.capacity().snapshot();
    let is_read = |name: &str| {
        ["Query", "GetItem", "GetItems", "Scan"].iter().any(|operation| name.ends_with(operation))
    };
    let halves = |reads: bool| {
        let own = capacity.iter().filter(|(name, _)| is_read(name) == reads);
        own.map(|(_, units)| *units).sum::<HalfUnits>().0
    };
    let calls = page.endpoint.calls().snapshot();
    let sent = calls.iter().filter(|(name, _)| name.starts_with("sqs.SendMessage"));
    let functions = page.functions.used();
    Used {
        half_writes: halves(false),
        half_reads: halves(true),
        queue_requests: sent.map(|(_, count)| count).sum::<u64>() * REQUESTS_A_MESSAGE,
        api_requests: functions.get("webhook").map_or(0, |used| used.requests),
        invocations: functions.values().map(|used| used.requests).sum(),
        mb_ms: functions.values().map(|used| used.mb_ms).sum(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail where it is")]

    use super::*;

    fn writes(half_writes: u64) -> Used {
        Used { half_writes, ..Used::default() }
    }

    #[test]
    fn each_day_gets_what_was_used_on_it_and_keeps_it_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bill.json");
        let bill = Bill::open(file.clone());

        bill.add(writes(4), 20_000);
        let kept = bill.add(writes(10), 20_001).unwrap();
        assert_eq!(bill.add(writes(10), 20_001), None);
        std::fs::write(&file, kept).unwrap();
        let again = Bill::open(file);
        again.add(writes(2), 20_001);

        let units = |day| again.of(day)["lines"][0]["count"].clone();
        assert_eq!([units(20_000), units(20_001), units(20_002)], [2, 4, 0].map(Value::from));
    }
}
