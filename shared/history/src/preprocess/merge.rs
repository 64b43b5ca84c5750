//! Short messages that one sender wrote in a row, as one: people press Enter for commas.

use std::time::Duration;

use super::Merge;
use crate::message::{Message, Reaction};

/// What stands between two texts.
const BETWEEN: &str = "\n\n";

/// Takes messages in ascending order, and gives them so.
pub(super) fn run(settings: Merge, messages: Vec<Message>) -> Vec<Message> {
    let mut merged: Vec<Message> = Vec::with_capacity(messages.len());
    // The last message of the group that is being built, as it was: lengths and gaps are between
    // neighbours, so that a group may grow.
    let mut last: Option<(jiff::Timestamp, usize)> = None;
    for message in messages {
        let short = length(&message).filter(|length| *length <= settings.max_length);
        let follows = match (merged.last(), last, short) {
            (Some(group), Some((at, _)), Some(_)) => {
                let gap = Duration::try_from(message.date.duration_since(at)).ok();
                gap.is_some_and(|gap| gap.as_secs() <= settings.max_gap_seconds.into())
                    && belongs(group, &message)
            }
            _ => false,
        };
        last = short.map(|length| (message.date, length));
        match merged.last_mut() {
            Some(group) if follows => join(group, message),
            _ => merged.push(message),
        }
    }
    merged
}

/// The length of a text that may be merged: plain words of its sender, nothing else.
fn length(message: &Message) -> Option<usize> {
    let is_plain = message.media.is_none()
        && message.action.is_none()
        && message.forward_from.is_none()
        && message.album_id.is_none();
    message.text.as_ref().filter(|_| is_plain).map(|text| text.chars().count())
}

/// Whether the message is of the same sender and in the same place of the talk.
fn belongs(group: &Message, message: &Message) -> bool {
    let answers_the_same =
        message.reply_to_msg_id.is_none() || message.reply_to_msg_id == group.reply_to_msg_id;
    message.sender_id.is_some()
        && message.sender_id == group.sender_id
        && message.topic_id == group.topic_id
        && answers_the_same
}

fn join(group: &mut Message, message: Message) {
    let text = group.text.get_or_insert_default();
    let units = text.encode_utf16().count() + BETWEEN.len();
    let shift = i32::try_from(units).unwrap_or(i32::MAX);
    text.push_str(BETWEEN);
    text.push_str(message.text.as_deref().unwrap_or_default());
    group.entities.extend(message.entities.into_iter().map(|mut entity| {
        entity.offset = entity.offset.saturating_add(shift);
        entity
    }));
    for reaction in message.reactions {
        add(&mut group.reactions, reaction);
    }
    group.comments.extend(message.comments);
    group.merged_ids.push(message.id);
    group.pinned |= message.pinned;
    group.edit_date = group.edit_date.max(message.edit_date);
    group.views = group.views.max(message.views);
    group.forwards = sum(group.forwards, message.forwards);
    group.replies_count = sum(group.replies_count, message.replies_count);
}

fn sum(a: Option<i32>, b: Option<i32>) -> Option<i32> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (a, b) => a.or(b),
    }
}

fn add(reactions: &mut Vec<Reaction>, reaction: Reaction) {
    let same = reactions.iter_mut().find(|other| {
        other.emoji == reaction.emoji && other.custom_emoji_id == reaction.custom_emoji_id
    });
    match same {
        Some(other) => other.count = other.count.saturating_add(reaction.count),
        None => reactions.push(reaction),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use super::*;
    use crate::message::Media;

    fn message(id: i32, second: i64, sender: i64, text: &str) -> Message {
        let date = jiff::Timestamp::from_second(second).unwrap();
        Message { text: Some(text.to_owned()), sender_id: Some(sender), ..Message::blank(id, date) }
    }

    fn ids(messages: &[Message]) -> Vec<(i32, &[i32])> {
        messages.iter().map(|message| (message.id, message.merged_ids.as_slice())).collect()
    }

    #[test]
    fn what_one_sender_wrote_in_a_row_is_one_in_order() {
        let merged = run(
            Merge::default(),
            vec![
                message(1, 0, 7, "перше"),
                message(2, 60, 7, "друге"),
                message(3, 140, 7, "третє"),
            ],
        );

        assert_eq!(ids(&merged), [(1, [2, 3].as_slice())]);
        assert_eq!(merged[0].text.as_deref(), Some("перше\n\nдруге\n\nтретє"));
    }

    #[test]
    fn a_pause_another_sender_a_long_text_or_a_photo_ends_it() {
        let long = "д".repeat(121);
        let mut photo = message(6, 94, 7, "фото");
        photo.media = Some(Media { kind: "photo".to_owned(), ..Media::default() });
        let merged = run(
            Merge::default(),
            vec![
                message(1, 0, 7, "a"),
                message(2, 1, 8, "b"),
                message(3, 2, 7, "c"),
                message(4, 93, 7, "d"),
                message(5, 94, 7, &long),
                photo,
                message(7, 95, 7, "e"),
            ],
        );

        assert!(merged.iter().all(|message| message.merged_ids.is_empty()), "{:?}", ids(&merged));
        assert_eq!(merged.len(), 7);
    }

    #[test]
    fn an_answer_to_another_message_stays_on_its_own() {
        let mut answer = message(2, 1, 7, "b");
        answer.reply_to_msg_id = Some(9);

        let merged = run(Merge::default(), vec![message(1, 0, 7, "a"), answer]);

        assert_eq!(ids(&merged), [(1, [].as_slice()), (2, [].as_slice())]);
    }
}
