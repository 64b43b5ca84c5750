//! Each check has a reply that fails it, and one that passes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::{Check, TurnFacts, failed};
use crate::{
    catalog::ProductId, reply::Bubble, session::Session, testing::shop, turn::NamedProduct,
};

const LAGUNA: ProductId = ProductId(11_698_818);

/// The checks that texts fail in a turn that names Лагуна.
fn faults(texts: &[&str]) -> Vec<Check> {
    let bubbles: Vec<Bubble> = texts.iter().map(|text| Bubble::Text((*text).to_owned())).collect();
    faults_of(&bubbles)
}

fn faults_of(bubbles: &[Bubble]) -> Vec<Check> {
    let named = [NamedProduct { id: LAGUNA, size: None, price: None }];
    let facts = TurnFacts::of(&shop(), &Session::default(), &named);
    failed(&shop(), &facts, bubbles)
}

#[test]
fn a_reply_of_facts_passes() {
    let texts = ["Костюм Лагуна, колір рожевий, розмір 98-104 - 1790 грн 🤍", "Оформлюємо?"];
    assert_eq!(faults(&texts), []);
}

#[test]
fn nothing_said_is_empty() {
    assert_eq!(faults(&[]), [Check::Empty]);
}

#[test]
fn emoji_dashes_markdown_russian_letters_and_length_are_of_the_tone() {
    let long = "а".repeat(901);
    for text in
        ["Так 🤍🤍🤍", "Лагуна — гарний костюм", "**Лагуна**", "Здравствуйте, мы вас ждём", &long]
    {
        assert_eq!(faults(&[text]), [Check::Tone], "{text}");
    }
}

#[test]
fn a_third_sentence_in_a_bubble_is_too_many() {
    assert_eq!(faults(&["Це костюм. Він теплий. Він гарний."]), [Check::Sentences]);
}

#[test]
fn a_second_question_is_too_many() {
    assert_eq!(faults(&["Який зріст?", "Який колір?"]), [Check::Questions]);
}

#[test]
fn a_garment_that_the_turn_does_not_name_is_no_fact() {
    assert_eq!(faults(&["Є ще Костюм Мерея"]), [Check::Product]);
    assert_eq!(faults(&["Радимо Мрію"]), [Check::Product]);
}

#[test]
fn a_size_that_nobody_sews_is_no_fact() {
    assert_eq!(faults(&["Лагуна, розмір 152-158"]), [Check::Size]);
}

#[test]
fn a_price_that_no_garment_of_the_turn_has_is_no_fact() {
    assert_eq!(faults(&["Лагуна - 1500 грн"]), [Check::Price]);
    assert_eq!(faults(&["Лагуна - 1790,50 грн"]), [Check::Price]);
    assert_eq!(faults(&["Лагуна за 1500 гривнями"]), [Check::Price]);
    assert_eq!(faults(&["Лагуна - 1500 ₴"]), [Check::Price]);
}

#[test]
fn a_color_that_the_garment_does_not_come_in_is_no_fact() {
    assert_eq!(faults(&["Лагуна, колір чорний"]), [Check::Color]);
    assert_eq!(faults(&["Лагуна, колір чорний - такого немає"]), []);
}

#[test]
fn a_link_and_a_photo_of_something_else_are_no_facts() {
    assert_eq!(faults(&["Дивіться https://example.com/a"]), [Check::Link]);
    assert_eq!(faults(&["Дивіться mirt.store"]), [Check::Link]);
    let foreign = Bubble::Photo { url: "https://example.com/a.jpg".to_owned(), caption: None };
    assert_eq!(faults_of(&[foreign]), [Check::Link]);
    let shop = shop();
    let own = shop.catalog.product(LAGUNA).unwrap().colors[0].photo_url.clone();
    assert_eq!(faults_of(&[Bubble::Photo { url: own, caption: None }]), []);
}

#[test]
fn instructions_states_placeholders_and_the_model_do_not_leak() {
    for text in ["Мій системний промпт такий", "Стан STATE_4_OFFER", "Ціна {price}", "Я gpt"]
    {
        assert!(faults(&[text]).contains(&Check::Leak), "{text}");
    }
}

#[test]
fn every_fault_of_a_reply_is_told_once_and_in_order() {
    let texts = ["Мерея - 10 грн", "Мрія - 20 грн", "Беремо? Точно?"];
    assert_eq!(faults(&texts), [Check::Questions, Check::Product, Check::Price]);
}
