//! Phrases: sequences of words in any of their forms, and a matcher for many of them at once.
//!
//! A phrase is written as it is said, folded when it is compiled:
//!
//! | part | matches |
//! |---|---|
//! | `слово` | this form alone |
//! | `сукн*` | the stem with any inflectional ending ([`super::endings`]) |
//! | `оплат*past` | the stem with an ending of one [`Form`] |
//! | `а/б*` | either |
//! | `<want>` | any word of a class ([`super::classes`]); also among alternatives |
//! | `[дуже]` | optional |
//! | `_` | any one word |
//! | `..` | up to three words |
//! | `#` | a number |
//! | `!не` | the word before is not this one |
//! | `\|` | a clause begins or ends here |
//! | `^` `$` | a sentence begins, ends here |
//! | `& а б` | these words near each other in any order; nothing but words may follow |
//!
//! A phrase never reaches over the end of a sentence.

mod slips;
mod walk;

use std::collections::HashMap;

use self::{
    slips::Slips,
    walk::{Item, Part, gathered, matched, sentence_of, steps_before},
};
use super::{
    classes,
    endings::{self, Form},
    fold,
    token::{Kind, Token},
};

/// Words, folded, that a clause may begin or end with without meaning anything.
const FILLERS: &str = "та ну ой ох о а и й же ж то тоди тогда мабут напевно наверно видай будь буд ласка \
     пожалуйста пожалуста please дуже прям просто все всё уже вже ще виб вибачте извините скажить";

/// What makes a superlative: "найтепліший" is "тепліший".
const MOST: &str = "най";

type Atom = u32;

#[derive(Clone, Debug)]
struct Phrase {
    rule: usize,
    is_negative: bool,
    is_in_any_order: bool,
    parts: Vec<Part>,
}

/// Where a rule matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// The rule's number, as it was added.
    pub rule: usize,
    /// The first token.
    pub from: usize,
    /// One past the last token.
    pub to: usize,
}

/// Many phrases, compiled.
#[derive(Debug, Default)]
pub struct Matcher {
    exact: HashMap<Box<str>, Vec<Atom>>,
    stems: HashMap<Box<str>, Vec<(Atom, Form)>>,
    slips: Slips,
    atoms: HashMap<Box<str>, Atom>,
    phrases: Vec<Phrase>,
    by_anchor: HashMap<Atom, Vec<usize>>,
    without_anchor: Vec<usize>,
    is_forgiving: bool,
}

impl Matcher {
    /// Whether a slip of the finger is forgiven in the words of the phrases that are added next.
    pub const fn forgive(&mut self, is_forgiving: bool) {
        self.is_forgiving = is_forgiving;
    }

    /// Adds a phrase of a rule; a negative one keeps the rule from counting in its sentence.
    pub fn add(&mut self, rule: usize, text: &str, is_negative: bool) {
        let (is_in_any_order, text) = match text.strip_prefix("& ") {
            Some(words) => (true, words),
            None => (false, text),
        };
        let parts: Vec<Part> = text.split_whitespace().map(|part| self.part(part)).collect();
        let anchor = parts.iter().find_map(|part| match part {
            Part::Word(atom) => Some(*atom),
            _ => None,
        });
        let id = self.phrases.len();
        match anchor {
            Some(atom) => self.by_anchor.entry(atom).or_default().push(id),
            None => self.without_anchor.push(id),
        }
        self.phrases.push(Phrase { rule, is_negative, is_in_any_order, parts });
    }

    fn part(&mut self, text: &str) -> Part {
        match text {
            "#" => Part::Number,
            "_" => Part::Any,
            ".." => Part::Gap,
            "|" => Part::Clause,
            "^" => Part::SentenceStart,
            "$" => Part::SentenceEnd,
            _ => {
                if let Some(words) = text.strip_prefix('!') {
                    Part::NotAfter(self.atom(words))
                } else if let Some(words) =
                    text.strip_prefix('[').and_then(|text| text.strip_suffix(']'))
                {
                    Part::Optional(self.atom(words))
                } else {
                    Part::Word(self.atom(text))
                }
            }
        }
    }

    fn atom(&mut self, words: &str) -> Atom {
        if let Some(atom) = self.atoms.get(words) {
            return *atom;
        }
        let atom = Atom::try_from(self.atoms.len()).unwrap_or(Atom::MAX);
        self.atoms.insert(words.into(), atom);
        self.enter(words.split('/'), atom);
        atom
    }

