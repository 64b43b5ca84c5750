//! Where a phrase begins and ends in a message.

use super::Atom;

/// How many words `..` may stand for.
const GAP: usize = 3;

/// A part of a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Word(Atom),
    Optional(Atom),
    Number,
    Any,
    Gap,
    NotAfter(Atom),
    Clause,
    SentenceStart,
    SentenceEnd,
}

/// A word or number of the message with what can stand for it.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) token: usize,
    pub(super) is_number: bool,
    pub(super) atoms: Vec<Atom>,
    pub(super) begins_sentence: bool,
    pub(super) begins_clause: bool,
    pub(super) is_filler: bool,
}

/// How many words can stand before the first word that a phrase demands.
pub(super) fn steps_before(parts: &[Part]) -> usize {
    parts
        .iter()
        .take_while(|part| !matches!(part, Part::Word(_)))
        .map(|part| match part {
            Part::Gap => GAP,
            Part::Number | Part::Any | Part::Optional(_) => 1,
            _ => 0,
        })
        .sum()
}

/// Which sentence of a message a word stands in.
pub(super) fn sentence_of(items: &[Item], at: usize) -> usize {
    items.iter().take(at + 1).filter(|item| item.begins_sentence).count()
}

/// How many other words may stand among words in any order.
const STRANGERS: usize = 4;

/// Where words in any order stand, the first of them at `at`.
pub(super) fn gathered(parts: &[Part], at: usize, items: &[Item]) -> Option<(usize, usize)> {
    let reach = parts.len() + STRANGERS;
    let begin = (at.saturating_sub(reach)..=at).rev().find(|at| items[*at].begins_sentence);
    let begin = begin.unwrap_or(at.saturating_sub(reach));
    let end = (at + 1..items.len().min(at + reach)).find(|at| items[*at].begins_sentence);
    let end = end.unwrap_or(items.len().min(at + reach));
    let (mut from, mut to) = (at, at + 1);
    let mut taken = vec![at];
    for part in parts.iter().skip(1) {
        let fits = |place: &usize| match part {
            Part::Word(atom) => items[*place].atoms.contains(atom),
            Part::Number => items[*place].is_number,
            _ => false,
        };
        let place = (begin..end).find(|place| !taken.contains(place) && fits(place))?;
        taken.push(place);
        from = from.min(place);
        to = to.max(place + 1);
    }
    (to - from <= reach).then_some((from, to))
}

/// Where `parts` end when they begin at `at`, if they match there.
pub(super) fn matched(parts: &[Part], start: usize, at: usize, items: &[Item]) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else { return Some(at) };
    let item = items.get(at).filter(|item| at == start || !item.begins_sentence);
    let step = || matched(rest, start, at + 1, items);
    let stay = || matched(rest, start, at, items);
    match part {
        Part::Word(atom) => item.filter(|item| item.atoms.contains(atom)).and_then(|_| step()),
        Part::Optional(atom) => {
            item.filter(|item| item.atoms.contains(atom)).and_then(|_| step()).or_else(stay)
        }
        Part::Number => item.filter(|item| item.is_number).and_then(|_| step()),
        Part::Any => item.and_then(|_| step()),
        Part::Gap => (0..=GAP)
            .take_while(|skip| {
                *skip == 0
                    || items
                        .get(at + skip - 1)
                        .is_some_and(|item| at + skip - 1 == start || !item.begins_sentence)
            })
            .find_map(|skip| matched(rest, start, at + skip, items)),
        Part::NotAfter(atom) => {
            let is_after = at > 0
                && items.get(at).is_none_or(|item| !item.begins_sentence)
                && items[at - 1].atoms.contains(atom);
            if is_after { None } else { stay() }
        }
        Part::Clause => {
            let is_border = borders(items, at, at == start, |item| item.begins_clause);
            if is_border { stay() } else { None }
        }
        Part::SentenceStart | Part::SentenceEnd => {
            let is_border = borders(items, at, at == start, |item| item.begins_sentence);
            if is_border { stay() } else { None }
        }
    }
}

/// Whether something begins at a place, or ends there, fillers left out.
fn borders(items: &[Item], at: usize, is_start: bool, begins: impl Fn(&Item) -> bool) -> bool {
    let is_border = |at: usize| at == 0 || items.get(at).is_none_or(&begins);
    let mut at = at;
    if is_start {
        while !is_border(at) && items[at - 1].is_filler {
            at -= 1;
        }
    } else {
        while !is_border(at) && items[at].is_filler {
            at += 1;
        }
    }
    is_border(at)
}
