//! A case's turn with a model: the same consultation as production's, with nobody to send to and
//! nothing new coming in.

use jiff::Timestamp;
use mirt_domain::{
    channel::Channel,
    reply::Reply,
    session::Session,
    session_id::SessionId,
    shop::Shop,
    turn::{self, Turn, TurnInput},
};

use crate::{
    clock::Clock,
    consult::{Consulted, Consulting, Interim, LookAgain, ModelTime, Standing, past},
    deliver::SendReply,
    failure::{PortError, SendError},
    model::{AskModel, Moderate},
    photos::LookAtPhotos,
    session_store::TurnRecord,
    stopwatch::Stopwatch,
};

/// The store of a conversation in which nothing new comes in.
struct Quiet;

impl LookAgain for Quiet {
    async fn standing(&self, _: &SessionId) -> Result<Standing, PortError> {
        Ok(Standing::default())
    }
}

/// Channels to nobody.
struct Nobody;

impl SendReply for Nobody {
    fn split(&self, _: Channel, _: &Reply) -> Vec<Reply> {
        Vec::new()
    }

    async fn send(&self, _: &SessionId, _: &Reply) -> Result<(), SendError> {
        Ok(())
    }

    async fn show_typing(&self, _: &SessionId) {}
}

/// Takes a turn with a model, after these `turns`, as customer `id`.
pub async fn take_with_model<K, M>(
    (clock, model): (&K, &M),
    shop: &Shop<'_>,
    id: &SessionId,
    (session, input): (&Session, &TurnInput),
    turns: &[TurnRecord],
) -> Turn
where
    K: Clock,
    M: AskModel + Moderate + LookAtPhotos,
{
    let consulting = Consulting {
        clock,
        store: &Quiet,
        channels: &Nobody,
        model: Some(model),
        shop,
        time: ModelTime::default(),
        id,
        deadline: Timestamp::MAX,
        version: 0,
        recorded: None,
        past: past(turns.to_vec()),
        may_interrupt: false,
    };
    let step = turn::begin(shop, session, input);
    match consulting.take(step, &mut Interim::default(), &mut Stopwatch::new(clock)).await {
        Consulted::Turn(turn) => *turn,
        // Nothing comes in: nobody is asked whether something did.
        Consulted::Overtaken => turn::take(shop, session, input),
    }
}
