use jiff::Timestamp;

use crate::{
    attachment::{Attachment, AttachmentKind},
    card::{self, Card},
    decide::{Deed, ManagerAct},
    defect_tests::talk::Talk,
    order::{OrderNews, OrderState},
    photo::Photo,
    session::facts::{EscalationReason, Paying, PaymentMethod},
    shop::Shop,
    state::{Phase, State},
    stock::{Counted, Stock},
    testing::shop,
    turn::{Action, Message},
};

const CHANGED: Action = Action::Escalate { reason: EscalationReason::OrderChanged };

/// A conversation whose receipt is being checked.
fn checked() -> Talk {
    let mut talk = Talk::paying();
    talk.send_photo();
    talk
}

/// A conversation whose order is paid.
fn paid() -> Talk {
    let mut talk = checked();
    talk.press(ManagerAct::Approve);
    talk
}

fn photo_with(words: &str) -> Message {
    let photo = Photo::Url("https://example.com/a.jpg".to_owned());
    Message { text: Some(words.to_owned()), photos: vec![photo], ..Message::default() }
}

fn card_of(talk: &Talk) -> Card {
    card::of(&shop(), &talk.session, "", &[])
}

fn has_button(talk: &Talk, act: ManagerAct) -> bool {
    card_of(talk).buttons.iter().any(|(own, _)| *own == act)
}

#[test]
fn a_receipt_is_one_wherever_the_conversation_has_gone_since_the_requisites() {
    for between in ["дорого, подумаю", "ні, поки не треба", "а анна чорна на 140 є?", "яка погода?"]
    {
        let mut talk = Talk::paying();
        talk.say(between);

        talk.send_photo();

        assert_eq!(talk.session.facts().paying(), Paying::BeingChecked, "{between}");
        assert_eq!(talk.actions(), [Action::CheckPayment], "{between}");
        assert!(has_button(&talk, ManagerAct::Approve), "{between}");
    }
}

#[test]
fn who_says_that_they_have_paid_is_believed_to_have_wherever_they_say_it() {
    for between in ["дорого, подумаю", "а анна чорна на 140 є?"] {
        let mut talk = Talk::paying();
        talk.say(between);

        talk.say("оплатила, ось квитанція");

        assert_eq!(talk.actions(), [Action::CheckPayment], "{between}: {}", talk.heard());
    }
}

#[test]
fn a_payment_is_told_in_many_words() {
    for claim in [
        "доплатила решту",
        "то ж я 1790 скинула",
        "скинула з картки чоловіка",
        "це мій чоловік платив",
        "чоловік вже скинув",
        "переказала з картки",
    ] {
        let mut talk = Talk::paying();

        talk.say(claim);

        assert_eq!(talk.actions(), [Action::CheckPayment], "{claim}: {}", talk.heard());
    }
    for other in ["ще не доплатила", "а якщо чоловік заплатить?", "з якої картки можна скинути?"]
    {
        let mut talk = Talk::paying();

        talk.say(other);

        assert_eq!(talk.actions(), [], "{other}: {}", talk.heard());
    }
}

#[test]
fn a_photo_with_words_about_a_garment_is_no_receipt_once_the_talk_is_about_garments() {
    let mut talk = Talk::paying();
    talk.say("а анна чорна на 140 є?");

    talk.take(photo_with("а така сукня є?"));

    assert_eq!(talk.session.facts().paying(), Paying::ReceiptAwaited, "{}", talk.heard());
}

#[test]
fn nothing_of_an_order_that_is_checked_is_changed_but_by_a_human() {
    for wish in [
        "скасуйте замовлення",
        "почнемо спочатку",
        "приберіть лагуну",
        "ще одну таку саму",
        "передплата",
        "поміняйте колір на сірий",
    ] {
        let mut talk = checked();
        let before = talk.session.facts().clone();

        talk.say(wish);

        assert!(talk.actions().contains(&CHANGED), "{wish}: {}", talk.heard());
        let after = talk.session.facts();
        assert_eq!((&after.cart, &after.payment), (&before.cart, &before.payment), "{wish}");
        assert!(!talk.heard().contains("скасовано"), "{wish}: {}", talk.heard());
        assert!(has_button(&talk, ManagerAct::Approve), "{wish}");
    }
}

