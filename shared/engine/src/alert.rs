//! What a manager has to hear of (I10): what a turn leaves to a human, replies that will never be
//! sent. Stored with what raised it, delivered after the customer's replies, retried until it is
//! taken.

use std::{future::Future, time::Duration};

use jiff::Timestamp;
use mirt_domain::{
    channel::Channel,
    decide::Manager,
    order::OrderId,
    photo::Photo,
    prompts::{Placeholder, TemplateKey, Values},
    session::{Session, facts::EscalationReason},
    session_id::SessionId,
    shop::{Settings, Shop},
    turn::{Action, Message},
};
use serde::{Deserialize, Serialize};

use crate::{
    card::{self, KeepCard, ManagersMessage, SessionCard, Telling},
    clock::{Clock, after, until},
    deliver::Delivery,
    failure::{PortError, SendError, chain},
    figures::Counted,
    session_store::{LoadedSession, PendingKey, SettleOutbox, TurnRecord},
};

/// How long after its n-th failure an alert is tried again; the last holds for all that follow: it
/// is never given up.
const TRY_AGAIN_AFTER: [Duration; 5] = [
    Duration::from_secs(10),
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(15),
    Duration::from_hours(1),
];

/// The longest that one call for an alert may take: the session's next message waits behind it.
const LONGEST_CALL: Duration = Duration::from_secs(5);

/// The longest that a customer's photo may take: perhaps it is fetched from one bot and brought to
/// another.
const LONGEST_PHOTO: Duration = Duration::from_secs(10);

/// The place of the alert for what a turn said in vain, behind those of its actions.
const UNSENT: u32 = 9_999;

/// Why a channel refuses what a manager sent: it takes no such file.
pub const FILE_NOT_SENT: &str = "file_not_sent";

/// Names an alert within its session. The same alert may come twice; by this it is known again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AlertKey {
    /// The turn that raised it.
    pub turn: u64,
    /// Its place among that turn's.
    pub place: u32,
}

/// Why a manager has to look at a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// What a turn left to do.
    Action(Action),
    /// A reply was set aside: the customer has not heard it, and will not.
    Unsent {
        /// Why, as it is kept beside the reply.
        reason: String,
    },
    /// The customer wrote while a human has the conversation.
    Wrote,
    /// Something changed that the session's card shows.
    Changed,
    /// An order of another conversation was confirmed under the phone of this one's.
    SamePhone {
        /// That order.
        order: OrderId,
    },
}

impl Matter {
    /// The facts that its text names.
    pub(crate) fn values(&self) -> Values {
        match self {
            Self::SamePhone { order } => Values::none().with(Placeholder::Order, order.number()),
            Self::Action(_) | Self::Unsent { .. } | Self::Wrote | Self::Changed => Values::none(),
        }
    }

    /// Whose answer it asks for.
    pub(crate) fn asks<'a>(&self, session: &'a Session) -> Option<&'a Manager> {
        let holder = || session.facts().hand_over.as_ref()?.by.as_ref();
        (*self == Self::Action(Action::AskForAnswer)).then(holder).flatten()
    }

    /// What a manager of the shop is told of it.
    #[must_use]
    pub fn text(&self, shop: &Settings) -> TemplateKey {
        let action = match self {
            Self::Action(action) => action,
            Self::Unsent { reason } => {
                return match reason.as_str() {
                    "blocked_by_customer" => TemplateKey::ManagerBlocked,
                    "unknown_customer" => TemplateKey::ManagerCustomerGone,
                    "window_closed" => TemplateKey::ManagerWindowClosed,
                    FILE_NOT_SENT => TemplateKey::ManagerFileNotSent,
                    _ => TemplateKey::ManagerUnsent,
                };
            }
            Self::Wrote | Self::Changed => return TemplateKey::ManagerWrote,
            Self::SamePhone { .. } => return TemplateKey::ManagerSamePhone,
        };
        match action {
            Action::CheckPayment => TemplateKey::ManagerCheckPayment,
            Action::PlaceOrder if shop.has_crm => TemplateKey::ManagerPlaceOrder,
            Action::PlaceOrder => TemplateKey::ManagerPlaceOrderByHand,
            Action::TellCeiling => TemplateKey::ManagerCeiling,
            Action::Remind => TemplateKey::ManagerRemind,
            Action::EndHandOver => TemplateKey::ManagerHandOverEnded,
            Action::TellUnanswered => TemplateKey::ManagerUnanswered,
            Action::TellNotYours => TemplateKey::ManagerNotYours,
            Action::TellCannotPass => TemplateKey::ManagerCannotPass,
            Action::AskForAnswer => TemplateKey::ManagerAskAnswer,
            Action::TellOrderFailed => TemplateKey::ManagerOrderFailed,
            Action::TellOrderNews => TemplateKey::ManagerOrderNews,
            Action::Escalate { reason } => match reason {
                EscalationReason::HumanAsked => TemplateKey::ManagerHumanAsked,
                EscalationReason::Complaint => TemplateKey::ManagerComplaint,
                EscalationReason::Insult => TemplateKey::ManagerInsult,
                EscalationReason::Danger => TemplateKey::ManagerDanger,
                EscalationReason::Wholesale => TemplateKey::ManagerWholesale,
                EscalationReason::ReturnOrExchange => TemplateKey::ManagerReturn,
                EscalationReason::OrderStatus => TemplateKey::ManagerOrderStatus,
                EscalationReason::Policy => TemplateKey::ManagerPolicy,
                EscalationReason::OrderChanged => TemplateKey::ManagerOrderChanged,
                EscalationReason::NoProgress => TemplateKey::ManagerStuck,
                EscalationReason::UnknownPhoto => TemplateKey::ManagerUnknownPhoto,
                EscalationReason::NoRequisites => TemplateKey::ManagerPaymentNotSet,
                EscalationReason::TakenOver => TemplateKey::ManagerTakenOver,
                EscalationReason::Paused => TemplateKey::ManagerPaused,
            },
        }
    }
}

