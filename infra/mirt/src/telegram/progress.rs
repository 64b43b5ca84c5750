//! Bars for what is being read, for as long as somebody reads: on a terminal only.

use std::{collections::BTreeMap, time::Duration};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use mirt_aws::table::Table;
use mirt_engine::{clock::until, failure::PortError};
use mirt_history::{chat::ChatRef, day::Day, record::Work};

/// Between two looks at the table.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// So many looks at which nobody read end it: between two commands there is nobody for a moment.
const QUIET_LOOKS: u32 = 3;

/// How a bar looks. The library checks it; a test draws it.
const STYLE: &str = "  {prefix} {bar:24.green} {pos:>3} %  {msg}";

/// How far into its day the last message is that was read, in percent.
pub(super) fn percent(work: &Work) -> u64 {
    let length = until(work.day.start(), work.day.end()).as_secs().max(1);
    let done = work.last_at.map_or(0, |at| until(work.day.start(), at).as_secs());
    (done * 100 / length).min(100)
}

/// Shows bars until nobody reads any more.
pub(super) async fn follow(table: &Table, chats: &[ChatRef]) -> Result<(), PortError> {
    let mut bars = Bars::on(ProgressDrawTarget::stdout());
    let mut quiet = 0;
    while quiet < QUIET_LOOKS {
        let mut works = Vec::new();
        for chat in chats {
            let of_chat = table.works(chat).await?;
            works.extend(of_chat.into_iter().map(|work| (chat.clone(), work)));
        }
        bars.show(&works);
        let is_read = table.session_held_until().await?.is_some_and(|end| end > Timestamp::now());
        quiet = if is_read { 0 } else { quiet + 1 };
        tokio::time::sleep(LOOK_EVERY).await;
    }
    bars.stop();
    Ok(())
}

/// A bar for each day that is being read.
struct Bars {
    all: MultiProgress,
    style: ProgressStyle,
    of: BTreeMap<(ChatRef, Day), ProgressBar>,
}

impl Bars {
    fn on(target: ProgressDrawTarget) -> Self {
        let style = ProgressStyle::with_template(STYLE);
        Self {
            all: MultiProgress::with_draw_target(target),
            // Without it a bar is one of the library's own.
            style: style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("█░░"),
            of: BTreeMap::new(),
        }
    }

    /// Brings the bars up to date; a day that is done becomes a line above them.
    fn show(&mut self, works: &[(ChatRef, Work)]) {
        let is_there =
            |chat: &ChatRef, day: Day| works.iter().any(|(of, work)| of == chat && work.day == day);
        let gone: Vec<_> =
            self.of.keys().filter(|(chat, day)| !is_there(chat, *day)).cloned().collect();
        for key in gone {
            if let Some(bar) = self.of.remove(&key) {
                bar.finish_and_clear();
                let line = format!("  {} {} done, {}", key.0, key.1, bar.message());
                // A terminal that is gone shows nothing anyway.
                let _ = self.all.println(line);
            }
        }
        for (chat, work) in works {
            let (all, style) = (&self.all, &self.style);
            let bar = self.of.entry((chat.clone(), work.day)).or_insert_with(|| {
                all.add(ProgressBar::new(100).with_style(style.clone()))
                    .with_prefix(format!("{chat} {}", work.day))
            });
            bar.set_message(format!("{} messages", work.messages));
            bar.set_position(percent(work));
        }
    }

    /// Leaves the bars as they are.
    fn stop(self) {
        for bar in self.of.into_values() {
            bar.abandon();
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use indicatif::InMemoryTerm;

    use super::*;

    fn work(day: &str, last_at: &str, messages: u64) -> (ChatRef, Work) {
        let work = Work {
            day: day.parse().unwrap(),
            generation: 1,
            pages: 1,
            messages,
            last_id: Some(1),
            last_at: Some(last_at.parse().unwrap()),
            command_id: "c".to_owned(),
            started_at: "2026-11-19T02:00:00Z".parse().unwrap(),
            took_ms: 0,
        };
        ("@news".parse().unwrap(), work)
    }

    #[test]
    fn a_day_is_a_bar_that_grows_and_a_line_when_it_is_done() {
        let terminal = InMemoryTerm::new(10, 80);
        let mut bars = Bars::on(ProgressDrawTarget::term_like(Box::new(terminal.clone())));

        bars.show(&[work("2026-11-18", "2026-11-18T06:00:00Z", 100)]);
        bars.show(&[work("2026-11-18", "2026-11-18T12:00:00Z", 200)]);
        let half = terminal.contents();
        bars.show(&[work("2026-11-19", "2026-11-19T00:00:00Z", 1)]);
        let next = terminal.contents();

        assert!(half.contains("@news 2026-11-18"), "{half}");
        assert!(half.contains(&"█".repeat(12)) && half.contains("50 %  200 messages"), "{half}");
        assert!(next.contains("@news 2026-11-18 done, 200 messages"), "{next}");
        assert!(next.contains("  0 %  1 messages") && !next.contains("50 %"), "{next}");
    }
}
