//! Cuts a reply into what a channel takes: at paragraphs, else at sentences, else at words, else
//! between graphemes, never inside one. Nothing is lost but the white space at a cut.

use mirt_domain::reply::{Bubble, Reply};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::limits::Limits;

/// Cuts a reply into calls of a channel with these limits, in order. Quick replies go with the last
/// message, as a list where the channel has none; what is to be noted goes with the first calls, and
/// in calls of its own where those do not take it all.
#[must_use]
pub fn into_calls(limits: Limits, reply: &Reply) -> Vec<Reply> {
    let mut bubbles = reply.bubbles.clone();
    let mut quick_replies = reply.quick_replies.clone();
    if limits.quick_replies == 0 && !quick_replies.is_empty() {
        list_options(&mut bubbles, &quick_replies);
        quick_replies.clear();
    }
    quick_replies.truncate(limits.quick_replies);
    let messages: Vec<Bubble> =
        bubbles.iter().flat_map(|bubble| into_messages(limits, bubble)).collect();
    // A file may be refused where words are not: each has a call of its own.
    let is_sent = |message: &Bubble| matches!(message, Bubble::Sent { .. });
    let mut calls: Vec<Reply> = messages
        .chunk_by(|before, after| !is_sent(before) && !is_sent(after))
        .flat_map(|run| run.chunks(limits.messages_per_call))
        .map(|messages| Reply { bubbles: messages.to_vec(), ..Reply::default() })
        .collect();
    if let Some(last) = calls.last_mut() {
        last.quick_replies = quick_replies;
    }
    if limits.marks_per_call > 0 {
        for (place, marks) in reply.marks.chunks(limits.marks_per_call).enumerate() {
            if place == calls.len() {
                calls.push(Reply::default());
            }
            calls[place].marks = marks.to_vec();
        }
    }
    calls
}

/// Shows answers as a list: numbered, unless a list with numbers of its own stands there already.
fn list_options(bubbles: &mut Vec<Bubble>, options: &[String]) {
    let has_numbers = bubbles.iter().any(|bubble| match bubble {
        Bubble::Text(text) => text.lines().any(|line| line.starts_with("1.")),
        Bubble::Photo { .. } | Bubble::Sent { .. } => false,
    });
    let lines: Vec<String> = (1..)
        .zip(options)
        .map(
            |(n, option)| {
                if has_numbers { format!("• {option}") } else { format!("{n}. {option}") }
            },
        )
        .collect();
    let list = lines.join("\n");
    match bubbles.last_mut() {
        Some(Bubble::Text(text)) => {
            text.push_str("\n\n");
            text.push_str(&list);
        }
        _ => bubbles.push(Bubble::Text(list)),
    }
}

fn into_messages(limits: Limits, bubble: &Bubble) -> Vec<Bubble> {
    let texts = |text: &str| cut(text, limits.text).into_iter().map(Bubble::Text);
    let (caption, with): (_, &dyn Fn(Option<String>) -> Bubble) = match bubble {
        Bubble::Text(text) => return texts(text).collect(),
        Bubble::Photo { url, caption } => {
            (caption, &|caption| Bubble::Photo { url: url.clone(), caption })
        }
        Bubble::Sent { file, caption } => {
            (caption, &|caption| Bubble::Sent { file: file.clone(), caption })
        }
    };
    let caption = caption.as_deref().map(str::trim).filter(|words| !words.is_empty());
    match caption {
        None => vec![with(None)],
        Some(words) if length(words) <= limits.caption => vec![with(Some(words.to_owned()))],
        Some(words) => std::iter::once(with(None)).chain(texts(words)).collect(),
    }
}

/// Where a text may be cut, best first.
const LEVELS: [fn(&str) -> Vec<&str>; 4] = [paragraphs, sentences, words, graphemes];

fn paragraphs(text: &str) -> Vec<&str> {
    text.split_inclusive("\n\n").collect()
}

fn sentences(text: &str) -> Vec<&str> {
    text.split_sentence_bounds().collect()
}

fn words(text: &str) -> Vec<&str> {
    text.split_inclusive(char::is_whitespace).collect()
}

fn graphemes(text: &str) -> Vec<&str> {
    text.graphemes(true).collect()
}

/// Cuts `text` into pieces of at most `limit` UTF-16 code units. A single grapheme longer than
/// that, which no alphabet has, stays whole.
#[must_use]
pub fn cut(text: &str, limit: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    cut_at(text, limit, &LEVELS, &mut pieces);
    pieces
}

fn cut_at(text: &str, limit: usize, levels: &[fn(&str) -> Vec<&str>], pieces: &mut Vec<String>) {
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    let Some((level, finer)) = levels.split_first().filter(|_| length(text) > limit) else {
        pieces.push(text.to_owned());
        return;
    };
    let mut piece = String::new();
    for part in level(text) {
        if length(piece.trim()) + length(part.trim_end()) + gap(&piece) > limit {
            cut_at(&piece, limit, finer, pieces);
            piece.clear();
        }
        piece.push_str(part);
    }
    cut_at(&piece, limit, finer, pieces);
}

/// The white space at the end of a piece, which counts once something follows it.
fn gap(piece: &str) -> usize {
    length(piece) - length(piece.trim_end())
}

