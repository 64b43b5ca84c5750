//! The shop's own catalogue: what the owner decided, and what holds for every height and size.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::{Catalog, ColorKey, Meaning, Product, ProductKey, SizeAdvice, SizeTable, TableSize};
use crate::{
    money::Money,
    size::{Height, Size},
    testing::catalog,
};

fn height(cm: u16) -> Height {
    Height::from_cm(cm).unwrap()
}

fn size(text: &str) -> Size {
    text.parse().unwrap()
}

fn product(key: &str) -> &'static Product {
    catalog().product_by_key(&ProductKey::new(key)).unwrap()
}

/// Every height that can be said.
fn any_height() -> impl Strategy<Value = Height> {
    (40_u16..=220).prop_map(height)
}

/// Every product of the shop.
fn any_product() -> impl Strategy<Value = &'static Product> {
    prop::sample::select(catalog().products().iter().collect::<Vec<_>>())
}

#[test]
fn the_shop_sells_nine_products_in_twenty_nine_colors() {
    assert_eq!(catalog().products().len(), 9);
    assert_eq!(catalog().products().iter().map(|product| product.colors.len()).sum::<usize>(), 29);
}

#[test]
fn the_files_say_what_the_shop_handed_over() {
    let facts = [
        ("suknya_anna", 3_443_041, "122-128", 2050),
        ("kostum_valeri", 9_251_497, "98", 2150),
        ("kostum_ritm", 11_089_055, "98-104", 2175),
        ("kostum_kapriz", 11_100_944, "158-164", 2085),
        ("kostum_laguna", 11_698_818, "98-104", 1790),
        ("kostum_mriya", 11_705_284, "80-92", 1590),
        ("kostum_mereya", 11_995_414, "134-140", 2150),
        ("trench_eco", 3_482_676, "110-116", 2380),
        ("trench_fabric", 5_888_646, "110-116", 2580),
    ];
    for (key, id, of_size, uah) in facts {
        let product = product(key);

        assert_eq!(product.id.0, id);
        assert_eq!(product.price(size(of_size)), Some(Money::from_uah(uah)), "{key}");
    }
}

#[test]
fn a_boundary_height_keeps_the_smaller_size() {
    let rows = [
        (80, 92, "80-92"),
        (93, 109, "98-104"),
        (110, 120, "110-116"),
        (121, 131, "122-128"),
        (132, 143, "134-140"),
        (144, 155, "146-152"),
        (156, 168, "158-164"),
    ];
    for (from, to, expected) in rows {
        for cm in [from, to] {
            let advised = catalog().sizes().range_for(height(cm));

            assert_eq!(advised, Some(TableSize::Fits(size(expected))), "{cm} cm");
        }
    }
}

#[test]
fn outside_of_the_table_the_nearest_size_is_to_be_confirmed() {
    let table = catalog().sizes();

    assert_eq!(table.range_for(height(79)), Some(TableSize::ToConfirm(size("80-92"))));
    assert_eq!(table.range_for(height(169)), Some(TableSize::ToConfirm(size("158-164"))));
}

#[test]
fn a_model_in_single_sizes_takes_the_smallest_that_is_not_below_the_height() {
    let valeri = product("kostum_valeri").id;
    for (cm, expected) in [(93, "98"), (98, "98"), (99, "104"), (120, "122"), (164, "164")] {
        let advice = catalog().size_for(valeri, None, height(cm));

        assert_eq!(advice, Some(SizeAdvice::Fits(size(expected))), "{cm} cm");
    }
    for (cm, expected) in [(85, "98"), (92, "98"), (165, "164")] {
        let advice = catalog().size_for(valeri, None, height(cm));

        assert_eq!(advice, Some(SizeAdvice::ToConfirm(size(expected))), "{cm} cm");
    }
}

#[test]
fn a_size_that_the_model_lacks_is_not_offered() {
    let advice = catalog().size_for(product("suknya_anna").id, None, height(100));

    assert_eq!(
        advice,
        Some(SizeAdvice::Unavailable { wanted: size("98-104"), in_colors: Vec::new() })
    );
}

