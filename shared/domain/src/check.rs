//! The last gate before a reply is sent: each product, size, colour, price and link in it is a fact
//! of this turn, and it is written as the shop writes. Whoever worded the reply, a template or a
//! model, the facts are taken from the catalogue and the order again.

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use crate::{
    catalog::{Product, ProductId},
    language::{
        amounts::{HRYVNIA_SIGN, begins_with_hryvnia},
        rules::{Rules, Signal},
        token::{Kind, Token, tokens},
    },
    money::Money,
    prompts::tone_faults,
    reply::Bubble,
    session::Session,
    shop::{Shop, Thing},
    size::Size,
    turn::NamedProduct,
};

/// A check that a reply fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// Nothing is said.
    Empty,
    /// A rule of tone: length, emoji, dashes, Markdown, letters that Ukrainian has not.
    Tone,
    /// More than two sentences in a bubble.
    Sentences,
    /// More than one question.
    Questions,
    /// A garment that is no fact of this turn.
    Product,
    /// A size that no garment of this turn comes in.
    Size,
    /// An amount that is no price or total of this turn.
    Price,
    /// A colour that no garment of this turn comes in.
    Color,
    /// A link that is no photo of a garment of this turn.
    Link,
    /// Words of the machinery: states, instructions, placeholders.
    Leak,
}

impl Check {
    /// Its name in traces.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Tone => "tone",
            Self::Sentences => "sentences",
            Self::Questions => "questions",
            Self::Product => "product",
            Self::Size => "size",
            Self::Price => "price",
            Self::Color => "color",
            Self::Link => "link",
            Self::Leak => "leak",
        }
    }
}

/// The most sentences of a bubble, or of a line of a list.
const MAX_SENTENCES: usize = 2;

/// The shortest personal words that are taken out of a reply before its garments are looked for.
const SHORTEST_PERSONAL: usize = 5;

/// What gives the machinery away, in small letters.
const LEAKS: [&str; 12] = [
    "state_",
    "системний промпт",
    "промпт",
    "prompt",
    "інструкці",
    "json",
    "{",
    "}",
    "<|",
    "openai",
    "gpt",
    "мовна модель",
];

/// The facts of a turn: what its reply may name.
#[derive(Debug, Default)]
pub struct TurnFacts<'c> {
    products: HashSet<ProductId>,
    named: Vec<&'c Product>,
    sizes: HashSet<Size>,
    amounts: HashSet<Money>,
    personal: Vec<String>,
}

impl<'c> TurnFacts<'c> {
    /// The facts of a turn that ends in `session` and names `products`.
    #[must_use]
    pub fn of(shop: &Shop<'c>, session: &Session, products: &[NamedProduct]) -> Self {
        let mut facts = Self::default();
        let cart = session.cart_lines();
        let chosen = &session.facts().choices;
        let ids = products
            .iter()
            .map(|named| named.id)
            .chain(cart.iter().map(|line| line.product_id))
            .chain(chosen.iter().map(|choice| choice.product_id));
        for product in ids.filter_map(|id| shop.catalog.product(id)) {
            if facts.products.insert(product.id) {
                facts.sizes.extend(product.sizes());
                facts.amounts.extend(product.prices.iter().map(|(_, price)| *price));
                facts.named.push(product);
            }
        }
        facts.sizes.extend(shop.catalog.sizes().sizes());
        facts.add_sums(shop, session);
        let customer = &session.facts().customer;
        facts.personal.extend(customer.name.clone());
        facts.personal.extend(customer.city.clone());
        if let Some(requisites) = &shop.settings.requisites {
            facts.personal.push(requisites.recipient.clone());
            facts.personal.push(requisites.iban.clone());
            facts.personal.push(requisites.tax_id.clone());
        }
        // Taking out a few letters would tear up other words.
        facts.personal.retain(|words| words.chars().count() >= SHORTEST_PERSONAL);
        facts
    }

    fn add_sums(&mut self, shop: &Shop<'_>, session: &Session) {
        let payment = shop.catalog.policies().payment;
        let total = session.cart_total();
        let parts = payment.on_delivery(total);
        let choices = session.facts().choices.iter().filter_map(|choice| {
            Some(shop.catalog.price(choice.product_id, choice.size?)?.times(choice.quantity))
        });
        let chosen: Money = choices.clone().sum();
        self.amounts.extend(choices);
        self.amounts.extend([
            chosen,
            total,
            payment.prepayment,
            parts.prepayment,
            parts.rest,
            parts.fee,
        ]);
        self.amounts
            .extend(session.cart_lines().iter().map(|line| line.price.times(line.quantity)));
    }
}

/// The checks that a reply fails, each once, in the order of [`Check`].
#[must_use]
pub fn failed(shop: &Shop<'_>, facts: &TurnFacts<'_>, bubbles: &[Bubble]) -> Vec<Check> {
    let mut failed = HashSet::new();
    let mut questions = 0;
    if bubbles.is_empty() {
        failed.insert(Check::Empty);
    }
    for bubble in bubbles {
        let text = match bubble {
            Bubble::Text(text) => Some(text),
            Bubble::Photo { url, caption } => {
                if !is_photo_of(facts, url) {
                    failed.insert(Check::Link);
                }
                caption.as_ref()
            }
            Bubble::Sent { caption, .. } => caption.as_ref(),
        };
        if let Some(text) = text {
            questions += text.matches('?').count();
            check_text(shop, facts, text, &mut failed);
        }
    }
    if questions > 1 {
        failed.insert(Check::Questions);
    }
    let mut failed: Vec<Check> = failed.into_iter().collect();
    failed.sort();
    failed
}

