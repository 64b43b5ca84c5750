//! What every function starts with: settings, logs, the clock.

pub mod clock;
pub mod events;
pub mod logs;
pub mod mask;
pub mod process;
pub mod settings;
pub mod xray;
