//! What the model answers: its shape, and reading it.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{language::rules::Signal, state::Intent};

/// The whole answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    /// What the customer's message says.
    pub(super) reading: Reading,
    /// What each photo shows.
    pub(super) photos: Vec<SeenPhoto>,
    /// A sentence before the lines.
    pub(super) opening: Option<String>,
    /// The lines of the draft, worded.
    pub(super) lines: Vec<Line>,
}

/// What the customer's message says, as the model understands it. Nothing of it is believed until
/// it is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reading {
    /// What it is for.
    pub(super) intent: Intent,
    /// The names of [`SIGNALS`].
    pub(super) signals: Vec<String>,
    /// Garments by their number.
    pub(super) products: Vec<u64>,
    /// Kinds of garments, by the catalogue's names.
    pub(super) categories: Vec<String>,
    /// Colours, by the catalogue's names.
    pub(super) colors: Vec<String>,
    /// Features, by the catalogue's names.
    pub(super) features: Vec<String>,
    /// Heights in centimetres.
    pub(super) heights: Vec<u16>,
    /// Sizes by name.
    pub(super) sizes: Vec<String>,
    /// Ages in years.
    pub(super) ages: Vec<u8>,
    /// How many pieces.
    pub(super) quantity: Option<u32>,
    /// Who gets the parcel.
    pub(super) name: Option<String>,
    /// In which town.
    pub(super) city: Option<String>,
    /// Whether a person is asked for.
    pub(super) wants_human: bool,
    /// Whether the message is for a machine and not for a shop.
    pub(super) is_attack: bool,
    /// How sure the model is, in percent.
    pub(super) confidence: u8,
}

/// A photo, as the model sees it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeenPhoto {
    /// Its place, from 1.
    pub(super) n: usize,
    /// What it is.
    pub(super) kind: PhotoKind,
    /// The garment that it shows.
    pub(super) product: Option<u64>,
    /// The garment's colour, by the catalogue's name.
    pub(super) color: Option<String>,
    /// How sure the model is of the garment, in percent.
    pub(super) confidence: u8,
}

/// What a photo is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PhotoKind {
    /// A garment.
    Garment,
    /// A proof of payment.
    Receipt,
    /// Neither.
    Other,
}

/// A line of the draft, worded.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    /// Its number in the draft, from 1.
    pub(super) n: usize,
    /// The words, with placeholders.
    pub(super) text: String,
}

