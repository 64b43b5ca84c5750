#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::ToSpan as _;

use super::*;
use crate::{
    decide::{Deed, Duty, Manager, ManagerAct, next_due},
    model::Step,
    reply::Bubble,
    testing::{shop, take_on_time},
    turn::{self, Message, Turn, TurnInput},
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn hours(after: Timestamp, hours: i64) -> Timestamp {
    after.checked_add(hours.hours()).unwrap()
}

fn say(session: &Session, text: &str, now: Timestamp) -> Session {
    let message = Message { text: Some(text.to_owned()), ..Message::default() };
    turn::take(&shop(), session, &TurnInput { messages: vec![message], now }).session
}

/// A customer who was made an offer, and is silent since.
fn offered(now: Timestamp) -> Session {
    let session = say(&Session::default(), "сукня Анна на зріст 128, рожева", now);
    assert_eq!(session.state(), State::Offer);
    session
}

fn pass(session: &Session, now: Timestamp) -> Turn {
    take_on_time(&shop(), session, now)
}

fn words(turn: &Turn) -> String {
    let text = |bubble: &Bubble| match bubble {
        Bubble::Text(text) => text.clone(),
        Bubble::Photo { .. } | Bubble::Sent { .. } => String::new(),
    };
    turn.reply.bubbles.iter().map(text).collect()
}

fn planned(session: &Session, now: Timestamp) -> Option<Planned> {
    follow_up(session, shop().settings, now)
}

/// Noon in Kyiv, winter time.
const NOON: &str = "2026-11-16T10:00:00Z";

#[test]
fn a_model_words_what_is_about_the_garment_and_nothing_that_is_about_money() {
    let heard = at(NOON);
    let open = offered(heard);
    let data = "Коваль Ольга, 0671234567, Львів, відділення 5";
    let paying = ["беру", data, "повна оплата"]
        .iter()
        .fold(open.clone(), |session, text| say(&session, text, heard));
    assert_eq!(paying.phase(), Phase::WaitingForPaymentProof);

    let offer = turn::begin_on_time(&shop(), &open, hours(heard, 4));
    let money = turn::begin_on_time(&shop(), &paying, hours(heard, 4));

    let Step::Ask(consultation) = offer else { unreachable!("{offer:?}") };
    let question = consultation.question(&shop()).input;
    assert!(question.contains("# Draft") && question.contains("# No message"), "{question}");
    let Step::Done(money) = money else { unreachable!("{money:?}") };
    assert!(words(&money).contains("Анна"), "{money:?}");
}

#[test]
fn two_follow_ups_with_the_garments_name_and_different_words_then_a_manager_once() {
    let heard = at(NOON);
    let session = offered(heard);

    let first = pass(&session, hours(heard, 4));
    let second = pass(&first.session, hours(heard, 23));
    let told = pass(&second.session, hours(heard, 24));
    let later = pass(&told.session, hours(heard, 30));

    assert!(words(&first).contains("Анна") && words(&second).contains("Анна"));
    assert_ne!(words(&first), words(&second));
    assert_eq!(first.trace.to.state, State::Offer);
    assert_eq!(told.actions, [Action::TellUnanswered]);
    assert!(words(&told).is_empty() && words(&later).is_empty() && later.actions.is_empty());
    assert_eq!(
        next_due(&later.session, shop().settings, hours(heard, 30)).unwrap().duty,
        Duty::Summary
    );
}

#[test]
fn a_follow_up_in_quiet_hours_waits_for_their_end() {
    // 18:00 in Kyiv; four hours later it is ten at night.
    let heard = at("2026-11-16T16:00:00Z");
    let session = offered(heard);

    let morning = at("2026-11-17T07:00:00Z");
    assert_eq!(planned(&session, heard), Some(Planned::Say(morning)));
    assert!(words(&pass(&session, hours(heard, 4))).is_empty());
    assert!(!words(&pass(&session, morning)).is_empty());
}

#[test]
fn a_follow_up_whose_time_is_not_over_within_the_window_goes_to_a_manager() {
    // 22:30 in Kyiv: 23 hours later it is half past nine at night, and the window closes at 22:30.
    let heard = at("2026-11-16T20:30:00Z");
    let first = pass(&offered(heard), at("2026-11-17T07:00:00Z"));

    let second = pass(&first.session, hours(heard, 23));

    assert!(!words(&first).is_empty() && words(&second).is_empty());
    assert_eq!(second.actions, [Action::TellUnanswered]);
}

#[test]
fn quiet_hours_follow_the_summer_time() {
    let quiet = shop().settings.quiet;
    for (moment, over_by) in [
        // 29 March 2026, the clock goes forward: nine in Kyiv is six in UTC from then on.
        ("2026-03-28T20:00:00Z", "2026-03-29T06:00:00Z"),
        ("2026-03-27T20:00:00Z", "2026-03-28T07:00:00Z"),
        // 25 October 2026, back.
        ("2026-10-24T19:00:00Z", "2026-10-25T07:00:00Z"),
        ("2026-10-23T19:00:00Z", "2026-10-24T06:00:00Z"),
        ("2026-07-01T17:59:59Z", "2026-07-01T17:59:59Z"),
        ("2026-07-01T18:00:00Z", "2026-07-02T06:00:00Z"),
        ("2026-07-01T03:00:00Z", "2026-07-01T06:00:00Z"),
    ] {
        assert_eq!(quiet.over_by(at(moment)), at(over_by), "{moment}");
    }
    assert_eq!(quiet.begin_after(at("2026-07-01T12:00:00Z")), at("2026-07-01T18:00:00Z"));
    assert_eq!(quiet.begin_after(at("2026-12-01T12:00:00Z")), at("2026-12-01T19:00:00Z"));
}

#[test]
fn one_that_is_very_late_stands_for_both() {
    let heard = at(NOON);

    let late = pass(&offered(heard), at("2026-11-17T09:30:00Z"));
    let next = pass(&late.session, at("2026-11-17T09:35:00Z"));

    assert!(!words(&late).is_empty() && words(&next).is_empty());
    assert_eq!(planned(&late.session, heard), Some(Planned::TellManager(hours(heard, 24))));
}

#[test]
fn whatever_the_customer_writes_cancels_and_begins_anew() {
    let heard = at(NOON);
    let first = pass(&offered(heard), hours(heard, 4)).session;
    let back = hours(heard, 5);

    let session = say(&first, "а яка тканина?", back);

    assert_eq!(session.follow_ups(), FollowUps::default());
    assert_eq!(planned(&session, back), Some(Planned::Say(at("2026-11-17T07:00:00Z"))));
}

#[test]
fn nobody_is_followed_who_bought_refused_opted_out_or_talks_with_a_human() {
    let heard = at(NOON);
    let offered = offered(heard);
    let manager = Manager { id: 1, name: "Оля".to_owned() };
    let taken = turn::take_for_manager(
        &shop(),
        &offered,
        &manager,
        &Deed::Press(ManagerAct::TakeOver),
        heard,
    )
    .session;
    let mut paid = offered.clone();
    paid.facts_mut().payment.proof = true;
    for (what, session) in [
        ("opted out", say(&offered, "не пишіть мені більше", heard)),
        ("refused", say(&offered, "ні, не треба", heard)),
        ("human asked", say(&offered, "покличте менеджера", heard)),
        ("human", taken),
        ("paid", paid),
        ("greeted", Session::default()),
    ] {
        assert_eq!(planned(&session, heard), None, "{what}");
        assert!(words(&pass(&session, hours(heard, 4))).is_empty(), "{what}");
    }
    // None ever again, until the customer takes it back.
    let opted_out = say(&offered, "не пишіть мені більше", heard);
    let back = say(&opted_out, "сукня Анна на зріст 128, рожева", heard);
    assert_eq!(planned(&back, heard), None);
}

#[test]
fn every_state_that_is_followed_up_has_words_of_its_own() {
    let heard = at(NOON);
    let mut said = Vec::new();
    for (texts, wanted) in [
        (&["покажіть костюми"][..], "follow_up.search"),
        (&["сукня Анна"], "follow_up.height"),
        (&["сукня Анна на зріст 128"], "follow_up.color"),
        (&["сукня Анна на зріст 128, рожева"], "follow_up.offer"),
        (&["сукня Анна на зріст 128, рожева", "беру"], "follow_up.data"),
        (
            &[
                "сукня Анна на зріст 128, рожева",
                "беру",
                "Коваль Ольга, 0671234567, Львів, відділення 5",
            ],
            "follow_up.method",
        ),
        (
            &[
                "сукня Анна на зріст 128, рожева",
                "беру",
                "Коваль Ольга, 0671234567, Львів, відділення 5",
                "повна оплата",
            ],
            "follow_up.proof",
        ),
    ] {
        let session = texts.iter().fold(Session::default(), |it, text| say(&it, text, heard));
        let turn = pass(&session, hours(heard, 4));
        assert_eq!(turn.trace.said, [wanted], "{texts:?}");
        assert!(turn.trace.checks_failed.is_empty(), "{:?}", turn.trace);
        said.push(words(&turn));
    }
    said.dedup();
    assert_eq!(said.len(), 7);
}