#[test]
fn a_size_that_one_color_lacks_is_told_with_the_colors_that_have_it() {
    let ritm = product("kostum_ritm");

    let pink = catalog().size_for(ritm.id, Some(&ColorKey::new("рожевий")), height(100));
    let chocolate = catalog().size_for(ritm.id, Some(&ColorKey::new("шоколадний")), height(100));

    let in_colors = vec![ritm.variant(&ColorKey::new("шоколадний")).unwrap()];
    assert_eq!(pink, Some(SizeAdvice::Unavailable { wanted: size("98-104"), in_colors }));
    assert_eq!(chocolate, Some(SizeAdvice::Fits(size("98-104"))));
}

#[test]
fn an_age_gives_a_typical_height_and_its_size() {
    let guess = catalog().size_for_age(7).unwrap();

    assert_eq!(guess.height, height(121));
    assert_eq!(guess.size, size("122-128"));
    assert_eq!(catalog().size_for_age(30), None);
}

#[test]
fn the_price_range_of_a_product_goes_from_its_cheapest_to_its_dearest_size() {
    let laguna = product("kostum_laguna").price_range();

    assert_eq!((laguna.from, laguna.to), (Money::from_uah(1590), Money::from_uah(2390)));
    assert_eq!(laguna.single(), None);
    assert_eq!(product("suknya_anna").price_range().single(), Some(Money::from_uah(2050)));
}

#[test]
fn white_counts_as_milk() {
    let white = catalog().color(&ColorKey::new("білий")).unwrap();

    assert_eq!(white.counts_as.as_ref().unwrap().color, ColorKey::new("молочний"));
}

#[test]
fn the_vocabulary_knows_every_product_by_name_and_what_is_not_sold() {
    let means = |catalog: &'static Catalog, words: &str| -> Vec<Meaning<'static>> {
        catalog.vocabulary().filter(|term| term.words == words).map(|term| term.means).collect()
    };

    for product in catalog().products() {
        let named = means(catalog(), &product.name.to_lowercase());
        assert!(named.contains(&Meaning::Product(product.id)), "{}", product.name);
    }
    assert!(matches!(means(catalog(), "куртка")[..], [Meaning::NotSold(_)]));
    assert!(matches!(means(catalog(), "тренч")[..], [Meaning::Product(_), Meaning::Category(_)]));
}

proptest! {
    #[test]
    fn every_height_has_one_size_of_the_table_and_taller_children_never_a_smaller_one(
        one in any_height(), other in any_height(),
    ) {
        let table = catalog().sizes();
        let (small, tall) = (one.min(other), one.max(other));

        for size_for in [SizeTable::range_for, SizeTable::single_for] {
            let lower = size_for(table, small).unwrap().size();
            let upper = size_for(table, tall).unwrap().size();
            prop_assert!(table.sizes().any(|known| known == lower));
            prop_assert!(lower <= upper, "{lower} for {small:?}, {upper} for {tall:?}");
        }
    }

    #[test]
    fn a_size_is_offered_only_if_the_model_and_the_color_come_in_it(
        product in any_product(), height in any_height(), color in any::<prop::sample::Index>(),
    ) {
        let variant = color.get(&product.colors);

        let advice = catalog().size_for(product.id, Some(&variant.color), height).unwrap();

        match advice {
            SizeAdvice::Fits(size) | SizeAdvice::ToConfirm(size) => {
                prop_assert!(product.sizes_in(variant).any(|own| own == size));
            }
            SizeAdvice::Unavailable { wanted, in_colors } => {
                prop_assert!(product.sizes_in(variant).all(|own| own != wanted));
                for other in in_colors {
                    prop_assert!(product.sizes_in(other).any(|own| own == wanted));
                }
            }
        }
    }

    #[test]
    fn there_is_a_price_for_a_size_of_the_product_and_for_no_other(
        product in any_product(), from in 40_u16..220, step in 0_u16..20,
    ) {
        let text = if step == 0 { from.to_string() } else { format!("{from}-{}", from + step) };
        prop_assume!(from + step <= 220);
        let size: Size = text.parse().unwrap();

        let price = catalog().price(product.id, size);

        prop_assert_eq!(price.is_some(), product.sizes().any(|own| own == size));
    }
}
