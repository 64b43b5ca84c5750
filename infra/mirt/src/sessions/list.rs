//! `mirt sessions list`: a line a conversation, with nobody's name in it.

use std::cmp::Reverse;

use jiff::Timestamp;
use mirt_aws::conversations::Conversation;
use serde_json::json;

use super::SessionsError;
use crate::{
    outcome::Outcome,
    output::{self, ago, moment, word},
    place::Place,
    prompt::state_named,
    who::masked,
};

/// What is to be listed.
pub(super) struct Wanted<'a> {
    pub(super) state: Option<&'a str>,
    pub(super) only_waiting: bool,
    pub(super) limit: usize,
    pub(super) with_users: bool,
}

pub(super) async fn run(
    place: &Place,
    wanted: &Wanted<'_>,
    as_json: bool,
) -> Result<Outcome, SessionsError> {
    let state = wanted
        .state
        .map(|name| state_named(name).ok_or_else(|| SessionsError::NoState(name.to_owned())))
        .transpose()?;
    let all = place.table.conversations(wanted.only_waiting).await?;
    let mut rows: Vec<Conversation> = all.read;
    rows.retain(|it| {
        state.is_none_or(|state| it.session.state() == state)
            && (!wanted.only_waiting || it.session.is_handed_over())
    });
    if wanted.only_waiting {
        rows.sort_by_key(|it| it.session.facts().hand_over.as_ref().map(|held| held.at));
    } else {
        rows.sort_by_key(|it| Reverse(it.session.heard_at()));
    }
    let left = rows.len().saturating_sub(wanted.limit);
    rows.truncate(wanted.limit);
    let now = Timestamp::now();
    if as_json {
        for row in &rows {
            output::line(to_json(row, wanted.with_users));
        }
        return Ok(Outcome::Well);
    }
    let cells: Vec<_> = rows.iter().map(|row| cells(row, wanted.with_users, now)).collect();
    if cells.is_empty() {
        output::line(if wanted.only_waiting { "nobody waits for a human" } else { "none" });
    } else {
        let heads =
            ["conversation", "state", "awaits", "heard (UTC)", "with a human", "why", "who"];
        output::table(heads, &cells);
    }
    if left > 0 {
        output::note(format_args!("{left} more; --limit takes up to 500"));
    }
    if all.has_more {
        output::note(
            "there are more than are read at once; the latest of each kind are shown, and sessions \
             show names any other",
        );
    }
    Ok(Outcome::Well)
}

fn name(row: &Conversation, with_users: bool) -> String {
    if with_users { row.id.to_string() } else { masked(&row.id) }
}

fn cells(row: &Conversation, with_users: bool, now: Timestamp) -> [String; 7] {
    let session = &row.session;
    let held = session.facts().hand_over.as_ref();
    let dash = || "-".to_owned();
    let who = held.map(|held| match (&held.by, held.is_answered, held.is_reminded) {
        (Some(manager), ..) => manager.name.clone(),
        (None, true, _) => "answered".to_owned(),
        (None, false, true) => "nobody, reminded".to_owned(),
        (None, false, false) => "nobody yet".to_owned(),
    });
    [
        name(row, with_users),
        word(&session.state()),
        word(&session.phase()),
        moment(session.heard_at()),
        held.map_or_else(dash, |held| ago(held.at, now)),
        held.map_or_else(dash, |held| word(&held.reason)),
        who.unwrap_or_else(dash),
    ]
}

fn to_json(row: &Conversation, with_users: bool) -> serde_json::Value {
    let session = &row.session;
    let held = session.facts().hand_over.as_ref();
    json!({
        "session": name(row, with_users),
        "channel": row.id.channel,
        "state": session.state(),
        "phase": session.phase(),
        "heard_at": session.heard_at(),
        "turns": session.turns(),
        "waiting": held.map(|held| json!({
            "since": held.at,
            "reason": held.reason,
            "taken": held.by.is_some(),
            "answered": held.is_answered,
            "reminded": held.is_reminded,
        })),
    })
}
