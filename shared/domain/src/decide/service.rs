//! What is no sale: questions about the shop, humans, talk of other things.

use super::{draft::Draft, edges::Event, listing::ask_height};
use crate::{
    catalog::{AnsweredBy, PolicyTopic},
    language::rules::Signal,
    prompts::{Placeholder, TemplateKey, Values},
    session::facts::{EscalationReason, HandOver},
    state::{Intent, Phase, State},
    turn::Action,
};

/// Hands the conversation to a human.
pub(super) fn escalate(draft: &mut Draft<'_>, reason: EscalationReason, key: TemplateKey) -> Event {
    draft.tell(key);
    draft.actions.push(Action::Escalate { reason });
    let (from, awaited, at) = (draft.session.state(), draft.session.phase(), draft.now);
    draft.facts_mut().hand_over = Some(HandOver::new(at, reason, from, awaited));
    Event::Escalated
}

/// The assistant is paused: a human answers.
pub(super) fn leave_to_managers(draft: &mut Draft<'_>) -> Event {
    escalate(draft, EscalationReason::Paused, TemplateKey::HandoverPaused)
}

/// A human was promised and is not there yet; thanks end the matter.
pub(super) fn wait_for_human(draft: &mut Draft<'_>) -> Event {
    if draft.perceived.intent == Intent::ThankyouSmalltalk {
        return take_leave(draft);
    }
    draft.tell(TemplateKey::HandoverWaiting);
    Event::AskedPolicy
}

/// A complaint, an insult, a call for a human and the like.
pub(super) fn escalate_by_words(draft: &mut Draft<'_>) -> Event {
    let perceived = draft.perceived;
    let (reason, key) = if perceived.has(Signal::Danger) {
        (EscalationReason::Danger, TemplateKey::HandoverDanger)
    } else if perceived.has(Signal::Insult) {
        (EscalationReason::Insult, TemplateKey::HandoverInsult)
    } else if perceived.has(Signal::Complaint) {
        (EscalationReason::Complaint, TemplateKey::HandoverComplaint)
    } else if perceived.has(Signal::WantsReturn) {
        (EscalationReason::ReturnOrExchange, TemplateKey::HandoverReturn)
    } else if perceived.has(Signal::OrderStatus) {
        (EscalationReason::OrderStatus, TemplateKey::HandoverOrderStatus)
    } else {
        (EscalationReason::HumanAsked, TemplateKey::HandoverHuman)
    };
    escalate(draft, reason, key)
}

/// The questions about the shop that a message asks, and the topic of each.
const TOPICS: [(Signal, PolicyTopic); 8] = [
    (Signal::Wholesale, PolicyTopic::Wholesale),
    (Signal::Urgent, PolicyTopic::UrgentShipping),
    (Signal::AskCare, PolicyTopic::Care),
    (Signal::AskDelivery, PolicyTopic::Delivery),
    (Signal::AskPayment, PolicyTopic::Payment),
    (Signal::AskFee, PolicyTopic::Payment),
    (Signal::AskReturn, PolicyTopic::Return),
    (Signal::Discount, PolicyTopic::Discount),
];

/// Answers the questions about the shop. Says whether there were any, or that one of them is a
/// human's.
pub(super) fn answer_policies(draft: &mut Draft<'_>) -> Answer {
    let mut answer = Answer::None;
    for (signal, topic) in TOPICS {
        // What holds in the country says nothing of a parcel abroad.
        let is_abroad = topic == PolicyTopic::Delivery && draft.perceived.has(Signal::AskAbroad);
        if !draft.perceived.has(signal) || is_abroad {
            continue;
        }
        if draft.shop.catalog.policies().answered_by(topic) == AnsweredBy::Manager {
            return Answer::Escalated(escalate_topic(draft, topic));
        }
        answer = Answer::Given;
        answer_topic(draft, topic);
    }
    let perceived = draft.perceived;
    let asks_abroad = perceived.has(Signal::AskAbroad) && perceived.has(Signal::AskDelivery);
    if (perceived.has(Signal::AskAboutShop) || asks_abroad) && answer == Answer::None {
        answer = Answer::Given;
        draft.ask(TemplateKey::PolicyAskManager, Values::none());
        draft.facts_mut().flags.offered_manager = true;
    }
    for (signal, key) in [
        (Signal::Expensive, TemplateKey::OfferExpensive),
        (Signal::AskIdentity, TemplateKey::PolicyIdentity),
        (Signal::OtherLanguage, TemplateKey::PolicyLanguage),
        (Signal::Competitor, TemplateKey::PolicyCompetitor),
    ] {
        // Who finds it dear and asks for a discount hears one answer.
        let is_doubled = signal == Signal::Expensive && perceived.has(Signal::Discount);
        if perceived.has(signal) && !is_doubled {
            answer = Answer::Given;
            draft.tell(key);
        }
    }
    answer
}

/// What became of the questions about the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// There were none.
    None,
    /// They were answered.
    Given,
    /// A human answers.
    Escalated(Event),
}

fn escalate_topic(draft: &mut Draft<'_>, topic: PolicyTopic) -> Event {
    let (reason, key) = match topic {
        PolicyTopic::Wholesale => (EscalationReason::Wholesale, TemplateKey::HandoverWholesale),
        PolicyTopic::UrgentShipping => (EscalationReason::Policy, TemplateKey::HandoverUrgent),
        PolicyTopic::Return | PolicyTopic::Exchange => {
            (EscalationReason::ReturnOrExchange, TemplateKey::HandoverReturn)
        }
        PolicyTopic::Delivery
        | PolicyTopic::Payment
        | PolicyTopic::Availability
        | PolicyTopic::Care
        | PolicyTopic::Discount => (EscalationReason::Policy, TemplateKey::PolicyManager),
    };
    escalate(draft, reason, key)
}

