//! Taking a turn: from what was loaded to everything that its commit stores.

use std::time::Duration;

use jiff::Timestamp;
use mirt_domain::{
    decide::{Due, Duty, next_due},
    memory::{MOST_SUMMED, SummedTurn},
    model::MOST_TURNS,
    order::{self, OrderId},
    session::Session,
    session_id::SessionId,
    shop::Shop,
    tally::{Counting, Tally},
    turn::{self, Action, Turn, TurnInput},
};

use super::Dialogue;
use crate::{
    alert::{Alert, TellManager},
    answer::is_in_time,
    card::KeepCard,
    clock::{Clock, until},
    consult::{Consulted, Consulting, Interim, LookAgain, past},
    deliver::{Delivered, SendReply, window_ends},
    event::Managed,
    failure::chain,
    label_chat::AskForLabel,
    model::{AskModel, Moderate},
    notice_board::ReadNotices,
    order_book::{self, FindByPhone, OrderRecord, WakeOrder},
    photos::LookAtPhotos,
    portion::{self, Portion},
    session_store::{
        Cause, CommitTurn, Found, InboxEntry, LoadSession, LoadedSession, OutboxEntry, OutboxKey,
        SettleOutbox, TurnCommit, TurnRecord,
    },
    stopwatch::{Stopwatch, Work},
    sum_up::to_sum_up,
    trace::Trace,
};

