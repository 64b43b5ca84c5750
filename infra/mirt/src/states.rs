//! `mirt states`: the conversation's transition function, as it stands in the code.

use std::process::ExitCode;

use mirt_domain::decide::diagram;

use crate::{
    cli::StatesArguments,
    outcome::{self, Outcome},
    output,
};

/// The picture could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the picture cannot be written; name another file")]
struct PictureError(#[source] std::io::Error);

/// Prints the edges, or draws them.
pub(crate) fn main(arguments: &StatesArguments) -> ExitCode {
    let mut drawn = Ok(());
    if let Some(file) = &arguments.svg {
        drawn = std::fs::write(file, diagram::svg()).map_err(PictureError);
    } else if arguments.mermaid {
        output::line(diagram::mermaid().trim_end());
    } else {
        output::line(diagram::table().trim_end());
    }
    outcome::exit(drawn.map(|()| Outcome::Well))
}
