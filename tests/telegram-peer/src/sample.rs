//! Chats that several tests read.

use std::collections::BTreeMap;

use grammers_tl_types::{self as tl};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{
    make::{
        channel, channel_peer, comment_count, document, emoji, forward, group, message, photo,
        reactions, reply, service, user, user_peer,
    },
    world::{Chat, World},
};

/// The account itself, and another user.
pub const OLENA: i64 = 11;
/// Another user.
pub const BOHDAN: i64 = 12;

/// The channel `@shop_news`, and the group in which its posts are commented.
pub const NEWS: i64 = 1001;
/// The group `@shop_talk`.
pub const TALK: i64 = 1002;
/// A small group.
pub const STAFF: i64 = 7;

/// The first second of a day, since 1970.
///
/// # Panics
/// When the text is no date.
#[must_use]
pub fn midnight(day: &str) -> i32 {
    let date: Date = day.parse().expect("a date");
    let at: Timestamp = date.to_zoned(TimeZone::UTC).expect("a day of UTC").timestamp();
    i32::try_from(at.as_second()).expect("before 2038")
}

/// Users, a channel with every kind of post, its comments, a group with talk, a small group; on
/// `day`, and a little on the days around it.
#[must_use]
pub fn everything(day: &str) -> World {
    World {
        chats: vec![news(midnight(day)), talk(midnight(day)), staff(midnight(day))],
        users: users(),
    }
}

fn users() -> Vec<tl::enums::User> {
    vec![
        user(OLENA, "Олена", Some("Коваль")).into(),
        tl::types::User { username: Some("bohdan_k".to_owned()), ..user(BOHDAN, " ", None) }.into(),
    ]
}

fn chat(chat: tl::enums::Chat, messages: Vec<tl::enums::Message>) -> Chat {
    Chat { chat, messages, comments: BTreeMap::new() }
}

fn news(at: i32) -> Chat {
    let peer = channel_peer(NEWS);
    let post = |id: i32, second: i32, text: &str| tl::types::Message {
        post: true,
        ..message(&peer, id, at + second, text)
    };
    let bold = tl::types::MessageEntityBold { offset: 0, length: 4 };
    let link = tl::types::MessageEntityTextUrl {
        offset: 5,
        length: 7,
        url: "https://shop.example.com/new/".to_owned(),
    };
    let custom = tl::types::ReactionCustomEmoji { document_id: 5_368_324_170_671_202_286 };
    let counts = [(emoji("👍"), 3), (custom.into(), 1), (tl::enums::Reaction::Paid, 2)];
    let forwarded = |header: tl::types::MessageFwdHeader| Some(header.into());
    let messages: Vec<tl::enums::Message> = vec![
        post(10, -1, "Вчорашній допис").into(),
        tl::types::Message {
            entities: Some(vec![bold.into(), link.into()]),
            views: Some(100),
            forwards: Some(3),
            replies: Some(comment_count(3, TALK)),
            reactions: Some(reactions(&counts)),
            pinned: true,
            ..post(11, 0, "Нова колекція вже тут! #новинки")
        }
        .into(),
        tl::types::Message {
            media: Some(photo(1, 120_000)),
            grouped_id: Some(13_900_000_000_000_001),
            ..post(12, 60, "Дві сукні")
        }
        .into(),
        tl::types::Message {
            media: Some(photo(2, 90_000)),
            grouped_id: Some(13_900_000_000_000_001),
            ..post(13, 60, "")
        }
        .into(),
        tl::types::Message {
            fwd_from: forwarded(tl::types::MessageFwdHeader {
                from_id: Some(channel_peer(555)),
                channel_post: Some(77),
                post_author: Some("Редакція".to_owned()),
                ..forward(at - 900)
            }),
            ..post(14, 120, "Переслано з каналу")
        }
        .into(),
        tl::types::Message {
            fwd_from: forwarded(tl::types::MessageFwdHeader {
                from_id: Some(user_peer(BOHDAN)),
                ..forward(at - 800)
            }),
            ..post(15, 180, "Переслано від людини")
        }
        .into(),
        tl::types::Message {
            fwd_from: forwarded(tl::types::MessageFwdHeader {
                from_name: Some("Прихована".to_owned()),
                ..forward(at - 700)
            }),
            ..post(16, 240, "Переслано від прихованої людини")
        }
        .into(),
        tl::types::Message { edit_date: Some(at + 600), ..post(17, 300, "Виправлено") }.into(),
        tl::types::Message {
            edit_date: Some(at + 700),
            edit_hide: true,
            ..post(18, 360, "Виправлено непомітно")
        }
        .into(),
        tl::types::MessageService {
            reply_to: Some(reply(11).into()),
            post: true,
            ..service(&peer, 19, at + 420, tl::enums::MessageAction::PinMessage)
        }
        .into(),
        tl::types::Message {
            media: Some(document(3, 48_000, "application/pdf", "розміри.pdf")),
            post_author: Some("Олена".to_owned()),
            ..post(20, 480, "Таблиця розмірів: https://shop.example.com/sizes?utm_source=tg")
        }
        .into(),
        post(21, 86_399, "Останній допис дня").into(),
        post(22, 86_400, "Допис наступного дня").into(),
    ];
    let group = channel_peer(TALK);
    let comment = |id: i32, second: i32, from: tl::enums::Peer, text: &str| tl::types::Message {
        from_id: Some(from),
        ..message(&group, id, at + second, text)
    };
    let comments = vec![
        comment(501, 100, user_peer(OLENA), "Яка ціна?").into(),
        tl::types::Message {
            reply_to: Some(reply(501).into()),
            reactions: Some(reactions(&[(emoji("❤"), 1)])),
            ..comment(502, 160, channel_peer(NEWS), "Від 1590")
        }
        .into(),
        comment(503, 90_000, user_peer(BOHDAN), "А наступного дня?").into(),
    ];
    Chat {
        comments: BTreeMap::from([(11, comments)]),
        ..chat(channel(NEWS, Some("shop_news"), "Новини крамниці", false), messages)
    }
}

