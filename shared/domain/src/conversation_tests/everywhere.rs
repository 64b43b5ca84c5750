//! Every state with every phase and every intent, with nothing known, with garments on offer, and
//! with an order being paid for: places that no conversation may ever reach among them.

use proptest::prelude::*;

use super::{MESSAGES, check, is_escalated, now, say, texts};
use crate::{
    decide::{EDGES, Event, follow},
    language::{
        rules::{Rules, Signal},
        token::tokens,
    },
    session::{Session, facts::Paying},
    state::{Intent, Phase, State},
    turn::{Action, Turn},
};

const PHASES: [Phase; 16] = [
    Phase::Init,
    Phase::Discovery,
    Phase::VisionDone,
    Phase::WaitingForSize,
    Phase::WaitingForColor,
    Phase::SizeColorDone,
    Phase::OfferMade,
    Phase::WaitingForDeliveryData,
    Phase::WaitingForPaymentMethod,
    Phase::WaitingForPaymentProof,
    Phase::AwaitingConfirmation,
    Phase::UpsellOffered,
    Phase::Completed,
    Phase::Complaint,
    Phase::OutOfDomain,
    Phase::Escalated,
];

/// A message for each intent, read so at the beginning of a conversation.
const INTENTS: [(&str, Intent); 10] = [
    ("Привіт", Intent::GreetingOnly),
    ("покажіть костюми", Intent::DiscoveryOrQuestion),
    ("[photo]", Intent::PhotoIdent),
    ("зріст 128", Intent::SizeHelp),
    ("які є кольори?", Intent::ColorHelp),
    ("беру, оформлюйте", Intent::PaymentDelivery),
    ("прийшов брак", Intent::Complaint),
    ("дякую, до побачення", Intent::ThankyouSmalltalk),
    ("яка погода в Києві?", Intent::OutOfDomain),
    ("???", Intent::UnknownOrEmpty),
];

/// Conversations as far as they can have come.
const BEGINNINGS: [&[&str]; 4] = [
    &[],
    &["які костюми є на 128?"],
    &["лагуна рожева на 104"],
    &["лагуна рожева на 104", "беру", "Коваль Ольга, 0671234567, Львів, відділення 5", "повністю"],
];

fn begun(beginning: usize) -> Session {
    BEGINNINGS[beginning]
        .iter()
        .fold(Session::default(), |session, text| say(&session, text, now()).session)
}

fn places() -> impl Iterator<Item = (State, Phase)> {
    State::ALL.into_iter().flat_map(|state| PHASES.map(|phase| (state, phase)))
}

/// An order is sent only with garments, everything that a parcel needs, and the money found.
fn places_a_whole_order(turn: &Turn) -> bool {
    let facts = turn.session.facts();
    let is_placed = turn.actions.contains(&Action::PlaceOrder);
    !is_placed
        || (!facts.cart.is_empty() && facts.customer.is_complete() && facts.payment.is_approved)
}

/// Whether the conversation can go on: something was said, or silence is what it should be.
fn goes_on(before: &Session, text: &str, turn: &Turn) -> bool {
    let is_silent = turn.reply.bubbles.is_empty();
    let is_left_alone = before.is_handed_over()
        || text.starts_with('!')
        || turn.trace.to.state == State::OutOfDomain;
    !is_silent || is_left_alone
}

#[test]
fn each_intent_is_read_as_it_is_meant() {
    for (text, intent) in INTENTS {
        assert_eq!(say(&Session::default(), text, now()).trace.intent, intent, "{text}");
    }
}

#[test]
fn every_intent_is_answered_from_every_state_in_every_phase_whatever_is_known() {
    for beginning in 0..BEGINNINGS.len() {
        let known = begun(beginning);
        for (state, phase) in places() {
            let session = known.clone().put_back(state, phase);
            for (text, _) in INTENTS {
                let turn = say(&session, text, now());
                let place = format!("{state:?}/{phase:?} {beginning} {text}: {}", texts(&turn));
                assert!(turn.trace.checks_failed.is_empty(), "{place}");
                assert!(goes_on(&session, text, &turn), "dead end: {place}");
                assert!(places_a_whole_order(&turn), "{place}");
            }
        }
    }
}

