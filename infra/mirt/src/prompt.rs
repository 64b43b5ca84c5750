//! `mirt prompt STATE`: exactly what the model would get for a session.

use std::process::ExitCode;

use jiff::Timestamp;
use mirt_domain::{
    model::Consultation,
    session::Session,
    shop::{Shop, Words},
    state::State,
    turn::{Message, TurnInput},
};
use mirt_engine::eval;

use crate::{
    cli::PromptArguments,
    outcome::{self, Outcome},
    output,
};

/// There is nothing to print.
#[derive(Debug, thiserror::Error)]
enum PromptError {
    #[error("no state is called {0}; try a number from 0 to 9")]
    NoState(String),
    #[error("the schema cannot be written")]
    Schema(#[from] serde_json::Error),
}

/// Prints the question of a session that stands in the state.
pub(crate) fn main(arguments: &PromptArguments) -> ExitCode {
    outcome::exit(run(arguments).map(|()| Outcome::Well))
}

fn run(arguments: &PromptArguments) -> Result<(), PromptError> {
    let state = state_named(&arguments.state)
        .ok_or_else(|| PromptError::NoState(arguments.state.clone()))?;
    let (settings, words) = (eval::settings(), Words::of(mirt_content::catalog()));
    let shop = Shop {
        catalog: mirt_content::catalog(),
        words: &words,
        prompts: mirt_content::prompts(),
        settings: &settings,
    };
    let message = Message { text: Some(arguments.message.clone()), ..Message::default() };
    let input = TurnInput { messages: vec![message], now: Timestamp::now() };
    let question = Consultation::preview(&shop, &Session::at(state), &input);
    output::line(format_args!("=== instructions, of prompts {}", shop.prompts.version()));
    output::line(&question.instructions);
    output::line("=== input");
    output::line(&question.input);
    if arguments.schema {
        output::line("=== schema of the answer");
        output::line(serde_json::to_string_pretty(&question.schema)?);
    }
    Ok(())
}

/// The state of this number, or with this in its name.
pub(crate) fn state_named(name: &str) -> Option<State> {
    let wanted = name.to_uppercase();
    let number = wanted.parse().ok().and_then(|number: usize| State::ALL.get(number).copied());
    number.or_else(|| {
        let is_named = |state: &State| {
            let own = serde_json::to_value(state).unwrap_or_default();
            own.as_str().is_some_and(|own| own.contains(&wanted))
        };
        State::ALL.into_iter().find(is_named)
    })
}
