//! A conversation is over: the model sums it up, or the checkpoint does.

use jiff::Timestamp;
use mirt_domain::{
    memory::{SummaryStep, SummedTurn},
    model::PastTurn,
    session::Session,
    turn::{self, Turn},
};

use crate::{
    clock::{Clock, after},
    consult::{Consulting, Interim, LookAgain, TIME_TO_SEND, log_failure},
    deliver::SendReply,
    model::{AnswerFormat, AskModel, ModelRequest, Moderate},
    photos::LookAtPhotos,
    session_store::TurnRecord,
    stopwatch::{Stopwatch, Work},
};

/// The name of the shape of answers, for the provider.
const FORMAT: &str = "summary";

impl<K, S, C, M> Consulting<'_, K, S, C, M>
where
    K: Clock,
    S: LookAgain,
    C: SendReply,
    M: AskModel + Moderate + LookAtPhotos,
{
    /// Takes the turn that sums a conversation up; nothing if the customer writes meanwhile.
    pub(crate) async fn sum_up(
        &self,
        model: &M,
        session: &Session,
        turns: Vec<SummedTurn>,
        (now, times): (Timestamp, &mut Stopwatch<'_, K>),
    ) -> Option<Turn> {
        let is_too_dear = session.spent_on(now) >= self.shop.settings.model_ceiling;
        let mut summing = turn::begin_summary(session, turns, now);
        if is_too_dear {
            return Some(summing.unanswered(self.shop, "ceiling"));
        }
        // A part each, of which there are few.
        loop {
            let Some(question) = summing.question(self.shop) else {
                return Some(summing.unanswered(self.shop, "nothing_said"));
            };
            let request = ModelRequest {
                session: self.id.clone(),
                instructions: question.instructions,
                input: question.input,
                photos: Vec::new(),
                references: Vec::new(),
                format: AnswerFormat { name: FORMAT, schema: question.schema },
            };
            let latest = self.deadline.checked_sub(TIME_TO_SEND).unwrap_or(Timestamp::MIN);
            let ends_at = after(self.clock.now(), self.time.text).min(latest);
            // Nobody waits for it: nothing is said in between.
            let mut interim = Interim::default();
            let began = times.begin();
            let asked = self.ask(model, &request, ends_at, &mut interim).await;
            times.note(Work::Model, began);
            let Ok(asked) = asked else { return None };
            summing.note_usage(&asked.usage);
            match asked.answer.map(|json| summing.clone().answered(self.shop, &json)) {
                Ok(SummaryStep::Done(turn)) => return Some(*turn),
                Ok(SummaryStep::Ask(next)) => summing = *next,
                Err(error) => {
                    log_failure(self.id, &error);
                    return Some(summing.unanswered(self.shop, error.as_str()));
                }
            }
        }
    }
}

/// The turns before this one, as they are summed up. What was blocked is nothing to remember.
#[must_use]
pub fn to_sum_up(past: &[TurnRecord]) -> Vec<SummedTurn> {
    past.iter()
        .filter(|turn| !turn.trace.blocked)
        .map(|turn| SummedTurn {
            n: u32::try_from(turn.n).unwrap_or(u32::MAX),
            said: PastTurn { input: turn.cause.messages().to_vec(), reply: turn.reply.clone() },
        })
        .collect()
}
