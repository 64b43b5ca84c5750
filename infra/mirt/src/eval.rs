//! `mirt eval`: cases through the assistant's turn, offline, exactly as production takes it.

use std::{fmt, process::ExitCode};

use mirt_domain::shop::{Shop, Words};
use mirt_engine::eval::{self, CaseResult, Suite};
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

/// How many cases of a file passed.
#[derive(Clone, Copy, Default)]
struct Figure {
    passed: usize,
    all: usize,
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} passed", self.passed, self.all)
    }
}

/// Whether all cases of all files passed.
fn run(arguments: &EvalArguments) -> Result<bool, EvalError> {
    let suites = arguments
        .files
        .iter()
        .map(|file| Ok((file, eval::parse(&std::fs::read_to_string(file)?)?)))
        .collect::<Result<Vec<_>, EvalError>>()?;
    let figures: Vec<_> =
        suites.iter().map(|(file, suite)| (file, run_suite(suite, arguments.json))).collect();
    let total = figures.iter().fold(Figure::default(), |sum, (_, figure)| Figure {
        passed: sum.passed + figure.passed,
        all: sum.all + figure.all,
    });
    if !arguments.json {
        // What the rules were written on and what was held out are told apart.
        for (file, figure) in figures.iter().filter(|_| figures.len() > 1) {
            output::line(format_args!("{}: {figure}", file.display()));
        }
        output::line(total);
    }
    Ok(total.passed == total.all)
}

fn run_suite(suite: &Suite, is_json: bool) -> Figure {
    let (settings, words) = (eval::settings(), Words::of(mirt_content::catalog()));
    let shop = Shop {
        catalog: mirt_content::catalog(),
        words: &words,
        prompts: mirt_content::prompts(),
        settings: &settings,
    };
    let cases = suite.tests.iter().map(|case| eval::run_case(&shop, case));
    let dialogues = suite.dialogues.iter().map(|dialogue| eval::run_dialogue(&shop, dialogue));
    let mut figure = Figure::default();
    for result in cases.chain(dialogues) {
        figure.all += 1;
        figure.passed += usize::from(result.pass);
        if is_json {
            output::line(json!(result));
        } else {
            show(&result);
        }
    }
    figure
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
