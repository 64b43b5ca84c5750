//! When a burst of messages is over (I4).

use std::{collections::BTreeMap, str::FromStr, time::Duration};

use jiff::Timestamp;
use mirt_domain::channel::Channel;

use crate::clock::after;

/// How long to wait for a customer who is still writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BurstWindow {
    /// The quiet after the last message that ends a burst.
    pub quiet: Duration,
    /// The longest wait after the first message, for a customer who never stops.
    pub longest: Duration,
}

impl Default for BurstWindow {
    /// 1.5 s and 6 s, of the architecture's invariant I4.
    fn default() -> Self {
        Self { quiet: Duration::from_millis(1500), longest: Duration::from_secs(6) }
    }
}

impl BurstWindow {
    /// When a burst is over that began at `first` and whose last message came at `last`.
    #[must_use]
    pub fn over_at(&self, first: Timestamp, last: Timestamp) -> Timestamp {
        after(last, self.quiet).min(after(first, self.longest))
    }

    /// The same window for a burst whose last message is a part of an album: the others of it are on
    /// their way, so that the longest wait is longer by one quiet window, and albums come whole.
    #[must_use]
    pub(crate) fn with_album(self) -> Self {
        Self { longest: self.longest.saturating_add(self.quiet), ..self }
    }
}

/// The window of each channel: customers write otherwise in each, and channels carry otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BurstWindows {
    /// Where nothing else is said.
    pub usual: BurstWindow,
    /// Of these channels.
    pub of: BTreeMap<Channel, BurstWindow>,
}

impl BurstWindows {
    /// The window of a channel.
    #[must_use]
    pub fn of(&self, channel: Channel) -> BurstWindow {
        self.of.get(&channel).copied().unwrap_or(self.usual)
    }
}

/// Not a list of windows: `telegram=1000/4000, whatsapp=2000/8000` is one.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a list of channels with the quiet and the longest wait of each, in milliseconds")]
pub struct UnreadableWindows;

/// Windows by channel, as a setting writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowsByChannel(pub BTreeMap<Channel, BurstWindow>);

impl FromStr for WindowsByChannel {
    type Err = UnreadableWindows;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let millis = |text: &str| {
            let number = text.trim().parse().map_err(|_| UnreadableWindows)?;
            Ok(Duration::from_millis(number))
        };
        let window = |part: &str| {
            let (channel, window) = part.split_once('=').ok_or(UnreadableWindows)?;
            let channel: Channel = channel.trim().parse().map_err(|_| UnreadableWindows)?;
            let (quiet, longest) = window.split_once('/').ok_or(UnreadableWindows)?;
            Ok((channel, BurstWindow { quiet: millis(quiet)?, longest: millis(longest)? }))
        };
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(window).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_has_its_own_window_or_the_usual_one() {
        let of = "telegram=1000/4000, whatsapp=2000/8000".parse::<WindowsByChannel>();
        let windows = BurstWindows { of: of.unwrap_or_default().0, ..BurstWindows::default() };

        let (quiet, longest) = (Duration::from_secs(1), Duration::from_secs(4));
        assert_eq!(windows.of(Channel::Telegram), BurstWindow { quiet, longest });
        assert_eq!(windows.of(Channel::Instagram), BurstWindow::default());
    }

    #[test]
    fn windows_that_cannot_be_read_are_refused() {
        for text in ["telegram", "telegram=1", "telegram=a/b", "icq=1/2", "telegram=-1/2"] {
            assert_eq!(text.parse::<WindowsByChannel>(), Err(UnreadableWindows), "{text}");
        }
        assert_eq!("".parse(), Ok(WindowsByChannel::default()));
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).unwrap_or_default()
    }

    #[test]
    fn the_last_of_an_album_is_waited_for_one_quiet_window_beyond_the_longest_wait() {
        let window = BurstWindow::default();

        assert_eq!(window.over_at(at(0), at(5_900)), at(6_000));
        assert_eq!(window.with_album().over_at(at(0), at(5_900)), at(7_400));
        assert_eq!(window.with_album().over_at(at(0), at(7_400)), at(7_500));
    }

    #[test]
    fn a_burst_ends_with_a_quiet_window_after_the_last_message() {
        assert_eq!(BurstWindow::default().over_at(at(0), at(2_000)), at(3_500));
    }

    #[test]
    fn a_customer_who_never_stops_is_answered_all_the_same() {
        assert_eq!(BurstWindow::default().over_at(at(0), at(5_900)), at(6_000));
    }
}
