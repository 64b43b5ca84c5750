//! One day: read page by page, each kept before the next is asked for, shown when all are there.

use std::time::Duration;

use jiff::Timestamp;
use mirt_engine::{
    clock::{Clock, until},
    failure::{PortError, chain},
};

use super::{Fetch, Run, Stop};
use crate::{
    day::Day,
    digest::{AskAboutDay, Digest, SendDigest},
    event::{Body, Event, Fetched, Seconds, Stage},
    message::Message,
    page::Page,
    record::{DayFailure, DayRecord, DigestStep, Finished, Work, finish},
    source::{Source, SourceKind},
    store::{Announce, Days, Fence, Lease, Pages, ReadError, ReadHistory, Start, Written},
};

/// Others hear of every so many messages.
const PROGRESS_EVERY: u64 = 500;

/// How a day ended.
pub(super) enum DayDone {
    /// It was read, to its end or to now.
    Published {
        /// How many messages it has.
        messages: u64,
        /// How long it took in this process.
        took: Duration,
    },
    /// It was there already.
    WasThere,
}

/// What one attempt at a day has done.
struct Attempt {
    name: String,
    began: Timestamp,
    /// What was taken at earlier attempts, in milliseconds.
    took_before: u64,
    processed: u64,
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
    pub(super) async fn day<L: Lease>(
        &self,
        run: &mut Run<'_, L, C>,
        record: DayRecord,
    ) -> Result<DayDone, Stop> {
        let mut record = record;
        let name = format!("{}:{}:{}", run.id, record.day, run.calls.hold.fence().0);
        // What an earlier process could not do any more.
        self.announce_published(run, &mut record).await?;
        self.settle_digest(run, &mut record).await?;
        if let Some(published) = record.published.as_ref().filter(|_| record.is_complete()) {
            let is_own = published.command_id == run.id;
            if is_own || !run.command.force {
                if !is_own {
                    let body = Body::FetchSkipped {
                        reason: "already_exists_same_checksum".to_owned(),
                        checksum_expected: published.checksum.clone(),
                        checksum_actual: published.checksum.clone(),
                    };
                    self.tell(run, name, Some(record.day), body).await;
                }
                return Ok(DayDone::WasThere);
            }
        }
        let began = self.clock.now();
        let mut attempt = Attempt { name, began, took_before: 0, processed: 0 };
        let mut messages = 0;
        let result = self.read(run, &mut record, &mut attempt, &mut messages).await;
        let took = until(began, self.clock.now());
        match result {
            Ok(()) => {
                self.settle_digest(run, &mut record).await?;
                Ok(DayDone::Published { messages, took })
            }
            Err(stop) => {
                self.day_failed(run, record, &attempt, messages, took, &stop).await;
                Err(stop)
            }
        }
    }

    /// Reads the day from where it stands, and shows it.
    async fn read<L: Lease>(
        &self,
        run: &mut Run<'_, L, C>,
        record: &mut DayRecord,
        attempt: &mut Attempt,
        messages: &mut u64,
    ) -> Result<(), Stop> {
        let fence = run.calls.hold.fence();
        let (chat, day) = (&run.command.chat, record.day);
        let earlier = self.store.work(chat, day).await?;
        let has_others = earlier.is_some() || record.published.is_some();
        let mut work = self.begin(run.id, run.command.force, day, earlier, fence);
        *messages = work.messages;
        attempt.took_before = work.took_ms;
        let (stage, resumed) = (Stage::Fetching, work.pages > 0);
        let body = Body::FetchStarted { strategy: run.mode, stage, resumed };
        self.tell(run, attempt.name.clone(), Some(day), body).await;
        let source = self.source(run).await?;
        self.read_pages(run, &source, &mut work, attempt, messages).await?;

        let stage =
            |stage| self.tell(run, attempt.name.clone(), Some(day), Body::FetchStage { stage });
        stage(Stage::Postprocess).await;
        work.took_ms = self.took(attempt);
        let pages = self.store.pages(chat, day, work.generation, work.pages).await?;
        let mut finished =
            finish(&work, &source, pages, self.settings.preprocessing, self.clock.now())?;
        finished.published.to_announce = Some(attempt.name.clone());
        let digest = self.first_digest(run, record, &mut finished).await?;
        stage(Stage::Saving).await;
        *record = DayRecord { day, published: Some(finished.published), failure: None };
        done(self.store.publish(chat, record, &digest, fence).await?)?;
        self.announce_published(run, record).await?;
        if has_others {
            self.store.remove_others(chat, day, work.generation).await?;
        }
        Ok(())
    }

