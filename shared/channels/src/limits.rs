//! What each channel takes.

use mirt_domain::channel::Channel;

/// The limits of one channel. Lengths are in UTF-16 code units, in which Telegram counts and which
/// is never less than what another counting gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest text of one message.
    pub text: usize,
    /// The longest words under a photo; 0 where a photo has none.
    pub caption: usize,
    /// The most messages in one call.
    pub messages_per_call: usize,
}

/// The limits of `channel`.
///
/// ManyChat's public documentation of dynamic content: 10 messages a call, 1000 characters a
/// message on Instagram, 2000 on Messenger, 4096 on WhatsApp and Telegram, photos without words.
/// Telegram Bot API 10.1: `sendMessage` 4096, `sendPhoto` caption 1024, one message a call.
#[must_use]
pub const fn of(channel: Channel) -> Limits {
    match channel {
        Channel::Instagram => Limits { text: 1000, caption: 0, messages_per_call: 10 },
        Channel::Facebook => Limits { text: 2000, caption: 0, messages_per_call: 10 },
        Channel::Whatsapp | Channel::ManychatTelegram => {
            Limits { text: 4096, caption: 0, messages_per_call: 10 }
        }
        Channel::Telegram => Limits { text: 4096, caption: 1024, messages_per_call: 1 },
    }
}

/// The longest text of a customer that is read, in characters: what is over says nothing that a
/// sale needs, and bounds the cost of a turn.
pub const MAX_INBOUND_TEXT: usize = 4000;

/// The most photos of one inbound message: Telegram's albums and Instagram's posts hold ten.
pub const MAX_INBOUND_PHOTOS: usize = 10;

/// The longest address of a photo, in bytes (`spec/integrations.md` 9.5).
pub const MAX_PHOTO_URL: usize = 2048;
