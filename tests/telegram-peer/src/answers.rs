//! Questions and their answers.

use std::sync::atomic::Ordering;

use grammers_tl_types::{self as tl, Cursor, Deserializable, Identifiable as _, Serializable as _};

use crate::{
    history::{self, Window},
    login,
    server::Shared,
    world::peer_of,
};

/// A question without what it is wrapped in: its method and its body.
pub(crate) fn bare(body: &[u8]) -> (&'static str, &[u8]) {
    let mut cursor = Cursor::from_slice(body);
    let constructor: u32 = read(&mut cursor);
    match constructor {
        INVOKE_WITH_LAYER => {
            let _layer: i32 = read(&mut cursor);
            bare(&body[cursor.pos()..])
        }
        INVOKE_WITHOUT_UPDATES => bare(&body[cursor.pos()..]),
        INIT_CONNECTION => {
            let flags: u32 = read(&mut cursor);
            let _app: i32 = read(&mut cursor);
            for _device_to_language in 0..6 {
                let _: String = read(&mut cursor);
            }
            if flags & 1 != 0 {
                let _: tl::enums::InputClientProxy = read(&mut cursor);
            }
            if flags & 2 != 0 {
                let _: tl::enums::Jsonvalue = read(&mut cursor);
            }
            bare(&body[cursor.pos()..])
        }
        constructor => (tl::name_for_id(constructor), &body[cursor.pos()..]),
    }
}

const INVOKE_WITH_LAYER: u32 = tl::functions::InvokeWithLayer::<bool>::CONSTRUCTOR_ID;
const INVOKE_WITHOUT_UPDATES: u32 = tl::functions::InvokeWithoutUpdates::<bool>::CONSTRUCTOR_ID;
const INIT_CONNECTION: u32 = tl::functions::InitConnection::<bool>::CONSTRUCTOR_ID;

fn read<T: Deserializable>(cursor: &mut Cursor<'_>) -> T {
    T::deserialize(cursor).expect("a question that the schema knows")
}

pub(crate) fn error(code: i32, name: &str) -> Vec<u8> {
    let error = tl::types::RpcError { error_code: code, error_message: name.to_owned() };
    tl::enums::RpcError::Error(error).to_bytes()
}

/// What may be asked without a login.
const OPEN: [&str; 7] = [
    "help.getConfig",
    "help.getNearestDc",
    "auth.sendCode",
    "auth.signIn",
    "auth.checkPassword",
    "auth.logOut",
    "account.getPassword",
];

