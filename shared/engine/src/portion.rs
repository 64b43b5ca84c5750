//! Which of a session's events make its next turn.

use jiff::Timestamp;
use mirt_domain::turn::Message;

use crate::{
    event::{EventBody, PartOf},
    session_store::{Cause, Heard, InboxEntry},
};

/// How many events one turn consumes at most. The commit is one transaction of at most 100 items;
/// what is over makes the next turn.
const MAX_EVENTS_PER_TURN: usize = 70;

/// How much text one turn consumes at most: its record, which holds it, stays far under DynamoDB's
/// 400 KB an item.
const MAX_BYTES_PER_TURN: usize = 64 * 1024;

/// The events that one turn takes.
pub(crate) struct Portion {
    /// Their keys in the store.
    pub(crate) keys: Vec<String>,
    /// What the turn is made of.
    pub(crate) cause: Cause,
    /// When a customer's messages were received; `None` for a turn of another cause.
    pub(crate) heard: Option<Heard>,
    /// Until when those wait who want the turn's reply as an answer.
    pub(crate) askers: Vec<Timestamp>,
}

/// The first events of an inbox: a manager's deed or news of an order alone, or a customer's
/// messages up to the next of those; at least one, and no more than a turn's record and its transaction can hold. An empty
/// inbox is taken for the sake of the time that has passed.
pub(crate) fn of(inbox: Vec<InboxEntry>, now: Timestamp) -> Portion {
    if inbox.is_empty() {
        return Portion { keys: Vec::new(), cause: Cause::Due, heard: None, askers: Vec::new() };
    }
    let mut bytes = 0;
    let mut keys = Vec::new();
    let mut messages = Vec::new();
    let mut heard: Option<Heard> = None;
    let mut askers = Vec::new();
    let most = whole_albums(&inbox, MAX_EVENTS_PER_TURN);
    for InboxEntry { key, event } in inbox.into_iter().take(most) {
        match event.body {
            EventBody::Said { message, part_of } => {
                bytes += message.text.as_deref().map_or(0, str::len);
                if bytes > MAX_BYTES_PER_TURN && !messages.is_empty() {
                    break;
                }
                messages.push((part_of, message));
            }
            EventBody::Managed(managed) if messages.is_empty() => {
                return alone(key, Cause::Managed(managed), event.answer_until);
            }
            EventBody::Order(news) if messages.is_empty() => {
                return alone(key, Cause::Order(news), event.answer_until);
            }
            EventBody::Due if messages.is_empty() => {
                return alone(key, Cause::Due, event.answer_until);
            }
            EventBody::Managed(_) | EventBody::Order(_) | EventBody::Due => break,
        }
        // A clock that ran ahead must not make the window longer.
        let at = event.received_at.min(now);
        let Heard { first, last } = heard.unwrap_or(Heard { first: at, last: at });
        heard = Some(Heard { first: first.min(at), last: last.max(at) });
        askers.extend(event.answer_until);
        keys.push(key);
    }
    Portion { keys, cause: Cause::Said(whole_messages(messages)), heard, askers }
}

/// Whether one turn surely takes all of an inbox.
pub(crate) fn takes_all(inbox: &[InboxEntry]) -> bool {
    let mut bytes = 0;
    let fits = |entry: &InboxEntry| match &entry.event.body {
        EventBody::Said { message, .. } => {
            bytes += message.text.as_deref().map_or(0, str::len);
            bytes <= MAX_BYTES_PER_TURN
        }
        EventBody::Managed(_) | EventBody::Order(_) | EventBody::Due => false,
    };
    inbox.len() <= 1 || (inbox.len() <= MAX_EVENTS_PER_TURN && inbox.iter().all(fits))
}

/// An event that is no customer's message.
fn alone(key: String, cause: Cause, answer_until: Option<Timestamp>) -> Portion {
    Portion { keys: vec![key], cause, heard: None, askers: answer_until.into_iter().collect() }
}

/// How many of the first `most` events a turn takes, so that it does not end within an album. One that
/// is larger than a turn is divided all the same.
fn whole_albums(inbox: &[InboxEntry], most: usize) -> usize {
    let album = |at: usize| inbox.get(at).and_then(|entry| entry.event.album());
    let begins = |at: &usize| *at == 0 || album(*at).is_none() || album(*at) != album(*at - 1);
    (1..=most).rev().find(begins).unwrap_or(most)
}

