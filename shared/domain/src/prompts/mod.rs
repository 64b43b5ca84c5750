//! What customers read: texts in Markdown files, checked when the project is built.
//!
//! A file begins with front matter in TOML between two lines of `+++`, then has a `## key` heading
//! over each text. A line `---` parts two bubbles, `{name}` stands for a fact, and `## key #2`
//! gives the same text another wording.

mod instructions;
mod keys;
mod literals;
mod parse;
mod placeholder;
mod template;
#[cfg(test)]
mod tests;
mod tone;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::{
    instructions::Instruction,
    keys::{TemplateKey, UnknownTemplateKey},
    placeholder::{Kind, Placeholder, UnknownPlaceholder},
    template::{RenderError, Template, Value, Values},
    tone::{MAX_BUBBLE_CHARS, MAX_BUBBLE_EMOJI, ToneFault, tone_faults},
};

/// Every text that customers read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompts {
    version: String,
    files: BTreeMap<String, String>,
    templates: BTreeMap<TemplateKey, Vec<Template>>,
    instructions: BTreeMap<Instruction, String>,
}

impl Prompts {
    /// Names the content of all files, for traces; twelve hexadecimal digits.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Each file with the name of its content.
    pub fn file_versions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, version)| (path.as_str(), version.as_str()))
    }

    /// The wordings of a text, at least one; nothing for a name that no text has.
    #[must_use]
    pub fn template(&self, key: &str) -> Option<&[Template]> {
        let wordings = self.templates.get(&key.parse().ok()?)?;
        Some(wordings.as_slice())
    }

    /// What the model is told about something.
    #[must_use]
    pub fn instruction(&self, part: Instruction) -> &str {
        self.instructions.get(&part).map_or("", String::as_str)
    }

    /// All that the model is told.
    pub fn instructions(&self) -> impl Iterator<Item = (Instruction, &str)> {
        self.instructions.iter().map(|(part, text)| (*part, text.as_str()))
    }

    /// The wording that a seed chooses, with its placeholders, its bubbles a line each.
    #[must_use]
    pub fn wording(&self, key: TemplateKey, seed: u64) -> Option<String> {
        self.chosen(key, seed).map(Template::as_text)
    }

    fn chosen(&self, key: TemplateKey, seed: u64) -> Option<&Template> {
        let wordings = self.templates.get(&key).map_or(&[][..], Vec::as_slice);
        let choice = seed.checked_rem(wordings.len() as u64).unwrap_or_default();
        usize::try_from(choice).ok().and_then(|choice| wordings.get(choice))
    }

    /// Fills in a text: its bubbles, in order. Of several wordings the seed chooses one, the same
    /// seed always the same.
    ///
    /// # Errors
    /// When a fact that the text names is missing or of another kind.
    pub fn render(
        &self,
        key: TemplateKey,
        values: &Values,
        seed: u64,
    ) -> Result<Vec<String>, RenderError> {
        self.chosen(key, seed).ok_or(RenderError::NoText(key))?.fill(key, values)
    }
}
