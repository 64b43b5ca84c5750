//! What a burst says: signals, garments, colours, numbers, addresses, and from all of it the intent.

use std::{collections::BTreeSet, ops::Range};

use crate::{
    attachment::AttachmentKind,
    catalog::{CategoryKey, ColorKey, FeatureKey, NotSoldKey, Order, ProductId},
    language::{
        contact::{self, ForeignPhone},
        latin,
        names::Found,
        rules::{Rules, Seen, Signal},
        token::{Kind, Token, tokens},
    },
    model::Sight,
    session::{
        Session,
        customer::{Branch, NamePart},
    },
    shop::{Shop, Thing},
    size::{Height, Size},
    state::Intent,
    turn::{RuleHit, TurnInput},
};

mod address;
mod branch;
mod children;
mod correction;
mod figures;
mod garments;
mod intent;
mod options;
mod pieces;
mod weighing;

/// A part of the delivery data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressPart {
    /// Who gets the parcel.
    Name,
    /// Their telephone.
    Phone,
    /// The town.
    City,
    /// The branch or locker.
    Branch,
}

/// Everything that a burst says.
#[derive(Clone, Debug, Default)]
pub struct Perceived {
    /// What it is for.
    pub intent: Intent,
    /// The rules that matched.
    pub signals: BTreeSet<Signal>,
    /// Garments by name.
    pub products: Vec<ProductId>,
    /// Kinds of garments.
    pub categories: Vec<CategoryKey>,
    /// Kinds of things that are not sold.
    pub not_sold: Vec<NotSoldKey>,
    /// Colours.
    pub colors: Vec<ColorKey>,
    /// Colours that are not wanted.
    pub unwanted_colors: Vec<ColorKey>,
    /// The colour that was named where another counts as it (decision 12).
    pub counted_as: Option<ColorKey>,
    /// Features.
    pub features: Vec<FeatureKey>,
    /// Heights of children.
    pub heights: Vec<Height>,
    /// Heights that are told and not wanted: "замість 110", "110 вже замалий", "104 чи 110?".
    pub left_heights: Vec<Height>,
    /// Sizes by name.
    pub sizes: Vec<Size>,
    /// Ages in years.
    pub ages: Vec<u8>,
    /// Whether an age below a year was told.
    pub is_infant: bool,
    /// Sums of money, in hryvnias.
    pub sums: Vec<u32>,
    /// How many pieces.
    pub quantity: Option<u32>,
    /// The line of the order, from 0, of which the number of pieces was told.
    pub line: Option<usize>,
    /// Places in the list that was shown last, from 0.
    pub picks: Vec<usize>,
    /// A telephone, ours or not.
    pub phone: Option<Result<String, ForeignPhone>>,
    /// A person's name.
    pub name: Option<String>,
    /// The first name or the surname alone.
    pub name_part: Option<NamePart>,
    /// A town.
    pub city: Option<String>,
    /// A branch or locker.
    pub branch: Option<Branch>,
    /// What was told of the delivery and is said to be wrong, without a better one.
    pub withdrawn: Vec<AddressPart>,
    /// How many photos came.
    pub photos: usize,
    /// What came that is neither words nor a photo.
    pub attachments: Vec<AttachmentKind>,
    /// How many words were written.
    pub words: usize,
    /// How many of the longer words mean nothing to the shop.
    pub unknown_words: usize,
    /// Whether a question mark was written.
    pub is_question: bool,
    /// Whether a whole phrase, and not a word alone, is about something else than the shop.
    pub is_far_away: bool,
    /// Whether pictures of agreement were sent and nothing else.
    pub is_nod: bool,
    /// Whether the message is for a machine and not for a shop.
    pub is_blocked: bool,
    /// How many words of some length have no meaning to the rules.
    pub unexplained: usize,
    /// Whether the rules and the model disagree where money hangs on it: the customer is asked.
    pub is_disputed: bool,
    /// What the photos show, where somebody looked.
    pub sights: Vec<Sight>,
    /// A garment that is perhaps meant: the customer is asked.
    pub guess: Option<ProductId>,
    /// For the trace.
    pub hits: Vec<RuleHit>,
}

impl Perceived {
    /// Whether a rule matched.
    #[must_use]
    pub fn has(&self, signal: Signal) -> bool {
        self.signals.contains(&signal)
    }

    /// Whether any of these rules matched.
    #[must_use]
    pub fn has_any(&self, signals: &[Signal]) -> bool {
        signals.iter().any(|signal| self.has(*signal))
    }

