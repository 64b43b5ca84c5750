//! What is wrong in a file that a shop owner writes, and where.

use std::fmt;

/// One fault in a file of the catalogue or of the prompts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The file, as it was named to the parser.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong, in a sentence that says what would be right.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    /// `catalog/products/x.toml:12: ...`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// The line of a byte offset, counted from 1. An offset past the end is on the last line.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, line_of};

    #[test]
    fn a_diagnostic_reads_as_file_line_message() {
        let fault = Diagnostic { file: "a.toml".into(), line: 12, message: "no such size".into() };

        assert_eq!(fault.to_string(), "a.toml:12: no such size");
    }

    #[test]
    fn lines_are_counted_from_one_and_end_with_the_text() {
        assert_eq!(line_of("a\nb\nc", 0), 1);
        assert_eq!(line_of("a\nb\nc", 2), 2);
        assert_eq!(line_of("a\nb\nc", 99), 3);
    }
}
