//! Use case: the CRM tells how much is left. Each delivery counts once, and a later count wins.

use std::future::Future;

use jiff::Timestamp;
use mirt_domain::stock::{Level, Stock};

use crate::{
    crm_news::{DeliveryId, Recorded},
    failure::PortError,
};

/// How often the stock is read again after a write that was lost to another one.
const MAX_CONFLICTS: u32 = 5;

/// The stock as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownStock {
    /// The stock.
    pub stock: Stock,
    /// Grows with each write; 0 where none was made.
    pub version: u64,
}

/// Reads and writes the stock.
pub trait KeepStock: Send + Sync {
    /// The stock as it is now.
    ///
    /// # Errors
    /// When the store did not answer.
    fn known_stock(&self) -> impl Future<Output = Result<KnownStock, PortError>> + Send;

    /// Writes `next` over the version before its own, unless `delivery` was taken before.
    ///
    /// # Errors
    /// When it is not known whether it is written.
    fn keep_stock(
        &self,
        delivery: &DeliveryId,
        next: &KnownStock,
        now: Timestamp,
    ) -> impl Future<Output = Result<Recorded, PortError>> + Send;
}

/// Takes levels in. False where the delivery was taken before.
///
/// # Errors
/// When it is not known to be taken: the CRM has to deliver again.
pub async fn take_stock(
    store: &impl KeepStock,
    delivery: &DeliveryId,
    levels: &[Level],
    now: Timestamp,
) -> Result<bool, PortError> {
    for _ in 0..MAX_CONFLICTS {
        let KnownStock { mut stock, version } = store.known_stock().await?;
        if !stock.take(levels.iter().cloned()) {
            tracing::error!(event = "degraded", what = "stock_too_large");
        }
        let next = KnownStock { stock, version: version + 1 };
        match store.keep_stock(delivery, &next, now).await? {
            Recorded::Done => return Ok(true),
            Recorded::Repeated => return Ok(false),
            Recorded::Conflict => {}
        }
    }
    Err(PortError::Unavailable {
        service: "dynamodb",
        source: "the stock was changed by others again and again".into(),
    })
}
