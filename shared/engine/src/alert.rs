//! What a manager has to hear of (I10): what a turn leaves to a human, replies that will never be
//! sent. Stored with what raised it, delivered after the customer's replies, retried until it is
//! taken.

use std::{future::Future, time::Duration};

use jiff::Timestamp;
use mirt_domain::{
    prompts::{Prompts, TemplateKey, Values},
    session::facts::EscalationReason,
    session_id::SessionId,
    turn::Action,
};
use serde::{Deserialize, Serialize};

use crate::{
    clock::{Clock, after, until},
    deliver::Delivery,
    failure::{PortError, SendError, chain},
    session_store::{PendingKey, SettleOutbox},
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

/// The longest that one alert may take: the session's next message waits behind it.
const LONGEST_CALL: Duration = Duration::from_secs(5);

/// The place of the alert for what a turn said in vain, behind those of its actions.
const UNSENT: u32 = 9_999;

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
}

impl Matter {
    /// What a manager is told of it.
    #[must_use]
    pub fn text(&self) -> TemplateKey {
        let Self::Action(action) = self else { return TemplateKey::ManagerUnsent };
        match action {
            Action::CheckPayment => TemplateKey::ManagerCheckPayment,
            Action::PlaceOrder => TemplateKey::ManagerPlaceOrder,
            Action::Remind => TemplateKey::ManagerRemind,
            Action::EndHandOver => TemplateKey::ManagerHandOverEnded,
            Action::TellNotYours => TemplateKey::ManagerNotYours,
            Action::Escalate { reason } => match reason {
                EscalationReason::HumanAsked => TemplateKey::ManagerHumanAsked,
                EscalationReason::Complaint => TemplateKey::ManagerComplaint,
                EscalationReason::Insult => TemplateKey::ManagerInsult,
                EscalationReason::Danger => TemplateKey::ManagerDanger,
                EscalationReason::Wholesale => TemplateKey::ManagerWholesale,
                EscalationReason::ReturnOrExchange => TemplateKey::ManagerReturn,
                EscalationReason::OrderStatus => TemplateKey::ManagerOrderStatus,
                EscalationReason::Policy => TemplateKey::ManagerPolicy,
                EscalationReason::NoProgress => TemplateKey::ManagerStuck,
                EscalationReason::NoRequisites => TemplateKey::ManagerPaymentNotSet,
                EscalationReason::TakenOver => TemplateKey::ManagerTakenOver,
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
    /// When it was raised.
    pub raised_at: Timestamp,
}

impl Alert {
    /// One for each thing that a turn left to do.
    pub(crate) fn for_actions(turn: u64, actions: &[Action], now: Timestamp) -> Vec<Self> {
        let alert = |(action, place): (&Action, u32)| Self {
            key: AlertKey { turn, place },
            matter: Matter::Action(action.clone()),
            raised_at: now,
        };
        actions.iter().zip(0..).map(alert).collect()
    }

    /// One for all that a turn said in vain.
    pub(crate) fn for_unsent(turn: u64, reason: &str, now: Timestamp) -> Self {
        Self {
            key: AlertKey { turn, place: UNSENT },
            matter: Matter::Unsent { reason: reason.to_owned() },
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
    /// Tells them of `alert` about a session, in these words.
    ///
    /// # Errors
    /// When they were not reached; whatever the error says, it is tried again later.
    fn tell_manager(
        &self,
        about: &SessionId,
        alert: &Alert,
        words: &str,
    ) -> impl Future<Output = Result<(), SendError>> + Send;
}

impl<K, S, C> Delivery<'_, K, S, C>
where
    K: Clock,
    S: SettleOutbox,
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
        alerts: &[PendingAlert],
        prompts: &Prompts,
    ) -> Result<(), PortError> {
        let mut told = Vec::new();
        let mut failed = None;
        for PendingAlert { alert, failures, due_at } in alerts {
            let now = self.clock.now();
            let left = self.time_left().min(LONGEST_CALL);
            if left.is_zero() {
                break;
            }
            if *failures > 0 && until(now, *due_at) > Duration::ZERO {
                continue;
            }
            let words = words(prompts, alert);
            let told_them = self.channels.tell_manager(session, alert, &words);
            match self.within(left, told_them).await {
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
}

fn words(prompts: &Prompts, alert: &Alert) -> String {
    // The texts have no placeholders, and the build checks that they are there.
    let texts = prompts.render(alert.matter.text(), &Values::none(), 0).unwrap_or_default();
    texts.join("\n")
}
