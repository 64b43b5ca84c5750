//! One customer of the load: says something, waits for the answer, says the next thing.

use std::time::{Duration, Instant};

use mirt_domain::prompts::TemplateKey;
use serde_json::{Value, json};

use super::{
    disturb::Killed,
    heard::{Again, Compared, Heard, compare},
};

/// The quiet that ends a burst: what a customer waits for without anything being slow.
pub(super) const QUIET: Duration = Duration::from_millis(1500);

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
    /// Whether what was said last is not accepted yet.
    is_posting: bool,
    /// Whether something that was said waits for its answer.
    waits: bool,
    /// When it was said, if the time until the answer counts.
    asked: Option<Instant>,
    /// The messages that came back, in order.
    heard: Vec<Heard>,
}

/// What an answer ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Waited {
    /// Whether it was waited for.
    pub(super) is_over: bool,
    /// How long, beside the quiet window, if that counts.
    pub(super) took: Option<Duration>,
}

/// What the system knows of a customer afterwards, beside what the customer knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) turns: usize,
    pub(super) lost: usize,
    pub(super) out_of_order: usize,
    pub(super) doubled: usize,
    pub(super) undelivered: usize,
    /// Turns that answer more than one message.
    pub(super) joined: usize,
    /// Messages that came twice.
    pub(super) sent_again: usize,
    /// Those of them whose first sender was not killed before it could note that it had sent them.
    pub(super) unexplained: usize,
}

impl Customer {
    pub(super) fn new(n: usize) -> Self {
        let user = (100_000 + n).to_string();
        Self {
            user,
            said: Vec::new(),
            is_posting: false,
            waits: false,
            asked: None,
            heard: Vec::new(),
        }
    }

    /// The next thing that the customer says, as ManyChat sends it.
    pub(super) fn say(&mut self) -> Value {
        let n = self.said.len();
        let text = TEXTS[n % TEXTS.len()];
        self.said.push(text.to_owned());
        // Whoever writes while an answer is on its way does not know which one it will be.
        self.asked = (!self.waits).then(Instant::now);
        self.waits = true;
        self.is_posting = true;
        json!({
            "type": "instagram",
            "clientId": self.user,
            "message": text,
            "message_id": format!("load-{}-{n}", self.user),
        })
    }

    /// The post was accepted.
    pub(super) fn accepted(&mut self) {
        self.is_posting = false;
    }

    /// The post was refused: the customer does not count on an answer.
    pub(super) fn take_back(&mut self) {
        self.said.pop();
        self.is_posting = false;
        self.waits = false;
        self.asked = None;
    }

    /// Whether something that was said waits for its answer.
    pub(super) const fn waits(&self) -> bool {
        self.waits
    }

    /// Whether the customer could write once more before the answer. Nobody does while a post is
    /// under way: two at once have no order.
    pub(super) const fn may_add(&self) -> bool {
        self.waits && !self.is_posting
    }

    /// An answer came, from this process. That it takes a while is no answer, and is said beside the
    /// turns.
    pub(super) fn hear(&mut self, messages: &Value, sender: Option<u64>) -> Waited {
        if is_interim(messages) {
            return Waited::default();
        }
        let heard = |message: &Value| Heard { words: text_of(message).to_owned(), sender };
        self.heard.extend(messages.as_array().into_iter().flatten().map(heard));
        let took = self.asked.take().map(|asked| asked.elapsed().saturating_sub(QUIET));
        Waited { is_over: std::mem::take(&mut self.waits), took }
    }

    /// Compares what the customer knows with what the system kept.
    pub(super) async fn look(
        &self,
        http: &reqwest::Client,
        origin: &str,
        killed: &Killed,
    ) -> Result<Found, reqwest::Error> {
        let address = format!("{origin}/local/sessions/instagram/{}", self.user);
        let session: Value = http.get(address).send().await?.json().await?;
        Ok(self.compare(&session, killed))
    }

    fn compare(&self, session: &Value, killed: &Killed) -> Found {
        let turns = session["turns"].as_array().cloned().unwrap_or_default();
        let consumed: Vec<&str> = turns
            .iter()
            .filter_map(|turn| turn["input"].as_array())
            .flatten()
            .filter_map(|message| message["text"].as_str())
            .collect();
        // Photos have no words of their own on ManyChat: they follow as a message.
        let (replied, of_turn): (Vec<&str>, Vec<u64>) = turns
            .iter()
            .flat_map(|turn| {
                let n = turn["n"].as_u64().unwrap_or_default();
                let bubbles = turn["bubbles"].as_array().into_iter().flatten();
                bubbles
                    .flat_map(|bubble| [Some(text_of(bubble)), bubble["caption"].as_str()])
                    .flatten()
                    .map(move |words| (words, n))
            })
            .unzip();
        let (said, seen) = (self.said.len(), consumed.len());
        let in_place = self.said.iter().zip(&consumed).filter(|(said, seen)| said == seen).count();
        let Compared { unheard, again, astray } = compare(&replied, &self.heard);
        // Again only because the one that had sent it died before it could note so.
        let is_explained = |Again { place, before_by }: &Again| {
            before_by.is_some_and(|sender| killed.held(sender, &self.user, of_turn[*place]))
        };
        let messages = |turn: &&Value| turn["input"].as_array().map_or(0, Vec::len);
        Found {
            turns: turns.len(),
            joined: turns.iter().filter(|turn| messages(turn) > 1).count(),
            lost: said.saturating_sub(seen),
            out_of_order: said.min(seen) - in_place + astray,
            doubled: seen.saturating_sub(said),
            undelivered: unheard,
            sent_again: again.len(),
            unexplained: again.iter().filter(|again| !is_explained(again)).count(),
        }
    }
}

