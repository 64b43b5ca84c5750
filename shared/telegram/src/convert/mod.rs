//! From Telegram's messages to those of documents.

mod attached;
mod people;

use grammers_tl_types::{self as tl, Serializable};
use jiff::Timestamp;
use mirt_history::{
    message::{Forward, Message, Reaction},
    page::Page,
};

pub(crate) use people::{Described, People, describe_chat, describe_user, marked, user_name};

/// A page as Telegram answers it.
pub(crate) struct Answer {
    pub(crate) messages: Vec<tl::enums::Message>,
    pub(crate) people: People,
}

impl Answer {
    pub(crate) fn of(answer: tl::enums::messages::Messages) -> Self {
        use tl::enums::messages::Messages as Kind;
        let (messages, chats, users) = match answer {
            Kind::Messages(page) => (page.messages, page.chats, page.users),
            Kind::Slice(page) => (page.messages, page.chats, page.users),
            Kind::ChannelMessages(page) => (page.messages, page.chats, page.users),
            // Only for who sends a hash, and this never does.
            Kind::NotModified(_) => (Vec::new(), Vec::new(), Vec::new()),
        };
        Self { messages, people: People::of(&chats, &users) }
    }

    /// The largest id, of messages that are no more included.
    pub(crate) fn last_id(&self) -> Option<i32> {
        self.messages.iter().map(tl::enums::Message::id).max()
    }

    /// Its messages, oldest first, with the names of those who sent them.
    pub(crate) fn page(&self) -> Page {
        let messages = self.messages.iter().filter_map(message).collect();
        let mut page = Page { messages, ..Page::default() };
        page.messages.sort_by_key(|message| message.id);
        for sender in page.messages.iter().filter_map(|message| message.sender_id) {
            page.senders.insert(sender.to_string(), self.people.name(sender));
        }
        page
    }
}

/// What a constructor is called, without the prefix of its type and with small letters:
/// `messageActionPinMessage` is `pin_message`.
fn kind_of(value: &impl Serializable, prefix: &str) -> String {
    let bytes = value.to_bytes();
    let id = bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    let name = tl::name_for_id(id);
    let name = name.strip_prefix(prefix).unwrap_or(name);
    let mut kind = String::with_capacity(name.len() + 4);
    for (at, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            kind.push('_');
        }
        kind.push(letter.to_ascii_lowercase());
    }
    kind
}

