//! Media, formatting, service actions. Kinds are called as Telegram's constructors are.

use grammers_tl_types as tl;
use mirt_history::message::{Action, Entity, Media};

use super::kind_of;

pub(super) fn media(media: &tl::enums::MessageMedia) -> Option<Media> {
    use tl::enums::MessageMedia as Kind;
    let plain = |kind: &str| Media { kind: kind.to_owned(), ..Media::default() };
    Some(match media {
        Kind::Empty => return None,
        Kind::Photo(photo) => {
            Media { size: photo.photo.as_ref().and_then(photo_size), ..plain("photo") }
        }
        Kind::Document(document) => match &document.document {
            Some(tl::enums::Document::Document(file)) => file_of(document, file),
            _ => plain("document"),
        },
        Kind::WebPage(page) => match &page.webpage {
            tl::enums::WebPage::Page(page) => Media {
                url: Some(page.url.clone()),
                title: page.title.clone(),
                ..plain("web_page")
            },
            tl::enums::WebPage::Pending(page) => {
                Media { url: page.url.clone(), ..plain("web_page") }
            }
            _ => plain("web_page"),
        },
        Kind::Poll(poll) => {
            let tl::enums::Poll::Poll(poll) = &poll.poll;
            let tl::enums::TextWithEntities::Entities(question) = &poll.question;
            Media { title: Some(question.text.clone()), ..plain("poll") }
        }
        Kind::Venue(venue) => Media { title: Some(venue.title.clone()), ..plain("venue") },
        other => plain(&kind_of(other, "messageMedia")),
    })
}

/// The size in bytes of a photo's largest rendition.
fn photo_size(photo: &tl::enums::Photo) -> Option<i64> {
    let tl::enums::Photo::Photo(photo) = photo else { return None };
    let size = |size: &tl::enums::PhotoSize| match size {
        tl::enums::PhotoSize::Size(size) => Some(size.size),
        tl::enums::PhotoSize::Progressive(size) => size.sizes.iter().copied().max(),
        _ => None,
    };
    photo.sizes.iter().filter_map(size).max().map(i64::from)
}

/// A file by what it is for: the first of its attributes that says so.
fn file_of(media: &tl::types::MessageMediaDocument, file: &tl::types::Document) -> Media {
    use tl::enums::DocumentAttribute as Is;
    let has = |wanted: fn(&Is) -> bool| file.attributes.iter().any(wanted);
    let kind = if media.voice {
        "voice"
    } else if media.round {
        "video_note"
    } else if has(|one| matches!(one, Is::Sticker(_) | Is::CustomEmoji(_))) {
        "sticker"
    } else if has(|one| matches!(one, Is::Animated)) {
        "animation"
    } else if has(|one| matches!(one, Is::Video(_))) {
        "video"
    } else if has(|one| matches!(one, Is::Audio(_))) {
        "audio"
    } else {
        "document"
    };
    Media {
        kind: kind.to_owned(),
        size: Some(file.size),
        mime_type: Some(file.mime_type.clone()).filter(|mime| !mime.is_empty()),
        file_name: file.attributes.iter().find_map(|one| match one {
            Is::Filename(name) => Some(name.file_name.clone()),
            _ => None,
        }),
        ..Media::default()
    }
}

pub(super) fn entity(entity: &tl::enums::MessageEntity) -> Entity {
    use tl::enums::MessageEntity as Kind;
    let mut converted = Entity {
        kind: kind_of(entity, "messageEntity"),
        offset: entity.offset(),
        length: entity.length(),
        url: None,
        user_id: None,
        language: None,
        custom_emoji_id: None,
    };
    match entity {
        Kind::TextUrl(link) => converted.url = Some(link.url.clone()),
        Kind::MentionName(mention) => converted.user_id = Some(mention.user_id),
        Kind::Pre(pre) => {
            converted.language = Some(pre.language.clone()).filter(|name| !name.is_empty());
        }
        Kind::CustomEmoji(emoji) => converted.custom_emoji_id = Some(emoji.document_id.to_string()),
        _ => {}
    }
    converted
}

pub(super) fn action(action: &tl::enums::MessageAction) -> Action {
    use tl::enums::MessageAction as Kind;
    let mut converted = Action { kind: kind_of(action, "messageAction"), ..Action::default() };
    match action {
        Kind::ChatCreate(chat) => {
            converted.title = Some(chat.title.clone());
            converted.users.clone_from(&chat.users);
        }
        Kind::ChatEditTitle(chat) => converted.title = Some(chat.title.clone()),
        Kind::ChannelCreate(channel) => converted.title = Some(channel.title.clone()),
        Kind::ChannelMigrateFrom(chat) => converted.title = Some(chat.title.clone()),
        Kind::ChatAddUser(added) => converted.users.clone_from(&added.users),
        Kind::ChatDeleteUser(removed) => converted.users = vec![removed.user_id],
        Kind::ChatJoinedByLink(joined) => converted.users = vec![joined.inviter_id],
        Kind::InviteToGroupCall(invited) => converted.users.clone_from(&invited.users),
        Kind::TopicCreate(topic) => converted.title = Some(topic.title.clone()),
        Kind::TopicEdit(topic) => converted.title.clone_from(&topic.title),
        _ => {}
    }
    converted
}
