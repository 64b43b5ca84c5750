//! Prompts with one planted fault at a time.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, path::Path};

use super::{Instruction, Placeholder, Prompts, RenderError, TemplateKey, Values};
use crate::{money::Money, size::Size, testing::files_under};

/// Every key with a text that says nothing but the key's facts, one file a topic, with the text of
/// one key replaced.
fn files_with(replaced: &str, text: &str) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for key in TemplateKey::ALL {
        let topic = key.as_str().split('.').next().unwrap();
        let file = files
            .entry(format!("prompts/{topic}.md"))
            .or_insert_with(|| format!("+++\ntitle = \"Тексти\"\ntopic = \"{topic}\"\n+++\n"));
        let facts: Vec<String> =
            key.placeholders().iter().map(|placeholder| format!("{{{placeholder}}}")).collect();
        let plain = format!("Текст {}", facts.join(", "));
        let text = if key.as_str() == replaced { text } else { plain.trim() };
        file.push_str(&format!("\n## {key}\n\n{text}\n"));
    }
    for part in Instruction::ALL {
        let told = "+++\ntitle = \"Вказівки\"\n+++\n\nTold.\n".to_owned();
        files.insert(format!("prompts/model/{part}.md"), told);
    }
    files
}

/// Every key with a text.
fn files() -> BTreeMap<String, String> {
    files_with("", "")
}

/// What the parser says about files, one line a fault.
fn faults(files: BTreeMap<String, String>) -> Vec<String> {
    Prompts::parse(files).unwrap_err().iter().map(ToString::to_string).collect()
}

/// What the parser says about a text of `greeting.hello`, without the place where it stands.
fn faults_of_text(text: &str) -> Vec<String> {
    let faults = Prompts::parse(files_with("greeting.hello", text)).unwrap_err();
    faults.into_iter().map(|fault| fault.message).collect()
}

/// What the parser says when a piece of `prompts/greeting.md` is replaced.
fn faults_of_file(piece: &str, replacement: &str) -> Vec<String> {
    let mut files = files();
    let text = files.get_mut("prompts/greeting.md").unwrap();
    assert!(text.contains(piece), "the file holds no {piece}");
    *text = text.replacen(piece, replacement, 1);
    faults(files)
}

/// The prompts with one text.
fn prompts_with(key: &str, text: &str) -> Prompts {
    Prompts::parse(files_with(key, text)).unwrap()
}

fn render(text: &str, values: &Values) -> Result<Vec<String>, RenderError> {
    prompts_with("size.price", text).render(TemplateKey::SizePrice, values, 0)
}

fn size(text: &str) -> Size {
    text.parse().unwrap()
}

#[test]
fn a_text_is_filled_with_typed_values() {
    let values = Values::none()
        .with(Placeholder::Name, "Костюм Лагуна")
        .with(Placeholder::Size, size("98-104"))
        .with(Placeholder::Price, Money::from_uah(1790));

    let bubbles = render("{name}, розмір {size}\n---\nЦіна {price}", &values).unwrap();

    assert_eq!(bubbles, ["Костюм Лагуна, розмір 98-104", "Ціна 1790 грн"]);
}

#[test]
fn a_missing_value_is_an_error() {
    let key = TemplateKey::SizePrice;

    assert_eq!(
        render("Ціна {price}", &Values::none()),
        Err(RenderError::MissingValue { key, placeholder: Placeholder::Price })
    );
}

#[test]
fn a_price_given_as_words_is_an_error() {
    let values = Values::none().with(Placeholder::Price, "дешево");

    assert!(matches!(render("Ціна {price}", &values), Err(RenderError::WrongKind { .. })));
}

#[test]
fn braces_in_a_value_are_words_like_others() {
    let values =
        Values::none().with(Placeholder::Name, "{price}").with(Placeholder::Size, size("98"));

    assert_eq!(render("{name}, {size}", &values).unwrap(), ["{price}, 98"]);
}

#[test]
fn the_seed_chooses_the_wording_and_always_the_same() {
    let prompts = prompts_with("greeting.hello", "Перше\n\n## greeting.hello #2\n\nДруге");
    let say = |seed| prompts.render(TemplateKey::GreetingHello, &Values::none(), seed).unwrap();

    assert_eq!(say(0), ["Перше"]);
    assert_eq!(say(1), ["Друге"]);
    assert_eq!(say(u64::MAX), say(u64::MAX));
}

