//! `GET /local/events`: all that happens, as one stream that can be resumed.

use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    extract::State,
    http::HeaderMap,
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::{Stream, StreamExt as _, stream};
use serde_json::{Value, json};
use tokio::sync::broadcast;

/// How many events are kept for a page that comes back, and may wait for one that is slow.
const KEPT: usize = 1024;

/// Where a browser says what it heard last.
const LAST_EVENT_ID: &str = "last-event-id";

/// One thing that happened.
#[derive(Clone, Debug)]
struct Happening {
    number: u64,
    kind: &'static str,
    data: Arc<str>,
}

/// The stream; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Live(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Tells this run's events from those of the run before.
    run: String,
    log: Mutex<Log>,
    sender: broadcast::Sender<Happening>,
}

#[derive(Debug)]
struct Log {
    /// The number of the next event: the first is 1, so that before it there is a place to resume from.
    next: u64,
    kept: VecDeque<Happening>,
}

impl Live {
    pub(crate) fn new() -> Self {
        let run = format!("{:08x}", fastrand::u32(..));
        let sender = broadcast::Sender::new(KEPT);
        let log = Mutex::new(Log { next: 1, kept: VecDeque::new() });
        Self(Arc::new(Inner { run, log, sender }))
    }

    /// Tells every page, and those that come back soon.
    pub(crate) fn tell(&self, kind: &'static str, data: &Value) {
        let mut log = self.log();
        let happening = Happening { number: log.next, kind, data: data.to_string().into() };
        log.next += 1;
        log.kept.push_back(happening.clone());
        if log.kept.len() > KEPT {
            log.kept.pop_front();
        }
        // Sent under the lock: a page that joins misses nothing and hears nothing twice. Nobody
        // listening is no error.
        let _ = self.0.sender.send(happening);
    }

    /// What came after `last`, and what will come. A page that cannot be told all of it, because
    /// too much happened since or it knows another run, is told to look at everything anew.
    fn follow(&self, last: Option<&str>) -> (VecDeque<Happening>, broadcast::Receiver<Happening>) {
        let log = self.log();
        let known = last.and_then(|last| {
            let (run, number) = last.split_once('-')?;
            let number: u64 = number.parse().ok()?;
            let first = log.kept.front().map_or(log.next, |first| first.number);
            (run == self.0.run && number < log.next && number + 1 >= first).then_some(number)
        });
        let missed = match known {
            Some(known) => log.kept.iter().filter(|it| it.number > known).cloned().collect(),
            None => VecDeque::from([self.anew(log.next)]),
        };
        (missed, self.0.sender.subscribe())
    }

    /// An event that says where the stream stands, so that it can be resumed from there.
    fn anew(&self, next: u64) -> Happening {
        let data = json!({ "run": self.0.run }).to_string().into();
        Happening { number: next - 1, kind: "anew", data }
    }

    fn event(&self, happening: &Happening) -> Event {
        let id = format!("{}-{}", self.0.run, happening.number);
        Event::default().id(id).event(happening.kind).data(&*happening.data)
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.0.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) async fn listen(
    State(live): State<Live>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last = headers.get(LAST_EVENT_ID).and_then(|last| last.to_str().ok());
    let (missed, coming) = live.follow(last);
    let coming = stream::unfold((coming, live.clone()), |(mut coming, live)| async {
        let next = match coming.recv().await {
            Ok(happening) => happening,
            Err(broadcast::error::RecvError::Lagged(_)) => live.anew(live.log().next),
            Err(broadcast::error::RecvError::Closed) => return None,
        };
        Some((next, (coming, live)))
    });
    let all = stream::iter(missed).chain(coming);
    Sse::new(all.map(move |happening| Ok(live.event(&happening)))).keep_alive(KeepAlive::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(missed: &VecDeque<Happening>) -> Vec<&'static str> {
        missed.iter().map(|happening| happening.kind).collect()
    }

    #[test]
    fn who_comes_back_hears_what_was_missed_and_nothing_again() {
        let live = Live::new();
        for kind in ["a", "b", "c"] {
            live.tell(kind, &Value::Null);
        }
        let last = format!("{}-1", live.0.run);

        let (missed, _) = live.follow(Some(&last));

        assert_eq!(kinds(&missed), ["b", "c"]);
    }

    #[test]
    fn a_new_page_one_of_another_run_and_one_that_missed_too_much_look_anew() {
        let live = Live::new();
        for _ in 0..KEPT + 2 {
            live.tell("a", &Value::Null);
        }
        let too_old = format!("{}-0", live.0.run);

        for last in [None, Some("00000000-5"), Some(too_old.as_str()), Some("?")] {
            assert_eq!(kinds(&live.follow(last).0), ["anew"], "{last:?}");
        }
    }

    #[test]
    fn a_page_that_came_before_the_first_event_hears_of_it_when_it_comes_back() {
        let live = Live::new();
        let (anew, _) = live.follow(None);
        live.tell("a", &Value::Null);
        let last = format!("{}-{}", live.0.run, anew[0].number);

        let (missed, _) = live.follow(Some(&last));

        assert_eq!(kinds(&missed), ["a"]);
    }

    #[test]
    fn who_was_told_to_look_anew_can_resume_from_there() {
        let live = Live::new();
        live.tell("a", &Value::Null);
        let (anew, _) = live.follow(None);
        live.tell("b", &Value::Null);
        let last = format!("{}-{}", live.0.run, anew[0].number);

        let (missed, _) = live.follow(Some(&last));

        assert_eq!(kinds(&missed), ["b"]);
    }
}
