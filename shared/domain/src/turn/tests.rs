//! The guard at the end of a turn, and what its trace tells.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::Timestamp;

use super::{Message, Turn, TurnInput, reply, safe_text, take};
use crate::{
    decide::{self, Decision, Say},
    money::Money,
    perceive,
    prompts::{Placeholder, TemplateKey, Values},
    reply::Bubble,
    session::Session,
    state::State,
    testing::shop,
    word,
};

fn input(text: &str) -> TurnInput {
    let message = Message { text: Some(text.to_owned()), ..Message::default() };
    TurnInput { messages: vec![message], now: Timestamp::UNIX_EPOCH }
}

fn decision(text: &str) -> Decision {
    let session = Session::default();
    let perceived = perceive::read(&shop(), &session, &input(text));
    decide::decide(&shop(), session, &perceived, Timestamp::UNIX_EPOCH)
}

/// What goes out when the decision's words are these.
fn said(text: &str, says: Vec<Say>) -> (Vec<Bubble>, Vec<String>, State) {
    let decision = Decision { says, ..decision(text) };
    let (bubbles, failed) = reply(&shop(), 0, &decision);
    (bubbles, failed, decision.session.state())
}

fn safe(state: State) -> Vec<Bubble> {
    let say = Say::Text(safe_text(&Session::at(state)), Values::none());
    word::bubbles(shop().prompts, &[say], 0).unwrap()
}

#[test]
fn s11_2_a_wrong_price_is_not_sent_but_the_states_safe_text_is_and_the_trace_says_why() {
    let values = Values::none()
        .with(Placeholder::Name, "Костюм Лагуна")
        .with(Placeholder::Price, Money::from_uah(999));

    let (bubbles, failed, state) =
        said("лагуна рожева на 104", vec![Say::Text(TemplateKey::SizePriceAllSizes, values)]);

    assert_eq!(failed, ["price"]);
    assert_eq!(bubbles, safe(state));
}

#[test]
fn a_garment_of_another_turn_is_not_sent() {
    let values = Values::none().with(Placeholder::Name, "Костюм Мерея");

    let (bubbles, failed, state) =
        said("лагуна рожева на 104", vec![Say::Text(TemplateKey::DiscoveryFound, values)]);

    assert_eq!(failed, ["product"]);
    assert_eq!(bubbles, safe(state));
}

#[test]
fn a_foreign_photo_is_not_sent() {
    let values =
        Values::none().with(Placeholder::Name, "Костюм Лагуна").with(Placeholder::Color, "рожевий");
    let caption = (TemplateKey::ColorPhoto, values);
    let photo = Say::Photo { url: "https://example.com/a.jpg".to_owned(), caption };

    let (bubbles, failed, state) = said("лагуна рожева на 104", vec![photo]);

    assert_eq!(failed, ["link"]);
    assert_eq!(bubbles, safe(state));
}

#[test]
fn two_questions_are_not_sent() {
    let ask = |key| Say::Text(key, Values::none());
    let says = vec![ask(TemplateKey::DiscoveryAskWhat), ask(TemplateKey::SizeAskHeight)];

    let (bubbles, failed, state) = said("привіт", says);

    assert_eq!(failed, ["questions"]);
    assert_eq!(bubbles, safe(state));
}

#[test]
fn a_text_without_a_fact_that_it_names_is_not_sent() {
    let says = vec![Say::Text(TemplateKey::OfferReady, Values::none())];

    let (bubbles, failed, state) = said("лагуна рожева на 104", says);

    assert_eq!(failed, ["wording"]);
    assert_eq!(bubbles, safe(state));
}

#[test]
fn the_safe_text_of_every_state_passes_every_check() {
    for state in State::ALL {
        let says = vec![Say::Text(safe_text(&Session::at(state)), Values::none())];
        let (bubbles, failed, _) = said("привіт", says);
        assert!(failed.is_empty() && !bubbles.is_empty(), "{state:?} {failed:?}");
    }
}

fn turn(text: &str) -> Turn {
    take(&shop(), &Session::default(), &input(text))
}

#[test]
fn the_trace_holds_the_garments_sizes_and_prices_that_the_reply_was_made_from() {
    let turn = turn("лагуна рожева на 104");

    assert_eq!(
        turn.trace.facts,
        ["product:11698818", "size:11698818:98-104", "price:11698818:1790"]
    );
    assert!(turn.trace.checks_failed.is_empty());
}

#[test]
fn the_trace_holds_the_policies_that_were_told() {
    assert_eq!(
        turn("яка доставка і чи можна повернути?").trace.facts,
        ["policy:delivery", "policy:return"]
    );
    assert!(turn("привіт").trace.facts.is_empty());
}

#[test]
fn with_a_full_cart_the_safe_text_asks_for_what_the_order_lacks_and_for_no_garment() {
    let mut session = Session::default();
    for text in ["лагуна рожева на 104", "беру"] {
        session = take(&shop(), &session, &input(text)).session;
    }
    assert_eq!(session.state(), State::PaymentDelivery);
    let values = Values::none()
        .with(Placeholder::Name, "Костюм Лагуна")
        .with(Placeholder::Price, Money::from_uah(999));
    let says = vec![Say::Text(TemplateKey::SizePriceAllSizes, values)];
    let decision = Decision { says, session, ..decision("беру") };

    let (bubbles, failed) = reply(&shop(), 0, &decision);

    let wanted = [Say::Text(TemplateKey::OrderDataWanted, Values::none())];
    assert_eq!(failed, ["price"]);
    assert_eq!(bubbles, word::bubbles(shop().prompts, &wanted, 0).unwrap());
}