#[test]
fn a_text_is_found_by_its_name() {
    let prompts = prompts_with("size.price", "{name} {price}");

    let wordings = prompts.template("size.price").unwrap();
    let facts: Vec<_> = wordings[0].placeholders().collect();

    assert_eq!(facts, [Placeholder::Name, Placeholder::Price]);
    assert_eq!(prompts.template("size.prices"), None);
}

#[test]
fn prompts_survive_being_written_as_json() {
    let prompts = Prompts::parse(files()).unwrap();

    let json = serde_json::to_string(&prompts).unwrap();

    assert_eq!(serde_json::from_str::<Prompts>(&json).unwrap(), prompts);
}

#[test]
fn the_version_of_a_file_and_of_all_changes_with_its_text() {
    let (one, other) = (prompts_with("size.price", "а"), prompts_with("size.price", "б"));
    let of = |prompts: &Prompts, file: &str| -> String {
        prompts.file_versions().find(|(path, _)| *path == file).unwrap().1.to_owned()
    };

    assert_ne!(one.version(), other.version());
    assert_ne!(of(&one, "prompts/size.md"), of(&other, "prompts/size.md"));
    assert_eq!(of(&one, "prompts/greeting.md"), of(&other, "prompts/greeting.md"));
}

#[test]
fn a_fault_is_told_with_its_file_and_line() {
    let files = files_with("greeting.hello", "Добрий день!\n---\n\nВсе\nпо 1790 грн");
    let text = &files["prompts/greeting.md"];
    let line = 1 + text.lines().position(|line| line == "по 1790 грн").unwrap();

    assert_eq!(
        faults(files),
        [format!("prompts/greeting.md:{line}: a literal price: write a placeholder")]
    );
}

#[test]
fn a_placeholder_that_does_not_exist_is_a_fault() {
    assert_eq!(faults_of_text("Ціна {cena}"), ["there is no placeholder {cena}"]);
}

#[test]
fn a_placeholder_that_the_text_is_not_given_is_a_fault() {
    assert_eq!(faults_of_text("Ціна {price}"), ["\"greeting.hello\" is not given {price}"]);
}

#[test]
fn a_brace_without_its_partner_is_a_fault() {
    for text in ["Ціна {price", "Ціна price}", "Ціна {{price}}"] {
        assert_eq!(faults_of_text(text), ["a brace without its partner"], "{text}");
    }
}

#[test]
fn an_amount_with_a_second_currency_is_a_fault() {
    let faults = Prompts::parse(files_with("size.price", "Ціна {price} грн")).unwrap_err();

    assert_eq!(faults[0].message, "{price} brings its own грн");
}

#[test]
fn a_literal_size_is_a_fault() {
    assert_eq!(faults_of_text("Розмір 110-116"), ["a literal size: write a placeholder"]);
}

#[test]
fn a_literal_number_that_can_be_a_price_is_a_fault() {
    assert_eq!(
        faults_of_text("Разом 2050"),
        ["a literal number that can be a price or a size: write a placeholder"]
    );
}

#[test]
fn an_account_or_a_card_is_a_fault() {
    assert_eq!(
        faults_of_text("UA111111111111111111111111111"),
        ["a bank account: requisites come from the settings"]
    );
    assert_eq!(
        faults_of_text("4444 5555 6666 7777"),
        ["a card number: requisites come from the settings"]
    );
}

#[test]
fn what_breaks_the_tone_is_a_fault() {
    for (text, fault) in [
        ("**Увага**", "customers would see the Markdown mark \"*\""),
        ("Так — є", "\"—\" is no hyphen"),
        ("🤍 🤍 🤍", "the bubble has 3 emoji, more than 2"),
        ("Какой размер? Рожевый", "\"ы\" is no Ukrainian letter"),
    ] {
        assert_eq!(faults_of_text(text), [fault], "{text}");
    }
    assert_eq!(faults_of_text(&"я".repeat(901)), ["the bubble has 901 characters, more than 900"]);
}

#[test]
fn an_empty_text_is_a_fault() {
    assert_eq!(faults_of_text(""), ["\"greeting.hello\" has an empty bubble"]);
    assert_eq!(faults_of_text("Так\n---\n"), ["\"greeting.hello\" has an empty bubble"]);
}

