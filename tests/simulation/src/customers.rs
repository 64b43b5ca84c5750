//! Customers write, and channels carry it to the webhook: late, several times, again when refused.

use std::time::Duration;

use mirt_domain::turn::Message;
use mirt_engine::{
    answer::ANSWER_WITHIN,
    clock::{after, until},
    event::{EventBody, EventKey, EventOrder, InboundEvent},
};

use crate::{
    scenario::{SessionPlan, Writing},
    webhook,
    world::World,
};

/// How often a channel delivers an event that was not taken, the first time included.
const DELIVERIES: u32 = 15;

/// The longest time between two of them.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Lets all customers write what they will.
pub(crate) fn write(world: &World) {
    let scenario = world.scenario.clone();
    for session in &scenario.sessions {
        for writing in &session.writings {
            for late in &writing.copies {
                let pause = until(world.time.now(), writing.at).saturating_add(*late);
                let (plan, writing) = (session.clone(), writing.clone());
                let make = move |world: &World| event(world, &plan, &writing);
                carry(world, make, pause, session.delivers_again, 1);
            }
        }
    }
}

/// Delivers after a pause, and again when that was for nothing and the channel is one of those.
pub(crate) fn carry(
    world: &World,
    make: impl Fn(&World) -> InboundEvent + Send + 'static,
    pause: Duration,
    delivers_again: bool,
    nth: u32,
) {
    let world = world.clone();
    let time = world.time.clone();
    time.spawn(|_| async move {
        world.time.sleep(pause).await;
        let event = make(&world);
        webhook::deliver(&world, event, move |world| {
            if delivers_again && nth < DELIVERIES {
                let pause = LONGEST_PAUSE.min(Duration::from_secs(1 << nth.min(6)));
                carry(world, make, pause, delivers_again, nth + 1);
            }
        });
    });
}

fn event(world: &World, session: &SessionPlan, writing: &Writing) -> InboundEvent {
    let received_at = world.time.now();
    let message = Message { text: Some(writing.text.clone()), ..Message::default() };
    let (key, order) = match writing.number {
        Some(number) => (
            EventKey::from_id(&number.to_string()),
            // Telegram's dates are whole seconds.
            EventOrder {
                at: jiff::Timestamp::from_second(writing.at.as_second()).unwrap_or(writing.at),
                sequence: number,
            },
        ),
        None => (EventKey::from_content(&message), EventOrder { at: received_at, sequence: 0 }),
    };
    InboundEvent {
        session: session.id.clone(),
        key,
        body: EventBody::said(message),
        received_at,
        order,
        answer_until: session.asks.then(|| after(received_at, ANSWER_WITHIN)),
        trace: None,
    }
}
