//! Detectors with other phrases than their own: what a replay asks for.

use std::collections::BTreeMap;

use super::{Rules, Signal, TABLES};
use crate::language::classes;

/// What begins the line of a phrase in whose sentence the detector does not count.
const UNLESS: &str = "unless: ";

/// Why a changed detector cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRule {
    /// There is no detector of this name.
    #[error("there is no rule {0}")]
    Unknown(String),
    /// A phrase names a class of words that does not exist.
    #[error("{rule}:{line}: there is no class <{class}>")]
    Class {
        /// The detector.
        rule: String,
        /// The line of its text, from 1.
        line: usize,
        /// The class.
        class: String,
    },
}

impl Rules {
    /// The phrases of a detector as text: one a line, those that forbid it behind `unless: `, and an
    /// empty line between groups that forbid different things.
    #[must_use]
    pub fn text(signal: Signal) -> String {
        let groups = TABLES.iter().copied().flatten().filter(|rule| rule.signal == signal);
        let groups = groups.map(|rule| {
            let any = rule.any.iter().map(|phrase| (*phrase).to_owned());
            let unless = rule.unless.iter().map(|phrase| format!("{UNLESS}{phrase}"));
            any.chain(unless).collect::<Vec<_>>().join("\n")
        });
        groups.collect::<Vec<_>>().join("\n\n")
    }

    /// The shop's own, but for those detectors of which `texts` has another text by their name. One
    /// with an empty text never matches.
    ///
    /// # Errors
    /// When there is no such detector, or a phrase cannot be read.
    pub fn changed(texts: &BTreeMap<String, String>) -> Result<Self, InvalidRule> {
        for (name, text) in texts {
            if !Signal::ALL.iter().any(|signal| signal.as_str() == name) {
                return Err(InvalidRule::Unknown(name.clone()));
            }
            check(name, text)?;
        }
        let mut rules = Self::empty();
        let own = TABLES.iter().copied().flatten();
        for rule in own.filter(|rule| !texts.contains_key(rule.signal.as_str())) {
            rules.add(rule.signal, rule.any, rule.unless);
        }
        for (signal, text) in
            Signal::ALL.iter().filter_map(|it| Some((*it, texts.get(it.as_str())?)))
        {
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            for group in lines.split(|line| line.is_empty()) {
                let any: Vec<&str> =
                    group.iter().copied().filter(|line| !line.starts_with(UNLESS)).collect();
                let unless: Vec<&str> =
                    group.iter().filter_map(|line| line.strip_prefix(UNLESS)).collect();
                rules.add(signal, &any, &unless);
            }
        }
        Ok(rules)
    }
}

/// Whether each class that a phrase names exists.
fn check(rule: &str, text: &str) -> Result<(), InvalidRule> {
    for (line, phrase) in (1..).zip(text.lines()) {
        let words = phrase.split([' ', '/', '[', ']']).map(|word| word.trim_start_matches('!'));
        for word in words.filter_map(|word| word.strip_prefix('<')) {
            let class = word.strip_suffix('>').unwrap_or(word);
            if !word.ends_with('>') || !classes::is_class(class) {
                let (rule, class) = (rule.to_owned(), class.to_owned());
                return Err(InvalidRule::Class { rule, line, class });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail where it is")]

    use super::*;
    use crate::language::token::tokens;

    fn signals(rules: &Rules, text: &str) -> Vec<Signal> {
        rules.read(&tokens(text), |_| false).into_iter().map(|seen| seen.signal).collect()
    }

    fn changed(name: &str, text: &str) -> Result<Rules, InvalidRule> {
        Rules::changed(&BTreeMap::from([(name.to_owned(), text.to_owned())]))
    }

    #[test]
    fn the_text_of_every_rule_is_read_back_as_the_rule_itself() {
        let texts: BTreeMap<String, String> = Signal::ALL
            .iter()
            .map(|signal| (signal.as_str().to_owned(), Rules::text(*signal)))
            .collect();

        let again = Rules::changed(&texts).unwrap();

        for text in
            ["скільки коштує лагуна?", "покличте менеджера", "ще не оплачено", "дякую, беру"]
        {
            assert_eq!(signals(&again, text), signals(Rules::own(), text), "{text}");
        }
    }

    #[test]
    fn a_phrase_more_makes_a_rule_match_and_a_phrase_against_it_does_not() {
        let own = Rules::text(Signal::HumanWanted);

        let more = changed("human_wanted", &format!("{own}\nкур'єр*")).unwrap();
        let less = changed("human_wanted", "кур'єр*\nunless: не").unwrap();

        assert!(!signals(Rules::own(), "де кур'єр").contains(&Signal::HumanWanted));
        assert!(signals(&more, "де кур'єр").contains(&Signal::HumanWanted));
        assert!(signals(&more, "покличте менеджера").contains(&Signal::HumanWanted));
        assert!(!signals(&less, "не кур'єр").contains(&Signal::HumanWanted));
        assert!(!signals(&less, "покличте менеджера").contains(&Signal::HumanWanted));
    }

    #[test]
    fn a_rule_without_phrases_never_matches() {
        let rules = changed("human_wanted", "").unwrap();

        assert!(!signals(&rules, "покличте менеджера").contains(&Signal::HumanWanted));
        assert!(signals(&rules, "дякую").contains(&Signal::Thanks));
    }

    #[test]
    fn an_unknown_rule_and_an_unknown_class_are_named_with_their_line() {
        let unknown = changed("humans", "а").unwrap_err();
        let class = changed("buy", "беру\n<wnat> .. це").unwrap_err();

        assert_eq!(unknown.to_string(), "there is no rule humans");
        assert_eq!(class.to_string(), "buy:2: there is no class <wnat>");
    }
}
