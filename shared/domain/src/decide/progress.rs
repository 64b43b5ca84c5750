//! Getting unstuck: turns that bring nothing forward are counted, and answered differently.

use super::{
    address::missing,
    draft::{Draft, labels},
    edges::Event,
    present::colors_in,
    service::escalate,
};
use crate::{
    catalog::Product,
    language::rules::Signal,
    prompts::{Placeholder, TemplateKey, Values},
    session::{
        Session,
        facts::{EscalationReason, Facts, Flags, Paying},
    },
    state::{Phase, State},
};

/// Turns without progress after which the question is put differently.
const PUT_DIFFERENTLY: u32 = 3;
/// Turns without progress after which options are offered.
const OFFER_OPTIONS: u32 = 5;
/// Turns without progress after which a human is called.
const CALL_A_HUMAN: u32 = 8;

/// The questions that are answered without going anywhere.
const QUESTIONS: [Signal; 23] = [
    Signal::AskFee,
    Signal::Adult,
    Signal::AskAboutShop,
    Signal::AskAvailability,
    Signal::AskCare,
    Signal::AskColors,
    Signal::AskDelivery,
    Signal::AskDetails,
    Signal::AskFabric,
    Signal::AskHowToOrder,
    Signal::AskIdentity,
    Signal::AskPayment,
    Signal::AskPhoto,
    Signal::AskPrice,
    Signal::AskRequisites,
    Signal::AskReturn,
    Signal::AskSize,
    Signal::Compare,
    Signal::Competitor,
    Signal::Discount,
    Signal::Expensive,
    Signal::OtherLanguage,
    Signal::SizeChart,
];

/// The most options that are offered at once.
const MAX_OPTIONS: usize = 10;

/// The most characters of an option: what a button shows.
const OPTION_CHARACTERS: usize = 20;

/// Events that end the waiting, one way or another.
const ANSWERS: [Event; 5] =
    [Event::Silent, Event::Restarted, Event::Escalated, Event::WentOffTopic, Event::TookLeave];

/// Counts a turn that brought nothing forward, and helps out; gives the event that comes of it.
pub(super) fn unstick(draft: &mut Draft<'_>, before: &Session, event: Event) -> Event {
    if ANSWERS.contains(&event)
        || said(draft.facts()) != said(before.facts())
        || moves(before, event)
    {
        if event != Event::Silent {
            let flags = &mut draft.facts_mut().flags;
            flags.stuck = 0;
            flags.answered.clear();
        }
        return event;
    }
    if event == Event::AskedPolicy && notes_new_question(draft) {
        return event;
    }
    let stuck = draft.facts().flags.stuck.saturating_add(1);
    draft.facts_mut().flags.stuck = stuck;
    if stuck >= CALL_A_HUMAN {
        draft.facts_mut().flags.stuck = 0;
        draft.fall_silent();
        return escalate(draft, EscalationReason::NoProgress, TemplateKey::HandoverStuck);
    }
    // While money is awaited, or looked for, nothing helps but time.
    let is_waiting =
        matches!(draft.facts().paying(), Paying::ReceiptAwaited | Paying::BeingChecked)
            && draft.session.state() == State::PaymentDelivery;
    if stuck >= PUT_DIFFERENTLY && !is_waiting {
        draft.unask();
        put_differently(draft);
    }
    if stuck >= OFFER_OPTIONS {
        draft.options = options(draft);
    }
    event
}

/// Whether the turn answered a question that was not answered lately; notes all that it answered.
/// Who asks eight things about the shop is interested and not stuck; who asks one thing eight times
/// is.
fn notes_new_question(draft: &mut Draft<'_>) -> bool {
    let asked: Vec<&str> = QUESTIONS
        .iter()
        .filter(|signal| draft.perceived.has(**signal))
        .map(|signal| signal.as_str())
        .collect();
    let answered = &mut draft.facts_mut().flags.answered;
    let before = answered.len();
    for name in asked {
        if !answered.iter().any(|known| known == name) {
            answered.push(name.to_owned());
        }
    }
    answered.len() > before
}

/// What was said, without the marks of how often something was done.
fn said(facts: &Facts) -> Facts {
    Facts { flags: Flags::default(), shown: Vec::new(), options: Vec::new(), ..facts.clone() }
}

fn moves(before: &Session, event: Event) -> bool {
    let (_, state, phase) = super::follow(before.state(), before.phase(), event);
    (state, phase) != (before.state(), before.phase())
}

