//! Users and chats: ids, names, descriptions.

use std::collections::BTreeMap;

use grammers_tl_types as tl;
use mirt_history::source::{Source, SourceKind};

/// What precedes a channel's own id in its marked id.
const CHANNEL_MARK: i64 = -1_000_000_000_000;

/// The marked id of a peer.
pub(crate) fn marked(peer: &tl::enums::Peer) -> i64 {
    match peer {
        tl::enums::Peer::User(user) => user.user_id,
        tl::enums::Peer::Chat(chat) => -chat.chat_id,
        tl::enums::Peer::Channel(channel) => CHANNEL_MARK - channel.channel_id,
    }
}

/// The names that came with an answer, by marked id.
#[derive(Default)]
pub(crate) struct People(BTreeMap<i64, String>);

impl People {
    pub(crate) fn of(chats: &[tl::enums::Chat], users: &[tl::enums::User]) -> Self {
        let chats = chats.iter().filter_map(describe_chat).map(|chat| {
            let (id, title) = (chat.source.peer_id, chat.source.title);
            (id, title)
        });
        let users = users.iter().filter_map(|user| match user {
            tl::enums::User::User(user) => Some((user.id, user_name(user))),
            tl::enums::User::Empty(_) => None,
        });
        Self(chats.chain(users).collect())
    }

    /// What people call somebody.
    pub(crate) fn name(&self, marked: i64) -> String {
        self.0.get(&marked).cloned().unwrap_or_else(|| "Unknown".to_owned())
    }
}

/// First and last name, whichever there are; else the public name; else the id.
pub(crate) fn user_name(user: &tl::types::User) -> String {
    let names: Vec<_> = [&user.first_name, &user.last_name]
        .into_iter()
        .flatten()
        .map(|name| name.trim())
        .filter(|name| !name.is_empty())
        .collect();
    if !names.is_empty() {
        return names.join(" ");
    }
    match username(user.username.as_ref(), user.usernames.as_deref()) {
        Some(name) => format!("@{name}"),
        None => format!("User_{}", user.id),
    }
}

/// A chat, and what Telegram wants to see beside its id.
pub(crate) struct Described {
    pub(crate) source: Source,
    pub(crate) access_hash: Option<i64>,
}

pub(crate) fn describe_user(user: &tl::enums::User) -> Option<Described> {
    let tl::enums::User::User(user) = user else { return None };
    let name = username(user.username.as_ref(), user.usernames.as_deref());
    Some(Described {
        source: Source::describe(SourceKind::Chat, user.id, name, &user_name(user)),
        access_hash: user.access_hash.filter(|_| !user.min),
    })
}

pub(crate) fn describe_chat(chat: &tl::enums::Chat) -> Option<Described> {
    let (source, access_hash) = match chat {
        tl::enums::Chat::Channel(channel) => {
            let name = username(channel.username.as_ref(), channel.usernames.as_deref());
            let kind = kind(channel.megagroup || channel.gigagroup);
            let source = Source::describe(kind, channel.id, name, &channel.title);
            (source, channel.access_hash.filter(|_| !channel.min))
        }
        tl::enums::Chat::ChannelForbidden(channel) => {
            let kind = kind(channel.megagroup);
            let source = Source::describe(kind, channel.id, None, &channel.title);
            (source, Some(channel.access_hash))
        }
        tl::enums::Chat::Chat(chat) => {
            (Source::describe(SourceKind::Group, chat.id, None, &chat.title), None)
        }
        tl::enums::Chat::Forbidden(chat) => {
            (Source::describe(SourceKind::Group, chat.id, None, &chat.title), None)
        }
        // Communities hold chats, not messages.
        tl::enums::Chat::Empty(_)
        | tl::enums::Chat::Community(_)
        | tl::enums::Chat::CommunityForbidden(_) => return None,
    };
    Some(Described { source, access_hash })
}

fn kind(is_group: bool) -> SourceKind {
    if is_group { SourceKind::Supergroup } else { SourceKind::Channel }
}

/// The public name: the one, or the first active one of several.
fn username<'a>(
    one: Option<&'a String>,
    several: Option<&'a [tl::enums::Username]>,
) -> Option<&'a str> {
    let active = several.into_iter().flatten().find_map(|name| {
        let tl::enums::Username::Username(name) = name;
        name.active.then_some(name.username.as_str())
    });
    one.map(String::as_str).or(active)
}
