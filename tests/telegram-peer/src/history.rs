//! What of a chat's messages a question gets. Source: Telegram, "Pagination in the API".

use grammers_tl_types as tl;

use crate::world::{World, peer_of};

/// The most messages an answer has.
const LIMIT: i32 = 100;

/// Where an answer begins, and how long it is.
pub(crate) struct Window {
    pub(crate) offset_id: i32,
    pub(crate) offset_date: i32,
    pub(crate) add_offset: i32,
    pub(crate) limit: i32,
    pub(crate) max_id: i32,
    pub(crate) min_id: i32,
}

impl Window {
    /// The messages, newest first. An offset beyond the newest message is held there, so that older
    /// ones come than were asked for: clients have to look at what they get.
    pub(crate) fn of(&self, ascending: &[tl::enums::Message]) -> Vec<tl::enums::Message> {
        let newest_first: Vec<_> = ascending.iter().rev().collect();
        let is_before = |message: &tl::enums::Message| {
            (self.offset_id == 0 || message.id() < self.offset_id)
                && (self.offset_date == 0 || date(message) < self.offset_date)
        };
        let at = newest_first.iter().position(|message| is_before(message));
        let at = i32::try_from(at.unwrap_or(newest_first.len())).expect("few messages");
        let start = usize::try_from((at + self.add_offset).max(0)).expect("not negative");
        let limit = usize::try_from(self.limit.clamp(0, LIMIT)).expect("not negative");
        newest_first
            .into_iter()
            .skip(start)
            .take(limit)
            .filter(|message| self.max_id == 0 || message.id() < self.max_id)
            .filter(|message| message.id() > self.min_id)
            .cloned()
            .collect()
    }
}

fn date(message: &tl::enums::Message) -> i32 {
    match message {
        tl::enums::Message::Message(message) => message.date,
        tl::enums::Message::Service(message) => message.date,
        tl::enums::Message::Empty(_) => 0,
    }
}

/// An answer with all who are named in it, and more.
pub(crate) fn answer(
    world: &World,
    chat: &tl::enums::Chat,
    messages: Vec<tl::enums::Message>,
    count: usize,
) -> tl::enums::messages::Messages {
    let chats = world.chats.iter().map(|chat| chat.chat.clone()).collect();
    let users = world.users.clone();
    let count = i32::try_from(count).expect("few messages");
    match peer_of(chat) {
        tl::enums::Peer::Channel(_) => tl::types::messages::ChannelMessages {
            inexact: false,
            pts: 1,
            count,
            offset_id_offset: None,
            messages,
            topics: Vec::new(),
            chats,
            users,
        }
        .into(),
        _ => tl::types::messages::MessagesSlice {
            inexact: false,
            count,
            next_rate: None,
            offset_id_offset: None,
            search_flood: None,
            messages,
            topics: Vec::new(),
            chats,
            users,
        }
        .into(),
    }
}
