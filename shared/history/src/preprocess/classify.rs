//! What a message seems to be: the first rule that fits.

use crate::message::MessageType;

/// What a question begins with, in the chats' languages.
const QUESTION_STARTS: [&str; 27] = [
    "как",
    "почему",
    "что",
    "где",
    "когда",
    "кто",
    "зачем",
    "можно ли",
    "подскажите",
    "як",
    "чому",
    "що",
    "де",
    "коли",
    "хто",
    "навіщо",
    "чи",
    "підкажіть",
    "how",
    "why",
    "what",
    "where",
    "when",
    "who",
    "can i",
    "does",
    "is there",
];

/// What lines of program text begin with.
const CODE_STARTS: [&str; 12] = [
    "def ",
    "class ",
    "import ",
    "from ",
    "return ",
    "fn ",
    "let ",
    "const ",
    "function ",
    "var ",
    "#include",
    "select ",
];

/// What lines of a program's output begin with, or hold.
const LOG_LEVELS: [&str; 6] = ["ERROR", "WARN", "INFO", "DEBUG", "FATAL", "CRITICAL"];
const LOG_PARTS: [&str; 3] = ["Traceback (most recent call last)", "panicked at ", "Exception in "];

/// What advertisements say.
const SPAM: [&str; 8] = [
    "зарегистрируйся",
    "подпишись",
    "зареєструйся",
    "підпишись",
    "скидка",
    "знижка",
    "earn money",
    "promo code",
];

/// So many links make an advertisement.
const SPAM_LINKS: usize = 3;

const ANSWER_STARTS: [&str; 4] = [">", "ответ:", "відповідь:", "re:"];

pub(super) fn of(text: &str, is_service: bool, links: usize) -> MessageType {
    if is_service {
        return MessageType::Service;
    }
    let text = text.trim();
    let lower = text.to_lowercase();
    if text.is_empty() {
        MessageType::Other
    } else if is_code(text) {
        MessageType::Code
    } else if is_log(text) {
        MessageType::Log
    } else if is_question(&lower) {
        MessageType::Question
    } else if links >= SPAM_LINKS || SPAM.iter().any(|word| lower.contains(word)) {
        MessageType::Spam
    } else if ANSWER_STARTS.iter().any(|start| lower.starts_with(start)) {
        MessageType::Answer
    } else {
        MessageType::Other
    }
}

/// Fenced, or at least two lines that begin like code: a single "for " or "if " is a sentence.
fn is_code(text: &str) -> bool {
    if text.contains("```") {
        return true;
    }
    let is_code_line = |line: &str| {
        let line = line.trim_start();
        let ends_like_code = line.ends_with(['{', '}', ';']) || line.ends_with("):");
        let starts = |start: &&str| line.to_ascii_lowercase().starts_with(*start);
        CODE_STARTS.iter().any(starts) || ends_like_code
    };
    text.lines().filter(|line| is_code_line(line)).count() >= 2
}

fn is_log(text: &str) -> bool {
    let has_level = |line: &str| {
        line.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()).take(3).any(
            |word| {
                LOG_LEVELS.iter().any(|level| word.strip_suffix("ING").unwrap_or(word) == *level)
            },
        )
    };
    LOG_PARTS.iter().any(|part| text.contains(part)) || text.lines().any(has_level)
}

/// Ends a sentence with a question mark, or begins like a question and has one.
fn is_question(lower: &str) -> bool {
    let mark = |word: &str| {
        let word = word.trim_end_matches([')', '"', '»', '!']);
        word.ends_with('?') && !word.contains("://")
    };
    let starts = QUESTION_STARTS.iter().any(|start| {
        lower.strip_prefix(start).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    });
    lower.split_whitespace().any(mark) || (starts && lower.contains('?') && !lower.contains("://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_what_its_first_rule_says() {
        for (text, is_service, links, kind) in [
            ("", true, 0, MessageType::Service),
            ("", false, 0, MessageType::Other),
            ("Як це зробити?", false, 0, MessageType::Question),
            ("see https://e.com/?a=b", false, 1, MessageType::Other),
            ("Wait for me if you can", false, 0, MessageType::Other),
            ("```\nx = 1\n```", false, 0, MessageType::Code),
            ("def f(x):\n    return x", false, 0, MessageType::Code),
            ("2026-01-01 INFO started", false, 0, MessageType::Log),
            ("Traceback (most recent call last):", false, 0, MessageType::Log),
            ("I made an error, sorry", false, 0, MessageType::Other),
            ("Підпишись на канал", false, 0, MessageType::Spam),
            ("a b c", false, 3, MessageType::Spam),
            ("feel free to ask", false, 0, MessageType::Other),
            ("> так і є", false, 0, MessageType::Answer),
        ] {
            assert_eq!(of(text, is_service, links), kind, "{text}");
        }
    }
}
