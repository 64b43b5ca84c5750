//! Deciding: from what is known and what was said to what is known, said and done. Pure and total.

mod address;
mod advice;
mod cart;
mod choosing;
pub mod diagram;
mod draft;
mod edges;
mod find;
mod fitting;
mod follow_up;
mod gallery;
mod listing;
mod manager;
mod news;
mod paid;
mod paying;
mod photo;
mod present;
mod progress;
mod recall;
mod sale;
mod service;
mod sold_out;
mod timer;
mod upsell;

use jiff::{Timestamp, ToSpan};

use self::{draft::Draft, service::Answer};
pub use self::{
    draft::Say,
    edges::{EDGES, Edge, Event, To, follow},
    follow_up::{FollowUps, Planned, WINDOW, follow_up},
    manager::{Deed, Manager, ManagerAct},
    timer::{Due, Duty, next_due},
};
use crate::{
    language::rules::Signal,
    memory,
    order::OrderNews,
    perceive::Perceived,
    prompts::{Placeholder, TemplateKey, Values},
    reply::Bubble,
    session::{
        Session,
        facts::{Choice, EscalationReason, Paying},
    },
    shop::Shop,
    state::{Intent, Phase, State},
    turn::{Action, NamedProduct},
    word,
};

/// What a turn decided, before it is worded.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The session after the turn.
    pub session: Session,
    /// What is said.
    pub says: Vec<Say>,
    /// What can be tapped instead of typed.
    pub options: Vec<String>,
    /// What a manager says.
    pub words_of_manager: Vec<Bubble>,
    /// What else has to happen.
    pub actions: Vec<Action>,
    /// The garments that are named.
    pub products: Vec<NamedProduct>,
    /// What the turn amounts to.
    pub event: Event,
    /// The edge that was taken.
    pub edge: &'static Edge,
}

/// Decides a turn from the session as it is taken up (see [`Session::resumed`]).
#[must_use]
pub fn decide(
    shop: &Shop<'_>,
    session: Session,
    perceived: &Perceived,
    now: Timestamp,
) -> Decision {
    let recalled = recall::answer(&session, perceived);
    let perceived = recalled.as_ref().unwrap_or(perceived);
    let mut draft = Draft::new(shop, perceived, now, session);
    draft.facts_mut().flags.asked_same_height = None;
    let was_opted_out = hear_opt_out(&mut draft);
    let event = if is_silent(&draft) {
        note_for_human(&mut draft);
        Event::Silent
    } else if shop.settings.is_paused {
        service::leave_to_managers(&mut draft)
    } else if draft.session.state() == State::Complaint && draft.facts().hand_over.is_none() {
        service::wait_for_human(&mut draft)
    } else {
        let before = draft.session.clone();
        let event = answer(&mut draft, was_opted_out);
        if draft.is_mute() && event != Event::WentOffTopic {
            // Heard, but nothing waits for it: the conversation is open.
            draft.ask(TemplateKey::DiscoveryAskWhat, Values::none());
        }
        progress::unstick(&mut draft, &before, event)
    };
    conclude(draft, event)
}

/// Decides what a manager's deed does.
#[must_use]
pub fn decide_for_manager(
    shop: &Shop<'_>,
    session: Session,
    by: &Manager,
    deed: &Deed,
    now: Timestamp,
) -> Decision {
    let nothing_said = Perceived::default();
    let mut draft = Draft::new(shop, &nothing_said, now, session);
    let event = manager::act(&mut draft, by, deed);
    conclude(draft, event)
}

/// Decides what the passing of time does; to be asked when something is due, see [`next_due`].
#[must_use]
pub fn decide_on_time(shop: &Shop<'_>, session: Session, now: Timestamp) -> Decision {
    let nothing_said = Perceived::default();
    let mut draft = Draft::new(shop, &nothing_said, now, session);
    let event = timer::pass(&mut draft);
    conclude(draft, event)
}

/// Decides what comes of news about an order.
#[must_use]
pub fn decide_for_order(
    shop: &Shop<'_>,
    session: Session,
    news: OrderNews,
    now: Timestamp,
) -> Decision {
    let nothing_said = Perceived::default();
    let mut draft = Draft::new(shop, &nothing_said, now, session);
    news::hear(&mut draft, news);
    conclude(draft, Event::Silent)
}

/// Decides what becomes of a session whose conversation was taken into its profile.
pub(crate) fn decide_remembered(shop: &Shop<'_>, session: Session, now: Timestamp) -> Decision {
    let nothing_said = Perceived::default();
    let mut draft = Draft::new(shop, &nothing_said, now, session);
    let event = timer::end_conversation(&mut draft);
    conclude(draft, event)
}

