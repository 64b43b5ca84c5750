//! Messages that are for a machine and not for a shop: overrides, roles, secrets, markup, payloads.
//!
//! Nothing is cut out of a message; it is answered as something that the shop does not do.

mod disguise;

use crate::{
    language::{
        rules::{self, Signal},
        token::{Kind, Token, tokens},
    },
    perceive::Perceived,
};

/// Markers of chat templates, roles and markup. They are signs and not words, so they are looked for
/// in the text as it was written, in small letters.
const MARKERS: [&str; 28] = [
    "[admin]",
    "<instruction",
    "</instruction",
    "discount=",
    "<prompt",
    "<assistant",
    "role=",
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
];

/// Whether a message is kept from being read as a customer's wish.
#[must_use]
pub fn is_blocked(text: &str, words: &[Token], perceived: &Perceived) -> bool {
    let lower = text.to_lowercase();
    perceived.has_any(&[Signal::Injection, Signal::FalseAuthority, Signal::Illegal])
        || MARKERS.iter().any(|marker| lower.contains(marker))
        || disguise::is_encoded(text)
        || disguise::is_spelled_out(text)
        || disguise::readings(text).iter().any(|reading| is_order(reading))
        || is_spam(words, perceived)
}

/// Whether a reading beneath a disguise is an order to a machine.
fn is_order(reading: &str) -> bool {
    let seen = rules::read(&tokens(reading), |_| false);
    seen.iter().any(|seen| matches!(seen.signal, Signal::Injection | Signal::FalseAuthority))
}

/// A link beside words that lead away from the shop.
fn is_spam(tokens: &[Token], perceived: &Perceived) -> bool {
    let has_link = tokens.iter().any(|token| token.kind == Kind::Url);
    has_link && perceived.has(Signal::OffTopic) && perceived.products.is_empty()
}