#[test]
fn what_is_wanted_of_a_paid_order_is_a_humans_and_no_new_search() {
    for wish in [
        "скасуйте замовлення",
        "змініть адресу доставки: Київ, відділення 12",
        "ой змініть відділення на 7",
        "можна інший розмір? 110 краще",
        "приберіть лагуну",
        "ой, телефон інший: 0507654321",
    ] {
        let mut talk = paid();
        talk.say("дякую");

        talk.say(wish);

        assert!(talk.actions().contains(&CHANGED), "{wish}: {}", talk.heard());
        assert_eq!(talk.session.facts().paying(), Paying::Paid, "{wish}");
        let customer = &talk.session.facts().customer;
        assert_eq!(customer.city.as_deref(), Some("Львів"), "{wish}");
    }
}

#[test]
fn a_placed_order_is_not_said_to_be_cancelled_while_the_next_is_looked_for() {
    let mut talk = paid();
    talk.say("покажіть сукні на зріст 134");

    talk.say("скасуйте замовлення");

    assert!(talk.actions().contains(&CHANGED), "{}", talk.heard());
}

#[test]
fn an_order_that_nobody_has_paid_for_is_still_the_customers_to_cancel() {
    let mut talk = Talk::paying();

    talk.say("скасуйте замовлення");

    assert_eq!(talk.session.facts().paying(), Paying::NotAsked);
    assert!(talk.heard().contains("скасовано"), "{}", talk.heard());
}

#[test]
fn what_was_offered_while_the_receipt_was_checked_is_the_next_order_and_not_the_paid_one() {
    let mut talk = checked();
    talk.say("анна чорна на 140").press(ManagerAct::Approve);
    let placed = talk.session.facts().order;

    talk.say("беру");

    let facts = talk.session.facts();
    assert_eq!(facts.cart.lines().len(), 1, "{}", talk.heard());
    assert_ne!(facts.order, placed);
    assert_eq!(facts.paying(), Paying::NotAsked);
    assert!(!talk.heard().contains("перевіряє"), "{}", talk.heard());
}

#[test]
fn a_word_of_buying_takes_the_one_more_thing_that_is_offered() {
    let mut talk = paid();
    assert_eq!(talk.session.state(), State::Upsell);

    talk.say("беру");

    assert!(!talk.heard().contains("перевіряє"), "{}", talk.heard());
    assert!(!talk.session.facts().choices.is_empty(), "{}", talk.heard());
}

#[test]
fn nobody_who_has_paid_is_told_that_the_receipt_is_being_checked() {
    for words in ["так", "оплатила ж", "0671234567", "відділення 5", "коли відправите?"]
    {
        let mut talk = paid();
        talk.say("ні, дякую");

        talk.say(words);

        assert!(!talk.heard().contains("перевіряє"), "{words}: {}", talk.heard());
        assert_eq!(talk.session.facts().paying(), Paying::Paid, "{words}");
    }
}

#[test]
fn a_claim_to_have_paid_for_nothing_is_a_managers_to_understand_and_blocks_no_order() {
    let mut talk = Talk::paying();
    talk.say("приберіть лагуну");

    talk.say("оплатила, ось скрін");

    assert_eq!(talk.actions(), [Action::CheckPayment], "{}", talk.heard());
    assert!(!talk.session.facts().payment.proof);
    assert!(!has_button(&talk, ManagerAct::Approve));
    talk.say("тренч екошкіра капучіно на 140").say("беру");
    assert_eq!(talk.session.facts().cart.lines().len(), 1, "{}", talk.heard());
}

#[test]
fn a_second_photo_reaches_the_managers_while_it_is_asked_what_it_shows() {
    let mut talk = checked();

    talk.send_photo();

    assert_eq!(talk.actions(), [Action::CheckPayment]);
    assert!(talk.heard().contains("це квитанція"), "{}", talk.heard());
}

#[test]
fn a_second_receipt_with_words_is_taken_as_one() {
    let mut talk = checked();

    talk.take(photo_with("ось ще один чек, доплатила решту"));

    assert_eq!(talk.actions(), [Action::CheckPayment], "{}", talk.heard());
    assert_eq!(talk.place(), (State::PaymentDelivery, Phase::AwaitingConfirmation));
}

