//! What the shop sells and says, and how well: no running system is needed.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Args, Debug)]
pub(crate) struct EvalArguments {
    /// Files of cases, JSON; of several, the figure of each is printed at the end.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Prints one JSON object a line instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    /// Asks the model of OPENAI_API_KEY, and keeps its answers in this file.
    #[arg(long, value_name = "RECORDING", conflicts_with = "replay")]
    pub(crate) record: Option<PathBuf>,
    /// Takes the model's answers from this file, offline.
    #[arg(long, value_name = "RECORDING")]
    pub(crate) replay: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct PromptArguments {
    /// The state: its number, or a part of its name (`4`, `offer`, `STATE_4_OFFER`).
    pub(crate) state: String,
    /// What the customer writes.
    #[arg(long, default_value = "скільки коштує лагуна на зріст 98?")]
    pub(crate) message: String,
    /// Prints the JSON schema of the answer as well.
    #[arg(long)]
    pub(crate) schema: bool,
}

#[derive(Args, Debug)]
pub(crate) struct CatalogArguments {
    #[command(subcommand)]
    pub(crate) command: CatalogCommand,
    /// The folder that `catalog/` and `prompts/` are in.
    #[arg(long, global = true, default_value = ".")]
    pub(crate) root: PathBuf,
    /// Prints JSON, one object a line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogCommand {
    /// Checks the files as the build does; exit code 1 when there are faults.
    Check,
    /// Shows what differs from what this program was built with; exit code 1 when something does.
    Diff {
        /// Compares with the files of this folder instead.
        #[arg(long, value_name = "FOLDER")]
        with: Option<PathBuf>,
    },
    /// Asks for a product and writes its file.
    Add,
}

#[derive(Args, Debug)]
pub(crate) struct StatesArguments {
    /// As a Mermaid diagram instead of a table.
    #[arg(long)]
    pub(crate) mermaid: bool,
    /// Draws it into this file, as SVG, instead.
    #[arg(long, value_name = "FILE", conflicts_with = "mermaid")]
    pub(crate) svg: Option<PathBuf>,
}
