//! Defects of reading: sections 2 and 3, and names and sizes of section 6.

use super::talk::Talk;
use crate::{
    money::Money,
    reply::Bubble,
    state::{Intent, Phase, State},
};

// Section 2.4: what the keyword classifier took for something else.

#[test]
fn s2_4_ok_inside_pokazhit_is_no_payment() {
    let mut talk = Talk::at(State::Offer);
    talk.say("Покажіть сукні на зріст 134");
    assert_eq!(talk.intent(), Some(Intent::DiscoveryOrQuestion));
}

#[test]
fn s2_4_a_height_in_an_offer_is_no_payment() {
    let mut talk = Talk::said(&["лагуна рожева на 104"]);
    talk.say("А на зріст 128?");
    assert_eq!(talk.intent(), Some(Intent::SizeHelp));
    assert_eq!(talk.place().0, State::Offer);
    assert!(talk.heard().contains("122-128"));
}

#[test]
fn s2_4_thinking_other_colors_and_delivery_are_no_payment() {
    for (text, intent) in [
        ("хочу подумати", Intent::ThankyouSmalltalk),
        ("покажіть інший колір", Intent::ColorHelp),
        ("а скільки доставка?", Intent::PaymentDelivery),
    ] {
        let mut talk = Talk::said(&["лагуна рожева на 104"]);
        talk.say(text);
        assert_eq!(talk.intent(), Some(intent), "{text}");
        assert_ne!(talk.place().0, State::PaymentDelivery, "{text}");
    }
}

#[test]
fn s2_4_a_man_and_a_text_message_are_no_question_of_size() {
    for text in ["чоловік", "смс"] {
        let mut talk = Talk::new();
        talk.say(text);
        assert_ne!(talk.intent(), Some(Intent::SizeHelp), "{text}");
    }
}

#[test]
fn s2_4_an_order_that_did_not_come_is_a_complaint() {
    let mut talk = Talk::at(State::PaymentDelivery);
    talk.say("Моє замовлення не прийшло");
    assert_eq!(talk.intent(), Some(Intent::Complaint));
}

#[test]
fn s2_4_the_chart_of_sizes_is_no_bank_card() {
    let mut talk = Talk::said(&["лагуна рожева на 104"]);
    talk.say("карта розмірів");
    assert_eq!(talk.intent(), Some(Intent::SizeHelp));
    assert_ne!(talk.place().0, State::PaymentDelivery);
}

#[test]
fn s2_4_a_digit_is_a_choice_only_after_a_list() {
    let mut without_list = Talk::said(&["лагуна рожева на 104"]);
    without_list.say("2");
    assert_eq!(without_list.place().0, State::Offer);
    let mut with_list = Talk::said(&["які костюми є на 128?"]);
    with_list.say("2");
    assert!(with_list.heard().contains("Лагуна"));
}

#[test]
fn s2_4_want_and_may_are_consent_only_as_the_whole_message() {
    for (text, place) in [("хочу", State::PaymentDelivery), ("хочу спитати", State::Offer)]
    {
        let mut talk = Talk::said(&["лагуна рожева на 104"]);
        talk.say(text);
        assert_eq!(talk.place().0, place, "{text}");
    }
}

// Section 3.1: receipts.

#[test]
fn s3_1_a_question_about_a_receipt_is_no_receipt() {
    for text in [
        "який скрін треба?",
        "квитанцію скину завтра",
        "ще не оплачено",
        "готова оплатити",
        "ще не готово",
    ] {
        let mut talk = Talk::paying();
        talk.say(text);
        assert_eq!(talk.place().1, Phase::WaitingForPaymentProof, "{text}");
    }
}

#[test]
fn s3_1_a_paid_order_is_known_in_every_form() {
    for text in [
        "сплатила",
        "сплатив",
        "оплатили",
        "оплачено",
        "переказала",
        "ось чек",
        "скрин",
        "скрін",
        "квитанц",
    ] {
        let mut talk = Talk::paying();
        talk.say(text);
        assert_eq!(talk.place().1, Phase::AwaitingConfirmation, "{text}");
    }
}

#[test]
fn s3_1_a_yes_while_the_receipt_is_awaited_asks_for_it() {
    for text in ["так", "да", "ок", "окей"] {
        let mut talk = Talk::paying();
        talk.say(text);
        assert_eq!(talk.place().1, Phase::WaitingForPaymentProof, "{text}");
        assert!(talk.heard().contains("квитанці"), "{text}");
    }
}

