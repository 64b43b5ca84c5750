#![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

use super::*;
use crate::{
    catalog::Query,
    reply::Bubble,
    session::Session,
    shop::Shop,
    testing::shop,
    turn::{self, Message, TurnInput},
};

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_763_700_000 + minute * 60).unwrap()
}

fn counted(sku: &str, size: Option<&str>, quantity: u32) -> Counted {
    Counted {
        product: None,
        sku: Some(sku.to_owned()),
        size: size.map(|size| size.parse().unwrap()),
        quantity,
    }
}

/// The stock that says this of a garment's colour, by its name and its label.
fn stock_of(product: &str, color: &str, size: Option<&str>, quantity: u32) -> Stock {
    let shop = shop();
    let mut products = shop.catalog.products().iter();
    let product = products.find(|one| one.name.contains(product)).unwrap();
    let variant = product.colors.iter().find(|one| one.label.contains(color)).unwrap();
    let mut stock = Stock::default();
    stock.take(counted(&variant.sku, size, quantity).levels(shop.catalog, at(0)));
    stock
}

#[test]
fn a_later_count_wins_whichever_comes_first() {
    let shop = shop();
    let variant = &shop.catalog.products()[0].colors[0];
    let levels =
        |quantity, minute| counted(&variant.sku, None, quantity).levels(shop.catalog, at(minute));
    let (mut one, mut other) = (Stock::default(), Stock::default());

    one.take(levels(3, 1));
    one.take(levels(0, 2));
    other.take(levels(0, 2));
    other.take(levels(3, 1));

    assert_eq!(one, other);
    let size = one.levels()[0].size;
    assert!(!one.has(shop.catalog.products()[0].id, &variant.color, size, 1));
}

#[test]
fn what_there_is_plenty_of_takes_no_room_and_what_is_not_told_is_there() {
    let shop = shop();
    let mut stock = Stock::default();

    for product in shop.catalog.products() {
        let all = Counted { product: Some(product.id), sku: None, size: None, quantity: 500 };
        stock.take(all.levels(shop.catalog, at(0)));
    }

    assert_eq!(stock.levels(), []);
    assert_eq!(shop.catalog.in_stock(&stock).products(), {
        let all = shop.catalog.in_stock(&Stock::default());
        all.products().to_vec()
    });
}

#[test]
fn a_size_of_a_colour_that_is_sold_out_is_not_there_and_its_others_are() {
    let shop = shop();
    let stock = stock_of("Лагуна", "рож", Some("98-104"), 0);

    let catalog = shop.catalog.in_stock(&stock);

    let level = &stock.levels()[0];
    let product = catalog.product(level.product_id).unwrap();
    assert!(!product.comes_in(level.size, Some(&level.color)));
    assert!(product.comes_in(level.size, None), "another colour has the size");
    let variant = product.variant(&level.color).unwrap();
    assert!(product.sizes_in(variant).count() > 1);
}

#[test]
fn a_garment_that_is_sold_out_is_known_by_its_name_and_found_by_nothing() {
    let shop = shop();
    let product = &shop.catalog.products()[0];
    let mut stock = Stock::default();
    let all = Counted { product: Some(product.id), sku: None, size: None, quantity: 0 };
    stock.take(all.levels(shop.catalog, at(0)));

    let catalog = shop.catalog.in_stock(&stock);

    assert!(catalog.product(product.id).is_some());
    let query = Query { category: Some(&product.category), ..Query::default() };
    let found = catalog.search(&query);
    assert!(found.hits.iter().all(|hit| hit.product.id != product.id));
    let sold_out = catalog.product(product.id).unwrap();
    assert!(product.sizes().all(|size| !sold_out.comes_in(size, None)));
}

