//! Garments, kinds, colours and features that a message names.

use super::{Perceived, Reading, hit};
use crate::{
    catalog::{ColorKey, ProductId},
    language::{
        contact,
        names::Found,
        rules::{Rules, Signal},
        token::{Kind, Token},
        words::{NOT, ON, Words, colors as words},
    },
    session::Session,
    shop::{Shop, Thing},
    state::Phase,
};

pub(super) fn read(
    shop: &Shop<'_>,
    session: &Session,
    reading: &mut Reading<'_>,
    perceived: &mut Perceived,
) {
    let mut found = std::mem::take(&mut reading.found);
    // A customer named Анна is no dress.
    let is_address = answers_with_address(session, perceived);
    let has_phone = reading.tokens.iter().any(|token| token.kind == Kind::Phone);
    let town = contact::city(reading.tokens).filter(|_| is_address || has_phone);
    let aside: Vec<_> = reading
        .seen
        .iter()
        .filter(|seen| matches!(seen.signal, Signal::Thanks | Signal::OffTopic))
        .filter(|seen| seen.to - seen.from > 1 && !perceived.is_question)
        .map(|seen| seen.from..seen.to)
        .collect();
    let only = kept_from(reading, &found);
    let products: Vec<_> = found
        .iter()
        .filter(|term| matches!(term.means, Thing::Product(_)))
        .map(|term| term.from..term.to)
        .collect();
    found.retain(|term| {
        // "Тренч не треба, тільки сукню" names the dress alone.
        if is_garment(term) && only.is_some_and(|from| term.from < from) {
            return false;
        }
        // "Дякую за гарний костюм", "переклади слово dress": nothing is looked for.
        if aside.iter().any(|span| span.contains(&term.from)) {
            return false;
        }
        // Біла Церква is no white one.
        if town.as_ref().is_some_and(|(_, span)| span.contains(&term.from)) {
            return false;
        }
        // Nor is a street.
        if contact::names_street(reading.tokens, term.from) {
            return false;
        }
        let first = &reading.tokens[term.from];
        let is_person = (is_address && contact::is_name_or_town(first))
            || stands_beside_a_surname(reading.rules, reading.tokens, term);
        // Nor is a town or a surname that is one slip away from a colour, or a Brown a brown one.
        let is_surname = is_address && (term.is_guess || is_written_as_name(reading.tokens, term));
        let is_named_by_color = (is_address || has_phone)
            && matches!(term.means, Thing::Color(_) | Thing::Feature(_))
            && is_surname_beside(reading.tokens, term, &products);
        !(is_person && matches!(term.means, Thing::Product(_)) || is_surname || is_named_by_color)
    });
    for (at, term) in found.iter().enumerate() {
        reading.claim(term.from..term.to);
        perceived.hits.push(hit(rule_of(&term.means), &reading.tokens[term.from..term.to]));
        let twins: Vec<&Found<Thing>> = found
            .iter()
            .enumerate()
            .filter(|(other, twin)| *other != at && twin.from == term.from)
            .map(|(_, twin)| twin)
            .collect();
        let beside = Beside::of(reading.tokens, &found, at);
        take(shop, session, term, &twins, &beside, perceived);
    }
    let named: Vec<_> = perceived
        .products
        .iter()
        .filter_map(|id| shop.catalog.product(*id))
        .map(|product| product.category.clone())
        .collect();
    // "Костюм ... Лагуна" names one garment, not a kind and a garment.
    perceived.categories.retain(|category| !named.contains(category));
    if !(perceived.products.is_empty() && perceived.categories.is_empty()) {
        // "Костюм зі штанами" asks for no trousers.
        perceived.not_sold.clear();
    }
}

