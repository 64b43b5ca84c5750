//! The orders function: pollers that hand over batches, and instances that bring orders into the CRM.

use std::{collections::BTreeMap, time::Duration};

use futures_util::future::join_all;
use mirt_domain::order::OrderId;
use mirt_engine::{figures::Unmeasured, look_after_order::Orders, order_book::OrderWakeUp};

use crate::{
    crm::CrmApi,
    process::{self, Process},
    queue::Message,
    weather::Site,
    world::World,
};

/// How long an instance may take for a batch. As in `template.yaml`.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

/// How long a message that was received is hidden. As in `template.yaml`.
pub(crate) const VISIBILITY: Duration = Duration::from_mins(6);

/// The most messages that an instance is given. As in `template.yaml`.
const MAX_BATCH: usize = 5;

/// How many instances there are. As in `template.yaml`.
const INSTANCES: usize = 2;

/// Looks into the queue after a while.
pub(crate) fn poll_after(world: &World, delay: Duration) {
    let world = world.clone();
    let time = world.time.clone();
    time.spawn(|_| async move {
        world.time.sleep(delay).await;
        poll(&world);
    });
}

/// Gives batches to instances, as long as there are both.
fn poll(world: &World) {
    loop {
        let now = world.time.now();
        let visibility = world.scenario.orders_visibility;
        let batch = world.with(|state| {
            if state.running_orders == INSTANCES {
                return Vec::new();
            }
            let batch = world
                .time
                .chance(|rng| state.orders_queue.receive(now, visibility, MAX_BATCH, rng));
            state.running_orders += usize::from(!batch.is_empty());
            batch
        });
        if batch.is_empty() {
            return;
        }
        poll_after(world, visibility);
        process::start(
            world,
            TIMEOUT,
            |process| serve(process, batch),
            |world| {
                world.with(|state| state.running_orders -= 1);
                poll_after(world, Duration::ZERO);
            },
        );
    }
}

/// One batch: each order once, all side by side; what is done with is deleted.
async fn serve(process: Process, messages: Vec<Message<OrderWakeUp>>) {
    let mut batch: BTreeMap<OrderId, Vec<Message<OrderWakeUp>>> = BTreeMap::new();
    for message in messages {
        let (id, order) = (message.id, message.wake_up.order);
        process.note(format_args!("takes message {id}, order {order}, time {}", message.receives));
        batch.entry(order).or_default().push(message);
    }
    let crm = CrmApi(process.clone());
    let orders = Orders {
        clock: &process,
        store: &process,
        queue: &process,
        crm: Some(&crm),
        measure: &Unmeasured,
    };
    let done = join_all(batch.into_iter().map(async |(order, messages)| {
        match orders.look_after(order).await {
            Ok(()) => messages,
            Err(error) => {
                process.note(format_args!("order {order} failed: {error}"));
                Vec::new()
            }
        }
    }))
    .await;
    for message in done.into_iter().flatten() {
        let now = || process.world.time.now();
        // Lost, it is deleted never, and the message comes again.
        let delete = process.call(Site::Delete, |state| state.orders_queue.delete(&message, now()));
        let _ = delete.await;
    }
}
