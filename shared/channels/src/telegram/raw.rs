//! The parts of the Bot API's updates that are read.

use mirt_domain::{decide::Manager, nickname::Nickname};
use serde::{Deserialize, de::IgnoredAny};

#[derive(Deserialize)]
pub(super) struct RawUpdate {
    pub(super) update_id: u64,
    pub(super) message: Option<RawMessage>,
    pub(super) edited_message: Option<RawMessage>,
    pub(super) callback_query: Option<RawCallback>,
}

#[derive(Deserialize)]
pub(super) struct RawMessage {
    pub(super) message_id: i64,
    pub(super) chat: RawChat,
    pub(super) from: Option<RawUser>,
    /// Seconds since 1970.
    pub(super) date: i64,
    /// Seconds since 1970.
    pub(super) edit_date: Option<i64>,
    pub(super) media_group_id: Option<String>,
    pub(super) text: Option<String>,
    pub(super) caption: Option<String>,
    #[serde(default)]
    pub(super) photo: Vec<RawPhotoSize>,
    pub(super) document: Option<RawFile>,
    pub(super) voice: Option<RawFile>,
    pub(super) audio: Option<RawFile>,
    pub(super) video: Option<RawFile>,
    pub(super) video_note: Option<RawFile>,
    pub(super) animation: Option<RawFile>,
    pub(super) sticker: Option<RawFile>,
    pub(super) contact: Option<RawContact>,
    pub(super) location: Option<IgnoredAny>,
    pub(super) poll: Option<IgnoredAny>,
    pub(super) reply_to_message: Option<RawAnswered>,
}

#[derive(Deserialize)]
pub(super) struct RawChat {
    pub(super) id: i64,
    r#type: String,
}

impl RawChat {
    pub(super) fn is_private(&self) -> bool {
        self.r#type == "private"
    }
}

#[derive(Clone, Deserialize)]
pub(super) struct RawUser {
    id: i64,
    pub(super) is_bot: bool,
    first_name: String,
    username: Option<String>,
}

impl RawUser {
    /// What the user calls themselves.
    pub(super) fn nickname(&self) -> Option<Nickname> {
        Nickname::parse(self.username.as_deref()?).ok()
    }

    /// The user as a manager, by the name that the others know.
    pub(super) fn into_manager(self) -> Manager {
        Manager { id: self.id, name: self.first_name }
    }
}

/// A message that another one answers.
#[derive(Deserialize)]
pub(super) struct RawAnswered {
    pub(super) message_id: i64,
}

#[derive(Deserialize)]
pub(super) struct RawPhotoSize {
    pub(super) file_id: String,
    pub(super) width: u32,
    pub(super) height: u32,
    /// In bytes.
    pub(super) file_size: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct RawFile {
    pub(super) file_id: String,
    /// In bytes.
    pub(super) file_size: Option<u64>,
    mime_type: Option<String>,
}

impl RawFile {
    /// Whether it is a photo that was sent as a file.
    pub(super) fn is_image(&self) -> bool {
        self.mime_type.as_deref().is_some_and(|mime| mime.starts_with("image/"))
    }
}

#[derive(Deserialize)]
pub(super) struct RawContact {
    pub(super) phone_number: String,
}

/// A tap on an inline keyboard.
#[derive(Deserialize)]
pub(super) struct RawCallback {
    pub(super) id: String,
    pub(super) from: RawUser,
    pub(super) message: Option<RawTapped>,
    pub(super) data: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct RawTapped {
    pub(super) message_id: i64,
    pub(super) chat: RawChat,
    reply_markup: Option<RawKeyboard>,
}

#[derive(Deserialize)]
struct RawKeyboard {
    inline_keyboard: Vec<Vec<RawButton>>,
}

#[derive(Deserialize)]
struct RawButton {
    text: String,
    callback_data: Option<String>,
}

impl RawCallback {
    /// The words on the button that was tapped: its data are too short for them.
    pub(super) fn words(&self) -> Option<&str> {
        let data = self.data.as_deref()?;
        let keyboard = self.message.as_ref()?.reply_markup.as_ref()?;
        let mut buttons = keyboard.inline_keyboard.iter().flatten();
        let tapped = buttons.find(|button| button.callback_data.as_deref() == Some(data))?;
        Some(&tapped.text)
    }
}