fn talk(at: i32) -> Chat {
    let peer = channel_peer(TALK);
    let said = |id: i32, second: i32, from: i64, text: &str| tl::types::Message {
        from_id: Some(user_peer(from)),
        ..message(&peer, id, at + second, text)
    };
    let joined = tl::types::MessageActionChatAddUser { users: vec![BOHDAN] };
    let topic =
        tl::types::MessageReplyHeader { forum_topic: true, reply_to_msg_id: Some(30), ..reply(30) };
    let messages = vec![
        said(40, -3_600, OLENA, "учора").into(),
        tl::types::MessageService {
            from_id: Some(user_peer(OLENA)),
            ..service(&peer, 41, at + 10, joined.into())
        }
        .into(),
        said(42, 20, BOHDAN, "Хто знає про доставку?").into(),
        tl::types::Message {
            reply_to: Some(reply(42).into()),
            ..said(43, 50, OLENA, "Доставка завтра")
        }
        .into(),
        said(44, 60, BOHDAN, "дякую").into(),
        said(45, 70, BOHDAN, "дуже").into(),
        tl::types::Message { reply_to: Some(topic.into()), ..said(46, 500, OLENA, "у темі") }
            .into(),
        // 47 was deleted.
        said(48, 600, BOHDAN, "А коли доставку оплатять?").into(),
    ];
    chat(channel(TALK, Some("shop_talk"), "Балачки", true), messages)
}

fn staff(at: i32) -> Chat {
    let peer: tl::enums::Peer = tl::types::PeerChat { chat_id: STAFF }.into();
    let messages = vec![
        tl::types::Message {
            from_id: Some(user_peer(OLENA)),
            ..message(&peer, 70, at + 5, "лише для своїх")
        }
        .into(),
    ];
    chat(group(STAFF, "Персонал"), messages)
}

/// Groups `@busy_0`, `@busy_1`, … with so many messages a day, from `first` on; each message of a
/// hundred to three hundred letters, as people write.
#[must_use]
pub fn busy(chats: u32, first: &str, days: u32, messages_a_day: u32) -> World {
    let begin = midnight(first);
    let chats = (0..chats).map(|number| {
        let id = 2_000 + i64::from(number);
        let peer = channel_peer(id);
        let mut messages = Vec::new();
        for day in 0..days {
            for n in 0..messages_a_day {
                let at = begin + int(day) * 86_400 + int(n) * 86_400 / int(messages_a_day);
                let next = int(day * messages_a_day + n) + 1;
                messages.push(talked(&peer, next, at).into());
            }
        }
        let name = format!("busy_{number}");
        chat(channel(id, Some(&name), &format!("Гамірно {number}"), true), messages)
    });
    World { chats: chats.collect(), users: users() }
}

/// A message that is unlike its neighbours, and the same each time.
fn talked(peer: &tl::enums::Peer, id: i32, at: i32) -> tl::types::Message {
    const WORDS: [&str; 24] = [
        "сукня",
        "доставка",
        "розмір",
        "завтра",
        "колір",
        "молочний",
        "оплата",
        "питання",
        "дитина",
        "зріст",
        "подарунок",
        "пошта",
        "відділення",
        "знижка",
        "фото",
        "тканина",
        "довжина",
        "рукав",
        "свято",
        "школа",
        "замовлення",
        "повернення",
        "менеджер",
        "графік",
    ];
    let mut random = fastrand::Rng::with_seed(u64::from(id.unsigned_abs()));
    let words: Vec<_> = (0..random.usize(8..30))
        .map(|_| WORDS[random.usize(..WORDS.len())].to_owned() + ["", ",", "?"][random.usize(..3)])
        .collect();
    let mut said = message(peer, id, at, &words.join(" "));
    said.from_id = Some(user_peer(if random.bool() { OLENA } else { BOHDAN }));
    if random.u8(..4) == 0 && id > 10 {
        said.reply_to = Some(reply(id - random.i32(1..10)).into());
    }
    if random.u8(..5) == 0 {
        said.reactions = Some(reactions(&[(emoji("👍"), random.i32(1..20))]));
    }
    said
}

fn int(number: u32) -> i32 {
    i32::try_from(number).expect("a small number")
}
