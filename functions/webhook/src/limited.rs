//! A customer who writes too much.

use mirt_aws::{queue::InboundQueue, table::Table};
use mirt_domain::{
    prompts::{TemplateKey, Values},
    reply::{Bubble, Reply},
};
use mirt_engine::{event::InboundEvent, failure::chain, limit};

/// Sees to it that the customer hears of it. What is left undone is done with their next event.
pub(crate) async fn tell(table: &Table, queue: &InboundQueue, event: &InboundEvent) {
    if let Err(error) = limit::tell(table, queue, event, slow_down()).await {
        let channel = event.session.channel;
        tracing::error!(event = "limit_not_told", %channel, error = chain(&error));
    }
}

fn slow_down() -> Reply {
    let texts = mirt_content::prompts().render(TemplateKey::LimitsSlowDown, &Values::none(), 0);
    // The text has no placeholder, and the build checks that it is there.
    let bubbles = texts.unwrap_or_default().into_iter().map(Bubble::Text).collect();
    Reply { bubbles, ..Reply::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_something_to_say() {
        assert_eq!(slow_down().bubbles.len(), 1);
    }
}
