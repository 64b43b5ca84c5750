//! Numbers as customers write them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::{Reading, read};
use crate::{
    language::token::tokens,
    size::{Height, Size},
};

fn readings(text: &str) -> Vec<Reading> {
    read(&tokens(text)).into_iter().map(|found| found.reading).collect()
}

fn height(cm: u16) -> Reading {
    Reading::Height(Height::from_cm(cm).unwrap())
}

fn maybe(cm: u16) -> Reading {
    Reading::MaybeHeight(Height::from_cm(cm).unwrap())
}

#[test]
fn a_height_is_read_in_all_the_ways_in_which_it_is_written() {
    for text in [
        "зріст 120",
        "зріст у нас 120",
        "рост 120",
        "120 см",
        "120см",
        "1 м 20",
        "1м20",
        "1м 20см",
        "1,2 м",
        "1.20",
        "метр двадцять",
        "зростом десь 120",
        "ріст 120",
        "розмір 120",
        "120 зросту",
        "сто двадцять",
        "сто двадцять сантиметрів",
    ] {
        assert_eq!(readings(text), [height(120)], "{text}");
    }
}

#[test]
fn a_bare_number_only_may_be_a_height() {
    assert_eq!(readings("на 134"), [maybe(134)]);
    assert_eq!(readings("98"), [maybe(98)]);
    assert_eq!(readings("2"), [Reading::Bare(2)]);
    assert_eq!(readings("500"), [Reading::Bare(500)]);
}

#[test]
fn the_number_of_a_branch_is_no_height() {
    for text in ["відділення 134", "відділення № 134", "НП 134", "134 відділення", "поштомат 134"]
    {
        assert_eq!(readings(text), [Reading::Branch(134)], "{text}");
    }
}

#[test]
fn a_sum_a_duration_and_a_house_are_no_heights() {
    assert_eq!(readings("ціна 150 грн"), [Reading::Sum(150)]);
    assert_eq!(readings("120 днів"), [Reading::Other]);
    assert_eq!(readings("вул. Садова, буд 120"), [Reading::Other]);
}

#[test]
fn an_age_is_read_with_or_without_its_unit() {
    for text in ["7 років", "нам 7 років", "7 лет", "дитині 7", "сім років", "7-річна", "доньці 7р"]
    {
        assert_eq!(readings(text), [Reading::Age(7)], "{text}");
    }
    assert_eq!(readings("10 місяців"), [Reading::Months(10)]);
}

#[test]
fn a_range_is_a_size_or_the_upper_height_of_two() {
    let size: Size = "134-140".parse().unwrap();
    assert_eq!(readings("134-140"), [Reading::Size(size)]);
    assert_eq!(readings("зріст 120-122"), [height(122)]);
    assert_eq!(readings("7-8 років"), [Reading::Age(8)]);
}

#[test]
fn two_children_have_two_heights() {
    assert_eq!(readings("на 98 і на 128"), [maybe(98), maybe(128)]);
    assert_eq!(readings("зріст 98 і 128"), [height(98), height(128)]);
}

#[test]
fn pieces_are_counted() {
    assert_eq!(readings("2 костюми"), [Reading::Quantity(2)]);
    assert_eq!(readings("дві штуки"), [Reading::Quantity(2)]);
}

#[test]
fn a_number_in_words_is_composed() {
    assert_eq!(readings("метр тридцять п'ять"), [height(135)]);
    assert_eq!(readings("сто шістнадцять"), [height(116)]);
    assert_eq!(readings("зріст дев'яносто вісім"), [height(98)]);
    assert_eq!(readings("рост сто сорок шесть"), [height(146)]);
}

#[test]
fn a_number_that_is_taken_back_counts_nothing() {
    assert_eq!(readings("122 а не 112"), [maybe(122), Reading::Other]);
}

#[test]
fn a_branch_is_read_from_an_ordinal_too() {
    assert_eq!(readings("відділення перше"), [Reading::Branch(1)]);
    assert_eq!(readings("третє відділення"), [Reading::Branch(3)]);
}

#[test]
fn half_a_year_is_left_out_of_an_age() {
    for text in ["6,5 років", "6 з половиною років", "шість з половиною років"]
    {
        assert_eq!(readings(text), [Reading::Age(6)], "{text}");
    }
}

#[test]
fn a_year_of_life_that_has_begun_is_one_more_than_the_age() {
    assert_eq!(readings("сьомий рочок пішов"), [Reading::Age(6)]);
}

#[test]
fn the_number_of_a_house_is_none_of_a_branch() {
    for (text, branch) in [
        ("Відділення №5 (до 200 кг): вул. Федорова, 32", 5),
        ("Нова пошта №17, вул. Канатна 83", 17),
        ("НП 17, вул. Героїв Крут 8/10", 17),
        ("відділення 17 на вул. Канатна 83", 17),
        ("Поштомат №5678: просп. Науки, 45, під'їзд 2", 5678),
        ("відділення №15 (до 30 кг)", 15),
    ] {
        let (branches, others): (Vec<_>, Vec<_>) =
            readings(text).into_iter().partition(|reading| matches!(reading, Reading::Branch(_)));
        assert_eq!(branches, [Reading::Branch(branch)], "{text}");
        assert!(others.iter().all(|reading| *reading == Reading::Other), "{text}");
    }
    assert_eq!(readings("Сумська 45, кв. 12"), [Reading::Other, Reading::Other]);
    assert_eq!(readings("вул. Канатна, Нова пошта 17"), [Reading::Branch(17)]);
}