/// Whether nothing but the message in between was said.
fn is_interim(messages: &Value) -> bool {
    let interim = mirt_content::prompts().wording(TemplateKey::InterimWait, 0);
    let words = |message: &Value| Some(text_of(message)) == interim.as_deref();
    messages.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(words))
}

/// The words of a message, or the address of its photo.
fn text_of(message: &Value) -> &str {
    message["text"].as_str().or(message["url"].as_str()).unwrap_or_default()
}

/// The next customer, in turn, who waits for nothing.
pub(super) fn next_idle(customers: &[Customer], next: &mut usize) -> Option<usize> {
    let count = customers.len();
    let found = (0..count)
        .map(|n| (*next + n) % count)
        .find(|n| !customers[*n].waits && !customers[*n].is_posting)?;
    *next = found + 1;
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A customer who heard each message from another process, numbered from 1.
    fn customer(said: &[&str], heard_by: &[&str]) -> Customer {
        let heard = |(words, sender): (&&str, u64)| Heard {
            words: (*words).to_owned(),
            sender: Some(sender),
        };
        Customer {
            said: said.iter().map(|text| (*text).to_owned()).collect(),
            heard: heard_by.iter().zip(1..).map(heard).collect(),
            ..Customer::new(0)
        }
    }

    fn session(turns: &[(&[&str], &[&str])]) -> Value {
        let texts = |texts: &[&str]| -> Vec<Value> {
            texts.iter().map(|text| json!({ "text": text })).collect()
        };
        let turn = |((input, bubbles), n): (&(&[&str], &[&str]), u64)| json!({ "n": n, "input": texts(input), "bubbles": texts(bubbles) });
        json!({ "turns": turns.iter().zip(1..).map(turn).collect::<Vec<_>>() })
    }

    #[test]
    fn the_message_in_between_is_no_answer_and_ends_no_waiting() {
        let interim = mirt_content::prompts().wording(TemplateKey::InterimWait, 0);
        let mut waiting = Customer { waits: true, ..customer(&["a"], &[]) };

        let waited = waiting.hear(&json!([{ "text": interim }]), Some(1));
        let answered = waiting.hear(&json!([{ "text": "x" }]), Some(1));

        assert_eq!((waited.is_over, answered.is_over), (false, true));
        let found = waiting.compare(&session(&[(&["a"], &["x"])]), &Killed::default());
        assert_eq!(found, Found { turns: 1, ..Found::default() });
    }

    #[test]
    fn a_clean_conversation_is_clean() {
        let found = customer(&["a", "b"], &["x", "y", "z"])
            .compare(&session(&[(&["a"], &["x"]), (&["b"], &["y", "z"])]), &Killed::default());

        assert_eq!(found, Found { turns: 2, ..Found::default() });
    }

    #[test]
    fn what_was_lost_doubled_disordered_or_not_delivered_is_counted() {
        let lost = customer(&["a", "b"], &["x"])
            .compare(&session(&[(&["a"], &["x"])]), &Killed::default());
        assert_eq!(lost.lost, 1);

        let doubled = customer(&["a"], &["x", "x"])
            .compare(&session(&[(&["a"], &["x"]), (&["a"], &["x"])]), &Killed::default());
        assert_eq!(doubled.doubled, 1);

        let disordered = customer(&["a", "b"], &["x"])
            .compare(&session(&[(&["b", "a"], &["x"])]), &Killed::default());
        assert_eq!(disordered.out_of_order, 2);

        let undelivered =
            customer(&["a"], &[]).compare(&session(&[(&["a"], &["x"])]), &Killed::default());
        assert_eq!(undelivered.undelivered, 1);
    }

    #[test]
    fn a_repetition_is_explained_only_by_a_kill_of_its_sender_that_found_the_turn_not_yet_noted() {
        let unexplained = |killed: &Killed| {
            let found =
                customer(&["a"], &["x", "x"]).compare(&session(&[(&["a"], &["x"])]), killed);
            assert_eq!(found.sent_again, 1);
            found.unexplained
        };
        let user = Customer::new(0).user;

        assert_eq!(unexplained(&Killed::default()), 1);
        assert_eq!(unexplained(&Killed::of(1, [(user.clone(), 1)])), 0);
        assert_eq!(unexplained(&Killed::of(2, [(user.clone(), 1)])), 1, "another process");
        assert_eq!(unexplained(&Killed::of(1, [(user, 2)])), 1, "another turn");
    }

    #[test]
    fn whoever_writes_again_before_the_answer_is_not_timed() {
        let mut customer = Customer::new(0);
        customer.say();
        customer.say();

        let waited = customer.hear(&json!([{ "text": "x" }]), None);

        assert_eq!(waited, Waited { is_over: true, took: None });
    }

    #[test]
    fn only_who_waits_for_nothing_says_something() {
        let mut customers = [Customer::new(0), Customer::new(1)];
        let mut next = 0;
        customers[0].say();

        assert_eq!(next_idle(&customers, &mut next), Some(1));
        customers[1].say();
        assert_eq!(next_idle(&customers, &mut next), None);
        customers[0].accepted();
        let waited = customers[0].hear(&json!([{ "text": "x" }]), None);
        assert!(waited.is_over && waited.took.is_some());
        assert_eq!(next_idle(&customers, &mut next), Some(0));
    }
}
