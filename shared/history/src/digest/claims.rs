//! What in a text can be held to others: its numbers, the names with `@`, the addresses.

use std::collections::BTreeSet;

use crate::message::Message;

/// What a message holds, its comments included.
pub(super) fn said(message: &Message) -> BTreeSet<String> {
    let texts = std::iter::once(message).chain(&message.comments);
    texts.filter_map(|message| message.text.as_deref()).flat_map(claims).collect()
}

/// What in a text can be held to others: its numbers, the names with `@`, the addresses.
pub(super) fn claims(text: &str) -> BTreeSet<String> {
    let mut claims = BTreeSet::new();
    for word in text.split_whitespace() {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '@').to_lowercase();
        if is_address(&word) {
            claims.insert(word);
            continue;
        }
        let numbers = word.split(|c: char| !c.is_numeric()).filter(|number| !number.is_empty());
        claims.extend(numbers.map(str::to_owned));
    }
    claims
}

/// Whether a word leads somewhere: a scheme, a name with `@`, a host.
fn is_address(word: &str) -> bool {
    let has_host = word.split(['/', ':', '?']).any(|piece| {
        let end = piece.rsplit_once('.').filter(|(name, _)| !name.is_empty());
        end.is_some_and(|(_, end)| end.len() > 1 && end.chars().all(|c| c.is_ascii_alphabetic()))
    });
    word.contains("://") || word.contains('@') || has_host
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_names_and_addresses_are_claims_and_other_words_are_none() {
        let of = |text: &str| claims(text).into_iter().collect::<Vec<_>>();

        assert_eq!(of("О 9:30, 1790 грн за 2 шт."), ["1790", "2", "30", "9"]);
        assert_eq!(of("(@Olena), див. shop.example.com/a!"), ["@olena", "shop.example.com/a"]);
        assert_eq!(
            of("пишіть на a@b.ua, t.me/x чи https://x.io"),
            ["a@b.ua", "https://x.io", "t.me/x"]
        );
        assert_eq!(of("Сукні, і т. д. Все. Дякую…"), [""; 0]);
        assert_eq!(of("٣ сукні"), ["٣"]);
    }
}
