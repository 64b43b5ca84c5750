//! The links of a text, each once, in one form.

use url::Url;

use crate::message::Entity;

/// Top-level domains whose names are links without a scheme, as people write them.
const BARE: [&str; 6] = ["com", "org", "io", "dev", "ru", "ua"];

/// Parameters that say where a reader came from, not what the link leads to.
const TRACKING: [&str; 11] = [
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "utm_id",
    "ref",
    "fbclid",
    "gclid",
    "mc_cid",
    "mc_eid",
];

/// What ends a sentence rather than a link, and what may stand around one.
const AROUND: [char; 14] = ['(', ')', '[', ']', '{', '}', '<', '>', '"', '\'', ',', ';', ':', '.'];

/// The links of the text and those behind its words, in order.
pub(super) fn of(text: &str, entities: &[Entity]) -> Vec<String> {
    let behind = entities.iter().filter_map(|entity| entity.url.as_deref());
    let mut links: Vec<String> = Vec::new();
    for candidate in text.split_whitespace().flat_map(candidates).chain(behind) {
        if let Some(link) = normalized(candidate)
            && !links.contains(&link)
        {
            links.push(link);
        }
    }
    links
}

/// The parts of a word that may be links: each place of the text is looked at once, so that a link
/// has no twin of another scheme.
fn candidates(word: &str) -> Vec<&str> {
    let lower = word.to_ascii_lowercase();
    let mut starts: Vec<_> = ["http://", "https://"]
        .iter()
        .flat_map(|scheme| lower.match_indices(scheme).map(|(at, _)| at))
        .collect();
    starts.sort_unstable();
    // One that stands in another's query belongs to it.
    starts.retain(|at| !lower[..*at].ends_with(['=', '/', '?', '&']));
    if starts.is_empty() {
        let bare = word.trim_matches(AROUND);
        return if is_bare_link(bare) { vec![bare] } else { Vec::new() };
    }
    let ends = starts.iter().skip(1).copied().chain([word.len()]);
    starts.iter().zip(ends).map(|(start, end)| &word[*start..end]).collect()
}

/// `t.me/name`, `example.com`, `sub.example.org/path`; not `file.com.txt`, not `me@example.com`.
fn is_bare_link(word: &str) -> bool {
    let host = word.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let is_host = host.split('.').count() > 1
        && host.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        });
    let top = host.rsplit('.').next().unwrap_or_default();
    is_host && (BARE.contains(&top) || (host == "t.me" && word.len() > "t.me/".len()))
}

fn normalized(candidate: &str) -> Option<String> {
    let mut candidate = candidate.trim();
    loop {
        let last = candidate.chars().next_back()?;
        let is_paired = last == ')' && candidate.contains('(');
        if is_paired || !AROUND.contains(&last) {
            break;
        }
        candidate = &candidate[..candidate.len() - last.len_utf8()];
    }
    let has_scheme = candidate.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http"));
    let mut url = if has_scheme {
        Url::parse(candidate).ok()?
    } else {
        Url::parse(&format!("https://{candidate}")).ok()?
    };
    if !matches!(url.scheme(), "http" | "https") || !url.host_str()?.contains('.') {
        return None;
    }
    let kept: Vec<_> = url
        .query_pairs()
        .filter(|(name, _)| !TRACKING.contains(&name.to_ascii_lowercase().as_str()))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if kept.is_empty() {
        url.set_query(None);
    } else if kept.len() != url.query_pairs().count() {
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
    let path = url.path().to_owned();
    if path.len() > 1 && path.ends_with('/') {
        url.set_path(path.trim_end_matches('/'));
    }
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_once_and_in_one_form() {
        for (text, links) in [
            ("see http://Example.com/a/?utm_source=x&b=1.", vec!["http://example.com/a?b=1"]),
            ("https://e.com/x https://e.com/x/", vec!["https://e.com/x"]),
            ("(t.me/ru_python/12)", vec!["https://t.me/ru_python/12"]),
            ("docs.rs is not in the list, example.dev/x is", vec!["https://example.dev/x"]),
            ("foo.community", vec![]),
            ("write to me@example.com", vec![]),
            (
                "https://uk.wikipedia.org/wiki/Rust_(мова)",
                vec!["https://uk.wikipedia.org/wiki/Rust_(%D0%BC%D0%BE%D0%B2%D0%B0)"],
            ),
            ("https://a.com/?to=https://b.com/x", vec!["https://a.com/?to=https://b.com/x"]),
            ("https://", vec![]),
            ("», ...", vec![]),
        ] {
            assert_eq!(of(text, &[]), links, "{text}");
        }
    }

    #[test]
    fn an_address_behind_words_is_a_link_too() {
        let entity = Entity {
            kind: "text_link".to_owned(),
            offset: 0,
            length: 4,
            url: Some("https://example.org/".to_owned()),
            user_id: None,
            language: None,
            custom_emoji_id: None,
        };

        assert_eq!(of("here", &[entity]), ["https://example.org/"]);
    }
}
