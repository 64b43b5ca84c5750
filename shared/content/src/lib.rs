//! The shop's catalogue and prompts, checked when built and embedded.
