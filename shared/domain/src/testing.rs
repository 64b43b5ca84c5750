//! What tests of this crate share: the shop's own files, as they stand in the repository.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path, sync::LazyLock};

use jiff::Timestamp;

use crate::{
    catalog::Catalog,
    decide::Manager,
    model::Step,
    prompts::Prompts,
    session::Session,
    shop::{Requisites, Settings, Shop, Words},
    turn::{self, Turn},
};

/// The shop's own catalogue.
pub(crate) fn catalog() -> &'static Catalog {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        Catalog::parse(files_under(&root, "catalog")).unwrap()
    });
    &CATALOG
}

/// The shop's own prompts.
pub(crate) fn prompts() -> &'static Prompts {
    static PROMPTS: LazyLock<Prompts> = LazyLock::new(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        Prompts::parse(files_under(&root, "prompts")).unwrap()
    });
    &PROMPTS
}

/// The shop with its own files and sample requisites.
pub(crate) fn shop() -> Shop<'static> {
    static WORDS: LazyLock<Words> = LazyLock::new(|| Words::of(catalog()));
    static SETTINGS: LazyLock<Settings> = LazyLock::new(|| Settings {
        requisites: Some(Requisites {
            recipient: "ЗРАЗОК".to_owned(),
            iban: "UA000000000000000000000000000".to_owned(),
            tax_id: "0000000000".to_owned(),
        }),
        ..Settings::default()
    });
    Shop { catalog: catalog(), words: &WORDS, prompts: prompts(), settings: &SETTINGS }
}

/// Takes the turn that the passing of time makes, without a model.
pub(crate) fn take_on_time(shop: &Shop<'_>, session: &Session, now: Timestamp) -> Turn {
    match turn::begin_on_time(shop, session, now) {
        Step::Done(turn) => *turn,
        Step::Ask(consultation) => consultation.by_rules(shop),
    }
}

/// Paths from the root and texts of every file in a folder and its folders.
pub(crate) fn files_under(root: &Path, folder: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files.extend(files_under(root, &path));
        } else {
            files.push((path, fs::read_to_string(entry.path()).unwrap()));
        }
    }
    files
}

/// A manager of the shop.
pub(crate) fn manager() -> Manager {
    Manager { id: 1, name: "Олена".to_owned() }
}
