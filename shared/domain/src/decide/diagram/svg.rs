//! The transition function as an SVG picture: a box a state, an arrow an edge.
//!
//! Edges that leave every state come from one tall box on the left, each to its state. Edges of
//! single states run along the right, each in a lane of its own. Edges that lead nowhere are told
//! inside the boxes.

use std::fmt::Write;

use super::{EDGES, Edge, State, To, event, short};

/// The size of a letter and the distance of two lines, in the picture's own units.
const FONT: usize = 12;
const LINE: usize = 22;
/// Around everything, and between two boxes.
const MARGIN: usize = 24;
const GAP: usize = 18;
/// The box of every state: where it ends.
const ANY_RIGHT: usize = 170;
/// The boxes of the states: where they begin and end.
const LEFT: usize = 520;
const RIGHT: usize = 780;
/// The first lane on the right, after the words of an arrow, and the distance of two lanes.
const FIRST_LANE: usize = RIGHT + 250;
const LANE: usize = 16;
/// The most letters of a line inside a box.
const BOX_CHARS: usize = 36;

/// A state's box, and what of it is drawn already.
struct Place {
    state: State,
    top: usize,
    height: usize,
    /// What is written in it.
    words: Vec<String>,
    /// How many arrows end or begin on its right.
    used: usize,
}

/// An arrow between two single states.
struct Arrow {
    name: &'static str,
    from: State,
    to: State,
    label: String,
}

/// The picture.
#[must_use]
pub fn svg() -> String {
    let arrows = between_states();
    let (mut places, bottom) = places(&arrows);
    let width = FIRST_LANE + LANE * arrows.len() + MARGIN;
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {}\" \
         font-family=\"sans-serif\" font-size=\"{FONT}\">\n\
         <defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" \
         markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#446\"/></marker></defs>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        bottom + MARGIN
    );
    any_box(&mut picture, bottom);
    for place in &places {
        state_box(&mut picture, place);
        from_anywhere(&mut picture, place);
    }
    for (lane, arrow) in arrows.iter().enumerate() {
        between(&mut picture, &mut places, arrow, FIRST_LANE + LANE * lane);
    }
    picture.push_str("</svg>\n");
    picture
}

/// The boxes of the states one below the other, each as high as its arrows need, and where the last
/// one ends.
fn places(arrows: &[Arrow]) -> (Vec<Place>, usize) {
    let mut top = MARGIN;
    let places = State::ALL.map(|state| {
        let words = wrapped(&stays(Some(state)));
        let beside = |arrow: &&Arrow| arrow.from == state || arrow.to == state;
        let on_the_right = arrows.iter().filter(beside).count();
        let lines = into(state).count().max(words.len() + 1).max(on_the_right).max(2);
        let place = Place { state, top, height: lines * LINE + LINE / 2, words, used: 0 };
        top += place.height + GAP;
        place
    });
    (places.into(), top - GAP)
}

/// The edges that lead to a state from every state.
fn into(state: State) -> impl Iterator<Item = &'static Edge> {
    EDGES.iter().filter(move |edge| {
        edge.from.is_empty() && matches!(edge.to, To::Place(to, _) if to == state)
    })
}

/// The edges that lead from one state to another.
fn between_states() -> Vec<Arrow> {
    let mut arrows = Vec::new();
    for edge in EDGES {
        let To::Place(to, _) = edge.to else { continue };
        for from in edge.from.iter().filter(|from| **from != to) {
            arrows.push(Arrow { name: edge.name, from: *from, to, label: label(edge) });
        }
    }
    arrows
}

/// What keeps a state where it is, as words; of the edges of every state where none is given.
fn stays(state: Option<State>) -> String {
    let is_meant = |edge: &&Edge| match state {
        Some(state) => edge.from.contains(&state),
        None => edge.from.is_empty(),
    };
    let leads_nowhere = |edge: &&Edge| match edge.to {
        To::Stay => true,
        To::Place(to, _) => state == Some(to),
    };
    let edges = EDGES.iter().filter(is_meant).filter(leads_nowhere);
    let events: Vec<String> = edges.map(|edge| event(edge.on)).collect();
    if events.is_empty() { String::new() } else { format!("stays on {}", events.join(", ")) }
}

