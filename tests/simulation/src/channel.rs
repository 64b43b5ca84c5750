//! The channels' APIs: they take a reply, refuse it, or are not there.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::Timestamp;
use mirt_domain::{
    channel::Channel,
    photo::Photo,
    prompts::{TemplateKey, Values},
    reply::{Bubble, Reply},
    session_id::SessionId,
};
use mirt_engine::{
    alert::{Alert, TellManager},
    card::{ManagersMessage, Telling},
    deliver::SendReply,
    failure::SendError,
};

use crate::{
    ledger::Sender,
    mutant::Mutant,
    process::Process,
    scenario::Scenario,
    weather::{Fate, Site},
};

/// The longest that a call takes with the adapter's own retries. As in `shared/channels`.
const SLOWEST_SEND: Duration = Duration::from_secs(40);

/// The channels.
#[derive(Debug, Default)]
pub(crate) struct Channels {
    outages: BTreeMap<SessionId, (Timestamp, Timestamp)>,
    /// Replies that a channel will never take.
    refused: BTreeSet<String>,
    parts: u64,
    /// How often Telegram was called.
    telegram_calls: u64,
    /// Calls that a channel in trouble did not take.
    pub(crate) in_vain: u64,
    /// When the last call was taken.
    pub(crate) last_taken: Option<Timestamp>,
}

impl Channels {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        Self { outages: scenario.outages.clone(), ..Self::default() }
    }

    fn is_out(&self, id: &SessionId, now: Timestamp) -> bool {
        self.outages.get(id).is_some_and(|(from, to)| (*from..*to).contains(&now))
    }
}

/// The name of a call.
pub(crate) fn part_name(part: &Reply) -> &str {
    match part.bubbles.as_slice() {
        [Bubble::Text(name)] => name,
        _ => "",
    }
}

impl SendReply for Process {
    /// None to three calls, whatever was said: each has a name, by which it is known again.
    fn split(&self, _: Channel, reply: &Reply) -> Vec<Reply> {
        if is_interim(reply) {
            return vec![reply.clone()];
        }
        let count = self.world.time.chance(|rng| rng.u64(0..=3));
        self.world.with(|state| {
            let first = state.channels.parts;
            state.channels.parts += count;
            (first..first + count)
                .map(|name| Reply {
                    bubbles: vec![Bubble::Text(format!("part {name}"))],
                    ..Reply::default()
                })
                .collect()
        })
    }

    async fn send(&self, to: &SessionId, part: &Reply) -> Result<(), SendError> {
        if is_interim(part) {
            return self.say_interim(to).await;
        }
        let name = part_name(part).to_owned();
        if self.world.has(Mutant::MarkBeforeSend) {
            // Lost or not, what follows is the same.
            let marked = self.call(Site::Mark, |state| {
                let entries = &mut state.store.items(to).outbox;
                entries.retain(|_, pending| pending.entry.part != *part);
            });
            let _ = marked.await;
        }
        let sender = self.sender();
        let retry = |after| SendError::Retry { after, source: "the weather".into() };
        self.be_slow().await;
        let forecast = match self.begin(Site::Send).await {
            Ok(forecast) => forecast,
            Err(_) => return Err(retry(None)),
        };
        let refusals = self.world.scenario.refusals;
        let now = self.world.time.now();
        let outcome = self.world.with(|state| {
            let channels = &mut state.channels;
            channels.telegram_calls += u64::from(to.channel == Channel::Telegram);
            let one_of = self.world.scenario.telegram_refuses_one_of;
            let is_unlucky = to.channel == Channel::Telegram
                && one_of.is_some_and(|n| channels.telegram_calls.is_multiple_of(n));
            if is_unlucky || channels.is_out(to, now) {
                channels.in_vain += 1;
                return Err(retry(None));
            }
            channels.last_taken = Some(now);
            let is_refused = self.world.time.chance(|rng| rng.u32(..1000)) < refusals;
            if is_refused || state.channels.refused.contains(&name) {
                state.channels.refused.insert(name.clone());
                state.ledger.refused(self.id, &name);
                return Err(SendError::Refused { reason: "content_refused" });
            }
            if forecast.fate == Fate::Twice {
                state.ledger.taken(sender, to, &name);
                state.ledger.answer_lost(&name);
            }
            state.ledger.taken(sender, to, &name);
            if forecast.fate == Fate::AnswerLost {
                state.ledger.answer_lost(&name);
            }
            Ok(())
        });
        if self.end(Site::Send, forecast).await.is_err() {
            return Err(retry(None));
        }
        outcome
    }

    /// Nothing follows from it.
    async fn show_typing(&self, _: &SessionId) {}
}

impl TellManager for Process {
    async fn tell_manager(
        &self,
        about: &SessionId,
        alert: &Alert,
        _: &Telling,
    ) -> Result<Option<ManagersMessage>, SendError> {
        let retry = || SendError::Retry { after: None, source: "the weather".into() };
        let sender = self.sender();
        self.be_slow().await;
        let forecast = self.begin(Site::Tell).await.map_err(|_| retry())?;
        self.world.with(|state| {
            if forecast.fate == Fate::Twice {
                state.ledger.told(sender, about, alert);
                state.ledger.tell_again(about, alert.key);
            }
            state.ledger.told(sender, about, alert);
            if forecast.fate == Fate::AnswerLost {
                state.ledger.tell_again(about, alert.key);
            }
        });
        self.end(Site::Tell, forecast).await.map_err(|_| retry())?;
        // Where a card is, is no matter of what is told: each of these chats forgets.
        Ok(None)
    }

    async fn show_photo(&self, _: &ManagersMessage, _: &Photo) -> Result<(), SendError> {
        Ok(())
    }
}

/// Whether it is the message that the model takes its time. The shop says it in one bubble.
fn is_interim(reply: &Reply) -> bool {
    let [Bubble::Text(words)] = reply.bubbles.as_slice() else { return false };
    let interim = mirt_content::prompts().render(TemplateKey::InterimWait, &Values::none(), 0);
    interim.is_ok_and(|texts| texts.iter().any(|text| text == words))
}

impl Process {
    /// Says that it takes a while, in nobody's outbox.
    async fn say_interim(&self, to: &SessionId) -> Result<(), SendError> {
        self.world.with(|state| state.ledger.begins_interim(self.id, to));
        let said = self.call(Site::Send, |state| state.ledger.interim(self.id, to)).await;
        said.map_err(|_| SendError::Retry { after: None, source: "the weather".into() })
    }

    /// Who begins a call now.
    pub(crate) fn sender(&self) -> Sender {
        Sender { process: self.id, began: self.world.time.now(), deadline: self.deadline }
    }

    /// Takes its time, now and then.
    async fn be_slow(&self) {
        let is_slow =
            self.world.time.chance(|rng| rng.u32(..1000)) < self.world.scenario.slow_sends;
        if is_slow {
            let micros = u64::try_from(SLOWEST_SEND.as_micros()).unwrap_or(u64::MAX);
            let pause = self.world.time.chance(|rng| rng.u64(..micros));
            self.world.time.sleep(Duration::from_micros(pause)).await;
        }
    }
}
