//! The profile: what is known of a customer, what was known before, and the last summary.

use std::fmt::Write as _;

use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::{Fact, Known};
use crate::{shop::Shop, size::Height};

/// How many facts of one kind are kept: a family has that many children, and a taste that wide.
const MOST_OF_A_KIND: usize = 4;

/// How many replaced facts are kept.
const MOST_PAST: usize = 12;

/// How old a height may be, in months: children grow.
const HEIGHT_HOLDS: i32 = 6;

/// How many characters of the profile the model gets at most.
const MOST_CHARS: usize = 800;

/// What outlives a conversation. Kept until the customer is erased.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// What the last conversations were about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// What is known.
    pub facts: Vec<Fact>,
    /// What was known and does not hold any more, the newest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<Past>,
}

/// What a conversation was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// In a few sentences.
    pub text: String,
    /// When it was made.
    pub at: Timestamp,
    /// The last turn that it covers.
    pub turn: u32,
    /// Whether the model worded it.
    pub by_model: bool,
}

/// A fact that was replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// The fact.
    pub fact: Fact,
    /// Until when it held, as far as anybody told.
    pub until: Timestamp,
}

impl Profile {
    /// Takes in what a conversation taught. Facts of one conversation do not contradict each other:
    /// two heights in it are two children.
    pub(crate) fn learn(&mut self, facts: impl IntoIterator<Item = Fact>) {
        let mut fresh: Vec<Known> = Vec::new();
        for fact in facts {
            fresh.push(fact.known.clone());
            if let Some(same) = self.facts.iter_mut().find(|known| known.known == fact.known) {
                if same.at <= fact.at {
                    let confidence = same.confidence.max(fact.confidence);
                    *same = Fact { confidence, ..fact };
                }
                continue;
            }
            let contradicted = self
                .facts
                .iter()
                .enumerate()
                .filter(|(_, old)| old.at <= fact.at && !fresh.contains(&old.known))
                .filter_map(|(at, old)| Some((old.contradicted_by(&fact.known)?, at)))
                .min();
            if let Some((_, at)) = contradicted {
                self.retire(at, fact.at);
            }
            let alike = self.facts.iter().filter(|known| known.is_like(&fact.known)).count();
            if alike >= MOST_OF_A_KIND
                && let Some(oldest) = self.oldest_like(&fact.known)
            {
                self.retire(oldest, fact.at);
            }
            self.facts.push(fact);
        }
    }

    fn oldest_like(&self, known: &Known) -> Option<usize> {
        let alike = self.facts.iter().enumerate().filter(|(_, fact)| fact.is_like(known));
        alike.min_by_key(|(_, fact)| fact.at).map(|(at, _)| at)
    }

    fn retire(&mut self, at: usize, until: Timestamp) {
        let fact = self.facts.remove(at);
        self.past.push(Past { fact, until });
        self.past.drain(..self.past.len().saturating_sub(MOST_PAST));
    }

    /// Whether this is known.
    pub(crate) fn knows(&self, known: &Known) -> bool {
        self.facts.iter().any(|fact| fact.known == *known)
    }

    /// The height of the one child that is known, and whether it is too old to go by; `None` where
    /// no child or several are known.
    pub(crate) fn height(&self, now: Timestamp) -> Option<(Height, bool)> {
        let mut heights = self.facts.iter().filter_map(|fact| match fact.known {
            Known::Height(height) => Some((height, fact.at)),
            _ => None,
        });
        let (height, at) = heights.next()?;
        if heights.next().is_some() {
            return None;
        }
        let zone = jiff::tz::TimeZone::UTC;
        let holds_until = at.to_zoned(zone).checked_add(HEIGHT_HOLDS.months());
        Some((height, holds_until.is_ok_and(|until| until.timestamp() < now)))
    }

    /// The profile as the model gets it: no name, no address, at most 800 characters.
    pub(crate) fn for_model(&self, shop: &Shop<'_>) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        for Fact { known, at, .. } in &self.facts {
            let day = at.strftime("%Y-%m");
            let _ = match known {
                Known::Height(height) => writeln!(text, "height in {day}: {}", height.cm()),
                Known::Age(years) => writeln!(text, "age in {day}: {years}"),
                Known::Bought { product, size, color } => {
                    let Some(product) = shop.catalog.product(*product) else { continue };
                    writeln!(text, "bought in {day}: {}, size {size}, {color}", product.name)
                }
                Known::Likes(color) => writeln!(text, "liked colour: {color}"),
                Known::Refuses(color) => writeln!(text, "refused colour: {color}"),
                Known::City(_) | Known::Branch(_) | Known::Pays(_) => continue,
            };
        }
        if let Some(summary) = &self.summary {
            let _ = write!(text, "summary: {}", summary.text);
        }
        text.trim().chars().take(MOST_CHARS).collect()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::catalog::ColorKey;

