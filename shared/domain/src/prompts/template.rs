//! A text with its placeholders, and filling them in.

use serde::{Deserialize, Serialize};

use super::{
    keys::TemplateKey,
    placeholder::{Kind, Placeholder},
};
use crate::{
    money::Money,
    size::{Height, Size},
};

/// One wording of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template {
    pub(super) bubbles: Vec<Vec<Segment>>,
}

/// A piece of a bubble.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Segment {
    /// Words as they stand in the file.
    Words(String),
    /// A fact to be filled in.
    Fact(Placeholder),
}

/// A value for a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// An exact amount.
    Money(Money),
    /// One size.
    Size(Size),
    /// Several sizes.
    Sizes(Vec<Size>),
    /// A child's height.
    Height(Height),
    /// A whole number.
    Number(u32),
    /// Words. Braces in them are words too: nothing is filled in twice.
    Text(String),
}

/// The values that a text is filled with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(Vec<(Placeholder, Value)>);

/// Why a text could not be filled in. Each is a fault of the code, not of the customer: the caller
/// sends what is safe instead and says in the trace that it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The prompts in use were built without this text.
    #[error("there is no text for {0}")]
    NoText(TemplateKey),
    /// The text names a fact that was not given.
    #[error("{key} names {placeholder}, which was not given")]
    MissingValue {
        /// The text.
        key: TemplateKey,
        /// The fact.
        placeholder: Placeholder,
    },
    /// A fact was given as another kind of value.
    #[error("{key} was given {placeholder} as another kind of value than {expected:?}")]
    WrongKind {
        /// The text.
        key: TemplateKey,
        /// The fact.
        placeholder: Placeholder,
        /// What it should be.
        expected: Kind,
    },
}

impl Template {
    /// The facts that the text names, in its order.
    pub fn placeholders(&self) -> impl Iterator<Item = Placeholder> {
        self.bubbles.iter().flatten().filter_map(|segment| match segment {
            Segment::Words(_) => None,
            Segment::Fact(placeholder) => Some(*placeholder),
        })
    }

    /// The text as its file has it, a bubble a line.
    pub(super) fn as_text(&self) -> String {
        let bubbles = self.bubbles.iter().map(|bubble| {
            let segments = bubble.iter().map(|segment| match segment {
                Segment::Words(words) => words.clone(),
                Segment::Fact(placeholder) => format!("{{{placeholder}}}"),
            });
            segments.collect::<String>()
        });
        bubbles.collect::<Vec<_>>().join("\n")
    }

    /// Fills in the values: the bubbles, in order.
    pub(super) fn fill(
        &self,
        key: TemplateKey,
        values: &Values,
    ) -> Result<Vec<String>, RenderError> {
        self.bubbles.iter().map(|bubble| fill_bubble(bubble, key, values)).collect()
    }
}

fn fill_bubble(
    bubble: &[Segment],
    key: TemplateKey,
    values: &Values,
) -> Result<String, RenderError> {
    let mut text = String::new();
    for segment in bubble {
        match segment {
            Segment::Words(words) => text.push_str(words),
            Segment::Fact(placeholder) => {
                let placeholder = *placeholder;
                let value = values
                    .get(placeholder)
                    .ok_or(RenderError::MissingValue { key, placeholder })?;
                let expected = placeholder.kind();
                if value.kind() != expected {
                    return Err(RenderError::WrongKind { key, placeholder, expected });
                }
                value.write_to(&mut text);
            }
        }
    }
    Ok(text)
}

impl Values {
    /// No value.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a value; one that was given before for the same placeholder is replaced.
    #[must_use]
    pub fn with(mut self, placeholder: Placeholder, value: impl Into<Value>) -> Self {
        self.0.retain(|(given, _)| *given != placeholder);
        self.0.push((placeholder, value.into()));
        self
    }

    /// The values as they are filled in.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Placeholder, String)> {
        self.0.iter().map(|(placeholder, value)| (*placeholder, value.as_text()))
    }

    /// The value of a placeholder as it is filled in.
    pub(crate) fn text(&self, placeholder: Placeholder) -> Option<String> {
        self.get(placeholder).map(Value::as_text)
    }

    fn get(&self, placeholder: Placeholder) -> Option<&Value> {
        self.0.iter().find(|(given, _)| *given == placeholder).map(|(_, value)| value)
    }
}

impl Value {
    const fn kind(&self) -> Kind {
        match self {
            Self::Money(_) => Kind::Money,
            Self::Size(_) => Kind::Size,
            Self::Sizes(_) => Kind::Sizes,
            Self::Height(_) => Kind::Height,
            Self::Number(_) => Kind::Number,
            Self::Text(_) => Kind::Text,
        }
    }

    fn as_text(&self) -> String {
        let mut text = String::new();
        self.write_to(&mut text);
        text
    }

    fn write_to(&self, text: &mut String) {
        match self {
            Self::Money(amount) => text.push_str(&amount.to_string()),
            Self::Size(size) => text.push_str(&size.to_string()),
            Self::Sizes(sizes) => {
                for (n, size) in sizes.iter().enumerate() {
                    if n > 0 {
                        text.push_str(", ");
                    }
                    text.push_str(&size.to_string());
                }
            }
            Self::Height(height) => text.push_str(&height.cm().to_string()),
            Self::Number(number) => text.push_str(&number.to_string()),
            Self::Text(words) => text.push_str(words),
        }
    }
}

impl From<Money> for Value {
    fn from(amount: Money) -> Self {
        Self::Money(amount)
    }
}

impl From<Size> for Value {
    fn from(size: Size) -> Self {
        Self::Size(size)
    }
}

impl From<Vec<Size>> for Value {
    fn from(sizes: Vec<Size>) -> Self {
        Self::Sizes(sizes)
    }
}

impl From<Height> for Value {
    fn from(height: Height) -> Self {
        Self::Height(height)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Value {
    fn from(words: &str) -> Self {
        Self::Text(words.to_owned())
    }
}

impl From<String> for Value {
    fn from(words: String) -> Self {
        Self::Text(words)
    }
}
