//! `mirt eval`: cases through the assistant's turn, offline, exactly as production takes it.

use std::process::ExitCode;

use mirt_domain::shop::{Shop, Words};
use mirt_engine::eval::{self, CaseResult};
use serde_json::json;

use crate::{cli::EvalArguments, output};

/// Some case failed.
const SOME_FAILED: u8 = 1;

/// The file could not be read.
const UNREADABLE: u8 = 2;

/// Why no case was run.
#[derive(Debug, thiserror::Error)]
enum EvalError {
    #[error("the file of cases cannot be read")]
    File(#[from] std::io::Error),
    #[error("the file holds no cases")]
    Cases(#[from] eval::ParseError),
}

/// Runs the file's cases and says how they went.
pub(crate) fn main(arguments: &EvalArguments) -> ExitCode {
    match run(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(SOME_FAILED),
        Err(error) => {
            output::failure(&error);
            ExitCode::from(UNREADABLE)
        }
    }
}

/// Whether all cases passed.
fn run(arguments: &EvalArguments) -> Result<bool, EvalError> {
    let suite = eval::parse(&std::fs::read_to_string(&arguments.file)?)?;
    let (settings, words) = (eval::settings(), Words::of(mirt_content::catalog()));
    let shop = Shop {
        catalog: mirt_content::catalog(),
        words: &words,
        prompts: mirt_content::prompts(),
        settings: &settings,
    };
    let cases = suite.tests.iter().map(|case| eval::run_case(&shop, case));
    let dialogues = suite.dialogues.iter().map(|dialogue| eval::run_dialogue(&shop, dialogue));
    let (mut passed, mut all) = (0, 0);
    for result in cases.chain(dialogues) {
        all += 1;
        passed += usize::from(result.pass);
        if arguments.json {
            output::line(json!(result));
        } else {
            show(&result);
        }
    }
    if !arguments.json {
        output::line(format_args!("{passed} of {all} passed"));
    }
    Ok(passed == all)
}

fn show(result: &CaseResult) {
    let verdict = if result.pass { "pass" } else { "FAIL" };
    let why = if result.failed.is_empty() {
        String::new()
    } else {
        format!("  {}", result.failed.join("; "))
    };
    output::line(format_args!("{verdict}  {}{why}", result.id));
}
