//! The managers' view of a session: one card in their chat, brought up to date as things change, and
//! what is said about it below.

use std::future::Future;

use jiff::Timestamp;
use mirt_domain::{
    card::{self, Card},
    decide::Manager,
    photo::Photo,
    prompts::{Placeholder, TemplateKey, Values},
    session::{Session, facts::Paying},
    session_id::SessionId,
    shop::{Settings, Shop},
    turn::{Action, Message},
};
use serde::{Deserialize, Serialize};

use crate::{
    alert::{Alert, Matter},
    failure::PortError,
};

/// A message in the managers' chat.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ManagersMessage {
    /// The chat.
    pub chat: String,
    /// The message's number in it.
    pub id: i64,
}

/// A session's card, as it was shown last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionCard {
    /// Where it is.
    pub at: ManagersMessage,
    /// Why it was made.
    pub head: TemplateKey,
    /// What the customer wrote when it was made.
    pub said: Vec<Message>,
    /// Whether the managers had something left to do when it was shown last. The next matter has a
    /// card of its own where they had not.
    pub is_open: bool,
}

/// What is shown in the managers' chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Telling {
    /// A new card.
    Post(Card),
    /// A card as it stands now.
    Update(ManagersMessage, Card),
    /// Something about a card, below it.
    Note {
        /// The card.
        below: ManagersMessage,
        /// The words.
        text: String,
        /// What the customer sent.
        photo: Option<Photo>,
        /// Whose answer it asks for.
        asks: Option<Manager>,
    },
}

impl Telling {
    /// What the customer sent, and below what it is shown: `made` is the message that this made.
    pub(crate) fn into_photo(
        self,
        made: Option<ManagersMessage>,
    ) -> Option<(ManagersMessage, Photo)> {
        match self {
            Self::Post(card) => made.zip(card.photo),
            Self::Note { below, photo, .. } => Some((below, photo?)),
            Self::Update(..) => None,
        }
    }
}

/// Keeps where a session's card is.
pub trait KeepCard: Send + Sync {
    /// Keeps a session's card; it comes with the session when that is read.
    ///
    /// # Errors
    /// When it is not known to be kept: the next matter may have a card of its own.
    fn keep_card(
        &self,
        id: &SessionId,
        card: &SessionCard,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Keeps which session a message in the managers' chat is about, for as long as it may be
    /// answered.
    ///
    /// # Errors
    /// When it is not known to be kept: buttons and answers there lead nowhere.
    fn keep_subject(
        &self,
        message: &ManagersMessage,
        about: &SessionId,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// Finds the session that a message in the managers' chat is about.
pub trait FindSubject: Send + Sync {
    /// Its session; `None` where the message is no longer known, or never was.
    ///
    /// # Errors
    /// When the store did not answer.
    fn find_subject(
        &self,
        message: &ManagersMessage,
    ) -> impl Future<Output = Result<Option<SessionId>, PortError>> + Send;
}

/// Whether managers have something left to do.
fn is_open(session: &Session) -> bool {
    session.is_handed_over() || session.facts().paying() == Paying::BeingChecked
}

/// The card that was shown for an alert.
pub(crate) fn posted(
    settings: &Settings,
    session: &Session,
    at: ManagersMessage,
    alert: &Alert,
) -> SessionCard {
    let (head, said) = (alert.text(settings), alert.said.clone());
    SessionCard { at, head, said, is_open: is_open(session) }
}

/// The card after it was brought up to date; `None` where that changed nothing to be kept.
pub(crate) fn updated(session: &Session, card: &SessionCard) -> Option<SessionCard> {
    let is_open = is_open(session);
    (card.is_open != is_open).then(|| SessionCard { is_open, ..card.clone() })
}

/// What has to be shown of an alert, in order.
pub(crate) fn tellings(
    shop: &Shop<'_>,
    session: &Session,
    card: Option<&SessionCard>,
    alert: &Alert,
) -> Vec<Telling> {
    let words = |key: TemplateKey, values: &Values| {
        // The values are those of the text, and the build checks that it is there.
        shop.prompts.render(key, values, 0).unwrap_or_default().join("\n")
    };
    let asks = alert.matter.asks(session).cloned();
    let values = match &asks {
        Some(manager) => Values::none().with(Placeholder::Manager, manager.name.as_str()),
        None => alert.matter.values(),
    };
    let head = words(alert.text(shop.settings), &values);
    let begins = matches!(
        alert.matter,
        Matter::Action(Action::Escalate { .. } | Action::CheckPayment | Action::TellUnanswered)
    );
    let Some(known) = card.filter(|known| known.is_open || !begins) else {
        if alert.matter == Matter::Changed {
            return Vec::new();
        }
        return vec![Telling::Post(card::of(shop, session, &head, &alert.said))];
    };
    let update = || {
        let card = card::of(shop, session, &words(known.head, &Values::none()), &known.said);
        Telling::Update(known.at.clone(), card)
    };
    let note = || {
        let mut lines = vec![head.clone()];
        if alert.matter == Matter::Action(Action::PlaceOrder) {
            // The card is the next order's as soon as there is one.
            lines.push(String::new());
            lines.extend(card::order(shop, session));
        }
        lines.extend(card::words(shop, &alert.said));
        Telling::Note {
            below: known.at.clone(),
            text: lines.join("\n").trim().to_owned(),
            photo: card::photo(&alert.said),
            asks: asks.clone(),
        }
    };
    match &alert.matter {
        Matter::Changed => vec![update()],
        Matter::Wrote | Matter::SamePhone { .. } => vec![note()],
        Matter::Action(_) | Matter::Unsent { .. } => vec![note(), update()],
    }
}