    /// Whether a garment, a kind, a colour, a feature, a size or a height was named.
    #[must_use]
    pub fn names_something(&self) -> bool {
        !(self.products.is_empty()
            && self.categories.is_empty()
            && self.colors.is_empty()
            && self.features.is_empty()
            && self.heights.is_empty()
            && self.sizes.is_empty()
            && self.picks.is_empty())
    }

    /// Whether a kind, a colour or a feature was named.
    #[must_use]
    pub const fn names_garment_or_look(&self) -> bool {
        !(self.categories.is_empty() && self.colors.is_empty() && self.features.is_empty())
    }

    /// Whether the rules understood enough of the message to act on it: something, and two thirds
    /// of its words.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        let says_something = !self.signals.is_empty()
            || self.names_something()
            || self.tells_size()
            || self.tells_address()
            || self.is_nod;
        let is_thin = self.words >= WORDS_OF_SUBSTANCE
            && !self.names_something()
            && self.signals.iter().all(|signal| THIN.contains(signal));
        says_something && !is_thin && self.unexplained * 3 <= self.words
    }

    /// Whether something is looked for or to be shown.
    #[must_use]
    pub fn is_browsing(&self) -> bool {
        self.has_any(&[Signal::Browse, Signal::ShowMe, Signal::ShowMore, Signal::AskAvailability])
            || self.asks_order().is_some()
    }

    /// Whether garments are wanted by their price, and in which order then.
    #[must_use]
    pub fn asks_order(&self) -> Option<Order> {
        match (self.has(Signal::Cheapest), self.has(Signal::Dearest)) {
            (true, false) => Some(Order::PriceAscending),
            (false, true) => Some(Order::PriceDescending),
            _ => None,
        }
    }

    /// Whether a size next to the one chosen is wanted, and whether it is the larger one.
    #[must_use]
    pub fn asks_next_size(&self) -> Option<bool> {
        let (larger, smaller) = (self.has(Signal::LargerSize), self.has(Signal::SmallerSize));
        (larger != smaller && !self.tells_size()).then_some(larger)
    }

    /// Whether a height, a size or an age was told.
    #[must_use]
    pub fn tells_size(&self) -> bool {
        !(self.heights.is_empty() && self.sizes.is_empty() && self.ages.is_empty())
            || self.is_infant
    }

    /// Whether something came that may be a receipt: banks give pictures and documents.
    #[must_use]
    pub fn may_be_receipt(&self) -> bool {
        self.photos > 0 || self.attachments.contains(&AttachmentKind::File)
    }

    /// Whether part of an address was told.
    #[must_use]
    pub const fn tells_address(&self) -> bool {
        self.phone.is_some()
            || self.name.is_some()
            || self.name_part.is_some()
            || self.city.is_some()
            || self.branch.is_some()
            || !self.withdrawn.is_empty()
    }
}

/// A message while it is read: its tokens, and which of them have a meaning already.
struct Reading<'r> {
    rules: &'r Rules,
    tokens: &'r [Token],
    seen: &'r [Seen],
    found: Vec<Found<Thing>>,
    claimed: Vec<bool>,
}

impl Reading<'_> {
    fn claim(&mut self, span: Range<usize>) {
        for claimed in self.claimed.get_mut(span).into_iter().flatten() {
            *claimed = true;
        }
    }
}

/// Reads a burst as one text, in order.
#[must_use]
pub fn read(shop: &Shop<'_>, session: &Session, input: &TurnInput) -> Perceived {
    read_by(Rules::own(), shop, session, input)
}