    fn fact(known: Known, day: &str) -> Fact {
        let at = format!("{day}T10:00:00Z").parse().unwrap();
        Fact { known, turn: 1, confidence: 95, at }
    }

    fn height(cm: u16) -> Known {
        Known::Height(Height::from_cm(cm).unwrap())
    }

    fn heights(profile: &Profile) -> Vec<u16> {
        let height = |fact: &Fact| match fact.known {
            Known::Height(height) => Some(height.cm()),
            _ => None,
        };
        profile.facts.iter().filter_map(height).collect()
    }

    #[test]
    fn a_child_that_has_grown_replaces_itself_and_the_old_height_is_kept_as_history() {
        let mut profile = Profile::default();
        profile.learn([fact(height(122), "2026-01-10"), fact(height(98), "2026-01-10")]);

        profile.learn([fact(height(128), "2026-09-01")]);

        assert_eq!(heights(&profile), [98, 128]);
        let past: Vec<&Known> = profile.past.iter().map(|past| &past.fact.known).collect();
        assert_eq!(past, [&height(122)]);
    }

    #[test]
    fn two_heights_of_one_conversation_are_two_children() {
        let mut profile = Profile::default();

        profile.learn([fact(height(122), "2026-01-10"), fact(height(128), "2026-01-11")]);

        assert_eq!(heights(&profile), [122, 128]);
        assert_eq!(profile.height("2026-02-01T00:00:00Z".parse().unwrap()), None);
    }

    #[test]
    fn a_height_of_more_than_six_months_is_too_old_to_go_by() {
        let mut profile = Profile::default();
        profile.learn([fact(height(128), "2026-01-10")]);

        let is_old = |now: &str| profile.height(now.parse().unwrap()).unwrap().1;

        assert!(!is_old("2026-07-10T09:00:00Z"));
        assert!(is_old("2026-07-10T11:00:00Z"));
    }

    #[test]
    fn a_colour_that_is_refused_later_is_not_liked_any_more() {
        let mut profile = Profile::default();
        let pink = ColorKey::new("рожевий");
        profile.learn([fact(Known::Likes(pink.clone()), "2026-01-10")]);

        profile.learn([fact(Known::Refuses(pink.clone()), "2026-03-10")]);

        let known: Vec<&Known> = profile.facts.iter().map(|fact| &fact.known).collect();
        assert_eq!(known, [&Known::Refuses(pink)]);
        assert_eq!(profile.past.len(), 1);
    }

    #[test]
    fn what_was_told_before_does_not_replace_what_was_told_after() {
        let mut profile = Profile::default();
        profile.learn([fact(Known::City("Львів".to_owned()), "2026-03-10")]);

        profile.learn([fact(Known::City("Львів".to_owned()), "2026-01-10")]);

        assert_eq!(profile.facts[0].at, "2026-03-10T10:00:00Z".parse().unwrap());
    }

    #[test]
    fn the_model_gets_what_is_known_within_a_budget_and_no_name_or_address() {
        let mut profile = Profile::default();
        profile.learn([
            fact(height(128), "2026-01-10"),
            fact(Known::City("Львів".to_owned()), "2026-01-10"),
        ]);
        let colors =
            (0..40).map(|n| Known::Likes(ColorKey::new(format!("{n}{}", "х".repeat(300)))));
        profile.learn(colors.map(|color| fact(color, "2026-01-10")));
        let text = "дуже довгий підсумок ".repeat(100);
        let at = "2026-01-13T10:00:00Z".parse().unwrap();
        profile.summary = Some(Summary { text, at, turn: 1, by_model: true });

        let shown = profile.for_model(&crate::testing::shop());

        assert_eq!(shown.chars().count(), MOST_CHARS);
        assert!(
            shown.starts_with("height in 2026-01: 128\n") && !shown.contains("Львів"),
            "{shown}"
        );
    }

    #[test]
    fn the_profile_does_not_grow_with_the_years() {
        let mut profile = Profile::default();

        for year in 2000..2100 {
            let at = format!("{year}-01-01");
            profile.learn(
                (0..10).map(|n| fact(Known::Likes(ColorKey::new(format!("{year}-{n}"))), &at)),
            );
        }

        assert_eq!(profile.facts.len(), MOST_OF_A_KIND);
        assert_eq!(profile.past.len(), MOST_PAST);
    }
}
