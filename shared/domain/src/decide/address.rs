//! The delivery data: taking them in and reading them back.

use super::draft::Draft;
use crate::{
    language::rules::Signal,
    perceive::AddressPart,
    prompts::{Placeholder, TemplateKey, Values},
    session::customer::{Branch, BranchKind, Customer, NamePart},
};

pub(super) fn take_address(draft: &mut Draft<'_>) {
    let perceived = draft.perceived;
    let customer = &mut draft.facts_mut().customer;
    for part in &perceived.withdrawn {
        match part {
            AddressPart::Name => customer.name = None,
            AddressPart::Phone => customer.phone = None,
            AddressPart::City => customer.city = None,
            AddressPart::Branch => customer.branch = None,
        }
    }
    if let Some(Ok(phone)) = &perceived.phone {
        customer.phone = Some(phone.clone());
    }
    if let Some(name) = &perceived.name {
        customer.name = Some(name.clone());
        customer.name_part = None;
    } else if let Some(part) = &perceived.name_part {
        take_name_part(customer, part);
    }
    if let Some(city) = &perceived.city {
        customer.city = Some(city.clone());
    }
    if perceived.branch.is_some() {
        customer.branch = perceived.branch;
    }
    if perceived.tells_address() || perceived.has(Signal::SameData) {
        let flags = &mut draft.facts_mut().flags;
        flags.asked_same_data = false;
        flags.data_of_earlier_order = false;
    }
}

/// Two halves of a name make one, the surname first.
fn take_name_part(customer: &mut Customer, part: &NamePart) {
    match customer.name_part.take() {
        Some(other) if other.is_first != part.is_first => {
            let (surname, first) = if part.is_first { (&other, part) } else { (part, &other) };
            customer.name = Some(format!("{} {}", surname.word, first.word));
        }
        _ => customer.name_part = Some(part.clone()),
    }
}

/// The delivery data that are not known yet, as words.
pub(super) fn missing(draft: &Draft<'_>) -> String {
    let customer = &draft.facts().customer;
    let name = match &customer.name_part {
        None => TemplateKey::OrderPartName,
        Some(part) if part.is_first => TemplateKey::OrderPartSurname,
        Some(_) => TemplateKey::OrderPartFirstName,
    };
    let parts = [
        (customer.name.is_none(), name),
        (customer.phone.is_none(), TemplateKey::OrderPartPhone),
        (customer.city.is_none(), TemplateKey::OrderPartCity),
        (customer.branch.is_none(), TemplateKey::OrderPartBranch),
    ];
    let missing: Vec<String> = parts
        .into_iter()
        .filter(|(is_missing, _)| *is_missing)
        .map(|(_, key)| draft.words(key, &Values::none()))
        .collect();
    missing.join(", ")
}

/// Where a parcel is picked up, as words.
fn branch_in_words(draft: &Draft<'_>, branch: Branch) -> String {
    let key = match branch.kind {
        BranchKind::Branch => TemplateKey::OrderBranch,
        BranchKind::Locker => TemplateKey::OrderLocker,
    };
    draft.words(key, &Values::none().with(Placeholder::N, branch.number))
}

pub(super) fn address(draft: &Draft<'_>) -> Values {
    let customer = &draft.facts().customer;
    let branch = customer.branch.map(|branch| branch_in_words(draft, branch));
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    Values::none()
        .with(Placeholder::Customer, text(&customer.name))
        .with(Placeholder::Phone, text(&customer.phone))
        .with(Placeholder::City, text(&customer.city))
        .with(Placeholder::Branch, branch.unwrap_or_default())
}
