//! Who and what is at Telegram.

use std::collections::BTreeMap;

use grammers_tl_types as tl;

/// A chat, its messages, and the comments under its posts.
#[derive(Clone, Debug)]
pub struct Chat {
    /// As answers describe it.
    pub chat: tl::enums::Chat,
    /// Its messages, in the order of their ids.
    pub messages: Vec<tl::enums::Message>,
    /// Comments by the post that they are under, in the order of their ids.
    pub comments: BTreeMap<i32, Vec<tl::enums::Message>>,
}

/// All that there is.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// The chats.
    pub chats: Vec<Chat>,
    /// The users.
    pub users: Vec<tl::enums::User>,
}

impl World {
    /// The chat that a question is about. One that it may not see is not there.
    pub(crate) fn chat(&self, peer: &tl::enums::InputPeer) -> Option<&Chat> {
        self.chats.iter().find(|chat| match (&chat.chat, peer) {
            (tl::enums::Chat::Channel(channel), tl::enums::InputPeer::Channel(input)) => {
                channel.id == input.channel_id && channel.access_hash == Some(input.access_hash)
            }
            (tl::enums::Chat::Chat(group), tl::enums::InputPeer::Chat(input)) => {
                group.id == input.chat_id
            }
            _ => false,
        })
    }

    pub(crate) fn named(&self, username: &str) -> Option<&Chat> {
        self.chats.iter().find(|chat| match &chat.chat {
            tl::enums::Chat::Channel(channel) => {
                channel.username.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(username))
            }
            _ => false,
        })
    }
}

/// What peers call a chat.
pub(crate) fn peer_of(chat: &tl::enums::Chat) -> tl::enums::Peer {
    match chat {
        tl::enums::Chat::Channel(channel) => crate::make::channel_peer(channel.id),
        tl::enums::Chat::Chat(group) => tl::types::PeerChat { chat_id: group.id }.into(),
        other => panic!("no chat with messages: {other:?}"),
    }
}
