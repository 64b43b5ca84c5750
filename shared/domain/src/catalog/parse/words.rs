//! `catalog/categories.toml`, `catalog/colors.toml` and `catalog/features.toml`: the words.

use std::collections::{HashMap, HashSet};

use toml::Spanned;

use super::{
    super::{
        Category, CategoryKey, Color, ColorFamily, ColorKey, CountsAs, Feature, FeatureKey,
        NotSold, NotSoldKey,
    },
    faults::{Faults, File},
    raw,
};
use crate::prompts::{TemplateKey, tone_faults};

/// The keys and words of one file so far, each of which may stand for one thing only.
pub(super) struct Seen<'f, 't> {
    file: &'f File<'t>,
    keys: HashSet<String>,
    words: HashMap<String, String>,
}

impl<'f, 't> Seen<'f, 't> {
    pub(super) fn in_file(file: &'f File<'t>) -> Self {
        Self { file, keys: HashSet::new(), words: HashMap::new() }
    }

    /// Takes a key that was not there before.
    fn key(&mut self, key: &Spanned<String>, faults: &mut Faults) {
        if key.get_ref().trim().is_empty() {
            faults.add(self.file, key.span().start, "the key is empty");
        }
        if !self.keys.insert(key.get_ref().clone()) {
            let message = format!("\"{}\" is there twice", key.get_ref());
            faults.add(self.file, key.span().start, message);
        }
    }

    /// Takes the words for `owner`, at least one.
    fn words(
        &mut self,
        owner: &Spanned<String>,
        words: Vec<Spanned<String>>,
        faults: &mut Faults,
    ) -> Vec<String> {
        if words.is_empty() {
            let message = format!("\"{}\" has no words that customers could say", owner.get_ref());
            faults.add(self.file, owner.span().start, message);
        }
        words.into_iter().map(|word| self.word(owner.get_ref(), word, faults)).collect()
    }

    /// Takes one word for `owner`: in the form in which it is looked up, and for nothing else yet.
    pub(super) fn word(
        &mut self,
        owner: &str,
        word: Spanned<String>,
        faults: &mut Faults,
    ) -> String {
        let at = word.span().start;
        let word = word.into_inner();
        let plain = word.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        if plain.is_empty() {
            faults.add(self.file, at, "the word is empty");
        } else if plain != word {
            faults.add(self.file, at, format!("\"{word}\" has to be written \"{plain}\""));
        }
        if let Some(other) = self.words.insert(plain, owner.to_owned()) {
            let message = if other == owner {
                format!("\"{word}\" is there twice")
            } else {
                format!("\"{word}\" already stands for \"{other}\"")
            };
            faults.add(self.file, at, message);
        }
        word
    }
}

/// Takes words that customers read: not empty, and in the tone of every reply.
pub(super) fn customer_text(file: &File<'_>, raw: Spanned<String>, faults: &mut Faults) -> String {
    if raw.get_ref().trim().is_empty() {
        faults.add(file, raw.span().start, "the text is empty");
    }
    for (_, fault) in tone_faults(raw.get_ref()) {
        faults.add(file, raw.span().start, fault.to_string());
    }
    raw.into_inner()
}

/// What is sold and what is not. A word stands for one of all of them.
pub(super) fn categories(
    file: &File<'_>,
    raw: raw::Categories,
    faults: &mut Faults,
) -> (Vec<Category>, Vec<NotSold>) {
    let mut seen = Seen::in_file(file);
    let categories: Vec<Category> = raw
        .category
        .into_iter()
        .map(|raw| {
            seen.key(&raw.key, faults);
            let words = seen.words(&raw.key, raw.words, faults);
            Category { key: CategoryKey::new(raw.key.into_inner()), words }
        })
        .collect();
    let not_sold = raw
        .not_sold
        .into_iter()
        .map(|raw| {
            seen.key(&raw.key, faults);
            let words = seen.words(&raw.key, raw.words, faults);
            let nearest = raw.nearest.map(|nearest| {
                let key = CategoryKey::new(nearest.get_ref().as_str());
                if !categories.iter().any(|category| category.key == key) {
                    let message = format!("there is no category \"{key}\"");
                    faults.add(file, nearest.span().start, message);
                }
                key
            });
            NotSold { key: NotSoldKey::new(raw.key.into_inner()), words, nearest }
        })
        .collect();
    (categories, not_sold)
}

pub(super) fn colors(file: &File<'_>, raw: raw::Colors, faults: &mut Faults) -> Vec<Color> {
    let keys: HashSet<String> = raw.color.iter().map(|raw| raw.key.get_ref().clone()).collect();
    let mut seen = Seen::in_file(file);
    raw.color
        .into_iter()
        .map(|raw_color| {
            seen.key(&raw_color.key, faults);
            if !raw.families.contains(raw_color.family.get_ref()) {
                let message = format!("there is no family \"{}\"", raw_color.family.get_ref());
                faults.add(file, raw_color.family.span().start, message);
            }
            Color {
                words: seen.words(&raw_color.key, raw_color.words, faults),
                counts_as: counts_as(
                    file,
                    &raw_color.key,
                    raw_color.counts_as,
                    raw_color.note,
                    &keys,
                    faults,
                ),
                key: ColorKey::new(raw_color.key.into_inner()),
                label: customer_text(file, raw_color.label, faults),
                family: ColorFamily::new(raw_color.family.into_inner()),
            }
        })
        .collect()
}

/// The colour that counts as this one, with the note that the reply then holds.
fn counts_as(
    file: &File<'_>,
    own: &Spanned<String>,
    color: Option<Spanned<String>>,
    note: Option<Spanned<String>>,
    keys: &HashSet<String>,
    faults: &mut Faults,
) -> Option<CountsAs> {
    match (color, note) {
        (None, None) => None,
        (Some(color), Some(note)) => {
            if !keys.contains(color.get_ref()) || color.get_ref() == own.get_ref() {
                let message = format!("there is no other color \"{}\"", color.get_ref());
                faults.add(file, color.span().start, message);
            }
            let Ok(key) = note.get_ref().parse::<TemplateKey>() else {
                let message = format!("there is no template \"{}\"", note.get_ref());
                faults.add(file, note.span().start, message);
                return None;
            };
            Some(CountsAs { color: ColorKey::new(color.into_inner()), note: key })
        }
        (Some(one), None) | (None, Some(one)) => {
            faults.add(file, one.span().start, "counts_as and note go together");
            None
        }
    }
}

pub(super) fn features(file: &File<'_>, raw: raw::Features, faults: &mut Faults) -> Vec<Feature> {
    let mut seen = Seen::in_file(file);
    raw.feature
        .into_iter()
        .map(|raw| {
            seen.key(&raw.key, faults);
            let words = seen.words(&raw.key, raw.words, faults);
            let key = FeatureKey::new(raw.key.into_inner());
            Feature { key, words, only_ranks: raw.only_ranks }
        })
        .collect()
}
