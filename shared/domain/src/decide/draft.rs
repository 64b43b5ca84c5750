//! A turn while it is decided: the session as it will be, and what will be said.

use jiff::Timestamp;

use crate::{
    catalog::{ColorKey, ColorVariant, Product, ProductId},
    money::Money,
    perceive::Perceived,
    prompts::{Placeholder, TemplateKey, Values},
    reply::Bubble,
    session::{Session, facts::Facts},
    shop::Shop,
    size::Size,
    turn::{Action, NamedProduct},
};

/// How many photos one reply shows at most.
pub(super) const MAX_PHOTOS: usize = 4;

/// Something that is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Say {
    /// A text, a bubble or more of its own.
    Text(TemplateKey, Values),
    /// Texts that share a bubble, a line each.
    Lines(Vec<(TemplateKey, Values)>),
    /// A photo of the catalogue with words under it.
    Photo {
        /// Its address in the catalogue.
        url: String,
        /// The words.
        caption: (TemplateKey, Values),
    },
}

/// A turn while it is decided.
pub(super) struct Draft<'t> {
    /// The shop.
    pub(super) shop: &'t Shop<'t>,
    /// What was said.
    pub(super) perceived: &'t Perceived,
    /// The time of the turn.
    pub(super) now: Timestamp,
    /// The session as it will be.
    pub(super) session: Session,
    /// What will be said.
    pub(super) says: Vec<Say>,
    /// What else has to happen.
    pub(super) actions: Vec<Action>,
    /// The garments that are named.
    pub(super) products: Vec<NamedProduct>,
    /// What can be tapped instead of typed.
    pub(super) options: Vec<String>,
    /// What a manager says: their words go out as they are.
    pub(super) words_of_manager: Vec<Bubble>,
    question: Option<Say>,
}

impl<'t> Draft<'t> {
    /// Nothing decided yet.
    pub(super) const fn new(
        shop: &'t Shop<'t>,
        perceived: &'t Perceived,
        now: Timestamp,
        session: Session,
    ) -> Self {
        Self {
            shop,
            perceived,
            now,
            session,
            says: Vec::new(),
            actions: Vec::new(),
            products: Vec::new(),
            options: Vec::new(),
            words_of_manager: Vec::new(),
            question: None,
        }
    }

    /// Passes a manager's words on.
    pub(super) fn say_for_manager(&mut self, words: Bubble) {
        self.words_of_manager.push(words);
    }

    /// What is known.
    pub(super) const fn facts(&self) -> &Facts {
        self.session.facts()
    }

    /// What is known, to be changed.
    pub(super) const fn facts_mut(&mut self) -> &mut Facts {
        self.session.facts_mut()
    }

    /// A human's time is over: the conversation goes on where it was left.
    pub(super) fn end_hand_over(&mut self) {
        if let Some(hand_over) = self.facts_mut().hand_over.take() {
            self.session = self.session.clone().put_back(hand_over.from, hand_over.awaited);
        }
    }

    /// Says a text that holds no question, once.
    pub(super) fn say(&mut self, key: TemplateKey, values: Values) {
        let say = Say::Text(key, values);
        if !self.says.contains(&say) {
            self.says.push(say);
        }
    }

    /// Says a text that needs no facts and holds no question.
    pub(super) fn tell(&mut self, key: TemplateKey) {
        self.say(key, Values::none());
    }

    /// Asks, unless something was asked already: one question at a time.
    pub(super) fn ask(&mut self, key: TemplateKey, values: Values) {
        self.question.get_or_insert(Say::Text(key, values));
    }

    /// Takes the question back, so that it can be put in another way.
    pub(super) fn unask(&mut self) {
        self.question = None;
    }

    /// Whether something is asked.
    pub(super) const fn is_asking(&self) -> bool {
        self.question.is_some()
    }

    /// Whether nothing is said and nothing asked.
    pub(super) const fn is_mute(&self) -> bool {
        self.says.is_empty() && self.question.is_none()
    }

    /// Takes everything back that was to be said.
    pub(super) fn fall_silent(&mut self) {
        self.says.clear();
        self.products.clear();
        self.question = None;
    }

    /// What is said, the question last.
    pub(super) fn take_says(&mut self) -> Vec<Say> {
        let mut says = std::mem::take(&mut self.says);
        says.extend(self.question.take());
        says
    }

    /// Notes that a garment is named, with the size and price named beside it.
    pub(super) fn name(&mut self, id: ProductId, size: Option<Size>, price: Option<Money>) {
        let named = NamedProduct { id, size, price };
        self.products.retain(|other| {
            other.id != id || (other.size.is_some() && size.is_some() && other.size != size)
        });
        self.products.push(named);
    }

    /// Shows a garment in a colour, once.
    pub(super) fn show(&mut self, product: &Product, variant: &ColorVariant) {
        let photos = self.says.iter().filter(|say| matches!(say, Say::Photo { .. })).count();
        if photos >= MAX_PHOTOS {
            return;
        }
        let values = Values::none()
            .with(Placeholder::Name, product.name.as_str())
            .with(Placeholder::Color, variant.label.as_str());
        let caption = (TemplateKey::ColorPhoto, values);
        let photo = Say::Photo { url: variant.photo_url.clone(), caption };
        if !self.says.contains(&photo) {
            self.says.push(photo);
        }
    }

    /// A short text that goes into another one. A text lacks no fact that it is given, so an
    /// empty one never goes out: the reply's checks would hold it back.
    pub(super) fn words(&self, key: TemplateKey, values: &Values) -> String {
        let seed = u64::from(self.session.turns());
        self.shop.prompts.render(key, values, seed).unwrap_or_default().join(" ")
    }

    /// The kinds of garments that are sold, as words.
    pub(super) fn categories(&self) -> String {
        let kinds: Vec<&str> =
            self.shop.catalog.categories().iter().map(|kind| kind.key.as_str()).collect();
        self.in_words(&kinds)
    }

    /// "a, b та c".
    fn in_words(&self, items: &[&str]) -> String {
        match items {
            [] => String::new(),
            [only] => (*only).to_owned(),
            [before @ .., last] => {
                let and = self.words(TemplateKey::DiscoveryAnd, &Values::none());
                format!("{} {and} {last}", before.join(", "))
            }
        }
    }

    /// A product that a session or a search names; sessions outlive catalogues, so it may be gone.
    pub(super) fn product(&self, id: ProductId) -> Option<&'t Product> {
        self.shop.catalog.product(id)
    }
}

/// The labels of variants, as words.
pub(super) fn labels<'v>(variants: impl IntoIterator<Item = &'v ColorVariant>) -> String {
    let labels: Vec<&str> = variants.into_iter().map(|variant| variant.label.as_str()).collect();
    labels.join(", ")
}

/// The label of a product's colour; of any colour where the product does not come in it.
pub(super) fn label_of(shop: &Shop<'_>, product: &Product, color: &ColorKey) -> String {
    product
        .variant(color)
        .map(|variant| variant.label.clone())
        .or_else(|| shop.catalog.color(color).map(|color| color.label.clone()))
        .unwrap_or_else(|| color.to_string())
}
