//! A small shop with one planted fault at a time.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

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
fn a_size_that_the_table_lacks_is_a_fault() {
    assert_eq!(
        faults_of_anna("110-116 = 2050", "134-140 = 2050"),
        ["catalog/products/anna.toml:11: there is no size 134-140 in catalog/sizes.toml"]
    );
}

#[test]
fn a_size_that_is_written_wrong_is_a_fault() {
    assert_eq!(
        faults_of_anna("110-116 = 2050", "\"110–116\" = 2050"),
        ["catalog/products/anna.toml:11: \"110–116\" is no size: write 98 or 110-116"]
    );
}

#[test]
fn a_single_size_that_is_not_listed_is_a_fault() {
    assert_eq!(
        faults_of("catalog/products/ritm.toml", "98 = 1700", "99 = 1700"),
        ["catalog/products/ritm.toml:9: there is no size 99 in catalog/sizes.toml"]
    );
}

#[test]
fn single_sizes_beside_ranges_are_a_fault() {
    assert_eq!(
        faults_of_anna("110-116 = 2050", "98 = 2050"),
        ["catalog/products/anna.toml:11: a product has either single sizes or ranges, not both"]
    );
}

#[test]
fn a_price_outside_of_the_bounds_is_a_fault() {
    for (price, shown) in [("99", "99"), ("50001", "50001"), ("-5", "-5"), ("0", "0")] {
        assert_eq!(
            faults_of_anna("110-116 = 2050", &format!("110-116 = {price}")),
            [format!(
                "catalog/products/anna.toml:11: the price {shown} is not between 100 and 50000 UAH"
            )]
        );
    }
}

#[test]
fn prices_on_the_bounds_are_taken() {
    for price in ["100", "50000"] {
        let files = shop_with("catalog/products/anna.toml", "2050", price);

        assert!(Catalog::parse(files).is_ok(), "{price}");
    }
}

#[test]
fn a_photo_off_the_allowed_hosts_is_a_fault() {
    assert_eq!(
        faults_of_anna("https://cdn.example/", "https://cdn.example.evil.example/"),
        ["catalog/products/anna.toml:18: the photo is not on an allowed host (cdn.example)"]
    );
}

#[test]
fn a_photo_without_https_is_a_fault() {
    assert_eq!(
        faults_of_anna("https://cdn", "http://cdn"),
        ["catalog/products/anna.toml:18: the photo's address has to begin with https://"]
    );
}

#[test]
fn two_products_of_one_name_are_a_fault_whatever_the_case() {
    assert_eq!(
        faults_of("catalog/products/ritm.toml", "Костюм Ритм", "СУКНЯ Анна"),
        ["catalog/products/ritm.toml:2: the name сукня анна is already that of anna"]
    );
}

#[test]
fn two_products_of_one_id_are_a_fault() {
    assert_eq!(
        faults_of("catalog/products/ritm.toml", "id = 2", "id = 1"),
        ["catalog/products/ritm.toml:1: the id 1 is already that of anna"]
    );
}

#[test]
fn two_products_of_one_key_are_a_fault() {
    let mut files = shop();
    let second = RITM.replace("id = 2", "id = 3").replace("Ритм", "Два").replace("2-MILK", "3");
    files.push(("catalog/products/ritm.toml", second));

    assert_eq!(faults(files), ["catalog/products/ritm.toml:1: the product ritm is there twice"]);
}

#[test]
fn two_variants_of_one_sku_are_a_fault() {
    assert_eq!(
        faults_of("catalog/products/ritm.toml", "2-MILK", "1-BLACK"),
        ["catalog/products/ritm.toml:14: the sku 1-BLACK is already that of anna"]
    );
}

#[test]
fn an_alias_of_no_product_is_a_fault() {
    assert_eq!(
        faults_of("catalog/aliases.toml", "\"анна\" = \"anna\"", "\"весна\" = \"vesna\""),
        ["catalog/aliases.toml:2: \"весна\" is an alias of no product: vesna"]
    );
}

#[test]
fn an_alias_of_two_products_is_a_fault() {
    assert_eq!(
        faults_of("catalog/aliases.toml", "\"ритм\"", "\"анна\""),
        ["catalog/aliases.toml:3: duplicate key"]
    );
    assert_eq!(
        faults_of("catalog/aliases.toml", "\"ритм\"", "\"сукня анна\""),
        ["catalog/aliases.toml:3: \"сукня анна\" already is the name of anna"]
    );
}

#[test]
fn a_word_that_is_not_in_its_plain_form_is_a_fault() {
    assert_eq!(
        faults_of("catalog/aliases.toml", "\"анна\"", "\" Анна\""),
        ["catalog/aliases.toml:2: \" Анна\" has to be written \"анна\""]
    );
}

#[test]
fn a_category_that_is_not_there_is_a_fault() {
    assert_eq!(
        faults_of_anna("category = \"сукні\"", "category = \"сукня\""),
        ["catalog/products/anna.toml:3: there is no category \"сукня\" in catalog/categories.toml"]
    );
}

