//! What a customer sent, as every channel's parser hands it over.

use std::fmt::Write as _;

use jiff::Timestamp;
use mirt_domain::{
    decide::{Deed, Manager},
    order::OrderNews,
    session_id::SessionId,
    turn::Message,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::trace::Trace;

/// What makes two deliveries the same event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKey {
    /// The channel gave the event an id: the same id is the same event for as long as it is kept.
    Id(String),
    /// The channel gave none: the same content within a short window is the same event. Only the
    /// hash of the content is kept.
    Content(String),
}

/// The longest event id that is kept as it is, in bytes; the rest of a longer one is hashed.
const MAX_EVENT_ID_BYTES: usize = 80;

impl EventKey {
    /// The key of an event with an id of its channel. A long or odd one is hashed: keys end up in
    /// SQS deduplication ids, which take 128 characters of printable ASCII.
    #[must_use]
    pub fn from_id(id: &str) -> Self {
        let fits = id.len() <= MAX_EVENT_ID_BYTES
            && !id.is_empty()
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
        if fits { Self::Id(id.to_owned()) } else { Self::Id(digest(&[id])) }
    }

    /// The key of an event without an id.
    #[must_use]
    pub fn from_content(message: &Message) -> Self {
        let photos = serde_json::to_string(&message.photos).unwrap_or_default();
        Self::Content(digest(&[message.text.as_deref().unwrap_or_default(), &photos]))
    }

    /// The key as part of a store key or of a deduplication id: at most 82 bytes.
    #[must_use]
    pub fn as_text(&self) -> String {
        match self {
            Self::Id(id) => format!("i:{id}"),
            Self::Content(hash) => format!("c:{hash}"),
        }
    }
}

/// The first 128 bits of a SHA-256 over `parts`, each with its length, as 32 hex digits.
#[must_use]
pub fn digest(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().take(16).fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// One thing that happened to one session, authenticated and parsed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundEvent {
    /// Which customer's, and where.
    pub session: SessionId,
    /// What makes a second delivery of it a duplicate.
    pub key: EventKey,
    /// What happened.
    pub body: EventBody,
    /// When we got it. The quiet window of a burst counts from here.
    pub received_at: Timestamp,
    /// Its place among the session's messages.
    pub order: EventOrder,
    /// Until when whoever handed it in waits for what is said to it, see [`crate::answer`]; `None`
    /// where replies are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_until: Option<Timestamp>,
    /// The request that brought it, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Trace>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventBody {
    /// The customer wrote.
    Said {
        /// What.
        message: Message,
        /// What it belongs to.
        #[serde(default)]
        part_of: PartOf,
    },
    /// A manager did something.
    Managed(Managed),
    /// Somebody asks whether time does something to the session: a flow that would write to a
    /// silent customer.
    Due,
    /// Something became of an order.
    Order(OrderNews),
}

/// What a manager did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Managed {
    /// Who.
    pub by: Manager,
    /// What.
    pub deed: Deed,
}

impl EventBody {
    /// A customer's message that belongs to nothing else.
    #[must_use]
    pub fn said(message: Message) -> Self {
        Self::Said { message, part_of: PartOf::default() }
    }

    /// What the customer wrote, if it was they who did something.
    #[must_use]
    pub const fn message(&self) -> Option<&Message> {
        match self {
            Self::Said { message, .. } => Some(message),
            Self::Managed(_) | Self::Order(_) | Self::Due => None,
        }
    }
}

/// What a message belongs to, where the channel says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PartOf {
    /// The channel's id of the message: a later event with the same one corrects it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The album: its photos come as an event each, and are one message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
}

/// The place of an event among those of its session: by time, then by the channel's own counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EventOrder {
    /// When it was sent, where the channel says so; else when we got it.
    pub at: Timestamp,
    /// The channel's counter (Telegram's update id); 0 where there is none.
    pub sequence: u64,
}

impl InboundEvent {
    /// The album that it is a part of, if it is of one.
    #[must_use]
    pub fn album(&self) -> Option<&str> {
        match &self.body {
            EventBody::Said { part_of, .. } => part_of.album.as_deref(),
            EventBody::Managed(_) | EventBody::Order(_) | EventBody::Due => None,
        }
    }

    /// The deduplication id of the wake-up for this event.
    ///
    /// The queue remembers an id for five minutes, longer than the window in which the same
    /// content is the same event: an event without an id therefore adds the time, or its repetition
    /// a minute later would be recorded and never woken.
    #[must_use]
    pub fn wake_up_id(&self) -> String {
        match &self.key {
            EventKey::Id(_) => self.key.as_text(),
            EventKey::Content(_) => {
                format!("{}:{}", self.key.as_text(), self.received_at.as_microsecond())
            }
        }
    }
}

impl EventOrder {
    /// The order as text that sorts as the order does, for times since 1970.
    #[must_use]
    pub fn as_sort_key(&self) -> String {
        format!("{:017}#{:020}", self.at.as_microsecond().max(0), self.sequence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Message {
        Message { text: Some(text.to_owned()), ..Message::default() }
    }

    #[test]
    fn the_same_words_have_the_same_key_and_other_words_another() {
        assert_eq!(EventKey::from_content(&text("так")), EventKey::from_content(&text("так")));
        assert_ne!(EventKey::from_content(&text("так")), EventKey::from_content(&text("ні")));
    }

    #[test]
    fn an_id_that_no_queue_would_take_is_hashed() {
        let key = EventKey::from_id(&"ї".repeat(300)).as_text();

        assert!(key.is_ascii() && key.len() <= 82, "{key}");
        assert_eq!(EventKey::from_id("m_1.2:3-4").as_text(), "i:m_1.2:3-4");
    }

    #[test]
    fn sort_keys_sort_as_orders_do() {
        let at = |micros, sequence| EventOrder {
            at: Timestamp::from_microsecond(micros).unwrap_or_default(),
            sequence,
        };
        let orders = [at(0, 9), at(1, 2), at(1, 10), at(1_700_000_000_000_000, 0)];

        let keys: Vec<String> = orders.iter().map(EventOrder::as_sort_key).collect();

        assert!(keys.is_sorted(), "{keys:?}");
    }
}