#[test]
fn s3_1_any_link_is_no_receipt() {
    let mut talk = Talk::paying();
    talk.say("а ось такий хочу https://example.com/dress");
    assert_eq!(talk.place().1, Phase::WaitingForPaymentProof);
}

#[test]
fn s3_1_a_receipt_is_known_in_capitals_and_thanks_are_none() {
    let mut paid = Talk::paying();
    paid.say("ОПЛАЧЕНО");
    assert_eq!(paid.place().1, Phase::AwaitingConfirmation);
    for text in ["дякую за замовлення", "", "чек який треба?"] {
        let mut talk = Talk::paying();
        talk.say(text);
        assert_eq!(talk.place().1, Phase::WaitingForPaymentProof, "{text}");
    }
}

// Section 3.2: the bot's own closing question is no request for an address.

#[test]
fn s3_2_an_offer_waits_for_consent() {
    let talk = Talk::said(&["лагуна рожева на 104"]);
    assert_eq!(talk.place(), (State::Offer, Phase::OfferMade));
}

// Section 3.3: additions.

#[test]
fn s3_3_better_still_thinking_and_a_plus_before_a_phone_add_nothing() {
    for text in ["краще", "я ще думаю", "+380671234567"] {
        let mut talk = Talk::said(&["лагуна рожева на 104", "беру"]);
        talk.say(text);
        assert_eq!(talk.session.cart_total(), Money::from_uah(1790), "{text}");
        assert_eq!(talk.session.cart_lines().len(), 1, "{text}");
    }
}

#[test]
fn s3_3_two_sizes_of_one_garment_are_two_lines_and_the_same_twice_is_two_pieces() {
    let talk = Talk::said(&["лагуна рожева на 104", "беру", "додайте ще лагуну рожеву на 128"]);
    let mut sizes = talk;
    sizes.say("так");
    assert_eq!(sizes.session.cart_lines().len(), 2);
    let mut same = Talk::said(&["лагуна рожева на 104", "беру", "додайте ще лагуну рожеву на 104"]);
    same.say("так");
    assert_eq!(same.session.cart_lines().len(), 1);
    assert_eq!(same.session.cart_total(), Money::from_uah(2 * 1790));
}

// Section 3.4: galleries.

#[test]
fn s3_4_ordering_and_returning_open_no_gallery() {
    for text in ["хочу замовити", "хочу повернути гроші"] {
        let mut talk = Talk::said(&["лагуна на 104"]);
        talk.say(text);
        let photos = talk.last.iter().flat_map(|turn| &turn.reply.bubbles);
        let count = photos.filter(|bubble| matches!(bubble, Bubble::Photo { .. })).count();
        assert!(count < 2, "{text}");
    }
}

#[test]
fn s3_4_colors_are_shown_in_every_way_of_asking() {
    for text in ["який колір є?", "покажіть кольори", "які є кольори?"]
    {
        let mut talk = Talk::said(&["лагуна на 104"]);
        talk.say(text);
        assert_eq!(talk.intent(), Some(Intent::ColorHelp), "{text}");
        assert!(talk.heard().contains("помаранчевий"), "{text}");
    }
}

#[test]
fn s3_4_a_gallery_has_at_most_four_photos() {
    let mut talk = Talk::said(&["сукня анна на 134"]);
    talk.say("покажіть усі кольори");
    let bubbles = talk.last.iter().flat_map(|turn| &turn.reply.bubbles);
    assert_eq!(bubbles.filter(|bubble| matches!(bubble, Bubble::Photo { .. })).count(), 4);
}

#[test]
fn s3_4_the_rest_of_the_photos_follows_a_yes_and_then_no_more() {
    let photos = |talk: &Talk| {
        let bubbles = talk.last.iter().flat_map(|turn| &turn.reply.bubbles);
        bubbles.filter(|bubble| matches!(bubble, Bubble::Photo { .. })).count()
    };
    let mut talk = Talk::said(&["сукня анна на 134", "покажіть усі кольори"]);
    assert!(talk.heard().contains("Показати?"));
    talk.say("так");
    assert_eq!(photos(&talk), 3);
    talk.say("так");
    assert_eq!(photos(&talk), 0);
}

// Section 3.5: colours.

#[test]
fn s3_5_inflected_colors_are_colors() {
    for text in ["рожеву", "розовую", "у рожевому", "рожевенький"]
    {
        let mut talk = Talk::said(&["лагуна на 104"]);
        talk.say(text);
        assert_eq!(talk.place().0, State::Offer, "{text}");
    }
}

