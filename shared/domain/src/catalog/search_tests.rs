//! Searching the shop's own catalogue, and one of ten thousand garments.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use proptest::prelude::*;

use super::{
    Catalog, CategoryKey, ColorKey, ColorVariant, FeatureKey, Found, MAX_HITS, Miss, Order,
    Product, ProductId, Query, SizeWish, TableSize,
};
use crate::{
    size::{Height, Size},
    testing::catalog,
};

fn height(cm: u16) -> SizeWish {
    SizeWish::Height(Height::from_cm(cm).unwrap())
}

fn size(text: &str) -> Size {
    text.parse().unwrap()
}

fn names<'c>(found: &Found<'c>) -> Vec<&'c str> {
    found.hits.iter().map(|hit| hit.product.key.as_str()).collect()
}

fn labels<'c>(variants: &[&'c ColorVariant]) -> Vec<&'c str> {
    variants.iter().map(|variant| variant.label.as_str()).collect()
}

const LAGUNA: ProductId = ProductId(11_698_818);
const RITM: ProductId = ProductId(11_089_055);

#[test]
fn dresses_for_a_height_are_found_with_their_size() {
    let dresses = CategoryKey::new("сукні");

    let found = catalog().search(&Query {
        category: Some(&dresses),
        size: Some(height(134)),
        ..Query::default()
    });

    assert!(found.is_exact());
    assert_eq!(names(&found), ["suknya_anna"]);
    assert_eq!(found.hits[0].size, Some(TableSize::Fits(size("134-140"))));
    assert_eq!(found.hits[0].variants.len(), 7);
}

#[test]
fn only_the_colors_that_fit_are_found() {
    let (dresses, black) = (CategoryKey::new("сукні"), [ColorKey::new("чорний")]);

    let found =
        catalog().search(&Query { category: Some(&dresses), colors: &black, ..Query::default() });

    assert!(found.is_exact());
    assert_eq!(labels(&found.hits[0].variants), ["чорний"]);
}

#[test]
fn white_finds_milk() {
    let white = [ColorKey::new("білий")];

    let found = catalog().search(&Query { colors: &white, ..Query::default() });

    assert!(found.is_exact());
    assert_eq!(names(&found), ["kostum_mereya", "trench_eco"]);
}

#[test]
fn a_season_ranks_and_leaves_nothing_out() {
    let (suits, autumn) = (CategoryKey::new("костюми"), [FeatureKey::new("демісезон")]);

    let all = catalog().search(&Query { features: &autumn, ..Query::default() });
    let only_suits =
        catalog().search(&Query { category: Some(&suits), features: &autumn, ..Query::default() });

    assert!(all.is_exact() && only_suits.is_exact());
    assert_eq!(names(&all)[0], "trench_fabric");
    assert_eq!(all.total, catalog().products().len());
    assert!(only_suits.total > 1);
}

#[test]
fn garments_come_by_price_where_that_is_asked_for() {
    let prices = |order| {
        let size = Some(height(134));
        let found = catalog().search(&Query { size, order, ..Query::default() });
        let price = |hit: &super::Hit<'_>| hit.product.price(hit.size?.size());
        found.hits.iter().filter_map(price).collect::<Vec<_>>()
    };

    let (rising, falling) = (prices(Order::PriceAscending), prices(Order::PriceDescending));

    assert!(rising.is_sorted() && rising.len() == MAX_HITS, "{rising:?}");
    assert!(falling.is_sorted_by(|dear, cheap| dear >= cheap), "{falling:?}");
    assert!(rising[0] < falling[0]);
}

#[test]
fn a_color_that_is_not_sold_finds_its_family_and_says_so() {
    let beige = [ColorKey::new("бежевий")];
    let trenches = CategoryKey::new("верхній одяг");

    let found =
        catalog().search(&Query { category: Some(&trenches), colors: &beige, ..Query::default() });

    assert_eq!(found.missed, [Miss::ColorButFamily]);
    assert_eq!(names(&found), ["trench_eco"]);
    assert_eq!(labels(&found.hits[0].variants), ["капучіно"]);
}

#[test]
fn a_color_and_a_size_have_to_be_those_of_one_variant() {
    let pink = [ColorKey::new("рожевий")];

    let found = catalog().search(&Query {
        products: &[RITM],
        size: Some(height(100)),
        colors: &pink,
        ..Query::default()
    });

    assert_eq!(found.missed, [Miss::Color]);
    assert_eq!(labels(&found.hits[0].variants), ["шоколадний"]);
    assert_eq!(found.hits[0].size, Some(TableSize::Fits(size("98-104"))));
}

