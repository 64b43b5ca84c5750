//! Words of phrases with one slip of the finger in them.

use std::collections::HashMap;

use super::Atom;
use crate::language::{endings, endings::Form, typo};

/// The shortest word in which a slip is looked for, in letters: shorter ones are too easily another
/// word.
const SHORTEST: usize = 7;

/// The shortest stem in which a slip is looked for.
const SHORTEST_STEM: usize = 6;

#[derive(Debug)]
struct Word {
    letters: Vec<char>,
    /// The endings that follow, of a stem.
    form: Option<Form>,
    atom: Atom,
}

/// The words in which a slip is forgiven, by their first letter, which has to be right.
#[derive(Debug, Default)]
pub(super) struct Slips {
    by_first: HashMap<char, Vec<Word>>,
}

impl Slips {
    /// Takes a word, or a stem with the form of its endings.
    pub(super) fn enter(&mut self, key: &str, form: Option<Form>, atom: Atom) {
        let letters: Vec<char> = key.chars().collect();
        let shortest = if form.is_some() { SHORTEST_STEM } else { SHORTEST };
        if let Some(first) = letters.first().filter(|_| letters.len() >= shortest) {
            self.by_first.entry(*first).or_default().push(Word { letters, form, atom });
        }
    }

    /// What a word can be that no phrase holds.
    pub(super) fn atoms_of(&self, key: &str) -> Vec<Atom> {
        let letters: Vec<char> = key.chars().collect();
        let Some(words) = letters.first().and_then(|first| self.by_first.get(first)) else {
            return Vec::new();
        };
        if letters.len() < SHORTEST {
            return Vec::new();
        }
        let stems: Vec<(usize, &str)> =
            endings::splits(key).map(|(stem, ending)| (stem.chars().count(), ending)).collect();
        let is_meant = |word: &&Word| match word.form {
            // Another last letter makes another form, not a slip: "пропускаю", "пропускає".
            None => {
                letters.last() == word.letters.last()
                    && typo::is_within_one_slip(&letters, &word.letters)
            }
            Some(form) => stems.iter().any(|(length, ending)| {
                length.abs_diff(word.letters.len()) <= 1
                    && form.has(ending)
                    && typo::is_within_one_slip(&letters[..*length], &word.letters)
            }),
        };
        words.iter().filter(is_meant).map(|word| word.atom).collect()
    }
}
