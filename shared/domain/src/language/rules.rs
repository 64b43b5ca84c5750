//! What a message says beside naming garments, numbers and addresses: one file a detector.

use std::{cmp::Reverse, sync::LazyLock};

use super::{phrase::Matcher, token::Token};

mod buying;
mod changed;
mod color;
mod complaint;
mod courtesy;
mod danger;
mod discovery;
mod human;
mod illegal;
mod injection;
mod money;
mod off_topic;
mod order;
mod payment;
mod policy;
mod size;
mod yes_no;

pub use changed::InvalidRule;

macro_rules! signals {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal;)+) => {
        /// Something that a message says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Signal {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Signal {
            /// Every signal.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name in traces and corpora.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

signals! {
    /// A greeting.
    Greeting = "greeting";
    /// Thanks.
    Thanks = "thanks";
    /// A farewell.
    Goodbye = "goodbye";
    /// "Understood" and the like: heard, nothing wanted.
    Acknowledged = "acknowledged";
    /// How are you, and kind words.
    SmallTalk = "small_talk";
    /// Yes, as a whole clause.
    Consent = "consent";
    /// No.
    Refusal = "refusal";
    /// I will think about it.
    Doubt = "doubt";
    /// The cheapest, or something cheaper.
    Cheapest = "cheapest";
    /// The dearest.
    Dearest = "dearest";
    /// Too dear.
    Expensive = "expensive";
    /// A decision to buy.
    Buy = "buy";
    /// How does one order?
    AskHowToOrder = "ask_how_to_order";
    /// One more.
    AddMore = "add_more";
    /// Take something out.
    Remove = "remove";
    /// One more of the same.
    OneMoreAlike = "one_more_alike";
    /// Of several things this one alone.
    OnlyThis = "only_this";
    /// Something instead of something.
    Change = "change";
    /// The order is not wanted any more.
    CancelOrder = "cancel_order";
    /// All at once.
    PayFull = "pay_full";
    /// A part now, the rest on delivery.
    PayPrepayment = "pay_prepayment";
    /// The money was sent.
    ProofClaim = "proof_claim";
    /// The money or the receipt will be sent.
    ProofLater = "proof_later";
    /// Details to pay to are asked for.
    AskRequisites = "ask_requisites";
    /// The same data as last time.
    SameData = "same_data";
    /// Where is my order?
    OrderStatus = "order_status";
    /// A return or an exchange is wanted.
    WantsReturn = "wants_return";
    /// Under which terms can it be returned?
    AskReturn = "ask_return";
    /// How is it paid?
    AskPayment = "ask_payment";
    /// What does the carrier take, and what is paid on delivery?
    AskFee = "ask_fee";
    /// How is it delivered?
    AskDelivery = "ask_delivery";
    /// Is it delivered abroad?
    AskAbroad = "ask_abroad";
    /// It is urgent.
    Urgent = "urgent";
    /// Where the shop is, when it works, who makes the clothes: what only a manager knows.
    AskAboutShop = "ask_about_shop";
    /// How is it washed?
    AskCare = "ask_care";
    /// Is it in stock?
    AskAvailability = "ask_availability";
    /// What is it made of?
    AskFabric = "ask_fabric";
    /// Tell me about it.
    AskDetails = "ask_details";
    /// How do they differ?
    Compare = "compare";
    /// Many pieces for resale.
    Wholesale = "wholesale";
    /// Cheaper, please.
    Discount = "discount";
    /// Others have it too.
    Competitor = "competitor";
    /// A person, please.
    HumanWanted = "human_wanted";
    /// Are you a bot?
    AskIdentity = "ask_identity";
    /// A complaint.
    Complaint = "complaint";
    /// Somebody may come to harm.
    Danger = "danger";
    /// Follow-ups are wanted again.
    OptIn = "opt_in";
    /// An insult.
    Insult = "insult";
    /// Which size?
    AskSize = "ask_size";
    /// The height is not known.
    HeightUnknown = "height_unknown";
    /// Another size.
    OtherSize = "other_size";
    /// A larger size.
    LargerSize = "larger_size";
    /// A smaller size.
    SmallerSize = "smaller_size";
    /// The size chart.
    SizeChart = "size_chart";
    /// For a grown-up.
    Adult = "adult";
    /// Which colours?
    AskColors = "ask_colors";
    /// Another colour.
    OtherColor = "other_color";
    /// What does it cost?
    AskPrice = "ask_price";
    /// A photo of it, please.
    AskPhoto = "ask_photo";
    /// Which would you take?
    AskAdvice = "ask_advice";
    /// Show me, I am looking for.
    Browse = "browse";
    /// Show it.
    ShowMe = "show_me";
    /// What is there at all?
    AskRange = "ask_range";
    /// More of the same.
    ShowMore = "show_more";
    /// A word that belongs to the shop, whatever is said of it.
    ShopWord = "shop_word";
    /// From the beginning.
    Restart = "restart";
    /// Nothing to do with the shop.
    OffTopic = "off_topic";
    /// Things that nobody may sell.
    Illegal = "illegal";
    /// Words for a machine and not for a shop.
    Injection = "injection";
    /// A claim to have a say in the shop.
    FalseAuthority = "false_authority";
    /// In another language, please.
    OtherLanguage = "other_language";
    /// Do not write to me any more.
    OptOut = "opt_out";
}

/// A detector's rule: the phrases that make it count, and those in whose sentence it does not.
struct Rule {
    signal: Signal,
    any: &'static [&'static str],
    unless: &'static [&'static str],
}

