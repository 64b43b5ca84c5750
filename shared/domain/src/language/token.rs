//! Words, numbers, phones, links, signs: what a message is made of.

use super::fold;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Letters.
    Word,
    /// Digits; `None` when there are more than nine of them.
    Number(Option<u32>),
    /// A telephone number, however it is spaced.
    Phone,
    /// A link.
    Url,
    /// An emoji or another picture.
    Emoji,
    /// A sign that parts or joins: `?`, `-`, `+`, a new line.
    Mark(char),
}

/// A piece of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// As it was written.
    pub raw: String,
    /// As it is compared; see [`fold::key`].
    pub key: String,
    /// Whether it follows the token before it without a space.
    pub is_joined: bool,
}

impl Token {
    /// Whether it ends a sentence.
    #[must_use]
    pub const fn is_break(&self) -> bool {
        matches!(self.kind, Kind::Mark('.' | '!' | '?' | '\n' | ';'))
    }

    /// Whether it is a word.
    #[must_use]
    pub const fn is_word(&self) -> bool {
        matches!(self.kind, Kind::Word)
    }

    /// Its value, if it is a number.
    #[must_use]
    pub const fn number(&self) -> Option<u32> {
        match self.kind {
            Kind::Number(value) => value,
            _ => None,
        }
    }

    /// Whether it is the sign `mark`.
    #[must_use]
    pub const fn is_mark(&self, mark: char) -> bool {
        matches!(self.kind, Kind::Mark(own) if own as u32 == mark as u32)
    }
}

/// Reads a text.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let cleaned = fold::clean(text);
    let chars: Vec<char> = cleaned.chars().collect();
    let mut found = Vec::with_capacity(chars.len() / 4);
    let mut at = 0;
    let mut is_joined = false;
    while let Some(&c) = chars.get(at) {
        if c.is_whitespace() {
            if c == '\n' {
                found.push(token(Kind::Mark('\n'), "\n".into(), false));
            }
            at += 1;
            is_joined = false;
            continue;
        }
        let rest = &chars[at..];
        let joined_phone =
            || joined_phone(rest, &found).filter(|_| is_joined).map(|length| (Kind::Phone, length));
        let (kind, length) = joined_phone().unwrap_or_else(|| next(rest, is_joined));
        let raw: String = rest[..length].iter().collect();
        // A hyphen between letters parts two words that are matched as two.
        let is_silent = kind == Kind::Mark('-') && is_joined && ends_word(&found);
        if !is_silent {
            found.push(token(kind, raw, is_joined));
        }
        at += length;
        is_joined = true;
    }
    found
}

/// How long the telephone number is that stands behind a sign or a word without a space: "т.067...",
/// "тел:067...", "тел067...".
fn joined_phone(rest: &[char], found: &[Token]) -> Option<usize> {
    const FEWEST_DIGITS: usize = 10;
    let is_behind = match found.last()?.kind {
        Kind::Word | Kind::Emoji => true,
        // Not "12/0671234567" or the end of a card's number.
        Kind::Mark(mark) if !matches!(mark, '/' | '-') => true,
        Kind::Mark(_) => found.iter().rev().nth(1).is_none_or(|token| token.number().is_none()),
        _ => false,
    };
    let length = phone(rest).filter(|_| is_behind)?;
    let digits = rest[..length].iter().filter(|c| c.is_ascii_digit()).count();
    (digits >= FEWEST_DIGITS).then_some(length)
}

fn ends_word(found: &[Token]) -> bool {
    found.last().is_some_and(Token::is_word)
}

fn token(kind: Kind, raw: String, is_joined: bool) -> Token {
    let key = match kind {
        Kind::Word => fold::key(&raw),
        _ => raw.to_lowercase(),
    };
    Token { kind, raw, key, is_joined }
}

/// The kind of what stands first, and how many characters it takes, at least one.
fn next(rest: &[char], is_joined: bool) -> (Kind, usize) {
    if !is_joined {
        if let Some(length) = url(rest) {
            return (Kind::Url, length);
        }
        if let Some(length) = phone(rest) {
            return (Kind::Phone, length);
        }
    }
    let c = rest[0];
    if c.is_ascii_digit() {
        let length = rest.iter().take_while(|c| c.is_ascii_digit()).count();
        let digits: String = rest[..length].iter().collect();
        let value = if length <= 9 { digits.parse().ok() } else { None };
        return (Kind::Number(value), length);
    }
    if c.is_alphabetic() {
        return (Kind::Word, word(rest));
    }
    if is_picture(c) {
        let length = 1 + rest[1..].iter().take_while(|c| is_picture_part(**c)).count();
        return (Kind::Emoji, length);
    }
    (Kind::Mark(c), 1)
}

/// How long the word is that stands first. A digit or an apostrophe is part of it when a letter
/// follows: "к0стюм" is a word, "м20" is a word and a number.
fn word(rest: &[char]) -> usize {
    rest.iter()
        .enumerate()
        .take_while(|(i, c)| {
            let follows = || rest[i + 1..].iter().find(|next| !next.is_ascii_digit());
            c.is_alphabetic()
                || ((c.is_ascii_digit() || **c == '\'')
                    && follows().is_some_and(|c| c.is_alphabetic()))
        })
        .count()
}

