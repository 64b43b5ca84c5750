//! What was found, and what to do about it.

use serde::Serialize;
use serde_json::json;

use crate::output;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// Well.
    Ok,
    /// To be looked at, at leisure.
    Warning,
    /// Broken.
    Fault,
}

/// One thing that was checked.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Finding {
    /// What was checked.
    pub(super) check: String,
    pub(super) verdict: Verdict,
    /// What was found. Holds no key and nobody's name.
    pub(super) found: String,
    /// What to do, where something is to be done.
    #[serde(rename = "do", skip_serializing_if = "Option::is_none")]
    pub(super) todo: Option<String>,
}

/// All that was checked, in order.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    /// It is well.
    pub(super) fn well(&mut self, check: impl Into<String>, found: impl Into<String>) {
        let (check, found) = (check.into(), found.into());
        self.0.push(Finding { check, verdict: Verdict::Ok, found, todo: None });
    }

    /// It is to be looked at.
    pub(super) fn warn(
        &mut self,
        check: impl Into<String>,
        found: impl Into<String>,
        todo: impl Into<String>,
    ) {
        let (check, found, todo) = (check.into(), found.into(), Some(todo.into()));
        self.0.push(Finding { check, verdict: Verdict::Warning, found, todo });
    }

    /// It is broken.
    pub(super) fn fault(
        &mut self,
        check: impl Into<String>,
        found: impl Into<String>,
        todo: impl Into<String>,
    ) {
        let (check, found, todo) = (check.into(), found.into(), Some(todo.into()));
        self.0.push(Finding { check, verdict: Verdict::Fault, found, todo });
    }

    /// Whether nothing is broken.
    pub(super) fn are_well(&self) -> bool {
        self.0.iter().all(|finding| finding.verdict != Verdict::Fault)
    }

    /// Prints them: a line each with what to do below it, or an object a line.
    pub(super) fn print(&self, as_json: bool) {
        if as_json {
            self.0.iter().for_each(|finding| output::line(json!(finding)));
            return;
        }
        let width = self.0.iter().map(|it| it.check.chars().count()).max().unwrap_or_default();
        for Finding { check, verdict, found, todo } in &self.0 {
            let word = match verdict {
                Verdict::Ok => "ok     ",
                Verdict::Warning => "warning",
                Verdict::Fault => "FAULT  ",
            };
            output::line(format_args!("{word}  {check:width$}  {found}"));
            if let Some(todo) = todo {
                output::line(format_args!("         {:width$}  -> {todo}", ""));
            }
        }
        let count = |verdict| self.0.iter().filter(|it| it.verdict == verdict).count();
        output::line(format_args!(
            "{} checks: {} faults, {} warnings",
            self.0.len(),
            count(Verdict::Fault),
            count(Verdict::Warning)
        ));
    }
}
