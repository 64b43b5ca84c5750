//! Telegram's objects with nothing in them, to be filled.

use grammers_tl_types::{self as tl, Deserializable, Serializable as _};

/// The access hash of every chat here.
pub const ACCESS_HASH: i64 = 0x00C0_FFEE;

/// An object of these bytes, its flags all 0.
fn of<T: Deserializable>(bytes: &[u8]) -> T {
    T::from_bytes(bytes).expect("an object without its optional parts")
}

/// A channel's peer.
#[must_use]
pub fn channel_peer(channel_id: i64) -> tl::enums::Peer {
    tl::types::PeerChannel { channel_id }.into()
}

/// A user's peer.
#[must_use]
pub fn user_peer(user_id: i64) -> tl::enums::Peer {
    tl::types::PeerUser { user_id }.into()
}

/// A message in `chat` of `date`, seconds since 1970, with this text.
#[must_use]
pub fn message(chat: &tl::enums::Peer, id: i32, date: i32, text: &str) -> tl::types::Message {
    let mut bytes = vec![0; 12];
    chat.serialize(&mut bytes);
    bytes.extend([0; 8]);
    tl::types::Message { id, date, message: text.to_owned(), ..of(&bytes) }
}

/// A service message.
#[must_use]
pub fn service(
    chat: &tl::enums::Peer,
    id: i32,
    date: i32,
    action: tl::enums::MessageAction,
) -> tl::types::MessageService {
    let mut bytes = vec![0; 8];
    chat.serialize(&mut bytes);
    bytes.extend([0; 4]);
    tl::enums::MessageAction::Empty.serialize(&mut bytes);
    tl::types::MessageService { id, date, action, ..of(&bytes) }
}

/// A channel; `is_group` makes it a supergroup.
#[must_use]
pub fn channel(id: i64, username: Option<&str>, title: &str, is_group: bool) -> tl::enums::Chat {
    let mut bytes = vec![0; 20];
    tl::enums::ChatPhoto::Empty.serialize(&mut bytes);
    bytes.extend([0; 4]);
    let blank: tl::types::Channel = of(&bytes);
    tl::types::Channel {
        id,
        access_hash: Some(ACCESS_HASH),
        username: username.map(str::to_owned),
        title: title.to_owned(),
        broadcast: !is_group,
        megagroup: is_group,
        ..blank
    }
    .into()
}

/// Gives a channel another public name.
///
/// # Panics
/// When the chat is none.
pub fn rename(chat: &mut tl::enums::Chat, username: &str) {
    match chat {
        tl::enums::Chat::Channel(channel) => channel.username = Some(username.to_owned()),
        other => panic!("no channel: {other:?}"),
    }
}

/// Gives a message another text.
///
/// # Panics
/// When it has none.
pub fn edit(message: &mut tl::enums::Message, text: &str) {
    match message {
        tl::enums::Message::Message(message) => text.clone_into(&mut message.message),
        other => panic!("no message with a text: {other:?}"),
    }
}

/// A small group.
#[must_use]
pub fn group(id: i64, title: &str) -> tl::enums::Chat {
    let mut bytes = vec![0; 16];
    tl::enums::ChatPhoto::Empty.serialize(&mut bytes);
    bytes.extend([0; 12]);
    tl::types::Chat { id, title: title.to_owned(), ..of(&bytes) }.into()
}

/// A user.
#[must_use]
pub fn user(id: i64, first_name: &str, last_name: Option<&str>) -> tl::types::User {
    tl::types::User {
        id,
        access_hash: Some(ACCESS_HASH),
        first_name: Some(first_name.to_owned()),
        last_name: last_name.map(str::to_owned),
        ..of(&[0; 16])
    }
}

/// An answer to a message of the same chat.
#[must_use]
pub fn reply(to: i32) -> tl::types::MessageReplyHeader {
    tl::types::MessageReplyHeader { reply_to_msg_id: Some(to), ..of(&[0; 4]) }
}

/// A forward's header.
#[must_use]
pub fn forward(date: i32) -> tl::types::MessageFwdHeader {
    tl::types::MessageFwdHeader { date, ..of(&[0; 8]) }
}

/// Reactions and how many gave each.
#[must_use]
pub fn reactions(counts: &[(tl::enums::Reaction, i32)]) -> tl::enums::MessageReactions {
    let mut bytes = vec![0; 4];
    Vec::<tl::enums::ReactionCount>::new().serialize(&mut bytes);
    let results = counts
        .iter()
        .map(|(reaction, count)| {
            let (chosen_order, reaction, count) = (None, reaction.clone(), *count);
            tl::types::ReactionCount { chosen_order, reaction, count }.into()
        })
        .collect();
    tl::types::MessageReactions { results, ..of(&bytes) }.into()
}

/// A plain emoji, as a reaction.
#[must_use]
pub fn emoji(emoji: &str) -> tl::enums::Reaction {
    tl::types::ReactionEmoji { emoticon: emoji.to_owned() }.into()
}

/// How many comments a post has, and in which group they are.
#[must_use]
pub fn comment_count(count: i32, group: i64) -> tl::enums::MessageReplies {
    let blank: tl::types::MessageReplies = of(&[0; 12]);
    tl::types::MessageReplies { comments: true, replies: count, channel_id: Some(group), ..blank }
        .into()
}

/// A photo with one rendition of this size.
#[must_use]
pub fn photo(id: i64, size: i32) -> tl::enums::MessageMedia {
    let rendition = tl::types::PhotoSize { r#type: "x".to_owned(), w: 800, h: 600, size };
    let photo = tl::types::Photo {
        has_stickers: false,
        id,
        access_hash: ACCESS_HASH,
        file_reference: Vec::new(),
        date: 0,
        sizes: vec![rendition.into()],
        video_sizes: None,
        dc_id: 2,
    };
    tl::types::MessageMediaPhoto { photo: Some(photo.into()), ..of(&[0; 4]) }.into()
}

/// A file.
#[must_use]
pub fn document(id: i64, size: i64, mime_type: &str, file_name: &str) -> tl::enums::MessageMedia {
    let name = tl::types::DocumentAttributeFilename { file_name: file_name.to_owned() };
    let document = tl::types::Document {
        id,
        access_hash: ACCESS_HASH,
        file_reference: Vec::new(),
        date: 0,
        mime_type: mime_type.to_owned(),
        size,
        thumbs: None,
        video_thumbs: None,
        dc_id: 2,
        attributes: vec![name.into()],
    };
    tl::types::MessageMediaDocument { document: Some(document.into()), ..of(&[0; 4]) }.into()
}
