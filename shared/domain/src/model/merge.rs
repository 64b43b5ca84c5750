//! The written policy by which the rules' reading and the model's become one.
//!
//! | what | who is believed |
//! |---|---|
//! | a call for a human, an attack | whoever sees it: a human too many costs less than one too few |
//! | what the rules read and are sure of | the rules; the model only fills nothing in |
//! | what the rules could not read | the model, where the catalogue and the customer's words bear it out |
//! | consent, a decision to buy, a way of paying, a receipt, a change or an end of an order | the rules alone; where the model sees one that they do not, or sees a refusal where they see consent, the customer is asked |
//! | name and town of an order | both must agree; where they do not, neither is taken and the customer is asked |
//! | anything, when the model is not sure of itself | the rules; a single garment that it suspects is asked about |
//!
//! Nothing here decides: it makes one [`Perceived`] of two, and `decide` does not know whose it is.

use serde::{Deserialize, Serialize};

use super::reading::{Reading, SIGNALS};
use crate::{
    catalog::{CategoryKey, ColorKey, FeatureKey, ProductId},
    language::{fold, rules::Signal},
    perceive::{self, Perceived},
    session::Session,
    shop::Shop,
    size::{Height, Size},
    state::{Intent, Phase, State},
};

/// Under this confidence the customer is asked. In percent.
pub const SURE: u8 = 60;

/// From this confidence on, a call for a human or an attack that the model alone sees counts.
const SURE_OF_ALARM: u8 = 80;

/// The most pieces that the model may read: more is a wholesale order, which rules see.
const MOST_PIECES: u32 = 20;

/// What money, consent and order data hang on: the rules alone read these.
const GUARDED: [Signal; 9] = [
    Signal::Consent,
    Signal::Buy,
    Signal::Change,
    Signal::Remove,
    Signal::CancelOrder,
    Signal::PayFull,
    Signal::PayPrepayment,
    Signal::ProofClaim,
    Signal::OptOut,
];

/// What brings a human, so that the model has to be as sure of it as of an alarm.
const FOR_A_HUMAN: [Signal; 6] = [
    Signal::Complaint,
    Signal::OrderStatus,
    Signal::WantsReturn,
    Signal::Wholesale,
    Signal::Urgent,
    Signal::AskCare,
];

/// What one of the two said, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// What it is about: a field of the reading, or a signal.
    pub what: String,
    /// What became of it.
    pub verdict: Verdict,
}

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The rules read it, and it stands.
    Rules,
    /// The model read it, and it was taken.
    Model,
    /// The model said it, and neither catalogue nor message bears it out.
    Unfounded,
    /// The two disagree where money hangs on it: the customer is asked.
    Disputed,
}

/// One reading of two.
pub(super) struct Merged {
    /// The reading.
    pub(super) perceived: Perceived,
    /// Who said what.
    pub(super) claims: Vec<Claim>,
}

/// Makes one reading of the rules' and the model's. `text` is the customer's message.
pub(super) fn merge(
    shop: &Shop<'_>,
    session: &Session,
    rules: &Perceived,
    model: &Reading,
    text: &str,
) -> Merged {
    let mut merging =
        Merging { shop, session, rules, model, text, taken: rules.clone(), claims: Vec::new() };
    merging.alarms();
    if model.confidence >= SURE {
        merging.guarded();
        merging.order_data();
        if !rules.is_sure() {
            merging.fill_in();
        }
    } else if !rules.is_sure() {
        merging.suspect();
    }
    let mut perceived = merging.taken;
    perceived.intent = perceive::intent_of(session, &perceived);
    if model.confidence >= SURE && !rules.is_sure() {
        perceived.intent = intent(&perceived, model);
    }
    Merged { perceived, claims: merging.claims }
}

/// The intent, when the words say too little for the rules.
fn intent(perceived: &Perceived, model: &Reading) -> Intent {
    let is_open = matches!(perceived.intent, Intent::UnknownOrEmpty | Intent::OutOfDomain)
        || perceived.signals.is_empty() && !perceived.names_something();
    let may_be_taken = matches!(
        model.intent,
        Intent::GreetingOnly
            | Intent::DiscoveryOrQuestion
            | Intent::SizeHelp
            | Intent::ColorHelp
            | Intent::ThankyouSmalltalk
            | Intent::OutOfDomain
    );
    if is_open && may_be_taken && !perceived.is_blocked { model.intent } else { perceived.intent }
}

struct Merging<'m> {
    shop: &'m Shop<'m>,
    session: &'m Session,
    rules: &'m Perceived,
    model: &'m Reading,
    text: &'m str,
    taken: Perceived,
    claims: Vec<Claim>,
}

