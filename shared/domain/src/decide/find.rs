//! Wishes and questions about garments, photos of them, and what could not be read.

use super::{
    advice, cart, choosing,
    draft::Draft,
    edges::Event,
    listing, paying, photo, present,
    service::{nudge, take_leave},
};
use crate::{
    language::rules::Signal,
    prompts::{TemplateKey, Values},
    session::facts::{Choice, Paying},
    state::State,
};

pub(super) fn look_at_photo(draft: &mut Draft<'_>) -> Event {
    let perceived = draft.perceived;
    if !perceived.sights.is_empty() {
        return photo::answer(draft);
    }
    let is_checked = draft.facts().paying() == Paying::BeingChecked;
    if is_checked && (perceived.has(Signal::ProofClaim) || !perceived.sums.is_empty()) {
        return paying::take_proof(draft);
    }
    if is_checked && perceived.words == 0 {
        // The managers see it meanwhile: it may be the second half of the receipt.
        paying::note_proof(draft);
        draft.ask(TemplateKey::PaymentPhotoUnclear, Values::none());
        return Event::SentUnclearPhoto;
    }
    if !perceived.products.is_empty() {
        draft.tell(TemplateKey::VisionCannotSeeBut);
        let outcome = choosing::choose(draft);
        return present::present(draft, outcome);
    }
    if !perceived.heights.is_empty() {
        draft.facts_mut().heights.clone_from(&perceived.heights);
    }
    draft.ask(TemplateKey::VisionCannotSee, Values::none());
    draft.facts_mut().flags.offered_manager = true;
    Event::SentPhoto
}

/// A wish or a question about garments.
pub(super) fn find(draft: &mut Draft<'_>, is_answered: bool) -> Event {
    let perceived = draft.perceived;
    let asks_more =
        perceived.has_any(&[Signal::AskSize, Signal::HeightUnknown, Signal::AskDetails]);
    let names_none = perceived.products.is_empty() && !asks_more;
    if let Some(kind) = perceived.not_sold.first().filter(|_| names_none) {
        return listing::present_not_sold(draft, kind);
    }
    if perceived.has(Signal::Adult) && !perceived.tells_size() {
        draft.tell(TemplateKey::DiscoveryAdult);
        nudge(draft);
        return Event::AskedPolicy;
    }
    if perceived.has(Signal::SizeChart) {
        return listing::present_chart(draft);
    }
    if perceived.has(Signal::HeightUnknown) && !perceived.names_something() {
        if let Some(event) = advice::size_by_age(draft) {
            return event;
        }
        listing::ask_height(draft);
        let is_chosen = !draft.facts().choices.is_empty();
        return if is_chosen { Event::ChoseGarment } else { Event::ToldSize };
    }
    let facts = draft.facts();
    if perceived.has(Signal::AskPrice) && !facts.cart.is_empty() && !perceived.names_something() {
        cart::list_cart(draft);
        cart::name_cart(draft);
        nudge(draft);
        return Event::AskedPolicy;
    }
    if let Some(larger) = perceived.asks_next_size()
        && draft.facts().choices.iter().any(|choice| choice.size.is_some())
    {
        return advice::step_size(draft, larger);
    }
    let is_size_open = perceived.has(Signal::OtherSize) && !perceived.tells_size();
    if is_size_open && !draft.facts().choices.is_empty() {
        return advice::reopen_size(draft);
    }
    let only_age = !perceived.ages.is_empty() || perceived.is_infant;
    let tells_age_alone = only_age
        && perceived.heights.is_empty()
        && perceived.sizes.is_empty()
        && !perceived.names_something()
        && !perceived.is_browsing();
    if tells_age_alone && draft.facts().shown.len() > 1 && draft.facts().choices.is_empty() {
        // The list stands; what it lacks is the height.
        listing::ask_height(draft);
        return Event::ToldSize;
    }
    if let Some(event) = cart::reopen_line(draft) {
        return event;
    }
    let asks_advice =
        perceived.has(Signal::AskAdvice) && !perceived.names_something() && !perceived.tells_size();
    if asks_advice && draft.facts().shown.len() > 1 && draft.facts().choices.is_empty() {
        return advice::advise(draft);
    }
    let pair = advice::compared(draft);
    if perceived.has(Signal::Compare) && pair.len() == 2 {
        return advice::compare(draft, &pair);
    }
    let is_mid_sale =
        matches!(draft.session.state(), State::SizeColor | State::Offer | State::PaymentDelivery);
    let asks_about_one = perceived.has_any(&[Signal::AskFabric, Signal::AskDetails])
        || (is_mid_sale && perceived.has(Signal::AskPhoto));
    let asks_about_garments = perceived.names_something()
        || !perceived.unwanted_colors.is_empty()
        || perceived.tells_size()
        || perceived.is_browsing()
        || perceived.has_any(&[
            Signal::AskSize,
            Signal::AskColors,
            Signal::OtherColor,
            Signal::AskPrice,
            Signal::AskPhoto,
            Signal::AskAvailability,
            Signal::AskFabric,
            Signal::AskDetails,
        ]);
    if !asks_about_garments
        || (is_answered && !perceived.names_something() && !perceived.tells_size())
    {
        if is_answered {
            nudge(draft);
            return Event::AskedPolicy;
        }
        return unread(draft);
    }
    if !draft.facts().payment.proof
        && let Some(event) = cart::keep_only(draft)
    {
        return event;
    }
    if cart::swaps_line(draft) {
        return cart::swap_line(draft);
    }
    if cart::changes_line(draft) {
        return cart::change_line(draft);
    }
    // "Цей костюм тоненький?" names a kind and means what is on offer.
    let is_list = draft.facts().shown.len() > 1;
    let is_open = draft.facts().choices.is_empty() && draft.facts().cart.is_empty();
    let has_one = !(is_open && is_list);
    let names_kind_only = is_mid_sale
        && has_one
        && perceived.products.is_empty()
        && perceived.colors.is_empty()
        && perceived.picks.is_empty()
        && !perceived.tells_size()
        && !perceived.is_browsing();
    let names_none = !perceived.names_something() || names_kind_only;
    if asks_about_one && draft.facts().choices.is_empty() && names_none {
        if !draft.facts().cart.is_empty() {
            present::answer_about_cart(draft);
            nudge(draft);
            return Event::AskedPolicy;
        }
        draft.ask(TemplateKey::DiscoveryAskModel, Values::none());
        return Event::AskedPolicy;
    }
    let outcome = choosing::choose(draft);
    present::present(draft, outcome)
}

