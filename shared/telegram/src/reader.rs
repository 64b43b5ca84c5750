//! The history of chats, a page at a time.

use grammers_tl_types as tl;
use mirt_history::{
    chat::{ChatName, ChatRef},
    message::Message,
    page::Page,
    source::{Source, SourceKind},
    store::{ReadError, ReadHistory, Start},
};

use crate::{
    connection::Connection,
    convert::{Answer, Described, describe_chat, describe_user, marked},
};

/// The most messages that Telegram gives at once.
const PAGE: i32 = 100;

/// How often a page of nothing but deleted messages is passed over.
const EMPTY_PAGES: u32 = 20;

/// How many of the account's chats are looked through for one that is known by its id alone.
const DIALOGS: i32 = 100;

/// What precedes a channel's own id in its marked id.
const CHANNEL_MARK: i64 = -1_000_000_000_000;

/// Reads what the session's account can read.
pub struct Reader<'c> {
    connection: &'c Connection,
}

/// The three kinds of peers, by their own ids.
enum Peer {
    User(i64),
    Group(i64),
    Channel(i64),
}

impl Peer {
    fn of(marked: i64) -> Self {
        match marked {
            0.. => Self::User(marked),
            _ if marked < CHANNEL_MARK => Self::Channel(CHANNEL_MARK - marked),
            _ => Self::Group(-marked),
        }
    }
}

impl<'c> Reader<'c> {
    /// A reader over this connection.
    #[must_use]
    pub fn new(connection: &'c Connection) -> Self {
        Self { connection }
    }

    fn input(&self, peer_id: i64) -> tl::enums::InputPeer {
        // 0 is answered with an error that says that the chat is not accessible.
        let access_hash = self.connection.shared().access_hash(peer_id).unwrap_or_default();
        match Peer::of(peer_id) {
            Peer::User(user_id) => tl::types::InputPeerUser { user_id, access_hash }.into(),
            Peer::Group(chat_id) => tl::types::InputPeerChat { chat_id }.into(),
            Peer::Channel(channel_id) => {
                tl::types::InputPeerChannel { channel_id, access_hash }.into()
            }
        }
    }

    async fn find_by_name(&self, name: &str) -> Result<Source, ReadError> {
        let question =
            tl::functions::contacts::ResolveUsername { username: name.to_owned(), referer: None };
        let tl::enums::contacts::ResolvedPeer::Peer(found) =
            self.connection.call(&question).await?;
        let wanted = marked(&found.peer);
        self.pick(wanted, &found.chats, &found.users)
    }

    /// Asks for a chat whose access hash is known, or that needs none.
    async fn describe(&self, peer_id: i64) -> Result<Source, ReadError> {
        let access_hash = self.connection.shared().access_hash(peer_id);
        let chats = match (Peer::of(peer_id), access_hash) {
            (Peer::Group(id), _) => {
                self.connection.call(&tl::functions::messages::GetChats { id: vec![id] }).await?
            }
            (Peer::Channel(channel_id), Some(access_hash)) => {
                let channel = tl::types::InputChannel { channel_id, access_hash };
                let id = vec![tl::enums::InputChannel::Channel(channel)];
                self.connection.call(&tl::functions::channels::GetChannels { id }).await?
            }
            (Peer::User(user_id), Some(access_hash)) => {
                let user = tl::types::InputUser { user_id, access_hash };
                let id = vec![tl::enums::InputUser::User(user)];
                let users = self.connection.call(&tl::functions::users::GetUsers { id }).await?;
                return self.pick(peer_id, &[], &users);
            }
            (_, None) => return self.find_in_dialogs(peer_id).await,
        };
        self.pick(peer_id, &chats_of(chats), &[])
    }

