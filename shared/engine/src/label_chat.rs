//! What the CRM's users see of a conversation: its chat there has a status, and somebody whose it is
//! (`spec/integrations.md` 5.7).
//!
//! A help for them and no part of a sale: it is asked for once, after the turn's commit, and a chat
//! that cannot be labelled within twenty minutes is left as it is.

use std::{future::Future, time::Duration};

use jiff::Timestamp;
use mirt_domain::{nickname::Nickname, session::Session, session_id::SessionId};
use serde::{Deserialize, Serialize};

use crate::{
    clock::{Clock, until},
    failure::{PortError, chain},
    look_after_order::CrmError,
};

/// For how long a label is tried to be set: later its chat has another one, by a human's hand. It is
/// over before the queue's last try, so that no label becomes a dead letter (a test computes both
/// from the template).
pub const GIVE_UP_AFTER: Duration = Duration::from_mins(20);

/// What a conversation has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatLabel {
    /// The assistant answers.
    InWork,
    /// The customer has seen where to pay.
    Invoiced,
    /// A human is needed.
    NeedsHuman,
}

/// A chat has to be labelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelTask {
    /// The conversation. The nickname by which the CRM knows it stays where it is kept.
    pub session: SessionId,
    /// Its label.
    pub label: ChatLabel,
    /// The turn that it came of.
    pub turn: u64,
    /// When that was.
    pub at: Timestamp,
}

impl LabelTask {
    /// The label that a turn gives, if it gives one; a turn that gives several is known by the one
    /// that matters most to a human.
    pub(crate) fn of_turn(
        session: &SessionId,
        (before, after): (&Session, &Session),
        turn: u64,
        at: Timestamp,
    ) -> Option<Self> {
        after.facts().customer.nickname.as_ref()?;
        let shows = |session: &Session| session.facts().payment.requisites_shown;
        let label = if after.is_handed_over() && !before.is_handed_over() {
            ChatLabel::NeedsHuman
        } else if before.turns() == 0 {
            ChatLabel::InWork
        } else if shows(after) && !shows(before) {
            ChatLabel::Invoiced
        } else {
            return None;
        };
        Some(Self { session: session.clone(), label, turn, at })
    }
}

/// Asks for a chat to be labelled.
pub trait AskForLabel: Send + Sync {
    /// Puts it on the orders' queue.
    ///
    /// # Errors
    /// When the queue did not take it.
    fn ask_for_label(&self, task: &LabelTask)
    -> impl Future<Output = Result<(), PortError>> + Send;
}

/// Knows what customers call themselves.
pub trait FindNickname: Send + Sync {
    /// The nickname of a conversation's customer; `None` where it is not known any more.
    ///
    /// # Errors
    /// When the store did not answer.
    fn find_nickname(
        &self,
        session: &SessionId,
    ) -> impl Future<Output = Result<Option<Nickname>, PortError>> + Send;
}

/// Whether the CRM has such a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labelled {
    /// It is labelled.
    Done,
    /// There is none of this nickname.
    NoSuchChat,
}

/// Labels chats in the CRM.
pub trait LabelChat: Send + Sync {
    /// Labels the chat of a nickname that was written in at `at`.
    ///
    /// # Errors
    /// [`CrmError`] says whether it is worth trying later.
    fn label_chat(
        &self,
        nickname: &Nickname,
        label: ChatLabel,
        at: Timestamp,
        now: Timestamp,
    ) -> impl Future<Output = Result<Labelled, CrmError>> + Send;
}

/// Does what a task asks for. Gives whether it is done with: if not, it has to come again.
pub async fn label(
    clock: &impl Clock,
    store: &impl FindNickname,
    crm: Option<&impl LabelChat>,
    task: &LabelTask,
) -> bool {
    let Some(crm) = crm else { return true };
    let nickname = match store.find_nickname(&task.session).await {
        Ok(Some(nickname)) => nickname,
        Ok(None) => return true,
        Err(error) => return is_late(clock, task, &chain(&error)),
    };
    match crm.label_chat(&nickname, task.label, task.at, clock.now()).await {
        Ok(Labelled::Done) => {
            tracing::info!(event = "chat_labelled", label = ?task.label);
            true
        }
        Ok(Labelled::NoSuchChat) => is_late(clock, task, "no such chat"),
        Err(error @ CrmError::Refused { .. }) => {
            tracing::error!(event = "degraded", what = "chat_not_labelled", error = chain(&error));
            true
        }
        Err(error) => is_late(clock, task, &chain(&error)),
    }
}

