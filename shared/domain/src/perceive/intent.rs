//! The intent of a message, from what it says and where the conversation stands.

use super::Perceived;
use crate::{
    language::rules::Signal,
    session::{Session, facts::Paying},
    state::{Intent, Phase, State},
};

/// How many words without any meaning to the shop make a message one about something else.
const WORDS_OFF_TOPIC: usize = 3;

const FOR_A_HUMAN: [Signal; 5] = [
    Signal::Complaint,
    Signal::Insult,
    Signal::HumanWanted,
    Signal::WantsReturn,
    Signal::OrderStatus,
];

const ABOUT_PAYING: [Signal; 11] = [
    Signal::AskFee,
    Signal::AskHowToOrder,
    Signal::AskDelivery,
    Signal::AskPayment,
    Signal::AskRequisites,
    Signal::CancelOrder,
    Signal::PayFull,
    Signal::PayPrepayment,
    Signal::ProofClaim,
    Signal::ProofLater,
    Signal::Urgent,
];

const QUESTIONS: [Signal; 20] = [
    Signal::Cheapest,
    Signal::Dearest,
    Signal::AskAboutShop,
    Signal::Compare,
    Signal::AskPrice,
    Signal::AskAvailability,
    Signal::AskFabric,
    Signal::AskDetails,
    Signal::AskCare,
    Signal::AskReturn,
    Signal::AskPhoto,
    Signal::AskIdentity,
    Signal::Browse,
    Signal::ShowMe,
    Signal::ShowMore,
    Signal::Wholesale,
    Signal::Discount,
    Signal::Competitor,
    Signal::Restart,
    Signal::Adult,
];

/// Questions that a refusal or a doubt beside them does not take back; "хочу" is none.
const HARD_QUESTIONS: [Signal; 17] = [
    Signal::Cheapest,
    Signal::Dearest,
    Signal::AskAboutShop,
    Signal::AskPrice,
    Signal::AskAvailability,
    Signal::AskFabric,
    Signal::AskDetails,
    Signal::AskCare,
    Signal::AskReturn,
    Signal::AskPhoto,
    Signal::AskIdentity,
    Signal::ShowMore,
    Signal::Wholesale,
    Signal::Discount,
    Signal::Competitor,
    Signal::Restart,
    Signal::Adult,
];

/// Questions that can be asked of anything in the world.
const SOFT_QUESTIONS: [Signal; 3] = [Signal::AskAvailability, Signal::AskDetails, Signal::AskPhoto];

const SMALL_TALK: [Signal; 8] = [
    Signal::OptIn,
    Signal::Thanks,
    Signal::Goodbye,
    Signal::Acknowledged,
    Signal::SmallTalk,
    Signal::Refusal,
    Signal::Doubt,
    Signal::OptOut,
];

pub(super) fn of(session: &Session, perceived: &Perceived) -> Intent {
    let state = session.state();
    let is_selling = matches!(state, State::Offer | State::PaymentDelivery);
    if perceived.has(Signal::Danger) {
        return Intent::Complaint;
    }
    if perceived.is_blocked {
        return Intent::OutOfDomain;
    }
    if perceived.has_any(&FOR_A_HUMAN) {
        return Intent::Complaint;
    }
    if is_receipt(session, perceived) {
        return Intent::PaymentDelivery;
    }
    if perceived.photos > 0 {
        return Intent::PhotoIdent;
    }
    if perceived.words == 0 && !has_figures(perceived) {
        let agrees = perceived.is_nod || perceived.has(Signal::Consent);
        return if agrees && is_selling { Intent::PaymentDelivery } else { Intent::UnknownOrEmpty };
    }
    // "Хочу замовити піцу" orders nothing of ours.
    let orders_other = perceived.has(Signal::OffTopic) && perceived.has(Signal::Buy);
    if orders_other && !is_selling && !perceived.names_something() {
        return Intent::OutOfDomain;
    }
    if is_paying(session, perceived) {
        return Intent::PaymentDelivery;
    }
    if is_praise(session, perceived) {
        return Intent::ThankyouSmalltalk;
    }
    // "Чи буде війна довго?" asks for no size.
    let is_rescued = if perceived.is_far_away {
        !(perceived.products.is_empty() && perceived.categories.is_empty())
            || perceived.tells_size()
    } else {
        perceived.names_something() || perceived.has(Signal::ShopWord)
    };
    let is_elsewhere = perceived.has(Signal::OffTopic)
        && !perceived.has_any(&[Signal::Discount, Signal::Wholesale])
        && !is_rescued;
    if let Some(intent) = about_garments(session, perceived).filter(|_| !is_elsewhere) {
        return intent;
    }
    let is_refusal = perceived.has_any(&[Signal::Refusal, Signal::Doubt, Signal::Expensive]);
    if is_refusal && !perceived.has_any(&HARD_QUESTIONS) {
        return Intent::ThankyouSmalltalk;
    }
    // A plea for a discount is about the shop, whatever it tells of beside it.
    let is_plea = perceived.has_any(&[Signal::Discount, Signal::Wholesale, Signal::AskReturn]);
    let is_off_topic = perceived.has(Signal::OffTopic) && !perceived.names_something();
    if (is_off_topic && !is_plea) || is_elsewhere {
        return Intent::OutOfDomain;
    }
    if perceived.has_any(&QUESTIONS) && speaks_to_the_shop(session, perceived) {
        return Intent::DiscoveryOrQuestion;
    }
    if perceived.has_any(&SMALL_TALK) || perceived.has(Signal::Expensive) {
        return Intent::ThankyouSmalltalk;
    }
    if perceived.has(Signal::Greeting) {
        return Intent::GreetingOnly;
    }
    let is_question = perceived.has_any(&QUESTIONS) && !looks_elsewhere(perceived);
    if is_question || perceived.has(Signal::OtherLanguage) {
        return Intent::DiscoveryOrQuestion;
    }
    unread(session, perceived)
}