/// Follows the edge of the event.
fn conclude(mut draft: Draft<'_>, event: Event) -> Decision {
    if draft.facts().cart.is_empty() {
        draft.facts_mut().order = None;
    } else if !draft.facts().payment.is_approved {
        draft.session.order();
    }
    let is_asking = draft.is_asking();
    let says = draft.take_says();
    let (perceived, now) = (draft.perceived, draft.now);
    let (state, phase) = (draft.session.state(), draft.session.phase());
    let (edge, state, phase) = follow(state, phase, event);
    if draft.options.is_empty() && is_asking {
        draft.options = progress::quick_answers(&draft, state, phase);
    }
    let Draft { mut session, actions, products, options, words_of_manager, .. } = draft;
    memory::note(&mut session, perceived, &actions, now);
    if event != Event::Silent {
        let has_numbers = word::names(&says).iter().any(|text| text.starts_with("discovery.item"));
        let kept = if has_numbers { Vec::new() } else { options.clone() };
        session.facts_mut().options = kept;
    }
    let session = session.moved_to(state, phase);
    Decision { session, says, options, words_of_manager, actions, products, event, edge }
}

/// Whether a human has the conversation still (decision 8). A hand-over that timed out ends here, and
/// so does one that only a pause was the reason for, once that is over and no manager has answered.
fn is_silent(draft: &Draft<'_>) -> bool {
    let settings = draft.shop.settings;
    let Some(hand_over) = &draft.facts().hand_over else { return false };
    let was_pause = hand_over.reason == EscalationReason::Paused && hand_over.by.is_none();
    settings.is_paused
        || (!was_pause && draft.now.duration_since(hand_over.at) < settings.hand_over_timeout)
}

/// Takes in whether the customer wants to be written to unasked, whoever answers now (decision 9). Says
/// whether they had said that they do not.
fn hear_opt_out(draft: &mut Draft<'_>) -> bool {
    let perceived = draft.perceived;
    let flags = &mut draft.facts_mut().flags;
    let was_opted_out = flags.opted_out;
    if perceived.has(Signal::OptIn) {
        flags.opted_out = false;
    } else if perceived.has(Signal::OptOut) {
        flags.opted_out = true;
    }
    was_opted_out
}

/// A human answers, and what a message tells of the order is kept all the same: where it goes, and the
/// receipt that a manager then finds on the card, with the buttons for it.
fn note_for_human(draft: &mut Draft<'_>) {
    if draft.perceived.may_be_receipt() && paying::is_receipt_awaited(draft) {
        paying::note_proof(draft);
        if let Some(hand_over) = &mut draft.facts_mut().hand_over {
            (hand_over.from, hand_over.awaited) =
                (State::PaymentDelivery, Phase::AwaitingConfirmation);
        }
    } else if matches!(draft.facts().paying(), Paying::NotAsked | Paying::ReceiptAwaited)
        && !(draft.facts().cart.is_empty() && draft.facts().choices.is_empty())
    {
        address::take_address(draft);
    }
}

fn answer(draft: &mut Draft<'_>, was_opted_out: bool) -> Event {
    let perceived = draft.perceived;
    draft.end_hand_over();
    let agrees = perceived.has(Signal::Consent) || perceived.is_nod;
    let is_manager_offered = std::mem::take(&mut draft.facts_mut().flags.offered_manager);
    if is_manager_offered && agrees && !perceived.names_something() && !perceived.is_blocked {
        return service::escalate_by_words(draft);
    }
    if perceived.intent != Intent::OutOfDomain {
        draft.facts_mut().flags.off_topic = 0;
    }
    if !perceived.is_blocked
        && perceived.intent != Intent::Complaint
        && let Some(event) = paid::leave_changes(draft)
    {
        return event;
    }
    if perceived.has(Signal::Restart) && !perceived.is_blocked {
        return restart(draft);
    }
    if perceived.has(Signal::OptOut)
        && was_opted_out
        && perceived.intent == Intent::ThankyouSmalltalk
    {
        // Promised already: the less is said, the better.
        draft.tell(TemplateKey::EndAcknowledged);
        return Event::Declined;
    }
    if paid::takes_one_more(draft, agrees) {
        return upsell::accept(draft);
    }
    if perceived.is_disputed {
        service::nudge(draft);
        return Event::Unread;
    }
    if let Some(product) = perceived.guess.and_then(|id| draft.product(id)) {
        let name = Values::none().with(Placeholder::Name, product.name.as_str());
        draft.name(product.id, None, None);
        draft.facts_mut().shown = vec![product.id];
        draft.ask(TemplateKey::DiscoveryDidYouMean, name);
        return Event::Searched;
    }
    begin_anew_after_an_order(draft);
    if let Some(event) = gallery::go_on(draft) {
        return event;
    }
    greet_on_the_way(draft);
    match perceived.intent {
        Intent::Complaint if perceived.has(Signal::OrderStatus) => news::answer_where(draft),
        Intent::Complaint => service::escalate_by_words(draft),
        Intent::OutOfDomain => service::steer(draft),
        Intent::PhotoIdent => find::look_at_photo(draft),
        Intent::PaymentDelivery if perceived.may_be_receipt() => paying::take_proof(draft),
        _ => match service::answer_policies(draft) {
            Answer::Escalated(event) => event,
            answered => answer_wish(draft, answered == Answer::Given),
        },
    }
}