    fn enter<'w>(&mut self, words: impl Iterator<Item = &'w str>, atom: Atom) {
        for word in words {
            if let Some(class) = word.strip_prefix('<').and_then(|word| word.strip_suffix('>')) {
                self.enter(classes::words(class), atom);
                continue;
            }
            let (stem, form) = match word.split_once('*') {
                Some((stem, form)) => (stem, Some(Form::named(form))),
                None => (word, None),
            };
            let key = fold::key(stem);
            match form {
                Some(form) => {
                    let known = self.stems.entry(key.clone().into_boxed_str()).or_default();
                    known.push((atom, form));
                }
                None => {
                    self.exact.entry(key.clone().into_boxed_str()).or_default().push(atom);
                }
            }
            if self.is_forgiving {
                self.slips.enter(&key, form, atom);
            }
        }
    }

    /// Every place where a rule counts, in the order of the words. `may_slip` says whether a word
    /// that no phrase holds may be a slip of the finger.
    #[must_use]
    pub fn matches(&self, tokens: &[Token], may_slip: impl Fn(usize) -> bool) -> Vec<Match> {
        let items = self.items(tokens, may_slip);
        let mut found = Vec::new();
        let mut forbidden = Vec::new();
        for (at, item) in items.iter().enumerate() {
            for atom in &item.atoms {
                for id in self.by_anchor.get(atom).into_iter().flatten() {
                    self.try_around(*id, at, &items, &mut found, &mut forbidden);
                }
            }
            for id in &self.without_anchor {
                self.try_around(*id, at, &items, &mut found, &mut forbidden);
            }
        }
        let mut matches: Vec<Match> = found
            .into_iter()
            .filter(|(rule, from, _)| {
                !forbidden.iter().any(|(other, at, _): &(usize, usize, usize)| {
                    other == rule && sentence_of(&items, *at) == sentence_of(&items, *from)
                })
            })
            .map(|(rule, from, to)| Match {
                rule,
                from: items[from].token,
                to: items[to - 1].token + 1,
            })
            .collect();
        matches.sort_by_key(|found| (found.from, found.rule, found.to));
        matches.dedup();
        matches
    }

    /// Whether some phrase holds this word.
    #[must_use]
    pub fn knows(&self, key: &str) -> bool {
        !self.atoms_of(key).is_empty()
    }

    fn items(&self, tokens: &[Token], may_slip: impl Fn(usize) -> bool) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::with_capacity(tokens.len());
        let (mut begins_sentence, mut begins_clause) = (true, true);
        for (index, token) in tokens.iter().enumerate() {
            // "Так так так" says it once.
            let is_repeated = index > 0
                && (token.is_word() || token.is_mark('+'))
                && token.key == tokens[index - 1].key;
            match token.kind {
                _ if is_repeated => {}
                Kind::Word | Kind::Number(_) | Kind::Phone | Kind::Url => {
                    let mut atoms =
                        if token.is_word() { self.atoms_of(&token.key) } else { vec![] };
                    if atoms.is_empty() && token.is_word() && may_slip(index) {
                        atoms = self.slips.atoms_of(&token.key);
                    }
                    items.push(Item {
                        token: index,
                        is_number: matches!(token.kind, Kind::Number(_)),
                        atoms,
                        begins_sentence,
                        begins_clause,
                        is_filler: FILLERS.split(' ').any(|filler| filler == token.key),
                    });
                    (begins_sentence, begins_clause) = (false, false);
                }
                Kind::Mark('+') => {
                    items.push(Item {
                        token: index,
                        is_number: false,
                        atoms: self.atoms_of(&token.key),
                        begins_sentence,
                        begins_clause,
                        is_filler: false,
                    });
                    (begins_sentence, begins_clause) = (false, false);
                }
                Kind::Emoji => begins_clause = true,
                Kind::Mark(mark) => {
                    begins_sentence |= token.is_break();
                    begins_clause |=
                        token.is_break() || matches!(mark, ',' | ':' | '(' | ')' | '-' | '"');
                }
            }
        }
        items
    }

    fn atoms_of(&self, key: &str) -> Vec<Atom> {
        let atoms = self.atoms_of_form(key);
        match key.strip_prefix(MOST) {
            Some(rest) if atoms.is_empty() => self.atoms_of_form(rest),
            _ => atoms,
        }
    }

    fn atoms_of_form(&self, key: &str) -> Vec<Atom> {
        let mut atoms = self.exact.get(key).cloned().unwrap_or_default();
        for (stem, ending) in endings::splits(key) {
            let known = self.stems.get(stem).into_iter().flatten();
            atoms.extend(known.filter(|(_, form)| form.has(ending)).map(|(atom, _)| *atom));
        }
        atoms
    }

    /// Tries a phrase whose anchor, if it has one, is the item at `at`.
    fn try_around(
        &self,
        id: usize,
        at: usize,
        items: &[Item],
        found: &mut Vec<(usize, usize, usize)>,
        forbidden: &mut Vec<(usize, usize, usize)>,
    ) {
        let phrase = &self.phrases[id];
        if phrase.is_in_any_order {
            if let Some((from, to)) = gathered(&phrase.parts, at, items) {
                let list = if phrase.is_negative { forbidden } else { found };
                list.push((phrase.rule, from, to));
            }
            return;
        }
        let before = steps_before(&phrase.parts);
        let earliest =
            if self.without_anchor.contains(&id) { at } else { at.saturating_sub(before) };
        for from in earliest..=at {
            if let Some(to) = matched(&phrase.parts, from, from, items)
                && to > from
            {
                let list = if phrase.is_negative { &mut *forbidden } else { &mut *found };
                list.push((phrase.rule, from, to));
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Matcher;
    use crate::language::token::tokens;

    fn matches(phrases: &[&str], negatives: &[&str], text: &str) -> bool {
        let mut matcher = Matcher::default();
        for phrase in phrases {
            matcher.add(0, phrase, false);
        }
        for phrase in negatives {
            matcher.add(0, phrase, true);
        }
        !matcher.matches(&tokens(text), |_| true).is_empty()
    }

    #[test]
    fn a_word_is_matched_whole_and_never_inside_another() {
        assert!(matches(&["ок"], &[], "ок"));
        assert!(!matches(&["ок"], &[], "покажіть"));
    }

    #[test]
    fn a_stem_takes_endings_and_nothing_else() {
        assert!(matches(&["сукн*"], &[], "дві сукні"));
        assert!(!matches(&["син*"], &[], "синтетика"));
    }

    #[test]
    fn gaps_options_and_alternatives_stay_in_one_sentence() {
        assert!(matches(&["хочу .. куп*"], &[], "хочу таку сукню купити"));
        assert!(!matches(&["хочу .. куп*"], &[], "хочу. Купити"));
        assert!(matches(&["є [ще] в/у наявн*"], &[], "чи є у наявності"));
    }

    #[test]
    fn a_whole_sentence_can_be_demanded() {
        assert!(matches(&["^ хочу $"], &[], "хочу!"));
        assert!(!matches(&["^ хочу $"], &[], "хочу подумати"));
        assert!(matches(&["| так |"], &[], "та так, на 128"));
        assert!(!matches(&["| ще |"], &[], "не знаю ще"));
        assert!(!matches(&["| так |"], &[], "а так можна"));
    }

    #[test]
    fn a_negative_keeps_a_rule_from_counting_in_its_sentence_only() {
        assert!(!matches(&["оплач*"], &["не оплач*"], "ще не оплачено"));
        assert!(matches(&["оплач*"], &["не оплач*"], "Не оплачено вчора. Тепер оплачено"));
        assert!(!matches(&["!не хочу"], &[], "не хочу"));
    }

    #[test]
    fn words_in_any_order_are_near_each_other_in_one_sentence() {
        let phrase = ["& гроші прийшл* ваш*"];
        assert!(matches(&phrase, &[], "чи прийшли вам ваші гроші"));
        assert!(matches(&phrase, &[], "гроші до вашої каси прийшли"));
        assert!(!matches(&phrase, &[], "гроші є. Ваші прийшли"));
        assert!(!matches(&phrase, &[], "гроші прийшли"));
    }

    #[test]
    fn numbers_stand_for_themselves() {
        assert!(matches(&["відділення #"], &[], "відділення 134"));
        assert!(matches(&["# см"], &[], "він 120см"));
    }
}
