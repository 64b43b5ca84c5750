//! The catalogue's own words, in all the forms in which customers write them.
//!
//! The catalogue gives dictionary forms; a word's last letters say how it is inflected. Nothing here
//! knows a product: the lexicon grows with the catalogue.

mod paradigm;

use std::collections::HashMap;

use self::paradigm::{Paradigm, with_dropped_vowel, with_filled_vowel};
use super::{
    endings,
    token::{Token, tokens},
    typo,
};

/// The shortest token in which a slip of the finger is looked for, in letters.
const SHORTEST_WITH_A_SLIP: usize = 5;

/// Everyday words that are one slip away from words of a shop.
const NO_SLIPS: &str = "плаче плачет плачу красуня красуне красуню красунь малиш малиша малишу плати плата плату полати костел червня вишня серия марина милий любий";

/// What pet forms put between a stem and its ending, folded, the longest first.
const DEAR: [&str; 12] =
    ["есеньк", "уват", "яв", "иш", "оньк", "еньк", "енк", "очк", "ечк", "ушк", "чик", "к"];

/// The shortest noun, in letters of its stem, of which an adjective is made.
const SHORTEST_NOUN: usize = 4;

/// The endings of a noun of which an adjective is made, folded.
const NOUN_ENDINGS: [&str; 6] = ["", "а", "у", "и", "ом", "е"];

type WordId = u32;

/// One word of a term.
#[derive(Debug)]
struct Word {
    dictionary: Vec<char>,
    stem: Vec<char>,
    paradigm: Paradigm,
}

#[derive(Debug)]
struct Entry<M> {
    words: Vec<WordId>,
    means: M,
}

/// Words and what they stand for.
#[derive(Debug)]
pub struct Lexicon<M> {
    ids: HashMap<Box<str>, WordId>,
    words: Vec<Word>,
    by_stem: HashMap<Box<str>, Vec<WordId>>,
    by_length: Vec<Vec<WordId>>,
    entries: Vec<Entry<M>>,
    by_first: HashMap<WordId, Vec<usize>>,
}

/// A term that a message holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<M> {
    /// What it stands for.
    pub means: M,
    /// The first token.
    pub from: usize,
    /// One past the last token.
    pub to: usize,
    /// Whether it was read in spite of a slip of the finger.
    pub is_guess: bool,
}