/// Reads a burst by rules that need not be the shop's own.
pub(crate) fn read_by(
    rules: &Rules,
    shop: &Shop<'_>,
    session: &Session,
    input: &TurnInput,
) -> Perceived {
    let texts: Vec<&str> =
        input.messages.iter().filter_map(|message| message.text.as_deref()).collect();
    let text = options::named_by_number(session, &texts).unwrap_or_else(|| texts.join("\n"));
    let mut tokens = tokens(&text);
    contact::dictated::join(&mut tokens);
    read_latin(rules, shop, &mut tokens);
    let lexicon = shop.words.lexicon();
    let seen = rules.read(&tokens, |at| {
        let token = &tokens[at];
        !(lexicon.knows(&token.key)
            || contact::is_name_or_town(token)
            || contact::stands_beside_a_name(&tokens, at))
    });
    let found = lexicon.read(&tokens, |at| {
        let token = &tokens[at];
        !(rules.is_known(token)
            || contact::is_name_or_town(token)
            || contact::stands_beside_a_name(&tokens, at))
    });
    let is_unknown = |at: usize| {
        let token = &tokens[at];
        token.is_word()
            && token.key.chars().count() >= SHORTEST_UNKNOWN
            && !rules.is_known(token)
            && !found.iter().any(|term| (term.from..term.to).contains(&at))
            && !seen.iter().any(|seen| (seen.from..seen.to).contains(&at))
    };
    let unknown_words = (0..tokens.len()).filter(|at| is_unknown(*at)).count();
    let mut reading =
        Reading { rules, tokens: &tokens, seen: &seen, found, claimed: vec![false; tokens.len()] };

    let mut perceived = Perceived {
        signals: seen.iter().map(|seen| seen.signal).collect(),
        photos: input.messages.iter().map(|message| message.photos.len()).sum(),
        attachments: input
            .messages
            .iter()
            .flat_map(|message| message.attachments.iter().map(|attachment| attachment.kind))
            .collect(),
        words: tokens.iter().filter(|token| token.is_word()).count(),
        unknown_words,
        is_question: tokens.iter().any(|token| token.is_mark('?')),
        is_nod: is_nod(&tokens),
        hits: seen
            .iter()
            .map(|seen| hit(seen.signal.as_str(), &tokens[seen.from..seen.to]))
            .collect(),
        ..Perceived::default()
    };
    garments::read(shop, session, &mut reading, &mut perceived);
    figures::read(shop, session, &mut reading, &mut perceived);
    address::read(session, &mut reading, &mut perceived);
    correction::read(session, &tokens, &mut perceived);
    weighing::weigh(&tokens, &seen, &mut perceived);
    perceived.is_far_away =
        seen.iter().any(|seen| seen.signal == Signal::OffTopic && seen.to - seen.from > 1);
    perceived.unexplained = unexplained(&reading);
    if let Some(hit) = crate::hygiene::block(&text, &tokens, &perceived) {
        perceived.is_blocked = true;
        perceived.hits.push(hit);
    } else {
        // What the rules took for an order to a machine is a customer talking.
        perceived.signals.retain(|signal| !crate::hygiene::FOR_MACHINES.contains(signal));
    }
    perceived.intent = intent::of(session, &perceived);
    perceived
}

/// What says too little to account for a message of some length.
const THIN: [Signal; 7] = [
    Signal::Acknowledged,
    Signal::Browse,
    Signal::Consent,
    Signal::Greeting,
    Signal::ShowMe,
    Signal::SmallTalk,
    Signal::Thanks,
];

/// From how many words on a message wants more than that.
const WORDS_OF_SUBSTANCE: usize = 6;

/// The shortest word that counts as one which the rules should have understood.
const SHORTEST_UNEXPLAINED: usize = 4;

/// How many words of some length neither a rule nor the catalogue knows.
fn unexplained(reading: &Reading<'_>) -> usize {
    let is_seen = |at: usize| reading.seen.iter().any(|seen| (seen.from..seen.to).contains(&at));
    let is_open = |(at, token): &(usize, &Token)| {
        token.is_word()
            && token.key.chars().count() >= SHORTEST_UNEXPLAINED
            && !reading.claimed.get(*at).copied().unwrap_or_default()
            && !is_seen(*at)
            && !reading.rules.is_known(token)
    };
    reading.tokens.iter().enumerate().filter(is_open).count()
}

/// The intent of a message, from what it says and where the conversation stands.
pub(crate) fn intent_of(session: &Session, perceived: &Perceived) -> Intent {
    intent::of(session, perceived)
}
/// Reads words in Latin letters as Cyrillic where that makes words that the shop knows.
fn read_latin(rules: &Rules, shop: &Shop<'_>, tokens: &mut [Token]) {
    let lexicon = shop.words.lexicon();
    for token in tokens {
        if rules.is_known(token) || lexicon.knows(&token.key) {
            continue;
        }
        if let Some(key) = latin::as_cyrillic(token) {
            let read = Token { key, ..token.clone() };
            if rules.is_known(&read) || lexicon.knows(&read.key) {
                *token = read;
            }
        }
    }
}

/// The shortest word, in letters, that is noticed for not being known.
const SHORTEST_UNKNOWN: usize = 5;

fn hit(rule: &str, tokens: &[Token]) -> RuleHit {
    let words: Vec<&str> = tokens.iter().map(|token| token.key.as_str()).collect();
    RuleHit { rule: rule.to_owned(), words: words.join(" ") }
}

/// Pictures that mean yes when nothing is written beside them.
const NODS: [&str; 6] = ["👍", "👌", "✅", "🤝", "☑", "💯"];

fn is_nod(tokens: &[Token]) -> bool {
    let pictures = || tokens.iter().filter(|token| token.kind == Kind::Emoji);
    let has_words = tokens.iter().any(|token| !matches!(token.kind, Kind::Emoji | Kind::Mark(_)));
    !has_words && pictures().any(|token| NODS.iter().any(|nod| token.raw.starts_with(nod)))
}