fn is_photo_of(facts: &TurnFacts<'_>, url: &str) -> bool {
    facts.named.iter().flat_map(|product| &product.colors).any(|variant| variant.photo_url == url)
}

fn check_text(shop: &Shop<'_>, facts: &TurnFacts<'_>, text: &str, failed: &mut HashSet<Check>) {
    if !tone_faults(text).is_empty() {
        failed.insert(Check::Tone);
    }
    if text.lines().any(|line| sentences(line) > MAX_SENTENCES) {
        failed.insert(Check::Sentences);
    }
    let lower = text.to_lowercase();
    if LEAKS.iter().any(|leak| lower.contains(leak)) {
        failed.insert(Check::Leak);
    }
    // A customer named Анна is no dress.
    let public = facts.personal.iter().fold(text.to_owned(), |text, word| text.replace(word, " "));
    let tokens = tokens(&public);
    if tokens.iter().any(|token| token.kind == Kind::Url) {
        failed.insert(Check::Link);
    }
    check_figures(facts, &tokens, failed);
    check_words(shop, facts, &tokens, failed);
}

/// How many sentences a line has. A full stop inside "1." of a list or "шт." ends none.
fn sentences(line: &str) -> usize {
    let ends = line.char_indices().filter(|(at, c)| {
        let rest = &line[at + c.len_utf8()..];
        let begins_new = rest.trim_start().starts_with(|c: char| c.is_uppercase());
        let is_enumeration = line[..*at].chars().all(|c| c.is_ascii_digit());
        matches!(c, '.' | '!' | '?') && begins_new && rest.starts_with(' ') && !is_enumeration
    });
    ends.count() + 1
}

fn check_figures(facts: &TurnFacts<'_>, tokens: &[Token], failed: &mut HashSet<Check>) {
    for (at, token) in tokens.iter().enumerate() {
        let Some(value) = token.number() else { continue };
        let next = tokens.get(at + 1);
        if next.is_some_and(|next| begins_with_hryvnia(&next.key) || next.is_mark(HRYVNIA_SIGN)) {
            // Kopecks are after a comma: "57,50 грн".
            let is_fraction = at > 1 && tokens[at - 1].is_mark(',') && tokens[at - 1].is_joined;
            let amount = match (is_fraction, at.checked_sub(2).and_then(|at| tokens[at].number())) {
                (true, Some(whole)) => {
                    Money::from_kopecks(u64::from(whole) * 100 + u64::from(value))
                }
                _ => Money::from_uah(value),
            };
            if !facts.amounts.contains(&amount) {
                failed.insert(Check::Price);
            }
        }
        let upper = next
            .filter(|next| next.is_mark('-') && next.is_joined)
            .and_then(|_| tokens.get(at + 2)?.number());
        if let Some(upper) = upper
            && let Ok(size) = format!("{value}-{upper}").parse::<Size>()
            && size.to() - size.from() <= 12
            && !is_height_row(tokens, at)
            && !facts.sizes.contains(&size)
        {
            failed.insert(Check::Size);
        }
    }
}

/// "93-109 см" is a row of the size chart.
fn is_height_row(tokens: &[Token], at: usize) -> bool {
    tokens.get(at + 3).is_some_and(|token| token.key == "см")
}

fn check_words(
    shop: &Shop<'_>,
    facts: &TurnFacts<'_>,
    tokens: &[Token],
    failed: &mut HashSet<Check>,
) {
    let found = shop.words.lexicon().read(tokens, |_| false);
    for term in &found {
        let is_kind_too = found
            .iter()
            .any(|twin| twin.from == term.from && matches!(twin.means, Thing::Category(_)));
        if let Thing::Product(id) = &term.means
            && !is_kind_too
            && !facts.products.contains(id)
        {
            failed.insert(Check::Product);
        }
    }
    // Colours are checked where the reply says "колір ...": elsewhere "лео" and "молочний" are words.
    let says_color = tokens
        .iter()
        .any(|token| token.key.starts_with("колир") || token.key.starts_with("кольор"));
    if !says_color || facts.named.is_empty() {
        return;
    }
    let denies = Rules::own()
        .read(tokens, |_| false)
        .iter()
        .any(|seen| seen.signal == Signal::Refusal)
        || tokens.iter().any(|token| matches!(token.key.as_str(), "немае" | "видсутний" | "не"));
    if !denies {
        let is_unknown = found.iter().any(|term| {
            matches!(&term.means, Thing::Color(color) if !facts.named.iter().any(|product| {
                product.colors.iter().any(|variant| variant.color == *color
                    || shop.catalog.sold_as(color) == &variant.color)
            }))
        });
        if is_unknown {
            failed.insert(Check::Color);
        }
    }
}
