//! Updates of the Bot API: a customer's message, or something that is none.

use jiff::Timestamp;
use mirt_domain::{
    attachment::{Attachment, AttachmentKind},
    channel::Channel,
    decide::Deed,
    photo::{Photo, SentFile, SentKind},
    session_id::{SessionId, UserId},
    turn::Message,
};
use mirt_engine::{
    card::ManagersMessage,
    event::{EventBody, EventKey, EventOrder, InboundEvent, Managed, PartOf},
};

use super::managers;
use super::raw::{RawCallback, RawChat, RawMessage, RawPhotoSize, RawUpdate, RawUser};
use crate::inbound::{ParseError, bounded};

/// What an update is to us.
#[derive(Debug, PartialEq, Eq)]
pub enum Update {
    /// A customer's message, new or corrected.
    Message(Box<InboundEvent>),
    /// A tap on a button under one of our messages: the words of the button.
    Tap {
        /// The tap as a message.
        event: Box<InboundEvent>,
        /// What has to be answered, or the customer's button goes on turning.
        callback: String,
    },
    /// What a manager did in the managers' chat.
    Managed {
        /// The message that it is about: a card, or something below one.
        subject: ManagersMessage,
        /// Who and what.
        managed: Managed,
        /// The update's number.
        update: u64,
        /// What has to be answered, where it was a button.
        callback: Option<String>,
    },
    /// Something that the assistant does not handle. Telegram must hear that it was taken, or it
    /// delivers it again and again.
    Ignored,
}

/// Reads an update; `managers` is the number of the managers' chat, if there is one.
///
/// # Errors
/// When the body is no JSON, or no update.
pub fn parse(
    body: &[u8],
    received_at: Timestamp,
    managers: Option<i64>,
) -> Result<Update, ParseError> {
    let RawUpdate { update_id, message, edited_message, callback_query } =
        serde_json::from_slice(body)?;
    if let Some(callback) = callback_query {
        if callback.message.as_ref().is_some_and(|message| is_managers(&message.chat, managers)) {
            return Ok(button(update_id, callback));
        }
        return tap(update_id, callback, received_at);
    }
    if let Some(message) = message.as_ref().filter(|message| is_managers(&message.chat, managers)) {
        return Ok(answer(update_id, message));
    }
    let Some(raw) = message.or(edited_message) else { return Ok(Update::Ignored) };
    let from_bot = raw.from.as_ref().is_some_and(|user| user.is_bot);
    if !raw.chat.is_private() || from_bot {
        return Ok(Update::Ignored);
    }
    let sent_at = raw.edit_date.unwrap_or(raw.date);
    let chat = raw.chat.id;
    let part_of =
        PartOf { message: Some(raw.message_id.to_string()), album: raw.media_group_id.clone() };
    let nickname = raw.from.as_ref().and_then(RawUser::nickname);
    let Ok(message) = content(raw) else { return Ok(Update::Ignored) };
    let message = Message { nickname, ..message };
    let body = EventBody::Said { message, part_of };
    let event = event(chat, update_id, body, sent_at, received_at)?;
    Ok(Update::Message(Box::new(event)))
}

/// Whether a chat is the managers'. A group may have got another number than the setting has; that a
/// card of ours is there, and that it is a manager who does something with it, is seen to later.
fn is_managers(chat: &RawChat, managers: Option<i64>) -> bool {
    managers.is_some_and(|managers| chat.id == managers || !chat.is_private())
}

/// A manager's button.
fn button(update: u64, callback: RawCallback) -> Update {
    let RawCallback { id, from, message, data } = callback;
    let act = data.as_deref().and_then(managers::act_of);
    let (Some(act), Some(message)) = (act, message) else { return Update::Ignored };
    Update::Managed {
        subject: ManagersMessage { chat: message.chat.id.to_string(), id: message.message_id },
        managed: Managed { by: from.into_manager(), deed: Deed::Press(act) },
        update,
        callback: Some(id),
    }
}

