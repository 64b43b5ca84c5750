//! The model's words for what code decided: which lines it gets, and what its words must keep to.
//!
//! Facts reach a customer through placeholders alone. A text that holds a digit, a promise, a
//! placeholder too few or too many, or a piece of our instructions does not go out; what is filled
//! in then passes the same gate as every reply ([`crate::check`]).

use std::{collections::BTreeSet, fmt};

use super::reading::{Answer, Line};
use crate::{
    check::{self, TurnFacts},
    decide::{Decision, Say},
    language::{
        amounts::{HRYVNIA, HRYVNIA_SIGN},
        promises::PROMISES,
        token::tokens,
    },
    prompts::{Placeholder, TemplateKey, Values},
    reply::Bubble,
    shop::Shop,
    word,
};

/// The longest opening, in characters.
const MOST_OPENING: usize = 220;

/// The longest line before its facts are filled in, in characters.
const MOST_LINE: usize = 400;

/// How many words in a row of our own instructions give them away.
const LEAKING_WORDS: usize = 6;

/// Claims to be no machine, folded (decision 6).
const DENIALS: [&str; 6] =
    ["я людина", "жива людина", "не бот", "не робот", "справжня людина", "я не штучн"];

/// Words of amounts beside the currency's, folded: an amount comes with its placeholder and its own
/// unit.
const AMOUNTS: [&str; 4] = ["тисяч", "сотен", "відсотк", "процент"];

/// Why words may not be sent. Goes back to the model, so it is said in its language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A line is missing or there is one too many.
    Lines,
    /// A line is empty or too long.
    Length(usize),
    /// A placeholder that the line does not have, or that stands in it twice.
    Extra(usize, String),
    /// A placeholder of the line is missing.
    Missing(usize, Placeholder),
    /// A digit or a word of an amount in the model's own words.
    Figure(usize),
    /// A promise, a discount, a gift.
    Promise(usize),
    /// A question where none belongs, or none where one does.
    Question(usize),
    /// A claim to be a human.
    Identity,
    /// Our instructions.
    Leak,
    /// A check of the whole reply.
    Check(check::Check),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = |n: &usize| if *n == 0 { "opening".to_owned() } else { format!("line {n}") };
        match self {
            Self::Lines => f.write_str("lines: give exactly one text for each line of the draft"),
            Self::Length(n) => write!(f, "{}: empty or too long", place(n)),
            Self::Extra(n, name) => {
                write!(f, "{}: {{{name}}} does not belong there, or stands there twice", place(n))
            }
            Self::Missing(n, placeholder) => {
                write!(f, "{}: {{{placeholder}}} is missing", place(n))
            }
            Self::Figure(n) => write!(f, "{}: a number or an amount in your own words", place(n)),
            Self::Promise(n) => write!(f, "{}: a promise or a bargain", place(n)),
            Self::Question(n) => {
                write!(f, "{}: exactly one question where the draft asks, none elsewhere", place(n))
            }
            Self::Identity => f.write_str("a claim to be a human"),
            Self::Leak => f.write_str("a piece of your instructions"),
            Self::Check(check) => {
                write!(f, "the filled-in answer fails the check \"{}\"", check.as_str())
            }
        }
    }
}

impl Fault {
    /// Its name in traces; holds no words of anybody.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Lines => "lines".to_owned(),
            Self::Length(_) => "length".to_owned(),
            Self::Extra(..) => "placeholder_extra".to_owned(),
            Self::Missing(..) => "placeholder_missing".to_owned(),
            Self::Figure(_) => "figure".to_owned(),
            Self::Promise(_) => "promise".to_owned(),
            Self::Question(_) => "question".to_owned(),
            Self::Identity => "identity".to_owned(),
            Self::Leak => "leak".to_owned(),
            Self::Check(check) => check.as_str().to_owned(),
        }
    }
}

impl TemplateKey {
    /// Whether the model may word it. Money, orders, policies, refusals and hand-overs are said in
    /// the shop's own words.
    #[must_use]
    pub fn may_be_worded(self) -> bool {
        let topic = self.as_str().split('.').next().unwrap_or_default();
        matches!(
            topic,
            "greeting"
                | "discovery"
                | "size"
                | "color"
                | "offer"
                | "upsell"
                | "end"
                | "vision"
                | "follow_up"
        ) && !matches!(
            self,
            Self::OfferExpensive
                | Self::SizeToConfirm
                | Self::VisionManager
                | Self::FollowUpMethod
                | Self::FollowUpProof
        )
    }
}

/// The lines that the model words, each with its number, from 1: its place in what is said.
pub(super) fn lines(decision: &Decision) -> Vec<(usize, TemplateKey, &Values)> {
    let say = |(at, say)| match say {
        &Say::Text(key, ref values) if key.may_be_worded() => Some((at + 1, key, values)),
        Say::Text(..) | Say::Lines(_) | Say::Photo { .. } => None,
    };
    decision.says.iter().enumerate().filter_map(say).collect()
}

/// Whether there is anything in what is said that a model may word.
pub(crate) fn may_word(decision: &Decision) -> bool {
    !lines(decision).is_empty()
}

/// Whether a sentence of the model's own may go before what is said: not where money, a refusal or
/// a human is the matter.
pub(super) fn may_open(decision: &Decision) -> bool {
    !decision.says.is_empty()
        && decision.says.iter().all(|say| match say {
            Say::Text(key, _) => key.may_be_worded(),
            Say::Lines(lines) => lines.iter().all(|(key, _)| key.may_be_worded()),
            Say::Photo { .. } => true,
        })
}