/// Messages as the customer sees them: a correction in the place of what it corrects, the photos of
/// an album as one message.
fn whole_messages(parts: Vec<(PartOf, Message)>) -> Vec<Message> {
    let mut whole: Vec<(PartOf, Message)> = Vec::with_capacity(parts.len());
    for (part_of, message) in parts {
        let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
        if let Some((_, earlier)) =
            whole.iter_mut().find(|(other, _)| same(&other.message, &part_of.message))
        {
            *earlier = message;
        } else if let Some((_, album)) =
            whole.iter_mut().find(|(other, _)| same(&other.album, &part_of.album))
        {
            album.text = album.text.take().or(message.text);
            album.photos.extend(message.photos);
            album.attachments.extend(message.attachments);
        } else {
            whole.push((part_of, message));
        }
    }
    whole.into_iter().map(|(_, message)| message).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use super::*;

    fn said(text: &str, message: &str) -> (PartOf, Message) {
        let part_of = PartOf { message: Some(message.to_owned()), album: None };
        (part_of, Message { text: Some(text.to_owned()), ..Message::default() })
    }

    #[test]
    fn a_correction_takes_the_place_of_what_it_corrects() {
        let whole =
            whole_messages(vec![said("на 134", "1"), said("рожеву", "2"), said("на 140", "1")]);

        let texts: Vec<_> = whole.iter().filter_map(|message| message.text.as_deref()).collect();
        assert_eq!(texts, ["на 140", "рожеву"]);
    }

    fn entries(albums: &[Option<&str>]) -> Vec<InboxEntry> {
        use mirt_domain::{
            channel::Channel,
            session_id::{SessionId, UserId},
        };

        use crate::event::{EventKey, EventOrder, InboundEvent};

        let at = Timestamp::UNIX_EPOCH;
        let user = UserId::parse("1").unwrap();
        let session = SessionId { channel: Channel::Telegram, user };
        let entry = |(n, album): (usize, &Option<&str>)| InboxEntry {
            key: n.to_string(),
            event: InboundEvent {
                session: session.clone(),
                key: EventKey::from_id(&n.to_string()),
                body: EventBody::Said {
                    message: Message { text: Some(n.to_string()), ..Message::default() },
                    part_of: PartOf { message: None, album: album.map(str::to_owned) },
                },
                received_at: at,
                order: EventOrder { at, sequence: n as u64 },
                answer_until: None,
                trace: None,
            },
        };
        albums.iter().enumerate().map(entry).collect()
    }

    #[test]
    fn a_turn_that_cannot_take_all_ends_before_an_album_and_not_within_it() {
        let mut albums = vec![None; 65];
        albums.extend([Some("a"); 10]);
        assert_eq!(of(entries(&albums), Timestamp::UNIX_EPOCH).keys.len(), 65);

        // Seven albums of ten are as many as a turn takes.
        let many: Vec<String> = (0..9).map(|n| n.to_string()).collect();
        let albums: Vec<_> = many.iter().flat_map(|name| [Some(name.as_str()); 10]).collect();
        assert_eq!(of(entries(&albums), Timestamp::UNIX_EPOCH).keys.len(), 70);

        assert_eq!(of(entries(&[Some("a"); 100]), Timestamp::UNIX_EPOCH).keys.len(), 70);
        assert_eq!(of(entries(&[None; 100]), Timestamp::UNIX_EPOCH).keys.len(), 70);
        assert_eq!(of(entries(&[Some("a"); 5]), Timestamp::UNIX_EPOCH).keys.len(), 5);
    }

    #[test]
    fn what_one_turn_surely_takes_is_no_more_than_it_does_take() {
        let mut mixed = entries(&[None, None]);
        mixed[1].event.body = EventBody::Due;
        let mut long = entries(&[None, None]);
        for entry in &mut long {
            let text = Some("а".repeat(MAX_BYTES_PER_TURN / 2));
            let message = Message { text, ..Message::default() };
            entry.event.body = EventBody::Said { message, part_of: PartOf::default() };
        }
        let inboxes = [
            (entries(&[None; 70]), true),
            (entries(&[None; 71]), false),
            (mixed, false),
            (long, false),
            (Vec::new(), true),
        ];

        for (inbox, is_taken) in inboxes {
            assert_eq!(takes_all(&inbox), is_taken, "{}", inbox.len());
            let count = inbox.len();
            let taken = of(inbox, Timestamp::UNIX_EPOCH).keys.len();
            assert_eq!(taken == count, is_taken, "{count}");
        }
    }

    #[test]
    fn an_album_is_one_message_with_the_words_of_whichever_part_has_them() {
        use mirt_domain::photo::Photo;

        let part = |n: u32, text: Option<&str>| {
            let part_of = PartOf { message: Some(n.to_string()), album: Some("a".to_owned()) };
            let photos = vec![Photo::TelegramFile(n.to_string())];
            (part_of, Message { text: text.map(str::to_owned), photos, ..Message::default() })
        };

        let whole = whole_messages(vec![part(1, None), part(2, Some("є така?")), part(3, None)]);

        let album = Message {
            text: Some("є така?".to_owned()),
            photos: ["1", "2", "3"].map(|id| Photo::TelegramFile(id.to_owned())).to_vec(),
            ..Message::default()
        };
        assert_eq!(whole, [album]);
    }
}
