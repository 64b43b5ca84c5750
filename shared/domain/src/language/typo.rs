//! Words that are one slip of the finger apart.

/// Whether two words differ by one letter left out, put in, replaced, or by two neighbours swapped;
/// or not at all.
#[must_use]
pub fn is_within_one_slip(a: &[char], b: &[char]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let (short, long) = (&short[same..], &long[same..]);
    match (short, long) {
        ([], [] | [_]) => true,
        _ if short.len() < long.len() => short == &long[1..],
        ([x, rest_a @ ..], [y, rest_b @ ..]) => {
            rest_a == rest_b
                || matches!(
                    (rest_a, rest_b),
                    ([p, tail_a @ ..], [q, tail_b @ ..]) if x == q && y == p && tail_a == tail_b
                )
        }
        _ => false,
    }
}

/// Whether two words of one length differ in a consonant: in a short word that makes another one,
/// as "чесно" is not "черно".
#[must_use]
pub fn swaps_a_consonant(a: &[char], b: &[char]) -> bool {
    const VOWELS: &str = "аеиоуюя";
    let different: Vec<_> = a.iter().zip(b).filter(|(x, y)| x != y).collect();
    let is_other = |(x, y): &&(&char, &char)| !(VOWELS.contains(**x) && VOWELS.contains(**y));
    a.len() == b.len() && matches!(different.as_slice(), [one] if is_other(&one))
}

#[cfg(test)]
mod tests {
    use super::{is_within_one_slip, swaps_a_consonant};

    fn close(a: &str, b: &str) -> bool {
        let letters = |word: &str| word.chars().collect::<Vec<_>>();
        is_within_one_slip(&letters(a), &letters(b))
    }

    #[test]
    fn one_letter_more_less_other_or_swapped_is_one_slip() {
        assert!(close("лагуна", "лагуна"));
        assert!(close("лагунна", "лагуна"));
        assert!(close("лагна", "лагуна"));
        assert!(close("логуна", "лагуна"));
        assert!(close("лаугна", "лагуна"));
    }

    #[test]
    fn another_consonant_makes_another_word_and_another_vowel_does_not() {
        let swaps = |a: &str, b: &str| {
            let letters = |word: &str| word.chars().collect::<Vec<_>>();
            swaps_a_consonant(&letters(a), &letters(b))
        };
        assert!(swaps("чесн", "черн"));
        assert!(!swaps("чарн", "черн"));
        assert!(!swaps("чрен", "черн"));
        assert!(!swaps("черн", "черн"));
    }

    #[test]
    fn two_slips_are_too_many() {
        assert!(!close("логунна", "лагуна"));
        assert!(!close("лаугнва", "лагуна"));
        assert!(!close("лагу", "лагуна"));
    }
}