fn time(seconds: i32) -> Timestamp {
    // 32 bits of seconds are within the calendar.
    Timestamp::from_second(seconds.into()).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn message(message: &tl::enums::Message) -> Option<Message> {
    match message {
        tl::enums::Message::Empty(_) => None,
        tl::enums::Message::Message(message) => Some(ordinary(message)),
        tl::enums::Message::Service(message) => Some(service(message)),
    }
}

fn ordinary(raw: &tl::types::Message) -> Message {
    let reply = Reply::of(raw.reply_to.as_ref());
    Message {
        text: Some(raw.message.clone()).filter(|text| !text.is_empty()),
        sender_id: sender(raw.from_id.as_ref(), &raw.peer_id, raw.out),
        reply_to_msg_id: reply.to,
        forward_from: raw.fwd_from.as_ref().map(forward),
        reactions: reactions(raw.reactions.as_ref()),
        media: raw.media.as_ref().and_then(attached::media),
        views: raw.views,
        forwards: raw.forwards,
        replies_count: raw.replies.as_ref().map(|replies| {
            let tl::enums::MessageReplies::Replies(replies) = replies;
            replies.replies
        }),
        // An edit that people are not shown is a reaction or a preview.
        edit_date: raw.edit_date.filter(|_| !raw.edit_hide).map(time),
        entities: raw.entities.iter().flatten().map(attached::entity).collect(),
        album_id: raw.grouped_id.map(|id| id.to_string()),
        topic_id: reply.topic,
        reply_to_top_id: reply.top,
        post_author: raw.post_author.clone(),
        via_bot_id: raw.via_bot_id,
        pinned: raw.pinned,
        ..Message::blank(raw.id, time(raw.date))
    }
}

fn service(raw: &tl::types::MessageService) -> Message {
    let reply = Reply::of(raw.reply_to.as_ref());
    Message {
        sender_id: sender(raw.from_id.as_ref(), &raw.peer_id, raw.out),
        reply_to_msg_id: reply.to,
        reactions: reactions(raw.reactions.as_ref()),
        topic_id: reply.topic,
        reply_to_top_id: reply.top,
        action: Some(attached::action(&raw.action)),
        ..Message::blank(raw.id, time(raw.date))
    }
}

/// Who sent it. What names nobody is of the chat itself, unless it is this account's own.
fn sender(from: Option<&tl::enums::Peer>, chat: &tl::enums::Peer, is_own: bool) -> Option<i64> {
    match (from, chat) {
        (Some(from), _) => Some(marked(from)),
        (None, tl::enums::Peer::User(_)) if is_own => None,
        (None, tl::enums::Peer::User(_) | tl::enums::Peer::Channel(_)) => Some(marked(chat)),
        (None, tl::enums::Peer::Chat(_)) => None,
    }
}

/// What a message answers.
#[derive(Default)]
struct Reply {
    to: Option<i32>,
    top: Option<i32>,
    topic: Option<i32>,
}

impl Reply {
    fn of(header: Option<&tl::enums::MessageReplyHeader>) -> Self {
        let Some(tl::enums::MessageReplyHeader::Header(header)) = header else {
            return Self::default();
        };
        let top = header.reply_to_top_id;
        if header.forum_topic {
            // In a topic, what answers nothing in it answers its first message, which is its id.
            let topic = top.or(header.reply_to_msg_id);
            let to = header.reply_to_msg_id.filter(|_| top.is_some());
            return Self { to, top: None, topic };
        }
        // An answer to a message of another chat has an id that means nothing here.
        let is_here = header.reply_to_peer_id.is_none();
        Self { to: header.reply_to_msg_id.filter(|_| is_here), top, topic: None }
    }
}

fn forward(header: &tl::enums::MessageFwdHeader) -> Forward {
    let tl::enums::MessageFwdHeader::Header(header) = header;
    Forward {
        from_id: header.from_id.as_ref().map(marked),
        from_name: header.from_name.clone(),
        date: Some(time(header.date)),
        channel_post: header.channel_post,
        post_author: header.post_author.clone(),
        saved_from_id: header.saved_from_peer.as_ref().map(marked),
        saved_from_msg_id: header.saved_from_msg_id,
    }
}

fn reactions(reactions: Option<&tl::enums::MessageReactions>) -> Vec<Reaction> {
    let Some(tl::enums::MessageReactions::Reactions(reactions)) = reactions else {
        return Vec::new();
    };
    let reaction = |counted: &tl::enums::ReactionCount| {
        let tl::enums::ReactionCount::Count(counted) = counted;
        let (emoji, custom, paid) = match &counted.reaction {
            tl::enums::Reaction::Empty => return None,
            tl::enums::Reaction::Emoji(emoji) => (emoji.emoticon.clone(), None, false),
            tl::enums::Reaction::CustomEmoji(custom) => {
                ("custom".to_owned(), Some(custom.document_id.to_string()), false)
            }
            tl::enums::Reaction::Paid => ("⭐".to_owned(), None, true),
        };
        let count = counted.count;
        Some(Reaction { emoji, count, users: None, custom_emoji_id: custom, paid })
    };
    reactions.results.iter().filter_map(reaction).filter(|one| one.count > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_called_by_their_constructors() {
        let action = tl::enums::MessageAction::PinMessage;
        let entity = tl::enums::MessageEntity::TextUrl(tl::types::MessageEntityTextUrl {
            offset: 0,
            length: 1,
            url: "https://example.com".to_owned(),
        });

        assert_eq!(kind_of(&action, "messageAction"), "pin_message");
        assert_eq!(kind_of(&entity, "messageEntity"), "text_url");
    }

    #[test]
    fn in_a_topic_what_answers_nothing_has_only_the_topic() {
        let header = |to, top| {
            tl::enums::MessageReplyHeader::Header(tl::types::MessageReplyHeader {
                reply_to_scheduled: false,
                forum_topic: true,
                quote: false,
                reply_to_ephemeral: false,
                reply_to_msg_id: Some(to),
                reply_to_peer_id: None,
                reply_from: None,
                reply_media: None,
                reply_to_top_id: top,
                quote_text: None,
                quote_entities: None,
                quote_offset: None,
                todo_item_id: None,
                poll_option: None,
            })
        };
        let (plain, answer) =
            (Reply::of(Some(&header(7, None))), Reply::of(Some(&header(9, Some(7)))));

        assert_eq!((plain.to, plain.topic), (None, Some(7)));
        assert_eq!((answer.to, answer.topic), (Some(9), Some(7)));
    }
}
