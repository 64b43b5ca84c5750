//! ManyChat and Telegram: what comes in, what goes out, each channel's limits.

mod http;
mod inbound;
pub mod limits;
pub mod manychat;
pub mod media;
pub mod split;
pub mod telegram;

use mirt_domain::{channel::Channel, photo::Photo, reply::Reply, session_id::SessionId};
use mirt_engine::{
    alert::{Alert, TellManager},
    card::{ManagersMessage, Telling},
    day_report::TellManagers,
    deliver::SendReply,
    failure::SendError,
};
use serde::Deserialize;

pub use inbound::ParseError;

/// Every channel's sender: which one takes a reply follows from the session.
#[derive(Clone, Debug)]
pub struct Channels {
    /// Instagram, Facebook, WhatsApp and ManyChat's Telegram bots.
    pub manychat: manychat::Sender,
    /// Our own Telegram bot.
    pub telegram: telegram::Sender,
    /// The Telegram chat in which that bot tells the managers; without one nobody is told.
    pub managers: Option<telegram::ManagersChat>,
}

/// The managers' chat alone, for what is about no conversation.
#[derive(Clone, Debug)]
pub struct Managers {
    telegram: telegram::Sender,
    chat: telegram::ManagersChat,
}

/// What of the channels' secret the managers' chat is spoken to with.
#[derive(Deserialize)]
pub struct ManagersKeys {
    telegram_bot_token: String,
    telegram_managers_bot_token: Option<String>,
}

impl Managers {
    /// The chat with the number `chat`, by the bot that is in it: the managers' own, or the
    /// customers'. `api` is where the Bot API is.
    #[must_use]
    pub fn new(http: reqwest::Client, api: &str, keys: &ManagersKeys, chat: i64) -> Self {
        let token = keys.telegram_managers_bot_token.as_ref().unwrap_or(&keys.telegram_bot_token);
        Self {
            telegram: telegram::Sender::new(http, api, token),
            chat: telegram::ManagersChat { id: chat, conversation_url: None, bot: None },
        }
    }
}

impl TellManagers for Managers {
    async fn tell_managers(&self, text: &str) -> Result<(), SendError> {
        self.telegram.announce(&self.chat, text).await
    }
}

impl Channels {
    /// The managers' bot, where it is another than the customers'.
    fn managers_bot(&self) -> Option<&telegram::Sender> {
        self.managers.as_ref()?.bot.as_ref()
    }
}

impl SendReply for Channels {
    fn split(&self, channel: Channel, reply: &Reply) -> Vec<Reply> {
        let mut limits = limits::of(channel);
        if channel == Channel::Telegram {
            return split::into_calls(limits, reply);
        }
        let options = self.manychat.options();
        if options.taps == manychat::Taps::None {
            limits.quick_replies = 0;
        }
        let marks = reply.marks.iter().filter(|mark| options.takes(mark)).cloned().collect();
        split::into_calls(limits, &Reply { marks, ..reply.clone() })
    }

    async fn send(&self, to: &SessionId, part: &Reply) -> Result<(), SendError> {
        match to.channel {
            Channel::Telegram => self.telegram.send(to, part, self.managers_bot()).await,
            Channel::Instagram
            | Channel::Facebook
            | Channel::Whatsapp
            | Channel::ManychatTelegram => self.manychat.send(to, part).await,
        }
    }

    async fn show_typing(&self, to: &SessionId) {
        if to.channel == Channel::Telegram {
            self.telegram.show_typing(to).await;
        }
    }
}

impl TellManager for Channels {
    async fn tell_manager(
        &self,
        about: &SessionId,
        _: &Alert,
        telling: &Telling,
    ) -> Result<Option<ManagersMessage>, SendError> {
        let Some(chat) = &self.managers else {
            return Err(SendError::Refused { reason: "no_managers_chat" });
        };
        self.managers_bot().unwrap_or(&self.telegram).tell(chat, about, telling).await
    }

    async fn show_photo(&self, below: &ManagersMessage, photo: &Photo) -> Result<(), SendError> {
        let Some(chat) = &self.managers else {
            return Err(SendError::Refused { reason: "no_managers_chat" });
        };
        match &chat.bot {
            Some(bot) => bot.show_photo(chat, below, photo, Some(&self.telegram)).await,
            None => self.telegram.show_photo(chat, below, photo, None).await,
        }
    }
}