impl<M: Clone + PartialEq> Lexicon<M> {
    /// Takes terms in dictionary form, each with what it stands for and whether a slip of the
    /// finger in it is forgiven.
    #[must_use]
    pub fn new<'t>(terms: impl IntoIterator<Item = (&'t str, M, bool)>) -> Self {
        let mut lexicon = Self {
            ids: HashMap::new(),
            words: Vec::new(),
            by_stem: HashMap::new(),
            by_length: Vec::new(),
            entries: Vec::new(),
            by_first: HashMap::new(),
        };
        for (term, means, may_slip) in terms {
            let keys: Vec<String> = tokens(term)
                .into_iter()
                .filter(|token| token.is_word() || token.number().is_some())
                .map(|token| token.key)
                .collect();
            if keys.len() > 1 {
                // "темносиній" is "темно синій".
                lexicon.enter(&[keys.concat()], means.clone(), may_slip);
            }
            lexicon.enter(&keys, means, may_slip);
        }
        lexicon
    }

    fn enter(&mut self, keys: &[String], means: M, may_slip: bool) {
        let words: Vec<WordId> = keys.iter().map(|key| self.word(key)).collect();
        if may_slip {
            for word in &words {
                self.forgive(*word);
            }
        }
        let Some(first) = words.first() else { return };
        let known = self.by_first.entry(*first).or_default();
        let is_new = !known.iter().any(|entry| {
            self.entries[*entry].words == words && self.entries[*entry].means == means
        });
        if is_new {
            known.push(self.entries.len());
            self.entries.push(Entry { words, means });
        }
    }

    fn word(&mut self, key: &str) -> WordId {
        if let Some(id) = self.ids.get(key) {
            return *id;
        }
        let id = WordId::try_from(self.words.len()).unwrap_or(WordId::MAX);
        let (paradigm, stem) = Paradigm::of(key);
        self.ids.insert(key.into(), id);
        self.by_stem.entry(stem.into()).or_default().push(id);
        let others = [with_filled_vowel(stem, paradigm), with_dropped_vowel(stem, paradigm)];
        for stem in others.into_iter().flatten() {
            self.by_stem.entry(stem.into_boxed_str()).or_default().push(id);
        }
        let dictionary: Vec<char> = key.chars().collect();
        self.words.push(Word { dictionary, stem: stem.chars().collect(), paradigm });
        id
    }

    /// Lets a word be read in spite of a slip.
    fn forgive(&mut self, id: WordId) {
        let length = self.words[id as usize].dictionary.len();
        if self.by_length.len() <= length {
            self.by_length.resize_with(length + 1, Vec::new);
        }
        if !self.by_length[length].contains(&id) {
            self.by_length[length].push(id);
        }
    }

    /// Every term of a message; where terms overlap, the longest. `may_slip` says whether a token
    /// may be a slip of the finger, which a known word is not.
    #[must_use]
    pub fn read(&self, tokens: &[Token], may_slip: impl Fn(usize) -> bool) -> Vec<Found<M>> {
        let ids: Vec<(Vec<WordId>, bool)> = tokens
            .iter()
            .enumerate()
            .map(|(at, token)| {
                if !token.is_word() && token.number().is_none() {
                    return (Vec::new(), false);
                }
                if is_another_word(token) {
                    return (Vec::new(), false);
                }
                let exact = self.words_of(&token.key);
                if exact.is_empty() && token.is_word() && may_slip(at) {
                    (self.slips_of(&token.key), true)
                } else {
                    (exact, false)
                }
            })
            .collect();
        let mut found: Vec<Found<M>> = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let here = self.longest_at(&ids, at);
            let step = here.first().map_or(1, |first| first.to - first.from);
            found.extend(here);
            at += step;
        }
        found
    }

    fn longest_at(&self, ids: &[(Vec<WordId>, bool)], at: usize) -> Vec<Found<M>> {
        let mut best: Vec<Found<M>> = Vec::new();
        for entry in ids[at].0.iter().filter_map(|id| self.by_first.get(id)).flatten() {
            let entry = &self.entries[*entry];
            let span = ids.get(at..at + entry.words.len()).unwrap_or_default();
            let is_here = !span.is_empty()
                && span.iter().zip(&entry.words).all(|((ids, _), word)| ids.contains(word));
            if !is_here {
                continue;
            }
            let to = at + entry.words.len();
            let longest = best.first().map_or(0, |found| found.to);
            if to > longest {
                best.clear();
            }
            if to >= longest && !best.iter().any(|found| found.means == entry.means) {
                let is_guess = span.iter().any(|(_, is_guess)| *is_guess);
                best.push(Found { means: entry.means.clone(), from: at, to, is_guess });
            }
        }
        best
    }

    fn words_of(&self, key: &str) -> Vec<WordId> {
        let mut found: Vec<WordId> = self.ids.get(key).copied().into_iter().collect();
        for (stem, ending) in endings::splits(key) {
            for id in self.by_stem.get(stem).into_iter().flatten() {
                if self.words[*id as usize].paradigm.endings().contains(&ending)
                    && !found.contains(id)
                {
                    found.push(*id);
                }
            }
        }
        if found.is_empty() {
            found = self.dears_of(key);
        }
        if found.is_empty() {
            found = self.adjectives_of(key);
        }
        found
    }

    /// Words of which a token is a pet form: "рожевенький" is "рожевий", "валерка" is "валері".
    fn dears_of(&self, key: &str) -> Vec<WordId> {
        let of_stem = |stem: &str| self.by_stem.get(stem).filter(|_| stem.chars().count() > 2);
        endings::splits(key)
            .filter(|(_, ending)| endings::is_ending(ending))
            .flat_map(|(stem, _)| DEAR.iter().filter_map(move |dear| stem.strip_suffix(dear)))
            .find_map(of_stem)
            .cloned()
            .unwrap_or_default()
    }

    /// The adjectives that are made of a noun: "помаранч" is "помаранчевий".
    fn adjectives_of(&self, key: &str) -> Vec<WordId> {
        let made_of = |stem: &str| {
            let ids = ["ев", "ов"]
                .iter()
                .find_map(|suffix| self.by_stem.get(format!("{stem}{suffix}").as_str()))?;
            let is_adjective =
                |id: &&WordId| self.words[**id as usize].paradigm == Paradigm::Adjective;
            Some(ids.iter().filter(is_adjective).copied().collect())
        };
        endings::splits(key)
            .filter(|(stem, ending)| {
                stem.chars().count() >= SHORTEST_NOUN && NOUN_ENDINGS.contains(ending)
            })
            .find_map(|(stem, _)| made_of(stem))
            .unwrap_or_default()
    }

    /// Whether some term holds this word, spelled right.
    #[must_use]
    pub fn knows(&self, key: &str) -> bool {
        !self.words_of(key).is_empty()
    }

    /// Words of which a token may be a misspelt form: the first letter is right, one slip follows.
    fn slips_of(&self, key: &str) -> Vec<WordId> {
        let letters: Vec<char> = key.chars().collect();
        let length = letters.len();
        if length < SHORTEST_WITH_A_SLIP || NO_SLIPS.split(' ').any(|word| word == key) {
            return Vec::new();
        }
        let mut found = Vec::new();
        let lengths = length.saturating_sub(4)..=(length + 4).min(self.by_length.len().max(1) - 1);
        for id in lengths.filter_map(|length| self.by_length.get(length)).flatten() {
            let word = &self.words[*id as usize];
            if word.dictionary.first() != letters.first() {
                continue;
            }
            if word.is_misspelt_as(&letters) {
                found.push(*id);
            }
        }
        found
    }
}

