//! What is offered now: the catalogue without what is sold out.
//!
//! The stock is one small item that every instance reads at most once in a while, and keeps: a turn
//! waits for it only when what is kept is older than that.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use mirt_domain::{catalog::Catalog, stock::Stock};

use crate::{
    clock::{Clock, until},
    failure::{PortError, chain},
};

/// Reads the stock.
pub trait ReadStock: Send + Sync {
    /// The stock, as it was told last.
    ///
    /// # Errors
    /// When the store did not answer.
    fn read_stock(&self) -> impl Future<Output = Result<Stock, PortError>> + Send;
}

/// What an instance knows of what is offered.
#[derive(Debug)]
pub struct Shelf {
    known: Mutex<Known>,
    fresh_for: Option<Duration>,
}

#[derive(Debug)]
struct Known {
    catalog: Arc<Catalog>,
    stock: Stock,
    read_at: Option<Timestamp>,
}

impl Shelf {
    /// All of `catalog` is offered, whatever the stock: nobody tells it.
    #[must_use]
    pub fn full(catalog: &Catalog) -> Self {
        Self::of(catalog, None)
    }

    /// What is in stock of `catalog`, no older than `fresh_for`.
    #[must_use]
    pub fn stocked(catalog: &Catalog, fresh_for: Duration) -> Self {
        Self::of(catalog, Some(fresh_for))
    }

    fn of(catalog: &Catalog, fresh_for: Option<Duration>) -> Self {
        let catalog = Arc::new(catalog.clone());
        let known = Known { catalog, stock: Stock::default(), read_at: None };
        Self { known: Mutex::new(known), fresh_for }
    }

    /// What is offered now, of the `whole` catalogue.
    pub async fn catalog(
        &self,
        clock: &impl Clock,
        store: &impl ReadStock,
        whole: &Catalog,
    ) -> Arc<Catalog> {
        let now = clock.now();
        let (catalog, is_fresh) = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            let is_fresh = match (self.fresh_for, known.read_at) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(fresh_for), Some(at)) => until(at, now) < fresh_for,
            };
            (Arc::clone(&known.catalog), is_fresh)
        };
        if is_fresh {
            return catalog;
        }
        let read = store.read_stock().await;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match read {
            Ok(stock) if stock != known.stock => {
                known.catalog = Arc::new(whole.in_stock(&stock));
                known.stock = stock;
                known.read_at = Some(now);
            }
            Ok(_) => known.read_at = Some(now),
            Err(error) => {
                tracing::error!(event = "degraded", what = "stock_not_read", error = chain(&error));
            }
        }
        Arc::clone(&known.catalog)
    }
}
