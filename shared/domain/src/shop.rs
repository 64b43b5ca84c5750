//! The shop as a turn sees it: what is sold, what is said, how it works.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    catalog::{Catalog, CategoryKey, ColorKey, FeatureKey, Meaning, NotSoldKey, ProductId},
    hours::QuietHours,
    language::names::Lexicon,
    model::MicroUsd,
    prompts::Prompts,
};

/// Everything that a turn needs beside the conversation.
#[derive(Clone, Copy, Debug)]
pub struct Shop<'a> {
    /// What is sold.
    pub catalog: &'a Catalog,
    /// The words of the catalogue in all their forms; made once, see [`Words::of`].
    pub words: &'a Words,
    /// What is said.
    pub prompts: &'a Prompts,
    /// How the shop works.
    pub settings: &'a Settings,
}

/// How the shop works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a human has a conversation before the assistant answers again (decision 8).
    pub hand_over_timeout: SignedDuration,
    /// How long a customer waits for a human before the managers are reminded (decision 8).
    pub hand_over_reminder: SignedDuration,
    /// How long after a customer's last message each follow-up is due (decision 9).
    pub follow_ups: Vec<SignedDuration>,
    /// How long a customer is silent before the conversation is summed up (decision 17).
    pub summary_after: SignedDuration,
    /// Where customers pay; `None` makes the step of payment a human's (decision 3).
    pub requisites: Option<Requisites>,
    /// What the model may cost for one conversation on one day of UTC; past it the rules go on alone.
    pub model_ceiling: MicroUsd,
    /// When nobody is written to who has not just written (decision 9).
    pub quiet: QuietHours,
    /// Whether a CRM takes the orders; without one they are the managers'.
    pub has_crm: bool,
    /// Whether the assistant is paused: it leaves everything to managers.
    pub is_paused: bool,
}

/// The ceiling unless a setting says otherwise: some sixty turns with the model.
const MODEL_CEILING: MicroUsd = MicroUsd(500_000);

impl Default for Settings {
    fn default() -> Self {
        Self {
            hand_over_timeout: SignedDuration::from_hours(12),
            hand_over_reminder: SignedDuration::from_mins(15),
            follow_ups: [4, 23].map(SignedDuration::from_hours).to_vec(),
            summary_after: SignedDuration::from_hours(3 * 24),
            requisites: None,
            model_ceiling: MODEL_CEILING,
            quiet: QuietHours::default(),
            has_crm: false,
            is_paused: false,
        }
    }
}

/// Where customers pay. From the secret store, never from the repository (decision 3).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requisites {
    /// Who gets the money.
    pub recipient: String,
    /// The account.
    pub iban: String,
    /// The recipient's tax number.
    pub tax_id: String,
}

impl std::fmt::Debug for Requisites {
    /// Says nothing: an account has no business in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Requisites")
    }
}

/// What a word of the catalogue stands for, free of the catalogue's lifetime.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Thing {
    /// A product.
    Product(ProductId),
    /// A kind of garment.
    Category(CategoryKey),
    /// A kind of thing that is not sold.
    NotSold(NotSoldKey),
    /// A colour.
    Color(ColorKey),
    /// A feature.
    Feature(FeatureKey),
}

/// The words of a catalogue in all their forms.
#[derive(Debug)]
pub struct Words(Lexicon<Thing>);

impl Words {
    /// Takes the words of a catalogue. Costs a pass over all of them: made once per process.
    #[must_use]
    pub fn of(catalog: &Catalog) -> Self {
        let terms = catalog.vocabulary().map(|term| {
            // "Беріть" is no "берет": slips are forgiven where a name is meant.
            let may_slip = !matches!(term.means, Meaning::NotSold(_) | Meaning::Feature(_));
            (term.words, thing(term.means), may_slip)
        });
        Self(Lexicon::new(terms))
    }

    /// The lexicon.
    #[must_use]
    pub const fn lexicon(&self) -> &Lexicon<Thing> {
        &self.0
    }
}

fn thing(means: Meaning<'_>) -> Thing {
    match means {
        Meaning::Product(id) => Thing::Product(id),
        Meaning::Category(key) => Thing::Category(key.clone()),
        Meaning::NotSold(key) => Thing::NotSold(key.clone()),
        Meaning::Color(key) => Thing::Color(key.clone()),
        Meaning::Feature(key) => Thing::Feature(key.clone()),
    }
}
