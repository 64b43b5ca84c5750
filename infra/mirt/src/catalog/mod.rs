//! `mirt catalog`: the shop's files on disk, before they are built into the assistant.

mod add;
mod draft;

use std::{
    io::{self, IsTerminal as _},
    path::Path,
    process::ExitCode,
};

use mirt_content::files;
use mirt_domain::{content::Content, diagnostic::Diagnostic};
use serde_json::json;

use crate::{
    cli::{CatalogArguments, CatalogCommand},
    differences,
    outcome::{self, Outcome},
    output,
};

/// Why the command does not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogError {
    #[error("the shop's files cannot be read; say with --root where catalog and prompts are")]
    Read(#[source] io::Error),
    #[error("the file cannot be written")]
    Write(#[source] io::Error),
    #[error("the files of the shop have faults: {0}; mend them first (mirt catalog check)")]
    Faulty(Faults),
    #[error("an answer does not hold: {0}")]
    Answer(String),
    #[error("the answers ended early; nothing was written")]
    Ended,
    #[error("the questions and answers cannot be shown or read")]
    Terminal(#[source] io::Error),
}

/// How many faults there are, and the first of them.
#[derive(Debug)]
pub(crate) struct Faults(Vec<Diagnostic>);

impl std::fmt::Display for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.as_slice() {
            [] => f.write_str("none"),
            [only] => only.fmt(f),
            [first, more @ ..] => write!(f, "{first}, and {} more", more.len()),
        }
    }
}

/// Runs the command.
pub(crate) fn main(arguments: &CatalogArguments) -> ExitCode {
    let root = arguments.root.as_path();
    let done = match &arguments.command {
        CatalogCommand::Check => check(root, arguments.json),
        CatalogCommand::Diff { with } => diff(root, with.as_deref(), arguments.json),
        CatalogCommand::Add => add::run(root, io::stdin().is_terminal()).map(|file| {
            output::told(arguments.json, json!({ "file": file }), file.display());
            Outcome::Well
        }),
    };
    outcome::exit(done)
}

/// The files as paths from `root` and texts.
fn read(root: &Path) -> Result<Vec<(String, String)>, CatalogError> {
    files::read(root).map_err(CatalogError::Read)
}

/// The files of `root`, checked.
fn load(root: &Path) -> Result<Content, CatalogError> {
    Content::parse(read(root)?).map_err(|faults| CatalogError::Faulty(Faults(faults)))
}

fn check(root: &Path, as_json: bool) -> Result<Outcome, CatalogError> {
    match Content::parse(read(root)?) {
        Ok(content) => {
            let (catalog, prompts) = (&content.catalog, &content.prompts);
            let products = catalog.products().len();
            if as_json {
                let versions = json!({
                    "products": products, "catalog": catalog.version(), "prompts": prompts.version(),
                });
                output::line(versions);
            } else {
                let (catalog, prompts) = (catalog.version(), prompts.version());
                output::line(format!(
                    "{products} products, no faults; catalogue {catalog}, prompts {prompts}"
                ));
            }
            Ok(Outcome::Well)
        }
        Err(faults) => {
            for fault in faults {
                if as_json {
                    let Diagnostic { file, line, message } = fault;
                    output::line(json!({ "file": file, "line": line, "message": message }));
                } else {
                    output::line(fault);
                }
            }
            Ok(Outcome::Wrong)
        }
    }
}

/// What would change for customers if the files of `root` were built: against this program's own, or
/// against another folder's.
fn diff(root: &Path, with: Option<&Path>, as_json: bool) -> Result<Outcome, CatalogError> {
    let after = load(root)?;
    let tree = |content: &Content| serde_json::to_value(content).unwrap_or_default();
    let before = match with {
        Some(before) => tree(&load(before)?),
        None => tree(mirt_content::content()),
    };
    let changes = differences::between(&before, &tree(&after));
    for change in &changes {
        if as_json {
            output::line(change.to_json());
        } else {
            output::line(change);
        }
    }
    Ok(Outcome::well_if(changes.is_empty()))
}