/// Whether it is too late to try again, which is said.
fn is_late(clock: &impl Clock, task: &LabelTask, error: &str) -> bool {
    let is_late = until(task.at, clock.now()) >= GIVE_UP_AFTER;
    tracing::warn!(event = "degraded", what = "chat_not_labelled", is_late, error);
    is_late
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use futures_util::FutureExt as _;
    use mirt_domain::{
        channel::Channel,
        session_id::UserId,
        shop::{Settings, Shop, Words},
        turn::{self, Message, TurnInput},
    };

    use super::*;
    use crate::clock::after;

    /// The labels that a conversation gets, turn by turn.
    fn labels(nickname: Option<&str>, texts: &[&str]) -> Vec<Option<ChatLabel>> {
        let catalog = mirt_content::catalog();
        let (words, settings) = (Words::of(catalog), crate::eval::settings());
        let settings: &Settings = &settings;
        let shop = Shop { catalog, words: &words, prompts: mirt_content::prompts(), settings };
        let user = UserId::parse("1").unwrap();
        let id = SessionId { channel: Channel::Instagram, user };
        let mut session = Session::default();
        let say = |text: &&str| {
            let nickname = nickname.map(|name| Nickname::parse(name).unwrap());
            let message =
                Message { text: Some((*text).to_owned()), nickname, ..Message::default() };
            let now = Timestamp::from_second(1_763_700_000).unwrap();
            let input = TurnInput { messages: vec![message], now };
            let after = turn::take(&shop, &session, &input).session;
            let task = LabelTask::of_turn(&id, (&session, &after), 1, now);
            session = after;
            task.map(|task| task.label)
        };
        texts.iter().map(say).collect()
    }

    const SALE: [&str; 5] = [
        "сукня лагуна рожева на зріст 134",
        "беру",
        "Коваль Ольга, 0671234567, Львів, відділення 5",
        "повна оплата",
        "покличте менеджера",
    ];

    #[test]
    fn a_chat_is_in_work_then_invoiced_then_a_humans() {
        use ChatLabel::{InWork, Invoiced, NeedsHuman};

        let all = labels(Some("mama"), &SALE);

        assert_eq!(all, [Some(InWork), None, None, Some(Invoiced), Some(NeedsHuman)]);
        assert_eq!(labels(Some("mama"), &["покличте менеджера"]), [Some(NeedsHuman)]);
    }

    /// So long after a turn; a customer with a nickname, and a CRM that knows nobody.
    struct Stage(Duration);

    impl Clock for Stage {
        fn now(&self) -> Timestamp {
            after(Timestamp::UNIX_EPOCH, self.0)
        }

        async fn sleep(&self, _: Duration) {}
    }

    impl FindNickname for Stage {
        async fn find_nickname(&self, _: &SessionId) -> Result<Option<Nickname>, PortError> {
            Ok(Nickname::parse("mama").ok())
        }
    }

    impl LabelChat for Stage {
        async fn label_chat(
            &self,
            _: &Nickname,
            _: ChatLabel,
            _: Timestamp,
            _: Timestamp,
        ) -> Result<Labelled, CrmError> {
            Ok(Labelled::NoSuchChat)
        }
    }

    #[test]
    fn a_chat_that_the_crm_does_not_have_is_asked_for_again_until_it_is_given_up() {
        let user = UserId::parse("1").unwrap();
        let task = LabelTask {
            session: SessionId { channel: Channel::Instagram, user },
            label: ChatLabel::InWork,
            turn: 1,
            at: Timestamp::UNIX_EPOCH,
        };
        let is_done_with =
            |stage: &Stage| label(stage, stage, Some(stage), &task).now_or_never().unwrap();

        assert!(!is_done_with(&Stage(Duration::ZERO)));
        assert!(!is_done_with(&Stage(GIVE_UP_AFTER - Duration::from_secs(1))));
        assert!(is_done_with(&Stage(GIVE_UP_AFTER)));
    }

    #[test]
    fn a_customer_without_a_nickname_has_no_chat_that_could_be_found() {
        assert_eq!(labels(None, &SALE), [None; 5]);
    }
}