impl Merging<'_> {
    fn claim(&mut self, what: &str, verdict: Verdict) {
        self.claims.push(Claim { what: what.to_owned(), verdict });
    }

    fn reports(&self, signal: Signal) -> bool {
        self.model.signals.iter().any(|name| name == signal.as_str())
    }

    fn alarms(&mut self) {
        let is_sure = self.model.confidence >= SURE_OF_ALARM;
        if self.model.wants_human && is_sure && !self.rules.has(Signal::HumanWanted) {
            self.taken.signals.insert(Signal::HumanWanted);
            self.claim("wants_human", Verdict::Model);
        }
        let is_sale = self.rules.names_something() || self.rules.tells_address();
        if self.model.is_attack && is_sure && !self.rules.is_blocked && !is_sale {
            self.taken.is_blocked = true;
            self.claim("is_attack", Verdict::Model);
        }
    }

    /// What moves money: where the two disagree, the customer is asked.
    fn guarded(&mut self) {
        let is_selling =
            matches!(self.session.state(), State::Offer | State::PaymentDelivery | State::Upsell);
        for signal in GUARDED {
            let (by_rules, by_model) = (self.rules.has(signal), self.reports(signal));
            if by_rules {
                self.claim(signal.as_str(), Verdict::Rules);
            } else if by_model && is_selling && !self.moves_already() {
                self.taken.is_disputed = true;
                self.claim(signal.as_str(), Verdict::Disputed);
            }
        }
        let agrees = self.rules.has_any(&[Signal::Consent, Signal::Buy]) || self.rules.is_nod;
        let refuses = [Signal::Refusal, Signal::Doubt, Signal::CancelOrder]
            .into_iter()
            .any(|signal| self.reports(signal) && !self.rules.has(signal));
        let agrees_too = self.reports(Signal::Consent) || self.reports(Signal::Buy);
        if agrees && refuses && !agrees_too && is_selling {
            self.taken.is_disputed = true;
            self.claim("refusal", Verdict::Disputed);
        }
    }

    /// Whether the rules themselves saw something that moves the sale on.
    fn moves_already(&self) -> bool {
        self.rules.has_any(&GUARDED) || self.rules.is_nod || self.rules.tells_address()
    }

    /// Name and town: both must agree.
    fn order_data(&mut self) {
        let is_asked = self.session.state() == State::PaymentDelivery
            && self.session.phase() == Phase::WaitingForDeliveryData;
        let words = fold::clean(self.text).to_lowercase();
        let of = |told: &Option<String>| {
            told.as_deref().map(str::trim).filter(|told| !told.is_empty()).map(str::to_owned)
        };
        for (what, by_rules, by_model) in [
            ("name", self.rules.name.clone(), of(&self.model.name)),
            ("city", self.rules.city.clone(), of(&self.model.city)),
        ] {
            let Some(by_model) = by_model else { continue };
            let is_written = words.contains(&fold::clean(&by_model).to_lowercase());
            let verdict = match by_rules {
                Some(by_rules) if holds(&by_rules, &by_model) => Verdict::Rules,
                _ if !is_written => Verdict::Unfounded,
                Some(_) => Verdict::Disputed,
                None if is_asked && is_of_letters(&by_model) => Verdict::Model,
                None => Verdict::Unfounded,
            };
            let field = if what == "name" { &mut self.taken.name } else { &mut self.taken.city };
            match verdict {
                Verdict::Disputed => *field = None,
                Verdict::Model => *field = Some(by_model),
                Verdict::Rules | Verdict::Unfounded => {}
            }
            self.claim(what, verdict);
        }
    }

    /// What the rules could not read, as far as it can be borne out.
    fn fill_in(&mut self) {
        self.fill_in_garments();
        self.fill_in_figures();
        let is_sure = self.model.confidence >= SURE_OF_ALARM;
        for signal in SIGNALS {
            let is_guarded = GUARDED.contains(&signal);
            let is_alarm = FOR_A_HUMAN.contains(&signal) && !is_sure;
            if self.reports(signal) && !self.rules.has(signal) && !is_guarded && !is_alarm {
                self.taken.signals.insert(signal);
                self.claim(signal.as_str(), Verdict::Model);
            }
        }
    }

    fn fill_in_garments(&mut self) {
        let catalog = self.shop.catalog;
        let ids = self.model.products.iter().map(|id| ProductId(*id));
        let products: Vec<_> = ids.filter(|id| catalog.product(*id).is_some()).collect();
        let categories: Vec<CategoryKey> = catalog
            .categories()
            .iter()
            .filter(|category| {
                self.model.categories.iter().any(|name| name == category.key.as_str())
            })
            .map(|category| category.key.clone())
            .collect();
        let colors: Vec<ColorKey> = catalog
            .colors()
            .iter()
            .filter(|color| self.model.colors.iter().any(|name| name == color.key.as_str()))
            .map(|color| catalog.sold_as(&color.key).clone())
            .filter(|color| !self.rules.unwanted_colors.contains(color))
            .collect();
        let features: Vec<FeatureKey> = catalog
            .features()
            .iter()
            .filter(|feature| self.model.features.iter().any(|name| name == feature.key.as_str()))
            .map(|feature| feature.key.clone())
            .collect();
        let counts = [
            self.model.products.len(),
            self.model.categories.len(),
            self.model.colors.len(),
            self.model.features.len(),
        ];
        let borne_out = [products.len(), categories.len(), colors.len(), features.len()];
        let verdicts = [
            fill(&mut self.taken.products, products),
            fill(&mut self.taken.categories, categories),
            fill(&mut self.taken.colors, colors),
            fill(&mut self.taken.features, features),
        ];
        let names = ["products", "categories", "colors", "features"];
        for (((name, verdict), told), kept) in
            names.into_iter().zip(verdicts).zip(counts).zip(borne_out)
        {
            if kept < told {
                self.claim(name, Verdict::Unfounded);
            }
            if let Some(verdict) = verdict {
                self.claim(name, verdict);
            }
        }
        if !self.taken.products.is_empty() {
            // A garment is of its kind: the kind beside it is no search of its own.
            self.taken.categories.clone_from(&self.rules.categories);
        }
    }

    fn fill_in_figures(&mut self) {
        let digits: String = self.text.chars().filter(char::is_ascii_digit).collect();
        let is_written = |number: u32| digits.contains(&number.to_string());
        let heights: Vec<Height> = self
            .model
            .heights
            .iter()
            .filter(|cm| is_written(u32::from(**cm)))
            .filter_map(|cm| Height::from_cm(*cm).ok())
            .filter(|height| !self.rules.left_heights.contains(height))
            .collect();
        let sizes: Vec<Size> = self
            .model
            .sizes
            .iter()
            .filter_map(|name| name.parse::<Size>().ok())
            .filter(|size| is_written(u32::from(size.from())))
            .filter(|size| self.shop.catalog.products().iter().any(|it| it.price(*size).is_some()))
            .collect();
        let ages: Vec<u8> =
            self.model.ages.iter().copied().filter(|age| is_written(u32::from(*age))).collect();
        let told = [self.model.heights.len(), self.model.sizes.len(), self.model.ages.len()];
        let kept = [heights.len(), sizes.len(), ages.len()];
        let verdicts = [
            fill(&mut self.taken.heights, heights),
            fill(&mut self.taken.sizes, sizes),
            fill(&mut self.taken.ages, ages),
        ];
        for (((name, verdict), told), kept) in
            ["heights", "sizes", "ages"].into_iter().zip(verdicts).zip(told).zip(kept)
        {
            if kept < told {
                self.claim(name, Verdict::Unfounded);
            }
            if let Some(verdict) = verdict {
                self.claim(name, verdict);
            }
        }
        let quantity = self
            .model
            .quantity
            .filter(|pieces| (1..=MOST_PIECES).contains(pieces) && is_written(*pieces));
        if self.rules.quantity.is_none() && quantity.is_some() {
            self.taken.quantity = quantity;
            self.claim("quantity", Verdict::Model);
        }
    }

    /// A garment that the model suspects, and nobody is sure of.
    fn suspect(&mut self) {
        let nothing = !self.rules.names_something() && !self.rules.has_any(&GUARDED);
        if let [id] = self.model.products[..]
            && nothing
            && self.shop.catalog.product(ProductId(id)).is_some()
        {
            self.taken.guess = Some(ProductId(id));
            self.claim("guess", Verdict::Model);
        }
    }
}

/// Fills a list that the rules left empty. Says whose it is, if anybody's.
fn fill<T: PartialEq>(list: &mut Vec<T>, told: Vec<T>) -> Option<Verdict> {
    if !list.is_empty() {
        return Some(Verdict::Rules);
    }
    for item in told {
        if !list.contains(&item) {
            list.push(item);
        }
    }
    (!list.is_empty()).then_some(Verdict::Model)
}

/// Whether a name holds every word of another, in any order: of a corrected name the rules tell the
/// whole, where the message tells a half.
fn holds(whole: &str, part: &str) -> bool {
    let whole: Vec<String> = whole.split_whitespace().map(fold::key).collect();
    part.split_whitespace().map(fold::key).all(|word| whole.contains(&word))
}

/// Whether a text is of letters, spaces, hyphens and apostrophes alone, and no longer than a name.
fn is_of_letters(text: &str) -> bool {
    text.chars().count() <= 60
        && text
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | 'ʼ' | '’' | '.'))
}