#[test]
fn a_key_twice_is_a_fault_unless_it_is_another_wording() {
    assert_eq!(
        faults_of_text("Так\n\n## greeting.hello\n\nТак"),
        ["\"greeting.hello\" is there twice: call this \"## greeting.hello #2\""]
    );
    assert_eq!(
        faults_of_text("Так\n\n## greeting.hello #3\n\nТак"),
        ["the next wording of \"greeting.hello\" has to be #2"]
    );
}

#[test]
fn a_heading_that_is_no_key_is_a_fault() {
    assert_eq!(
        faults_of_text("Так\n\n## greeting.hallo\n\nТак"),
        ["no text is called \"greeting.hallo\""]
    );
}

#[test]
fn a_key_without_a_text_is_a_fault() {
    assert_eq!(
        faults_of_file("\n## greeting.hello\n\nТекст\n", ""),
        ["prompts/greeting.md:1: \"greeting.hello\" has no text: write it under \
             \"## greeting.hello\""]
    );
}

#[test]
fn a_text_in_the_file_of_another_topic_is_a_fault() {
    let mut files = files();
    let text = files.remove("prompts/greeting.md").unwrap();
    files.insert("prompts/hello.md".to_owned(), text.replace("\"greeting\"", "\"hello\""));

    let faults = Prompts::parse(files).unwrap_err();

    assert_eq!(
        faults[0].message,
        "\"greeting.hello\" belongs into another file, named before its dot"
    );
}

#[test]
fn front_matter_is_checked_with_its_line() {
    for (piece, replacement, fault) in [
        ("title =", "titel =", "2: unknown field `titel`"),
        ("topic = \"greeting\"", "topic = \"other\"", "2: the topic has to be \"greeting\""),
        ("topic = \"greeting\"\n", "", "2: the front matter has to name either a state or a topic"),
        ("topic =", "state = \"STATE_0_INIT\"\ntopic =", "2: the front matter has to name either"),
        ("topic = \"greeting\"", "state = \"STATE_10\"", "3: unknown variant `STATE_10`"),
        ("title = \"Тексти\"", "title = \" \"", "2: the title is empty"),
        ("+++\ntitle", "+++ \n\n+++\ntitle", "1: the file has to begin with its front matter"),
        ("+++\ntitle", "Слово\n+++\ntitle", "1: nothing may stand before the front matter"),
    ] {
        let faults = faults_of_file(piece, replacement);

        let expected = format!("prompts/greeting.md:{fault}");
        assert!(faults.iter().any(|told| told.starts_with(&expected)), "{expected}: {faults:?}");
    }
}

#[test]
fn words_above_the_first_heading_are_a_fault() {
    assert_eq!(
        faults_of_file("+++\n\n## greeting.hello", "+++\n\nСлова\n\n## greeting.hello"),
        ["prompts/greeting.md:6: a text has to stand under a ## heading"]
    );
}

#[test]
fn a_file_that_is_no_markdown_is_a_fault() {
    let mut files = files();
    files.insert("prompts/greeting.txt".to_owned(), String::new());

    assert_eq!(
        faults(files),
        ["prompts/greeting.txt:1: this is no file that the prompts are read from"]
    );
}

#[test]
fn every_fault_is_told_and_not_just_the_first() {
    let text = "**Ціна** {cena} 1790 грн\n---\nРозмір 110-116 — так";

    assert_eq!(faults_of_text(text).len(), 5);
}

/// The code beside the list of keys and this.
fn code() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let rooms = ["shared/domain/src", "shared/engine/src", "functions", "infra/mirt/src"];
    let files = rooms.iter().flat_map(|room| files_under(&root, room));
    files.filter(|(path, _)| !path.ends_with("prompts/keys.rs")).map(|(_, text)| text).collect()
}

#[test]
fn every_text_is_said_by_somebody() {
    let code = code();
    let is_said = |key: &TemplateKey| {
        // The alarms' texts are found by the alarms' names.
        key.as_str().starts_with("alarm.") || {
            let name = format!("TemplateKey::{key:?}");
            let mut ends = code.match_indices(&name).map(|(at, _)| &code[at + name.len()..]);
            ends.any(|rest| !rest.starts_with(char::is_alphanumeric))
        }
    };
    let unsaid: Vec<_> = TemplateKey::ALL.iter().filter(|key| !is_said(key)).collect();
    assert_eq!(unsaid, Vec::<&TemplateKey>::new());
}