impl<K, S, C, M, O> Dialogue<'_, K, S, C, M, O>
where
    K: Clock,
    S: LoadSession + CommitTurn + SettleOutbox + KeepCard + LookAgain + ReadNotices + FindByPhone,
    C: SendReply + TellManager,
    M: AskModel + Moderate + LookAtPhotos,
    O: WakeOrder + AskForLabel,
{
    /// The orders of other conversations that were confirmed under the phone of the one that this
    /// turn confirms: managers may want to send them together. No customer hears of them.
    async fn same_phone(
        &self,
        id: &SessionId,
        session: &Session,
        record: &TurnRecord,
    ) -> Vec<OrderId> {
        let is_placed = record.actions.contains(&Action::PlaceOrder);
        let phone = session.facts().customer.phone.as_deref().filter(|_| is_placed);
        let Some(phone) = phone else { return Vec::new() };
        match self.store.orders_of_phone(phone).await {
            Ok(orders) => {
                let own = id.to_string();
                let others = orders.into_iter().filter(|other| other.session != own);
                others.map(|other| other.order).take(SAME_PHONE).collect()
            }
            Err(error) => {
                tracing::warn!(event = "degraded", what = "same_phone", error = chain(&error));
                Vec::new()
            }
        }
    }

    /// The turns that a summary is made of: those that came with the session are the last few, so that
    /// the others are read now. A turn that is committed meanwhile makes this one's commit fail.
    async fn not_summed_up(&self, id: &SessionId, last: Vec<SummedTurn>) -> Vec<SummedTurn> {
        match self.store.load_session(id, MOST_SUMMED).await {
            Ok(loaded) => to_sum_up(&loaded.past),
            Err(error) => {
                tracing::warn!(event = "degraded", what = "summed_turns", error = chain(&error));
                last
            }
        }
    }

    /// Takes the turn and puts together all that its commit stores; nothing if the customer wrote
    /// more while the model was thinking, or another process was faster.
    pub(super) async fn prepare(
        &self,
        id: &SessionId,
        mut loaded: LoadedSession,
        taking: Taking,
        shop: &Shop<'_>,
        interim: &mut Interim,
        mut times: Stopwatch<'_, K>,
    ) -> Option<TurnCommit> {
        let Taking { earlier, unless_new_input, deadline } = taking;
        let now = self.clock.now();
        let n = loaded.version + 1;
        let request = trace_of(&loaded.inbox).map(|trace| trace.id.clone());
        let recorded = loaded.consumed + loaded.inbox.len() as u64;
        let next_order = order_book::next_id(id, n, now);
        loaded.session = std::mem::take(&mut loaded.session).ordering_as(next_order);
        let portion = portion::of(std::mem::take(&mut loaded.inbox), now);
        let Portion { keys, cause, heard, askers } = portion;
        let is_due = cause == Cause::Due;
        let (last, is_all) = (to_sum_up(&loaded.past), loaded.past.len() < MOST_TURNS);
        let consulting = Consulting {
            clock: self.clock,
            store: self.store,
            channels: self.channels,
            model: self.model,
            shop,
            time: self.time,
            id,
            deadline,
            version: loaded.version,
            recorded: unless_new_input.then_some(recorded),
            past: past(std::mem::take(&mut loaded.past)),
            // Who waits for an answer says so themselves.
            may_interrupt: earlier != Delivered::Waiting && askers.is_empty() && !is_due,
        };
        let Turn { session, reply, actions, trace } = match &cause {
            Cause::Said(messages) => {
                let input = TurnInput { messages: messages.clone(), now };
                let step = times.time(Work::Rules, || turn::begin(shop, &loaded.session, &input));
                let consulted = Box::pin(consulting.take(step, interim, &mut times));
                match self.while_typing(id, consulted).await {
                    Consulted::Turn(turn) => *turn,
                    Consulted::Overtaken => return None,
                }
            }
            Cause::Managed(Managed { by, deed }) => times
                .time(Work::Rules, || turn::take_for_manager(shop, &loaded.session, by, deed, now)),
            Cause::Order(news) => {
                times.time(Work::Rules, || turn::take_for_order(shop, &loaded.session, *news, now))
            }
            Cause::Due => match (self.model, self.due(shop, &loaded.session)) {
                (Some(model), Some(Due { duty: Duty::Summary, .. })) => {
                    let turns = if is_all { last } else { self.not_summed_up(id, last).await };
                    Box::pin(consulting.sum_up(model, &loaded.session, turns, (now, &mut times)))
                        .await?
                }
                _ => {
                    let step =
                        times.time(Work::Rules, || turn::begin_on_time(shop, &loaded.session, now));
                    match Box::pin(consulting.take(step, interim, &mut times)).await {
                        Consulted::Turn(turn) => *turn,
                        Consulted::Overtaken => return None,
                    }
                }
            },
        };
        let committed_at = self.clock.now();
        // What a manager says is late by the customer's clock, not by the manager's.
        let heard_at = heard.map(|heard| heard.last).or(session.heard_at()).unwrap_or(now);
        let is_follow_up = cause == Cause::Due && session.follow_ups().said_at == Some(now);
        let mut expires_at = window_ends(heard_at);
        if is_follow_up {
            // What no channel takes before the evening is not sent at night.
            let evening = self.shop.settings.quiet.begin_after(committed_at);
            expires_at =
                expires_at.min(evening.checked_sub(Duration::from_secs(1)).unwrap_or(evening));
        }
        let opens = matches!(cause, Cause::Said(_)) && loaded.closed.is_some();
        let closed = loaded.closed.as_ref().filter(|_| !opens);
        let parts = match closed {
            Some(_) => Vec::new(),
            None => self.channels.split(id.channel, &reply),
        };
        let outbox: Vec<OutboxEntry> = parts
            .into_iter()
            .zip(0..)
            .map(|(part, place)| OutboxEntry {
                key: OutboxKey { turn: n, part: place },
                part,
                committed_at,
                expires_at,
                is_follow_up,
                trace: request.clone(),
            })
            .collect();
        let ms = until(now, committed_at).as_millis().try_into().unwrap_or(u64::MAX);
        let record = TurnRecord { n, at: now, ms, cause, reply, actions, trace, heard };
        let (session, tally) = noted(&loaded.session, session, &record);
        let same_phone = self.same_phone(id, &session, &record).await;
        Some(TurnCommit {
            tally,
            version: loaded.version,
            recorded: unless_new_input.then_some(recorded),
            consumed_ever: loaded.consumed + keys.len() as u64,
            last_reply: outbox.last().map(|entry| entry.key).or(loaded.last_reply),
            settled: loaded.last_reply.filter(|_| earlier != Delivered::Waiting),
            // As without a pause: what waits for its end is due then.
            due: next_due(&session, self.shop.settings, committed_at),
            profile: (session.profile() != loaded.session.profile())
                .then(|| session.profile().clone()),
            alerts: Alert::for_turn(&record, &loaded, &session, &same_phone),
            orders: order::changed(&loaded.session, &session)
                .into_iter()
                .map(|order| OrderRecord::of_turn(order, id, n, committed_at))
                .collect(),
            session,
            consumed: keys,
            opens,
            outbox,
            // Who gives up first has the rest sent: it is not held for the others then.
            held_until: askers.into_iter().filter(|until| is_in_time(committed_at, *until)).min(),
            found: Found::of(&loaded.session, times.parts(now)),
            record,
        })
    }
}

/// The session as it is stored after a turn, and what the turn adds to its day: what the domain's turn
/// does not know of is when the customer's messages came, and how long it took.
#[must_use]
pub fn noted(before: &Session, after: Session, record: &TurnRecord) -> (Session, Tally) {
    let after = match &record.heard {
        Some(heard) => after.written_at(heard.last),
        None => after,
    };
    let counting = Counting {
        before,
        is_said: matches!(record.cause, Cause::Said(_)),
        actions: &record.actions,
        trace: &record.trace,
        ms: record.ms,
        at: record.at,
    };
    counting.tally(after)
}

/// The request that began a turn of these events, where it is known.
pub(super) fn trace_of(inbox: &[InboxEntry]) -> Option<&Trace> {
    inbox.first()?.event.trace.as_ref()
}

/// The most orders of the same phone that managers are told of.
const SAME_PHONE: usize = 3;

/// How a turn is taken.
#[derive(Clone, Copy)]
pub(super) struct Taking {
    /// What became of the replies before it.
    pub(super) earlier: Delivered,
    /// Whether new input makes it be taken again.
    pub(super) unless_new_input: bool,
    /// When this process must be done.
    pub(super) deadline: Timestamp,
}
