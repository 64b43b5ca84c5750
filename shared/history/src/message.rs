//! A message as documents hold it: what schema 1.0 had, and what 1.1 added.
//!
//! Fields of 1.0 are always there, with null for nothing. Fields of 1.1 are left out when they have
//! nothing to say, so that a document is not mostly nulls.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id in the chat.
    pub id: i32,
    /// When it was sent.
    pub date: Timestamp,
    /// Its text or its media's caption.
    pub text: Option<String>,
    /// Marked id of who sent it; a channel's posts have the channel's.
    pub sender_id: Option<i64>,
    /// The message that it answers, in the same chat.
    pub reply_to_msg_id: Option<i32>,
    /// Where it was forwarded from.
    pub forward_from: Option<Forward>,
    /// Reactions, by kind.
    pub reactions: Vec<Reaction>,
    /// Comments under a channel's post, oldest first.
    pub comments: Vec<Message>,
    /// An estimate of its tokens for a language model.
    pub token_count: Option<u32>,
    /// Its links, in one form.
    pub normalized_links: Vec<String>,
    /// What it seems to be.
    pub message_type: Option<MessageType>,
    /// The language that it seems to be in.
    pub lang: Option<Lang>,

    /// What is attached to it. Since 1.1, as all that follows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub media: Option<Media>,
    /// How often it was seen.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub views: Option<i32>,
    /// How often it was forwarded.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub forwards: Option<i32>,
    /// How many answers or comments it has.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub replies_count: Option<i32>,
    /// When it was last edited, if people are shown that it was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub edit_date: Option<Timestamp>,
    /// Formatting and links of the text; offsets in UTF-16 units, as Telegram counts.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub entities: Vec<Entity>,
    /// The album that it is a part of. A number of 64 bits, as text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub album_id: Option<String>,
    /// The forum topic that it is in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub topic_id: Option<i32>,
    /// The first message of the thread that it answers in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reply_to_top_id: Option<i32>,
    /// The signature of a channel's post.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub post_author: Option<String>,
    /// The bot through which it was written.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub via_bot_id: Option<i64>,
    /// Whether it is pinned.
    #[serde(skip_serializing_if = "is_false", default)]
    pub pinned: bool,
    /// What happened, for a service message.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub action: Option<Action>,
    /// The later short messages that were taken into this one.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub merged_ids: Vec<i32>,
}

/// Where a message was forwarded from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forward {
    /// Marked id of its origin, user or channel.
    pub from_id: Option<i64>,
    /// Its origin's name, if it hides its id.
    pub from_name: Option<String>,
    /// When the original was sent.
    pub date: Option<Timestamp>,
    /// The post's id in the channel of origin. Since 1.1, as all that follows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub channel_post: Option<i32>,
    /// The signature of the original post.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub post_author: Option<String>,
    /// The chat from which it was saved.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub saved_from_id: Option<i64>,
    /// Its id there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub saved_from_msg_id: Option<i32>,
}

/// A reaction and how many gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// The emoji; `custom` for a custom one, a star for a paid one.
    pub emoji: String,
    /// How many gave it, at least 1.
    pub count: i32,
    /// Who gave it: never asked for.
    pub users: Option<Vec<i64>>,
    /// Which custom emoji. A number of 64 bits, as text. Since 1.1, as what follows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub custom_emoji_id: Option<String>,
    /// Whether it was paid for.
    #[serde(skip_serializing_if = "is_false", default)]
    pub paid: bool,
}

/// What is attached to a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// What kind: `photo`, `video`, `document`, `web_page`, `poll`, …
    pub kind: String,
    /// Its size in bytes; the largest rendition of a photo.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub size: Option<i64>,
    /// Its MIME type.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mime_type: Option<String>,
    /// Its file's name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file_name: Option<String>,
    /// The address of a web page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<String>,
    /// The question of a poll, the title of a page or a place.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
}

/// A formatted part of the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// What kind: `bold`, `url`, `text_link`, `mention`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it begins, in UTF-16 units.
    pub offset: i32,
    /// How long it is, in UTF-16 units.
    pub length: i32,
    /// The address behind a `text_link`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<String>,
    /// The user of a mention without a name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub user_id: Option<i64>,
    /// The programming language of a `pre`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub language: Option<String>,
    /// Which custom emoji. A number of 64 bits, as text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub custom_emoji_id: Option<String>,
}

/// What a service message says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// What happened: `pin_message`, `chat_add_user`, `topic_create`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The new title, of the chat or of the topic.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
    /// Whom it is about.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub users: Vec<i64>,
}

/// What a message seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageType {
    /// Asks something.
    Question,
    /// Answers something.
    Answer,
    /// Program text.
    Code,
    /// A program's output.
    Log,
    /// An advertisement.
    Spam,
    /// Telegram's own: someone joined, something was pinned.
    Service,
    /// Anything else.
    Other,
}

/// The language that a message seems to be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Russian.
    Ru,
    /// Ukrainian. Since 1.1.
    Uk,
    /// English.
    En,
    /// Another one, or too short to say.
    Other,
}

impl Message {
    /// A message with nothing but an id and a time.
    #[must_use]
    pub fn blank(id: i32, date: Timestamp) -> Self {
        Self {
            id,
            date,
            text: None,
            sender_id: None,
            reply_to_msg_id: None,
            forward_from: None,
            reactions: Vec::new(),
            comments: Vec::new(),
            token_count: None,
            normalized_links: Vec::new(),
            message_type: None,
            lang: None,
            media: None,
            views: None,
            forwards: None,
            replies_count: None,
            edit_date: None,
            entities: Vec::new(),
            album_id: None,
            topic_id: None,
            reply_to_top_id: None,
            post_author: None,
            via_bot_id: None,
            pinned: false,
            action: None,
            merged_ids: Vec::new(),
        }
    }

    /// How many reactions it has.
    #[must_use]
    pub fn reaction_count(&self) -> i64 {
        self.reactions.iter().map(|reaction| i64::from(reaction.count)).sum()
    }
}

/// Names of senders, by their marked id as text.
pub type Senders = BTreeMap<String, String>;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives references")]
fn is_false(value: &bool) -> bool {
    !value
}
