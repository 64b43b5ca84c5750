//! A conversation that a test holds.

use jiff::{SignedDuration, Timestamp};

use crate::{
    decide::ManagerAct,
    photo::Photo,
    reply::Bubble,
    session::Session,
    state::{Intent, Phase, State},
    testing::shop,
    turn::{self, Message, Turn, TurnInput},
};

/// A conversation that is held by a test.
pub(super) struct Talk {
    pub(super) session: Session,
    now: Timestamp,
    pub(super) last: Option<Turn>,
}

impl Talk {
    pub(super) fn new() -> Self {
        Self::at(State::Init)
    }

    pub(super) fn at(state: State) -> Self {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(500_000);
        Self { session: Session::at(state), now, last: None }
    }

    /// Says messages one after the other.
    pub(super) fn said(messages: &[&str]) -> Self {
        let mut talk = Self::new();
        for message in messages {
            talk.say(message);
        }
        talk
    }

    pub(super) fn say(&mut self, text: &str) -> &mut Self {
        let message = Message { text: Some(text.to_owned()), ..Message::default() };
        self.take(message)
    }

    pub(super) fn send_photo(&mut self) -> &mut Self {
        let photo = Photo::Url("https://example.com/a.jpg".to_owned());
        self.take(Message { photos: vec![photo], ..Message::default() })
    }

    pub(super) fn take(&mut self, message: Message) -> &mut Self {
        self.now += SignedDuration::from_mins(1);
        let input = TurnInput { messages: vec![message], now: self.now };
        self.keep(turn::take(&shop(), &self.session, &input))
    }

    pub(super) fn press(&mut self, act: ManagerAct) -> &mut Self {
        self.keep(turn::take_for_manager(&shop(), &self.session, act, self.now))
    }

    pub(super) fn keep(&mut self, turn: Turn) -> &mut Self {
        self.session.clone_from(&turn.session);
        self.last = Some(turn);
        self
    }

    pub(super) fn intent(&self) -> Option<Intent> {
        self.last.as_ref().map(|turn| turn.trace.intent)
    }

    pub(super) fn place(&self) -> (State, Phase) {
        (self.session.state(), self.session.phase())
    }

    pub(super) fn heard(&self) -> String {
        let bubbles = self.last.iter().flat_map(|turn| &turn.reply.bubbles);
        let texts = bubbles.filter_map(|bubble| match bubble {
            Bubble::Text(text) => Some(text.as_str()),
            Bubble::Photo { caption, .. } => caption.as_deref(),
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    /// A conversation that waits for the receipt.
    pub(super) fn paying() -> Self {
        Self::said(&[
            "лагуна рожева на 104",
            "беру",
            "Коваль Ольга, 0671234567, Львів, відділення 5",
            "повна оплата",
        ])
    }
}