/// What a customer hears who says this in a new conversation.
fn heard(shop: &Shop<'_>, text: &str) -> String {
    let message = Message { text: Some(text.to_owned()), ..Message::default() };
    let input = TurnInput { messages: vec![message], now: at(0) };
    let turn = turn::take(shop, &Session::default(), &input);
    let texts = turn.reply.bubbles.into_iter().map(|bubble| match bubble {
        Bubble::Text(text) => text,
        Bubble::Photo { caption, .. } | Bubble::Sent { caption, .. } => caption.unwrap_or_default(),
    });
    texts.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_customer_is_offered_what_is_left_and_not_what_is_sold_out() {
    let asked = "сукня лагуна рожева на зріст 104";
    let whole = shop();
    assert!(heard(&whole, asked).contains("грн"), "{}", heard(&whole, asked));

    let color_gone = whole.catalog.in_stock(&stock_of("Лагуна", "рож", Some("98-104"), 0));
    let without_color = heard(&Shop { catalog: &color_gone, ..whole }, asked);

    assert!(!without_color.contains("колір рожев"), "{without_color}");
    assert!(!without_color.is_empty());
}

#[test]
fn who_asks_for_a_garment_that_is_sold_out_hears_that_it_is() {
    let whole = shop();
    let mut products = whole.catalog.products().iter();
    let product = products.find(|one| one.name.contains("Лагуна")).unwrap();
    let mut stock = Stock::default();
    let all = Counted { product: Some(product.id), sku: None, size: None, quantity: 0 };
    stock.take(all.levels(whole.catalog, at(0)));
    let catalog = whole.catalog.in_stock(&stock);
    let shop = Shop { catalog: &catalog, ..whole };

    for text in
        ["сукня лагуна рожева на зріст 104", "лагуна на 104", "скільки коштує лагуна?", "є лагуна?"]
    {
        let heard = heard(&shop, text);
        assert!(heard.contains("немає"), "{text}: {heard}");
        assert!(!heard.contains("грн"), "{text}: {heard}");
    }
}

/// What is heard after each of several messages, and the cart at the end: pieces of each line.
fn talk(shop: &Shop<'_>, texts: &[&str]) -> (Vec<String>, Vec<u32>) {
    let mut session = Session::default();
    let mut heard = Vec::new();
    for text in texts {
        let message = Message { text: Some((*text).to_owned()), ..Message::default() };
        let input = TurnInput { messages: vec![message], now: at(0) };
        let turn = turn::take(shop, &session, &input);
        assert_eq!(turn.trace.checks_failed, [""; 0], "{text}");
        session = turn.session;
        heard.push(turn.reply.bubbles.iter().map(|bubble| format!("{bubble:?}")).collect());
    }
    (heard, session.cart_lines().iter().map(|line| line.quantity).collect())
}

#[test]
fn who_wants_three_where_two_are_there_hears_it_and_gets_two() {
    let whole = shop();
    let catalog = whole.catalog.in_stock(&stock_of("Лагуна", "рож", Some("98-104"), 2));
    let shop = Shop { catalog: &catalog, ..whole };
    let asked = "сукня лагуна рожева на зріст 104";

    for texts in [
        &["сукня лагуна рожева на зріст 104, три штуки", "беру"][..],
        &[asked, "беру три штуки"],
        &[asked, "беру", "ще одну таку саму", "ще одну таку саму"],
    ] {
        let (heard, cart) = talk(&shop, texts);

        assert!(heard.concat().contains("в наявності 2 шт."), "{texts:?}: {heard:?}");
        assert_eq!(cart, [2], "{texts:?}: {heard:?}");
    }
    let (heard, cart) = talk(&shop, &[asked, "беру дві штуки"]);
    assert!(!heard.concat().contains("в наявності"), "{heard:?}");
    assert_eq!(cart, [2], "{heard:?}");
}

#[test]
fn a_cart_with_more_than_is_left_keeps_what_is_left() {
    let whole = shop();
    let asked = ["сукня лагуна рожева на зріст 104", "беру три штуки"];
    let mut session = Session::default();
    for text in asked {
        let message = Message { text: Some(text.to_owned()), ..Message::default() };
        let input = TurnInput { messages: vec![message], now: at(0) };
        session = turn::take(&whole, &session, &input).session;
    }
    let catalog = whole.catalog.in_stock(&stock_of("Лагуна", "рож", Some("98-104"), 1));
    let shop = Shop { catalog: &catalog, ..whole };

    let message =
        Message { text: Some("Коваль Ольга".to_owned()), ..Message::default() };
    let turn = turn::take(&shop, &session, &TurnInput { messages: vec![message], now: at(1) });

    let heard = format!("{:?}", turn.reply.bubbles);
    assert!(heard.contains("в наявності 1 шт."), "{heard}");
    assert_eq!(turn.session.cart_lines()[0].quantity, 1);
}
