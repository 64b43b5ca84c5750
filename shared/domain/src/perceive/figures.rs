//! Heights, sizes, ages, quantities, and places in a list that was just shown.

use super::{
    Perceived, Reading, branch,
    children::{self, Told, What},
    hit, pieces,
};
use crate::{
    catalog::Order,
    language::{
        numbers::{self, Reading as Figure},
        rules::Signal,
        token::Token,
        words::{Words, pointing as words},
    },
    session::{
        Session,
        customer::{Branch, BranchKind},
    },
    shop::Shop,
    size::{Height, Size},
    state::{Phase, State},
};

/// The most heights that one message tells: more is no family.
const MAX_HEIGHTS: usize = 4;

/// The smallest height, in centimetres, that is told of a child where adults are spoken of: their
/// sizes end below it.
const SMALLEST_OF_A_CHILD: u16 = 62;

pub(super) fn read(
    shop: &Shop<'_>,
    session: &Session,
    reading: &mut Reading<'_>,
    perceived: &mut Perceived,
) {
    let tokens = reading.tokens;
    let pieces = pieces::told(session, tokens, perceived);
    let mut told = Vec::new();
    for figure in numbers::read(tokens) {
        reading.claim(figure.from..figure.to);
        if pieces.is_some_and(|(_, at)| at == figure.from) {
            continue;
        }
        let known = (perceived.heights.len(), perceived.sizes.len());
        // Numbers that may be somebody's own, of a branch, a card, a phone, are in no trace.
        let is_own = matches!(figure.reading, Figure::Branch(_) | Figure::Bare(_) | Figure::Other);
        let words = if is_own { &[][..] } else { &tokens[figure.from..figure.to] };
        perceived.hits.push(hit(rule_of(figure.reading), words));
        match figure.reading {
            // Where the address is awaited, a number in words is a part of it.
            Figure::Height(_)
                if awaits_data(session)
                    && tokens[figure.from].is_word()
                    && !speaks_of_size(perceived, tokens) => {}
            // "На маму, розмір 44" is no child's height.
            Figure::Height(height)
                if perceived.has(Signal::Adult) && height.cm() < SMALLEST_OF_A_CHILD => {}
            Figure::Height(height) => push_height(perceived, height),
            Figure::Size(size) => push_size(shop, perceived, size),
            Figure::Age(years) => perceived.ages.push(years),
            Figure::Months(_) => perceived.is_infant = true,
            Figure::Quantity(pieces) => perceived.quantity = Some(pieces),
            Figure::Branch(number) if branch::is_meant(perceived, tokens, figure.from) => {
                let kind = branch::kind(tokens, figure.from);
                perceived.branch = Some(Branch { kind, number });
            }
            Figure::MaybeHeight(height) if branch::is_taken_back(session, tokens) => {
                perceived.branch = branch::corrected(session, u32::from(height.cm()));
            }
            Figure::Bare(number) if branch::is_taken_back(session, tokens) => {
                perceived.branch = branch::corrected(session, number);
            }
            Figure::MaybeHeight(height) => {
                if is_height_here(session, perceived, tokens, figure.from) {
                    push_height(perceived, height);
                } else if branch::is_awaited(session)
                    && branch::may_be(perceived, tokens, figure.from)
                {
                    let number = u32::from(height.cm());
                    perceived.branch = Some(Branch { kind: BranchKind::Branch, number });
                }
            }
            Figure::Bare(number) => take_bare(session, perceived, tokens, figure.from, number),
            Figure::Sum(uah) => perceived.sums.push(uah),
            Figure::Branch(_) | Figure::Other => {}
        }
        let height = perceived.heights.get(known.0).copied().map(What::Height);
        let size = perceived.sizes.get(known.1).copied().map(What::Size);
        told.extend(height.or(size).map(|what| Told { what, from: figure.from, to: figure.to }));
    }
    children::keep(shop, tokens, &told, perceived);
    read_ordinals(session, tokens, perceived);
    if perceived.picks.is_empty() {
        perceived.picks.extend(place_told(shop, session, tokens, perceived));
    }
    if perceived.quantity.is_none() {
        perceived.quantity = pieces.map(|(pieces, _)| pieces);
    }
    if perceived.quantity.is_some() && session.state() == State::PaymentDelivery {
        // "Першої дві штуки".
        let place = tokens.iter().find_map(numbers::ordinal);
        perceived.line = place.and_then(|place| usize::try_from(place).ok()?.checked_sub(1));
    }
    if perceived.quantity.is_none() && perceived.has(Signal::OneMoreAlike) {
        // "Ще дві такі самі".
        let told = (0..tokens.len()).find_map(|at| numbers::in_words(tokens, at));
        perceived.quantity = told.filter(|pieces| (2..=9).contains(pieces));
    }
}

/// The place in the list shown last of "той, що посередині" or "тот, что дороже".
fn place_told(
    shop: &Shop<'_>,
    session: &Session,
    tokens: &[Token],
    perceived: &Perceived,
) -> Option<usize> {
    let shown = &session.facts().shown;
    let is_one_of = |words: Words| tokens.iter().any(|it| words.has(it));
    if shown.len() < 2 || session.state() == State::PaymentDelivery {
        return None;
    }
    if shown.len() % 2 == 1 && is_one_of(words::MIDDLE) {
        return Some(shown.len() / 2);
    }
    let order = perceived.asks_order().filter(|_| is_one_of(words::THAT_ONE))?;
    let size = session.facts().search.size;
    let price_of = |place: &usize| {
        let product = shop.catalog.product(shown[*place])?;
        size.and_then(|size| product.price(size)).or_else(|| Some(product.price_range().from))
    };
    let places = 0..shown.len();
    match order {
        Order::PriceAscending => places.min_by_key(price_of),
        _ => places.max_by_key(price_of),
    }
}

