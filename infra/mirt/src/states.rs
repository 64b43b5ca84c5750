//! `mirt states`: the conversation's transition function, as it stands in the code.

use std::process::ExitCode;

use mirt_domain::decide::diagram;

use crate::{cli::StatesArguments, output};

/// The picture could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the picture cannot be written")]
struct PictureError(#[from] std::io::Error);

/// Prints the edges, or draws them.
pub(crate) fn main(arguments: &StatesArguments) -> ExitCode {
    if let Some(file) = &arguments.svg {
        if let Err(error) = std::fs::write(file, diagram::svg()) {
            output::failure(&PictureError(error));
            return ExitCode::FAILURE;
        }
    } else if arguments.mermaid {
        output::line(diagram::mermaid().trim_end());
    } else {
        output::line(diagram::table().trim_end());
    }
    ExitCode::SUCCESS
}
