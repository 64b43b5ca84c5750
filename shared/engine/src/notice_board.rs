//! What holds for the whole shop now: what is in stock, and whether the assistant answers at all.
//!
//! It is a few small items of one partition that every instance reads at most once in a while, and
//! keeps: a turn waits for them only when what is kept is older than that.

use std::{
    borrow::Cow,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use mirt_domain::{catalog::Catalog, shop::Settings, stock::Stock};
use serde::{Deserialize, Serialize};

use crate::{
    clock::{Clock, until},
    failure::{PortError, chain},
};

/// How long an instance goes by what it has read unless a setting says otherwise: so long it takes at
/// most until all of them know of a pause.
pub const FRESH_FOR: Duration = Duration::from_secs(10);

/// Nobody is answered but by managers, until somebody ends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub since: Timestamp,
    /// Why, in the words of who paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What holds for the whole shop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notices {
    /// What is left of what is low, as it was told last.
    pub stock: Stock,
    /// The pause, while there is one.
    pub pause: Option<Pause>,
}

/// Reads what holds for the whole shop.
pub trait ReadNotices: Send + Sync {
    /// It, as it is now or was a moment ago.
    ///
    /// # Errors
    /// When the store did not answer.
    fn read_notices(&self) -> impl Future<Output = Result<Notices, PortError>> + Send;
}

/// What an instance knows of it.
#[derive(Debug)]
pub struct NoticeBoard {
    known: Mutex<Known>,
    follows: Follows,
}

/// What is gone by.
#[derive(Clone, Copy, Debug)]
enum Follows {
    Nothing,
    Pauses { fresh_for: Duration },
    PausesAndStock { fresh_for: Duration },
}

#[derive(Debug)]
struct Known {
    now: Now,
    stock: Stock,
    read_at: Option<Timestamp>,
}

/// What a turn goes by.
#[derive(Clone, Debug)]
pub struct Now {
    /// What is offered.
    pub catalog: Arc<Catalog>,
    /// Whether the assistant leaves everything to managers.
    pub is_paused: bool,
}

impl Now {
    /// How the shop works now, of how it works otherwise.
    #[must_use]
    pub fn settings<'s>(&self, usual: &'s Settings) -> Cow<'s, Settings> {
        if self.is_paused {
            Cow::Owned(Settings { is_paused: true, ..usual.clone() })
        } else {
            Cow::Borrowed(usual)
        }
    }
}

impl NoticeBoard {
    /// One that nobody writes on: all of `catalog` is offered, and the assistant answers.
    #[must_use]
    pub fn empty(catalog: &Catalog) -> Self {
        Self::of(catalog, Follows::Nothing)
    }

    /// One with pauses, no older than `fresh_for`. All of `catalog` is offered: nobody tells the stock.
    #[must_use]
    pub fn with_pauses(catalog: &Catalog, fresh_for: Duration) -> Self {
        Self::of(catalog, Follows::Pauses { fresh_for })
    }

    /// One with pauses and with what is in stock of `catalog`, no older than `fresh_for`.
    #[must_use]
    pub fn with_stock(catalog: &Catalog, fresh_for: Duration) -> Self {
        Self::of(catalog, Follows::PausesAndStock { fresh_for })
    }

    fn of(catalog: &Catalog, follows: Follows) -> Self {
        let now = Now { catalog: Arc::new(catalog.clone()), is_paused: false };
        Self { known: Mutex::new(Known { now, stock: Stock::default(), read_at: None }), follows }
    }

    /// What holds now, of the `whole` catalogue. A store that does not answer leaves what was known.
    pub async fn now(&self, clock: &impl Clock, store: &impl ReadNotices, whole: &Catalog) -> Now {
        let at = clock.now();
        let (known, read_at) = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            (known.now.clone(), known.read_at)
        };
        let is_fresh = match self.follows {
            Follows::Nothing => true,
            Follows::Pauses { fresh_for } | Follows::PausesAndStock { fresh_for } => {
                read_at.is_some_and(|read_at| until(read_at, at) < fresh_for)
            }
        };
        if is_fresh {
            return known;
        }
        let read = store.read_notices().await;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match read {
            Ok(Notices { stock, pause }) => {
                if matches!(self.follows, Follows::PausesAndStock { .. }) && stock != known.stock {
                    known.now.catalog = Arc::new(whole.in_stock(&stock));
                    known.stock = stock;
                }
                known.now.is_paused = pause.is_some();
                known.read_at = Some(at);
            }
            Err(error) => {
                let error = chain(&error);
                tracing::error!(event = "degraded", what = "notices_not_read", error);
            }
        }
        known.now.clone()
    }
}