fn answer_wish(draft: &mut Draft<'_>, is_answered: bool) -> Event {
    let perceived = draft.perceived;
    match perceived.intent {
        Intent::PaymentDelivery => sale::sell(draft),
        Intent::SizeHelp | Intent::ColorHelp | Intent::DiscoveryOrQuestion => {
            find::find(draft, is_answered)
        }
        Intent::ThankyouSmalltalk
            if is_answered && !perceived.has_any(&[Signal::Doubt, Signal::Refusal]) =>
        {
            service::nudge(draft);
            Event::AskedPolicy
        }
        Intent::ThankyouSmalltalk => service::take_leave(draft),
        Intent::GreetingOnly => {
            greet(draft);
            Event::Greeted
        }
        _ => find::unread(draft),
    }
}

fn restart(draft: &mut Draft<'_>) -> Event {
    let customer = std::mem::take(&mut draft.facts_mut().customer);
    let greeted_at = Some(draft.now);
    let opted_out = draft.facts().flags.opted_out;
    let placed = std::mem::take(&mut draft.facts_mut().placed);
    let facts = draft.facts_mut();
    *facts = Default::default();
    facts.placed = placed;
    facts.flags.data_of_earlier_order = customer.is_complete();
    facts.customer = customer;
    facts.flags.greeted_at = greeted_at;
    facts.flags.opted_out = opted_out;
    draft.ask(TemplateKey::GreetingRestart, Values::none());
    Event::Restarted
}

/// After an order is done, the next wish begins a new one; the customer stays known.
fn begin_anew_after_an_order(draft: &mut Draft<'_>) {
    let is_done = draft.facts().payment.is_approved;
    if is_done && (draft.perceived.names_something() || draft.perceived.is_browsing()) {
        upsell::begin_new_order(draft);
    }
}

/// Whether the customer was greeted in the last hours.
fn is_greeted(draft: &Draft<'_>) -> bool {
    let since = draft.now.checked_sub(12.hours()).unwrap_or(Timestamp::MIN);
    draft.facts().flags.greeted_at.is_some_and(|at| at > since)
}

/// A greeting before an answer.
fn greet_on_the_way(draft: &mut Draft<'_>) {
    let perceived = draft.perceived;
    let is_first = draft.session.turns() == 0 && perceived.intent != Intent::OutOfDomain;
    let is_polite = perceived.has(Signal::Greeting) || is_first;
    let is_sad = perceived.intent == Intent::Complaint;
    if perceived.intent != Intent::GreetingOnly && is_polite && !is_sad && !is_greeted(draft) {
        draft.tell(TemplateKey::GreetingPrefix);
        draft.facts_mut().flags.greeted_at = Some(draft.now);
    }
}

/// Who comes back to an order or an offer that was left open goes on where it was left.
fn take_up_again(draft: &mut Draft<'_>) {
    let facts = draft.facts();
    if draft.session.state() != State::End || facts.payment.is_approved {
        return;
    }
    let (state, phase) = if !facts.cart.is_empty() {
        (State::PaymentDelivery, facts.sale_phase())
    } else if !facts.choices.is_empty() && facts.choices.iter().all(Choice::is_complete) {
        (State::Offer, State::Offer.first_phase())
    } else {
        return;
    };
    draft.session = draft.session.clone().put_back(state, phase);
}

fn greet(draft: &mut Draft<'_>) {
    take_up_again(draft);
    let is_known = is_greeted(draft);
    draft.facts_mut().flags.greeted_at = Some(draft.now);
    let is_open = matches!(
        draft.session.state(),
        State::Init | State::Discovery | State::End | State::OutOfDomain | State::Complaint
    );
    if is_open {
        let key = if is_known {
            TemplateKey::GreetingAgain
        } else if draft.facts().customer.is_complete() {
            TemplateKey::GreetingKnown
        } else {
            TemplateKey::GreetingHello
        };
        draft.ask(key, Values::none());
    } else {
        let has_order = !draft.facts().cart.is_empty();
        draft.tell(if has_order {
            TemplateKey::GreetingReturn
        } else {
            TemplateKey::GreetingPrefix
        });
        service::nudge(draft);
    }
}
