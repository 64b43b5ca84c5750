//! Use case: do a command, day by day, until it is done or the time is nearly up.

mod calls;
mod day;
mod digest;
mod hold;

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use mirt_engine::{clock::Clock, failure::chain};

pub use self::{
    calls::Usage,
    hold::{HELD_FOR, Hold},
};
use self::{
    calls::{Calls, Stop},
    day::DayDone,
};
use crate::{
    command::{Ask, Command, Mode},
    day::Day,
    digest::{AskAboutDay, Digests, SendDigest},
    event::{Body, Category, Event, Seconds},
    plan::{self, Known, Span},
    preprocess::Preprocessing,
    record::{DayRecord, KnownChat},
    source::Source,
    store::{Announce, Days, Lease, Pages, ReadHistory, Start},
};

/// How many days' records are read at once.
const RECORDS_AT_ONCE: i32 = 60;

/// How fetching is done.
#[derive(Clone, Copy, Debug)]
pub struct FetchSettings {
    /// At most so many comments under a post, the latest; 0 asks for none.
    pub comments: u32,
    /// From one call of Telegram to the next, at least.
    pub call_spacing: Duration,
    /// What is worked out from the messages.
    pub preprocessing: Preprocessing,
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self {
            comments: 50,
            call_spacing: Duration::from_millis(200),
            preprocessing: Preprocessing::default(),
        }
    }
}

/// Fetches history.
pub struct Fetch<'a, R, S, A, C, M, T> {
    /// Telegram.
    pub reader: &'a R,
    /// Where days are kept.
    pub store: &'a S,
    /// Where others hear of it.
    pub events: &'a A,
    /// Time.
    pub clock: &'a C,
    /// What becomes of digests.
    pub digests: &'a Digests<M, T>,
    /// How.
    pub settings: FetchSettings,
}

/// How a process's work on a command ended.
#[derive(Debug)]
pub enum Ending {
    /// All of it is done.
    Done,
    /// This goes on with it, in another process; not before the time that it says, if it says one.
    HandOn(Box<Command>),
    /// Another has the right to read by now: the command comes again.
    Overtaken,
    /// Telegram is not to be asked before, and no day was begun: the command comes again then, as it is.
    Wait(Timestamp),
    /// It failed, and may work when it comes again.
    Retry(Category),
    /// It failed, and a human has to look at it.
    GiveUp(Category),
}

/// What a process did.
#[derive(Debug)]
pub struct Report {
    /// How it ended.
    pub ending: Ending,
    /// The days that were published, with their messages and how long each took in this process.
    pub days: Vec<(Day, u64, Duration)>,
    /// Days that were there already.
    pub skipped: u32,
    /// What it asked of Telegram.
    pub usage: Usage,
    /// What it asked of the model.
    pub model: ModelUsage,
}

/// What a process asked of the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModelUsage {
    /// Questions.
    pub questions: u64,
    /// Tokens, in and out.
    pub tokens: u64,
    /// What they cost, in millionths of a US dollar.
    pub micro_usd: u64,
}

impl Report {
    /// Nothing was done.
    #[must_use]
    pub fn ended(ending: Ending) -> Self {
        Self {
            ending,
            days: Vec::new(),
            skipped: 0,
            usage: Usage::default(),
            model: ModelUsage::default(),
        }
    }
}

/// What goes through the work on one command.
struct Run<'a, L, C> {
    command: &'a Command,
    id: &'a str,
    mode: Mode,
    source: Option<Source>,
    calls: Calls<'a, L, C>,
    report: Report,
}

