//! The webhook function: takes one delivery of one event.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use mirt_domain::reply::{Bubble, Reply};
use mirt_engine::{
    answer::{Answer, wait},
    event::{EventKey, InboundEvent},
    failure::PortError,
    limit::{Slot, tell},
    receive::{CONTENT_WINDOW, Received, RecordEvent as _, receive},
    wake_up::{SendWakeUp as _, WakeUp},
};

use crate::{
    channel::part_name,
    mutant::Mutant,
    process::{self, Process},
    world::World,
};

/// How long an instance may take. As in `template.yaml`.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Delivers an event. `unanswered` is called when no 2xx came back.
pub(crate) fn deliver(
    world: &World,
    event: InboundEvent,
    unanswered: impl FnOnce(&World) + Send + 'static,
) {
    let is_taken = Arc::new(AtomicBool::new(false));
    let answer = Arc::clone(&is_taken);
    process::start(
        world,
        TIMEOUT,
        |process| async move {
            let is_taken = serve(&process, &event).await;
            answer.store(is_taken, Ordering::Relaxed);
        },
        move |world| {
            if !is_taken.load(Ordering::Relaxed) {
                unanswered(world);
            }
        },
    );
}

/// Takes the event in, and says whether the answer is a 2xx.
async fn serve(process: &Process, event: &InboundEvent) -> bool {
    let answered = || process.world.with(|state| state.ledger.answered(process.id, event));
    if process.world.has(Mutant::AnswerBeforeRecord) {
        answered();
        let _ = receive(process, process, event).await;
        return true;
    }
    let result = match process.world.mutant {
        Some(Mutant::WakeBeforeRecord) => wake_before_record(process, event).await,
        Some(Mutant::NoWakeOnDuplicate) => no_wake_on_duplicate(process, event).await,
        Some(Mutant::WakeNamedByContent) => wake_named_by_content(process, event).await,
        _ => receive(process, process, event).await,
    };
    match result {
        Ok(Received::Accepted | Received::Duplicate) => {
            answered();
            if event.answer_until.is_some() {
                answer(process, event).await;
            }
        }
        Ok(Received::Limited { is_told }) => {
            let told = is_told || tell(process, process, event, notice(event)).await.is_ok();
            process.world.with(|state| state.ledger.limited(process.id, event, told));
        }
        Err(error) => {
            process.note(format_args!("answers 503: {error}"));
            return false;
        }
    }
    true
}

/// Waits for what is said to the event, for a channel that takes it as the answer.
async fn answer(process: &Process, event: &InboundEvent) {
    let given = wait(process, process, process, event).await;
    // What is said after a function's time is over is heard by nobody.
    if let Answer::Reply(reply) = given
        && process.world.time.now() <= process.deadline
    {
        let sender = process.sender();
        process.world.with(|state| state.ledger.given(sender, &event.session, part_name(&reply)));
    }
}

/// Says who is told and when, so that it is known again.
fn notice(event: &InboundEvent) -> Reply {
    let hour = Slot::of(event.received_at).hour;
    Reply {
        bubbles: vec![Bubble::Text(format!("notice {} {hour}", event.session))],
        ..Reply::default()
    }
}

async fn wake_before_record(
    process: &Process,
    event: &InboundEvent,
) -> Result<Received, PortError> {
    process.send_wake_up(&wake_up(event, event.wake_up_id())).await?;
    process.record_event(event, CONTENT_WINDOW).await
}

async fn no_wake_on_duplicate(
    process: &Process,
    event: &InboundEvent,
) -> Result<Received, PortError> {
    let received = process.record_event(event, CONTENT_WINDOW).await?;
    if received == Received::Accepted {
        process.send_wake_up(&wake_up(event, event.wake_up_id())).await?;
    }
    Ok(received)
}

async fn wake_named_by_content(
    process: &Process,
    event: &InboundEvent,
) -> Result<Received, PortError> {
    let received = process.record_event(event, CONTENT_WINDOW).await?;
    let (EventKey::Id(name) | EventKey::Content(name)) = &event.key;
    process.send_wake_up(&wake_up(event, name.clone())).await?;
    Ok(received)
}

fn wake_up(event: &InboundEvent, name: String) -> WakeUp {
    let session = event.session.clone();
    WakeUp { session, event: name, received_at: event.received_at, trace: None }
}
