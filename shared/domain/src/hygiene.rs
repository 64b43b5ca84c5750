//! Messages that are for a machine and not for a shop: overrides, roles, secrets, markup, payloads.
//!
//! Nothing is cut out of a message; it is answered as something that the shop does not do.

use crate::{
    language::{
        rules::Signal,
        token::{Kind, Token},
    },
    perceive::Perceived,
};

/// Markers of chat templates, roles and markup. They are signs and not words, so they are looked for
/// in the text as it was written, in small letters.
const MARKERS: [&str; 22] = [
    "system:",
    "[system]",
    "<system",
    "</system",
    "<|",
    "|>",
    "[inst]",
    "[/inst]",
    "<<sys",
    "### ",
    "###instruction",
    "\"role\"",
    "'role'",
    "assistant:",
    "<script",
    "javascript:",
    "onerror=",
    "onload=",
    "{{",
    "${",
    "<!--",
    "developer:",
];

/// How long a run of letters and digits without a space is before it is taken for an encoded payload.
const PAYLOAD_CHARS: usize = 24;

/// Whether a message is kept from being read as a customer's wish.
#[must_use]
pub fn is_blocked(text: &str, tokens: &[Token], perceived: &Perceived) -> bool {
    let lower = text.to_lowercase();
    perceived.has_any(&[Signal::Injection, Signal::FalseAuthority, Signal::Illegal])
        || MARKERS.iter().any(|marker| lower.contains(marker))
        || has_payload(&lower, text)
        || is_spam(tokens, perceived)
}

/// Base64, hexadecimal and the like: a long run of Latin letters and digits that is no link.
fn has_payload(lower: &str, text: &str) -> bool {
    let is_code = |run: &str| {
        run.len() >= PAYLOAD_CHARS
            && run
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_'))
            && !run.contains("://")
    };
    text.split_whitespace().any(is_code) || lower.contains("\\u0") || lower.contains("\\x")
}

/// A link beside words that lead away from the shop.
fn is_spam(tokens: &[Token], perceived: &Perceived) -> bool {
    let has_link = tokens.iter().any(|token| token.kind == Kind::Url);
    has_link && perceived.has(Signal::OffTopic) && perceived.products.is_empty()
}
