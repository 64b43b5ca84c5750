//! Which of several heights are those of children: not the one that was, nor the ones between which
//! a customer wavers.

use super::Perceived;
use crate::{
    language::{
        numbers::{marks_height, names_child},
        rules::Signal,
        token::Token,
        words::{ON, children as words},
    },
    shop::Shop,
    size::{Height, Size},
};

/// A height or a size that a message tells, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) what: What,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Height(Height),
    Size(Size),
}

/// The most words between a height and the one that says that it is none.
const REACH: usize = 4;

/// Keeps of the heights and sizes of a message those that are wanted now.
pub(super) fn keep(shop: &Shop<'_>, tokens: &[Token], told: &[Told], perceived: &mut Perceived) {
    if told.len() < 2 {
        return;
    }
    let message = Line { tokens, told };
    let all: Vec<usize> = (0..told.len()).collect();
    let is_past = |at: &usize| message.is_past(*at);
    let mut kept = without(&all, is_past);
    kept = without(&kept, |at| message.wavers(*at));
    if let Some(grown) = kept.iter().copied().find(|at| message.is_to_grow_into(*at)) {
        kept = vec![grown];
    }
    if let [marked] =
        kept.iter().copied().filter(|at| message.is_marked(*at)).collect::<Vec<_>>()[..]
    {
        // "Зріст 105, брати 110?" is one child, "зріст 134, меншій 104" are two.
        kept.retain(|at| *at == marked || message.is_list(*at.min(&marked), *at.max(&marked)));
    }
    let wavers = kept.len() > 1 && kept.iter().all(|at| message.wavers(*at));
    if wavers {
        let size = |at: &usize| match told[*at].what {
            What::Size(size) => Some(size),
            What::Height(height) => shop.catalog.sizes().range_for(height).map(|size| size.size()),
        };
        let is_one = kept.windows(2).all(|pair| size(&pair[0]) == size(&pair[1]));
        kept.truncate(usize::from(is_one));
        perceived.signals.insert(Signal::AskSize);
    }
    perceived.left_heights = all
        .iter()
        .filter(|at| !kept.contains(at))
        .filter_map(|at| match told[*at].what {
            What::Height(height) => Some(height),
            What::Size(_) => None,
        })
        .collect();
    let is_kept = |what: What| kept.iter().any(|at| told[*at].what == what);
    perceived.heights.retain(|height| is_kept(What::Height(*height)));
    perceived.sizes.retain(|size| is_kept(What::Size(*size)));
}

/// What is left of `places` without those that are `unwanted`; all of them where nothing is left.
fn without(places: &[usize], unwanted: impl Fn(&usize) -> bool) -> Vec<usize> {
    let left: Vec<usize> = places.iter().copied().filter(|at| !unwanted(at)).collect();
    if left.is_empty() { places.to_vec() } else { left }
}

struct Line<'t> {
    tokens: &'t [Token],
    told: &'t [Told],
}

impl Line<'_> {
    /// The words before a height in its sentence, the nearest first, up to the height before it.
    fn before(&self, at: usize) -> impl Iterator<Item = &Token> {
        let begin = at.checked_sub(1).map_or(0, |before| self.told[before].to);
        let within = self.tokens[begin..self.told[at].from].iter().rev();
        within.take_while(|token| !token.is_break()).filter(|token| token.is_word())
    }

    /// The tokens behind a height in its sentence, up to the next height.
    fn behind(&self, at: usize) -> &[Token] {
        let end = self.told.get(at + 1).map_or(self.tokens.len(), |next| next.from);
        &self.tokens[self.told[at].to..end]
    }

    fn is_past(&self, at: usize) -> bool {
        let is_told_before = self.before(at).take(REACH).any(|it| words::NOT_ANY_MORE.has(it));
        let behind = || {
            self.behind(at)
                .iter()
                .take_while(|token| !token.is_break() && !token.is_mark(','))
                .filter(|token| token.is_word())
        };
        let is_outgrown = behind().take(REACH).any(|token| words::OUTGROWN.has(token));
        // "Поміняйте 110 на 122".
        let changes = self.tokens.iter().any(|token| words::CHANGES.has(token));
        let is_given_away =
            changes && at + 1 < self.told.len() && matches!(self.behind(at), [on] if ON.has(on));
        is_told_before || is_outgrown || is_given_away
    }

    /// "104 чи 110", "між 116 і 122".
    fn wavers(&self, at: usize) -> bool {
        let is_either = |at: usize| self.behind(at).iter().any(|token| words::EITHER.has(token));
        let is_between =
            |at: usize| self.before(at).next().is_some_and(|token| words::BETWEEN.has(token));
        let has_next = at + 1 < self.told.len();
        let before = at.checked_sub(1);
        has_next && (is_either(at) || is_between(at))
            || before.is_some_and(|before| is_either(before) || is_between(before))
    }

    fn is_to_grow_into(&self, at: usize) -> bool {
        self.before(at).take(2).any(|token| words::TO_GROW_INTO.has(token))
    }

    /// Whether a word beside it says that it is the height of a child.
    fn is_marked(&self, at: usize) -> bool {
        matches!(self.told[at].what, What::Height(_)) && self.before(at).take(2).any(marks_height)
    }

    /// Whether the heights from one to another stand in a list.
    fn is_list(&self, from: usize, to: usize) -> bool {
        (from..to).all(|at| {
            let between = self.behind(at);
            let joins = between.iter().any(|token| {
                words::BOTH.has(token)
                    || token.is_mark('+')
                    || token.is_mark(',')
                    || token.is_break()
                    || names_child(token)
            });
            let is_thought_of =
                |token: &Token| words::THOUGHT_OF.has(token) || words::SUITS.has(token);
            joins && !between.iter().any(is_thought_of)
        })
    }
}
