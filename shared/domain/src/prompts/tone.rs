//! How the shop writes to its customers, as far as it can be told from a text alone: the same rules
//! for a template when it is built and for a reply before it is sent.

use std::fmt;

use unicode_properties::UnicodeEmoji;
use unicode_segmentation::UnicodeSegmentation;

/// The longest bubble, in characters.
pub const MAX_BUBBLE_CHARS: usize = 900;

/// The most emoji in one bubble.
pub const MAX_BUBBLE_EMOJI: usize = 2;

/// Letters that Russian has and Ukrainian has not.
const RUSSIAN_LETTERS: [char; 8] = ['ы', 'э', 'ъ', 'ё', 'Ы', 'Э', 'Ъ', 'Ё'];

/// Longer than a hyphen: the en dash, the em dash and the bar.
const LONG_DASHES: [char; 3] = ['–', '—', '―'];

/// Marks that Markdown reads wherever they stand. A comment is among them: nothing hides it from a
/// customer.
const MARKS: [&str; 6] = ["*", "`", "__", "~~", "](", "<!--"];

/// Marks that Markdown reads at the beginning of a line.
const LINE_MARKS: [&str; 6] = ["# ", "##", "> ", "- ", "+ ", "!["];

/// A rule that a bubble breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ToneFault {
    /// Longer than [`MAX_BUBBLE_CHARS`].
    TooLong {
        /// How long it is, in characters.
        chars: usize,
    },
    /// More emoji than [`MAX_BUBBLE_EMOJI`].
    TooManyEmoji {
        /// How many there are.
        emoji: usize,
    },
    /// A dash that is longer than a hyphen.
    LongDash(char),
    /// A Markdown mark, which channels show as it is.
    Markdown(&'static str),
    /// A letter that Ukrainian does not have.
    RussianLetter(char),
}

impl fmt::Display for ToneFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { chars } => {
                write!(f, "the bubble has {chars} characters, more than {MAX_BUBBLE_CHARS}")
            }
            Self::TooManyEmoji { emoji } => {
                write!(f, "the bubble has {emoji} emoji, more than {MAX_BUBBLE_EMOJI}")
            }
            Self::LongDash(dash) => write!(f, "\"{dash}\" is no hyphen"),
            Self::Markdown(mark) => {
                write!(f, "customers would see the Markdown mark \"{}\"", mark.trim_end())
            }
            Self::RussianLetter(letter) => write!(f, "\"{letter}\" is no Ukrainian letter"),
        }
    }
}

/// The rules that a bubble breaks, each with the byte where it does so, ordered by it.
#[must_use]
pub fn tone_faults(bubble: &str) -> Vec<(usize, ToneFault)> {
    let mut faults = Vec::new();
    let chars = bubble.chars().count();
    if chars > MAX_BUBBLE_CHARS {
        faults.push((0, ToneFault::TooLong { chars }));
    }
    let emoji = bubble.graphemes(true).filter(|grapheme| is_emoji(grapheme)).count();
    if emoji > MAX_BUBBLE_EMOJI {
        faults.push((0, ToneFault::TooManyEmoji { emoji }));
    }
    faults.extend(first_of(bubble, &LONG_DASHES).map(|(at, dash)| (at, ToneFault::LongDash(dash))));
    faults.extend(
        first_of(bubble, &RUSSIAN_LETTERS)
            .map(|(at, letter)| (at, ToneFault::RussianLetter(letter))),
    );
    faults.extend(
        MARKS.iter().filter_map(|mark| Some((bubble.find(mark)?, ToneFault::Markdown(mark)))),
    );
    let mut at = 0;
    for line in bubble.split_inclusive('\n') {
        let mark = LINE_MARKS.iter().find(|mark| line.trim_start().starts_with(**mark));
        faults.extend(mark.map(|mark| (at, ToneFault::Markdown(mark))));
        at += line.len();
    }
    faults.sort_by_key(|(at, _)| *at);
    faults
}

/// Whether a grapheme is shown as an emoji; digits and the like are not, although keycaps made of
/// them are.
fn is_emoji(grapheme: &str) -> bool {
    const KEYCAP: char = '\u{20E3}';
    grapheme.chars().any(|char| char == KEYCAP || (!char.is_ascii() && char.is_emoji_char()))
}

fn first_of(text: &str, chars: &[char]) -> Option<(usize, char)> {
    text.char_indices().find(|(_, char)| chars.contains(char))
}

#[cfg(test)]
mod tests {
    use super::{MAX_BUBBLE_CHARS, ToneFault, tone_faults};

    fn kinds(bubble: &str) -> Vec<ToneFault> {
        tone_faults(bubble).into_iter().map(|(_, fault)| fault).collect()
    }

    #[test]
    fn plain_ukrainian_with_hyphens_and_two_emoji_is_fine() {
        let bubble = "Доброго дня! 🤍\nЄ темно-синій тренч - він легкий. Показати ще? 1️⃣";

        assert_eq!(kinds(bubble), []);
    }

    #[test]
    fn a_bubble_of_the_longest_length_is_fine_and_one_more_character_is_not() {
        assert_eq!(kinds(&"я".repeat(MAX_BUBBLE_CHARS)), []);
        assert_eq!(kinds(&"я".repeat(MAX_BUBBLE_CHARS + 1)), [ToneFault::TooLong { chars: 901 }]);
    }

    #[test]
    fn emoji_are_counted_as_they_are_seen() {
        assert_eq!(kinds("👨‍👩‍👧 👍🏽"), []);
        assert_eq!(kinds("👨‍👩‍👧 👍🏽 ❤️"), [ToneFault::TooManyEmoji { emoji: 3 }]);
    }

    #[test]
    fn long_dashes_are_no_hyphens() {
        assert_eq!(kinds("Так — є"), [ToneFault::LongDash('—')]);
        assert_eq!(kinds("Так – є"), [ToneFault::LongDash('–')]);
    }

    #[test]
    fn russian_letters_are_found_in_either_case() {
        assert_eq!(kinds("рожевый"), [ToneFault::RussianLetter('ы')]);
        assert_eq!(kinds("Это"), [ToneFault::RussianLetter('Э')]);
    }

    #[test]
    fn markdown_is_found_where_it_would_be_read() {
        for (bubble, mark) in [
            ("**Увага**", "*"),
            ("код `x`", "`"),
            ("__Увага__", "__"),
            ("~~ні~~", "~~"),
            ("[сайт](https://example.com)", "]("),
            ("Є:\n- сукня", "- "),
            ("<!-- лише для нас", "<!--"),
            ("# Увага", "# "),
            ("> цитата", "> "),
        ] {
            assert_eq!(kinds(bubble), [ToneFault::Markdown(mark)], "{bubble}");
        }
    }

    #[test]
    fn what_only_looks_like_markdown_is_fine() {
        assert_eq!(kinds("#mirt і mirt_ua, темно-синій - так"), []);
    }

    #[test]
    fn a_fault_is_told_with_its_place() {
        assert_eq!(tone_faults("a\nb *"), [(4, ToneFault::Markdown("*"))]);
        assert_eq!(tone_faults("a\n- b"), [(2, ToneFault::Markdown("- "))]);
    }
}
