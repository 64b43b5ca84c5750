//! A product that is being written: its answers, and its file.

use std::fmt::Write as _;

use mirt_domain::catalog::{Catalog, Product};
use toml_edit::{Array, DocumentMut, Value};

/// The answers so far. What was not asked yet holds something that is right for the shop, so that the
/// checks of the whole can run after each answer.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) other_names: Vec<String>,
    pub(super) category: String,
    /// Size and hryvnias.
    pub(super) prices: Vec<(String, i64)>,
    pub(super) colors: Vec<DraftColor>,
    pub(super) fabric: String,
    pub(super) special: String,
    pub(super) features: Vec<String>,
    pub(super) seen_fabric: String,
    pub(super) seen_marks: Vec<String>,
    pub(super) seen_only: String,
}

/// One colour of it.
#[derive(Clone, Debug)]
pub(super) struct DraftColor {
    pub(super) color: String,
    pub(super) sku: String,
    pub(super) photo: String,
}

impl Draft {
    /// Nothing asked yet: an answer of each kind from a product that is there, and what must be a
    /// product's own made up.
    pub(super) fn like(model: &Product, catalog: &Catalog) -> Self {
        let highest = catalog.products().iter().map(|product| product.id.0).max().unwrap_or(0);
        let hryvnias = |(size, price): &(_, mirt_domain::money::Money)| {
            (format!("{size}"), i64::try_from(price.kopecks() / 100).unwrap_or(i64::MAX))
        };
        let color = model.colors.iter().take(1).map(|variant| DraftColor {
            color: variant.color.to_string(),
            sku: format!("{}-NEW", highest.saturating_add(1)),
            photo: variant.photo_url.clone(),
        });
        Self {
            id: highest.saturating_add(1),
            name: format!("{} {}", model.name, highest.saturating_add(1)),
            other_names: Vec::new(),
            category: model.category.to_string(),
            prices: model.prices.iter().map(hryvnias).collect(),
            colors: color.collect(),
            fabric: model.fabric.clone(),
            special: model.special.clone(),
            features: Vec::new(),
            seen_fabric: model.visual.fabric.clone(),
            seen_marks: model.visual.marks.clone(),
            seen_only: model.visual.only.clone(),
        }
    }

    /// The name of its file, and with it of the product: the name in Latin letters.
    pub(super) fn key(&self) -> String {
        let latin = deunicode::deunicode(&self.name).to_lowercase();
        let words =
            latin.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join("_")
    }

    /// Its file, with the comments that the other products' files have.
    pub(super) fn to_toml(&self) -> String {
        let mut text = String::new();
        let mut line = |line: String| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{line}");
        };
        line(format!("id = {}", self.id));
        line(format!("name = {}", quoted(&self.name)));
        line(format!("category = {}", quoted(&self.category)));
        line(String::new());
        line("# What customers read and search by. Features are those of ../features.toml.".into());
        line(format!("fabric = {}", quoted(&self.fabric)));
        line("details = []".into());
        line(format!("special = {}", quoted(&self.special)));
        line(format!("features = {}", list(&self.features)));
        line(String::new());
        line("# UAH. A size that is not here is not sold.".into());
        line("[prices_uah]".into());
        for (size, price) in &self.prices {
            line(format!("{} = {price}", quoted(size)));
        }
        for color in &self.colors {
            line(String::new());
            line("[[color]]".into());
            line(format!("color = {}", quoted(&color.color)));
            line(format!("label = {}", quoted(&color.color)));
            line(format!("sku = {}", quoted(&color.sku)));
            line(format!("photo = {}", quoted(&color.photo)));
        }
        line(String::new());
        line("# What a photo of it is recognised by; read by the vision model, in English.".into());
        line("[visual]".into());
        line(format!("fabric = {}", quoted(&self.seen_fabric)));
        line(format!("marks = {}", list(&self.seen_marks)));
        line(format!("only = {}", quoted(&self.seen_only)));
        text
    }

    /// `catalog/aliases.toml` with its other names at the end; comments and order stay.
    ///
    /// # Errors
    /// When the file cannot be read as TOML.
    pub(super) fn aliases(&self, file: &str) -> Result<String, toml_edit::TomlError> {
        let mut document: DocumentMut = file.parse()?;
        for name in &self.other_names {
            document["aliases"][name.as_str()] = toml_edit::value(self.key());
        }
        Ok(document.to_string())
    }
}

/// A string as TOML writes it.
fn quoted(text: &str) -> Value {
    Value::from(text)
}

fn list(texts: &[String]) -> Array {
    texts.iter().map(String::as_str).collect()
}