/// A manager's answer to a card: what it holds is for the customer.
fn answer(update: u64, message: &RawMessage) -> Update {
    let (Some(from), Some(below)) = (&message.from, &message.reply_to_message) else {
        return Update::Ignored;
    };
    if from.is_bot {
        return Update::Ignored;
    }
    let deed = match (&message.text, sent(message)) {
        (Some(text), _) => Deed::Write(text.clone()),
        (None, Some(file)) => Deed::Send { file, words: message.caption.clone() },
        (None, None) => Deed::SendOther,
    };
    Update::Managed {
        subject: ManagersMessage { chat: message.chat.id.to_string(), id: below.message_id },
        managed: Managed { by: from.clone().into_manager(), deed },
        update,
        callback: None,
    }
}

/// The photo or file of a manager's message. An animation comes as a file too.
fn sent(message: &RawMessage) -> Option<SentFile> {
    if let Some(photo) = largest(&message.photo) {
        let (id, bytes) = (photo.file_id.clone(), photo.file_size);
        return Some(SentFile { id, kind: SentKind::Photo, bytes });
    }
    let file = message.document.as_ref()?;
    let is_photo = file.is_image() && message.animation.is_none();
    let kind = if is_photo { SentKind::PhotoAsFile } else { SentKind::File };
    Some(SentFile { id: file.file_id.clone(), kind, bytes: file.file_size })
}

fn largest(sizes: &[RawPhotoSize]) -> Option<&RawPhotoSize> {
    sizes.iter().max_by_key(|size| u64::from(size.width) * u64::from(size.height))
}

fn tap(update: u64, callback: RawCallback, received_at: Timestamp) -> Result<Update, ParseError> {
    let words = callback.words().map(str::to_owned);
    let nickname = callback.from.nickname();
    let RawCallback { id, message, .. } = callback;
    let chat = message.map(|message| message.chat).filter(RawChat::is_private);
    let (Some(words), Some(chat)) = (words, chat) else { return Ok(Update::Ignored) };
    let message = bounded(Some(&words), Vec::new(), Vec::new())?;
    let message = Message { nickname, ..message };
    // A tap has no time of its own, and the message's is when it was sent.
    let sent_at = received_at.as_second();
    let event = event(chat.id, update, EventBody::said(message), sent_at, received_at)?;
    Ok(Update::Tap { event: Box::new(event), callback: id })
}

fn event(
    chat: i64,
    update: u64,
    body: EventBody,
    sent_at: i64,
    received_at: Timestamp,
) -> Result<InboundEvent, ParseError> {
    Ok(InboundEvent {
        session: SessionId { channel: Channel::Telegram, user: UserId::parse(&chat.to_string())? },
        key: EventKey::from_id(&update.to_string()),
        body,
        received_at,
        order: EventOrder {
            at: Timestamp::from_second(sent_at).unwrap_or(received_at),
            sequence: update,
        },
        answer_until: None,
        trace: None,
    })
}

/// What a message says.
fn content(raw: RawMessage) -> Result<Message, ParseError> {
    let largest = largest(&raw.photo).map(|size| size.file_id.clone());
    let (images, documents): (Vec<_>, Vec<_>) = raw
        .document
        .into_iter()
        // An animation comes as a document too.
        .filter(|_| raw.animation.is_none())
        .partition(|document| document.is_image());
    let photos = largest
        .into_iter()
        .chain(images.into_iter().map(|image| image.file_id))
        .map(Photo::TelegramFile)
        .collect();
    let of =
        |kind| move |file: Option<String>| Attachment { kind, file: file.map(Photo::TelegramFile) };
    let mut attachments: Vec<Attachment> = Vec::new();
    for (kind, file) in [
        (AttachmentKind::Voice, raw.voice.or(raw.audio)),
        (AttachmentKind::Video, raw.video.or(raw.video_note).or(raw.animation)),
        (AttachmentKind::Sticker, raw.sticker),
        (AttachmentKind::File, documents.into_iter().next()),
    ] {
        attachments.extend(file.map(|file| of(kind)(Some(file.file_id))));
    }
    let is_other = raw.location.is_some() || raw.poll.is_some();
    let phone = raw.contact.map(|contact| contact.phone_number);
    if is_other {
        attachments.push(of(AttachmentKind::Other)(None));
    }
    let text = raw.text.or(raw.caption).or(phone);
    bounded(text.as_deref(), photos, attachments)
}

#[cfg(test)]
mod tests;