impl<R, S, A, C, M, T> Fetch<'_, R, S, A, C, M, T>
where
    R: ReadHistory,
    S: Days + Pages,
    A: Announce,
    C: Clock,
    M: AskAboutDay,
    T: SendDigest,
{
    /// Does as much of the command as there is time for until `deadline`. `id` is what it is called.
    pub async fn run<L: Lease>(
        &self,
        command: &Command,
        id: &str,
        hold: &Hold<'_, L, C>,
        deadline: Timestamp,
    ) -> Report {
        let calls = Calls {
            clock: self.clock,
            hold,
            deadline,
            spacing: self.settings.call_spacing,
            last_call: None,
            usage: Usage::default(),
        };
        let report = Report::ended(Ending::Done);
        let mut run = Run { command, id, mode: command.mode(), source: None, calls, report };
        let ending = match command.ask() {
            Ok(ask) => self.work(&mut run, ask).await,
            Err(error) => {
                let category = Category::ValidationError;
                self.command_failed(&run, category, error.to_string()).await;
                Ending::GiveUp(category)
            }
        };
        Report { ending, usage: run.calls.usage, ..run.report }
    }

    async fn work<L: Lease>(&self, run: &mut Run<'_, L, C>, ask: Ask) -> Ending {
        let span = match self.span(run, ask).await {
            Ok(Ok(Some(span))) => span,
            Ok(Ok(None)) => return Ending::Done,
            Ok(Err(error)) => {
                let category = Category::ValidationError;
                self.command_failed(run, category, error.to_string()).await;
                return Ending::GiveUp(category);
            }
            Err(stop) => return self.stopped(run, stop, None).await,
        };
        let mut records = BTreeMap::new();
        let mut known_to = None;
        for day in span.first.through(span.last) {
            if known_to.is_none_or(|known| day > known) {
                let to = day.plus(RECORDS_AT_ONCE).min(span.last);
                match self.store.days(&run.command.chat, day, to).await {
                    Ok(found) => {
                        records = found.into_iter().map(|record| (record.day, record)).collect();
                    }
                    Err(error) => return self.stopped(run, error.into(), Some((day, span))).await,
                }
                known_to = Some(to);
            }
            let record = records.remove(&day).unwrap_or_else(|| DayRecord::new(day));
            match self.day(run, record).await {
                Ok(DayDone::Published { messages, took }) => {
                    run.report.days.push((day, messages, took));
                }
                Ok(DayDone::WasThere) => run.report.skipped += 1,
                Err(stop) => return self.stopped(run, stop, Some((day, span))).await,
            }
        }
        Ending::Done
    }

    /// The days to do: those that were handed on, or those that the mode asks for.
    async fn span<L: Lease>(
        &self,
        run: &mut Run<'_, L, C>,
        ask: Ask,
    ) -> Result<Result<Option<Span>, crate::command::CommandError>, Stop> {
        if let Some(progress) = run.command.progress {
            let span = Span { first: progress.next, last: progress.last };
            return Ok(Ok((span.first <= span.last).then_some(span)));
        }
        let mut known = Known::default();
        match ask {
            Ask::Since { .. } => {
                let last = self.store.last_complete(&run.command.chat).await?;
                known.is_unsettled = last.as_ref().is_some_and(DayRecord::is_unsettled);
                known.last_complete = last.map(|record| record.day);
            }
            Ask::Full => {
                let source = self.source(run).await?;
                let page =
                    run.calls.make(async || self.reader.page(&source, Start::After(0)).await);
                let first = page.await?.messages.first().map(|message| Day::of(message.date));
                known.first_message = first;
            }
            Ask::Range(..) | Ask::Days(_) => {}
        }
        Ok(plan::span(ask, known, self.clock.now()))
    }

    /// The chat, asked of Telegram once a process.
    async fn source<L: Lease>(&self, run: &mut Run<'_, L, C>) -> Result<Source, Stop> {
        if let Some(source) = &run.source {
            return Ok(source.clone());
        }
        let chat = &run.command.chat;
        let known = self.store.known_chat(chat).await?.map(|known| known.source);
        let source = run.calls.make(async || self.reader.find(chat, known.as_ref()).await).await?;
        match known {
            Some(known) if known.peer_id != source.peer_id => return Err(Stop::ChatChanged),
            Some(known) if known == source => {}
            _ => {
                let known = KnownChat { chat: chat.clone(), source: source.clone() };
                self.store.remember_chat(&known).await?;
            }
        }
        run.source = Some(source.clone());
        Ok(source)
    }

    /// Says why it stopped, and what becomes of the command.
    async fn stopped<L: Lease>(
        &self,
        run: &Run<'_, L, C>,
        stop: Stop,
        at: Option<(Day, Span)>,
    ) -> Ending {
        let goes_on = |not_before| {
            let (day, span) = at?;
            Some(Ending::HandOn(Box::new(run.command.handed_on(day, span.last, not_before))))
        };
        let ending = match &stop {
            Stop::Time => goes_on(None),
            Stop::Flood(until) => goes_on(Some(*until)).or(Some(Ending::Wait(*until))),
            _ => None,
        };
        // Without a failure, and with nothing planned yet, the command comes again as it is.
        let Some(category) = stop.category() else { return ending.unwrap_or(Ending::Overtaken) };
        if at.is_none() {
            self.command_failed(run, category, chain(&stop)).await;
        }
        tracing::error!(event = "fetch_failed", category = category.as_str(), error = chain(&stop));
        ending.unwrap_or(if category.is_retryable() {
            Ending::Retry(category)
        } else {
            Ending::GiveUp(category)
        })
    }

    /// Tells others that the command failed before its first day.
    async fn command_failed<L: Lease>(
        &self,
        run: &Run<'_, L, C>,
        category: Category,
        error: String,
    ) {
        let body = Body::FetchFailed {
            category,
            retryable: category.is_retryable(),
            error,
            duration_seconds: Seconds::of_millis(0),
            messages_fetched: 0,
        };
        let attempt = format!("{}:{}", run.id, run.calls.hold.fence().0);
        self.tell(run, attempt, None, body).await;
    }

    /// Announces what nothing depends on: if the queue is down, others hear less.
    async fn tell<L: Lease>(
        &self,
        run: &Run<'_, L, C>,
        attempt: String,
        day: Option<Day>,
        body: Body,
    ) {
        let event = Event::new(self.clock.now(), run.id, attempt, &run.command.chat, day, body);
        if let Err(error) = self.events.announce(&event).await {
            tracing::warn!(event = "degraded", what = "event_not_sent", error = chain(&error));
        }
    }
}