/// An edge's name with what makes it taken.
fn label(edge: &Edge) -> String {
    format!("{}: {}", edge.name, event(edge.on))
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < BOX_CHARS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn any_box(picture: &mut String, bottom: usize) {
    rectangle(picture, MARGIN, MARGIN, ANY_RIGHT - MARGIN, bottom - MARGIN, "#f4f4f8");
    let middle = (MARGIN + ANY_RIGHT) / 2;
    title(picture, middle, MARGIN + LINE, "any state");
    let stays = stays(None);
    for (line, word) in stays.split(' ').enumerate() {
        let y = MARGIN + LINE * 3 + line * (FONT + 4);
        text(picture, middle, y, "middle", word.trim_end_matches(','));
    }
}

/// Its class and the data attribute are for who marks a conversation's place in the picture.
fn state_box(picture: &mut String, place: &Place) {
    let _ = writeln!(picture, "<g class=\"state\" data-state=\"{}\">", short(place.state));
    rectangle(picture, LEFT, place.top, RIGHT - LEFT, place.height, "#eef2ff");
    let middle = (LEFT + RIGHT) / 2;
    title(picture, middle, place.top + LINE, short(place.state));
    for (line, words) in place.words.iter().enumerate() {
        text(picture, middle, place.top + LINE * 2 + line * (FONT + 4), "middle", words);
    }
    picture.push_str("</g>\n");
}

/// The arrows that lead to a state from every state.
fn from_anywhere(picture: &mut String, place: &Place) {
    for (line, edge) in into(place.state).enumerate() {
        let y = place.top + LINE * (line + 1);
        arrow(picture, edge.name, "", &format!("M{ANY_RIGHT} {y}H{LEFT}"));
        let To::Place(_, phase) = edge.to else { continue };
        let words = format!("{} → {phase:?}", label(edge));
        text(picture, ANY_RIGHT + 8, y - 4, "start", &words);
    }
}

/// An arrow between two states, out to its lane, along it and back.
fn between(picture: &mut String, places: &mut [Place], own: &Arrow, lane: usize) {
    let mut slot = |state: State| {
        let place = places.iter_mut().find(|place| place.state == state)?;
        place.used += 1;
        Some(place.top + LINE * place.used)
    };
    let (Some(from), Some(to)) = (slot(own.from), slot(own.to)) else { return };
    let path = format!("M{RIGHT} {from}H{lane}V{to}H{RIGHT}");
    arrow(picture, own.name, short(own.from), &path);
    text(picture, RIGHT + 8, from - 4, "start", &own.label);
}

// Writing to a string cannot fail.

fn rectangle(picture: &mut String, x: usize, y: usize, width: usize, height: usize, fill: &str) {
    let _ = writeln!(
        picture,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{fill}\" \
         stroke=\"#88a\"/>"
    );
}

fn title(picture: &mut String, x: usize, y: usize, words: &str) {
    let _ = writeln!(
        picture,
        "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" font-weight=\"bold\">{words}</text>"
    );
}

fn text(picture: &mut String, x: usize, y: usize, anchor: &str, words: &str) {
    let _ = writeln!(picture, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{words}</text>");
}

/// An arrow with its edge's name and the state that it leaves, none where it leaves every state: for
/// who marks a path in the picture.
fn arrow(picture: &mut String, name: &str, from: &str, path: &str) {
    let _ = writeln!(
        picture,
        "<path class=\"edge\" data-edge=\"{name}\" data-from=\"{from}\" d=\"{path}\" fill=\"none\" stroke=\"#446\" marker-end=\"url(#head)\"/>"
    );
}

#[cfg(test)]
mod tests {
    use super::{EDGES, State, To, short, svg};

    #[test]
    fn every_state_has_a_box_and_every_edge_that_leads_somewhere_an_arrow() {
        let picture = svg();

        for state in State::ALL {
            assert!(picture.contains(&format!(">{}<", short(state))), "{state:?}");
        }
        let leading = EDGES.iter().filter(|edge| matches!(edge.to, To::Place(..)));
        for edge in leading {
            assert!(picture.contains(&format!(">{}: ", edge.name)), "{}", edge.name);
        }
        let is_self =
            |edge: &super::Edge, from: State| matches!(edge.to, To::Place(to, _) if to == from);
        let arrows: usize = EDGES
            .iter()
            .filter(|edge| matches!(edge.to, To::Place(..)))
            .map(|edge| match edge.from.len() {
                0 => 1,
                _ => edge.from.iter().filter(|from| !is_self(edge, **from)).count(),
            })
            .sum();
        assert_eq!(picture.matches("marker-end").count(), arrows);
    }
}
