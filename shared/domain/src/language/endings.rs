//! The closed sets of endings that words take, in their folded spelling.

use std::{collections::HashSet, sync::LazyLock};

/// Endings of nouns, adjectives and verbs, Ukrainian and Russian, as [`super::fold::key`] writes
/// them: `і ї ы` are `и`, `є э ё` are `е`, signs are gone.
const ENDINGS: [&str; 3] = [
    // nouns and adjectives
    "а я у ю и е о й ий ей ой ая яя ое ее ие иа ого его ому ему им ом ем ам ям ою ею ую юю их \
     ах ях ими ами ями ми ов ев ив ови еви ои еи иям иями иях ию ия ией ии ечка ечку ечки \
     очка очку очки ика ику ики иком иков икив ик ок ку ка ки ко кою ком кой ками ках ист ост \
     ости истю остю остей остями",
    // verbs
    "ти т ш еш иш ит ет емо имо ете ите ут ют ат ят в ла ло ли л вши йте йти ати яти ити ути \
     ав яв ув ал ял ил ала яла ила ула ало яло ило али яли или ел ела ело ели ули аю яю ае яе \
     уе юе аеш яеш уеш ает яет ует аем яем уем аемо яемо уемо аете яете уете ают яют уют юют \
     ай яй уй айте яйте уйте увати ювати увала ували овал овала иват ивати ивал ивала",
    // participles and verbal nouns
    "лю лят ляти ляю ляе ляем ляемо ляете ляйте лятиму лена лено лений лене лену лення ленням те s es ed ing ly \
     ен ена ено ени ений ену ание ания ению ения ение ення енню енням ання анню анням ан ана \
     ано ани аний ану иння",
];

/// How many letters the longest ending has, with its reflexive part.
pub const LONGEST: usize = 8;

static ALL: LazyLock<HashSet<Box<str>>> = LazyLock::new(|| {
    let plain = || ENDINGS.iter().flat_map(|group| group.split(' ')).chain([""]);
    let reflexive = plain().flat_map(|ending| ["ся", "с"].map(|r| format!("{ending}{r}")));
    plain().map(Box::from).chain(reflexive.map(String::into_boxed_str)).collect()
});

/// Whether a stem may end in `ending`.
#[must_use]
pub fn is_ending(ending: &str) -> bool {
    ALL.contains(ending)
}

/// A word's stems with the endings that they leave, the longest stem first; at least two letters
/// stay in a stem.
pub fn splits(key: &str) -> impl Iterator<Item = (&str, &str)> {
    key.char_indices()
        .map(|(at, _)| at)
        .chain([key.len()])
        .enumerate()
        .filter(|(letters, _)| *letters >= 2)
        .map(|(_, at)| key.split_at(at))
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .take(LONGEST + 1)
}

#[cfg(test)]
mod tests {
    use super::{is_ending, splits};

    #[test]
    fn the_longest_stem_comes_first_and_two_letters_stay() {
        let found: Vec<_> = splits("сукню").collect();
        assert_eq!(found.first(), Some(&("сукню", "")));
        assert_eq!(found.last(), Some(&("су", "кню")));
    }

    #[test]
    fn endings_are_a_closed_set() {
        assert!(is_ending("ими"));
        assert!(is_ending("аетеся"));
        assert!(!is_ending("ажіть"));
    }
}