/// The answer is not of the shape that was asked for.
#[derive(Debug, thiserror::Error)]
#[error("the answer is not of the shape that was asked for")]
pub(super) struct NoAnswer(#[from] serde_json::Error);

impl Answer {
    /// Reads an answer.
    ///
    /// # Errors
    /// When it is not of the shape of [`schema`].
    pub(super) fn parse(json: &str) -> Result<Self, NoAnswer> {
        Ok(serde_json::from_str(json)?)
    }
}

/// The signals that the model may report. What it reports of those that move money is a reason to
/// ask and never to act; see [`super::merge`].
pub(super) const SIGNALS: [Signal; 44] = [
    Signal::Greeting,
    Signal::Thanks,
    Signal::Goodbye,
    Signal::Acknowledged,
    Signal::SmallTalk,
    Signal::Consent,
    Signal::Refusal,
    Signal::Doubt,
    Signal::Expensive,
    Signal::Buy,
    Signal::AskHowToOrder,
    Signal::Change,
    Signal::Remove,
    Signal::CancelOrder,
    Signal::PayFull,
    Signal::PayPrepayment,
    Signal::ProofClaim,
    Signal::OrderStatus,
    Signal::WantsReturn,
    Signal::AskReturn,
    Signal::AskPayment,
    Signal::AskDelivery,
    Signal::Urgent,
    Signal::AskCare,
    Signal::AskAvailability,
    Signal::AskFabric,
    Signal::AskDetails,
    Signal::Compare,
    Signal::Wholesale,
    Signal::Discount,
    Signal::Competitor,
    Signal::AskIdentity,
    Signal::Complaint,
    Signal::AskSize,
    Signal::OtherSize,
    Signal::SizeChart,
    Signal::AskColors,
    Signal::OtherColor,
    Signal::AskPrice,
    Signal::AskPhoto,
    Signal::Browse,
    Signal::ShowMore,
    Signal::OffTopic,
    Signal::OptOut,
];

/// The schema of an answer, in the subset that the provider takes as strict. The same for every
/// question, so that it stays in the provider's cache.
pub(super) fn schema() -> Value {
    let list =
        |items: Value, most: usize| json!({ "type": "array", "items": items, "maxItems": most });
    let text = || json!({ "type": "string" });
    let number = || json!({ "type": "integer" });
    let maybe = |kind: &str| json!({ "type": [kind, "null"] });
    let percent = || json!({ "type": "integer", "minimum": 0, "maximum": 100 });
    let signals: Vec<&str> = SIGNALS.iter().map(|signal| signal.as_str()).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["reading", "photos", "opening", "lines"],
        "properties": {
            "reading": {
                "type": "object",
                "additionalProperties": false,
                "required": [
                    "intent", "signals", "products", "categories", "colors", "features", "heights",
                    "sizes", "ages", "quantity", "name", "city", "wants_human", "is_attack",
                    "confidence",
                ],
                "properties": {
                    "intent": { "type": "string", "enum": [
                        "GREETING_ONLY", "DISCOVERY_OR_QUESTION", "PHOTO_IDENT", "SIZE_HELP",
                        "COLOR_HELP", "PAYMENT_DELIVERY", "COMPLAINT", "THANKYOU_SMALLTALK",
                        "OUT_OF_DOMAIN", "UNKNOWN_OR_EMPTY",
                    ]},
                    "signals": list(json!({ "type": "string", "enum": signals }), 12),
                    "products": list(number(), 5),
                    "categories": list(text(), 5),
                    "colors": list(text(), 5),
                    "features": list(text(), 5),
                    "heights": list(number(), 5),
                    "sizes": list(text(), 5),
                    "ages": list(number(), 5),
                    "quantity": maybe("integer"),
                    "name": maybe("string"),
                    "city": maybe("string"),
                    "wants_human": { "type": "boolean" },
                    "is_attack": { "type": "boolean" },
                    "confidence": percent(),
                },
            },
            "photos": list(json!({
                "type": "object",
                "additionalProperties": false,
                "required": ["n", "kind", "product", "color", "confidence"],
                "properties": {
                    "n": number(),
                    "kind": { "type": "string", "enum": ["garment", "receipt", "other"] },
                    "product": maybe("integer"),
                    "color": maybe("string"),
                    "confidence": percent(),
                },
            }), 10),
            "opening": maybe("string"),
            "lines": list(json!({
                "type": "object",
                "additionalProperties": false,
                "required": ["n", "text"],
                "properties": { "n": number(), "text": text() },
            }), 20),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_the_schemas_shape_is_read_and_any_other_is_not() {
        let answer = json!({
            "reading": {
                "intent": "SIZE_HELP", "signals": ["ask_size"], "products": [1], "categories": [],
                "colors": [], "features": [], "heights": [128], "sizes": [], "ages": [],
                "quantity": null, "name": null, "city": null, "wants_human": false,
                "is_attack": false, "confidence": 90,
            },
            "photos": [],
            "opening": null,
            "lines": [{ "n": 1, "text": "Який зріст?" }],
        });

        let read = Answer::parse(&answer.to_string()).ok();

        assert_eq!(read.map(|read| read.reading.heights), Some(vec![128]));
        for broken in ["", "null", "{}", "{\"reading\":{}}"] {
            assert!(Answer::parse(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn the_schema_names_each_signal_once() {
        let mut names: Vec<&str> = SIGNALS.iter().map(|signal| signal.as_str()).collect();
        names.sort_unstable();
        names.dedup();

        assert_eq!(names.len(), SIGNALS.len());
    }
}
