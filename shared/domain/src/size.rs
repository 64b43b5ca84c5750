//! Heights and the sizes that fit them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A child's height in centimetres, 40 to 220: outside of it a number is something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Height(u16);

/// A number that is no child's height.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a height is 40 to 220 cm")]
pub struct InvalidHeight;

impl Height {
    /// Takes a number of centimetres.
    ///
    /// # Errors
    /// When it is outside 40 to 220.
    pub const fn from_cm(cm: u16) -> Result<Self, InvalidHeight> {
        if cm < 40 || cm > 220 { Err(InvalidHeight) } else { Ok(Self(cm)) }
    }

    /// The height in centimetres.
    #[must_use]
    pub const fn cm(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for Height {
    type Error = InvalidHeight;

    fn try_from(cm: u16) -> Result<Self, Self::Error> {
        Self::from_cm(cm)
    }
}

impl From<Height> for u16 {
    fn from(height: Height) -> Self {
        height.0
    }
}

/// A size as the shop names it, by body height in centimetres: `110-116`, or a single `98`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Size {
    from: u16,
    to: u16,
}

/// Text that names no size.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a size is a height like 98 or a range like 110-116")]
pub struct InvalidSize;

impl Size {
    /// The smallest height in its name, in centimetres.
    #[must_use]
    pub const fn from(self) -> u16 {
        self.from
    }

    /// The largest height in its name, in centimetres.
    #[must_use]
    pub const fn to(self) -> u16 {
        self.to
    }

    /// The single size named after a height.
    #[must_use]
    pub const fn single(height: Height) -> Self {
        Self { from: height.cm(), to: height.cm() }
    }

    /// Whether it is a single height and not a range.
    #[must_use]
    pub const fn is_single(self) -> bool {
        self.from == self.to
    }
}

impl FromStr for Size {
    type Err = InvalidSize;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Digits only: the number parser alone would take "+98" as well.
        let number = |part: &str| match part.bytes().all(|byte| byte.is_ascii_digit()) {
            true => part.parse().map_err(|_| InvalidSize),
            false => Err(InvalidSize),
        };
        let (from, to) = match text.split_once('-') {
            Some((from, to)) => (number(from)?, number(to)?),
            None => (number(text)?, number(text)?),
        };
        let is_range = text.contains('-');
        if from < 40 || to > 220 || from > to || (is_range && from == to) {
            return Err(InvalidSize);
        }
        Ok(Self { from, to })
    }
}

impl TryFrom<String> for Size {
    type Error = InvalidSize;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Size> for String {
    fn from(size: Size) -> Self {
        size.to_string()
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_single() {
            write!(f, "{}", self.from)
        } else {
            write!(f, "{}-{}", self.from, self.to)
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::{Height, InvalidSize, Size};

    #[test]
    fn a_size_is_shown_as_it_is_read() {
        for text in ["80-92", "110-116", "98", "164"] {
            assert_eq!(text.parse::<Size>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn text_that_names_no_size_is_refused() {
        for text in [
            "",
            "-",
            "98-",
            "-98",
            "+98",
            "98-98",
            "116-110",
            "39",
            "221",
            "110–116",
            "110-116-122",
        ] {
            assert_eq!(text.parse::<Size>(), Err(InvalidSize), "{text}");
        }
    }

    #[test]
    fn a_height_outside_of_a_childs_is_refused() {
        assert!(Height::from_cm(39).is_err());
        assert_eq!(Height::from_cm(40).unwrap().cm(), 40);
        assert_eq!(Height::from_cm(220).unwrap().cm(), 220);
        assert!(Height::from_cm(221).is_err());
    }
}
