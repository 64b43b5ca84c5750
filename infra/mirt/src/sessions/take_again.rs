//! `mirt sessions replay`: a turn taken again from its record, and what comes out differently.

use std::path::Path;

use mirt_aws::secrets;
use mirt_content::files;
use mirt_domain::{
    content::Content,
    language::rules::Rules,
    session::Session,
    session_id::SessionId,
    shop::{Requisites, Settings as ShopSettings, Shop, Words},
};
use mirt_engine::{
    session_store::{LoadSession as _, TurnRecord},
    take_turn::to_sum_up,
};
use mirt_runtime::settings::Settings;
use serde::Deserialize;
use serde_json::{Value, json};

use super::SessionsError;
use crate::{
    differences::{self, Change},
    doctor::Deployed,
    outcome::Outcome,
    output,
    place::Place,
    replay::{Again, Model},
};

pub(super) async fn run(
    place: &Place,
    id: &SessionId,
    n: u64,
    folders: [(&str, Option<&Path>); 2],
    as_json: bool,
) -> Result<Outcome, SessionsError> {
    let content = content(folders)?;
    let turns = place.table.turns(id).await?;
    let mut found = place.table.found_by_turns(id, n).await?;
    let at = turns.iter().position(|record| record.n == n).ok_or(SessionsError::NoTurn(n))?;
    let before = found.remove(&n).ok_or(SessionsError::NoTurn(n))?.into_session();
    // What the next turn began with is what this one ended with; after the last one it is what stands.
    let after = match found.remove(&(n + 1)) {
        Some(next) => Some(next.into_session()),
        None if at + 1 == turns.len() => Some(place.table.load_session(id, 0).await?.session),
        None => None,
    };
    let record = &turns[at];
    let settings = settings(place, record.trace.paused).await?;
    let words = Words::of(&content.catalog);
    let again = Again {
        shop: Shop {
            catalog: &content.catalog,
            words: &words,
            prompts: &content.prompts,
            settings: &settings,
        },
        rules: Rules::own(),
        say: None,
        model: record.trace.model.as_ref().map(Model::of),
        past: to_sum_up(&turns[..at]),
    };
    let (taken, session) = again.take(&before, record.clone());
    let is_whole =
        record.trace.model.iter().flat_map(|model| &model.answers).all(|it| !it.is_empty());
    if !is_whole {
        output::note(
            "an answer of the model was too long to be kept: the turn is taken without it",
        );
    }
    let then = tree(record, after.as_ref());
    let now = tree(&taken, after.is_some().then_some(&session));
    let changes = differences::between(&then, &now);
    tell(n, &changes, as_json);
    Ok(Outcome::well_if(changes.is_empty()))
}

fn tell(n: u64, changes: &[Change], as_json: bool) {
    for change in changes {
        if as_json {
            output::line(change.to_json());
        } else {
            output::line(change);
        }
    }
    if !as_json {
        match changes.len() {
            0 => output::line(format_args!("turn {n} comes out the same")),
            count => output::line(format_args!("turn {n} comes out differently in {count} places")),
        }
    }
}

/// What is compared: what was said and done, why, and what stood afterwards.
fn tree(record: &TurnRecord, after: Option<&Session>) -> Value {
    let mut trace = json!(record.trace);
    // It names the texts, and differs whenever they do.
    if let Some(model) = trace.get_mut("model").and_then(Value::as_object_mut) {
        model.remove("prompts");
    }
    let mut session = json!(after);
    // Worked out by the commit, from the turn before.
    if let Some(session) = session.as_object_mut() {
        session.remove("next_order");
    }
    json!({
        "reply": record.reply,
        "actions": record.actions,
        "trace": trace,
        "session": session,
        "profile": after.map(Session::profile),
    })
}

/// The content that the program was built with, or with the files of folders in place of its own.
fn content(folders: [(&str, Option<&Path>); 2]) -> Result<Content, SessionsError> {
    let mut sources = mirt_content::sources();
    for (name, folder) in folders {
        let Some(folder) = folder else { continue };
        let files = files::read_folder(folder, name)
            .map_err(|error| SessionsError::Folder(folder.display().to_string(), error))?;
        sources.retain(|(path, _)| !path.starts_with(&format!("{name}/")));
        sources.extend(files);
    }
    Content::parse(sources).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        SessionsError::Faulty(faults.join("; "))
    })
}

/// What is needed of the channels' secret.
#[derive(Deserialize)]
struct ChannelSecret {
    requisites: Option<Requisites>,
}

/// How the shop works there, and worked when the turn was taken.
async fn settings(place: &Place, was_paused: bool) -> Result<ShopSettings, SessionsError> {
    let deployed = Deployed::read(place).await?;
    let dialogue = deployed.functions.get("dialogue").cloned().unwrap_or_default();
    let settings = Settings::from_variables(dialogue)?;
    let secret = settings.required("MIRT_CHANNEL_SECRET")?;
    let secret: ChannelSecret = secrets::read(&place.config, secret).await?;
    let settings = mirt_dialogue::shop_settings::read(&settings, secret.requisites)?;
    Ok(ShopSettings { is_paused: was_paused, ..settings })
}
