//! What a manager sees of a conversation, and what they can do about it.

use crate::{
    decide::ManagerAct,
    nickname::Nickname,
    photo::Photo,
    prompts::{Placeholder, TemplateKey, Values},
    session::{
        Session,
        customer::BranchKind,
        facts::{Facts, Paying, PaymentMethod},
    },
    shop::Shop,
    state::State,
    turn::Message,
};

/// The most lines of a cart on a card (`spec/integrations.md` 3.3).
const MAX_LINES: usize = 6;

/// The most characters of a customer's words on a card (`spec/integrations.md` 3.3).
const MAX_WORDS: usize = 800;

/// A card, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its text; no markup.
    pub text: String,
    /// Its buttons, with what is written on them.
    pub buttons: Vec<(ManagerAct, String)>,
    /// The photo that came last, a receipt perhaps.
    pub photo: Option<Photo>,
    /// What the customer calls themselves.
    pub nickname: Option<Nickname>,
}

/// The card of a session as it stands. `head` says why a manager should look, `said` is what the
/// customer wrote when they were called.
#[must_use]
pub fn of(shop: &Shop<'_>, session: &Session, head: &str, said: &[Message]) -> Card {
    let facts = session.facts();
    let mut lines = vec![head.to_owned()];
    lines.push(standing(shop, facts));
    lines.extend(stage(session).map(|key| text(shop, key, &Values::none())));
    lines.push(String::new());
    lines.extend(wishes(shop, facts));
    lines.extend(before(shop, session));
    lines.extend(order(shop, session));
    lines.extend(words(shop, said));
    let text = lines.join("\n").trim().to_owned();
    let nickname = facts.customer.nickname.clone();
    Card { text, buttons: buttons(shop, session), photo: photo(said), nickname }
}

/// The photo or file that came last.
#[must_use]
pub fn photo(said: &[Message]) -> Option<Photo> {
    said.iter().rev().find_map(|message| {
        let file = || message.attachments.iter().rev().find_map(|attached| attached.file.clone());
        message.photos.last().cloned().or_else(file)
    })
}

/// A text of the cards; it has all the facts that it names, which the tests of this module see to.
fn text(shop: &Shop<'_>, key: TemplateKey, values: &Values) -> String {
    shop.prompts.render(key, values, 0).unwrap_or_default().join("\n")
}

/// Who has the conversation.
fn standing(shop: &Shop<'_>, facts: &Facts) -> String {
    let none = Values::none;
    match &facts.hand_over {
        None if facts.payment.is_approved => text(shop, TemplateKey::CardPaid, &none()),
        None => text(shop, TemplateKey::CardWithAssistant, &none()),
        Some(hand_over) => match &hand_over.by {
            None => text(shop, TemplateKey::CardFree, &none()),
            Some(manager) => {
                let values = none().with(Placeholder::Manager, manager.name.as_str());
                text(shop, TemplateKey::CardTakenBy, &values)
            }
        },
    }
}

/// How far the sale has come; before a human was called, where one has the conversation.
fn stage(session: &Session) -> Option<TemplateKey> {
    let hand_over = &session.facts().hand_over;
    match hand_over.as_ref().map_or(session.state(), |hand_over| hand_over.from) {
        State::Init | State::Discovery | State::Vision | State::SizeColor => {
            Some(TemplateKey::CardStageChoosing)
        }
        State::Offer => Some(TemplateKey::CardStageOffer),
        State::PaymentDelivery => Some(TemplateKey::CardStageOrder),
        State::Upsell | State::End => Some(TemplateKey::CardStageDone),
        State::Complaint | State::OutOfDomain => None,
    }
}

/// What the customer looks at, before there is a cart.
fn wishes(shop: &Shop<'_>, facts: &Facts) -> Vec<String> {
    let mut lines = Vec::new();
    if facts.cart.is_empty() {
        let names = facts.choices.iter().filter_map(|choice| {
            shop.catalog.product(choice.product_id).map(|product| product.name.as_str())
        });
        lines.extend(names.map(|name| {
            let values = Values::none().with(Placeholder::Name, name);
            text(shop, TemplateKey::CardLooksAt, &values)
        }));
        lines.extend(facts.heights.iter().map(|height| {
            let values = Values::none().with(Placeholder::Height, *height);
            text(shop, TemplateKey::CardHeight, &values)
        }));
    }
    lines
}

/// What the conversations before were about.
fn before(shop: &Shop<'_>, session: &Session) -> Option<String> {
    let summary = session.profile().summary.as_ref()?;
    let values = Values::none().with(Placeholder::Summary, summary.text.as_str());
    Some(text(shop, TemplateKey::CardBefore, &values))
}