#[test]
fn a_size_that_no_garment_of_the_kind_has_is_missed_and_not_offered() {
    let dresses = CategoryKey::new("сукні");

    let found = catalog().search(&Query {
        category: Some(&dresses),
        size: Some(height(98)),
        ..Query::default()
    });

    assert_eq!(found.missed, [Miss::Size]);
    assert_eq!(names(&found), ["suknya_anna"]);
    assert_eq!(found.hits[0].size, None);
}

#[test]
fn a_height_outside_of_the_table_is_found_to_be_confirmed() {
    let found = catalog().search(&Query {
        products: &[LAGUNA],
        size: Some(height(75)),
        ..Query::default()
    });

    assert_eq!(found.hits[0].size, Some(TableSize::ToConfirm(size("80-92"))));
}

#[test]
fn garments_in_single_sizes_are_found_beside_those_in_ranges() {
    let found = catalog().search(&Query {
        features: &[FeatureKey::new("палацо")],
        size: Some(height(120)),
        ..Query::default()
    });

    let sizes: Vec<_> = found.hits.iter().map(|hit| hit.size.unwrap().size()).collect();
    assert_eq!(names(&found), ["kostum_kapriz", "kostum_valeri"]);
    assert_eq!(sizes, [size("110-116"), size("122")]);
}

#[test]
fn a_range_asked_for_by_name_leaves_the_single_size_open() {
    let found = catalog().search(&Query {
        features: &[FeatureKey::new("палацо")],
        size: Some(SizeWish::Size(size("110-116"))),
        ..Query::default()
    });

    let sizes: Vec<_> = found.hits.iter().map(|hit| hit.size).collect();
    assert_eq!(names(&found), ["kostum_kapriz", "kostum_valeri"]);
    assert_eq!(sizes, [Some(TableSize::Fits(size("110-116"))), None]);
}

#[test]
fn features_tell_apart_what_is_easily_confused() {
    let plush_half_zip = [FeatureKey::new("плюш"), FeatureKey::new("коротка блискавка")];

    let found = catalog().search(&Query { features: &plush_half_zip, ..Query::default() });

    assert!(found.is_exact());
    assert_eq!(names(&found), ["kostum_mriya"]);
}

#[test]
fn a_print_finds_the_color_that_has_it() {
    let leopard = [FeatureKey::new("леопард")];

    let found = catalog().search(&Query { features: &leopard, ..Query::default() });

    assert_eq!(labels(&found.hits[0].variants), ["лео рожева"]);
}

#[test]
fn a_feature_that_the_kind_lacks_is_named_among_the_missed() {
    let (dresses, hood) = (CategoryKey::new("сукні"), FeatureKey::new("капюшон"));

    let found = catalog().search(&Query {
        category: Some(&dresses),
        features: std::slice::from_ref(&hood),
        ..Query::default()
    });

    assert_eq!(found.missed, [Miss::Feature(hood)]);
    assert_eq!(names(&found), ["suknya_anna"]);
}

#[test]
fn a_name_outweighs_a_kind_that_contradicts_it() {
    let dresses = CategoryKey::new("сукні");

    let found = catalog().search(&Query {
        products: &[LAGUNA],
        category: Some(&dresses),
        ..Query::default()
    });

    assert_eq!(found.missed, [Miss::Category]);
    assert_eq!(names(&found), ["kostum_laguna"]);
}

#[test]
fn nothing_is_found_when_no_wish_can_be_met() {
    let green = [ColorKey::new("зелений")];

    let found = catalog().search(&Query { colors: &green, ..Query::default() });

    assert_eq!(found, Found { hits: Vec::new(), total: 0, missed: vec![Miss::Color] });
}

#[test]
fn no_wish_finds_the_whole_catalogue_five_at_a_time() {
    let first = catalog().search(&Query::default());
    let second = catalog().search(&Query { skip: MAX_HITS, ..Query::default() });

    assert_eq!((first.hits.len(), first.total), (5, 9));
    assert_eq!((second.hits.len(), second.total), (4, 9));
    let keys: Vec<&str> = names(&first).into_iter().chain(names(&second)).collect();
    let all: Vec<&str> = catalog().products().iter().map(|product| product.key.as_str()).collect();
    assert_eq!(keys, all);
}

/// Ten thousand garments.
fn ten_thousand() -> &'static Catalog {
    static LARGE: LazyLock<Catalog> = LazyLock::new(|| catalog().grown_to(10_000));
    &LARGE
}

/// Wishes of all kinds in any mixture.
#[derive(Clone, Debug)]
struct Wishes {
    products: Vec<ProductId>,
    category: Option<CategoryKey>,
    size: Option<SizeWish>,
    colors: Vec<ColorKey>,
    features: Vec<FeatureKey>,
}

