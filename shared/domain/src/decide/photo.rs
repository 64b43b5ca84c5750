//! Photos that somebody has looked at: confident, unsure and not ours are three different answers.

use super::{choosing, draft::Draft, edges::Event, paying, present, service};
use crate::{
    model::Sight,
    prompts::{Placeholder, TemplateKey, Values},
    session::facts::{EscalationReason, Paying},
};

/// How many photos in a row may be unclear before a human looks.
const UNCLEAR_PHOTOS: u32 = 2;

/// Says what the photos came to.
pub(super) fn answer(draft: &mut Draft<'_>) -> Event {
    let sights = &draft.perceived.sights;
    let found: Vec<_> = sights
        .iter()
        .filter_map(|sight| match sight {
            Sight::Garment { id, .. } => Some(*id),
            _ => None,
        })
        .collect();
    if !found.is_empty() {
        draft.facts_mut().flags.unclear_photos = 0;
        for id in found {
            if let Some(product) = draft.product(id) {
                let name = Values::none().with(Placeholder::Name, product.name.as_str());
                draft.name(id, None, None);
                draft.say(TemplateKey::VisionFound, name);
            }
        }
        let outcome = choosing::choose(draft);
        return present::present(draft, outcome);
    }
    let has = |wanted: &Sight| sights.contains(wanted);
    if has(&Sight::Receipt) {
        // One that was awaited was taken by its place in the conversation as a rule (decision 16).
        let (cart, placed) = (&draft.facts().cart, &draft.facts().placed);
        let key = if cart.is_empty() && placed.is_empty() {
            TemplateKey::DiscoveryAskWhat
        } else if !cart.is_empty() && draft.facts().paying() == Paying::NotAsked {
            TemplateKey::PaymentPhotoUnclear
        } else {
            return paying::take_proof(draft);
        };
        draft.ask(key, Values::none());
        return Event::SentUnclearPhoto;
    }
    let perhaps = sights.iter().find_map(|sight| match sight {
        Sight::Perhaps(id) => draft.product(*id),
        _ => None,
    });
    if let Some(product) = perhaps {
        let name = Values::none().with(Placeholder::Name, product.name.as_str());
        draft.name(product.id, None, None);
        draft.facts_mut().shown = vec![product.id];
        draft.ask(TemplateKey::VisionIsIt, name);
        return Event::SentPhoto;
    }
    let unclear = draft.facts().flags.unclear_photos.saturating_add(1);
    if has(&Sight::NotOurs) || unclear >= UNCLEAR_PHOTOS {
        draft.facts_mut().flags.unclear_photos = 0;
        return service::escalate(
            draft,
            EscalationReason::UnknownPhoto,
            TemplateKey::VisionManager,
        );
    }
    draft.facts_mut().flags.unclear_photos = unclear;
    draft.ask(TemplateKey::VisionClearer, Values::none());
    Event::SentPhoto
}
