//! Messages that are for a machine and not for a shop: overrides, roles, secrets, markup, payloads.
//!
//! Nothing is cut out of a message; it is answered as something that the shop does not do.

mod disguise;
mod encoded;
mod letters;

use crate::{
    language::{
        machine_talk,
        rules::{Rules, Signal},
        token::{Kind, Token, tokens},
    },
    perceive::Perceived,
    turn::RuleHit,
};

/// Markers of chat templates, roles and markup. They are signs and not words, so they are looked for
/// in the text as it was written, in small letters.
const MARKERS: [&str; 40] = [
    "[admin]",
    "[system",
    "[/system",
    "[developer",
    "[assistant",
    "[user]",
    "<instruction",
    "</instruction",
    "discount=",
    "price=",
    "<prompt",
    "<assistant",
    "<user",
    "<developer",
    "<admin",
    "<tool",
    "<function",
    "role=",
    "system:",
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
    "<![cdata[",
    "begin_of_text",
];

/// Why a message is kept from being read as a customer's wish, for the trace; nothing for one that
/// is not.
#[must_use]
pub fn block(text: &str, words: &[Token], perceived: &Perceived) -> Option<RuleHit> {
    let hit = |rule: &str, words: &str| {
        Some(RuleHit { rule: format!("hygiene.{rule}"), words: words.to_owned() })
    };
    let known = [Signal::Injection, Signal::FalseAuthority, Signal::Illegal];
    if let Some(signal) = known.into_iter().find(|signal| perceived.has(*signal)) {
        return hit(signal.as_str(), "");
    }
    let lower = text.to_lowercase();
    if let Some(marker) = MARKERS.iter().find(|marker| lower.contains(**marker)) {
        return hit("marker", marker);
    }
    if let Some(groups) = machine_talk::told(words, |at| !Rules::own().is_known(&words[at])) {
        return hit("machine_talk", &groups.join(" "));
    }
    if let Some(code) = encoded::code_of(text) {
        return hit("encoded", code);
    }
    if disguise::is_spelled_out(text) || disguise::is_turned(text, means_nothing(words)) {
        return hit("disguise", "");
    }
    if disguise::readings(text).iter().any(|reading| is_order(reading)) {
        return hit("disguise", "");
    }
    if is_spam(words, perceived) { hit("spam", "") } else { None }
}

/// Whether hardly a word of a message is one that the rules know.
fn means_nothing(words: &[Token]) -> bool {
    let long = || words.iter().filter(|token| token.is_word() && token.key.chars().count() > 2);
    let known = long().filter(|token| Rules::own().is_known(token)).count();
    known * 3 < long().count()
}

/// Whether a reading beneath a disguise is an order to a machine.
fn is_order(reading: &str) -> bool {
    let words = tokens(reading);
    let seen = Rules::own().read(&words, |_| false);
    seen.iter().any(|seen| matches!(seen.signal, Signal::Injection | Signal::FalseAuthority))
        || machine_talk::told(&words, |at| !Rules::own().is_known(&words[at])).is_some()
}

/// A link beside words that lead away from the shop.
fn is_spam(tokens: &[Token], perceived: &Perceived) -> bool {
    let has_link = tokens.iter().any(|token| token.kind == Kind::Url);
    has_link && perceived.has(Signal::OffTopic) && perceived.products.is_empty()
}