    /// The digest that a day is published with. What is the same as before keeps the digest that it
    /// had: it was sent.
    async fn first_digest<L: Lease>(
        &self,
        run: &Run<'_, L, C>,
        record: &DayRecord,
        finished: &mut Finished,
    ) -> Result<Digest, Stop> {
        let (chat, day) = (&run.command.chat, record.day);
        let checksum = &finished.published.checksum;
        if let Some(before) = &record.published
            && before.checksum == *checksum
            && before.is_whole == finished.published.is_whole
            && let Some(digest) = self.store.digest(chat, day, before.generation).await?
        {
            finished.published.digest = before.digest;
            return Ok(digest);
        }
        let is_new = finished.published.is_whole && self.digests.concern(day, self.clock.now());
        let digest = Digest::of_facts(chat, day, &finished.document, checksum);
        finished.published.digest = if is_new { DigestStep::Words } else { DigestStep::Settled };
        Ok(digest)
    }

    /// Goes on with earlier work, or begins anew: when a day that was read while it went on is over
    /// by now, because its messages were edited and reacted to since; when force asks for it.
    fn begin(&self, id: &str, force: bool, day: Day, earlier: Option<Work>, fence: Fence) -> Work {
        let now = self.clock.now();
        let goes_on = |work: &Work| {
            day.is_over(work.started_at) == day.is_over(now) && (!force || work.command_id == id)
        };
        earlier.filter(goes_on).unwrap_or_else(|| Work {
            day,
            generation: fence.0,
            pages: 0,
            messages: 0,
            last_id: None,
            last_at: None,
            command_id: id.to_owned(),
            started_at: now,
            took_ms: 0,
        })
    }

    async fn read_pages<L: Lease>(
        &self,
        run: &mut Run<'_, L, C>,
        source: &Source,
        work: &mut Work,
        attempt: &mut Attempt,
        messages: &mut u64,
    ) -> Result<(), Stop> {
        let day = work.day;
        // Ids that were seen and are of other days: passed over, not kept.
        let mut passed = work.last_id;
        loop {
            let start = passed.map_or(Start::At(day.start()), Start::After);
            let mut page = run.calls.make(async || self.reader.page(source, start).await).await?;
            page.messages.retain(|message| passed.is_none_or(|last| message.id > last));
            page.messages.sort_by_key(|message| message.id);
            page.messages.dedup_by_key(|message| message.id);
            let is_last = page.messages.is_empty()
                || page.messages.iter().any(|message| message.date >= day.end());
            passed = page.messages.last().map(|message| message.id).max(passed);
            attempt.processed += page.messages.len() as u64;
            page.messages.retain(|message| day.contains(message.date));

            let (page, stopped) = self.with_comments(run, source, page).await;
            if !page.messages.is_empty() {
                self.keep(run, work, &page, attempt, messages).await?;
            }
            if let Some(stop) = stopped {
                return Err(stop);
            }
            if is_last {
                return Ok(());
            }
        }
    }

    /// Keeps a page, and says how far it is.
    async fn keep<L: Lease>(
        &self,
        run: &Run<'_, L, C>,
        work: &mut Work,
        page: &Page,
        attempt: &Attempt,
        messages: &mut u64,
    ) -> Result<(), Stop> {
        let before = work.messages;
        work.pages += 1;
        work.messages += page.messages.len() as u64;
        work.last_id = page.messages.last().map(|message| message.id);
        work.last_at = page.messages.last().map(|message| message.date);
        work.took_ms = self.took(attempt);
        let fence = run.calls.hold.fence();
        done(self.store.keep_page(&run.command.chat, work, page, fence).await?)?;
        *messages = work.messages;
        if before / PROGRESS_EVERY != work.messages / PROGRESS_EVERY {
            let body = Body::FetchProgress {
                messages_processed: attempt.processed,
                messages_fetched: work.messages,
            };
            self.tell(run, attempt.name.clone(), Some(work.day), body).await;
        }
        Ok(())
    }

