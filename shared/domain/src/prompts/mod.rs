//! What customers read: templates in Markdown files, checked when the project is built.

mod keys;

pub use self::keys::{TemplateKey, UnknownTemplateKey};
