//! What can be wrong with a template.

use saphyr::ScanError;

use super::yaml::Node;

/// Why a template cannot be run here. All of it is put right in the template or in the parameters
/// given with it; the line is the template's.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It is no YAML.
    #[error("line {line}: not readable as YAML")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// What the parser says.
        #[source]
        source: ScanError,
    },
    /// A resource, a parameter or an output is not as it must be.
    #[error("line {line}, {place}: {problem}")]
    Wiring {
        /// The line, from 1.
        line: usize,
        /// The logical id.
        place: String,
        /// What is wrong, in a few words.
        problem: String,
    },
    /// A value was given for a parameter that the template does not have.
    #[error("the template has no parameter {0}")]
    UnknownParameter(String),
}

impl From<ScanError> for TemplateError {
    fn from(source: ScanError) -> Self {
        Self::Syntax { line: source.marker().line(), source }
    }
}

impl TemplateError {
    /// Something is wrong with `node`, which belongs to `place`.
    pub(super) fn at(node: &Node, place: &str, problem: impl Into<String>) -> Self {
        Self::Wiring { line: node.line, place: place.to_owned(), problem: problem.into() }
    }
}
