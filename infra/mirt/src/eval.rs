//! `mirt eval`: cases through the assistant's turn, exactly as production takes it: by the rules
//! alone, with a model, or with what a model said before.

mod recording;

use std::{
    fmt,
    path::Path,
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use mirt_domain::{
    channel::Channel,
    session_id::{InvalidUserId, SessionId, UserId},
    shop::{Shop, Words},
    turn,
};
use mirt_engine::{
    eval::{self, CaseResult, Suite, Take},
    model::{AskModel, Moderate},
    photos::LookAtPhotos,
};
use mirt_runtime::clock::SystemClock;
use serde_json::json;
use tokio::runtime::{Builder, Handle};

use self::recording::{Recorder, Recording, RecordingError, Replay};
use crate::{
    cli::EvalArguments,
    environment::{Environment, EnvironmentError},
    outcome::{self, Outcome},
    output,
    progress::Progress,
};

/// How many cases ask the model at once.
const AT_ONCE: usize = 8;

/// Why no case was run.
#[derive(Debug, thiserror::Error)]
enum EvalError {
    #[error("the file of cases cannot be read; check its path")]
    File(#[from] std::io::Error),
    #[error("the file holds no cases; tests/corpora has some to look at")]
    Cases(#[from] eval::ParseError),
    #[error(transparent)]
    Recording(#[from] RecordingError),
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    #[error(transparent)]
    Setting(#[from] mirt_runtime::settings::SettingError),
    #[error(transparent)]
    Http(#[from] mirt_http::ClientError),
    #[error("the customer of the evaluation is none")]
    Customer(#[from] InvalidUserId),
    #[error(
        "there is no model to record: OPENAI_API_KEY is not set; set it, or leave --record out"
    )]
    NoKey,
}

/// Runs the files' cases and says how they went.
pub(crate) fn main(arguments: &EvalArguments) -> ExitCode {
    outcome::exit(run(arguments).map(Outcome::well_if))
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
        .map(|file| Ok((file.as_path(), eval::parse(&std::fs::read_to_string(file)?)?)))
        .collect::<Result<Vec<_>, EvalError>>()?;
    if let Some(file) = &arguments.record {
        return record(&suites, file, arguments.json);
    }
    if let Some(file) = &arguments.replay {
        return replay(&suites, Recording::read(file)?, arguments.json);
    }
    Ok(run_suites(&suites, arguments.json, 1, |shop, use_take| {
        use_take(&mut |session, input, _| turn::take(shop, session, input));
    }))
}

/// Runs the cases with the model, and keeps what it says.
fn record(suites: &[(&Path, Suite)], file: &Path, is_json: bool) -> Result<bool, EvalError> {
    let environment = Environment::read(Path::new("."))?;
    let key = environment.openai_key.clone().ok_or(EvalError::NoKey)?;
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    let http = {
        let _entered = runtime.enter();
        mirt_http::client()?
    };
    let api = environment.openai_url.as_deref().unwrap_or(mirt_dialogue::OPENAI_API).to_owned();
    let model = mirt_dialogue::openai(http, key, &environment.settings)?;
    let prompts = mirt_content::prompts().version().to_owned();
    let recording = Recording::new(api, model.model().to_owned(), prompts);
    let recorder = Recorder::new(model, recording);
    let has_passed = run_with_model(suites, is_json, AT_ONCE, runtime.handle(), &recorder)?;
    let (recording, failures) = recorder.into_parts();
    for (failure, times) in failures {
        output::note(format_args!("not recorded: {failure}, {times} times"));
    }
    recording.write(file)?;
    Ok(has_passed)
}

/// Runs the cases with what a model said before.
fn replay(
    suites: &[(&Path, Suite)],
    recording: Recording,
    is_json: bool,
) -> Result<bool, EvalError> {
    let Recording { api, model, prompts, .. } = &recording;
    output::note(format_args!("recorded from {model} at {api}, prompts {prompts}"));
    if api != mirt_dialogue::OPENAI_API {
        output::note(format_args!("not from OpenAI's own API: it says nothing of a model there"));
    }
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    let replay = Replay::new(recording);
    let has_passed = run_with_model(suites, is_json, 1, runtime.handle(), &replay)?;
    let missing = replay.missing();
    if missing > 0 {
        output::note(format_args!("{missing} questions are not in the recording: record it anew"));
    }
    Ok(has_passed && missing == 0)
}

fn run_with_model<M>(
    suites: &[(&Path, Suite)],
    is_json: bool,
    at_once: usize,
    runtime: &Handle,
    model: &M,
) -> Result<bool, EvalError>
where
    M: AskModel + Moderate + LookAtPhotos,
{
    // Any customer: a question does not depend on who asks it.
    let id = SessionId { channel: Channel::Instagram, user: UserId::parse("eval")? };
    Ok(run_suites(suites, is_json, at_once, |shop, use_take| {
        use_take(&mut |session, input, past| {
            let with = (&SystemClock, model);
            runtime.block_on(eval::take_with_model(with, shop, &id, (session, input), past))
        });
    }))
}

/// Runs all cases and prints how they went. `with_take` lends what takes their turns.
fn run_suites(
    suites: &[(&Path, Suite)],
    is_json: bool,
    at_once: usize,
    with_take: impl Fn(&Shop<'_>, &mut dyn FnMut(&mut Take<'_>)) + Sync,
) -> bool {
    let (settings, words) = (eval::settings(), Words::of(mirt_content::catalog()));
    let shop = Shop {
        catalog: mirt_content::catalog(),
        words: &words,
        prompts: mirt_content::prompts(),
        settings: &settings,
    };
    let run_one = |suite: &Suite, at: usize| {
        let mut result = None;
        with_take(&shop, &mut |take| {
            result = match at.checked_sub(suite.tests.len()) {
                None => suite.tests.get(at).map(|case| eval::run_case_with(&shop, case, take)),
                Some(at) => {
                    let dialogue = suite.dialogues.get(at);
                    dialogue.map(|dialogue| eval::run_dialogue_with(&shop, dialogue, take))
                }
            };
        });
        result
    };
    let mut total = Figure::default();
    let mut figures = Vec::new();
    for (file, suite) in suites {
        let all = suite.tests.len() + suite.dialogues.len();
        let mut figure = Figure::default();
        let bar = Progress::of(all.try_into().unwrap_or(u64::MAX), "cases");
        let results = in_parallel(all, at_once, |at| {
            let result = run_one(suite, at);
            bar.one_more();
            result
        });
        drop(bar);
        for result in results.into_iter().flatten() {
            figure.all += 1;
            figure.passed += usize::from(result.pass);
            if is_json {
                output::line(json!(result));
            } else {
                show(&result);
            }
        }
        total.passed += figure.passed;
        total.all += figure.all;
        figures.push((file, figure));
    }
    if !is_json {
        // What the rules were written on and what was held out are told apart.
        for (file, figure) in figures.iter().filter(|_| figures.len() > 1) {
            output::line(format_args!("{}: {figure}", file.display()));
        }
        output::line(total);
    }
    total.passed == total.all
}

/// The results of `work` for 0, 1, ... in order, `at_once` of them worked at.
fn in_parallel<T: Send>(count: usize, at_once: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(count)));
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        break;
                    }
                    let result = work(at);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
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
