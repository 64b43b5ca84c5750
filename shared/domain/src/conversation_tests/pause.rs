//! While the assistant is paused everything is left to managers; afterwards it goes on where it was.

use std::sync::LazyLock;

use jiff::SignedDuration;

use super::{MESSAGES, now, say, texts};
use crate::{
    decide::{Due, Duty, next_due},
    model::Step,
    order::{OrderId, OrderNews, OrderState},
    session::{Session, facts::EscalationReason},
    shop::{Settings, Shop},
    state::{Phase, State},
    testing::{manager, shop, take_on_time},
    turn::{self, Action, Message, Turn, TurnInput},
};

/// What a customer hears of a pause.
const HEARD: &str = "Зараз вам відповість наш менеджер";

fn paused() -> Shop<'static> {
    static SETTINGS: LazyLock<Settings> =
        LazyLock::new(|| Settings { is_paused: true, ..shop().settings.clone() });
    Shop { settings: &SETTINGS, ..shop() }
}

fn said(text: &str) -> TurnInput {
    let message = Message { text: Some(text.to_owned()), ..Message::default() };
    TurnInput { messages: vec![message], now: now() }
}

fn say_paused(session: &Session, text: &str) -> Turn {
    turn::take(&paused(), session, &said(text))
}

fn on_offer() -> Session {
    let session = say(&Session::default(), "лагуна рожева на 104", now()).session;
    assert_eq!(session.state(), State::Offer);
    session
}

#[test]
fn whatever_is_said_a_manager_is_called_and_nothing_else_happens() {
    for text in MESSAGES.iter().filter(|text| !text.starts_with('!') && **text != "[photo]") {
        let turn = say_paused(&on_offer(), text);

        assert!(texts(&turn).contains(HEARD), "{text}: {}", texts(&turn));
        let reason = EscalationReason::Paused;
        assert_eq!(turn.actions, [Action::Escalate { reason }], "{text}");
        assert_eq!(turn.trace.products, [], "{text}");
        assert!(turn.trace.paused, "{text}");
        assert!(turn.session.facts().cart.is_empty(), "{text}");
    }
}

#[test]
fn the_model_is_not_asked_for_what_managers_answer() {
    let text = "а якась із них тепліша за лагуну?";

    let usual = turn::begin(&shop(), &on_offer(), &said(text));
    let paused = turn::begin(&paused(), &on_offer(), &said(text));

    assert!(matches!(usual, Step::Ask(_)));
    assert!(matches!(paused, Step::Done(_)));
}

#[test]
fn the_customer_hears_of_it_once() {
    let session = say_paused(&on_offer(), "беру").session;

    let second = say_paused(&session, "ви тут?");

    assert_eq!(texts(&second), "");
    assert_eq!(second.actions, []);
}

#[test]
fn who_wants_to_be_left_alone_is_heard() {
    let session = say_paused(&on_offer(), "не пишіть мені більше").session;

    assert!(session.facts().flags.opted_out);
}

#[test]
fn after_it_the_assistant_goes_on_where_it_was() {
    let session = say_paused(&on_offer(), "ви тут?").session;

    let turn = say(&session, "беру", now());

    assert_eq!(turn.session.phase(), Phase::WaitingForDeliveryData, "{}", texts(&turn));
    assert!(!turn.session.is_handed_over());
}

#[test]
fn whom_a_manager_has_taken_meanwhile_stays_with_the_manager() {
    let session = say_paused(&on_offer(), "ви тут?").session;
    let session = say(&session, "!take_over", now()).session;

    let turn = say(&session, "беру", now());

    assert_eq!(texts(&turn), "");
    assert!(turn.session.is_handed_over());
    assert!(turn.session.facts().hand_over.as_ref().unwrap().is_of(&manager()));
}

#[test]
fn nobody_is_written_to_during_it_and_managers_are_reminded_still() {
    let mut silent = on_offer();
    silent.hear(&[], now());
    let later = now() + SignedDuration::from_hours(5);
    let duty = |session: &Session, shop: Shop<'_>| {
        next_due(session, shop.settings, later).map(|Due { duty, .. }| duty)
    };
    assert_eq!(duty(&silent, shop()), Some(Duty::FollowUp));

    assert_ne!(duty(&silent, paused()), Some(Duty::FollowUp));

    let waiting = say_paused(&silent, "ви тут?").session;
    let reminded = take_on_time(&paused(), &waiting, later);
    assert_eq!(reminded.actions, [Action::Remind]);
    assert!(reminded.session.is_handed_over());
}

#[test]
fn a_hand_over_does_not_time_out_before_the_pause_is_over() {
    let waiting = say_paused(&on_offer(), "ви тут?").session;
    let much_later = now() + SignedDuration::from_hours(40);

    let reminded = take_on_time(&paused(), &waiting, much_later).session;

    assert!(reminded.is_handed_over());
    let due = next_due(&reminded, paused().settings, much_later);
    assert!(due.is_none_or(|due| due.duty != Duty::HandOver), "{due:?}");
    let later = TurnInput { now: much_later, ..said("ви тут?") };
    assert_eq!(texts(&turn::take(&paused(), &reminded, &later)), "", "still the manager's");
}

#[test]
fn news_of_an_order_go_to_the_managers() {
    let order = OrderId::new(7);
    let mut session = Session::default();
    session.hear(&[], now());
    session.facts_mut().place(order);
    let news = OrderNews { order, state: OrderState::Shipped };

    let usual = turn::take_for_order(&shop(), &session, news, now());
    let paused = turn::take_for_order(&paused(), &session, news, now());

    assert_ne!(texts(&usual), "");
    assert_eq!(texts(&paused), "");
    assert_eq!(paused.actions, [Action::TellOrderNews]);
}
