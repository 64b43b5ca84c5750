//! One customer of the load: says something, waits for the answer, says the next thing.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::heard::{Compared, compare};

/// The quiet that ends a burst: what a customer waits for without anything being slow.
const QUIET: Duration = Duration::from_millis(1500);

/// What customers say, one after the other.
const TEXTS: [&str; 5] = [
    "Добрий день",
    "покажіть сукні на зріст 134",
    "а в чорному є?",
    "скільки лагуна на 98?",
    "які ще є кольори?",
];

/// Posts to the webhook.
#[derive(Clone)]
pub(super) struct Post {
    pub(super) http: reqwest::Client,
    pub(super) address: String,
    pub(super) token: String,
}

impl Post {
    /// One post. Gives the status of the answer, if there was one.
    pub(super) async fn make(&self, payload: &Value) -> Option<u16> {
        let request = self.http.post(&self.address).header("X-ManyChat-Token", &self.token);
        let answer = request.json(payload).send().await.ok()?;
        Some(answer.status().as_u16())
    }
}

/// A customer.
#[derive(Debug)]
pub(super) struct Customer {
    /// The id that ManyChat gives.
    pub(super) user: String,
    /// What was said and accepted, in order.
    said: Vec<String>,
    /// When the question was asked that waits for its answer.
    asked: Option<Instant>,
    /// The messages that came back, in order.
    heard: Vec<String>,
}

/// What the system knows of a customer afterwards, beside what the customer knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) turns: usize,
    pub(super) lost: usize,
    pub(super) out_of_order: usize,
    pub(super) doubled: usize,
    pub(super) undelivered: usize,
    /// Messages that came twice.
    pub(super) sent_again: usize,
}

impl Customer {
    pub(super) fn new(n: usize) -> Self {
        let user = (100_000 + n).to_string();
        Self { user, said: Vec::new(), asked: None, heard: Vec::new() }
    }

    /// The next thing that the customer says, as ManyChat sends it.
    pub(super) fn say(&mut self) -> Value {
        let n = self.said.len();
        let text = TEXTS[n % TEXTS.len()];
        self.said.push(text.to_owned());
        self.asked = Some(Instant::now());
        json!({
            "type": "instagram",
            "clientId": self.user,
            "message": text,
            "message_id": format!("load-{}-{n}", self.user),
        })
    }

    /// The post was refused: the customer does not count on an answer.
    pub(super) fn take_back(&mut self) {
        self.said.pop();
        self.asked = None;
    }

    /// An answer came. Gives how long it took beside the quiet window, if it was waited for.
    pub(super) fn hear(&mut self, messages: &Value) -> Option<Duration> {
        let words = |message: &Value| text_of(message).to_owned();
        self.heard.extend(messages.as_array().into_iter().flatten().map(words));
        self.asked.take().map(|asked| asked.elapsed().saturating_sub(QUIET))
    }

    /// Compares what the customer knows with what the system kept.
    pub(super) async fn look(
        &self,
        http: &reqwest::Client,
        origin: &str,
    ) -> Result<Found, reqwest::Error> {
        let address = format!("{origin}/local/sessions/instagram/{}", self.user);
        let session: Value = http.get(address).send().await?.json().await?;
        Ok(self.compare(&session))
    }

    fn compare(&self, session: &Value) -> Found {
        let turns = session["turns"].as_array().cloned().unwrap_or_default();
        let consumed: Vec<&str> = turns
            .iter()
            .filter_map(|turn| turn["input"].as_array())
            .flatten()
            .filter_map(|message| message["text"].as_str())
            .collect();
        // Photos have no words of their own on ManyChat: they follow as a message.
        let replied: Vec<String> = turns
            .iter()
            .filter_map(|turn| turn["bubbles"].as_array())
            .flatten()
            .flat_map(|bubble| [Some(text_of(bubble)), bubble["caption"].as_str()])
            .flatten()
            .map(str::to_owned)
            .collect();
        let (said, seen) = (self.said.len(), consumed.len());
        let in_place = self.said.iter().zip(&consumed).filter(|(said, seen)| said == seen).count();
        let Compared { unheard, again, astray } = compare(&replied, &self.heard);
        Found {
            turns: turns.len(),
            lost: said.saturating_sub(seen),
            out_of_order: said.min(seen) - in_place + astray,
            doubled: seen.saturating_sub(said),
            undelivered: unheard,
            sent_again: again,
        }
    }
}

/// The words of a message, or the address of its photo.
fn text_of(message: &Value) -> &str {
    message["text"].as_str().or(message["url"].as_str()).unwrap_or_default()
}

/// The next customer, in turn, who waits for nothing.
pub(super) fn next_idle(customers: &[Customer], next: &mut usize) -> Option<usize> {
    let count = customers.len();
    let found = (0..count).map(|n| (*next + n) % count).find(|n| customers[*n].asked.is_none())?;
    *next = found + 1;
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer(said: &[&str], heard: &[&str]) -> Customer {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Customer { said: own(said), heard: own(heard), ..Customer::new(0) }
    }

    fn session(turns: &[(&[&str], &[&str])]) -> Value {
        let texts = |texts: &[&str]| -> Vec<Value> {
            texts.iter().map(|text| json!({ "text": text })).collect()
        };
        let turn = |(input, bubbles): &(&[&str], &[&str])| json!({ "input": texts(input), "bubbles": texts(bubbles) });
        json!({ "turns": turns.iter().map(turn).collect::<Vec<_>>() })
    }

    #[test]
    fn a_clean_conversation_is_clean() {
        let found = customer(&["a", "b"], &["x", "y", "z"])
            .compare(&session(&[(&["a"], &["x"]), (&["b"], &["y", "z"])]));

        assert_eq!(found, Found { turns: 2, ..Found::default() });
    }

    #[test]
    fn what_was_lost_doubled_disordered_or_not_delivered_is_counted() {
        let lost = customer(&["a", "b"], &["x"]).compare(&session(&[(&["a"], &["x"])]));
        assert_eq!(lost.lost, 1);

        let doubled =
            customer(&["a"], &["x", "x"]).compare(&session(&[(&["a"], &["x"]), (&["a"], &["x"])]));
        assert_eq!(doubled.doubled, 1);

        let again = customer(&["a"], &["x", "x"]).compare(&session(&[(&["a"], &["x"])]));
        assert_eq!(again.sent_again, 1);

        let disordered = customer(&["a", "b"], &["x"]).compare(&session(&[(&["b", "a"], &["x"])]));
        assert_eq!(disordered.out_of_order, 2);

        let undelivered = customer(&["a"], &[]).compare(&session(&[(&["a"], &["x"])]));
        assert_eq!(undelivered.undelivered, 1);
    }

    #[test]
    fn only_who_waits_for_nothing_says_something() {
        let mut customers = [Customer::new(0), Customer::new(1)];
        let mut next = 0;
        customers[0].say();

        assert_eq!(next_idle(&customers, &mut next), Some(1));
        customers[1].say();
        assert_eq!(next_idle(&customers, &mut next), None);
        assert!(customers[0].hear(&json!([{ "text": "x" }])).is_some());
        assert_eq!(next_idle(&customers, &mut next), Some(0));
    }
}
