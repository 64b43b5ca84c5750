//! The transition function as something to look at: a table, a Mermaid diagram, an SVG picture.

mod svg;

use std::{collections::BTreeMap, fmt::Write};

pub use svg::svg;

use super::edges::{EDGES, Edge, Event, To};
use crate::state::State;

/// The edges as a table, one a line: name, states it leaves, event, where it leads.
#[must_use]
pub fn table() -> String {
    let mut table = String::new();
    for edge in EDGES {
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "{:<24} {:<28} {:<20} {}",
            edge.name,
            sources(edge).join(", "),
            event(edge.on),
            target(edge)
        );
    }
    table
}

/// The edges as a Mermaid state diagram.
#[must_use]
pub fn mermaid() -> String {
    let mut diagram = String::from("stateDiagram-v2\n    [*] --> INIT\n");
    for ((from, to), labels) in arrows() {
        let _ = writeln!(diagram, "    {from} --> {to}: {}", labels.join(", "));
    }
    diagram
}

/// Which arrows there are, with the events on each; every state is one source, `ANY`.
fn arrows() -> BTreeMap<(&'static str, &'static str), Vec<String>> {
    let mut arrows: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for edge in EDGES {
        if let To::Place(state, _) = edge.to {
            for from in sources(edge) {
                arrows.entry((from, short(state))).or_default().push(event(edge.on));
            }
        }
    }
    arrows
}

fn sources(edge: &Edge) -> Vec<&'static str> {
    if edge.from.is_empty() { vec!["ANY"] } else { edge.from.iter().copied().map(short).collect() }
}

fn target(edge: &Edge) -> String {
    match edge.to {
        To::Stay => "stays".to_owned(),
        To::Place(state, phase) => format!("{} / {phase:?}", short(state)),
    }
}

fn event(event: Event) -> String {
    format!("{event:?}")
}

/// A state's name without its number.
const fn short(state: State) -> &'static str {
    match state {
        State::Init => "INIT",
        State::Discovery => "DISCOVERY",
        State::Vision => "VISION",
        State::SizeColor => "SIZE_COLOR",
        State::Offer => "OFFER",
        State::PaymentDelivery => "PAYMENT_DELIVERY",
        State::Upsell => "UPSELL",
        State::End => "END",
        State::Complaint => "COMPLAINT",
        State::OutOfDomain => "OOD",
    }
}

#[cfg(test)]
mod tests {
    use super::{EDGES, State, mermaid, short, table};

    #[test]
    fn every_edge_is_in_the_table() {
        let table = table();
        assert_eq!(table.lines().count(), EDGES.len());
        assert!(EDGES.iter().all(|edge| table.contains(edge.name)));
    }

    #[test]
    fn every_state_is_in_the_mermaid_diagram() {
        let mermaid = mermaid();
        for state in State::ALL {
            assert!(mermaid.contains(short(state)), "{state:?}");
        }
    }
}
