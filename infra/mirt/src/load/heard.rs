//! What a customer heard, against what was committed: all of it, in order, and what was said twice.

/// A message that the channel was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) words: String,
    /// The number of the process that sent it.
    pub(super) sender: Option<u64>,
}

/// A message that was heard although it had been heard before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Again {
    /// Its place among all that was said.
    pub(super) place: usize,
    /// Who had sent it the time before.
    pub(super) before_by: Option<u64>,
}

/// What the channel was given, in order, beside what should have been.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Compared {
    /// Said, and never heard.
    pub(super) unheard: usize,
    /// Heard again.
    pub(super) again: Vec<Again>,
    /// Heard, and not what comes next or what came before.
    pub(super) astray: usize,
}

/// Compares. A reply that is repeated begins anew where it began: after a repetition, what follows
/// may be a repetition too, or go on. The channel may add to a text (numbers to tap), so that each
/// heard one begins with what was said.
pub(super) fn compare(said: &[&str], heard: &[Heard]) -> Compared {
    let mut compared = Compared::default();
    let mut senders = vec![None; said.len()];
    let (mut next, mut furthest) = (0, 0);
    for Heard { words, sender } in heard {
        let fits = |place: usize| said.get(place).is_some_and(|said| words.starts_with(said));
        // On from here, on from where it never was, or back to the latest place that fits.
        let place = [next, furthest].into_iter().find(|place| fits(*place));
        match place.or_else(|| (0..furthest).rev().find(|place| fits(*place))) {
            Some(place) => {
                if place < furthest {
                    compared.again.push(Again { place, before_by: senders[place] });
                }
                senders[place] = *sender;
                next = place + 1;
                furthest = furthest.max(next);
            }
            None => compared.astray += 1,
        }
    }
    compared.unheard = said.len() - furthest;
    compared
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(said: &[&str], heard: &[&str]) -> Compared {
        let heard: Vec<Heard> = heard
            .iter()
            .zip(1..)
            .map(|(words, n)| Heard { words: (*words).to_owned(), sender: Some(n) })
            .collect();
        compare(said, &heard)
    }

    #[test]
    fn what_was_said_and_heard_once_and_in_order_is_well() {
        assert_eq!(compared(&["a", "b"], &["a", "b\n1) так"]), Compared::default());
    }

    #[test]
    fn a_repeated_reply_is_counted_and_does_not_hide_what_is_missing() {
        let again = compared(&["a", "b", "c", "d"], &["a", "b", "c", "b", "c", "d"]);
        let of = |place, sender| Again { place, before_by: Some(sender) };
        assert_eq!(again, Compared { again: vec![of(1, 2), of(2, 3)], ..Compared::default() });

        let missing = compared(&["a", "b", "c"], &["a", "a", "b"]);
        let again = vec![Again { place: 0, before_by: Some(1) }];
        assert_eq!(missing, Compared { again, unheard: 1, ..Compared::default() });
    }

    #[test]
    fn what_is_heard_too_early_is_astray() {
        let early = compared(&["a", "b", "c"], &["a", "c", "b"]);

        assert_eq!(early, Compared { astray: 1, unheard: 1, ..Compared::default() });
    }
}
