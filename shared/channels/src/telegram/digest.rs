//! Digests of Telegram's history, sent to a chat by the bot.

use mirt_domain::channel::Channel;
use mirt_engine::failure::SendError;
use mirt_history::digest::SendDigest;
use serde_json::json;

use super::{Sender, send};
use crate::{limits, split};

impl SendDigest for Sender {
    fn parts(&self, text: &str) -> Vec<String> {
        split::cut(text, limits::of(Channel::Telegram).text)
    }

    async fn send_digest(&self, chat: i64, part: &str) -> Result<(), SendError> {
        // Without a parse mode, because strangers' words are in it; without previews, because a
        // digest is full of links.
        let body = json!({
            "chat_id": chat, "text": part, "link_preview_options": { "is_disabled": true },
        });
        self.call("sendMessage", &body, send::judge).await.map(|_| ())
    }
}
