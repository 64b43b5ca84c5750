//! A conversation that a test holds.

use jiff::{SignedDuration, Timestamp};

use crate::{
    decide::{self, Deed, Manager, ManagerAct},
    order::OrderNews,
    photo::Photo,
    reply::Bubble,
    session::Session,
    shop::Shop,
    state::{Intent, Phase, State},
    testing::{manager, shop, take_on_time},
    turn::{self, Action, Message, Turn, TurnInput},
};

/// A conversation that is held by a test.
pub(crate) struct Talk {
    pub(crate) session: Session,
    now: Timestamp,
    pub(crate) last: Option<Turn>,
}

impl Talk {
    pub(crate) fn new() -> Self {
        Self::at(State::Init)
    }

    pub(crate) fn at(state: State) -> Self {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(500_000);
        Self { session: Session::at(state), now, last: None }
    }

    /// Says messages one after the other.
    pub(crate) fn said(messages: &[&str]) -> Self {
        let mut talk = Self::new();
        for message in messages {
            talk.say(message);
        }
        talk
    }

    pub(crate) fn say(&mut self, text: &str) -> &mut Self {
        self.say_in(&shop(), text)
    }

    pub(crate) fn send_photo(&mut self) -> &mut Self {
        let photo = Photo::Url("https://example.com/a.jpg".to_owned());
        self.take(Message { photos: vec![photo], ..Message::default() })
    }

    pub(crate) fn take(&mut self, message: Message) -> &mut Self {
        self.take_in(&shop(), message)
    }

    /// The same in a shop that is not as the tests' is.
    pub(crate) fn say_in(&mut self, shop: &Shop<'_>, text: &str) -> &mut Self {
        let message = Message { text: Some(text.to_owned()), ..Message::default() };
        self.take_in(shop, message)
    }

    fn take_in(&mut self, shop: &Shop<'_>, message: Message) -> &mut Self {
        self.now += SignedDuration::from_mins(1);
        let input = TurnInput { messages: vec![message], now: self.now };
        self.keep(turn::take(shop, &self.session, &input))
    }

    pub(crate) fn press(&mut self, act: ManagerAct) -> &mut Self {
        self.keep(turn::take_for_manager(
            &shop(),
            &self.session,
            &manager(),
            &Deed::Press(act),
            self.now,
        ))
    }

    /// What another manager than the usual one does.
    pub(crate) fn do_as(&mut self, id: i64, deed: &Deed) -> &mut Self {
        let by = Manager { id, name: format!("Менеджер {id}") };
        self.keep(turn::take_for_manager(&shop(), &self.session, &by, deed, self.now))
    }

    /// Something becomes of an order.
    pub(crate) fn hear(&mut self, news: OrderNews) -> &mut Self {
        self.keep(turn::take_for_order(&shop(), &self.session, news, self.now))
    }

    /// Lets time pass; says whether anything was due.
    pub(crate) fn wait(&mut self, minutes: i64) -> bool {
        self.now += SignedDuration::from_mins(minutes);
        let due = decide::next_due(&self.session, shop().settings, self.now);
        let is_due = due.is_some_and(|due| due.at <= self.now);
        self.keep(take_on_time(&shop(), &self.session, self.now));
        is_due
    }

    pub(crate) fn actions(&self) -> &[Action] {
        self.last.as_ref().map_or(&[], |turn| &turn.actions)
    }

    pub(crate) fn keep(&mut self, turn: Turn) -> &mut Self {
        self.session.clone_from(&turn.session);
        self.last = Some(turn);
        self
    }

    pub(crate) fn intent(&self) -> Option<Intent> {
        self.last.as_ref().map(|turn| turn.trace.intent)
    }

    pub(crate) fn place(&self) -> (State, Phase) {
        (self.session.state(), self.session.phase())
    }

    pub(crate) fn heard(&self) -> String {
        let bubbles = self.last.iter().flat_map(|turn| &turn.reply.bubbles);
        let texts = bubbles.filter_map(|bubble| match bubble {
            Bubble::Text(text) => Some(text.as_str()),
            Bubble::Photo { caption, .. } | Bubble::Sent { caption, .. } => caption.as_deref(),
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    /// A conversation that waits for the receipt.
    pub(crate) fn paying() -> Self {
        Self::said(&[
            "лагуна рожева на 104",
            "беру",
            "Коваль Ольга, 0671234567, Львів, відділення 5",
            "повна оплата",
        ])
    }
}
