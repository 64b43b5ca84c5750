//! What a text is compared by: its words, pairs of them, and pieces of them, each as a number.

use super::fold;

/// How many numbers there are. Two features may share one; at this size few of weight do.
pub(super) const BUCKETS: usize = 1 << 16;

/// One, as the weights of features have it: the heaviest are about six.
pub(super) const ONE: i64 = 20;

/// The shortest and the longest piece of a word, in letters, the ends of the word counted as one each.
const PIECES: std::ops::RangeInclusive<usize> = 2..=4;

/// The numbers of a text's features, each once, in no order. Digits are alike, and so are the
/// spellings that [`fold::key`] makes one.
#[must_use]
pub(super) fn features(text: &str) -> Vec<u16> {
    let mut found = Found { seen: vec![0; BUCKETS / 64], list: Vec::with_capacity(text.len()) };
    let mut before: [Vec<char>; 2] = [Vec::new(), Vec::new()];
    for word in words(&fold::clean(text)) {
        let [second, first] = &before;
        found.add("word", &[&word]);
        if !first.is_empty() {
            found.add("pair", &[first, &word]);
        }
        if !second.is_empty() {
            found.add("over one", &[second, &word]);
        }
        let ended: Vec<char> = ['<'].into_iter().chain(word.iter().copied()).chain(['>']).collect();
        for length in PIECES {
            ended.windows(length).for_each(|piece| found.add("piece", &[piece]));
        }
        let [_, first] = before;
        before = [first, word];
    }
    found.list
}

struct Found {
    /// A bit a number.
    seen: Vec<u64>,
    list: Vec<u16>,
}

impl Found {
    fn add(&mut self, kind: &str, parts: &[&[char]]) {
        let chars = parts.iter().flat_map(|part| part.iter().copied().chain([' ']));
        let feature = bucket(kind.chars().chain(chars));
        let (at, bit) = (usize::from(feature) / 64, 1 << (feature % 64));
        if self.seen[at] & bit == 0 {
            self.seen[at] |= bit;
            self.list.push(feature);
        }
    }
}

/// FNV-1a over characters, its halves folded into one.
fn bucket(chars: impl Iterator<Item = char>) -> u16 {
    let hash =
        chars.fold(0x811c_9dc5_u32, |hash, c| (hash ^ u32::from(c)).wrapping_mul(0x0100_0193));
    let [a, b, c, d] = hash.to_le_bytes();
    u16::from_le_bytes([a, b]) ^ u16::from_le_bytes([c, d])
}

/// The words of a text by their keys; every sign is a word of its own.
fn words(text: &str) -> impl Iterator<Item = Vec<char>> {
    let is_of_word = |c: char| c.is_alphanumeric() || c == '\'' || c == '_';
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let length = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len()).max(first.len_utf8());
        let (word, after) = rest.split_at(length);
        rest = after;
        let alike = |c: char| if c.is_ascii_digit() { '0' } else { c };
        Some(fold::key(word).chars().map(alike).collect())
    })
}
