//! What the black-box tests share: stub channels that check requests, and the running whole.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test whose surroundings fail must fail, at the place where they do"
)]

mod channel_stub;
pub mod cost;
mod crm_stub;
pub mod emitted;
pub mod lambda;
mod manychat_rules;
pub mod mirt;
mod openai_schema;
mod openai_stub;
mod telegram_schema;
mod xray_daemon;

pub use channel_stub::{ChannelStub, Sent, Shown};
pub use crm_stub::{CrmStub, CrmTrouble};
pub use manychat_rules::block_violations as manychat_violations;
pub use mirt::Mirt;
pub use openai_stub::{ModelReply, OpenAiStub};
pub use xray_daemon::Daemon;
