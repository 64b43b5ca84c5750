//! `mirt demo`: whole conversations, played visibly on the local page.
//!
//! Everything goes the way that it goes for real: the page's own routes post to the webhooks, the
//! functions answer, managers press the buttons of their cards.

mod scene;

use std::{path::Path, process::ExitCode, time::Duration};

use jiff::Timestamp;
use mirt_domain::channel::Channel;
use reqwest::{Method, RequestBuilder, header::CONTENT_TYPE};
use serde_json::{Value, json};

use self::scene::{Deed, Scene, Step};
use crate::{
    cli::{DemoArguments, UpArguments},
    environment::{Environment, EnvironmentError},
    outcome::{self, Outcome},
    output,
    up::{self, System, UpError},
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks at a session.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Why a demonstration does not go on.
#[derive(Debug, thiserror::Error)]
enum DemoError {
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    #[error(transparent)]
    Up(#[from] UpError),
    #[error(transparent)]
    Http(#[from] mirt_http::ClientError),
    #[error("a scene cannot be read")]
    Scene(#[from] serde_json::Error),
    #[error("the running mirt does not answer at {origin}; say its port with --port")]
    NotThere {
        origin: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("the running mirt refused: {0}")]
    Refused(String),
    #[error("replies of {0} go to its real API, not to the page: unset its key and address")]
    NotOnPage(Channel),
    #[error("there was no answer in time")]
    NoAnswer,
    #[error("no card of the managers has the button {0:?}")]
    NoButton(String),
    #[error("something else was shown than the scene says: {0}")]
    Unexpected(String),
    #[error("the demonstration cannot run")]
    Io(#[from] std::io::Error),
}

/// Plays what was asked for.
pub(crate) fn main(arguments: &DemoArguments) -> ExitCode {
    let run =
        || -> Result<(), DemoError> { tokio::runtime::Runtime::new()?.block_on(run(arguments)) };
    outcome::exit(run().map(|()| Outcome::Well))
}

async fn run(arguments: &DemoArguments) -> Result<(), DemoError> {
    let is_running = up::is_running(&arguments.data);
    // Kept for as long as the scenes are played.
    let own = if is_running {
        None
    } else {
        let environment = Environment::read(Path::new("."))?;
        let start = UpArguments { port: arguments.port, data: arguments.data.clone() };
        Some(System::start(&start, &environment).await?)
    };
    let origin = match &own {
        Some(system) => system.origin.clone(),
        None => format!("http://127.0.0.1:{}", arguments.port),
    };
    let stage = Stage { http: mirt_http::client()?, origin, pace: arguments.pace() };
    for (place, scene) in
        scene::named(arguments.scene.map(|scene| scene.name()))?.iter().enumerate()
    {
        stage.play(scene, place).await?;
    }
    if own.is_some() && arguments.stay {
        output::line("\nThe page stays until Ctrl-C.");
        tokio::signal::ctrl_c().await?;
    }
    Ok(())
}

/// A running `mirt`, and how fast it is played on.
struct Stage {
    http: reqwest::Client,
    origin: String,
    pace: Duration,
}

impl Stage {
    async fn play(&self, scene: &Scene, place: usize) -> Result<(), DemoError> {
        let about = self.json(self.request(Method::GET, "/local/about")).await?;
        if about["to_page"][scene.channel.as_str()] != true {
            return Err(DemoError::NotOnPage(scene.channel));
        }
        // A customer whom no earlier demonstration knows.
        let user = (Timestamp::now().as_second() * 10 + place as i64).to_string();
        let (channel, origin) = (scene.channel, &self.origin);
        output::line(format_args!("\n=== {}\n    {origin}/#{channel}/{user}\n", scene.title));
        tokio::time::sleep(self.pace).await;
        let mut shown = 0;
        for (turn, step) in (1..).zip(&scene.steps) {
            self.act(channel, &user, step).await?;
            let session = self.at_rest(channel, &user, turn).await?;
            let answer = bubbles(&session);
            for bubble in answer.iter().skip(shown) {
                output::line(format_args!(
                    "  асистент  {}",
                    bubble.replace('\n', "\n            ")
                ));
            }
            self.check(step, &answer[shown.min(answer.len())..])?;
            shown = answer.len();
            tokio::time::sleep(self.pace).await;
        }
        Ok(())
    }

    /// The customer or a manager does something.
    async fn act(&self, channel: Channel, user: &str, step: &Step) -> Result<(), DemoError> {
        match &step.manager {
            None => {
                let photo = match &step.photo {
                    Some(name) => Some(self.upload(scene::photo(name)).await?),
                    None => None,
                };
                let words = step.customer.as_deref().unwrap_or("[фото]");
                output::line(format_args!("  клієнт    {words}"));
                let body = json!({
                    "channel": channel, "user": user, "text": step.customer,
                    "photos": photo.as_slice(),
                });
                self.send(self.request(Method::POST, "/local/messages").json(&body)).await?;
            }
            Some(Deed::Press(caption)) => {
                output::line(format_args!("  менеджер  [{caption}]"));
                let (card, data) = self.button(channel, user, caption).await?;
                let body = json!({ "message": card, "press": data });
                self.send(self.request(Method::POST, "/local/managers").json(&body)).await?;
            }
            Some(Deed::Write(words)) => {
                output::line(format_args!("  менеджер  {words}"));
                let card = self.cards(channel, user).await?.pop().unwrap_or_default();
                let body = json!({ "message": card["id"], "write": words });
                self.send(self.request(Method::POST, "/local/managers").json(&body)).await?;
            }
        }
        Ok(())
    }

    fn check(&self, step: &Step, answer: &[String]) -> Result<(), DemoError> {
        let words = answer.join("\n");
        match step.answers.iter().find(|part| !words.contains(part.as_str())) {
            Some(missing) => Err(DemoError::Unexpected(format!("{missing:?} is missing"))),
            None if step.silence && !words.is_empty() => {
                Err(DemoError::Unexpected("the assistant was to be silent".to_owned()))
            }
            None => Ok(()),
        }
    }

    /// The cards of a customer in the managers' chat, oldest first.
    async fn cards(&self, channel: Channel, user: &str) -> Result<Vec<Value>, DemoError> {
        let chat = self.json(self.request(Method::GET, "/local/managers")).await?;
        let name = format!("{channel}:{user}");
        let is_own = |card: &Value| card["text"].as_str().is_some_and(|text| text.contains(&name));
        let messages = chat["messages"].as_array().cloned().unwrap_or_default();
        Ok(messages.into_iter().filter(is_own).collect())
    }

    /// The newest card with this button, and the button's data.
    async fn button(
        &self,
        channel: Channel,
        user: &str,
        caption: &str,
    ) -> Result<(Value, Value), DemoError> {
        let cards = self.cards(channel, user).await?;
        let data = |card: &Value| {
            let rows = card["buttons"].as_array()?.iter().filter_map(Value::as_array);
            let button = rows.flatten().find(|button| button["text"] == caption)?;
            Some((card["id"].clone(), button["callback_data"].clone()))
        };
        let found = cards.iter().rev().find_map(data);
        found.ok_or_else(|| DemoError::NoButton(caption.to_owned()))
    }

    /// A photo's address, once it is kept.
    async fn upload(&self, photo: &'static [u8]) -> Result<String, DemoError> {
        let request = self.request(Method::POST, "/local/photos").header(CONTENT_TYPE, "image/png");
        let kept = self.json(request.body(photo)).await?;
        Ok(kept["url"].as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the customer has been answered and the managers have been told.
    async fn at_rest(
        &self,
        channel: Channel,
        user: &str,
        turns: usize,
    ) -> Result<Value, DemoError> {
        let path = format!("/local/sessions/{channel}/{user}");
        let waiting = async {
            loop {
                let session = self.json(self.request(Method::GET, &path)).await?;
                let taken = session["turns"].as_array().map_or(0, Vec::len);
                let is_done =
                    |what: &str| session[what].as_u64().is_some_and(|pending| pending == 0);
                let is_at_rest =
                    ["pending_inbox", "pending_outbox", "pending_alerts"].into_iter().all(is_done);
                if taken >= turns && is_at_rest {
                    return Ok(session);
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.map_err(|_| DemoError::NoAnswer)?
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.origin))
    }

    async fn send(&self, request: RequestBuilder) -> Result<reqwest::Response, DemoError> {
        let not_there = |source| DemoError::NotThere { origin: self.origin.clone(), source };
        let answer = request.send().await.map_err(not_there)?;
        let status = answer.status();
        if status.is_success() { Ok(answer) } else { Err(DemoError::Refused(status.to_string())) }
    }

    async fn json(&self, request: RequestBuilder) -> Result<Value, DemoError> {
        let not_there = |source| DemoError::NotThere { origin: self.origin.clone(), source };
        self.send(request).await?.json().await.map_err(not_there)
    }
}

/// All that a session's customer was shown, in order.
fn bubbles(session: &Value) -> Vec<String> {
    let turns = session["turns"].as_array().into_iter().flatten();
    let bubbles = turns.filter_map(|turn| turn["bubbles"].as_array()).flatten();
    let words = |bubble: &Value| match (bubble["text"].as_str(), bubble["url"].as_str()) {
        (Some(text), _) => text.to_owned(),
        (None, url) => {
            let caption = bubble["caption"].as_str().unwrap_or_default();
            format!("[фото] {caption} {}", url.unwrap_or_default())
        }
    };
    bubbles.map(words).collect()
}
