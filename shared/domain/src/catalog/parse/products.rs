//! `catalog/products/*.toml` and `catalog/aliases.toml`

use std::collections::{HashMap, HashSet};

use toml::Spanned;

use super::{
    super::{
        Category, CategoryKey, Color, ColorKey, ColorVariant, Feature, FeatureKey, Product,
        ProductId, ProductKey, SizeTable,
    },
    faults::{Faults, File},
    photo, raw, read,
    words::{Seen, customer_text},
};
use crate::{money::Money, size::Size};

/// What products can refer to. A table that could not be read is not there, and nothing that
/// refers to it is blamed.
pub(super) struct Known<'k> {
    pub(super) shop: Option<&'k raw::ShopRules>,
    pub(super) sizes: Option<&'k SizeTable>,
    pub(super) categories: Option<&'k [Category]>,
    pub(super) colors: Option<&'k [Color]>,
    pub(super) features: Option<&'k [Feature]>,
}

/// What must not be there twice in the whole catalogue, with the product that has it.
#[derive(Default)]
struct Taken {
    keys: HashSet<String>,
    ids: HashMap<u64, String>,
    names: HashMap<String, String>,
    skus: HashMap<String, String>,
}

/// Reads every product and gives it its aliases, of which its name is the first.
pub(super) fn check(
    sources: &[(&File<'_>, &str)],
    aliases: Option<(&File<'_>, raw::Aliases)>,
    known: &Known<'_>,
    faults: &mut Faults,
) -> Vec<Product> {
    let keys: HashSet<&str> = sources.iter().map(|(_, key)| *key).collect();
    let mut taken = Taken::default();
    let mut products = Vec::with_capacity(sources.len());
    for (file, key) in sources {
        if !taken.keys.insert((*key).to_owned()) {
            faults.add(file, 0, format!("the product {key} is there twice"));
        }
        let Some(raw) = read::<raw::Product>(file, faults) else { continue };
        let reading = Reading { file, key, known, keys: &keys };
        products.push(reading.product(raw, &mut taken, faults));
    }
    if let Some((file, raw)) = aliases {
        add_aliases(file, raw, &keys, &mut products, faults);
    }
    products
}

/// Gives each product its aliases from the file.
fn add_aliases(
    file: &File<'_>,
    raw: raw::Aliases,
    keys: &HashSet<&str>,
    products: &mut [Product],
    faults: &mut Faults,
) {
    let mut seen = Seen::in_file(file);
    let names: HashMap<String, ProductKey> = products
        .iter()
        .flat_map(|product| product.aliases.iter().map(|name| (name.clone(), product.key.clone())))
        .collect();
    for (alias, key) in raw.aliases {
        let at = alias.span().start;
        let alias = seen.word(key.get_ref(), alias, faults);
        if !keys.contains(key.get_ref().as_str()) {
            let message = format!("\"{alias}\" is an alias of no product: {}", key.get_ref());
            faults.add(file, key.span().start, message);
        }
        if let Some(named) = names.get(&alias) {
            faults.add(file, at, format!("\"{alias}\" already is the name of {named}"));
        }
        let product = products.iter_mut().find(|product| product.key.as_str() == key.get_ref());
        if let Some(product) = product {
            product.aliases.push(alias);
        }
    }
}

/// Reading one product.
struct Reading<'r> {
    file: &'r File<'r>,
    key: &'r str,
    known: &'r Known<'r>,
    /// The keys of all products.
    keys: &'r HashSet<&'r str>,
}

impl Reading<'_> {
    fn product(&self, raw: raw::Product, taken: &mut Taken, faults: &mut Faults) -> Product {
        self.once(raw.id.get_ref(), raw.id.span().start, "id", &mut taken.ids, faults);
        let name = self.text(raw.name.clone(), faults);
        let alias = name.to_lowercase();
        self.once(&alias, raw.name.span().start, "name", &mut taken.names, faults);
        self.category(&raw.category, faults);
        let prices = self.prices(&raw, faults);
        if raw.color.is_empty() {
            faults.add(self.file, raw.name.span().start, "the product has no [[color]]");
        }
        let mut own_colors = HashSet::new();
        let colors = raw.color.into_iter().map(|color| {
            if !own_colors.insert(color.color.get_ref().clone()) {
                let message = format!("the color \"{}\" is there twice", color.color.get_ref());
                faults.add(self.file, color.color.span().start, message);
            }
            self.variant(color, &prices, taken, faults)
        });
        let colors = colors.collect();
        Product {
            id: ProductId(raw.id.into_inner()),
            key: ProductKey::new(self.key),
            name,
            category: CategoryKey::new(raw.category.into_inner()),
            aliases: vec![alias],
            prices,
            colors,
            fabric: self.text(raw.fabric, faults),
            details: raw.details.into_iter().map(|detail| self.text(detail, faults)).collect(),
            special: self.text(raw.special, faults),
            features: self.features(raw.features, faults),
            confused_with: self.confused_with(raw.confused_with, faults),
            visual: raw.visual,
        }
    }

    fn variant(
        &self,
        raw: raw::ColorVariant,
        prices: &[(Size, Money)],
        taken: &mut Taken,
        faults: &mut Faults,
    ) -> ColorVariant {
        let color = ColorKey::new(raw.color.get_ref().as_str());
        if self.known.colors.is_some_and(|colors| colors.iter().all(|known| known.key != color)) {
            let message = format!("there is no color \"{color}\" in catalog/colors.toml");
            faults.add(self.file, raw.color.span().start, message);
        }
        self.once(raw.sku.get_ref(), raw.sku.span().start, "sku", &mut taken.skus, faults);
        if let Some(shop) = self.known.shop
            && let Some(message) = photo::fault(raw.photo.get_ref(), &shop.photo_hosts)
        {
            faults.add(self.file, raw.photo.span().start, message);
        }
        ColorVariant {
            color,
            label: self.text(raw.label, faults),
            sku: raw.sku.into_inner(),
            photo_url: raw.photo.into_inner(),
            sizes: raw.sizes.map(|sizes| self.color_sizes(sizes, prices, faults)),
            features: self.features(raw.features, faults),
        }
    }

    /// The sizes of one colour: some of the product's, each once, ascending.
    fn color_sizes(
        &self,
        raw: Spanned<Vec<Spanned<String>>>,
        prices: &[(Size, Money)],
        faults: &mut Faults,
    ) -> Vec<Size> {
        if raw.get_ref().is_empty() {
            faults.add(self.file, raw.span().start, "a color needs a size");
        }
        let mut sizes = Vec::with_capacity(raw.get_ref().len());
        for raw in raw.into_inner() {
            let at = raw.span().start;
            let Some(size) = self.size(&raw, faults) else { continue };
            if prices.iter().all(|(own, _)| *own != size) {
                let message = format!("the product has no size {size}, so no color has it");
                faults.add(self.file, at, message);
            } else if sizes.contains(&size) {
                faults.add(self.file, at, format!("the size {size} is there twice"));
            }
            sizes.push(size);
        }
        sizes.sort_unstable();
        sizes
    }

    fn prices(&self, raw: &raw::Product, faults: &mut Faults) -> Vec<(Size, Money)> {
        if raw.prices_uah.is_empty() {
            faults.add(self.file, raw.name.span().start, "the product has no [prices_uah]");
        }
        let mut prices: Vec<(Size, Money)> = Vec::with_capacity(raw.prices_uah.len());
        for (size, price) in &raw.prices_uah {
            let price = self.price(price, faults);
            let (Some(size_read), Some(price)) = (self.size(size, faults), price) else { continue };
            let is_other_kind =
                |(other, _): &(Size, Money)| other.is_single() != size_read.is_single();
            if prices.iter().any(is_other_kind) {
                let message = "a product has either single sizes or ranges, not both";
                faults.add(self.file, size.span().start, message);
            }
            prices.push((size_read, price));
        }
        prices.sort_unstable();
        prices
    }

    fn price(&self, raw: &Spanned<i64>, faults: &mut Faults) -> Option<Money> {
        let uah = u32::try_from(*raw.get_ref()).ok();
        let (min, max) =
            self.known.shop.map_or((1, u32::MAX), |shop| (shop.price_min_uah, shop.price_max_uah));
        let price = uah.filter(|uah| (min..=max).contains(uah)).map(Money::from_uah);
        if price.is_none() {
            let message = format!("the price {} is not between {min} and {max} UAH", raw.get_ref());
            faults.add(self.file, raw.span().start, message);
        }
        price
    }

    /// A size that the size table knows, written as the shop writes it.
    fn size(&self, raw: &Spanned<String>, faults: &mut Faults) -> Option<Size> {
        let Ok(size) = raw.get_ref().parse::<Size>() else {
            let message = format!("\"{}\" is no size: write 98 or 110-116", raw.get_ref());
            faults.add(self.file, raw.span().start, message);
            return None;
        };
        if self.known.sizes.is_some_and(|table| table.sizes().all(|known| known != size)) {
            let message = format!("there is no size {size} in catalog/sizes.toml");
            faults.add(self.file, raw.span().start, message);
        }
        Some(size)
    }

    fn category(&self, raw: &Spanned<String>, faults: &mut Faults) {
        let categories = self.known.categories;
        let is_unknown =
            |known: &[Category]| known.iter().all(|it| it.key.as_str() != raw.get_ref());
        if categories.is_some_and(is_unknown) {
            let message =
                format!("there is no category \"{}\" in catalog/categories.toml", raw.get_ref());
            faults.add(self.file, raw.span().start, message);
        }
    }

    fn features(&self, raw: Vec<Spanned<String>>, faults: &mut Faults) -> Vec<FeatureKey> {
        let read = raw.into_iter().map(|raw| {
            let key = FeatureKey::new(raw.get_ref().as_str());
            let is_unknown = |known: &[Feature]| known.iter().all(|feature| feature.key != key);
            if self.known.features.is_some_and(is_unknown) {
                let message = format!("there is no feature \"{key}\" in catalog/features.toml");
                faults.add(self.file, raw.span().start, message);
            }
            key
        });
        read.collect()
    }

    fn confused_with(&self, raw: Vec<Spanned<String>>, faults: &mut Faults) -> Vec<ProductKey> {
        let read = raw.into_iter().map(|raw| {
            if raw.get_ref() == self.key || !self.keys.contains(raw.get_ref().as_str()) {
                let message = format!("there is no other product {}", raw.get_ref());
                faults.add(self.file, raw.span().start, message);
            }
            ProductKey::new(raw.into_inner())
        });
        read.collect()
    }

    fn text(&self, raw: Spanned<String>, faults: &mut Faults) -> String {
        customer_text(self.file, raw, faults)
    }

    /// Takes a value that no other product may have.
    fn once<K: Clone + Eq + std::hash::Hash + std::fmt::Display>(
        &self,
        value: &K,
        at: usize,
        what: &str,
        taken: &mut HashMap<K, String>,
        faults: &mut Faults,
    ) {
        if let Some(other) = taken.insert(value.clone(), self.key.to_owned()) {
            let message = format!("the {what} {value} is already that of {other}");
            faults.add(self.file, at, message);
        }
    }
}