/// Something for a manager.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its name.
    pub key: AlertKey,
    /// Why.
    pub matter: Matter,
    /// What the customer wrote, where that is what it is about.
    #[serde(default)]
    pub said: Vec<Message>,
    /// When it was raised.
    pub raised_at: Timestamp,
}

impl Alert {
    /// One for each thing that a turn left to do; and one for what the customer wrote to a human, or
    /// for what changed of a session that has a card.
    pub(crate) fn for_turn(
        record: &TurnRecord,
        before: &LoadedSession,
        after: &Session,
        same_phone: &[OrderId],
    ) -> Vec<Self> {
        let mut matters: Vec<Matter> = record.actions.iter().cloned().map(Matter::Action).collect();
        let messages = record.cause.messages();
        // A yes says nothing of what a human is wanted for.
        let calls = |matter: &Matter| matches!(matter, Matter::Action(Action::Escalate { .. }));
        let said_for = |matter: &Matter| match matter {
            Matter::Changed => Vec::new(),
            _ if calls(matter) => [before.session.asked_over(), messages].concat(),
            _ => messages.to_vec(),
        };
        if let Some(closed) = &before.closed
            && messages.is_empty()
            && !record.reply.bubbles.is_empty()
        {
            // What was to be said without the customer's having written is not sent.
            matters.push(Matter::Unsent { reason: closed.reason.clone() });
        }
        if matters.is_empty() && !messages.is_empty() && after.is_handed_over() {
            matters.push(Matter::Wrote);
        }
        if before.card.is_some() && matters.is_empty() && before.session.facts() != after.facts() {
            matters.push(Matter::Changed);
        }
        matters.extend(same_phone.iter().map(|order| Matter::SamePhone { order: *order }));
        matters
            .into_iter()
            .zip(0..)
            .map(|(matter, place)| Self {
                key: AlertKey { turn: record.n, place },
                said: said_for(&matter),
                matter,
                raised_at: record.at,
            })
            .collect()
    }

    /// What a manager of the shop is told of it.
    #[must_use]
    pub fn text(&self, shop: &Settings) -> TemplateKey {
        let is_claim = self.matter == Matter::Action(Action::CheckPayment)
            && mirt_domain::card::photo(&self.said).is_none();
        if is_claim { TemplateKey::ManagerPaymentClaimed } else { self.matter.text(shop) }
    }

    /// One for all that a turn said in vain.
    pub(crate) fn for_unsent(turn: u64, reason: &str, now: Timestamp) -> Self {
        Self {
            key: AlertKey { turn, place: UNSENT },
            matter: Matter::Unsent { reason: reason.to_owned() },
            said: Vec::new(),
            raised_at: now,
        }
    }
}

/// An alert, and how its delivery goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingAlert {
    /// What to tell.
    pub alert: Alert,
    /// How often no manager could be reached.
    pub failures: u32,
    /// After a failure, when it is tried again.
    pub due_at: Timestamp,
}

impl From<Alert> for PendingAlert {
    /// An alert that was just raised.
    fn from(alert: Alert) -> Self {
        let due_at = alert.raised_at;
        Self { alert, failures: 0, due_at }
    }
}

/// Reaches the managers.
pub trait TellManager: Send + Sync {
    /// Shows them something of `alert` about a session. Gives the message that it made, where it
    /// made one.
    ///
    /// # Errors
    /// When they were not reached; whatever the error says, it is tried again later.
    fn tell_manager(
        &self,
        about: &SessionId,
        alert: &Alert,
        telling: &Telling,
    ) -> impl Future<Output = Result<Option<ManagersMessage>, SendError>> + Send;

