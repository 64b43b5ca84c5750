//! Logs: one JSON object a line, on standard output, where Lambda takes them from.

use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, ParseError, Targets},
    fmt::layer,
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

/// Starts logging at `level`: `info`, or levels by module as in `info,mirt_engine=debug`.
///
/// # Errors
/// When `level` cannot be read.
pub fn start(level: &str) -> Result<(), ParseError> {
    let ours: Targets = level.parse()?;
    let named: Vec<_> = ours.iter().map(|(target, _)| target.to_owned()).collect();
    let quiet = QUIET
        .iter()
        .filter(|library| !named.iter().any(|target| target.starts_with(**library)))
        .map(|library| (*library, LevelFilter::WARN));
    let lines = layer().json().flatten_event(true).with_span_list(false).with_target(false);
    // A second start keeps the first one's logs.
    let _ = registry().with(lines.with_filter(ours.with_targets(quiet))).try_init();
    Ok(())
}