fn push_height(perceived: &mut Perceived, height: Height) {
    if perceived.heights.len() < MAX_HEIGHTS && !perceived.heights.contains(&height) {
        perceived.heights.push(height);
    }
}

/// A size that the shop does not know is a range of heights.
fn push_size(shop: &Shop<'_>, perceived: &mut Perceived, size: Size) {
    if shop.catalog.sizes().sizes().any(|known| known == size) {
        perceived.sizes.push(size);
    } else if let Ok(height) = Height::from_cm(size.to()) {
        push_height(perceived, height);
    }
}

/// Whether a number that may be a height is one here. Where an address is awaited it is not, unless
/// the message speaks of garments.
fn is_height_here(session: &Session, perceived: &Perceived, tokens: &[Token], at: usize) -> bool {
    let speaks_of_garments = speaks_of_garments(perceived);
    let speaks_of_children = perceived.has_any(&[Signal::Browse, Signal::ShowMe, Signal::ShopWord]);
    let follows_on = at > 0 && words::FOR.has(&tokens[at - 1]);
    if session.state() == State::PaymentDelivery {
        // Once the address is known, "а можна 122?" asks for another size.
        let is_address_known = session.facts().customer.is_complete();
        let asks = is_address_known && (perceived.is_question || follows_on);
        return speaks_of_garments || asks;
    }
    let is_alone = tokens.iter().filter(|token| token.is_word()).count() == 0;
    speaks_of_garments
        || speaks_of_children
        || is_alone
        || follows_on
        || session.phase() == Phase::WaitingForSize
        || !session.facts().choices.is_empty()
        || !perceived.colors.is_empty()
        || !perceived.features.is_empty()
        || !perceived.heights.is_empty()
        || !perceived.ages.is_empty()
        || (session.state() == State::Discovery && !session.facts().shown.is_empty())
        || tokens.iter().filter(|token| token.is_word()).count() <= 4
}

/// Whether a message that tells a number in words speaks of a garment or of its size.
fn speaks_of_size(perceived: &Perceived, tokens: &[Token]) -> bool {
    speaks_of_garments(perceived) || tokens.iter().any(|token| words::OF_SIZE.has(token))
}

fn speaks_of_garments(perceived: &Perceived) -> bool {
    !perceived.products.is_empty()
        || !perceived.categories.is_empty()
        || perceived.has_any(&[Signal::AddMore, Signal::AskSize, Signal::AskPrice, Signal::Change])
}

fn awaits_data(session: &Session) -> bool {
    session.phase() == Phase::WaitingForDeliveryData
}

fn take_bare(
    session: &Session,
    perceived: &mut Perceived,
    tokens: &[Token],
    at: usize,
    number: u32,
) {
    let place = place_of(session, number).filter(|_| session.state() != State::PaymentDelivery);
    let is_awaited =
        branch::ends_order(session, tokens) || (branch::is_awaited(session) && place.is_none());
    let is_branch_here = is_awaited && branch::may_be(perceived, tokens, at);
    match place {
        _ if is_branch_here && (1..=99_999).contains(&number) => {
            perceived.branch = Some(Branch { kind: BranchKind::Branch, number });
        }
        Some(place) => perceived.picks.push(place),
        _ if session.phase() == Phase::WaitingForSize => {
            let height = u16::try_from(number).ok().and_then(|cm| Height::from_cm(cm).ok());
            match (height, u8::try_from(number)) {
                (Some(height), _) => push_height(perceived, height),
                (None, Ok(years @ 2..=17)) => perceived.ages.push(years),
                _ => {}
            }
        }
        _ if session.state() == State::PaymentDelivery => perceived.sums.push(number),
        _ => {}
    }
}

/// Where in the list that was shown last the garment with this number stands. The numbers of a
/// second page go on from the first.
fn place_of(session: &Session, number: u32) -> Option<usize> {
    let facts = session.facts();
    let shown = facts.shown.len();
    let before = facts.search.seen.saturating_sub(shown);
    let number = usize::try_from(number).ok()?.checked_sub(1)?;
    let on_this_page = number.checked_sub(before).filter(|place| *place < shown);
    on_this_page.or_else(|| Some(number).filter(|place| *place < shown))
}

fn read_ordinals(session: &Session, tokens: &[Token], perceived: &mut Perceived) {
    let shown = session.facts().shown.len();
    if shown == 0 || session.state() == State::PaymentDelivery {
        return;
    }
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.is_word()) {
        let is_color = tokens.get(at + 1).is_some_and(|next| words::OTHER_THINGS.has(next));
        if is_color {
            continue;
        }
        let place = numbers::ordinal(token).and_then(|number| place_of(session, number));
        let place = place.or_else(|| words::LAST_ONE.has(token).then(|| shown - 1));
        if let Some(place) = place.filter(|place| *place < shown)
            && !perceived.picks.contains(&place)
        {
            perceived.picks.push(place);
        }
        if words::BOTH_OF_THEM.has(token) && shown == 2 {
            perceived.picks = vec![0, 1];
        }
    }
}

const fn rule_of(reading: Figure) -> &'static str {
    match reading {
        Figure::Height(_) => "height",
        Figure::MaybeHeight(_) => "maybe_height",
        Figure::Size(_) => "size",
        Figure::Age(_) => "age",
        Figure::Months(_) => "months",
        Figure::Quantity(_) => "quantity",
        Figure::Branch(_) => "branch",
        Figure::Sum(_) => "sum",
        Figure::Bare(_) => "number",
        Figure::Other => "other_number",
    }
}
