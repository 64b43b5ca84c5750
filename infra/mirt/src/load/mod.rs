//! `mirt load`: many customers at once against the whole system on this machine.
//!
//! It starts a system of its own on an empty folder, speaks ManyChat's webhook, takes the replies
//! as the channel, and checks by itself that nothing was lost, doubled or out of order. On demand
//! it kills processes of the functions all the while, or lets one more customer write without end.

mod customers;
mod disturb;
mod heard;
mod report;

use std::{
    collections::BTreeMap,
    process::ExitCode,
    time::{Duration, Instant},
};

use mirt_domain::channel::Channel;
use serde_json::Value;
use tokio::{
    sync::{broadcast, mpsc},
    time::{MissedTickBehavior, interval, sleep, sleep_until, timeout},
};

use crate::{
    cli::{LoadArguments, UpArguments},
    environment::{Environment, EnvironmentError},
    output,
    up::{System, UpError, deliveries::Delivery},
};
use customers::{Customer, Post};
use report::Report;

/// How long the last replies are waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// The same when processes are killed: what a dead one held comes again only when its time is over,
/// and what fell through waits for the sweeper.
const PATIENCE_WITH_KILLS: Duration = Duration::from_mins(10);

/// How long it has to be quiet before nothing more is expected.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How often a post is made until it is accepted.
const POSTS: u32 = 60;

/// Between two of them.
const PAUSE_BETWEEN_POSTS: Duration = Duration::from_secs(1);

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
    #[error("the queue cannot be set")]
    Queue(#[source] Box<dyn std::error::Error + Send + Sync>),
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

/// What became of a message.
struct Accepted {
    customer: usize,
    took: Duration,
    is_ok: bool,
    /// How often it was posted in vain.
    in_vain: u32,
}

async fn run(arguments: &LoadArguments) -> Result<Report, LoadError> {
    let folder = tempfile::tempdir()?;
    let up = UpArguments { port: 0, data: folder.path().to_owned() };
    let environment = Environment::without_channels()?;
    let system = System::start(&up, &environment).await?;
    let http = mirt_http::client()?;
    let post = Post {
        http: http.clone(),
        address: format!("{}/webhooks/manychat", system.origin),
        token: environment.manychat.webhook_secret.clone(),
    };

    let mut customers: Vec<Customer> = (0..arguments.sessions).map(Customer::new).collect();
    let mut report = Report::new(arguments.sessions, arguments.rate);
    let before = (system.endpoint.calls().snapshot(), system.endpoint.capacity().snapshot());
    let seconds = arguments.seconds.unwrap_or(60 * arguments.minutes);
    let length = Duration::from_secs(seconds.into());
    let mut disturbances = tokio::task::JoinSet::new();
    if let Some(every) = arguments.kill_every_ms {
        disturb::hide_for(&system.endpoint, arguments.visibility)
            .await
            .map_err(LoadError::Queue)?;
        let every = Duration::from_millis(every);
        disturbances.spawn(disturb::kill(system.functions.clone(), every, length));
    }
    if let Some(rate) = arguments.flood {
        disturbances.spawn(disturb::flood(post.clone(), rate, length));
    }
    let patience = if arguments.kill_every_ms.is_some() { PATIENCE_WITH_KILLS } else { PATIENCE };
    let talk = Talk { post, length, patience, rate: arguments.rate };
    talk.run(&system, &mut customers, &mut report).await;

    while let Some(Ok(done)) = disturbances.join_next().await {
        report.disturbed.add(done);
    }
    let after = (system.endpoint.calls().snapshot(), system.endpoint.capacity().snapshot());
    report.count_calls(&before.0, &after.0);
    report.count_capacity(&before.1, &after.1);
    for customer in &customers {
        let found = customer.look(&http, &system.origin).await.map_err(LoadError::Look)?;
        report.add(&found);
    }
    Ok(report)
}

/// How customers write.
struct Talk {
    post: Post,
    length: Duration,
    patience: Duration,
    /// Messages a second, all together.
    rate: u32,
}

impl Talk {
    /// Lets customers write for as long as they do, and hears the answers.
    async fn run(&self, system: &System, customers: &mut [Customer], report: &mut Report) {
        let by_user: BTreeMap<String, usize> =
            customers.iter().enumerate().map(|(n, customer)| (customer.user.clone(), n)).collect();
        let mut deliveries = system.deliveries.listen();
        let (accepted, mut answers) = mpsc::unbounded_channel();
        let mut ticks = interval(Duration::from_secs(1) / self.rate.max(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let end = tokio::time::Instant::now() + self.length;
        let (mut next, mut outstanding, mut is_over) = (0, 0_usize, false);
        while !is_over || outstanding > 0 {
            let deadline = if is_over { end + self.patience } else { end };
            tokio::select! {
                _ = ticks.tick(), if !is_over => {
                    let Some(n) = customers::next_idle(customers, &mut next) else {
                        report.held_back += 1;
                        continue;
                    };
                    let payload = customers[n].say();
                    report.sent += 1;
                    outstanding += 1;
                    tokio::spawn(post_until_taken(self.post.clone(), payload, n, accepted.clone()));
                }
                Some(answer) = answers.recv() => {
                    report.posted_again += u64::from(answer.in_vain);
                    if answer.is_ok {
                        report.accept_times.push(answer.took);
                    } else {
                        customers[answer.customer].take_back();
                        report.refused += 1;
                        outstanding -= 1;
                    }
                }
                delivery = deliveries.recv() => match delivery {
                    Ok(Delivery { channel: Channel::Instagram, user, bubbles, .. }) => {
                        if let Some(&n) = by_user.get(&user)
                            && let Some(took) = customers[n].hear(&bubbles)
                        {
                            report.turn_times.push(took);
                            outstanding -= 1;
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
        // A reply of more messages than one call takes comes in several: hear the last, too.
        while let Ok(Ok(Delivery { user, bubbles, .. })) =
            timeout(LAST_WORDS, deliveries.recv()).await
        {
            if let Some(&n) = by_user.get(&user) {
                customers[n].hear(&bubbles);
            }
        }
    }
}

/// Posts as ManyChat does: again, until it is taken.
async fn post_until_taken(
    post: Post,
    payload: Value,
    customer: usize,
    accepted: mpsc::UnboundedSender<Accepted>,
) {
    let mut in_vain = 0;
    let (mut begun, mut is_ok) = (Instant::now(), post.make(&payload).await == Some(202));
    while !is_ok && in_vain < POSTS {
        in_vain += 1;
        sleep(PAUSE_BETWEEN_POSTS).await;
        begun = Instant::now();
        is_ok = post.make(&payload).await == Some(202);
    }
    // The receiver goes away only when the run is over.
    let _ = accepted.send(Accepted { customer, took: begun.elapsed(), is_ok, in_vain });
}
