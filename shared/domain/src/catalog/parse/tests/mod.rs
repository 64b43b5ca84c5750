//! A small shop with one planted fault at a time.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod products;
mod tables;

use super::super::{Catalog, ProductId, ProductKey};
use crate::{money::Money, size::Size};

/// Files as path and text.
type Files = Vec<(&'static str, String)>;

const ANNA: &str = r#"id = 1
name = "Сукня Анна"
category = "сукні"
confused_with = ["ritm"]
fabric = "поплін"
details = ["міді"]
special = "єдина"
features = ["капюшон"]

[prices_uah]
110-116 = 2050
122-128 = 2150

[[color]]
color = "чорний"
label = "чорна"
sku = "1-BLACK"
photo = "https://cdn.example/1.jpeg"
sizes = ["122-128"]

[visual]
fabric = "poplin"
marks = []
only = "dress"
"#;

const RITM: &str = r#"id = 2
name = "Костюм Ритм"
category = "сукні"
fabric = "бавовна"
details = []
special = "капюшон"

[prices_uah]
98 = 1700

[[color]]
color = "молочний"
label = "молочний"
sku = "2-MILK"
photo = "https://cdn.example/2.jpeg"

[visual]
fabric = "cotton"
marks = []
only = "hood"
"#;

fn shop() -> Files {
    [
        ("catalog/products/anna.toml", ANNA),
        ("catalog/products/ritm.toml", RITM),
        (
            "catalog/shop.toml",
            "currency = \"UAH\"\nphoto_hosts = [\"cdn.example\"]\nprice_min_uah = 100\n\
             price_max_uah = 50_000\n",
        ),
        ("catalog/aliases.toml", "[aliases]\n\"анна\" = \"anna\"\n\"ритм\" = \"ritm\"\n"),
        (
            "catalog/categories.toml",
            "[[category]]\nkey = \"сукні\"\nwords = [\"сукня\"]\n\n[[not_sold]]\nkey = \"шапки\"\n\
             words = [\"шапка\"]\nnearest = \"сукні\"\n",
        ),
        (
            "catalog/colors.toml",
            "families = [\"темний\", \"світлий\"]\n\n[[color]]\nkey = \"чорний\"\nlabel = \"чорний\"\n\
             family = \"темний\"\nwords = [\"чорний\"]\n\n[[color]]\nkey = \"молочний\"\n\
             label = \"молочний\"\nfamily = \"світлий\"\nwords = [\"молочний\"]\n\n[[color]]\n\
             key = \"білий\"\nlabel = \"білий\"\nfamily = \"світлий\"\nwords = [\"білий\"]\n\
             counts_as = \"молочний\"\nnote = \"color.white_is_milk\"\n",
        ),
        (
            "catalog/features.toml",
            "[[feature]]\nkey = \"капюшон\"\nwords = [\"капюшон\"]\n",
        ),
        (
            "catalog/sizes.toml",
            "singles = [98, 104]\n\n[[row]]\nsize = \"110-116\"\nfrom_cm = 110\nto_cm = 120\n\n\
             [[row]]\nsize = \"122-128\"\nfrom_cm = 121\nto_cm = 131\n\n[[age]]\nyears = 6\n\
             height_cm = 116\n",
        ),
        (
            "catalog/policies.toml",
            "[payment]\nprepayment_uah = 200\ncarrier_fee_percent = 2\ncarrier_fee_fixed_uah = 20\n\
             [delivery]\ncarrier = \"Нова Пошта\"\ndays_from = 3\ndays_to = 5\n[answered_by]\n\
             delivery = \"assistant\"\npayment = \"assistant\"\nreturn = \"assistant\"\n\
             exchange = \"assistant\"\navailability = \"assistant\"\ncare = \"manager\"\n\
             wholesale = \"manager\"\ndiscount = \"assistant\"\nurgent_shipping = \"manager\"\n",
        ),
    ]
    .into_iter()
    .map(|(path, text)| (path, text.to_owned()))
    .collect()
}

/// The shop with one piece of one file replaced; the piece has to be there.
fn shop_with(path: &str, piece: &str, replacement: &str) -> Files {
    let mut files = shop();
    let (_, text) = files.iter_mut().find(|(name, _)| *name == path).unwrap();
    assert!(text.contains(piece), "{path} holds no {piece}");
    *text = text.replacen(piece, replacement, 1);
    files
}

/// What the parser says about files, one line a fault.
fn faults(files: Files) -> Vec<String> {
    Catalog::parse(files).unwrap_err().iter().map(ToString::to_string).collect()
}

/// What the parser says when one piece of one file is replaced.
fn faults_of(path: &str, piece: &str, replacement: &str) -> Vec<String> {
    faults(shop_with(path, piece, replacement))
}

/// What the parser says when one piece of Anna's file is replaced.
fn faults_of_anna(piece: &str, replacement: &str) -> Vec<String> {
    faults_of("catalog/products/anna.toml", piece, replacement)
}

#[test]
fn a_shop_without_faults_is_read() {
    let catalog = Catalog::parse(shop()).unwrap();

    let anna = catalog.product_by_key(&ProductKey::new("anna")).unwrap();
    let size: Size = "122-128".parse().unwrap();
    assert_eq!(anna.id, ProductId(1));
    assert_eq!(anna.aliases, ["сукня анна", "анна"]);
    assert_eq!(catalog.price(ProductId(1), size), Some(Money::from_uah(2150)));
    assert_eq!(anna.colors[0].sizes, Some(vec![size]));
}

#[test]
fn the_order_in_which_files_are_handed_in_does_not_matter() {
    let mut reversed = shop();
    reversed.reverse();

    assert_eq!(Catalog::parse(reversed).unwrap(), Catalog::parse(shop()).unwrap());
}

#[test]
fn a_catalogue_survives_being_written_as_json() {
    let catalog = Catalog::parse(shop()).unwrap();

    let json = serde_json::to_string(&catalog).unwrap();
    let read: Catalog = serde_json::from_str(&json).unwrap();

    assert_eq!(read, catalog);
    assert_eq!(read.product(ProductId(2)).unwrap().name, "Костюм Ритм");
}

#[test]
fn the_version_changes_with_any_file() {
    let changed = shop_with("catalog/products/anna.toml", "2050", "2060");

    let version = |files| Catalog::parse(files).unwrap().version().to_owned();

    assert_eq!(version(shop()), version(shop()));
    assert_ne!(version(changed), version(shop()));
}

#[test]
fn a_missing_table_is_a_fault_and_what_refers_to_it_is_not() {
    let mut files = shop();
    files.retain(|(path, _)| *path != "catalog/colors.toml");

    assert_eq!(faults(files), ["catalog/colors.toml:1: the file is missing"]);
}

#[test]
fn a_file_that_the_catalogue_does_not_read_is_a_fault() {
    let mut files = shop();
    files.push(("catalog/products/anna.tml", String::new()));

    assert_eq!(
        faults(files),
        ["catalog/products/anna.tml:1: this is no file that the catalogue reads"]
    );
}

#[test]
fn broken_toml_is_told_with_its_line() {
    let faults = faults_of("catalog/shop.toml", "price_min_uah = 100", "price_min_uah = = 100");

    assert_eq!(faults.len(), 1);
    assert!(faults[0].starts_with("catalog/shop.toml:3: "), "{}", faults[0]);
}

#[test]
fn every_fault_is_told_and_not_just_the_first() {
    let anna = ANNA
        .replace("110-116 = 2050", "110-116 = 5")
        .replace("https://cdn.example/1.jpeg", "http://evil.example/1.jpeg")
        .replace("\"сукні\"", "\"сукня\"");
    let mut files = shop_with("catalog/aliases.toml", "\"ritm\"", "\"rytm\"");
    files[0].1 = anna;
    files[1].1 = RITM.replace("id = 2", "id = 1");

    let places: Vec<String> = Catalog::parse(files)
        .unwrap_err()
        .iter()
        .map(|fault| format!("{}:{}", fault.file, fault.line))
        .collect();

    assert_eq!(
        places,
        [
            "catalog/aliases.toml:3",
            "catalog/products/anna.toml:3",
            "catalog/products/anna.toml:11",
            "catalog/products/anna.toml:18",
            "catalog/products/ritm.toml:1",
        ]
    );
}
