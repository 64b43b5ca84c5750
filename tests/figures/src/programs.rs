//! Where the programs are that are measured.

use std::path::PathBuf;

/// Beside this program, or in the packages that `sam build` made.
pub(crate) struct Programs {
    packages: Option<PathBuf>,
}

impl Programs {
    /// Those of a folder like `.aws-sam/build`, or of the build that this program is of.
    pub(crate) const fn new(packages: Option<PathBuf>) -> Self {
        Self { packages }
    }

    /// A function's program.
    pub(crate) fn function(&self, name: &str) -> PathBuf {
        let Some(packages) = &self.packages else { return sibling(name) };
        packages.join(resource(name)).join("bootstrap")
    }
}

/// What a function is called in `template.yaml`.
fn resource(name: &str) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    };
    name.split('-').map(capital).collect::<String>() + "Function"
}

/// A program of the same build as this one.
pub(crate) fn sibling(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("this program has a file");
    own.with_file_name(name)
}
