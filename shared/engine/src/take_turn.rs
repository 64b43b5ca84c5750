//! Use case: a session was woken. Wait for the end of the burst, take one turn, commit it, deliver.

mod log;
mod prepare;

use std::{future::Future, pin::pin, time::Duration};

use futures_util::future::{Either, select};
use jiff::Timestamp;
use mirt_domain::{
    decide::{Due, next_due},
    model::MOST_TURNS,
    session::Session,
    session_id::SessionId,
    shop::Shop,
};
use tracing::{Span, field};

use crate::{
    alert::{PendingAlert, TellManager},
    burst::{BurstWindow, BurstWindows},
    card::KeepCard,
    clock::{Clock, after, until},
    consult::{Interim, LookAgain, ModelTime},
    deliver::{Delivered, Delivery, SendReply},
    failure::{PortError, chain},
    figures::{Counted, Measure, TurnFigures, hand_over_age},
    label_chat::{AskForLabel, LabelTask},
    model::{AskModel, Moderate},
    notice_board::{NoticeBoard, ReadNotices},
    order_book::{FindByPhone, OrderWakeUp, WakeOrder},
    photos::LookAtPhotos,
    portion,
    session_store::{
        CommitError, CommitTurn, InboxEntry, LoadSession, LoadedSession, PendingKey, PendingReply,
        SettleOutbox, TurnCommit,
    },
    stopwatch::{Stopwatch, Work},
    trace::Trace,
};

pub use self::prepare::noted;
use self::prepare::{Taking, trace_of};
pub use crate::sum_up::to_sum_up;

/// How often a turn that is ready is thrown away because the customer wrote more (I5).
const MAX_RESTARTS: u32 = 2;

/// How often a session is read again after a commit that was lost to another instance, or of which
/// it is not known whether it was done.
const MAX_CONFLICTS: u32 = 5;

/// How many turns one wake-up takes at most, when there is more in the inbox than one turn takes: as
/// many as the queue gives wake-ups at once (`BatchSize` of the template), since those of a session
/// that come together are taken as one. What is left then has a wake-up of its own on the queue.
const MAX_TURNS: u32 = 10;

/// How long a channel shows that somebody is typing: Telegram does for five seconds at most.
const TYPING_SHOWN: Duration = Duration::from_secs(4);

/// What a turn is taken with.
#[derive(Clone, Copy, Debug)]
pub struct Dialogue<'a, K, S, C, M, O> {
    /// Time.
    pub clock: &'a K,
    /// Sessions, turns, and the outbox.
    pub store: &'a S,
    /// The customers' channels.
    pub channels: &'a C,
    /// The orders' queue.
    pub orders: &'a O,
    /// Catalogue, prompts and policies.
    pub shop: Shop<'a>,
    /// What holds for the whole shop: the stock, a pause.
    pub notices: &'a NoticeBoard,
    /// How long to wait for a customer who is still writing.
    pub bursts: &'a BurstWindows,
    /// Who reads what the rules cannot, and words replies; without it the assistant works from its
    /// rules and templates alone.
    pub model: Option<&'a M>,
    /// How long a turn may take with the model.
    pub time: ModelTime,
    /// How long it is between two messages of a reply.
    pub pause: Duration,
    /// Who measures.
    pub measure: &'a dyn Measure,
}

/// Why a woken session was not brought to rest. The wake-up has to come again.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// The store did not answer.
    #[error("the session could not be read or written")]
    Store(#[from] PortError),
    /// Other instances won every race.
    #[error("the session was changed by others {MAX_CONFLICTS} times in a row")]
    Conflicts,
}

