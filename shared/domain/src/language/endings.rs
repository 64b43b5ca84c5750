//! The closed sets of endings that words take, in their folded spelling.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// Endings of nouns, adjectives and verbs, Ukrainian and Russian, as [`super::fold::key`] writes
/// them: `і ї ы` are `и`, `є э ё` are `е`, signs are gone.
const ENDINGS: [&str; 3] = [
    // nouns and adjectives
    "а я у ю и е о й ий ей ой ая яя ое ее ие иа ого его ому ему им ом ем ам ям ою ею ую юю их \
     ах ях ими ами ями ми ов ев ив ови еви ои еи иям иями иях ию ия ией ии ечка ечку ечки \
     очка очку очки ика ику ики иком иков икив ик ок ку ка ки ко кою ком кой ками ках ист ост \
     ости истю остю остей остями ня ню ням ни ней иший иша ише иши \
     ишого ишу ишою иших ишим ша ше ши ший шого шу еньк енький енька еньке еньки еньку",
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

/// Which endings a stem takes: all of them, or those of one form of the verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// Any ending.
    Any,
    /// What was done: "оплатила", "оплачено".
    Past,
    /// What I or we do or shall do: "оплачу", "оплачуємо".
    Will,
    /// What you do: "надсилаєте".
    You,
    /// What is asked for: "надішліть".
    Ask,
    /// The infinitive: "оплатити".
    Infinitive,
}

impl Form {
    /// The form by its name in a phrase; every other name stands for any ending.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "past" => Self::Past,
            "will" => Self::Will,
            "you" => Self::You,
            "ask" => Self::Ask,
            "inf" => Self::Infinitive,
            _ => Self::Any,
        }
    }

    /// Whether a stem in this form may end in `ending`.
    #[must_use]
    pub fn has(self, ending: &str) -> bool {
        match self {
            Self::Any => is_ending(ending),
            _ => VERBS.get(&self).is_some_and(|endings| endings.contains(ending)),
        }
    }
}

/// The vowels with which a verb's stem goes on before its ending.
const THEMES: &str = "- а я и у е о ну ува юва ова ева ива";

/// The endings of a verb's forms after the theme.
const VERB_ENDINGS: [(Form, &str, &str); 5] = [
    (Form::Past, THEMES, "в л ла ло ли но на ний не ни н то та ни т ного"),
    (Form::Will, "- а я у ю и", "у ю емо ем имо им"),
    (Form::You, "- а я у ю и", "еш иш ете ите ет"),
    (Form::Ask, "- а я у и", "- и ите ит й йте те имо мо ймо"),
    (Form::Infinitive, THEMES, "ти т"),
];

static VERBS: LazyLock<HashMap<Form, HashSet<String>>> = LazyLock::new(|| {
    let plain = |part: &'static str| if part == "-" { "" } else { part };
    let endings = VERB_ENDINGS.iter().map(|(form, themes, ends)| {
        let all = themes.split(' ').flat_map(|theme| {
            ends.split(' ').flat_map(move |end| {
                ["", "ся", "с"].map(|own| format!("{}{}{own}", plain(theme), plain(end)))
            })
        });
        (*form, all.collect())
    });
    endings.collect()
});

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
    use super::{Form, is_ending, splits};

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

    #[test]
    fn what_was_done_is_told_from_what_will_be() {
        assert!(Form::Past.has("ила"));
        assert!(Form::Past.has("ено"));
        assert!(!Form::Past.has("у"));
        assert!(Form::Will.has("у"));
        assert!(Form::Ask.has("айте"));
        assert!(Form::Infinitive.has("увати"));
        assert!(Form::You.has("аете"));
    }
}