#[test]
fn a_complaint_and_a_call_for_a_human_escalate_from_every_state_in_every_phase() {
    for (state, phase) in places().filter(|(state, _)| *state != State::Complaint) {
        for text in
            ["прийшов бракований костюм", "покличте менеджера", "ви шахраї", "де моя посилка?"]
        {
            let session = begun(2).put_back(state, phase);
            let turn = say(&session, text, now());
            assert_eq!(turn.trace.to.state, State::Complaint, "{state:?}/{phase:?} {text}");
            assert!(is_escalated(&turn), "{state:?}/{phase:?} {text}");
        }
    }
}

#[test]
fn a_photo_goes_where_its_context_says_from_every_state_in_every_phase() {
    for beginning in 0..BEGINNINGS.len() {
        for (state, phase) in places().filter(|(state, _)| *state != State::Complaint) {
            let session = begun(beginning).put_back(state, phase);
            let awaits = session.facts().paying() == Paying::ReceiptAwaited;
            let turn = say(&session, "[photo]", now());
            let intent = if awaits { Intent::PaymentDelivery } else { Intent::PhotoIdent };
            assert_eq!(turn.trace.intent, intent, "{state:?}/{phase:?} {beginning}");
            assert_eq!(
                turn.session.facts().payment.proof,
                awaits,
                "{state:?}/{phase:?} {beginning}"
            );
        }
    }
}

#[test]
fn every_event_leads_from_every_state_in_every_phase_to_a_place_that_is_left_again() {
    for (state, phase) in places() {
        for event in Event::ALL {
            let (edge, to, _) = follow(state, phase, event);
            assert!(EDGES.contains(edge), "{state:?}/{phase:?} {event:?}");
            let is_left = Event::ALL.iter().any(|event| follow(to, phase, *event).1 != to);
            assert!(is_left, "{to:?} is a dead end");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_said_anywhere_keeps_the_rules_of_the_shop(
        beginning in 0..BEGINNINGS.len(),
        state in prop::sample::select(State::ALL.to_vec()),
        phase in prop::sample::select(PHASES.to_vec()),
        order in prop::collection::vec(0..MESSAGES.len(), 1..6),
    ) {
        let mut session = begun(beginning).put_back(state, phase);
        for place in order {
            let text = MESSAGES[place];
            let turn = say(&session, text, now());
            prop_assert!(goes_on(&session, text, &turn), "{:?}/{:?} {}", state, phase, text);
            prop_assert!(places_a_whole_order(&turn), "{:?}/{:?} {}", state, phase, text);
            for product in &turn.trace.products {
                prop_assert!(product.price.is_none() || product.size.is_some(), "{}", text);
            }
            session = turn.session;
        }
    }

    #[test]
    fn a_yes_with_letters_around_it_is_no_yes(
        yes in prop::sample::select(vec!["так", "да", "ок", "ага", "угу", "хочу", "буду", "давай"]),
        before in "[бвгджзклмнпрстфхцчшщ]{0,3}",
        after in "[бвгджзклмнпрстфхцчшщ]{0,3}",
    ) {
        // A letter drawn out ("такк", "ббуду") is still the word; another letter makes another word.
        let is_drawn_out = before.chars().all(|letter| yes.starts_with(letter))
            && after.chars().all(|letter| yes.ends_with(letter));
        prop_assume!(!is_drawn_out);
        let word = format!("{before}{yes}{after}");
        // Words of their own: "агась" and "угусь" without their soft sign are among them.
        let words = ["окк", "дада", "тактак", "атак", "далх", "агас", "угус"];
        prop_assume!(!words.contains(&word.as_str()));
        let seen = Rules::own().read(&tokens(&word), |_| true);
        prop_assert!(seen.iter().all(|seen| seen.signal != Signal::Consent), "{}", word);
    }

    #[test]
    fn any_text_said_anywhere_is_read_without_a_panic(
        state in prop::sample::select(State::ALL.to_vec()),
        phase in prop::sample::select(PHASES.to_vec()),
        text in "[а-яіїєґА-ЯІЇЄҐa-z0-9 .,?!+\\-/'№\n]{0,60}",
    ) {
        let session = begun(1).put_back(state, phase);
        let turn = say(&session, &text, now());
        prop_assert!(turn.trace.checks_failed.is_empty(), "{:?} {}", turn.trace.checks_failed, text);
    }
}

#[test]
fn what_was_ordered_is_checked_wherever_it_is_said() {
    let mut session = begun(3);
    for text in ["[photo]", "!approve", "ні, дякую"] {
        let turn = say(&session, text, now());
        check(&session, text, &turn).unwrap();
        session = turn.session;
    }
    assert_eq!(session.state(), State::End);
}