#[test]
fn a_receipt_that_comes_while_a_human_answers_can_be_approved() {
    let mut talk = Talk::paying();
    talk.say("покличте менеджера");

    talk.send_photo();
    assert_eq!(talk.actions(), [Action::CheckPayment]);
    assert_eq!(talk.heard(), "");
    assert!(has_button(&talk, ManagerAct::Approve));
    talk.press(ManagerAct::Approve);

    assert_eq!(talk.actions(), [Action::PlaceOrder]);
}

#[test]
fn who_is_told_in_a_hand_over_that_the_money_is_not_there_pays_on_afterwards() {
    let mut talk = checked();
    talk.say("покличте менеджера").press(ManagerAct::Reject);

    talk.press(ManagerAct::HandBack).send_photo();

    assert_eq!(talk.actions(), [Action::CheckPayment]);
}

#[test]
fn the_address_that_is_told_to_a_human_is_kept() {
    let mut talk = Talk::said(&["лагуна рожева на 104", "беру", "покличте менеджера"]);
    talk.do_as(7, &Deed::Write("Вітаю!".to_owned()));

    talk.say("Ткач Оля 0672234567, Луцьк, відділення 3");

    assert_eq!(talk.heard(), "");
    assert!(talk.session.facts().customer.is_complete());
}

#[test]
fn a_wish_to_be_left_alone_is_heard_whoever_answers() {
    let mut talk = Talk::said(&["лагуна рожева на 104", "покличте менеджера"]);

    talk.say("не пишіть мені більше");

    assert!(talk.session.facts().flags.opted_out);
}

#[test]
fn who_says_that_they_pay_in_part_after_the_receipt_has_paid_as_they_did() {
    let mut talk = checked();

    talk.say("я ж скинула 1790");

    assert_eq!(talk.session.facts().payment.method, Some(PaymentMethod::Full));
    assert!(!talk.heard().contains("UA0"), "nobody is told to pay twice: {}", talk.heard());
}

#[test]
fn sold_out_or_not_who_says_that_they_have_paid_is_heard() {
    let mut talk = Talk::paying();
    let id = talk.session.facts().cart.lines()[0].product_id;
    let all = Counted { product: Some(id), sku: None, size: None, quantity: 0 };
    let mut stock = Stock::default();
    stock.take(all.levels(shop().catalog, Timestamp::UNIX_EPOCH));
    let catalog = shop().catalog.in_stock(&stock);

    talk.say_in(&Shop { catalog: &catalog, ..shop() }, "оплатила щойно");

    assert_eq!(talk.actions(), [Action::CheckPayment], "{}", talk.heard());
    assert_eq!(talk.session.facts().cart.lines().len(), 1);
}

#[test]
fn who_waits_for_the_check_is_not_sent_to_look_for_garments() {
    let mut talk = checked();
    for words in ["ну що там?", "?", "алло", "ну що там?", "?"] {
        talk.say(words);
        assert!(!talk.heard().contains("З чого почнемо"), "{words}: {}", talk.heard());
        assert!(!talk.heard().contains("сукню"), "{words}: {}", talk.heard());
    }
}

#[test]
fn a_rejected_payment_is_followed_by_hours_of_silence() {
    let mut talk = checked();
    talk.wait(9 * 60);
    talk.press(ManagerAct::Reject);

    assert!(!talk.wait(60));
}

#[test]
fn an_order_that_fails_again_is_told_again() {
    let mut talk = paid();
    let order = talk.session.facts().placed[0].id;
    let failed = OrderNews { order, state: OrderState::Failed };
    talk.hear(failed);
    assert_eq!(talk.actions(), [Action::TellOrderFailed]);

    talk.hear(failed);

    assert_eq!(talk.actions(), [Action::TellOrderFailed]);
}

#[test]
fn a_file_is_a_receipt_as_a_photo_is() {
    let mut talk = Talk::paying();
    talk.say("дорого, подумаю");

    talk.take(Message {
        attachments: vec![Attachment { kind: AttachmentKind::File, file: None }],
        ..Message::default()
    });

    assert_eq!(talk.actions(), [Action::CheckPayment]);
}

#[test]
fn who_asks_where_to_pay_before_the_order_is_whole_hears_when_they_will_know() {
    let mut talk = Talk::said(&["лагуна рожева на 104", "беру"]);

    talk.say("спочатку дайте реквізити");

    assert!(talk.heard().contains("Реквізити надішлю"), "{}", talk.heard());
    assert_eq!(talk.place(), (State::PaymentDelivery, Phase::WaitingForDeliveryData));
}