#[test]
fn a_color_that_is_not_there_is_a_fault() {
    assert_eq!(
        faults_of_anna("color = \"чорний\"", "color = \"чорна\""),
        ["catalog/products/anna.toml:15: there is no color \"чорна\" in catalog/colors.toml"]
    );
}

#[test]
fn a_feature_that_is_not_there_is_a_fault() {
    assert_eq!(
        faults_of_anna("[\"капюшон\"]", "[\"капюшони\"]"),
        ["catalog/products/anna.toml:8: there is no feature \"капюшони\" in catalog/features.toml"]
    );
}

#[test]
fn a_color_twice_in_one_product_is_a_fault() {
    let second = "[[color]]\ncolor = \"чорний\"\nlabel = \"чорна\"\nsku = \"1-B\"\n\
                  photo = \"https://cdn.example/1.jpeg\"\n\n[visual]";

    assert_eq!(
        faults_of_anna("[visual]", second),
        ["catalog/products/anna.toml:22: the color \"чорний\" is there twice"]
    );
}

#[test]
fn a_size_of_a_color_that_the_product_lacks_is_a_fault() {
    assert_eq!(
        faults_of_anna("sizes = [\"122-128\"]", "sizes = [\"98\"]"),
        ["catalog/products/anna.toml:19: the product has no size 98, so no color has it"]
    );
}

#[test]
fn a_color_without_sizes_of_its_own_needs_no_list_but_an_empty_one_is_a_fault() {
    assert_eq!(
        faults_of_anna("sizes = [\"122-128\"]", "sizes = []"),
        ["catalog/products/anna.toml:19: a color needs a size"]
    );
}

#[test]
fn being_confused_with_nothing_or_itself_is_a_fault() {
    for key in ["rytm", "anna"] {
        assert_eq!(
            faults_of_anna("[\"ritm\"]", &format!("[\"{key}\"]")),
            [format!("catalog/products/anna.toml:4: there is no other product {key}")]
        );
    }
}

#[test]
fn an_unknown_field_is_a_fault() {
    let faults = faults_of_anna("special =", "specail =");

    assert_eq!(faults.len(), 1);
    assert!(
        faults[0].starts_with("catalog/products/anna.toml:7: unknown field `specail`"),
        "{}",
        faults[0]
    );
}

#[test]
fn a_product_without_colors_is_a_fault() {
    let from = ANNA.find("[[color]]").unwrap();
    let to = ANNA.find("[visual]").unwrap();

    assert_eq!(
        faults_of_anna(&ANNA[from..to], ""),
        ["catalog/products/anna.toml:2: the product has no [[color]]"]
    );
}

#[test]
fn a_product_without_prices_is_a_fault() {
    let faults = faults_of_anna("[prices_uah]\n110-116 = 2050\n122-128 = 2150\n", "");

    assert_eq!(faults[0], "catalog/products/anna.toml:2: the product has no [prices_uah]");
}

#[test]
fn a_gap_in_the_size_table_is_a_fault() {
    assert_eq!(
        faults_of("catalog/sizes.toml", "from_cm = 121", "from_cm = 122"),
        ["catalog/sizes.toml:10: there is a gap between 110-116 and this size"]
    );
}

#[test]
fn an_overlap_in_the_size_table_is_a_fault() {
    assert_eq!(
        faults_of("catalog/sizes.toml", "from_cm = 121", "from_cm = 120"),
        ["catalog/sizes.toml:10: the heights overlap with those of 110-116"]
    );
}

#[test]
fn a_row_of_the_size_table_that_ends_before_it_begins_is_a_fault() {
    assert_eq!(
        faults_of("catalog/sizes.toml", "to_cm = 131", "to_cm = 120"),
        [
            "catalog/products/anna.toml:12: there is no size 122-128 in catalog/sizes.toml",
            "catalog/products/anna.toml:19: there is no size 122-128 in catalog/sizes.toml",
            "catalog/sizes.toml:10: from_cm is more than to_cm",
        ]
    );
}

#[test]
fn a_color_that_counts_as_none_is_a_fault() {
    assert_eq!(
        faults_of("catalog/colors.toml", "counts_as = \"молочний\"", "counts_as = \"біла\""),
        ["catalog/colors.toml:20: there is no other color \"біла\""]
    );
}

#[test]
fn a_note_that_no_template_has_is_a_fault() {
    assert_eq!(
        faults_of("catalog/colors.toml", "color.white_is_milk", "color.white"),
        ["catalog/colors.toml:21: there is no template \"color.white\""]
    );
}

#[test]
fn a_topic_that_nobody_answers_is_a_fault() {
    assert_eq!(
        faults_of("catalog/policies.toml", "care = \"manager\"\n", ""),
        ["catalog/policies.toml:9: nobody answers questions about care"]
    );
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
