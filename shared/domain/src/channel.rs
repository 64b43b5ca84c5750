//! Where a customer writes.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The messenger that a session lives in, and the service that carries its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Instagram Direct, carried by ManyChat.
    Instagram,
    /// Facebook Messenger, carried by ManyChat.
    Facebook,
    /// WhatsApp, carried by ManyChat.
    Whatsapp,
    /// A Telegram bot that ManyChat runs; its user ids are ManyChat's, not Telegram's.
    ManychatTelegram,
    /// Our own Telegram bot.
    Telegram,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 5] =
        [Self::Instagram, Self::Facebook, Self::Whatsapp, Self::ManychatTelegram, Self::Telegram];

    /// The name used in keys, addresses and traces.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Instagram => "instagram",
            Self::Facebook => "facebook",
            Self::Whatsapp => "whatsapp",
            Self::ManychatTelegram => "manychat_telegram",
            Self::Telegram => "telegram",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A channel's name that none of ours has.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown channel; known are instagram, facebook, whatsapp, manychat_telegram, telegram")]
pub struct UnknownChannel;

impl FromStr for Channel {
    type Err = UnknownChannel;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == name).ok_or(UnknownChannel)
    }
}
