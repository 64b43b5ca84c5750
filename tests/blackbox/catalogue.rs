//! `mirt catalog`: the shop's files on disk.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

const PHOTO: &str = "https://cdn.sitniks.com/cmp-2065/products/star.jpeg";

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap_or_else(|error| panic!("{error}"));
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{error}")) {
        let entry = entry.unwrap_or_else(|error| panic!("{error}"));
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}

/// The shop's files, to do with as one likes.
fn shop() -> TempDir {
    let root = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    for folder in ["catalog", "prompts"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
        copy(&from, &root.path().join(folder));
    }
    root
}

fn mirt(root: &Path, arguments: &[&str], answers: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mirt"))
        .arg("catalog")
        .args(arguments)
        .arg("--root")
        .arg(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{error}"));
    if let Some(mut input) = child.stdin.take() {
        // A command that has ended reads no more.
        let _ = input.write_all(answers.as_bytes());
    }
    child.wait_with_output().unwrap_or_else(|error| panic!("{error}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn answers(price: u32) -> String {
    format!(
        "Костюм Зірка; зірочка\nкостюми\n98-104={price}, 110-116=1690\n\
         рожевий | 77000001-PINK | {PHOTO}\n\n\
         бавовна м'яка; вишита зірка; бавовна, капюшон\n\
         soft cotton; hood, wide trousers; embroidered star\n"
    )
}

#[test]
fn a_product_is_added_by_six_answers_and_the_shop_still_checks() {
    let shop = shop();
    let aliases = shop.path().join("catalog/aliases.toml");
    let before = fs::read_to_string(&aliases).unwrap_or_else(|error| panic!("{error}"));

    let added = mirt(shop.path(), &["add"], &answers(1590));

    assert!(added.status.success(), "{}", text(&added.stderr));
    let written = fs::read_to_string(text(&added.stdout).trim());
    let written = written.unwrap_or_else(|error| panic!("{error}"));
    assert!(written.contains("\"98-104\" = 1590"), "{written}");
    assert!(written.contains("# UAH. A size that is not here is not sold."), "{written}");
    let after = fs::read_to_string(&aliases).unwrap_or_else(|error| panic!("{error}"));
    let comments = |text: &str| text.lines().filter(|line| line.starts_with('#')).count();
    assert_eq!(comments(&after), comments(&before), "comments are kept");
    assert!(after.contains("зірочка"), "{after}");
    let check = mirt(shop.path(), &["check"], "");
    assert!(check.status.success(), "{}", text(&check.stdout));
    assert!(text(&check.stdout).starts_with("10 products, no faults"), "{}", text(&check.stdout));
}

#[test]
fn a_wrong_answer_writes_nothing_and_says_what_would_be_right() {
    let shop = shop();

    let refused = mirt(shop.path(), &["add"], &answers(9_999_999));

    assert_eq!(refused.status.code(), Some(2));
    let said = text(&refused.stderr);
    assert!(said.contains("the price 9999999 is not between 100 and 50000 UAH"), "{said}");
    let same = mirt(shop.path(), &["diff"], "");
    assert!(same.status.success(), "nothing differs: {}", text(&same.stdout));
}

#[test]
fn a_product_of_the_same_name_is_not_written_over() {
    let shop = shop();

    let refused = mirt(shop.path(), &["add"], &answers(1590).replace("Зірка", "Лагуна"));

    assert_eq!(refused.status.code(), Some(2));
    let said = text(&refused.stderr);
    assert!(said.contains("already"), "{said}");
}

#[test]
fn what_differs_is_told_by_its_place() {
    let shop = shop();
    let file = shop.path().join("catalog/products/kostum_laguna.toml");
    let written = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{error}"));
    fs::write(&file, written.replace("\"98-104\" = 1790", "\"98-104\" = 1795"))
        .unwrap_or_else(|error| panic!("{error}"));

    let differs = mirt(shop.path(), &["diff"], "");

    assert_eq!(differs.status.code(), Some(1));
    assert_eq!(
        text(&differs.stdout).trim(),
        "~ catalog.products.kostum_laguna.prices.98-104: 179000 -> 179500"
    );
}

#[test]
fn a_fault_is_told_with_file_and_line() {
    let shop = shop();
    let file = shop.path().join("catalog/products/kostum_laguna.toml");
    fs::write(&file, "id = 1").unwrap_or_else(|error| panic!("{error}"));

    let checked = mirt(shop.path(), &["check"], "");

    assert_eq!(checked.status.code(), Some(1));
    assert!(text(&checked.stdout).contains("catalog/products/kostum_laguna.toml:1:"));
}