/// The cart, who buys it and how it is paid.
#[must_use]
pub fn order(shop: &Shop<'_>, session: &Session) -> Vec<String> {
    let facts = session.facts();
    if facts.cart.is_empty() {
        return Vec::new();
    }
    let mut lines: Vec<String> = (1_u32..)
        .zip(facts.cart.lines().iter().take(MAX_LINES))
        .filter_map(|(n, line)| {
            let product = shop.catalog.product(line.product_id)?;
            let values = Values::none()
                .with(Placeholder::N, n)
                .with(Placeholder::Name, product.name.as_str())
                .with(Placeholder::Color, line.color.as_str())
                .with(Placeholder::Size, line.size)
                .with(Placeholder::Quantity, line.quantity)
                .with(Placeholder::Price, line.price.times(line.quantity));
            Some(text(shop, TemplateKey::CardLine, &values))
        })
        .collect();
    let total = session.cart_total();
    let values = Values::none().with(Placeholder::Total, total);
    match facts.payment.method {
        None => lines.push(text(shop, TemplateKey::CardTotal, &values)),
        Some(PaymentMethod::Full) => lines.push(text(shop, TemplateKey::CardPaysFull, &values)),
        Some(PaymentMethod::Prepayment) => {
            let prepayment = shop.catalog.policies().payment.prepayment;
            let values = Values::none()
                .with(Placeholder::Prepayment, prepayment)
                .with(Placeholder::Rest, total.minus(prepayment));
            lines.push(text(shop, TemplateKey::CardPaysPart, &values));
        }
    }
    let customer = &facts.customer;
    let known = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    if customer.name.is_some() || customer.phone.is_some() {
        let values = Values::none()
            .with(Placeholder::Customer, known(&customer.name))
            .with(Placeholder::Phone, known(&customer.phone));
        lines.push(text(shop, TemplateKey::CardCustomer, &values));
    }
    if customer.city.is_some() || customer.branch.is_some() {
        let branch = customer.branch.map(|branch| {
            let key = match branch.kind {
                BranchKind::Branch => TemplateKey::OrderBranch,
                BranchKind::Locker => TemplateKey::OrderLocker,
            };
            text(shop, key, &Values::none().with(Placeholder::N, branch.number))
        });
        let values = Values::none()
            .with(Placeholder::City, known(&customer.city))
            .with(Placeholder::Branch, known(&branch));
        lines.push(text(shop, TemplateKey::CardDelivery, &values));
    }
    lines
}

/// What the customer wrote.
#[must_use]
pub fn words(shop: &Shop<'_>, said: &[Message]) -> Vec<String> {
    let mut lines = Vec::new();
    for message in said {
        lines.extend(message.text.clone());
        let files = message.photos.len() + message.attachments.len();
        let photo = || text(shop, TemplateKey::CardPhoto, &Values::none());
        lines.extend(std::iter::repeat_with(photo).take(files));
    }
    if lines.is_empty() {
        return lines;
    }
    let whole = lines.join("\n");
    let cut = match whole.char_indices().nth(MAX_WORDS) {
        Some((end, _)) => format!("{}…", &whole[..end]),
        None => whole,
    };
    vec![String::new(), text(shop, TemplateKey::CardWrote, &Values::none()), cut]
}

/// What a manager can do as the session stands.
fn buttons(shop: &Shop<'_>, session: &Session) -> Vec<(ManagerAct, String)> {
    let hand_over = &session.facts().hand_over;
    let mut acts = Vec::new();
    if session.facts().paying() == Paying::BeingChecked {
        acts.extend([
            (ManagerAct::Approve, TemplateKey::CardApprove),
            (ManagerAct::Reject, TemplateKey::CardReject),
            (ManagerAct::RejectSum, TemplateKey::CardRejectSum),
            (ManagerAct::RejectUnreadable, TemplateKey::CardRejectUnreadable),
        ]);
    }
    if hand_over.as_ref().is_none_or(|hand_over| hand_over.by.is_none()) {
        acts.push((ManagerAct::TakeOver, TemplateKey::CardTakeOver));
    }
    acts.push((ManagerAct::Answer, TemplateKey::CardAnswer));
    if hand_over.is_some() {
        acts.extend([
            (ManagerAct::HandBack, TemplateKey::CardHandBack),
            (ManagerAct::Close, TemplateKey::CardClose),
        ]);
    }
    acts.into_iter().map(|(act, key)| (act, text(shop, key, &Values::none()))).collect()
}
