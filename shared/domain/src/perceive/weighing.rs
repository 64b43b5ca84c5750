//! What the signals, garments and figures of one message say of each other.

use super::Perceived;
use crate::language::{
    rules::{Seen, Signal},
    token::Token,
    words::mood as words,
};

/// Drops the signals that others of the message explain away, and adds those that they make.
pub(super) fn weigh(tokens: &[Token], seen: &[Seen], perceived: &mut Perceived) {
    ask_of_paying(perceived);
    drop_price_of_an_excuse(tokens, seen, perceived);
    drop_closing_words(tokens, seen, perceived);
    prefer(tokens, perceived);
    drop_discount_of_a_search(tokens, seen, perceived);
    drop_cancelling_of_another_wish(perceived);
    drop_larger_of_a_child(tokens, perceived);
}

/// Whether every place where a signal was seen is one of these; so it is where there is none.
fn all_of(seen: &[Seen], signal: Signal, is: impl Fn(&Seen) -> bool) -> bool {
    seen.iter().filter(|seen| seen.signal == signal).all(is)
}

/// "А передплата обов'язкова?" chooses nothing.
fn ask_of_paying(perceived: &mut Perceived) {
    let names_way = perceived.has_any(&[Signal::PayFull, Signal::PayPrepayment]);
    if names_way && perceived.is_question && !perceived.has(Signal::Buy) {
        perceived.signals.insert(Signal::AskPayment);
    }
}

/// "Ціна гарна, але подумаю" asks for no price.
fn drop_price_of_an_excuse(tokens: &[Token], seen: &[Seen], perceived: &mut Perceived) {
    let says_why_not = perceived.has_any(&[Signal::Doubt, Signal::Refusal, Signal::Expensive]);
    let is_named_only =
        |seen: &Seen| seen.to - seen.from == 1 && !words::HOW_MUCH.has(&tokens[seen.from]);
    if says_why_not && !perceived.is_question && all_of(seen, Signal::AskPrice, is_named_only) {
        perceived.signals.remove(&Signal::AskPrice);
    }
}

/// "Ні, дякую, це все" asks for no more.
fn drop_closing_words(tokens: &[Token], seen: &[Seen], perceived: &mut Perceived) {
    let is_closing =
        |seen: &Seen| tokens[seen.from..seen.to].iter().any(|token| words::ALL.has(token));
    let ends = perceived.has_any(&[Signal::Refusal, Signal::Thanks]);
    if ends && !perceived.is_question && all_of(seen, Signal::ShowMore, is_closing) {
        perceived.signals.remove(&Signal::ShowMore);
    }
}

/// "Доньці краще мрію" changes what is being chosen.
fn prefer(tokens: &[Token], perceived: &mut Perceived) {
    let prefers = tokens.iter().any(|token| words::RATHER.has(token));
    let names_what = !(perceived.products.is_empty()
        && perceived.colors.is_empty()
        && perceived.heights.is_empty());
    let asks_which = perceived.has_any(&[Signal::AskAdvice, Signal::Compare, Signal::AskSize]);
    if prefers && names_what && !perceived.is_question && !asks_which {
        perceived.signals.insert(Signal::Change);
    }
}

/// "А є щось дешевше?" looks for another garment.
fn drop_discount_of_a_search(tokens: &[Token], seen: &[Seen], perceived: &mut Perceived) {
    let asks_less = |seen: &Seen| {
        tokens[seen.from..seen.to].iter().any(|token| token.key.contains(words::CHEAP))
    };
    if perceived.has(Signal::Cheapest) && all_of(seen, Signal::Discount, asks_less) {
        perceived.signals.remove(&Signal::Discount);
    }
}

/// "Передумала, покажіть краще сукні" is another wish.
fn drop_cancelling_of_another_wish(perceived: &mut Perceived) {
    let wants_other = perceived.has_any(&[Signal::Browse, Signal::ShowMe, Signal::Change])
        || !perceived.colors.is_empty()
        || perceived.tells_size();
    let takes_back = perceived.has_any(&[Signal::Refusal, Signal::Remove]);
    // "Передумала, давайте інший розмір".
    let wants_it_otherwise = perceived.has_any(&[Signal::OtherSize, Signal::OtherColor])
        || perceived.asks_next_size().is_some();
    if wants_it_otherwise || (wants_other && perceived.names_something() && !takes_back) {
        perceived.signals.remove(&Signal::CancelOrder);
    }
}

/// "Вона 140, більша за сестру" wants no larger size than the one for 140.
fn drop_larger_of_a_child(tokens: &[Token], perceived: &mut Perceived) {
    if perceived.tells_size() && !tokens.iter().any(|token| words::SIZE.has(token)) {
        perceived.signals.remove(&Signal::LargerSize);
        perceived.signals.remove(&Signal::SmallerSize);
    }
}