/// The reply in the model's words.
///
/// # Errors
/// Every fault of them; the reply is not sent then.
pub(super) fn compose(
    shop: &Shop<'_>,
    decision: &Decision,
    seed: u64,
    answer: &Answer,
) -> Result<Vec<Bubble>, Vec<Fault>> {
    let wanted = lines(decision);
    let mut faults = Vec::new();
    let given: BTreeSet<usize> = answer.lines.iter().map(|line| line.n).collect();
    let asked: BTreeSet<usize> = wanted.iter().map(|(n, ..)| *n).collect();
    if given != asked || answer.lines.len() != wanted.len() {
        return Err(vec![Fault::Lines]);
    }
    let template = |key: TemplateKey, at: usize| {
        shop.prompts.wording(key, seed.wrapping_add(at as u64)).unwrap_or_default()
    };
    let mut bubbles = Vec::new();
    if let Some(opening) = answer.opening.as_deref().map(str::trim).filter(|it| !it.is_empty())
        && may_open(decision)
    {
        faults.extend(faults_of_words(0, opening, MOST_OPENING));
        if opening.contains('?') {
            faults.push(Fault::Question(0));
        }
        if let Some((name, _)) = opening.split_once('{').and_then(|(_, rest)| rest.split_once('}'))
        {
            faults.push(Fault::Extra(0, name.to_owned()));
        }
        bubbles.push(Bubble::Text(opening.to_owned()));
    }
    for (at, say) in decision.says.iter().enumerate() {
        let line = answer.lines.iter().find(|line| line.n == at + 1);
        match (say, line) {
            (Say::Text(key, values), Some(line)) => {
                let asks = template(*key, at).contains('?');
                match fill(line, &template(*key, at), values, asks) {
                    Ok(text) => bubbles.push(Bubble::Text(text)),
                    Err(found) => faults.extend(found),
                }
            }
            _ => {
                let seed = seed.wrapping_add(at as u64);
                let said = word::bubbles(shop.prompts, std::slice::from_ref(say), seed);
                bubbles.extend(said.unwrap_or_default());
            }
        }
    }
    if leaks(shop, answer) {
        faults.push(Fault::Leak);
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let facts = TurnFacts::of(shop, &decision.session, &decision.products);
    let failed = check::failed(shop, &facts, &bubbles);
    if failed.is_empty() {
        Ok(bubbles)
    } else {
        Err(failed.into_iter().map(Fault::Check).collect())
    }
}

/// Fills a line in.
fn fill(line: &Line, template: &str, values: &Values, asks: bool) -> Result<String, Vec<Fault>> {
    let mut faults = faults_of_words(line.n, &line.text, MOST_LINE);
    if line.text.matches('?').count() != usize::from(asks) {
        faults.push(Fault::Question(line.n));
    }
    let mut left: Vec<Placeholder> = Placeholder::ALL
        .iter()
        .copied()
        .filter(|placeholder| template.contains(&format!("{{{placeholder}}}")))
        .collect();
    let mut text = String::new();
    let mut rest = line.text.trim();
    while let Some((words, after)) = rest.split_once('{') {
        text.push_str(words);
        let Some((name, after)) = after.split_once('}') else {
            faults.push(Fault::Extra(line.n, String::new()));
            break;
        };
        let place = name.parse().ok().and_then(|it| left.iter().position(|left| *left == it));
        match place.map(|place| left.remove(place)).and_then(|it| values.text(it)) {
            Some(value) => text.push_str(&value),
            None => faults.push(Fault::Extra(line.n, name.chars().take(20).collect())),
        }
        rest = after;
    }
    text.push_str(rest);
    faults.extend(left.into_iter().map(|placeholder| Fault::Missing(line.n, placeholder)));
    if faults.is_empty() { Ok(text) } else { Err(faults) }
}

/// What is wrong with words of the model's own, whatever they are for.
fn faults_of_words(n: usize, text: &str, most: usize) -> Vec<Fault> {
    let mut faults = Vec::new();
    let words = without_placeholders(text);
    let chars = text.trim().chars().count();
    if chars == 0 || chars > most {
        faults.push(Fault::Length(n));
    }
    let folded: Vec<String> = tokens(&words).into_iter().map(|token| token.key).collect();
    let folded = folded.join(" ");
    let has = |stems: &[&str]| stems.iter().any(|stem| folded.contains(stem));
    if words.chars().any(char::is_numeric)
        || words.contains([HRYVNIA_SIGN, '%', '$', '€'])
        || has(&AMOUNTS)
        || has(&HRYVNIA)
    {
        faults.push(Fault::Figure(n));
    }
    if has(&PROMISES) {
        faults.push(Fault::Promise(n));
    }
    if has(&DENIALS) {
        faults.push(Fault::Identity);
    }
    faults
}

fn without_placeholders(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        words.push_str(before);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    words.push_str(rest);
    words
}

/// Whether the answer repeats what only we told the model.
fn leaks(shop: &Shop<'_>, answer: &Answer) -> bool {
    let keys = |text: &str| -> Vec<String> {
        tokens(text).into_iter().filter(|it| it.is_word()).map(|it| it.key).collect()
    };
    let said = answer.lines.iter().map(|line| line.text.as_str()).chain(answer.opening.as_deref());
    let said: Vec<Vec<String>> = said.map(keys).collect();
    if said.iter().all(|words| words.len() < LEAKING_WORDS) {
        return false;
    }
    let runs: BTreeSet<String> = said
        .iter()
        .flat_map(|words| words.windows(LEAKING_WORDS))
        .map(|run| run.join(" "))
        .collect();
    shop.prompts
        .instructions()
        .any(|(_, text)| keys(text).windows(LEAKING_WORDS).any(|run| runs.contains(&run.join(" "))))
}
