//! One customer of the load: says something, waits for the answer, says the next thing.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The quiet that ends a burst: what a customer waits for without anything being slow.
const QUIET: Duration = Duration::from_millis(1500);

/// A customer.
#[derive(Debug)]
pub(super) struct Customer {
    /// The id that ManyChat gives.
    pub(super) user: String,
    /// What was said and accepted, in order.
    said: Vec<String>,
    /// When the question was asked that waits for its answer.
    asked: Option<Instant>,
    /// How many messages came back.
    heard: usize,
}

/// What the system knows of a customer afterwards, beside what the customer knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) turns: usize,
    pub(super) lost: usize,
    pub(super) out_of_order: usize,
    pub(super) doubled: usize,
    pub(super) undelivered: usize,
}

impl Customer {
    pub(super) fn new(n: usize) -> Self {
        Self { user: (100_000 + n).to_string(), said: Vec::new(), asked: None, heard: 0 }
    }

    /// The next thing that the customer says, as ManyChat sends it.
    pub(super) fn say(&mut self, texts: [&str; 5]) -> Value {
        let n = self.said.len();
        let text = texts[n % texts.len()];
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

    /// An answer of `count` messages came. Gives how long it took beside the quiet window, if it
    /// was waited for.
    pub(super) fn hear(&mut self, count: usize) -> Option<Duration> {
        self.heard += count;
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
        let replied: usize = turns
            .iter()
            .filter_map(|turn| turn["bubbles"].as_array())
            .flatten()
            .map(|bubble| 1 + usize::from(bubble["caption"].is_string()))
            .sum();
        let (said, seen) = (self.said.len(), consumed.len());
        let in_place = self.said.iter().zip(&consumed).filter(|(said, seen)| said == seen).count();
        Found {
            turns: turns.len(),
            lost: said.saturating_sub(seen),
            out_of_order: said.min(seen) - in_place,
            doubled: seen.saturating_sub(said) + self.heard.saturating_sub(replied),
            undelivered: replied.saturating_sub(self.heard),
        }
    }
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

    fn customer(said: &[&str], heard: usize) -> Customer {
        let said = said.iter().map(|text| (*text).to_owned()).collect();
        Customer { said, heard, ..Customer::new(0) }
    }

    fn session(turns: &[(&[&str], usize)]) -> Value {
        let turn = |(texts, replies): &(&[&str], usize)| {
            let input: Vec<Value> = texts.iter().map(|text| json!({ "text": text })).collect();
            json!({ "input": input, "bubbles": vec![json!({ "text": "." }); *replies] })
        };
        json!({ "turns": turns.iter().map(turn).collect::<Vec<_>>() })
    }

    #[test]
    fn a_clean_conversation_is_clean() {
        let found = customer(&["a", "b"], 3).compare(&session(&[(&["a"], 1), (&["b"], 2)]));

        assert_eq!(found, Found { turns: 2, ..Found::default() });
    }

    #[test]
    fn what_was_lost_doubled_disordered_or_not_delivered_is_counted() {
        let lost = customer(&["a", "b"], 1).compare(&session(&[(&["a"], 1)]));
        assert_eq!(lost.lost, 1);

        let doubled = customer(&["a"], 2).compare(&session(&[(&["a"], 1)]));
        assert_eq!(doubled.doubled, 1);

        let disordered = customer(&["a", "b"], 1).compare(&session(&[(&["b", "a"], 1)]));
        assert_eq!(disordered.out_of_order, 2);

        let undelivered = customer(&["a"], 0).compare(&session(&[(&["a"], 1)]));
        assert_eq!(undelivered.undelivered, 1);
    }

    #[test]
    fn only_who_waits_for_nothing_says_something() {
        let mut customers = [Customer::new(0), Customer::new(1)];
        let mut next = 0;
        customers[0].say(["a"; 5]);

        assert_eq!(next_idle(&customers, &mut next), Some(1));
        customers[1].say(["a"; 5]);
        assert_eq!(next_idle(&customers, &mut next), None);
        assert!(customers[0].hear(1).is_some());
        assert_eq!(next_idle(&customers, &mut next), Some(0));
    }
}