impl Wishes {
    fn query(&self, skip: usize) -> Query<'_> {
        Query {
            products: &self.products,
            category: self.category.as_ref(),
            size: self.size,
            colors: &self.colors,
            features: &self.features,
            skip,
            order: Order::Catalog,
        }
    }

    /// Whether a variant meets every wish, told without an index.
    fn are_met_by(&self, catalog: &Catalog, product: &Product, variant: &ColorVariant) -> bool {
        let is_size_met = self.size.is_none_or(|wish| match wish {
            SizeWish::Size(size) => {
                catalog.sizes().alike(size).any(|it| product.comes_in(it, Some(&variant.color)))
            }
            SizeWish::Height(height) => catalog
                .size_for(product.id, Some(&variant.color), height)
                .is_some_and(|advice| advice.offered().is_some()),
        });
        let has =
            |feature| product.features.contains(feature) || variant.features.contains(feature);
        (self.products.is_empty() || self.products.contains(&product.id))
            && self.category.as_ref().is_none_or(|category| product.category == *category)
            && is_size_met
            && (self.colors.is_empty()
                || self.colors.iter().any(|color| *catalog.sold_as(color) == variant.color))
            && self.features.iter().all(has)
    }
}

fn any_wishes() -> impl Strategy<Value = Wishes> {
    let colors: Vec<_> = catalog().colors().iter().map(|color| color.key.clone()).collect();
    let demanded = catalog().features().iter().filter(|feature| !feature.only_ranks);
    let features: Vec<_> = demanded.map(|feature| feature.key.clone()).collect();
    let categories: Vec<_> = catalog().categories().iter().map(|kind| kind.key.clone()).collect();
    let sizes: Vec<_> = catalog().sizes().sizes().map(SizeWish::Size).collect();
    let size = prop_oneof![(40_u16..=220).prop_map(height), prop::sample::select(sizes)];
    (
        prop::collection::vec((0_u64..10_100).prop_map(ProductId), 0..3),
        prop::option::of(prop::sample::select(categories)),
        prop::option::of(size),
        prop::collection::vec(prop::sample::select(colors), 0..3),
        prop::collection::vec(prop::sample::select(features), 0..3),
    )
        .prop_map(|(products, category, size, colors, features)| Wishes {
            products,
            category,
            size,
            colors,
            features,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_exact_search_finds_what_fits_every_wish_and_nothing_else(wishes in any_wishes()) {
        let catalog = ten_thousand();
        let meets = |product: &&Product| {
            product.colors.iter().any(|variant| wishes.are_met_by(catalog, product, variant))
        };
        let fitting: Vec<ProductId> =
            catalog.products().iter().filter(meets).map(|product| product.id).collect();

        let found = catalog.search(&wishes.query(0));

        prop_assert_eq!(found.is_exact(), !fitting.is_empty());
        if found.is_exact() {
            prop_assert_eq!(found.total, fitting.len());
            let first: Vec<ProductId> = fitting.into_iter().take(MAX_HITS).collect();
            prop_assert_eq!(found.hits.iter().map(|hit| hit.product.id).collect::<Vec<_>>(), first);
            for hit in &found.hits {
                for variant in &hit.product.colors {
                    prop_assert_eq!(
                        hit.variants.contains(&variant),
                        wishes.are_met_by(catalog, hit.product, variant)
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_nearest_fits_every_wish_that_it_is_not_said_to_miss(wishes in any_wishes()) {
        let catalog = ten_thousand();

        let found = catalog.search(&wishes.query(0));

        let mut met = wishes.clone();
        for miss in &found.missed {
            match miss {
                Miss::Name => met.products.clear(),
                Miss::Category => met.category = None,
                Miss::Size => met.size = None,
                Miss::Color | Miss::ColorButFamily => met.colors.clear(),
                Miss::Feature(missed) => met.features.retain(|feature| feature != missed),
            }
        }
        for hit in &found.hits {
            prop_assert!(!hit.variants.is_empty());
            for variant in &hit.variants {
                prop_assert!(met.are_met_by(catalog, hit.product, variant));
            }
        }
    }

    #[test]
    fn a_size_is_named_only_if_the_garment_has_it(wishes in any_wishes(), skip in 0_usize..20) {
        let catalog = ten_thousand();

        let found = catalog.search(&wishes.query(skip));

        prop_assert!(found.hits.len() <= MAX_HITS);
        for hit in &found.hits {
            if let Some(size) = hit.size {
                prop_assert!(hit.product.price(size.size()).is_some());
            }
        }
    }
}
