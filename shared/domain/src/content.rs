//! All that the shop's owner writes, checked together: the catalogue and the prompts.

use serde::{Deserialize, Serialize};

use crate::{catalog::Catalog, diagnostic::Diagnostic, prompts::Prompts};

/// The folders that content is read from, beside each other in the project's root.
pub const FOLDERS: [&str; 2] = ["catalog", "prompts"];

/// The checked catalogue and prompts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// What is sold.
    pub catalog: Catalog,
    /// What customers read.
    pub prompts: Prompts,
}

impl Content {
    /// Reads and checks the files of all [`FOLDERS`], given as path from the project's root (with
    /// `/`) and text, in any order.
    ///
    /// # Errors
    /// Every fault of every file, ordered by file and line.
    pub fn parse(files: Vec<(String, String)>) -> Result<Self, Vec<Diagnostic>> {
        let (catalog, prompts): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|(path, _)| path.starts_with("catalog/"));
        match (Catalog::parse(catalog), Prompts::parse(prompts)) {
            (Ok(catalog), Ok(prompts)) => Ok(Self { catalog, prompts }),
            (catalog, prompts) => {
                let faults = [catalog.err(), prompts.err()];
                Err(faults.into_iter().flatten().flatten().collect())
            }
        }
    }
}
