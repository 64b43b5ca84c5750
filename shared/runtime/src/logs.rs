//! Logs: one JSON object a line, on standard output, where Lambda takes them from.
//!
//! Each line has a time, a level and the function; what it tells of, by a name of [`EVENTS`]; and,
//! while a request is worked on, its `trace` and its `session`. What spans know stands beside what
//! the event says, the innermost span's word before the others'.
//!
//! [`EVENTS`]: crate::events::EVENTS

use std::io;

use json_subscriber::JsonLayer;
use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, ParseError, Targets},
    fmt::time::SystemTime,
    layer::SubscriberExt as _,
    registry,
    util::SubscriberInitExt as _,
};

/// The level when none is set.
pub const DEFAULT_LEVEL: &str = "info";

/// Libraries that stay at `warn` unless named: what they say at lower levels can hold requests,
/// and with them customers' words.
const QUIET: [&str; 6] =
    ["aws_config", "aws_smithy_runtime", "hyper", "hyper_util", "reqwest", "rustls"];

/// Starts logging for `function` at `level`: `info`, or levels by module as in
/// `info,mirt_engine=debug`.
///
/// # Errors
/// When `level` cannot be read.
pub fn start(function: &str, level: &str) -> Result<(), ParseError> {
    let ours: Targets = level.parse()?;
    let named: Vec<_> = ours.iter().map(|(target, _)| target.to_owned()).collect();
    let quiet = QUIET
        .iter()
        .filter(|library| !named.iter().any(|target| target.starts_with(**library)))
        .map(|library| (*library, LevelFilter::WARN));
    let mut lines = JsonLayer::new(io::stdout);
    lines.with_timer("timestamp", SystemTime);
    lines.with_level("level");
    lines.add_static_field("function", function.into());
    lines.with_top_level_flattened_span_list();
    lines.with_flattened_event();
    // A second start keeps the first one's logs.
    let _ = registry().with(lines.with_filter(ours.with_targets(quiet))).try_init();
    Ok(())
}
