//! What goes wrong, and when.

use std::collections::BTreeMap;

/// What happens to a call instead of its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An error with this code and name: `Error(420, "FLOOD_WAIT_3")`.
    Error(i32, &'static str),
    /// The connection is closed.
    Drop,
    /// Nothing, ever.
    Silence,
}

/// The faults to come, and the calls so far.
#[derive(Debug, Default)]
pub(crate) struct Script {
    calls: BTreeMap<String, u32>,
    /// By method and by which call of it, the first being 1.
    faults: BTreeMap<(String, u32), Fault>,
}

impl Script {
    /// Counts a call, and gives its fault.
    pub(crate) fn next(&mut self, method: &str) -> Option<Fault> {
        let count = self.calls.entry(method.to_owned()).or_default();
        *count += 1;
        self.faults.remove(&(method.to_owned(), *count))
    }

    pub(crate) fn calls(&self, method: &str) -> u32 {
        self.calls.get(method).copied().unwrap_or_default()
    }

    /// The `nth` call of the method from now on goes wrong.
    pub(crate) fn add(&mut self, method: &str, nth: u32, fault: Fault) {
        let at = self.calls(method) + nth;
        self.faults.insert((method.to_owned(), at), fault);
    }
}
