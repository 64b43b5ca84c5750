//! What tests of this crate share: the shop's own files, as they stand in the repository.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path, sync::LazyLock};

use crate::catalog::Catalog;

/// The shop's own catalogue.
pub(crate) fn catalog() -> &'static Catalog {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        Catalog::parse(files_under(&root, "catalog")).unwrap()
    });
    &CATALOG
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
