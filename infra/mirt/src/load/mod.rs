//! `mirt load`: many customers at once against the whole system on this machine.
//!
//! It starts a system of its own on an empty folder, speaks ManyChat's webhook, takes the replies
//! as the channel, and checks by itself that nothing was lost, doubled or out of order.

mod report;
mod sessions;

use std::{
    collections::BTreeMap,
    process::ExitCode,
    time::{Duration, Instant},
};

use mirt_domain::channel::Channel;
use tokio::{
    sync::{broadcast, mpsc},
    time::{MissedTickBehavior, interval, sleep_until, timeout},
};

use crate::{
    cli::{LoadArguments, UpArguments},
    environment::{Environment, EnvironmentError},
    output,
    up::{System, UpError, deliveries::Delivery},
};
use report::Report;
use sessions::Customer;

/// How long the last replies are waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long it has to be quiet before nothing more is expected.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What customers say, one after the other.
const TEXTS: [&str; 5] = [
    "Добрий день",
    "покажіть сукні на зріст 134",
    "а в чорному є?",
    "скільки лагуна на 98?",
    "які ще є кольори?",
];

/// Why no load was measured.
#[derive(Debug, thiserror::Error)]
enum LoadError {
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    #[error(transparent)]
    System(#[from] UpError),
    #[error(transparent)]
    Http(#[from] mirt_http::ClientError),
    #[error("the load cannot be run")]
    Io(#[from] std::io::Error),
    #[error("a session cannot be looked into")]
    Look(#[source] reqwest::Error),
}

/// Runs the load and says how it went: exit code 1 when something was lost, doubled or disordered.
pub(crate) fn main(arguments: &LoadArguments) -> ExitCode {
    let run = || -> Result<Report, LoadError> {
        tokio::runtime::Runtime::new()?.block_on(run(arguments))
    };
    match run() {
        Ok(report) => {
            if arguments.json {
                output::line(report.as_json());
            } else {
                output::line(&report);
            }
            ExitCode::from(u8::from(!report.is_clean()))
        }
        Err(error) => {
            output::failure(&error);
            ExitCode::from(2)
        }
    }
}

/// What became of a post.
struct Accepted {
    customer: usize,
    took: Duration,
    is_ok: bool,
}

async fn run(arguments: &LoadArguments) -> Result<Report, LoadError> {
    let folder = tempfile::tempdir()?;
    let up = UpArguments { port: 0, data: folder.path().to_owned() };
    let environment = Environment::without_channels()?;
    let system = System::start(&up, &environment).await?;
    let http = mirt_http::client()?;

    let mut customers: Vec<Customer> = (0..arguments.sessions).map(Customer::new).collect();
    let by_user: BTreeMap<String, usize> =
        customers.iter().enumerate().map(|(n, customer)| (customer.user.clone(), n)).collect();
    let mut report = Report::new(arguments.sessions, arguments.rate);
    let calls_before = system.endpoint.calls().snapshot();

    let mut deliveries = system.deliveries.listen();
    let (accepted, mut answers) = mpsc::unbounded_channel();
    let mut ticks = interval(Duration::from_secs(1) / arguments.rate.max(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let end = tokio::time::Instant::now() + Duration::from_secs(60) * arguments.minutes;
    let mut next = 0;
    let mut outstanding = 0_usize;
    let mut is_over = false;
    while !is_over || outstanding > 0 {
        let deadline = if is_over { end + PATIENCE } else { end };
        tokio::select! {
            _ = ticks.tick(), if !is_over => {
                let Some(n) = sessions::next_idle(&customers, &mut next) else {
                    report.held_back += 1;
                    continue;
                };
                let payload = customers[n].say(TEXTS);
                report.sent += 1;
                outstanding += 1;
                let post = http
                    .post(format!("{}/webhooks/manychat", system.origin))
                    .header("X-ManyChat-Token", &environment.manychat.webhook_secret)
                    .json(&payload);
                let accepted = accepted.clone();
                tokio::spawn(async move {
                    let begun = Instant::now();
                    let is_ok = post.send().await.is_ok_and(|answer| answer.status() == 202);
                    // The receiver goes away only when the run is over.
                    let _ = accepted.send(Accepted { customer: n, took: begun.elapsed(), is_ok });
                });
            }
            Some(answer) = answers.recv() => {
                if answer.is_ok {
                    report.accept_times.push(answer.took);
                } else {
                    customers[answer.customer].take_back();
                    report.refused += 1;
                    outstanding -= 1;
                }
            }
            delivery = deliveries.recv() => match delivery {
                Ok(Delivery { channel: Channel::Instagram, user, bubbles }) => {
                    if let Some(&n) = by_user.get(&user) {
                        let count = bubbles.as_array().map_or(0, Vec::len);
                        if let Some(took) = customers[n].hear(count) {
                            report.turn_times.push(took);
                            outstanding -= 1;
                        }
                    }
                }
                Ok(_) => {}
                Err(broadcast::error::RecvError::Lagged(missed)) => report.unheard += missed,
                Err(broadcast::error::RecvError::Closed) => break,
            },
            () = sleep_until(deadline) => {
                if is_over {
                    break;
                }
                is_over = true;
            }
        }
    }

    // A reply of more messages than one call takes comes in several: hear the last of them, too.
    while let Ok(Ok(Delivery { user, bubbles, .. })) = timeout(LAST_WORDS, deliveries.recv()).await
    {
        if let Some(&n) = by_user.get(&user) {
            customers[n].hear(bubbles.as_array().map_or(0, Vec::len));
        }
    }
    report.count_calls(&calls_before, &system.endpoint.calls().snapshot());
    for customer in &customers {
        let found = customer.look(&http, &system.origin).await.map_err(LoadError::Look)?;
        report.add(&found);
    }
    Ok(report)
}
