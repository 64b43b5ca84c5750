//! What the CRM tells by itself: late, twice, in any order, again when it was not taken.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use mirt_domain::order::{OrderId, OrderState};
use mirt_engine::{
    crm_news::{CrmNews, DeliveryId, Heard, hear},
    order_book::CrmOrderId,
};

use crate::{
    mutant::Mutant,
    process::{self, Process},
    world::World,
};

/// How long an instance may take. As in `template.yaml`.
const TIMEOUT: Duration = Duration::from_secs(15);

/// How often the CRM tells what was not taken, the first time included.
const DELIVERIES: u32 = 6;

/// Its users pack an order, send it, or give it up; each step is told.
pub(crate) fn see_to(world: &World, id: OrderId, name: &CrmOrderId) {
    let way = [OrderState::Processing, OrderState::Shipped, OrderState::Delivered];
    let (steps, is_cancelled) = world.time.chance(|rng| (rng.usize(..=3), rng.u8(..5) == 0));
    let end = is_cancelled.then_some(OrderState::Cancelled);
    let mut pause = Duration::ZERO;
    for (n, state) in way.into_iter().take(steps).chain(end).enumerate() {
        let chance = |world: &World, ms| world.time.chance(|rng| rng.u64(..ms));
        pause += Duration::from_millis(chance(world, 60_000));
        let (knows_ours, copies, is_paid) =
            world.time.chance(|rng| (rng.u8(..4) > 0, rng.u32(1..=2), rng.u8(..4) == 0));
        let (step, time) = (world.clone(), world.time.clone());
        time.spawn(|_| async move {
            step.time.sleep(pause).await;
            step.with(|world| world.crm.move_to(id, state));
        });
        let news = CrmNews {
            ours: knows_ours.then_some(id),
            theirs: Some(name.clone()),
            state: Some(state),
        };
        for _ in 0..copies {
            let late = Duration::from_millis(chance(world, 40_000));
            tell(world, format!("{id}-{}-{n}", name.0), news.clone(), pause + late, 1);
        }
        if is_paid {
            // A payment's news may say nothing of how far the order is.
            let news = CrmNews { state: None, ..news };
            tell(world, format!("{id}-{}-{n}-paid", name.0), news, pause, 1);
        }
    }
}

/// Tells after a pause, and again when that was for nothing.
fn tell(world: &World, delivery: String, news: CrmNews, pause: Duration, nth: u32) {
    let (world, time) = (world.clone(), world.time.clone());
    time.spawn(|_| async move {
        world.time.sleep(pause).await;
        let is_taken = Arc::new(AtomicBool::new(false));
        let answer = Arc::clone(&is_taken);
        let told = (delivery.clone(), news.clone());
        process::start(
            &world,
            TIMEOUT,
            |process| async move {
                answer.store(serve(&process, told.0, &told.1).await, Ordering::Relaxed);
            },
            move |world| {
                if !is_taken.load(Ordering::Relaxed) && nth < DELIVERIES {
                    let pause = Duration::from_secs(10 << nth);
                    tell(world, delivery, news, pause, nth + 1);
                }
            },
        );
    });
}

/// Takes the news in, and says whether the CRM is told that they were taken.
async fn serve(process: &Process, delivery: String, news: &CrmNews) -> bool {
    let now = process.world.time.now();
    let acknowledged = || process.world.with(|state| state.ledger.crm_answered(process.id, news));
    if process.world.has(Mutant::AnswerCrmBeforeWriting) {
        acknowledged();
        let _ = hear(process, process, &DeliveryId(delivery), news, now).await;
        return true;
    }
    match hear(process, process, &DeliveryId(delivery), news, now).await {
        Ok(Heard::Moved | Heard::Unchanged | Heard::Repeated) => acknowledged(),
        // None of ours, as far as is known: the next question to the CRM tells.
        Ok(Heard::Unknown) => {}
        Err(error) => {
            process.note(format_args!("answers the CRM 503: {error}"));
            return false;
        }
    }
    true
}
