//! Naming the content of files, so that a trace can say from which ones a turn was made.

use sha2::{Digest, Sha256};

/// How many bytes of the hash are kept: enough to tell any two versions of one shop apart.
const KEPT_BYTES: usize = 6;

/// Names the content of files by paths and texts, in the order given; twelve hexadecimal digits.
pub(crate) fn version_of<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> String {
    let mut hash = Sha256::new();
    for part in files.into_iter().flat_map(|(path, text)| [path, text]) {
        // The length before each part keeps "a" + "bc" from being taken for "ab" + "c".
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(KEPT_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::version_of;

    #[test]
    fn a_version_changes_with_any_text_and_any_path() {
        let version = version_of([("a.md", "text")]);

        assert_eq!(version.len(), 12);
        assert_eq!(version, version_of([("a.md", "text")]));
        assert_ne!(version, version_of([("a.md", "texts")]));
        assert_ne!(version, version_of([("b.md", "text")]));
        assert_ne!(version, version_of([("a.mdt", "ext")]));
    }
}