    /// Looks through the account's latest chats: the only way from an id to its access hash.
    async fn find_in_dialogs(&self, peer_id: i64) -> Result<Source, ReadError> {
        use tl::enums::messages::Dialogs as Kind;
        let question = tl::functions::messages::GetDialogs {
            exclude_pinned: false,
            folder_id: None,
            offset_date: 0,
            offset_id: 0,
            offset_peer: tl::enums::InputPeer::Empty,
            limit: DIALOGS,
            hash: 0,
        };
        let (chats, users) = match self.connection.call(&question).await? {
            Kind::Dialogs(dialogs) => (dialogs.chats, dialogs.users),
            Kind::Slice(dialogs) => (dialogs.chats, dialogs.users),
            Kind::NotModified(_) => (Vec::new(), Vec::new()),
        };
        self.pick(peer_id, &chats, &users)
    }

    /// The one that was looked for; its access hash is remembered.
    fn pick(
        &self,
        peer_id: i64,
        chats: &[tl::enums::Chat],
        users: &[tl::enums::User],
    ) -> Result<Source, ReadError> {
        let mut all =
            chats.iter().filter_map(describe_chat).chain(users.iter().filter_map(describe_user));
        let found = all.find(|described| described.source.peer_id == peer_id);
        let Some(Described { source, access_hash }) = found else {
            return Err(ReadError::Chat("not known to this account".to_owned()));
        };
        if let Some(access_hash) = access_hash {
            self.connection.shared().remember(peer_id, access_hash);
        }
        Ok(source)
    }
}

impl ReadHistory for Reader<'_> {
    async fn find(&self, chat: &ChatRef, known: Option<&Source>) -> Result<Source, ReadError> {
        let has_hash =
            |source: &&Source| self.connection.shared().access_hash(source.peer_id).is_some();
        match (known.filter(has_hash), chat.name()) {
            (Some(known), _) => self.describe(known.peer_id).await,
            (None, ChatName::Username(name)) => self.find_by_name(name).await,
            (None, ChatName::Id(id)) => self.describe(id).await,
        }
    }

    async fn page(&self, source: &Source, start: Start) -> Result<Page, ReadError> {
        let peer = self.input(source.peer_id);
        let mut start = start;
        for _ in 0..EMPTY_PAGES {
            // A negative offset turns the newest messages before a place into the oldest from it
            // on; the place itself is included.
            let (offset_id, offset_date) = match start {
                Start::At(at) => (0, i32::try_from(at.as_second()).unwrap_or(i32::MAX)),
                Start::After(id) => (id.saturating_add(1), 0),
            };
            let question = tl::functions::messages::GetHistory {
                peer: peer.clone(),
                offset_id,
                offset_date,
                add_offset: -PAGE,
                limit: PAGE,
                max_id: 0,
                min_id: 0,
                hash: 0,
            };
            let answer = Answer::of(self.connection.call(&question).await?);
            let page = answer.page();
            let is_after = |last: &i32| !matches!(start, Start::After(id) if *last <= id);
            match answer.last_id().filter(is_after) {
                // Only deleted ones: the next question begins behind them.
                Some(last) if page.messages.is_empty() => start = Start::After(last),
                _ => return Ok(page),
            }
        }
        Ok(Page::default())
    }

    async fn comments(
        &self,
        source: &Source,
        post: &Message,
        limit: u32,
    ) -> Result<Page, ReadError> {
        if source.kind != SourceKind::Channel {
            return Ok(Page::default());
        }
        // Of the channel and its post: the discussion group's own ids are another matter.
        let question = tl::functions::messages::GetReplies {
            peer: self.input(source.peer_id),
            msg_id: post.id,
            offset_id: 0,
            offset_date: 0,
            add_offset: 0,
            limit: i32::try_from(limit).unwrap_or(PAGE).min(PAGE),
            max_id: 0,
            min_id: 0,
            hash: 0,
        };
        Ok(Answer::of(self.connection.call(&question).await?).page())
    }
}

fn chats_of(chats: tl::enums::messages::Chats) -> Vec<tl::enums::Chat> {
    match chats {
        tl::enums::messages::Chats::Chats(chats) => chats.chats,
        tl::enums::messages::Chats::Slice(chats) => chats.chats,
    }
}
