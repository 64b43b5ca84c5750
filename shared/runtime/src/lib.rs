//! What every function starts with: settings, logs, the clock.

pub mod clock;
pub mod logs;
pub mod process;
pub mod settings;