/// Kind words about what was bought look for nothing.
fn is_praise(session: &Session, perceived: &Perceived) -> bool {
    let is_over = matches!(session.state(), State::Upsell | State::End | State::Complaint);
    is_over
        && perceived.has_any(&[Signal::Thanks, Signal::SmallTalk])
        && !perceived.is_question
        && !perceived.is_browsing()
        && perceived.colors.is_empty()
        && !perceived.tells_size()
        && perceived.picks.is_empty()
}

/// A search verb alone, in a long message without a word of the shop, is about something else.
fn speaks_to_the_shop(session: &Session, perceived: &Perceived) -> bool {
    let is_telling = |signal: &&Signal| !SOFT_QUESTIONS.contains(*signal);
    let only_verbs = !HARD_QUESTIONS.iter().filter(is_telling).any(|signal| perceived.has(*signal));
    let is_discussed = !session.facts().choices.is_empty() || !session.facts().shown.is_empty();
    let is_under_way = matches!(
        session.state(),
        State::Discovery | State::Vision | State::SizeColor | State::Offer | State::PaymentDelivery
    );
    let wants_to_see = perceived.has_any(&[Signal::ShowMe, Signal::ShowMore, Signal::AskPhoto]);
    !only_verbs
        || (is_under_way && wants_to_see)
        || perceived.names_something()
        || !perceived.not_sold.is_empty()
        || is_discussed
        || perceived.has(Signal::ShopWord)
        || !(perceived.has_any(&SMALL_TALK) || looks_elsewhere(perceived))
}

/// "Порадьте стоматолога": what is looked for is nothing that the shop knows.
fn looks_elsewhere(perceived: &Perceived) -> bool {
    perceived.unknown_words > 0 && perceived.words > 1
}

fn has_figures(perceived: &Perceived) -> bool {
    perceived.names_something()
        || perceived.tells_address()
        || perceived.tells_size()
        || !perceived.sums.is_empty()
}

/// Whether a photo or a file is the receipt (decision 16): whenever one is awaited, unless the
/// conversation has gone on to garments and the words beside it are about them.
fn is_receipt(session: &Session, perceived: &Perceived) -> bool {
    let is_paying = matches!(session.state(), State::PaymentDelivery | State::End);
    perceived.may_be_receipt()
        && session.facts().paying() == Paying::ReceiptAwaited
        && (is_paying || perceived.words == 0 || perceived.has(Signal::ProofClaim))
}

fn is_paying(session: &Session, perceived: &Perceived) -> bool {
    let state = session.state();
    let phase = session.phase();
    let agrees = perceived.has(Signal::Consent) || perceived.is_nod;
    if perceived.has_any(&ABOUT_PAYING) {
        return true;
    }
    let asks_for_adults = perceived.has(Signal::Adult) && perceived.is_question;
    if perceived.has(Signal::Buy) && !asks_for_adults {
        let asks_size_first = state == State::SizeColor
            && perceived.has_any(&[Signal::AskSize, Signal::HeightUnknown])
            && session.facts().choices.is_empty();
        if asks_size_first {
            return false;
        }
        let is_searching = perceived.names_something()
            && !matches!(state, State::Offer | State::PaymentDelivery)
            && session.facts().choices.is_empty()
            && !is_complete(perceived);
        return !is_searching;
    }
    match state {
        State::Offer if perceived.has(Signal::Remove) => holds_several(session),
        State::Offer
            if perceived.has_any(&[Signal::AddMore, Signal::OneMoreAlike])
                && !perceived.names_something()
                && !perceived.has_any(&HARD_QUESTIONS) =>
        {
            true
        }
        State::Offer => {
            let takes = agrees || perceived.quantity.is_some() || tells_where_to(perceived);
            takes && !perceived.is_question && !perceived.has(Signal::Doubt)
        }
        State::PaymentDelivery => {
            agrees
                || perceived.tells_address()
                || perceived.quantity.is_some()
                || !perceived.sums.is_empty()
                || perceived.has_any(&[
                    Signal::SameData,
                    Signal::Remove,
                    Signal::AddMore,
                    Signal::OneMoreAlike,
                ])
                || (matches!(phase, Phase::WaitingForPaymentMethod | Phase::WaitingForDeliveryData)
                    && perceived.words <= 2
                    && !perceived.names_something()
                    && !perceived.has_any(&SMALL_TALK)
                    && !perceived.has_any(&QUESTIONS)
                    && !perceived.has(Signal::Greeting))
        }
        _ => tells_where_to(perceived),
    }
}

