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
    /// The most answers to tap; 0 where there are none.
    pub quick_replies: usize,
    /// The most fields and tags in one call; 0 where there are none.
    pub marks_per_call: usize,
}

/// The limits of `channel`.
///
/// ManyChat's public documentation of dynamic content: 10 messages, 11 quick replies and 5 actions a
/// call, no quick replies on WhatsApp and Telegram, 1000 characters a message on Instagram, 2000 on
/// Messenger, 4096 on WhatsApp and Telegram, photos without words.
/// Telegram Bot API 10.1: `sendMessage` 4096, `sendPhoto` caption 1024, one message a call, inline
/// keyboards of up to 100 buttons, of which no more are used than elsewhere.
#[must_use]
pub const fn of(channel: Channel) -> Limits {
    match channel {
        Channel::Instagram => Limits { text: 1000, ..MANYCHAT },
        Channel::Facebook => Limits { text: 2000, ..MANYCHAT },
        Channel::Whatsapp | Channel::ManychatTelegram => Limits { quick_replies: 0, ..MANYCHAT },
        Channel::Telegram => Limits {
            text: 4096,
            caption: 1024,
            messages_per_call: 1,
            quick_replies: 11,
            marks_per_call: 0,
        },
    }
}

const MANYCHAT: Limits =
    Limits { text: 4096, caption: 0, messages_per_call: 10, quick_replies: 11, marks_per_call: 5 };

/// The longest text of a customer that is read, in characters: what is over says nothing that a
/// sale needs, and bounds the cost of a turn.
pub const MAX_INBOUND_TEXT: usize = 4000;

/// The most photos of one inbound message: Telegram's albums and Instagram's posts hold ten.
pub const MAX_INBOUND_PHOTOS: usize = 10;

/// The longest address of a photo, in bytes (`spec/integrations.md` 9.5).
pub const MAX_PHOTO_URL: usize = 2048;
