use crate::{
    decide::ManagerAct,
    defect_tests::talk::Talk,
    order::{OrderId, OrderNews, OrderState, PlacedOrder},
    session::facts::EscalationReason,
    turn::Action,
};

/// A conversation whose order a manager has confirmed at about 10 in the morning.
fn ordered() -> Talk {
    let mut talk = Talk::paying();
    talk.send_photo().press(ManagerAct::Approve);
    assert_eq!(talk.session.facts().placed.len(), 1, "{}", talk.heard());
    talk
}

fn placed(talk: &Talk) -> PlacedOrder {
    talk.session.facts().placed[0]
}

fn news(talk: &mut Talk, state: OrderState) {
    let order = placed(talk).id;
    talk.hear(OrderNews { order, state });
}

#[test]
fn the_customer_learns_the_number_of_a_confirmed_order() {
    let talk = ordered();

    assert!(talk.heard().contains(&placed(&talk).id.number()), "{}", talk.heard());
    assert_eq!(placed(&talk).state, OrderState::Confirmed);
}

#[test]
fn a_customer_is_told_what_matters_and_nothing_else() {
    let mut talk = ordered();

    for (state, word) in [
        (OrderState::Accepted, None),
        (OrderState::Processing, None),
        (OrderState::Shipped, Some("перевізника")),
        (OrderState::Processing, None),
        (OrderState::Shipped, None),
        (OrderState::Delivered, Some("доставлено")),
        (OrderState::Cancelled, Some("скасовано")),
    ] {
        news(&mut talk, state);
        match word {
            Some(word) => assert!(talk.heard().contains(word), "{state}: {}", talk.heard()),
            None => assert_eq!(talk.heard(), "", "{state}"),
        }
        assert_eq!(talk.actions(), [], "{state}");
    }
}

#[test]
fn news_of_an_order_of_somebody_else_change_nothing() {
    let mut talk = ordered();
    let before = talk.session.facts().clone();

    talk.hear(OrderNews { order: OrderId::new(99), state: OrderState::Shipped });

    assert_eq!(talk.heard(), "");
    assert_eq!(*talk.session.facts(), before);
}

#[test]
fn in_the_night_news_wait_for_the_morning() {
    let mut talk = ordered();
    // The customer writes at about 8 in the evening; the news come at 11.
    talk.wait(10 * 60);
    talk.say("дякую");
    talk.wait(3 * 60);

    news(&mut talk, OrderState::Shipped);
    assert_eq!(talk.heard(), "");
    assert!(placed(&talk).tell_at.is_some());

    assert!(!talk.wait(9 * 60), "not before nine");
    assert_eq!(talk.heard(), "");
    assert!(talk.wait(60 + 15));
    assert!(talk.heard().contains("перевізника"), "{}", talk.heard());
    assert_eq!(placed(&talk).tell_at, None);
    assert!(!talk.wait(1), "told once");
}

#[test]
fn what_is_late_by_the_morning_or_by_now_is_a_managers() {
    let mut night = ordered();
    // Written to last at 10 in the morning: at 9 the window is all but over, an hour later it is.
    night.wait(12 * 60);
    news(&mut night, OrderState::Shipped);
    assert!(placed(&night).tell_at.is_some(), "nine is inside the window");

    let mut late = ordered();
    late.wait(24 * 60);
    news(&mut late, OrderState::Shipped);
    assert_eq!((late.heard().as_str(), late.actions()), ("", &[Action::TellOrderNews][..]));
    assert_eq!(placed(&late).state, OrderState::Shipped);
}

#[test]
fn a_human_who_has_the_conversation_tells_it_and_so_for_who_wants_no_messages() {
    let mut with_human = ordered();
    with_human.say("покличте менеджера");
    let mut left_alone = ordered();
    left_alone.say("не пишіть мені більше");
    assert!(left_alone.session.facts().flags.opted_out, "{}", left_alone.heard());

    for mut talk in [with_human, left_alone] {
        news(&mut talk, OrderState::Shipped);
        assert_eq!((talk.heard().as_str(), talk.actions()), ("", &[Action::TellOrderNews][..]));
    }
}

#[test]
fn an_order_that_the_crm_does_not_take_is_the_managers_and_no_words_customers() {
    let mut talk = ordered();

    news(&mut talk, OrderState::Failed);

    assert_eq!((talk.heard().as_str(), talk.actions()), ("", &[Action::TellOrderFailed][..]));
}

#[test]
fn where_is_my_order_is_answered_from_what_is_known_and_then_by_a_human() {
    let mut talk = ordered();
    talk.say("ні, дякую");
    let number = placed(&talk).id.number();

    talk.say("де моє замовлення?");
    assert!(talk.heard().contains(&number), "{}", talk.heard());
    assert!(!talk.session.is_handed_over());
    talk.say("а де моє замовлення?");

    let reason = EscalationReason::OrderStatus;
    assert_eq!(talk.actions(), [Action::Escalate { reason }]);
}

#[test]
fn who_wants_a_manager_after_the_answer_gets_one() {
    let mut talk = ordered();
    talk.say("ні, дякую");

    talk.say("де моє замовлення?").say("так");

    assert!(talk.session.is_handed_over(), "{}", talk.heard());
}

#[test]
fn who_has_no_order_and_asks_where_it_is_gets_a_human() {
    let mut talk = Talk::said(&["де моє замовлення?"]);

    assert!(talk.session.is_handed_over());
    talk = ordered();
    talk.say("де моє замовлення? я буду скаржитись, це жах");
    assert!(talk.session.is_handed_over(), "{}", talk.heard());
}

#[test]
fn the_next_order_of_a_conversation_is_another_one_and_a_new_beginning_forgets_none() {
    let mut talk = ordered();
    let first = placed(&talk).id;

    talk.say("лагуна рожева на 104").say("беру");
    let second = talk.session.facts().order;
    assert!(second.is_some(), "{}", talk.heard());
    assert_ne!(second, Some(first));
    talk.say("/restart");

    assert_eq!(talk.session.facts().order, None);
    assert_eq!(placed(&talk).id, first);
}