impl Word {
    fn is_misspelt_as(&self, letters: &[char]) -> bool {
        if self.dictionary.len() >= SHORTEST_WITH_A_SLIP
            && typo::is_within_one_slip(letters, &self.dictionary)
        {
            return true;
        }
        if self.stem.len() < SHORTEST_WITH_A_SLIP - 1 {
            return false;
        }
        self.paradigm.endings().iter().any(|ending| {
            let ending_length = ending.chars().count();
            let stem_length = letters.len().saturating_sub(ending_length);
            stem_length >= SHORTEST_WITH_A_SLIP - 1
                && letters[stem_length..].iter().copied().eq(ending.chars())
                && typo::is_within_one_slip(&letters[..stem_length], &self.stem)
                && !(stem_length < SHORTEST_WITH_A_SLIP
                    && typo::swaps_a_consonant(&letters[..stem_length], &self.stem))
        })
    }
}

/// Whether a word, as it was written, is another than the one that folding or a pet form makes of it:
/// "сини" are sons, "сині" are blue; "худенька" is a slim girl and no hoodie.
fn is_another_word(token: &Token) -> bool {
    const SLIM: [&str; 4] = ["худен", "худорл", "худощ", "худюсен"];
    token.raw.to_lowercase() == "сини"
        || SLIM.iter().any(|stem| token.key.starts_with(stem))
        || matches!(token.key.as_str(), "худа" | "худий" | "худу" | "худого" | "худому")
}

#[cfg(test)]
mod tests {
    use super::Lexicon;
    use crate::language::token::tokens;

    fn lexicon() -> Lexicon<&'static str> {
        Lexicon::new([
            ("лагуна", "laguna", true),
            ("костюм лагуна", "laguna", true),
            ("анна", "anna", true),
            ("валері", "valeri", true),
            ("сукня", "dress", true),
            ("платье", "dress", true),
            ("костюм", "suit", true),
            ("тренч", "coat", true),
            ("тренч еко", "eco", true),
            ("темно синій", "navy", true),
            ("синій", "navy", true),
            ("чорний", "black", true),
            ("рожевий", "pink", true),
            ("сірий", "grey", true),
        ])
    }

    fn meanings(text: &str) -> Vec<&'static str> {
        lexicon().read(&tokens(text), |_| true).into_iter().map(|found| found.means).collect()
    }

    #[test]
    fn names_and_colours_are_known_in_every_case() {
        assert_eq!(meanings("лагуну"), ["laguna"]);
        assert_eq!(meanings("без Анни"), ["anna"]);
        assert_eq!(meanings("чорну чорного чорною в чорному"), ["black"; 4]);
        assert_eq!(meanings("суконь"), ["dress"]);
        assert_eq!(meanings("платьев"), ["dress"]);
        assert_eq!(meanings("сіру"), ["grey"]);
    }

    #[test]
    fn the_longest_term_wins() {
        assert_eq!(meanings("костюм лагуна"), ["laguna"]);
        assert_eq!(meanings("тренч еко"), ["eco"]);
        assert_eq!(meanings("темно-синього"), ["navy"]);
        assert_eq!(meanings("темносиня"), ["navy"]);
    }

    #[test]
    fn one_slip_of_the_finger_is_forgiven_and_two_are_not() {
        assert_eq!(meanings("лагунна"), ["laguna"]);
        assert_eq!(meanings("рожову"), ["pink"]);
        assert_eq!(meanings("костум"), ["suit"]);
        assert_eq!(meanings("логунна"), Vec::<&str>::new());
    }

    #[test]
    fn a_known_word_is_never_a_slip() {
        let found = lexicon().read(&tokens("рожову"), |_| false);
        assert!(found.is_empty());
    }

    #[test]
    fn pet_forms_are_known() {
        assert_eq!(
            meanings("валерку рожевеньку лагунку сіреньке"),
            ["valeri", "pink", "laguna", "grey"]
        );
    }

    #[test]
    fn a_son_is_not_blue() {
        assert_eq!(meanings("для сина, два сини"), Vec::<&str>::new());
        assert_eq!(meanings("сині"), ["navy"]);
    }
}
