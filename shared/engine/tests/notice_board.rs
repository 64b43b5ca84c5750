//! What holds for the whole shop is followed, and costs one read in a while.

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
    notice_board::{NoticeBoard, Notices, Now, Pause, ReadNotices},
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

/// A store with notices, or without an answer.
#[derive(Default)]
struct Store {
    notices: Mutex<Option<Notices>>,
    reads: Mutex<u32>,
}

impl ReadNotices for Store {
    async fn read_notices(&self) -> Result<Notices, PortError> {
        *self.reads.lock().unwrap() += 1;
        let notices = self.notices.lock().unwrap().clone();
        notices.ok_or(PortError::Unavailable { service: "store", source: "down".into() })
    }
}

struct World {
    catalog: &'static Catalog,
    time: Time,
    store: Store,
    board: NoticeBoard,
}

const FRESH_FOR: Duration = Duration::from_secs(10);

impl World {
    fn new(board: impl Fn(&Catalog) -> NoticeBoard) -> Self {
        let catalog = mirt_content::catalog();
        let time = Time(Mutex::new("2026-11-21T10:00:00Z".parse().unwrap()));
        let store = Store { notices: Mutex::new(Some(Notices::default())), ..Store::default() };
        Self { catalog, time, store, board: board(catalog) }
    }

    fn with_stock() -> Self {
        Self::new(|catalog| NoticeBoard::with_stock(catalog, FRESH_FOR))
    }

    fn with_pauses() -> Self {
        Self::new(|catalog| NoticeBoard::with_pauses(catalog, FRESH_FOR))
    }

    /// Nothing is left of the first garment.
    fn sell_out(&self) {
        let product = Some(self.catalog.products()[0].id);
        let all = Counted { product, sku: None, size: None, quantity: 0 };
        let mut stock = Stock::default();
        stock.take(all.levels(self.catalog, self.time.now()));
        *self.store.notices.lock().unwrap() = Some(Notices { stock, pause: None });
    }

    fn pause(&self) {
        let pause = Some(Pause { since: self.time.now(), reason: None });
        *self.store.notices.lock().unwrap() = Some(Notices { pause, ..Notices::default() });
    }

    fn fail(&self) {
        *self.store.notices.lock().unwrap() = None;
    }

    fn clear(&self) {
        *self.store.notices.lock().unwrap() = Some(Notices::default());
    }

    fn now(&self) -> Now {
        self.board.now(&self.time, &self.store, self.catalog).now_or_never().unwrap()
    }

    fn is_offered(&self) -> bool {
        !self.now().catalog.product(self.catalog.products()[0].id).unwrap().is_sold_out()
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
    let world = World::with_stock();
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
    let world = World::with_stock();
    world.sell_out();
    assert!(!world.is_offered());

    world.fail();
    world.pass(11);
    assert!(!world.is_offered());
    world.clear();

    assert!(world.is_offered(), "asked again at once, not after its time");
}

#[test]
fn a_pause_is_known_within_its_time_and_so_is_its_end() {
    let world = World::with_pauses();
    assert!(!world.now().is_paused);
    world.pause();

    world.pass(10);
    assert!(world.now().is_paused);
    world.fail();
    world.pass(10);
    assert!(world.now().is_paused, "a store that is down ends no pause");
    world.clear();

    assert!(!world.now().is_paused);
}

#[test]
fn a_shop_whose_stock_nobody_tells_offers_all_of_it() {
    let world = World::with_pauses();
    world.sell_out();

    assert!(world.is_offered());
}

#[test]
fn a_board_that_nobody_writes_on_is_never_read() {
    let world = World::new(NoticeBoard::empty);
    world.pause();

    assert!(!world.now().is_paused);
    assert_eq!(world.reads(), 0);
}
