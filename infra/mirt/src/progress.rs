//! Bars for work that takes long, on standard error and on a terminal only: a script gets what there is
//! at the end.

use std::{fmt::Display, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output;

/// How a bar looks. The library checks it; a test draws it.
const BAR: &str = "{prefix} {bar:24.green} {pos}/{len}  {msg}";

/// The same where nobody knows how much there is.
const SPINNER: &str = "{prefix} {spinner:.green} {elapsed}  {msg}";

/// How often a spinner moves.
const TICK: Duration = Duration::from_millis(120);

/// A bar for one piece of work. It is gone when it is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// For work of so many parts.
    pub(crate) fn of(parts: u64, what: &'static str) -> Self {
        Self::on(ProgressDrawTarget::stderr(), Some(parts), what)
    }

    /// For work of which nobody knows how much it is.
    pub(crate) fn unknown(what: &'static str) -> Self {
        let progress = Self::on(ProgressDrawTarget::stderr(), None, what);
        progress.0.enable_steady_tick(TICK);
        progress
    }

    fn on(target: ProgressDrawTarget, parts: Option<u64>, what: &'static str) -> Self {
        let style = ProgressStyle::with_template(if parts.is_some() { BAR } else { SPINNER });
        let bar = ProgressBar::with_draw_target(parts, target);
        // Without it a bar is one of the library's own.
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("█░░");
        Self(bar.with_style(style).with_prefix(what))
    }

    /// So many parts are done.
    pub(crate) fn at(&self, done: u64) {
        self.0.set_position(done);
    }

    /// One more part is done.
    pub(crate) fn one_more(&self) {
        self.0.inc(1);
    }

    /// Says something beside the bar.
    pub(crate) fn say(&self, message: String) {
        self.0.set_message(message);
    }

    /// Prints a line of the result, above the bar.
    pub(crate) fn line(&self, line: impl Display) {
        self.0.suspend(|| output::line(line));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use indicatif::InMemoryTerm;

    use super::*;

    #[test]
    fn a_bar_grows_and_leaves_nothing_behind() {
        let terminal = InMemoryTerm::new(4, 80);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let progress = Progress::on(target, Some(4), "cases");

        progress.one_more();
        progress.at(2);
        progress.0.tick();
        let half = terminal.contents();
        drop(progress);

        assert!(half.contains("cases") && half.contains(&"█".repeat(12)), "{half}");
        assert!(half.contains("2/4"), "{half}");
        assert_eq!(terminal.contents(), "");
    }
}