fn put_differently(draft: &mut Draft<'_>) {
    let none = Values::none;
    match (draft.session.state(), draft.session.phase()) {
        (State::PaymentDelivery, _) if draft.facts().cart.is_empty() => {
            draft.ask(TemplateKey::DiscoveryPutDifferently, none());
        }
        (_, Phase::WaitingForDeliveryData) => {
            let missing = missing(draft);
            if missing.is_empty() {
                super::sale::ask_next(draft);
            } else {
                let values = none().with(Placeholder::Missing, missing);
                draft.ask(TemplateKey::OrderPutDifferently, values);
            }
        }
        (_, Phase::WaitingForPaymentMethod) => {
            draft.ask(TemplateKey::OrderMethodPutDifferently, none());
        }
        (State::Offer, _) => draft.ask(TemplateKey::OfferPutDifferently, none()),
        (State::SizeColor, Phase::WaitingForColor) if !open_colors(draft).is_empty() => {
            let values = none().with(Placeholder::Colors, open_colors(draft).join(", "));
            draft.ask(TemplateKey::ColorPutDifferently, values);
        }
        (State::SizeColor, _) => draft.ask(TemplateKey::SizePutDifferently, none()),
        _ => draft.ask(TemplateKey::DiscoveryPutDifferently, none()),
    }
}

/// The colours that the garment without one comes in.
fn open_colors(draft: &Draft<'_>) -> Vec<String> {
    let choice = draft.facts().choices.iter().find(|choice| choice.color.is_none());
    let colors = choice.and_then(|choice| {
        let product = draft.product(choice.product_id)?;
        let fitting = colors_in(product, choice.size?);
        Some(fitting.map(|variant| labels([variant])).collect())
    });
    colors.unwrap_or_default()
}

/// The sizes that the garment without one comes in.
fn open_sizes(draft: &Draft<'_>) -> Vec<String> {
    let choice = draft.facts().choices.iter().find(|choice| choice.size.is_none());
    let product = choice.and_then(|choice| draft.product(choice.product_id));
    product.into_iter().flat_map(Product::sizes).map(|size| size.to_string()).collect()
}

/// What can be tapped where a question has few answers, from the first time that it is asked.
pub(super) fn quick_answers(draft: &Draft<'_>, state: State, phase: Phase) -> Vec<String> {
    let keys: &[TemplateKey] = match (state, phase) {
        (State::PaymentDelivery, Phase::WaitingForPaymentMethod) => {
            &[TemplateKey::QuickFull, TemplateKey::QuickPrepayment]
        }
        (State::Offer, Phase::OfferMade) => {
            &[TemplateKey::QuickTake, TemplateKey::QuickOtherColor, TemplateKey::QuickOtherSize]
        }
        (State::Upsell, Phase::UpsellOffered) => &[TemplateKey::QuickYes, TemplateKey::QuickNo],
        _ => &[],
    };
    keys.iter().map(|key| draft.words(*key, &Values::none())).collect()
}

/// What can be tapped instead of typed, for what is awaited.
pub(super) fn options(draft: &Draft<'_>) -> Vec<String> {
    let words = |keys: &[TemplateKey]| {
        keys.iter().map(|key| draft.words(*key, &Values::none())).collect::<Vec<_>>()
    };
    let mut options = match (draft.session.state(), draft.session.phase()) {
        (_, Phase::WaitingForPaymentMethod) => {
            words(&[TemplateKey::QuickFull, TemplateKey::QuickPrepayment])
        }
        (State::PaymentDelivery, _) if !draft.facts().cart.is_empty() => Vec::new(),
        (State::Offer, _) => words(&[TemplateKey::QuickTake, TemplateKey::QuickOtherColor]),
        (State::Upsell, _) => words(&[TemplateKey::QuickYes, TemplateKey::QuickNo]),
        (State::SizeColor, Phase::WaitingForColor) => open_colors(draft),
        (State::SizeColor, _) => open_sizes(draft),
        _ => draft
            .shop
            .catalog
            .categories()
            .iter()
            .map(|category| category.key.to_string())
            .collect(),
    };
    options.retain(|option| option.chars().count() <= OPTION_CHARACTERS);
    options.truncate(MAX_OPTIONS);
    options.extend(words(&[TemplateKey::QuickManager]));
    options
}