impl<K, S, C, M, O> Dialogue<'_, K, S, C, M, O>
where
    K: Clock,
    S: LoadSession + CommitTurn + SettleOutbox + KeepCard + LookAgain + ReadNotices + FindByPhone,
    C: SendReply + TellManager,
    M: AskModel + Moderate + LookAtPhotos,
    O: WakeOrder + AskForLabel,
{
    /// Brings a woken session to rest: its inbox empty, its outbox delivered or due later, its
    /// managers told.
    ///
    /// `woken_at` is when the latest known event of the session was received; nothing is read
    /// before its quiet window is over. After `deadline` nothing is sent any more: by then another
    /// instance may have been woken in the place of this one. What is left over then is found by
    /// the sweeper.
    ///
    /// # Errors
    /// [`TurnError`]: the wake-up must be delivered again. What was committed stays committed,
    /// what was delivered stays delivered, and doing it again does neither twice.
    pub async fn take_turns(
        &self,
        id: &SessionId,
        woken_at: Timestamp,
        deadline: Timestamp,
    ) -> Result<(), TurnError> {
        let taken = self.take_all(id, woken_at, deadline).await;
        if let Err(error) = &taken {
            self.measure.count(id.channel, Counted::TurnFailed, 1);
            if matches!(error, TurnError::Store(_)) {
                self.measure.count(id.channel, Counted::StoreFailed, 1);
            }
        }
        taken
    }

    async fn take_all(
        &self,
        id: &SessionId,
        woken_at: Timestamp,
        deadline: Timestamp,
    ) -> Result<(), TurnError> {
        let &Self { clock, store, channels, shop, .. } = self;
        let (pause, measure) = (self.pause, self.measure);
        let delivery = Delivery { clock, store, channels, deadline, pause, measure };
        // A clock that runs ahead of ours must not make us wait for it.
        let woken_at = woken_at.min(clock.now());
        let mut queue_wait = Some(until(woken_at, clock.now()));
        let burst = self.bursts.of(id.channel);
        self.wait_until(burst.over_at(woken_at, woken_at)).await;
        let (mut turns, mut conflicts) = (0, 0);
        let (mut version, mut restarts) = (None, 0);
        let (mut interim, mut is_read_anew) = (Interim::default(), false);
        while turns < MAX_TURNS {
            let mut times = Stopwatch::new(clock);
            let mut loaded = self.load_whole_burst(id, burst, &mut times).await?;
            if version.replace(loaded.version) != Some(loaded.version) {
                // Another turn than the one that was thrown away.
                restarts = 0;
            }
            let holds = self.notices.now(clock, store, shop.catalog).await;
            let settings = holds.settings(shop.settings);
            let shop = Shop { catalog: &holds.catalog, settings: &settings, ..shop };
            self.cancel_follow_ups(id, &mut loaded).await?;
            let earlier = delivery.deliver(id, &loaded.outbox).await?;
            if earlier == Delivered::NotAll && !std::mem::replace(&mut is_read_anew, true) {
                // There is an alert now, and the session may be closed.
                continue;
            }
            let (mut alerts, card) = (loaded.alerts.clone(), loaded.card.clone());
            if loaded.inbox.is_empty() && self.due(&shop, &loaded.session).is_none() {
                let standing = (&loaded.session, card);
                return Ok(delivery.tell_managers(id, standing, &alerts, &shop).await?);
            }
            let trace = trace_of(&loaded.inbox).cloned();
            if let Some(Trace { id, .. }) = &trace {
                // From here on it is this request that is logged, and not the one that woke.
                Span::current().record("trace", field::display(id));
            }
            let requests = log::requests(&loaded.inbox);
            let waiting = loaded.inbox.len();
            let first_at = loaded.inbox.iter().map(|entry| entry.event.received_at).min();
            let taking = Taking { earlier, unless_new_input: restarts < MAX_RESTARTS, deadline };
            let prepared = self.prepare(id, loaded, taking, &shop, &mut interim, times).await;
            let Some(commit) = prepared else {
                restarts += 1;
                continue;
            };
            let committing_at = clock.now();
            match store.commit_turn(id, &commit).await {
                Ok(()) => {
                    let committed_at = clock.now();
                    log::turn(id, &commit, &requests);
                    interim = Interim::default();
                    self.wake_orders(&commit).await;
                    self.ask_for_label(id, &commit).await;
                    let is_all = commit.consumed.len() == waiting;
                    let delivering_at = clock.now();
                    let mut delivered = Delivered::Waiting;
                    if earlier != Delivered::Waiting && commit.held_until.is_none() {
                        let replies: Vec<_> =
                            commit.outbox.into_iter().map(PendingReply::from).collect();
                        delivered = delivery.deliver(id, &replies).await?;
                    }
                    self.measure.turn(&TurnFigures {
                        channel: id.channel,
                        end_to_end: first_at.map(|first| until(first, clock.now())),
                        queue_wait: queue_wait.take(),
                        commit: until(committing_at, committed_at),
                        conflicts,
                        restarts,
                        hand_over_age: hand_over_age(
                            &commit.found.session,
                            &commit.session,
                            &commit.record,
                        ),
                        message: trace.as_ref(),
                        parts: &log::parts(
                            &commit.found.parts,
                            commit.record.at,
                            (committing_at, committed_at),
                            (delivering_at, clock.now()),
                        ),
                        record: &commit.record,
                    });
                    // Only when the customer has been answered.
                    alerts.extend(commit.alerts.into_iter().map(PendingAlert::from));
                    let standing = (&commit.session, card);
                    delivery.tell_managers(id, standing, &alerts, &shop).await?;
                    if is_all && delivered != Delivered::NotAll {
                        // What came later has a wake-up of its own, behind this one. Whoever writes
                        // without end holds up nobody who is in the same batch.
                        return Ok(());
                    }
                    turns += 1;
                }
                Err(CommitError::NewInput) => restarts += 1,
                Err(CommitError::Conflict) if conflicts < MAX_CONFLICTS => conflicts += 1,
                // It may have been done all the same: the session shows it when it is read again.
                Err(CommitError::Store(PortError::Unavailable { .. }))
                    if conflicts < MAX_CONFLICTS =>
                {
                    measure.count(id.channel, Counted::StoreFailed, 1);
                    conflicts += 1;
                }
                Err(CommitError::Conflict) => return Err(TurnError::Conflicts),
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Sends the orders that were confirmed on their way. One that is not sent is found by the
    /// sweeper.
    async fn wake_orders(&self, commit: &TurnCommit) {
        for record in commit.orders.iter().filter(|record| record.is_placed()) {
            let wake_up = OrderWakeUp::for_version(record);
            if let Err(error) = self.orders.wake_order(&wake_up).await {
                tracing::error!(
                    event = "degraded",
                    what = "order_not_woken",
                    error = chain(&error)
                );
            }
        }
    }

    /// Takes a follow-up that was not sent yet out of the outbox once the customer has written.
    async fn cancel_follow_ups(
        &self,
        id: &SessionId,
        loaded: &mut LoadedSession,
    ) -> Result<(), PortError> {
        if !loaded.inbox.iter().any(|entry| entry.event.body.message().is_some()) {
            return Ok(());
        }
        let (cancelled, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut loaded.outbox)
            .into_iter()
            .partition(|pending| pending.entry.is_follow_up);
        loaded.outbox = kept;
        if cancelled.is_empty() {
            return Ok(());
        }
        tracing::info!(event = "follow_up_cancelled", channel = %id.channel);
        let keys: Vec<PendingKey> =
            cancelled.iter().map(|pending| PendingKey::Reply(pending.entry.key)).collect();
        self.store.mark_delivered(id, &keys).await
    }

    /// Has the conversation's chat labelled in the CRM. Nothing of the sale depends on it.
    async fn ask_for_label(&self, id: &SessionId, commit: &TurnCommit) {
        if !self.shop.settings.has_crm {
            return;
        }
        let before = &commit.found.session;
        let (turn, at) = (commit.record.n, commit.record.at);
        let Some(task) = LabelTask::of_turn(id, (before, &commit.session), turn, at) else {
            return;
        };
        if let Err(error) = self.orders.ask_for_label(&task).await {
            tracing::warn!(event = "degraded", what = "chat_not_labelled", error = chain(&error));
        }
    }

    /// Shows the customer that an answer is being written, for as long as `work` lasts; nothing is
    /// shown of work that is done at once.
    async fn while_typing<T>(&self, id: &SessionId, work: impl Future<Output = T>) -> T {
        let typing = async {
            loop {
                self.channels.show_typing(id).await;
                self.clock.sleep(TYPING_SHOWN).await;
            }
        };
        match select(pin!(work), pin!(typing)).await {
            Either::Left((result, _)) => result,
            Either::Right((never, _)) => never,
        }
    }

    /// What time does to a session now.
    fn due(&self, shop: &Shop<'_>, session: &Session) -> Option<Due> {
        let now = self.clock.now();
        next_due(session, shop.settings, now).filter(|due| due.at <= now)
    }

    /// Reads the session once the customer has stopped writing, or has written for long enough. A
    /// clock elsewhere that runs ahead of ours makes us wait no longer than that.
    ///
    /// What is in the outbox is read twice. A reply that was read shows that those before it were
    /// committed, but the same read may have missed them: it is not of one moment. The next one shows
    /// them, unless they are settled. Only who has something late to deliver pays for it.
    ///
    /// So is an inbox of which the turn will leave something over: what is left over may have been
    /// consumed by the very turn whose checkpoint was read, and would be counted twice in what the
    /// commit is conditional on (I5). A read that begins after that turn does not show it.
    async fn load_whole_burst(
        &self,
        id: &SessionId,
        burst: BurstWindow,
        times: &mut Stopwatch<'_, K>,
    ) -> Result<LoadedSession, TurnError> {
        let (mut seen, mut known, mut changes) = (None, None, 0);
        let mut version = None;
        // Only a model hears what was said before.
        let past = if self.model.is_some() { MOST_TURNS } else { 0 };
        loop {
            times.reset();
            let began = times.begin();
            let loaded = self.store.load_session(id, past).await?;
            times.note(Work::Read, began);
            let last = loaded.outbox.last().map(|pending| pending.entry.key);
            let is_counted = version.replace(loaded.version) == Some(loaded.version)
                || portion::takes_all(&loaded.inbox);
            let shows_all = last <= known && is_counted;
            known = last;
            let over_at = self.burst_over_at(burst, &loaded.inbox, &mut seen);
            match over_at.filter(|over_at| self.clock.now() < *over_at) {
                Some(over_at) => self.wait_until(over_at).await,
                None if shows_all => return Ok(loaded),
                None if changes == MAX_CONFLICTS => return Err(TurnError::Conflicts),
                None => changes += 1,
            }
        }
    }

    /// When the burst in this inbox is over, if there is one. `seen` is when its first event was
    /// first read.
    fn burst_over_at(
        &self,
        burst: BurstWindow,
        inbox: &[InboxEntry],
        seen: &mut Option<(Timestamp, Timestamp)>,
    ) -> Option<Timestamp> {
        let received = || inbox.iter().map(|entry| entry.event.received_at);
        let (first, last) = (received().min()?, received().max()?);
        let seen_at = match *seen {
            Some((same, seen_at)) if same == first => seen_at,
            _ => self.clock.now(),
        };
        *seen = Some((first, seen_at));
        let latest = inbox.iter().max_by_key(|entry| entry.event.received_at)?;
        let is_album = latest.event.album().is_some();
        let burst = if is_album { burst.with_album() } else { burst };
        Some(burst.over_at(first, last).min(after(seen_at, burst.longest)))
    }

    async fn wait_until(&self, moment: Timestamp) {
        let wait = until(self.clock.now(), moment);
        if wait > Duration::ZERO {
            self.clock.sleep(wait).await;
        }
    }
}
