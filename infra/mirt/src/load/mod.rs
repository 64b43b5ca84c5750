//! `mirt load`: many customers at once against the whole system on this machine.
//!
//! It starts a system of its own on an empty folder, speaks ManyChat's webhook, takes the replies
//! as the channel, and checks by itself that nothing was lost, doubled or out of order. On demand
//! it kills processes of the functions all the while, lets one more customer write without end, or has
//! a stub of the model answer.

mod customers;
mod disturb;
mod heard;
mod model_stub;
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
    outcome::{self, Outcome},
    output,
    progress::Progress,
    up::{System, UpError, deliveries::Delivery},
};
use customers::{Customer, Post, QUIET};
use model_stub::ModelStub;
use report::Report;

/// How long the last replies are waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// The same when processes are killed: what a dead one held comes again only when its time is over,
/// and what fell through waits for the sweeper.
const PATIENCE_WITH_KILLS: Duration = Duration::from_mins(10);

/// How long it has to be quiet before nothing more is expected.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// From which time of an answer on customers write while they wait for it.
const LONG_ANSWER: Duration = Duration::from_secs(1);

/// One of how many customers does so.
const ONE_WRITES_MORE: usize = 10;

/// How long the answers of the model that are still to come may take, all in all: a turn that is thrown
/// away, and the one after it.
const ANSWERS: u32 = 4;

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
    outcome::exit(run().map(|report| {
        if arguments.json {
            output::line(report.as_json());
        } else {
            output::line(&report);
        }
        Outcome::well_if(report.is_clean())
    }))
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
    let stub = match arguments.model_stub_ms {
        Some(ms) => Some(ModelStub::start(Duration::from_millis(ms)).await?),
        None => None,
    };
    let environment = Environment::without_channels(stub.as_ref().map(ModelStub::url))?;
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
        let (functions, table) = (system.functions.clone(), system.table.clone());
        disturbances.spawn(disturb::kill(functions, table, every, length));
    }
    if let Some(rate) = arguments.flood {
        // The first half shows how it is without.
        disturbances.spawn(disturb::flood(post.clone(), rate, length / 2, length / 2));
    }
    let patience = if arguments.kill_every_ms.is_some() { PATIENCE_WITH_KILLS } else { PATIENCE };
    let answer = Duration::from_millis(arguments.model_stub_ms.unwrap_or_default());
    let calm = arguments.flood.map(|_| length / 2);
    let talk = Talk { post, length, patience, rate: arguments.rate, answer, calm };
    let showing = tokio::spawn(show_time(seconds));
    talk.run(&system, &mut customers, &mut report).await;
    showing.abort();

    while let Some(Ok(done)) = disturbances.join_next().await {
        report.disturbed.add(done);
    }
    let after = (system.endpoint.calls().snapshot(), system.endpoint.capacity().snapshot());
    report.count_calls(&before.0, &after.0);
    report.count_capacity(&before.1, &after.1);
    report.model_calls = stub.as_ref().map(ModelStub::asked);
    let killed = report.disturbed.killed.clone();
    for customer in &customers {
        let look = customer.look(&http, &system.origin, &killed);
        let found = look.await.map_err(LoadError::Look)?;
        report.add(&found);
    }
    Ok(report)
}

/// Shows on a terminal how much of the time is over.
async fn show_time(seconds: u32) {
    let bar = Progress::of(seconds.into(), "seconds of load");
    let begun = Instant::now();
    loop {
        bar.at(begun.elapsed().as_secs().min(seconds.into()));
        if begun.elapsed().as_secs() > seconds.into() {
            bar.say("the last answers are waited for".to_owned());
        }
        sleep(Duration::from_millis(500)).await;
    }
}

/// How customers write.
struct Talk {
    post: Post,
    length: Duration,
    patience: Duration,
    /// Messages a second, all together.
    rate: u32,
    /// How long an answer of the model takes.
    answer: Duration,
    /// For how long nobody floods, if somebody will.
    calm: Option<Duration>,
}

impl Talk {
    /// Lets customers write for as long as they do, and hears the answers.
    async fn run(&self, system: &System, customers: &mut [Customer], report: &mut Report) {
        let by_user: BTreeMap<String, usize> =
            customers.iter().enumerate().map(|(n, customer)| (customer.user.clone(), n)).collect();
        let mut deliveries = system.deliveries.listen();
        let (accepted, mut answers) = mpsc::unbounded_channel();
        let (more, mut writes_more) = mpsc::unbounded_channel();
        let mut ticks = interval(Duration::from_secs(1) / self.rate.max(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let begin = tokio::time::Instant::now();
        let end = begin + self.length;
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
                    let n = answer.customer;
                    if answer.is_ok {
                        customers[n].accepted();
                        report.accept_times.push(answer.took);
                        let in_a_while = QUIET + random_below(self.answer);
                        if self.answer >= LONG_ANSWER && report.sent.is_multiple_of(ONE_WRITES_MORE) {
                            let more = more.clone();
                            tokio::spawn(async move {
                                sleep(in_a_while).await;
                                // The receiver goes away only when the run is over.
                                let _ = more.send(n);
                            });
                        }
                    } else {
                        outstanding -= usize::from(customers[n].waits());
                        customers[n].take_back();
                        report.refused += 1;
                    }
                }
                Some(n) = writes_more.recv(), if !is_over => {
                    if customers[n].may_add() {
                        let payload = customers[n].say();
                        report.sent += 1;
                        report.interrupted += 1;
                        tokio::spawn(post_until_taken(
                            self.post.clone(), payload, n, accepted.clone(),
                        ));
                    }
                }
                delivery = deliveries.recv() => match delivery {
                    Ok(Delivery { channel: Channel::Instagram, user, bubbles, sender, .. }) => {
                        if let Some(&n) = by_user.get(&user) {
                            let waited = customers[n].hear(&bubbles, sender);
                            let is_calm = self.calm.is_some_and(|calm| begin.elapsed() < calm);
                            let times = match is_calm {
                                true => &mut report.calm_times,
                                false => &mut report.turn_times,
                            };
                            times.extend(waited.took);
                            outstanding -= usize::from(waited.is_over);
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
        // A reply of more messages than one call takes comes in several, and who wrote twice may be
        // answered twice: hear the last, too.
        let is_quiet = LAST_WORDS + self.answer * ANSWERS;
        while let Ok(Ok(Delivery { user, bubbles, sender, .. })) =
            timeout(is_quiet, deliveries.recv()).await
        {
            if let Some(&n) = by_user.get(&user) {
                customers[n].hear(&bubbles, sender);
            }
        }
    }
}

fn random_below(longest: Duration) -> Duration {
    let micros = u64::try_from(longest.as_micros()).unwrap_or(u64::MAX);
    Duration::from_micros(fastrand::u64(..micros.max(1)))
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
