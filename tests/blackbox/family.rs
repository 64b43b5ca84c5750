//! A whole sale through the running system: a mother of two, boundary heights, a colour that a size
//! lacks, an address in one line, prepayment, a receipt.

use mirt_test_support::Shown;

use crate::world;

/// What the mother says, and what the answer must hold.
const SALE: [(&str, &[&str]); 8] = [
    ("добрий день! треба костюм ритм рожевий на 98", &["рожевий немає", "шоколадний"]),
    ("тоді шоколадний", &["98-104", "2175 грн", "Оформлюємо"]),
    ("беру, і ще такий самий рожевий старшій на 131", &["122-128", "4350 грн", "телефон"]),
    ("ой, старшій краще бордовий", &["бордовий", "4350 грн"]),
    (
        "Ковальчук Ольга Петрівна 067 123 45 67, м. Львів, відділення 5",
        &["+380671234567", "Львів, відділення 5", "4350 грн"],
    ),
    ("а комісія яка, якщо при отриманні?", &["200 грн"]),
    ("добре, передплата", &["200 грн", "4150 грн", "103 грн"]),
    ("оплатила, ось чек", &["Менеджер перевірить"]),
];

fn words(shown: &[Shown]) -> String {
    let words = shown.iter().map(|shown| match shown {
        Shown::Text(text) => text.clone(),
        Shown::Photo { caption, .. } => caption.clone(),
    });
    words.collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mother_of_two_buys_for_both_and_pays() {
    let world = world().await;
    let mut before = 0;

    for (turn, (text, facts)) in SALE.into_iter().enumerate() {
        world.mirt.instagram_text("1601", text).await;
        world.mirt.at_rest("instagram", "1601", turn + 1).await;
        let shown = world.manychat.wait_for("1601", |shown| shown.len() > before).await;
        let answer = words(&shown[before..]);
        for fact in facts {
            assert!(answer.contains(fact), "{text}: {fact} is missing: {answer}");
        }
        before = shown.len();
    }

    let session = world.mirt.session("instagram", "1601").await;
    assert_eq!(session["phase"], "AWAITING_CONFIRMATION", "{session}");
    let lines = session["cart"]["lines"].as_array().map(Vec::len);
    assert_eq!(lines, Some(2), "{session}");
    world.check();
}
