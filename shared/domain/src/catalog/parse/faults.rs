//! Collecting faults with their places.

use crate::diagnostic::{Diagnostic, line_of};

/// One file as it was handed in.
pub(super) struct File<'t> {
    pub(super) path: &'t str,
    pub(super) text: &'t str,
}

impl<'t> File<'t> {
    pub(super) const fn new(path: &'t str, text: &'t str) -> Self {
        Self { path, text }
    }
}

/// Every fault found so far.
#[derive(Default)]
pub(super) struct Faults(Vec<Diagnostic>);

impl Faults {
    /// Notes a fault at a byte offset of a file.
    pub(super) fn add(&mut self, file: &File<'_>, offset: usize, message: impl Into<String>) {
        self.0.push(Diagnostic {
            file: file.path.to_owned(),
            line: line_of(file.text, offset),
            message: message.into(),
        });
    }

    /// All of them, ordered by file and line.
    pub(super) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.0.sort();
        self.0
    }
}