fn answer_topic(draft: &mut Draft<'_>, topic: PolicyTopic) {
    let policies = draft.shop.catalog.policies();
    let none = Values::none;
    match topic {
        PolicyTopic::Delivery => {
            let delivery = &policies.delivery;
            let values = none()
                .with(Placeholder::Carrier, delivery.carrier.as_str())
                .with(Placeholder::DaysFrom, u32::from(delivery.days_from))
                .with(Placeholder::DaysTo, u32::from(delivery.days_to));
            draft.say(TemplateKey::PolicyDelivery, values);
        }
        PolicyTopic::Payment => {
            let values = none().with(Placeholder::Prepayment, policies.payment.prepayment);
            draft.say(TemplateKey::PolicyPayment, values);
            let total = draft.facts().cart.total();
            if draft.perceived.has(Signal::AskFee) && !draft.facts().cart.is_empty() {
                let parts = policies.payment.on_delivery(total);
                let values = none()
                    .with(Placeholder::Prepayment, parts.prepayment)
                    .with(Placeholder::Rest, parts.rest)
                    .with(Placeholder::Fee, parts.fee);
                draft.say(TemplateKey::PaymentPrepayment, values);
            }
        }
        PolicyTopic::Return => draft.tell(TemplateKey::PolicyReturn),
        PolicyTopic::Exchange => draft.tell(TemplateKey::PolicyExchange),
        PolicyTopic::Availability => draft.tell(TemplateKey::PolicyAvailability),
        PolicyTopic::Discount => draft.tell(TemplateKey::PolicyDiscount),
        PolicyTopic::Care | PolicyTopic::Wholesale | PolicyTopic::UrgentShipping => {
            draft.tell(TemplateKey::PolicyManager);
        }
    }
}

/// How often talk of other things is steered back before it is left alone.
const STEERS: u32 = 2;

/// Talk of other things: steered back twice, then left alone.
pub(super) fn steer(draft: &mut Draft<'_>) -> Event {
    let times = draft.facts().flags.off_topic;
    draft.facts_mut().flags.off_topic = times.saturating_add(1);
    if times >= STEERS {
        return Event::WentOffTopic;
    }
    if draft.perceived.is_blocked {
        if draft.perceived.has(Signal::Discount) {
            draft.tell(TemplateKey::PolicyDiscount);
        }
        draft.ask(TemplateKey::OodRefuse, Values::none());
    } else if times == 0 {
        draft.ask(TemplateKey::OodSteer, Values::none());
    } else {
        draft.tell(TemplateKey::OodSteerAgain);
    }
    Event::WentOffTopic
}

/// Thanks, farewells, small talk, refusals.
pub(super) fn take_leave(draft: &mut Draft<'_>) -> Event {
    let perceived = draft.perceived;
    let is_paying =
        draft.session.state() == State::PaymentDelivery && !draft.facts().cart.is_empty();
    if perceived.has(Signal::OptIn) {
        draft.tell(TemplateKey::PolicyOptIn);
        nudge(draft);
        return Event::AskedPolicy;
    }
    if perceived.has(Signal::OptOut) {
        draft.tell(TemplateKey::PolicyOptOut);
        return Event::Declined;
    }
    if perceived.has_any(&[Signal::Doubt, Signal::Expensive]) {
        draft.tell(TemplateKey::OfferThink);
        return Event::Declined;
    }
    if perceived.has(Signal::Refusal) {
        draft.tell(TemplateKey::EndRefused);
        return Event::Declined;
    }
    if perceived.has(Signal::SmallTalk) && !perceived.has_any(&[Signal::Thanks, Signal::Goodbye]) {
        draft.ask(TemplateKey::GreetingSmallTalk, Values::none());
        return Event::AskedPolicy;
    }
    let key = if perceived.has(Signal::Thanks) {
        TemplateKey::EndThanks
    } else if perceived.has(Signal::Goodbye) {
        TemplateKey::EndBye
    } else {
        TemplateKey::EndAcknowledged
    };
    draft.tell(key);
    if is_paying {
        nudge(draft);
        return Event::AskedPolicy;
    }
    let is_between = matches!(
        draft.session.state(),
        State::Init | State::Discovery | State::SizeColor | State::Vision
    ) && key == TemplateKey::EndAcknowledged;
    if is_between { Event::AskedPolicy } else { Event::TookLeave }
}

/// Asks again for what is awaited, so that an answer in between does not end the thread.
pub(super) fn nudge(draft: &mut Draft<'_>) {
    match (draft.session.state(), draft.session.phase()) {
        (State::Init | State::Discovery | State::OutOfDomain, _) => {
            let key = if draft.facts().shown.is_empty() {
                TemplateKey::DiscoveryAskWhat
            } else {
                TemplateKey::DiscoveryAskWhich
            };
            draft.ask(key, Values::none());
        }
        (State::Vision, _) => draft.ask(TemplateKey::DiscoveryAskWhat, Values::none()),
        (State::SizeColor, Phase::WaitingForColor) if !draft.facts().choices.is_empty() => {
            draft.ask(TemplateKey::ColorAskWhich, Values::none());
        }
        (State::SizeColor, _) => ask_height(draft),
        (State::Offer, _) => draft.ask(TemplateKey::OfferAsk, Values::none()),
        (State::PaymentDelivery, _) => super::sale::ask_next(draft),
        (State::Upsell | State::End | State::Complaint, _) => {}
    }
}