/// Where the garments begin that a message wants alone, if it takes back others before them.
fn kept_from(reading: &Reading<'_>, found: &[Found<Thing>]) -> Option<usize> {
    let seen = |signal: Signal| reading.seen.iter().filter(move |seen| seen.signal == signal);
    let only = seen(Signal::OnlyThis).map(|seen| seen.from).max()?;
    let takes_back =
        [Signal::Remove, Signal::Refusal].into_iter().any(|it| seen(it).any(|at| at.from < only));
    let names_after = found.iter().any(|term| is_garment(term) && term.from > only);
    (takes_back && names_after).then_some(only)
}

const fn is_garment(term: &Found<Thing>) -> bool {
    matches!(term.means, Thing::Product(_) | Thing::Category(_))
}

/// Whether a message answers the question for the address and speaks of nothing else.
fn answers_with_address(session: &Session, perceived: &Perceived) -> bool {
    let speaks_of_garments = perceived.has_any(&[
        Signal::AddMore,
        Signal::AskColors,
        Signal::AskPrice,
        Signal::AskSize,
        Signal::Browse,
        Signal::Buy,
        Signal::Change,
        Signal::Remove,
        Signal::ShowMe,
    ]);
    session.phase() == Phase::WaitingForDeliveryData && !speaks_of_garments
}

/// Whether a word in the middle of a clause has a capital and the message holds a phone.
fn is_written_as_name(tokens: &[Token], term: &Found<Thing>) -> bool {
    let has_phone = tokens.iter().any(|token| token.kind == Kind::Phone);
    let follows_word = term.from > 0 && tokens[term.from - 1].is_word();
    has_phone && follows_word && tokens[term.from].raw.starts_with(char::is_uppercase)
}

/// "Чорна Ольга": whether a colour stands beside a first name that is no garment's.
fn is_surname_beside(
    tokens: &[Token],
    term: &Found<Thing>,
    products: &[std::ops::Range<usize>],
) -> bool {
    let beside = [term.from.checked_sub(1), Some(term.to)];
    beside.into_iter().flatten().any(|at| {
        tokens.get(at).is_some_and(contact::is_first_name)
            && !products.iter().any(|span| span.contains(&at))
    })
}

/// "Коваль Анна, 067...": beside a word that is written as a name and means nothing else, in a
/// message that holds a phone.
fn stands_beside_a_surname(rules: &Rules, tokens: &[Token], term: &Found<Thing>) -> bool {
    let is_name = |token: &Token| {
        token.is_word() && token.raw.starts_with(char::is_uppercase) && !rules.is_known(token)
    };
    let has_phone = tokens.iter().any(|token| token.kind == Kind::Phone);
    let before = term.from.checked_sub(1).and_then(|at| tokens.get(at));
    has_phone && (before.is_some_and(is_name) || tokens.get(term.to).is_some_and(is_name))
}

/// What stands beside a term.
struct Beside<'t> {
    tokens: &'t [Token],
    /// Whether a word right before it, or before the word before it, says that it is not wanted.
    is_unwanted: bool,
    /// Whether it stands before "на" and another term of its kind: "рожевий на жовтий".
    is_left: bool,
}

impl<'t> Beside<'t> {
    fn of(tokens: &'t [Token], found: &[Found<Thing>], at: usize) -> Self {
        let term = &found[at];
        let is_after = |before: usize, words: Words| {
            let at = term.from.checked_sub(before);
            at.is_some_and(|at| words.has(&tokens[at]))
        };
        let is_not = |before: usize| is_after(before, words::NOT_THIS);
        let is_term = |at: usize| found.iter().any(|term| (term.from..term.to).contains(&at));
        // "Не рожевий", "не хочу рожевий"; "замість рожевого жовтий" wants the second.
        let follows_word =
            term.from > 0 && tokens[term.from - 1].is_word() && !is_term(term.from - 1);
        let is_unwanted = is_not(1) || is_after(1, words::NOT_NEXT) || (follows_word && is_not(2));
        let is_color = |term: &Found<Thing>| matches!(term.means, Thing::Color(_));
        let is_left = tokens.get(term.to).is_some_and(|token| ON.has(token))
            && found.iter().any(|other| other.from == term.to + 1 && is_color(other));
        Self { tokens, is_unwanted, is_left }
    }
}

