//! What is offered follows the stock, and costs one read in a while.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::{sync::Mutex, time::Duration};

use futures_util::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use mirt_domain::{
    catalog::Catalog,
    stock::{Counted, Stock},
};
use mirt_engine::{
    clock::Clock,
    failure::PortError,
    shelf::{ReadStock, Shelf},
};

struct Time(Mutex<Timestamp>);

impl Clock for Time {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        *self.0.lock().unwrap() += SignedDuration::try_from(duration).unwrap();
    }
}

/// A store with a stock, or without an answer.
#[derive(Default)]
struct Store {
    stock: Mutex<Option<Stock>>,
    reads: Mutex<u32>,
}

impl ReadStock for Store {
    async fn read_stock(&self) -> Result<Stock, PortError> {
        *self.reads.lock().unwrap() += 1;
        let stock = self.stock.lock().unwrap().clone();
        stock.ok_or(PortError::Unavailable { service: "store", source: "down".into() })
    }
}

struct World {
    catalog: &'static Catalog,
    time: Time,
    store: Store,
    shelf: Shelf,
}

impl World {
    fn new(fresh_for: Option<u64>) -> Self {
        let catalog = mirt_content::catalog();
        let shelf = match fresh_for {
            Some(seconds) => Shelf::stocked(catalog, Duration::from_secs(seconds)),
            None => Shelf::full(catalog),
        };
        let time = Time(Mutex::new("2026-11-21T10:00:00Z".parse().unwrap()));
        let store = Store { stock: Mutex::new(Some(Stock::default())), ..Store::default() };
        Self { catalog, time, store, shelf }
    }

    /// Nothing is left of the first garment.
    fn sell_out(&self) {
        let product = Some(self.catalog.products()[0].id);
        let all = Counted { product, sku: None, size: None, quantity: 0 };
        let mut stock = Stock::default();
        stock.take(all.levels(self.catalog, self.time.now()));
        *self.store.stock.lock().unwrap() = Some(stock);
    }

    fn is_offered(&self) -> bool {
        let offered = self.shelf.catalog(&self.time, &self.store, self.catalog);
        let offered = offered.now_or_never().unwrap();
        !offered.product(self.catalog.products()[0].id).unwrap().is_sold_out()
    }

    fn pass(&self, seconds: u64) {
        self.time.sleep(Duration::from_secs(seconds)).now_or_never().unwrap();
    }

    fn reads(&self) -> u32 {
        *self.store.reads.lock().unwrap()
    }
}

#[test]
fn the_stock_is_read_once_in_its_time_and_then_followed() {
    let world = World::new(Some(10));
    assert!(world.is_offered());
    world.sell_out();

    world.pass(9);
    assert!(world.is_offered());
    assert_eq!(world.reads(), 1);
    world.pass(1);

    assert!(!world.is_offered());
    assert_eq!(world.reads(), 2);
}

#[test]
fn a_store_without_an_answer_leaves_what_was_known() {
    let world = World::new(Some(10));
    world.sell_out();
    assert!(!world.is_offered());

    *world.store.stock.lock().unwrap() = None;
    world.pass(11);
    assert!(!world.is_offered());
    *world.store.stock.lock().unwrap() = Some(Stock::default());

    assert!(world.is_offered(), "asked again at once, not after its time");
}

#[test]
fn a_shop_whose_stock_nobody_tells_reads_none() {
    let world = World::new(None);
    world.sell_out();

    world.pass(100);

    assert!(world.is_offered());
    assert_eq!(world.reads(), 0);
}