/// Whether enough of an address was told that it can be nothing else.
const fn tells_where_to(perceived: &Perceived) -> bool {
    let tells_place =
        perceived.branch.is_some() && (perceived.city.is_some() || perceived.name.is_some());
    perceived.phone.is_some() || tells_place
}

/// Whether one of several things can be taken out; not to want the only one is a refusal.
fn holds_several(session: &Session) -> bool {
    session.facts().choices.len() + session.facts().cart.lines().len() > 1
}

/// Whether a message names a garment in full.
const fn is_complete(perceived: &Perceived) -> bool {
    let has_size = !(perceived.heights.is_empty() && perceived.sizes.is_empty());
    has_size && !(perceived.products.is_empty() || perceived.colors.is_empty())
}

fn about_garments(session: &Session, perceived: &Perceived) -> Option<Intent> {
    let searches = perceived.has_any(&[Signal::Browse, Signal::ShowMe, Signal::ShowMore]);
    let is_search = searches && !perceived.categories.is_empty();
    if perceived.has(Signal::SizeChart) {
        return Some(Intent::SizeHelp);
    }
    if perceived.has(Signal::AskReturn) && !perceived.names_something() {
        return Some(Intent::DiscoveryOrQuestion);
    }
    if perceived.has(Signal::AskPrice) && !perceived.has(Signal::AskColors) {
        return Some(Intent::DiscoveryOrQuestion);
    }
    let asks_size = perceived.has_any(&[Signal::AskSize, Signal::OtherSize, Signal::HeightUnknown])
        || perceived.asks_next_size().is_some();
    if asks_size && !is_search {
        return Some(Intent::SizeHelp);
    }
    if perceived.has_any(&[Signal::AskColors, Signal::OtherColor]) && !is_search {
        return Some(Intent::ColorHelp);
    }
    if is_search || !perceived.categories.is_empty() {
        return Some(Intent::DiscoveryOrQuestion);
    }
    let names_color = !(perceived.colors.is_empty() && perceived.unwanted_colors.is_empty());
    if names_color {
        return Some(Intent::ColorHelp);
    }
    if perceived.tells_size() {
        let is_chosen = !session.facts().choices.is_empty();
        let is_search = searches && !is_chosen && session.phase() != Phase::WaitingForSize;
        return Some(if is_search { Intent::DiscoveryOrQuestion } else { Intent::SizeHelp });
    }
    let names_more = !(perceived.products.is_empty()
        && perceived.features.is_empty()
        && perceived.not_sold.is_empty()
        && perceived.picks.is_empty());
    names_more.then_some(Intent::DiscoveryOrQuestion)
}

/// A message without anything that the rules know.
fn unread(session: &Session, perceived: &Perceived) -> Intent {
    let is_selling = matches!(
        session.state(),
        State::Vision | State::SizeColor | State::Offer | State::PaymentDelivery | State::Upsell
    );
    let facts = session.facts();
    let is_discussed = !(facts.choices.is_empty() && facts.cart.is_empty());
    let is_about_the_shop = perceived.has(Signal::ShopWord)
        && !perceived.has(Signal::OffTopic)
        && perceived.unknown_words == 0;
    let is_elsewhere =
        perceived.words >= WORDS_OFF_TOPIC && !is_selling && !is_discussed && !is_about_the_shop;
    if is_elsewhere && !perceived.has(Signal::Consent) {
        return Intent::OutOfDomain;
    }
    let is_of_the_shop = is_about_the_shop
        || is_selling && perceived.has_any(&[Signal::Browse, Signal::ShowMe, Signal::ShowMore]);
    if perceived.has(Signal::Consent) || is_discussed || is_of_the_shop {
        return Intent::DiscoveryOrQuestion;
    }
    Intent::UnknownOrEmpty
}
