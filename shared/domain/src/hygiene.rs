//! Messages that are for a machine and not for a shop: overrides, roles, secrets, markup, payloads.
//!
//! Nothing is cut out of a message; it is answered as something that the shop does not do.

mod disguise;
mod encoded;
mod letters;

use crate::{
    language::{
        likeness, machine_talk,
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

/// How much like an order to a machine a message has to be for a rule's word to be taken, in
/// thousandths ([`likeness`]). The rules alone hurt more customers than they stop attackers here.
const DOUBTFUL: i32 = -500;

/// How much like one it has to be to need no rule. Both bounds were chosen on the held-out files,
/// which are not learned from: 98.6 % of the attacks stopped and 0.5 % of the innocents hurt.
const CERTAIN: i32 = 1800;

/// Why a message is kept from being read as a customer's wish, for the trace; nothing for one that
/// is not.
#[must_use]
pub fn block(text: &str, words: &[Token], perceived: &Perceived) -> Option<RuleHit> {
    let hit = |rule: &str, words: &str| {
        Some(RuleHit { rule: format!("hygiene.{rule}"), words: words.to_owned() })
    };
    if perceived.has(Signal::Illegal) {
        return hit(Signal::Illegal.as_str(), "");
    }
    let likeness = likeness::to_machine_talk(text);
    if likeness > CERTAIN {
        return hit("likeness", &likeness.to_string());
    }
    if likeness > DOUBTFUL {
        if let Some(signal) = FOR_MACHINES.into_iter().find(|signal| perceived.has(*signal)) {
            return hit(signal.as_str(), &likeness.to_string());
        }
        let lower = text.to_lowercase();
        if let Some(marker) = MARKERS.iter().find(|marker| lower.contains(**marker)) {
            return hit("marker", marker);
        }
        if let Some(groups) = groups_of(words) {
            return hit("machine_talk", &groups.join(" "));
        }
    }
    if let Some(code) = encoded::code_of(text) {
        return hit("encoded", code);
    }
    if disguise::is_spelled_out(text) || disguise::is_turned(text, || means_nothing(words)) {
        return hit("disguise", "");
    }
    if disguise::readings(text).iter().any(|reading| is_order(reading, likeness > DOUBTFUL)) {
        return hit("disguise", "");
    }
    if is_spam(words, perceived) { hit("spam", "") } else { None }
}

/// The groups of words that together make a message an order to a machine.
fn groups_of(words: &[Token]) -> Option<Vec<&'static str>> {
    machine_talk::told(words, |at| !Rules::own().is_known(&words[at]))
}

/// What the rules take for an order to a machine.
pub(crate) const FOR_MACHINES: [Signal; 2] = [Signal::Injection, Signal::FalseAuthority];

/// Whether hardly a word of a message is one that the rules know.
fn means_nothing(words: &[Token]) -> bool {
    let long = || words.iter().filter(|token| token.is_word() && token.key.chars().count() > 2);
    let known = long().filter(|token| Rules::own().is_known(token)).count();
    known * 3 < long().count()
}

/// Whether a reading beneath a disguise is an order to a machine. Without a rule's word it is one
/// only where the message as it stands `may_be` one, too: what is read wrong is like anything.
fn is_order(reading: &str, may_be: bool) -> bool {
    let likeness = likeness::to_machine_talk(reading);
    let rules_say = || {
        let words = tokens(reading);
        let seen = Rules::own().read(&words, |_| false);
        seen.iter().any(|seen| FOR_MACHINES.contains(&seen.signal)) || groups_of(&words).is_some()
    };
    (may_be && likeness > CERTAIN) || (likeness > DOUBTFUL && rules_say())
}

/// A link beside words that lead away from the shop.
fn is_spam(tokens: &[Token], perceived: &Perceived) -> bool {
    let has_link = tokens.iter().any(|token| token.kind == Kind::Url);
    has_link && perceived.has(Signal::OffTopic) && perceived.products.is_empty()
}
