//! Customers who have paid, and the manager who says that the money is there.

use mirt_domain::{
    decide::{Deed, Manager, ManagerAct},
    photo::Photo,
    session::Session,
    session_id::SessionId,
    turn::{Message, TurnInput, take},
};
use mirt_engine::{
    clock::until,
    event::{EventBody, EventKey, EventOrder, InboundEvent, Managed},
    order_book::next_id,
};

use crate::{customers, scenario::BEGIN, world::World};

/// What they have written, up to where a receipt is to be checked.
const WRITTEN: [&str; 4] = [
    "сукня лагуна рожева, зріст 134",
    "беру",
    "Коваль Ольга, 0671234567, Львів, відділення 5",
    "повна оплата",
];

/// Puts customers where their payment is to be confirmed, and lets a manager confirm it.
pub(crate) fn prepare(world: &World) {
    let scenario = world.scenario.clone();
    for plan in scenario.sessions.iter().filter(|plan| !plan.presses.is_empty()) {
        let session = paid(world, &plan.id);
        world.with(|state| {
            if session.facts().payment.proof {
                state.store.items(&plan.id).checkpoint = session;
            } else {
                // Without a payment nothing of what is to be shown would happen.
                state.ledger.violation(format_args!("{} has not paid", plan.id));
            }
        });
        for (n, at) in plan.presses.iter().enumerate() {
            let id = plan.id.clone();
            let pause = until(world.time.now(), *at);
            customers::carry(world, move |world| approval(world, &id, n), pause, true, 1);
        }
    }
}

/// The conversation of one who has sent a receipt.
fn paid(world: &World, id: &SessionId) -> Session {
    let texts = WRITTEN.map(|text| Message { text: Some(text.to_owned()), ..Message::default() });
    let receipt = Photo::Url("https://cdn.example/receipt.jpg".to_owned());
    let receipt = Message { photos: vec![receipt], ..Message::default() };
    let mut session = Session::default();
    for (n, message) in (1..).zip(texts.into_iter().chain([receipt])) {
        let input = TurnInput { messages: vec![message], now: BEGIN };
        let before = session.ordering_as(next_id(id, n, BEGIN));
        session = take(&world.shop, &before, &input).session;
    }
    session
}

/// A manager's button: the money is there.
fn approval(world: &World, id: &SessionId, nth: usize) -> InboundEvent {
    let now = world.time.now();
    let by = Manager { id: 1, name: "Manager".to_owned() };
    InboundEvent {
        session: id.clone(),
        key: EventKey::from_id(&format!("press-{nth}")),
        body: EventBody::Managed(Managed { by, deed: Deed::Press(ManagerAct::Approve) }),
        received_at: now,
        order: EventOrder { at: now, sequence: 0 },
        answer_until: None,
        trace: None,
    }
}
