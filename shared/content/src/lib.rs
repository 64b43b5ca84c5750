//! The shop's catalogue and prompts, checked when built and embedded.
//!
//! They are written as TOML and Markdown under `catalog/` and `prompts/`. The build script checks
//! them and hands over what it checked, so that starting up parses neither.

pub mod files;

use std::sync::LazyLock;

use mirt_domain::{catalog::Catalog, content::Content, prompts::Prompts};

static CONTENT: LazyLock<Content> = LazyLock::new(|| {
    let json = include_str!(concat!(env!("OUT_DIR"), "/content.json"));
    #[expect(
        clippy::expect_used,
        reason = "the build script wrote this text from the same type, and a test reads it"
    )]
    serde_json::from_str(json).expect("embedded content is what the build script wrote")
});

/// All that was embedded.
#[must_use]
pub fn content() -> &'static Content {
    &CONTENT
}

/// What the shop sells.
#[must_use]
pub fn catalog() -> &'static Catalog {
    &CONTENT.catalog
}

/// What customers read.
#[must_use]
pub fn prompts() -> &'static Prompts {
    &CONTENT.prompts
}

/// The files as they were written, by their path from the project's root: for who tries another text.
/// A program that never asks for them does not carry them.
#[must_use]
pub fn sources() -> Vec<(String, String)> {
    let json = include_str!(concat!(env!("OUT_DIR"), "/sources.json"));
    // The build script wrote it from the same type, and a test reads it.
    serde_json::from_str(json).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::path::{Path, PathBuf};

    use mirt_domain::content::Content;

    use super::{CONTENT, files};

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    /// What the check says when a piece of one file of the shop is replaced.
    fn faults_with(path: &str, piece: &str, replacement: &str) -> Vec<String> {
        let mut files = files::read(&root()).unwrap();
        let (_, text) = files.iter_mut().find(|(name, _)| name == path).unwrap();
        assert!(text.contains(piece), "{path} holds no {piece}");
        *text = text.replacen(piece, replacement, 1);
        Content::parse(files).unwrap_err().iter().map(ToString::to_string).collect()
    }

    fn line_of(path: &str, piece: &str) -> usize {
        let text = std::fs::read_to_string(root().join(path)).unwrap();
        1 + text.lines().position(|line| line.contains(piece)).unwrap()
    }

    #[test]
    fn what_is_embedded_is_what_the_folders_say() {
        assert_eq!(super::sources(), files::read(&root()).unwrap());
        assert_eq!(*CONTENT, Content::parse(files::read(&root()).unwrap()).unwrap());
    }

    #[test]
    fn a_price_out_of_bounds_stops_the_build_with_file_and_line() {
        let path = "catalog/products/kostum_laguna.toml";
        let line = line_of(path, "\"98-104\" = 1790");

        assert_eq!(
            faults_with(path, "= 1790", "= 17900000"),
            [format!("{path}:{line}: the price 17900000 is not between 100 and 50000 UAH")]
        );
    }

    #[test]
    fn faults_of_both_folders_are_told_at_once() {
        let mut files = files::read(&root()).unwrap();
        files.push(("catalog/stray.toml".to_owned(), String::new()));
        files.push(("prompts/stray.txt".to_owned(), String::new()));

        let faults = Content::parse(files).unwrap_err();

        let named: Vec<&str> = faults.iter().map(|fault| fault.file.as_str()).collect();
        assert_eq!(named, ["catalog/stray.toml", "prompts/stray.txt"]);
    }
}