/// What could not be read, or a yes to nothing: what is awaited is asked for again.
pub(super) fn unread(draft: &mut Draft<'_>) -> Event {
    if !draft.perceived.attachments.is_empty() && draft.perceived.words == 0 {
        draft.tell(TemplateKey::DiscoveryCannotOpen);
    }
    let is_awaited = !(draft.facts().choices.is_empty() && draft.facts().cart.is_empty());
    let lacks_size = draft.facts().choices.iter().all(|choice| choice.size.is_none());
    let is_size_known = !draft.facts().heights.is_empty();
    if draft.perceived.has(Signal::Consent) && lacks_size && is_awaited && is_size_known {
        // The garment does not come in the size: what does was offered to be shown.
        let outcome = choosing::look_for_height(draft);
        return present::present(draft, outcome);
    }
    if draft.perceived.has(Signal::Consent) && draft.session.state() == State::End {
        return take_leave(draft);
    }
    if let [id] = draft.facts().shown[..]
        && draft.perceived.has(Signal::Consent)
        && !is_awaited
    {
        // Yes, this one.
        draft.facts_mut().choices = vec![Choice::of(id)];
        return present::present(draft, choosing::Outcome::Chosen(Vec::new()));
    }
    if draft.perceived.has(Signal::Consent) && draft.facts().shown.is_empty() && !is_awaited {
        draft.facts_mut().search = Default::default();
        let outcome = choosing::browse(draft);
        return present::present(draft, outcome);
    }
    // "Для хлопчика", or a yes, beside a list: what the list lacks is asked for again.
    let goes_on = draft.perceived.has_any(&[Signal::Consent, Signal::ShopWord])
        && draft.perceived.unknown_words == 0
        && draft.facts().shown.len() > 1;
    if is_awaited {
        nudge(draft);
    } else if goes_on && draft.facts().heights.is_empty() {
        listing::ask_height(draft);
    } else if goes_on {
        draft.ask(TemplateKey::DiscoveryAskWhich, Values::none());
    } else {
        draft.ask(TemplateKey::DiscoveryNotUnderstood, Values::none());
    }
    Event::Unread
}
