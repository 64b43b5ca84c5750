//! The transition function as something to look at: a table, a Mermaid diagram, an SVG picture.

use std::{collections::BTreeMap, fmt::Write};

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

/// How large the picture is, in its own units.
const WIDTH: u32 = 1000;
/// The height of a state's row.
const ROW: u32 = 74;

/// The edges as an SVG picture: each state a row, with what leads to it.
#[must_use]
pub fn svg() -> String {
    let mut into: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for ((from, to), labels) in arrows() {
        into.entry(to).or_default().push(format!("{from}: {}", labels.join(", ")));
    }
    let height = ROW * u32::try_from(State::ALL.len()).unwrap_or(0) + 20;
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n"
    );
    for (row, state) in (0..).zip(State::ALL) {
        let y = 10 + ROW * row;
        let name = short(state);
        let _ = writeln!(
            picture,
            "<rect x=\"700\" y=\"{y}\" width=\"280\" height=\"54\" rx=\"8\" fill=\"#eef\" \
             stroke=\"#88a\"/><text x=\"840\" y=\"{}\" text-anchor=\"middle\">{name}</text>",
            y + 32
        );
        for (line, label) in (0..).zip(into.get(name).into_iter().flatten()) {
            let _ = writeln!(
                picture,
                "<text x=\"676\" y=\"{}\" text-anchor=\"end\">{label} →</text>",
                y + 14 + 15 * line
            );
        }
    }
    picture.push_str("</svg>\n");
    picture
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
    use super::{EDGES, State, mermaid, short, svg, table};

    #[test]
    fn every_edge_is_in_the_table() {
        let table = table();
        assert_eq!(table.lines().count(), EDGES.len());
        assert!(EDGES.iter().all(|edge| table.contains(edge.name)));
    }

    #[test]
    fn every_state_is_in_both_diagrams() {
        let (mermaid, svg) = (mermaid(), svg());
        for state in State::ALL {
            assert!(mermaid.contains(short(state)), "{state:?}");
            assert!(svg.contains(short(state)), "{state:?}");
        }
    }
}
