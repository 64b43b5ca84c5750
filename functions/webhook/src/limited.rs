//! A customer who writes too much.

use mirt_aws::{queue::InboundQueue, table::Table};
use mirt_domain::prompts::TemplateKey;
use mirt_engine::{event::InboundEvent, failure::chain, limit};

use crate::block::text;

/// Sees to it that the customer hears of it. What is left undone is done with their next event.
pub(crate) async fn tell(table: &Table, queue: &InboundQueue, event: &InboundEvent) {
    if let Err(error) = limit::tell(table, queue, event, text(TemplateKey::LimitsSlowDown)).await {
        let channel = event.session.channel;
        tracing::error!(event = "limit_not_told", %channel, error = chain(&error));
    }
}