    /// Shows them what a customer sent, below a message of theirs.
    ///
    /// # Errors
    /// When they do not see it; it is not tried again.
    fn show_photo(
        &self,
        below: &ManagersMessage,
        photo: &Photo,
    ) -> impl Future<Output = Result<(), SendError>> + Send;
}

impl<K, S, C> Delivery<'_, K, S, C>
where
    K: Clock,
    S: SettleOutbox + KeepCard,
    C: TellManager,
{
    /// Tells the managers, in order, as far as there is time. What they could not be told stays, and
    /// is due again later.
    ///
    /// # Errors
    /// When it is not known whether what became of an alert is noted: the session must be woken
    /// again.
    pub(crate) async fn tell_managers(
        &self,
        session: &SessionId,
        standing: (&Session, Option<SessionCard>),
        alerts: &[PendingAlert],
        shop: &Shop<'_>,
    ) -> Result<(), PortError> {
        let (state, mut card) = standing;
        let mut told = Vec::new();
        let mut failed = None;
        for PendingAlert { alert, failures, due_at } in alerts {
            let now = self.clock.now();
            if self.time_left().is_zero() {
                break;
            }
            if *failures > 0 && until(now, *due_at) > Duration::ZERO {
                continue;
            }
            match self.show(session, (state, &mut card), alert, shop).await {
                Ok(()) => told.push(PendingKey::Alert(alert.key)),
                Err(error) => {
                    failed = Some((alert.key, failures.saturating_add(1), error));
                    break;
                }
            }
        }
        if !told.is_empty() {
            self.note(session, &told).await?;
        }
        let Some((key, failures, error)) = failed else { return Ok(()) };
        if matches!(error, SendError::Broken { .. }) {
            // Their chat is one of Telegram's, wherever the customer is.
            self.measure.count(Channel::Telegram, Counted::ChannelBroken, 1);
        }
        tracing::error!(
            event = "degraded",
            what = "manager_not_told",
            channel = %session.channel,
            failures,
            error = chain(&error),
        );
        let step = usize::try_from(failures).unwrap_or(usize::MAX);
        let pause = TRY_AGAIN_AFTER[step.clamp(1, TRY_AGAIN_AFTER.len()) - 1];
        let due_at = after(self.clock.now(), pause);
        self.store.postpone(session, PendingKey::Alert(key), failures, due_at).await
    }

    /// Shows one alert, and keeps where: until then its buttons lead nowhere. What cannot be kept is
    /// no reason to show it again, nor is a photo.
    async fn show(
        &self,
        id: &SessionId,
        (session, card): (&Session, &mut Option<SessionCard>),
        alert: &Alert,
        shop: &Shop<'_>,
    ) -> Result<(), SendError> {
        let mut photo = None;
        for telling in card::tellings(shop, session, card.as_ref(), alert) {
            let call = self.channels.tell_manager(id, alert, &telling);
            let message = match self.within(self.time_left().min(LONGEST_CALL), call).await {
                Ok(message) => message,
                // Somebody has deleted it: there is nothing to bring up to date.
                Err(SendError::Refused { reason }) if matches!(telling, Telling::Update(..)) => {
                    tracing::warn!(event = "degraded", what = "card_not_updated", reason);
                    None
                }
                Err(error) => return Err(error),
            };
            let kept = match &telling {
                Telling::Post(_) => {
                    let at = message.clone();
                    at.map(|at| card::posted(shop.settings, session, at, alert))
                }
                Telling::Update(..) => card.as_ref().and_then(|card| card::updated(session, card)),
                Telling::Note { .. } => None,
            };
            if let Err(error) = self.keep(id, kept.as_ref(), message.as_ref()).await {
                tracing::error!(event = "degraded", what = "card_not_kept", error = chain(&error));
            }
            *card = kept.or(card.take());
            photo = telling.into_photo(message).or(photo);
        }
        // Last, because it may last: nothing that was said is said again for its sake.
        if let Some((below, photo)) = photo {
            let call = self.channels.show_photo(&below, &photo);
            if let Err(error) = self.within(self.time_left().min(LONGEST_PHOTO), call).await {
                let error = chain(&error);
                tracing::error!(event = "degraded", what = "managers_photo_not_shown", error);
            }
        }
        Ok(())
    }

    async fn keep(
        &self,
        id: &SessionId,
        card: Option<&SessionCard>,
        message: Option<&ManagersMessage>,
    ) -> Result<(), PortError> {
        if let Some(message) = message {
            self.store.keep_subject(message, id, self.clock.now()).await?;
        }
        match card {
            Some(card) => self.store.keep_card(id, card).await,
            None => Ok(()),
        }
    }
}
