//! `POST /local/clock`: time passes. What becomes due on the way is done when it is due, as it would
//! be: a clock that jumps over it would leave it long overdue, and the sweeper looks at that rarely.

use std::{io, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use mirt_engine::{
    clock::{after, until},
    failure::{PortError, chain},
    sweep::Overdue,
};
use mirt_local_aws::schedule;
use serde::Deserialize;

use super::{Page, counter::due, faults};

/// The furthest that the clock is moved at once: a month, in seconds.
const MOST_AHEAD_S: u64 = 31 * 24 * 60 * 60;

/// How often it stops on the way at most. What is due behind that is left to the sweeper.
const MOST_STOPS: usize = 40;

/// How far behind the moment at which something is due it stops.
const BEHIND: Duration = Duration::from_secs(1);

/// The one schedule that has nothing to do with the sale, and asks strangers.
const HISTORY: &str = "telegram-fetch";

/// How often, and how many times, it is looked whether what was due is done.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const MOST_LOOKS: u32 = 80;

/// How far to move the clock.
#[derive(Debug, Deserialize)]
pub(super) struct Forward {
    seconds: u64,
}

/// Why the clock stopped short.
#[derive(Debug, thiserror::Error)]
enum ForwardError {
    #[error("the clock cannot be kept")]
    Clock(#[from] io::Error),
    #[error(transparent)]
    Store(#[from] PortError),
}

/// Moves the clock of the functions and the services forward.
pub(super) async fn forward(State(page): State<Arc<Page>>, Json(by): Json<Forward>) -> Response {
    if by.seconds > MOST_AHEAD_S {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    }
    // Who goes away in the middle must not stop the clock between two moments.
    let passing = tokio::spawn(async move {
        let target = after(page.clock.now(), Duration::from_secs(by.seconds));
        let passed = pass(&page, target).await;
        faults::tell(&page);
        passed.map(|()| faults::standing(&page))
    });
    match passing.await {
        Ok(Ok(standing)) => Json(standing).into_response(),
        Ok(Err(error)) => {
            tracing::error!(event = "clock_not_moved", error = chain(&error));
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn pass(page: &Page, target: Timestamp) -> Result<(), ForwardError> {
    for _ in 0..MOST_STOPS {
        let ahead = due(&page.table, page.clock.now(), target).await?;
        let Some((_, next)) = ahead.into_iter().next() else { break };
        move_to(page, after(next.due_at, BEHIND)).await?;
        run_schedules(page).await;
        wait_for(page, &next).await?;
    }
    move_to(page, target).await?;
    // A day may be over.
    run_schedules(page).await;
    Ok(())
}

async fn move_to(page: &Page, moment: Timestamp) -> Result<(), io::Error> {
    page.clock.forward(until(page.clock.now(), moment)).await?;
    page.functions.replace_all();
    Ok(())
}

async fn run_schedules(page: &Page) {
    for it in page.schedules.iter().filter(|schedule| schedule.function != HISTORY) {
        if let Err(error) = schedule::run_once(&it.function, &page.functions).await {
            tracing::warn!(event = "scheduled_run_failed", function = it.function, %error);
        }
    }
}

/// Waits until what was due is done, or is due at another time.
async fn wait_for(page: &Page, done: &Overdue) -> Result<(), PortError> {
    for _ in 0..MOST_LOOKS {
        let still = due(&page.table, done.due_at, done.due_at).await?;
        if !still.iter().any(|(_, entry)| entry == done) {
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}