fn take(
    shop: &Shop<'_>,
    session: &Session,
    term: &Found<Thing>,
    twins: &[&Found<Thing>],
    beside: &Beside<'_>,
    perceived: &mut Perceived,
) {
    let tokens = beside.tokens;
    let is_left = beside.is_left && perceived.has(Signal::Change);
    let is_unwanted = || beside.is_unwanted || is_left || is_refused(session, term, tokens);
    if let Thing::Color(key) = &term.means
        && is_refused(session, term, tokens)
    {
        let key = shop.catalog.sold_as(key);
        if takes_out(session, key) {
            push(&mut perceived.colors, key.clone());
            perceived.signals.insert(Signal::Remove);
            return;
        }
        if session.facts().cart.lines().iter().any(|line| line.color == *key) {
            perceived.signals.insert(Signal::OtherColor);
        }
    }
    match &term.means {
        Thing::Product(id) => {
            let is_kind_too = twins.iter().any(|twin| matches!(twin.means, Thing::Category(_)));
            if !is_kind_too || is_under_discussion(session, *id) {
                push(&mut perceived.products, *id);
            }
        }
        Thing::Category(key) => {
            let is_discussed = twins.iter().any(
                |twin| matches!(twin.means, Thing::Product(id) if is_under_discussion(session, id)),
            );
            if !is_discussed {
                push(&mut perceived.categories, key.clone());
            }
        }
        Thing::NotSold(key) => push(&mut perceived.not_sold, key.clone()),
        Thing::Color(_) if is_set_expression(tokens, term) => {}
        Thing::Color(key) if !is_unwanted() => {
            push(&mut perceived.colors, shop.catalog.sold_as(key).clone());
            if shop.catalog.sold_as(key) != key {
                perceived.counted_as = Some(key.clone());
            }
        }
        Thing::Feature(key) if !is_unwanted() => push(&mut perceived.features, key.clone()),
        Thing::Color(key) => {
            push(&mut perceived.unwanted_colors, shop.catalog.sold_as(key).clone());
        }
        Thing::Feature(_) => {}
    }
}

/// Whether a colour that is refused tells lines of the order from others.
fn takes_out(session: &Session, color: &ColorKey) -> bool {
    let lines = session.facts().cart.lines();
    let with_it = lines.iter().filter(|line| line.color == *color).count();
    (1..lines.len()).contains(&with_it)
}

/// "Рожеву не треба".
fn is_refused(session: &Session, term: &Found<Thing>, tokens: &[Token]) -> bool {
    let key = |at: usize| tokens.get(at).map_or("", |token| token.key.as_str());
    let is_discussed = !(session.facts().cart.is_empty() && session.facts().choices.is_empty());
    is_discussed && NOT.has_key(key(term.to)) && words::NEED.has_key(key(term.to + 1))
}

/// "Чорна п'ятниця", "білий світ": the word is no colour of a garment. Stems, folded.
fn is_set_expression(tokens: &[Token], term: &Found<Thing>) -> bool {
    let next = tokens.get(term.to).filter(|token| token.is_word());
    next.is_some_and(|next| words::AFTER_A_COLOR.has(next))
}

/// Whether a garment was just shown or is being chosen, so that a word which also is a kind means it.
fn is_under_discussion(session: &Session, id: ProductId) -> bool {
    let facts = session.facts();
    facts.choices.iter().any(|choice| choice.product_id == id) || facts.shown == [id]
}

fn push<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

const fn rule_of(means: &Thing) -> &'static str {
    match means {
        Thing::Product(_) => "product",
        Thing::Category(_) => "category",
        Thing::NotSold(_) => "not_sold",
        Thing::Color(_) => "color",
        Thing::Feature(_) => "feature",
    }
}