    /// Adds the comments to a channel's posts. What stops it leaves the posts before it.
    async fn with_comments<L: Lease>(
        &self,
        run: &mut Run<'_, L, C>,
        source: &Source,
        page: Page,
    ) -> (Page, Option<Stop>) {
        let limit = self.settings.comments;
        if source.kind != SourceKind::Channel || limit == 0 {
            return (page, None);
        }
        let mut done = Page { messages: Vec::new(), senders: page.senders };
        for mut post in page.messages {
            if has_comments(&post) {
                let asked =
                    run.calls.make(async || self.reader.comments(source, &post, limit).await).await;
                match asked {
                    Ok(comments) => {
                        post.comments = comments.messages;
                        done.senders.extend(comments.senders);
                    }
                    // Closed or deleted since: the post is there without them.
                    Err(Stop::Read(error @ (ReadError::Chat(_) | ReadError::Refused(_)))) => {
                        let error = error.to_string();
                        tracing::warn!(event = "degraded", what = "comments_not_read", error);
                    }
                    Err(stop) => return (done, Some(stop)),
                }
            }
            done.messages.push(post);
        }
        (done, None)
    }

    fn took(&self, attempt: &Attempt) -> u64 {
        let took = until(attempt.began, self.clock.now()).as_millis();
        attempt.took_before.saturating_add(u64::try_from(took).unwrap_or(u64::MAX))
    }

    /// Announces what is published and not announced yet.
    async fn announce_published<L: Lease>(
        &self,
        run: &Run<'_, L, C>,
        record: &mut DayRecord,
    ) -> Result<(), PortError> {
        let (chat, day) = (&run.command.chat, record.day);
        let Some(published) = &mut record.published else { return Ok(()) };
        let Some(attempt) = published.to_announce.clone() else { return Ok(()) };
        let body = Body::MessagesFetched(Box::new(Fetched::of(chat, day, published)));
        let id = &published.command_id;
        let event = Event::new(self.clock.now(), id, attempt, chat, Some(day), body);
        self.events.announce(&event).await?;
        published.to_announce = None;
        let fence = run.calls.hold.fence();
        // If another has the lease by now, it announces it once more, under the same key.
        self.store.note(chat, record, fence).await.map(|_| ())
    }

    /// Says that an attempt ended without a document, unless another process goes on at once.
    async fn day_failed<L: Lease>(
        &self,
        run: &Run<'_, L, C>,
        mut record: DayRecord,
        attempt: &Attempt,
        messages: u64,
        took: Duration,
        stop: &Stop,
    ) {
        let Some(category) = stop.category() else { return };
        let retryable = category.is_retryable();
        let body = Body::FetchFailed {
            category,
            retryable,
            error: stop.to_string(),
            duration_seconds: Seconds::of_millis(
                u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            ),
            messages_fetched: messages,
        };
        self.tell(run, attempt.name.clone(), Some(record.day), body).await;
        record.failure = Some(DayFailure { category, retryable, at: self.clock.now() });
        let fence = run.calls.hold.fence();
        if let Err(error) = self.store.note(&run.command.chat, &record, fence).await {
            tracing::warn!(event = "degraded", what = "failure_not_noted", error = chain(&error));
        }
    }
}

/// Whether a post has comments to ask for.
fn has_comments(post: &Message) -> bool {
    post.replies_count.is_some_and(|count| count > 0)
}

pub(super) fn done(written: Written) -> Result<(), Stop> {
    match written {
        Written::Done => Ok(()),
        Written::Overtaken => Err(Stop::Overtaken),
    }
}
