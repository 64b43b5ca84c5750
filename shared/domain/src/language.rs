//! Reading Ukrainian, Russian, surzhyk and a little English without a model.
//!
//! Text becomes tokens ([`token`]), each with a folded key in which spellings that mean the same are
//! one ([`fold`]). Words are matched whole, as a stem with one of a closed set of endings
//! ([`endings`]), never as a piece of a longer word. Rules ([`rules`]) are phrases of such words
//! ([`phrase`]) with the contexts in which they do not count. What is for a machine and not for a shop
//! is told by rules, by groups of words ([`machine_talk`]) and by weights that were learned from
//! examples ([`likeness`]) together.

pub(crate) mod amounts;
pub mod classes;
pub mod contact;
pub mod endings;
pub mod fold;
pub mod latin;
pub mod likeness;
pub mod machine_talk;
pub mod names;
pub mod numbers;
pub mod phrase;
pub(crate) mod promises;
pub mod rules;
pub mod token;
pub mod typo;
pub(crate) mod words;