const TABLES: &[&[Rule]] = &[
    buying::RULES,
    color::RULES,
    complaint::RULES,
    courtesy::RULES,
    danger::RULES,
    discovery::RULES,
    human::RULES,
    illegal::RULES,
    injection::RULES,
    money::RULES,
    off_topic::RULES,
    order::RULES,
    payment::RULES,
    policy::RULES,
    size::RULES,
    yes_no::RULES,
];

/// Where a signal was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The signal.
    pub signal: Signal,
    /// The first token.
    pub from: usize,
    /// One past the last token.
    pub to: usize,
}

/// What is read only where it is spelled right: a customer with a heavy thumb is no offender.
const EXACT: [Signal; 6] = [
    Signal::Danger,
    Signal::FalseAuthority,
    Signal::Illegal,
    Signal::Injection,
    Signal::Insult,
    Signal::OffTopic,
];

/// What says more than the words that it is made of.
const STRONG: [Signal; 13] = [
    Signal::AskColors,
    Signal::CancelOrder,
    Signal::Complaint,
    Signal::Discount,
    Signal::Doubt,
    Signal::Expensive,
    Signal::HumanWanted,
    Signal::OptOut,
    Signal::OrderStatus,
    Signal::ProofClaim,
    Signal::ProofLater,
    Signal::Thanks,
    Signal::WantsReturn,
];

/// Whether a telling phrase takes what a word in it says. A question for a garment's colours is a
/// search as well.
const fn outweighs(strong: Signal, weak: Signal) -> bool {
    !matches!(strong, Signal::AskColors) || matches!(weak, Signal::AskSize | Signal::AskDetails)
}

/// What a single word can say.
const WEAK: [Signal; 15] = [
    Signal::AskAvailability,
    Signal::AskDelivery,
    Signal::AskDetails,
    Signal::AskFabric,
    Signal::AskPayment,
    Signal::AskPhoto,
    Signal::AskPrice,
    Signal::AskSize,
    Signal::Browse,
    Signal::Buy,
    Signal::Remove,
    Signal::ShowMe,
    Signal::ShowMore,
    Signal::SmallTalk,
    Signal::Urgent,
];

/// The detectors, compiled: the shop's own, or with some changed for a replay.
#[derive(Debug)]
pub struct Rules {
    matcher: Matcher,
    signals: Vec<Signal>,
}

static OWN: LazyLock<Rules> = LazyLock::new(|| {
    let mut rules = Rules::empty();
    for rule in TABLES.iter().copied().flatten() {
        rules.add(rule.signal, rule.any, rule.unless);
    }
    rules
});

impl Rules {
    /// The shop's own.
    #[must_use]
    pub fn own() -> &'static Self {
        &OWN
    }

    fn empty() -> Self {
        Self { matcher: Matcher::default(), signals: Vec::new() }
    }

    fn add(&mut self, signal: Signal, any: &[&str], unless: &[&str]) {
        let id = self.signals.len();
        self.matcher.forgive(!EXACT.contains(&signal));
        self.signals.push(signal);
        for phrase in any {
            self.matcher.add(id, phrase, false);
        }
        for phrase in unless {
            self.matcher.add(id, phrase, true);
        }
    }

    /// Everything that the rules see in a message, in the order of its words. `may_slip` says
    /// whether a word that no rule knows may be a slip of the finger.
    #[must_use]
    pub fn read(&self, tokens: &[Token], may_slip: impl Fn(usize) -> bool) -> Vec<Seen> {
        let mut seen: Vec<Seen> = self
            .matcher
            .matches(tokens, may_slip)
            .into_iter()
            .map(|found| Seen { signal: self.signals[found.rule], from: found.from, to: found.to })
            .collect();
        // Of one signal that begins at one place, the longest match.
        seen.sort_by_key(|seen| (seen.from, seen.signal, Reverse(seen.to)));
        seen.dedup_by_key(|seen| (seen.signal, seen.from));
        let strong: Vec<Seen> =
            seen.iter().filter(|seen| STRONG.contains(&seen.signal)).copied().collect();
        // "Ціна кусається" asks for no price: what a telling phrase holds says nothing of its own.
        seen.retain(|weak| {
            !WEAK.contains(&weak.signal)
                || !strong.iter().any(|strong| {
                    outweighs(strong.signal, weak.signal)
                        && strong.from <= weak.from
                        && weak.to <= strong.to
                        && strong.to - strong.from > weak.to - weak.from
                })
        });
        seen
    }

    /// Whether a token is a word that some rule knows, so that it is no slip of the finger.
    #[must_use]
    pub fn is_known(&self, token: &Token) -> bool {
        self.matcher.knows(&token.key)
    }
}

#[cfg(test)]
mod tests {
    use super::TABLES;
    use crate::language::classes;

    #[test]
    fn every_class_that_a_phrase_names_exists() {
        let phrases = TABLES.iter().copied().flatten().flat_map(|rule| {
            rule.any.iter().chain(rule.unless).flat_map(|phrase| phrase.split([' ', '/', '[', ']']))
        });
        for word in phrases {
            if let Some(class) = word.trim_start_matches('!').strip_prefix('<') {
                let class = class.strip_suffix('>').unwrap_or_default();
                assert!(classes::is_class(class), "{word}");
            }
        }
    }
}
