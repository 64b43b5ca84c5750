use super::{Deed, ManagerAct};
use crate::{
    card::{self, Card},
    defect_tests::talk::Talk,
    photo::Photo,
    state::{Phase, State},
    testing::shop,
    turn::{Action, Message},
};

const ESCALATED: &str = "покличте менеджера";

fn write(words: &str) -> Deed {
    Deed::Write(words.to_owned())
}

fn card_of(talk: &Talk) -> Card {
    card::of(&shop(), &talk.session, "Клієнт чекає.", &[])
}

#[test]
fn the_first_manager_to_take_over_has_it() {
    let mut talk = Talk::said(&[ESCALATED]);

    talk.do_as(7, &Deed::Press(ManagerAct::TakeOver));
    talk.do_as(8, &Deed::Press(ManagerAct::TakeOver));

    assert!(card_of(&talk).text.contains("Веде Менеджер 7."), "{}", card_of(&talk).text);
}

#[test]
fn who_wants_to_answer_has_the_conversation_and_is_asked_for_the_words() {
    let mut talk = Talk::said(&["лагуна рожева на 104"]);

    talk.do_as(7, &Deed::Press(ManagerAct::Answer));
    assert_eq!(talk.actions(), [Action::AskForAnswer]);
    talk.do_as(8, &Deed::Press(ManagerAct::Answer));

    assert_eq!(talk.actions(), [Action::TellNotYours]);
    assert!(card_of(&talk).text.contains("Веде Менеджер 7."), "{}", card_of(&talk).text);
}

#[test]
fn a_managers_words_reach_the_customer_as_they_are() {
    let mut talk = Talk::said(&[ESCALATED]);

    talk.do_as(7, &write("Вітаю! **Знижка** 5%, https://shop.example"));

    assert_eq!(talk.heard(), "Вітаю! **Знижка** 5%, https://shop.example");
    assert!(talk.session.is_handed_over());
}

#[test]
fn words_of_another_manager_are_not_passed_on_and_they_are_told() {
    let mut talk = Talk::said(&[ESCALATED]);
    talk.do_as(7, &write("Вітаю!"));

    talk.do_as(8, &write("Добрий день!"));

    assert_eq!(talk.heard(), "");
    assert_eq!(talk.actions(), [Action::TellNotYours]);
}

#[test]
fn the_assistant_is_silent_until_the_conversation_is_handed_back() {
    let mut talk = Talk::said(&["лагуна рожева на 104", ESCALATED]);
    talk.do_as(7, &write("Вітаю!"));
    talk.say("беру");
    assert_eq!(talk.heard(), "");

    talk.do_as(7, &Deed::Press(ManagerAct::HandBack)).say("беру");

    assert_eq!(talk.place(), (State::PaymentDelivery, Phase::WaitingForDeliveryData));
}

#[test]
fn managers_are_reminded_once_of_a_customer_whom_nobody_answers() {
    let mut talk = Talk::said(&[ESCALATED]);

    assert!(!talk.wait(14));
    assert!(talk.wait(1));
    assert_eq!(talk.actions(), [Action::Remind]);
    assert!(!talk.wait(60));
}

#[test]
fn a_customer_who_was_answered_is_no_reason_to_remind() {
    let mut talk = Talk::said(&[ESCALATED]);
    talk.do_as(7, &write("Вітаю!"));

    assert!(!talk.wait(60));
}

#[test]
fn a_hand_over_that_nobody_ends_ends_by_itself() {
    let mut talk = Talk::said(&["лагуна рожева на 104", ESCALATED]);
    talk.do_as(7, &write("Вітаю!"));

    assert!(talk.wait(12 * 60));

    assert_eq!(talk.actions(), [Action::EndHandOver]);
    assert_eq!(talk.place(), (State::Offer, Phase::OfferMade));
}

#[test]
fn each_reason_to_reject_a_payment_has_words_of_its_own() {
    let mut heard = Vec::new();
    for act in [ManagerAct::Reject, ManagerAct::RejectSum, ManagerAct::RejectUnreadable] {
        let mut talk = Talk::paying();
        talk.send_photo().press(act);
        assert_eq!(talk.place().1, Phase::WaitingForPaymentProof);
        heard.push(talk.heard());
    }

    assert!(heard[0] != heard[1] && heard[1] != heard[2] && heard[0] != heard[2], "{heard:?}");
}

#[test]
fn an_approval_while_a_human_talks_leaves_the_conversation_with_them() {
    let mut talk = Talk::paying();
    talk.send_photo().do_as(7, &write("Хвилинку, дивлюся."));

    talk.press(ManagerAct::Approve);

    assert_eq!(talk.actions(), [Action::PlaceOrder]);
    assert!(talk.session.is_handed_over());
    talk.do_as(7, &Deed::Press(ManagerAct::HandBack));
    assert_eq!(talk.place(), (State::End, Phase::Completed));
}

#[test]
fn a_button_of_yesterday_does_nothing() {
    let mut talk = Talk::paying();
    talk.send_photo().press(ManagerAct::Approve);

    talk.press(ManagerAct::Reject);

    assert!(talk.session.facts().payment.is_approved);
    assert_eq!(talk.heard(), "");
}

#[test]
fn the_card_of_a_receipt_has_the_order_and_the_buttons_to_check_it() {
    let mut talk = Talk::paying();
    talk.send_photo();
    let photo = Photo::Url("https://example.com/receipt.jpg".to_owned());
    let said = [Message { photos: vec![photo.clone()], ..Message::default() }];

    let card = card::of(&shop(), &talk.session, "Чек.", &said);

    for part in
        ["Лагуна", "Коваль Ольга", "Львів", "Платить усе одразу", "Етап: оформлення", "[фото]"]
    {
        assert!(card.text.contains(part), "{part}: {}", card.text);
    }
    let acts: Vec<ManagerAct> = card.buttons.iter().map(|(act, _)| *act).collect();
    assert_eq!(
        acts,
        [
            ManagerAct::Approve,
            ManagerAct::Reject,
            ManagerAct::RejectSum,
            ManagerAct::RejectUnreadable,
            ManagerAct::TakeOver,
            ManagerAct::Answer,
        ]
    );
    assert!(card.buttons.iter().all(|(_, caption)| !caption.is_empty()));
    assert_eq!(card.photo, Some(photo));
}

#[test]
fn a_card_of_a_long_message_is_cut() {
    let talk = Talk::said(&[ESCALATED]);
    let said = [Message { text: Some("а".repeat(3000)), ..Message::default() }];

    let card = card::of(&shop(), &talk.session, "Клієнт чекає.", &said);

    assert!(card.text.chars().count() < 1000);
}