/// The length in UTF-16 code units.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use mirt_domain::{
        channel::Channel,
        marks::Mark,
        photo::{SentFile, SentKind},
        state::State,
    };
    use proptest::prelude::*;

    use super::*;
    use crate::limits;

    fn squeezed(text: &str) -> String {
        text.split_whitespace().collect()
    }

    #[test]
    fn a_short_text_stays_whole() {
        assert_eq!(cut("Добрий день!\n\nЧим допомогти?", 1000), ["Добрий день!\n\nЧим допомогти?"]);
    }

    #[test]
    fn a_long_text_is_cut_at_its_paragraphs_first() {
        assert_eq!(cut("Перше. Друге.\n\nТретє.", 14), ["Перше. Друге.", "Третє."]);
    }

    #[test]
    fn a_long_paragraph_is_cut_at_its_sentences_and_a_long_sentence_at_its_words() {
        assert_eq!(
            cut("Перше речення. Друге речення тут.", 15),
            ["Перше речення.", "Друге речення", "тут."]
        );
    }

    #[test]
    fn an_emoji_of_several_code_points_is_never_cut() {
        let family = "👨‍👩‍👧‍👦";

        assert_eq!(cut(&family.repeat(3), 11), [family, family, family]);
    }

    #[test]
    fn instagram_gets_at_most_ten_messages_a_call() {
        let reply =
            Reply { bubbles: vec![Bubble::Text("так".to_owned()); 23], ..Reply::default() };

        let calls = into_calls(limits::of(Channel::Instagram), &reply);

        assert_eq!(calls.iter().map(|call| call.bubbles.len()).collect::<Vec<_>>(), [10, 10, 3]);
    }

    #[test]
    fn a_caption_that_is_too_long_follows_its_photo_as_text() {
        let photo = Bubble::Photo {
            url: "https://cdn.example/1.jpg".to_owned(),
            caption: Some("а".repeat(1025)),
        };
        let reply = Reply { bubbles: vec![photo], ..Reply::default() };

        let calls = into_calls(limits::of(Channel::Telegram), &reply);

        assert_eq!(calls.len(), 2);
        assert!(matches!(calls[0].bubbles[..], [Bubble::Photo { caption: None, .. }]));
        assert_eq!(calls[1].bubbles, [Bubble::Text("а".repeat(1025))]);
    }

    #[test]
    fn a_managers_file_has_a_call_of_its_own_and_its_words_go_with_the_rest_where_it_has_none() {
        let file = SentFile { id: "f".to_owned(), kind: SentKind::Photo, bytes: None };
        let sent = Bubble::Sent { file, caption: Some("Ось вона".to_owned()) };
        let text = || Bubble::Text("Вітаю!".to_owned());
        let reply = Reply { bubbles: vec![text(), sent, text()], ..Reply::default() };

        let manychat = into_calls(limits::of(Channel::Instagram), &reply);
        let telegram = into_calls(limits::of(Channel::Telegram), &reply);

        let sizes =
            |calls: &[Reply]| calls.iter().map(|call| call.bubbles.len()).collect::<Vec<_>>();
        assert_eq!(sizes(&manychat), [1, 1, 2]);
        assert_eq!(manychat[2].bubbles[0], Bubble::Text("Ось вона".to_owned()));
        assert_eq!(sizes(&telegram), [1, 1, 1]);
    }

    fn with_options(text: &str) -> Reply {
        Reply {
            bubbles: vec![Bubble::Text(text.to_owned())],
            quick_replies: vec!["Беру".to_owned(), "Інший колір".to_owned()],
            ..Reply::default()
        }
    }

    #[test]
    fn where_nothing_can_be_tapped_answers_are_a_numbered_list() {
        let calls = into_calls(limits::of(Channel::Whatsapp), &with_options("Беремо?"));

        assert_eq!(calls.len(), 1);
        assert_eq!(
            calls[0].bubbles,
            [Bubble::Text("Беремо?\n\n1. Беру\n2. Інший колір".to_owned())]
        );
        assert_eq!(calls[0].quick_replies, [""; 0]);
    }

    #[test]
    fn answers_under_a_list_of_garments_have_no_numbers_of_their_own() {
        let calls = into_calls(limits::of(Channel::Whatsapp), &with_options("1. Сукня\n2. Костюм"));

        let list = "1. Сукня\n2. Костюм\n\n• Беру\n• Інший колір";
        assert_eq!(calls[0].bubbles, [Bubble::Text(list.to_owned())]);
    }

    #[test]
    fn what_is_noted_goes_five_a_call_and_is_never_lost() {
        let marks = vec![Mark::AiState(State::Offer); 8];
        let reply = Reply { marks, ..with_options("Беремо?") };

        let calls = into_calls(limits::of(Channel::Instagram), &reply);

        assert_eq!(calls.iter().map(|call| call.marks.len()).collect::<Vec<_>>(), [5, 3]);
        assert_eq!(calls[1].bubbles, []);
    }

    proptest! {
        #[test]
        fn no_piece_is_over_the_limit_and_nothing_is_lost(
            text in "([а-яіїє]{1,12}[ .,!?\n👗]{1,3}){0,60}",
            limit in 3_usize..200,
        ) {
            let pieces = cut(&text, limit);

            prop_assert!(pieces.iter().all(|piece| length(piece) <= limit && !piece.is_empty()));
            prop_assert_eq!(squeezed(&pieces.concat()), squeezed(&text));
        }
    }
}
