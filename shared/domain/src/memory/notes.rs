//! What a turn learns of the customer, noted in the checkpoint until the next summary.

use jiff::Timestamp;

use super::{Fact, Known};
use crate::{perceive::Perceived, session::Session, turn::Action};

/// How many notes a conversation keeps; of more, the oldest go.
const MAX_NOTES: usize = 24;

/// How sure it is what the customer told in numbers.
const TOLD: u8 = 95;

/// How sure it is that who asks for a colour likes it.
const ASKED_FOR: u8 = 60;

/// How sure it is what was paid for.
const PAID: u8 = 100;

/// Notes what a turn has taught, after it was decided.
pub(crate) fn note(
    session: &mut Session,
    perceived: &Perceived,
    actions: &[Action],
    now: Timestamp,
) {
    let turn = session.turns().saturating_add(1);
    let mut learned: Vec<(Known, u8)> = Vec::new();
    let facts = session.facts();
    if actions.contains(&Action::PlaceOrder) {
        learned.extend(facts.cart.lines().iter().map(|line| {
            let color = line.color.clone();
            (Known::Bought { product: line.product_id, size: line.size, color }, PAID)
        }));
    }
    if !perceived.is_blocked {
        let told = |known: &Known| match known {
            Known::Height(height) => perceived.heights.contains(height),
            Known::City(city) => perceived.city.as_ref() == Some(city),
            Known::Branch(branch) => perceived.branch.as_ref() == Some(branch),
            _ => false,
        };
        let heights = facts.heights.iter().copied().map(Known::Height);
        let customer = &facts.customer;
        let standing = heights
            .chain(customer.city.clone().map(Known::City))
            .chain(customer.branch.map(Known::Branch))
            .chain(facts.payment.method.map(Known::Pays));
        // What stood in the checkpoint before is as old as it was when it was told.
        let is_news = |known: &Known| {
            let is_known = session.profile().knows(known)
                || session.notes().iter().any(|it| it.known == *known);
            told(known) || !is_known
        };
        learned.extend(standing.filter(is_news).map(|known| (known, TOLD)));
        learned.extend(perceived.ages.iter().map(|years| (Known::Age(*years), TOLD)));
        let unwanted = &perceived.unwanted_colors;
        learned.extend(unwanted.iter().cloned().map(|color| (Known::Refuses(color), TOLD)));
        let wanted = perceived.colors.iter().filter(|color| !unwanted.contains(color));
        learned.extend(wanted.cloned().map(|color| (Known::Likes(color), ASKED_FOR)));
    }
    let heights = facts.heights.clone();
    session.take_note(|notes| {
        // A height that was corrected was never one.
        notes.retain(|fact| match fact.known {
            Known::Height(height) => heights.is_empty() || heights.contains(&height),
            _ => true,
        });
        for (known, confidence) in learned {
            let is_single = !matches!(known, Known::Height(_) | Known::Age(_));
            notes.retain(|old| {
                old.known != known && !(is_single && old.contradicted_by(&known).is_some())
            });
            notes.push(Fact { known, turn, confidence, at: now });
        }
        notes.drain(..notes.len().saturating_sub(MAX_NOTES));
    });
}
