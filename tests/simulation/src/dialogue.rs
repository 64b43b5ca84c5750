//! The dialogue function: pollers that hand over batches, and instances that take turns.

use std::time::Duration;

use mirt_domain::channel::Channel;
use mirt_engine::{
    batch::Batch,
    burst::{BurstWindow, BurstWindows},
    consult::ModelTime,
    figures::Unmeasured,
    guarded::Guarded,
    notice_board::NoticeBoard,
    photos::Seeing,
    take_turn::Dialogue,
    wake_up::{QueueTask, WakeUp},
};

use crate::{
    model::Model,
    mutant::Mutant,
    process::{self, Process},
    queue::Message,
    weather::Site,
    world::World,
};

/// How long an instance may take for a batch. As in `template.yaml`.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(90);

/// The most messages that an instance is given. As in `template.yaml`.
const MAX_BATCH: usize = 10;

/// How long to wait for a customer who is still writing: not the same in both channels.
pub(crate) fn bursts() -> BurstWindows {
    let (quiet, longest) = (Duration::from_millis(900), Duration::from_secs(4));
    let of = [(Channel::Instagram, BurstWindow { quiet, longest })].into();
    BurstWindows { of, ..BurstWindows::default() }
}

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
        let most = world.scenario.dialogues;
        let batch = world.with(|state| {
            if state.running == most {
                return Vec::new();
            }
            let visibility = world.scenario.visibility;
            let batch =
                world.time.chance(|rng| state.queue.receive(now, visibility, MAX_BATCH, rng));
            state.running += usize::from(!batch.is_empty());
            batch
        });
        if batch.is_empty() {
            return;
        }
        poll_after(world, world.scenario.visibility);
        process::start(
            world,
            TIMEOUT,
            |process| serve(process, batch),
            |world| {
                world.with(|state| state.running -= 1);
                poll_after(world, Duration::ZERO);
            },
        );
    }
}

/// One batch: take the turns, then delete what is done with.
async fn serve(process: Process, messages: Vec<Message<WakeUp>>) {
    let world = &process.world;
    for message in &messages {
        let (id, receives) = (message.id, message.receives);
        process
            .note(format_args!("takes message {id}, {}, time {receives}", message.wake_up.session));
    }
    let mut batch = Batch::default();
    for message in &messages {
        batch.add(message.id.to_string(), QueueTask::Wake(message.wake_up.clone()));
    }
    let deadline = match world.has(Mutant::NoDeadline) {
        true => jiff::Timestamp::MAX,
        false => process.deadline,
    };
    let bursts = bursts();
    let notices = NoticeBoard::empty(world.shop.catalog);
    let most = world.scenario.model.map_or(0, |model| model.most_per_minute);
    let model = Model(process.clone());
    let guarded = Guarded::new(&model, &process, &process, most);
    let seeing = Seeing { model: guarded, photos: Model(process.clone()) };
    let dialogue = Dialogue {
        clock: &process,
        store: &process,
        channels: &process,
        orders: &process,
        shop: world.shop,
        notices: &notices,
        bursts: &bursts,
        model: world.scenario.model.map(|_| &seeing),
        time: ModelTime::default(),
        pause: Duration::ZERO,
        measure: &Unmeasured,
    };
    let again = batch
        .run(async |session, woken| {
            let woken_at = woken.at;
            match dialogue.take_turns(&session, woken_at, deadline).await {
                Ok(()) => true,
                Err(error) => {
                    process.note(format_args!("{session} failed: {error}"));
                    world.has(Mutant::FailureIsNotReported)
                }
            }
        })
        .await;
    for message in &messages {
        if !again.contains(&message.id.to_string()) {
            let now = || world.time.now();
            // Lost, it is deleted never, and the message comes again.
            let _ = process.call(Site::Delete, |state| state.queue.delete(message, now())).await;
        }
    }
}