#[test]
fn s3_5_dark_blue_is_not_blue() {
    let mut talk = Talk::new();
    talk.say("тренч темно-синій на 134");
    assert!(talk.heard().contains("темно синій"));
}

#[test]
fn s3_5_milk_is_offered_for_white_without_denying_white() {
    let mut talk = Talk::new();
    talk.say("є білий тренч на 134?");
    assert!(talk.heard().contains("молочн"));
    assert!(!talk.heard().contains("немає"));
}

#[test]
fn s3_5_a_color_that_there_is_not_is_answered_with_those_that_there_are() {
    let mut talk = Talk::said(&["лагуна на 104"]);
    talk.say("чорну хочу");
    assert_eq!(talk.place(), (State::SizeColor, Phase::WaitingForColor));
    for color in ["рожевий", "помаранчевий", "жовтий", "сірий"] {
        assert!(talk.heard().contains(color), "{color}");
    }
}

// Section 3.6: heights.

#[test]
fn s3_6_a_branch_and_a_price_are_no_height() {
    for text in ["відділення 134", "ціна 150"] {
        let mut talk = Talk::new();
        talk.say(text);
        assert!(talk.session.facts().heights.is_empty(), "{text}");
    }
}

#[test]
fn s3_6_metres_ages_and_ranges_are_read() {
    for (text, size) in
        [("1 м 20", "110-116"), ("120-122", "122-128"), ("метр тридцять", "122-128")]
    {
        let mut talk = Talk::said(&["лагуна"]);
        talk.say(text);
        assert!(talk.heard().contains(size), "{text}");
    }
    let mut talk = Talk::said(&["лагуна"]);
    talk.say("нам 7 років");
    assert_eq!(talk.place(), (State::SizeColor, Phase::WaitingForSize));
}

// Section 3.7: one table.

#[test]
fn s3_7_every_height_of_the_eight_tables_has_one_size() {
    for (height, size) in [
        (116, "110-116"),
        (118, "110-116"),
        (120, "110-116"),
        (131, "122-128"),
        (135, "134-140"),
        (143, "134-140"),
        (150, "146-152"),
        (155, "146-152"),
    ] {
        let mut talk = Talk::said(&["костюм лагуна"]);
        talk.say(&format!("зріст {height}"));
        assert!(talk.heard().contains(size), "{height}: {}", talk.heard());
    }
}

#[test]
fn s3_7_a_size_that_does_not_exist_is_never_named() {
    let mut talk = Talk::said(&["костюм лагуна"]);
    talk.say("зріст 152");
    assert!(talk.heard().contains("146-152"));
    assert!(!talk.heard().contains("152-158"));
}

// Section 3.9 and 3.10: what is a human's, and what is promised.

#[test]
fn s3_9_wanting_a_return_calls_a_human_and_asking_about_one_does_not() {
    for (text, state) in [
        ("хочу повернути костюм", State::Complaint),
        ("терміново, відправте сьогодні", State::Complaint),
        ("оптом продаєте?", State::Complaint),
        ("чи можна повернути, якщо не підійде?", State::Discovery),
        ("скільки йде доставка?", State::Discovery),
    ] {
        let mut talk = Talk::new();
        talk.say(text);
        assert_eq!(talk.place().0, state, "{text}");
    }
}

#[test]
fn s3_9_the_size_chart_is_shown_on_request_only() {
    let mut talk = Talk::said(&["костюм лагуна"]);
    assert!(!talk.heard().contains("80-92 см"));
    talk.say("скиньте розмірну сітку");
    assert!(talk.heard().contains("80-92 см"));
}

#[test]
fn s3_10_no_discount_and_no_free_delivery_is_promised() {
    for text in ["знижка на перше замовлення є?", "а доставка безкоштовна?"]
    {
        let mut talk = Talk::new();
        talk.say(text);
        let heard = talk.heard();
        assert!(heard.contains("фіксовані") || heard.contains("тариф"), "{text}: {heard}");
    }
}

#[test]
fn s6_4_a_size_that_does_not_exist_has_no_price() {
    let mut talk = Talk::new();
    talk.say("скільки сукня анна на 98?");
    assert!(!talk.heard().contains("розмір 98-104 - "));
    assert!(talk.heard().contains("110-116"));
}

#[test]
fn s6_5_a_letter_or_a_kind_is_no_name() {
    let mut talk = Talk::new();
    talk.say("а");
    assert!(talk.session.facts().choices.is_empty());
    talk.say("костюм Весна");
    assert!(talk.session.facts().choices.is_empty());
}
