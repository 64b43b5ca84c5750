//! Faults of products.

use super::{ANNA, RITM, faults, faults_of, faults_of_anna, shop, shop_with};
use crate::catalog::Catalog;

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
fn words_that_a_reply_would_not_say_are_a_fault() {
    assert_eq!(
        faults_of_anna("fabric = \"поплін\"", "fabric = \"хлопковый\""),
        ["catalog/products/anna.toml:5: \"ы\" is no Ukrainian letter"]
    );
    assert_eq!(
        faults_of_anna("special = \"єдина\"", "special = \"\""),
        ["catalog/products/anna.toml:7: the text is empty"]
    );
}
