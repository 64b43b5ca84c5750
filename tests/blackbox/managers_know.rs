//! What managers read has what they need: the order that was paid, the words that a yes answers, and
//! whether there is a receipt at all.

use crate::{
    managers::{CHAT, MANAGERS, paid, press},
    world_with,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_order_stays_in_the_chat_when_the_next_one_begins() {
    let world = world_with(&MANAGERS).await;
    paid(&world, "1421").await;
    press(&world, 90, 7, "Оплата є").await;
    world.mirt.at_rest("instagram", "1421", 6).await;
    world.mirt.managers_told("instagram", "1421").await;

    world.mirt.instagram_text("1421", "покажіть ще тренчі на 104").await;
    world.mirt.at_rest("instagram", "1421", 7).await;
    world.mirt.managers_told("instagram", "1421").await;

    let sent = world.telegram.sent_to(CHAT);
    let note = format!("{:?}", sent.iter().rfind(|sent| sent.method == "sendMessage"));
    for part in ["Замовлення оплачене", "Лагуна", "Коваль Ольга", "відділення 5"]
    {
        assert!(note.contains(part), "{part}: {note}");
    }
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_called_by_a_yes_reads_what_it_answers() {
    let world = world_with(&MANAGERS).await;
    world.mirt.instagram_text("1422", "де ви знаходитесь?").await;
    world.mirt.at_rest("instagram", "1422", 1).await;

    world.mirt.instagram_text("1422", "так").await;
    world.mirt.at_rest("instagram", "1422", 2).await;
    world.mirt.managers_told("instagram", "1422").await;

    let card = format!("{:?}", world.telegram.shown_to(CHAT));
    assert!(card.contains("де ви знаходитесь?") && card.contains("так"), "{card}");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_to_have_paid_is_no_receipt_and_the_card_says_so() {
    let world = world_with(&MANAGERS).await;
    for (turn, text) in [
        "сукня лагуна рожева на зріст 134",
        "беру",
        "Коваль Ольга, 0671234567, Львів, відділення 5",
        "повна оплата",
        "дорого, подумаю",
        "оплатила",
    ]
    .into_iter()
    .enumerate()
    {
        world.mirt.instagram_text("1423", text).await;
        world.mirt.at_rest("instagram", "1423", turn + 1).await;
    }
    world.mirt.managers_told("instagram", "1423").await;

    let card = format!("{:?}", world.telegram.shown_to(CHAT));
    assert!(card.contains("чека не надіслав") && !card.contains("Клієнт надіслав чек"), "{card}");
    press(&world, 91, 7, "Оплата є").await;
    let session = world.mirt.at_rest("instagram", "1423", 7).await;
    assert_eq!(session["slots"]["payment"]["is_approved"], true, "{session:#}");
    world.check();
}