/// The answer to a question.
pub(crate) fn to(shared: &Shared, method: &str, question: &[u8]) -> Vec<u8> {
    let is_authorized = shared.is_authorized.load(Ordering::SeqCst);
    if !is_authorized && !OPEN.contains(&method) {
        return error(401, "AUTH_KEY_UNREGISTERED");
    }
    let mut cursor = Cursor::from_slice(question);
    let world = shared.world();
    let myself = || world.users.first().cloned().expect("a world with a user");
    match method {
        "help.getConfig" => config(shared.data_centre.into()).to_bytes(),
        "updates.getState" => {
            let (pts, qts, date, seq, unread_count) = (1, 0, 1, 1, 0);
            tl::enums::updates::State::State(tl::types::updates::State {
                pts,
                qts,
                date,
                seq,
                unread_count,
            })
            .to_bytes()
        }
        "updates.getDifference" => {
            let empty = tl::types::updates::DifferenceEmpty { date: 1, seq: 1 };
            tl::enums::updates::Difference::Empty(empty).to_bytes()
        }
        "users.getUsers" => {
            let asked: tl::functions::users::GetUsers = read(&mut cursor);
            let is_self =
                |user: &tl::enums::InputUser| matches!(user, tl::enums::InputUser::UserSelf);
            let users: Vec<_> =
                asked.id.iter().filter(|user| is_self(user)).map(|_| myself()).collect();
            users.to_bytes()
        }
        "contacts.resolveUsername" => {
            let asked: tl::functions::contacts::ResolveUsername = read(&mut cursor);
            match world.named(&asked.username) {
                Some(found) => {
                    tl::enums::contacts::ResolvedPeer::Peer(tl::types::contacts::ResolvedPeer {
                        peer: peer_of(&found.chat),
                        chats: vec![found.chat.clone()],
                        users: Vec::new(),
                    })
                    .to_bytes()
                }
                None => error(400, "USERNAME_NOT_OCCUPIED"),
            }
        }
        "channels.getChannels" => {
            let asked: tl::functions::channels::GetChannels = read(&mut cursor);
            let input = |channel: &tl::enums::InputChannel| match channel {
                tl::enums::InputChannel::Channel(channel) => tl::types::InputPeerChannel {
                    channel_id: channel.channel_id,
                    access_hash: channel.access_hash,
                }
                .into(),
                _ => tl::enums::InputPeer::Empty,
            };
            let found = asked.id.iter().filter_map(|channel| world.chat(&input(channel)));
            chats(found.map(|chat| chat.chat.clone()).collect())
        }
        "messages.getChats" => {
            let asked: tl::functions::messages::GetChats = read(&mut cursor);
            let input = |chat_id: i64| tl::types::InputPeerChat { chat_id }.into();
            let found = asked.id.iter().filter_map(|id| world.chat(&input(*id)));
            chats(found.map(|chat| chat.chat.clone()).collect())
        }
        "messages.getDialogs" => {
            let all = world.chats.iter().map(|chat| chat.chat.clone()).collect();
            tl::enums::messages::Dialogs::Dialogs(tl::types::messages::Dialogs {
                dialogs: Vec::new(),
                messages: Vec::new(),
                chats: all,
                users: world.users.clone(),
            })
            .to_bytes()
        }
        "messages.getHistory" => {
            let asked: tl::functions::messages::GetHistory = read(&mut cursor);
            let Some(chat) = world.chat(&asked.peer) else { return error(400, "CHANNEL_INVALID") };
            let window = Window {
                offset_id: asked.offset_id,
                offset_date: asked.offset_date,
                add_offset: asked.add_offset,
                limit: asked.limit,
                max_id: asked.max_id,
                min_id: asked.min_id,
            };
            let messages = window.of(&chat.messages);
            history::answer(&world, &chat.chat, messages, chat.messages.len()).to_bytes()
        }
        "messages.getReplies" => {
            let asked: tl::functions::messages::GetReplies = read(&mut cursor);
            let Some(chat) = world.chat(&asked.peer) else { return error(400, "CHANNEL_INVALID") };
            let Some(comments) = chat.comments.get(&asked.msg_id) else {
                return error(400, "MSG_ID_INVALID");
            };
            let window = Window {
                offset_id: asked.offset_id,
                offset_date: asked.offset_date,
                add_offset: asked.add_offset,
                limit: asked.limit,
                max_id: asked.max_id,
                min_id: asked.min_id,
            };
            history::answer(&world, &chat.chat, window.of(comments), comments.len()).to_bytes()
        }
        "auth.sendCode" => login::sent_code().to_bytes(),
        "auth.signIn" => {
            let asked: tl::functions::auth::SignIn = read(&mut cursor);
            let is_right = asked.phone_code.as_deref() == Some(login::CODE)
                && asked.phone_code_hash == login::CODE_HASH;
            if is_right {
                error(401, "SESSION_PASSWORD_NEEDED")
            } else {
                error(400, "PHONE_CODE_INVALID")
            }
        }
        "account.getPassword" => login::password().to_bytes(),
        "auth.checkPassword" => {
            let asked: tl::functions::auth::CheckPassword = read(&mut cursor);
            if login::is_right(&asked.password) {
                shared.is_authorized.store(true, Ordering::SeqCst);
                login::authorization(myself()).to_bytes()
            } else {
                error(400, "PASSWORD_HASH_INVALID")
            }
        }
        "auth.logOut" => {
            shared.is_authorized.store(false, Ordering::SeqCst);
            tl::enums::auth::LoggedOut::Out(tl::types::auth::LoggedOut { future_auth_token: None })
                .to_bytes()
        }
        other => panic!("a question that has no answer here: {other}"),
    }
}

fn chats(chats: Vec<tl::enums::Chat>) -> Vec<u8> {
    tl::enums::messages::Chats::Chats(tl::types::messages::Chats { chats }).to_bytes()
}

/// A configuration without addresses: a client that got some would go there.
fn config(data_centre: i32) -> tl::enums::Config {
    tl::types::Config {
        default_p2p_contacts: false,
        preload_featured_stickers: false,
        revoke_pm_inbox: false,
        blocked_mode: false,
        force_try_ipv6: false,
        date: 0,
        expires: i32::MAX,
        test_mode: false,
        this_dc: data_centre,
        dc_options: Vec::new(),
        dc_txt_domain_name: String::new(),
        chat_size_max: 200,
        megagroup_size_max: 200_000,
        forwarded_count_max: 100,
        online_update_period_ms: 0,
        offline_blur_timeout_ms: 0,
        offline_idle_timeout_ms: 0,
        online_cloud_timeout_ms: 0,
        notify_cloud_delay_ms: 0,
        notify_default_delay_ms: 0,
        push_chat_period_ms: 0,
        push_chat_limit: 0,
        edit_time_limit: 0,
        revoke_time_limit: 0,
        revoke_pm_time_limit: 0,
        rating_e_decay: 0,
        stickers_recent_limit: 0,
        channels_read_media_period: 0,
        tmp_sessions: None,
        call_receive_timeout_ms: 0,
        call_ring_timeout_ms: 0,
        call_connect_timeout_ms: 0,
        call_packet_timeout_ms: 0,
        me_url_prefix: String::new(),
        autoupdate_url_prefix: None,
        gif_search_username: None,
        venue_search_username: None,
        img_search_username: None,
        static_maps_provider: None,
        caption_length_max: 1024,
        message_length_max: 4096,
        webfile_dc_id: data_centre,
        suggested_lang_code: None,
        lang_pack_version: None,
        base_lang_pack_version: None,
        reactions_default: None,
        autologin_token: None,
    }
    .into()
}
