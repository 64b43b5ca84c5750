//! Faults of the tables beside the products.

use super::faults_of;

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
