//! How orders fare, for CloudWatch.

use mirt_aws::metrics::count_in_job;
use mirt_engine::{clock::Clock as _, figures::MeasureOrders};
use mirt_runtime::clock::SystemClock;

/// Writes the figures of orders to the log.
#[derive(Debug)]
pub(crate) struct Figures {
    /// The function's name in AWS, which has the stage in it.
    pub(crate) function: String,
}

impl MeasureOrders for Figures {
    fn placed(&self) {
        count_in_job(&self.function, "orders_placed", 1, SystemClock.now());
    }

    fn failed(&self) {
        count_in_job(&self.function, "orders_failed", 1, SystemClock.now());
    }
}