const fn is_picture(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}' | '\u{3030}' | '\u{00A9}' | '\u{00AE}')
}

const fn is_picture_part(c: char) -> bool {
    matches!(c, '\u{1F3FB}'..='\u{1F3FF}' | '\u{200D}' | '\u{20E3}')
}

/// How long the link is that stands first.
fn url(rest: &[char]) -> Option<usize> {
    let length = rest.iter().take_while(|c| !c.is_whitespace()).count();
    let text: String = rest[..length].iter().flat_map(|c| c.to_lowercase()).collect();
    let is_link = text.contains("://") || text.starts_with("www.") || has_domain(&text);
    is_link.then_some(length)
}

/// Top-level domains by which a link without a scheme is known.
const DOMAINS: &[&str] = &[
    "com", "ua", "ru", "net", "org", "me", "ly", "io", "top", "xyz", "info", "link", "shop",
    "site", "club", "biz", "gg", "cc", "store", "online", "app", "dev", "pro", "eu", "pl", "de",
    "uk", "tv", "gl", "by", "su", "live", "vip", "win", "bet", "fun", "tk",
];

fn has_domain(text: &str) -> bool {
    let host = text.split(['/', '?', ':']).next().unwrap_or(text).trim_end_matches(['.', ',', '!']);
    let Some((name, top)) = host.rsplit_once('.') else { return false };
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
        && DOMAINS.contains(&top)
}

/// How long the telephone number is that stands first: Ukrainian in any of its spellings, or
/// foreign with a plus.
fn phone(rest: &[char]) -> Option<usize> {
    let has_plus = rest[0] == '+';
    if !(has_plus || rest[0].is_ascii_digit() || rest[0] == '(') {
        return None;
    }
    let mut digits = String::new();
    let mut best = None;
    let mut gap = 0;
    for (i, &c) in rest.iter().enumerate() {
        if c.is_ascii_digit() {
            digits.push(c);
            gap = 0;
            let ends = !rest.get(i + 1).is_some_and(char::is_ascii_digit);
            if ends && is_phone(&digits, has_plus, i + 1 == digits.len()) {
                best = Some(i + 1);
            }
        } else if matches!(c, ' ' | '-' | '(' | ')' | '.') || (i == 0 && has_plus) {
            gap += 1;
            if gap > 2 {
                break;
            }
        } else {
            break;
        }
        if digits.len() > 15 {
            break;
        }
    }
    best
}

fn is_phone(digits: &str, has_plus: bool, is_solid: bool) -> bool {
    match digits.len() {
        9 => is_solid && is_operator(digits),
        10 => digits.strip_prefix('0').is_some_and(is_operator),
        11 => digits.strip_prefix("80").is_some_and(is_operator) || has_plus,
        12 => digits.strip_prefix("380").is_some_and(is_operator) || has_plus,
        13..=15 => has_plus,
        _ => false,
    }
}

/// Whether nine digits begin as those of a Ukrainian mobile or town number do.
fn is_operator(nine: &str) -> bool {
    nine.len() == 9 && matches!(nine.as_bytes()[0], b'3'..=b'9')
}

#[cfg(test)]
mod tests {
    use super::{Kind, Token, tokens};

    fn kinds(text: &str) -> Vec<Kind> {
        tokens(text).iter().map(|token| token.kind).collect()
    }

    #[test]
    fn a_number_is_parted_from_the_unit_that_is_written_onto_it() {
        assert_eq!(kinds("120см"), [Kind::Number(Some(120)), Kind::Word]);
    }

    #[test]
    fn a_range_keeps_its_hyphen_and_a_compound_word_loses_it() {
        assert_eq!(
            kinds("134-140"),
            [Kind::Number(Some(134)), Kind::Mark('-'), Kind::Number(Some(140))]
        );
        let words: Vec<String> = tokens("темно-синій").into_iter().map(|token| token.key).collect();
        assert_eq!(words, ["темно", "синий"]);
    }

    #[test]
    fn a_phone_is_one_token_however_it_is_spaced() {
        for text in
            ["+380671234567", "067 123 45 67", "(067) 123-45-67", "80671234567", "671234567"]
        {
            assert_eq!(kinds(text), [Kind::Phone], "{text}");
        }
    }

    #[test]
    fn sizes_in_a_row_are_no_phone() {
        assert!(!kinds("110-116 122-128").contains(&Kind::Phone));
        assert!(!kinds("98 104 110 116").contains(&Kind::Phone));
    }

    #[test]
    fn links_are_known_with_and_without_a_scheme() {
        assert_eq!(kinds("https://a.b/c?d=1&e"), [Kind::Url]);
        assert_eq!(kinds("bit.ly/xyz"), [Kind::Url]);
        assert!(!kinds("так.добре").contains(&Kind::Url));
    }

    #[test]
    fn every_sign_ends_somewhere() {
        let found = tokens("а?! + — 🤍🏻 «б»");
        assert!(found.iter().any(Token::is_break));
        assert!(found.iter().any(|token| token.kind == Kind::Emoji));
    }
}
