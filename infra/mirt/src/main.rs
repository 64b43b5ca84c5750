//! The `mirt` command: the whole system on one machine, and the operators' tools.

mod catalog;
mod cli;
mod completions;
mod costs;
mod customer;
mod demo;
mod differences;
mod dlq;
mod doctor;
mod environment;
mod eval;
mod function;
mod load;
mod orders;
mod outcome;
mod output;
mod pause;
mod place;
mod prices;
mod progress;
mod prompt;
mod replay;
mod responses;
mod sessions;
mod states;
mod telegram;
mod up;
mod who;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match cli::Cli::parse().command.unwrap_or_default() {
        cli::Command::Up(arguments) => up::main(&arguments),
        cli::Command::Demo(arguments) => demo::main(&arguments),
        cli::Command::Eval(arguments) => eval::main(&arguments),
        cli::Command::Prompt(arguments) => prompt::main(&arguments),
        cli::Command::States(arguments) => states::main(&arguments),
        cli::Command::Load(arguments) => load::main(&arguments),
        cli::Command::Costs(arguments) => costs::main(&arguments),
        cli::Command::Dlq(arguments) => dlq::main(&arguments),
        cli::Command::Doctor(arguments) => doctor::main(&arguments),
        cli::Command::Sessions(arguments) => sessions::main(&arguments),
        cli::Command::Orders(arguments) => orders::main(&arguments),
        cli::Command::Pause(arguments) => pause::pause(&arguments),
        cli::Command::Resume(arguments) => pause::resume(&arguments),
        cli::Command::Customer(arguments) => customer::main(&arguments),
        cli::Command::Telegram(arguments) => telegram::main(&arguments),
        cli::Command::Catalog(arguments) => catalog::main(&arguments),
        cli::Command::Completions { shell } => completions::main(shell),
        cli::Command::Function { name } => function::main(name),
    }
}
