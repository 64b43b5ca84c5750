//! ManyChat and Telegram: what comes in, what goes out, each channel's limits.
