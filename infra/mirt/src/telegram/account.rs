//! Logging in and out: in one process, with nothing typed that ends in a shell's history.

use std::io::{IsTerminal as _, Write as _, stderr, stdin};

use mirt_aws::secrets;
use mirt_engine::clock::{Clock as _, until};
use mirt_history::fetch::Hold;
use mirt_runtime::{clock::SystemClock, settings::Settings};
use mirt_telegram::{Account, AppId, Connection, Credentials, LoginError, Session, Step};
use serde_json::json;

use super::{SECRET, TelegramError};
use crate::{output, place::Place};

/// How often a code or a password may be wrong.
const TRIES: u32 = 3;

/// Keeps everybody else from using the session while `work` does.
async fn alone<T>(
    place: &Place,
    work: impl AsyncFnOnce() -> Result<T, TelegramError>,
) -> Result<T, TelegramError> {
    let hold = Hold::take(&place.table, &SystemClock).await?;
    let in_use =
        |held_until| TelegramError::InUse(until(SystemClock.now(), held_until).as_secs() + 1);
    let hold = hold.map_err(in_use)?;
    let result = work().await;
    hold.release().await;
    result
}

async fn stored(place: &Place) -> Result<Credentials, TelegramError> {
    Ok(secrets::read(&place.config, &place.stack.secret(SECRET)).await?)
}

async fn keep(place: &Place, credentials: &Credentials) -> Result<(), TelegramError> {
    Ok(secrets::write(&place.config, &place.stack.secret(SECRET), credentials).await?)
}

/// Logs in, and keeps the session.
pub(super) async fn login(
    place: &Place,
    settings: &Settings,
    import: bool,
    as_json: bool,
) -> Result<(), TelegramError> {
    // Not there before the first login; whatever is unreadable is replaced by this one.
    let before = stored(place).await.ok();
    let (api_id, api_hash) = application(settings, before.as_ref())?;
    let usable = before.filter(|credentials| credentials.refused.is_none());
    let session = if import {
        ask("Session string: ", false)?.parse_session()?
    } else {
        usable.map_or_else(Session::fresh, |credentials| credentials.session)
    };
    let account = alone(place, async || {
        let connection = Connection::new(session, AppId(api_id));
        let account = match connection.whoami().await {
            Ok(Some(account)) => Ok(account),
            Ok(None) if import => Err(TelegramError::NobodyLoggedIn),
            Ok(None) => log_in(&connection, &api_hash).await,
            Err(error) => Err(error.into()),
        };
        let session = connection.close().await;
        let account = account?;
        let credentials = Credentials {
            api_id,
            api_hash: api_hash.clone(),
            session: session.without_peers(),
            refused: None,
        };
        keep(place, &credentials).await?;
        Ok(account)
    })
    .await?;
    let (id, username) = (account.id, &account.username);
    let object = json!({ "id": id, "name": account.name, "username": username });
    output::told(as_json, object, format_args!("logged in as {}", name(&account)));
    Ok(())
}

/// The application's id and hash: from the settings, or as they were.
fn application(
    settings: &Settings,
    before: Option<&Credentials>,
) -> Result<(i32, String), TelegramError> {
    let id = settings.get("TELEGRAM_API_ID").and_then(|id| id.parse().ok());
    let hash = settings.get("TELEGRAM_API_HASH");
    match (id, hash, before) {
        (Some(id), Some(hash), _) => Ok((id, hash.to_owned())),
        (_, _, Some(before)) => Ok((before.api_id, before.api_hash.clone())),
        _ => Err(TelegramError::NoApplication),
    }
}

async fn log_in(connection: &Connection, api_hash: &str) -> Result<Account, TelegramError> {
    let phone = ask("Phone number, with the country's code: ", false)?;
    let sent = connection.send_code(&phone.0, api_hash).await?;
    let mut tries = 1;
    let step = loop {
        let code = ask(&format!("Code, sent by {}: ", sent.how), false)?;
        match connection.submit_code(&sent, &code.0).await {
            Err(LoginError::WrongCode) if tries < TRIES => tries += 1,
            other => break other?,
        }
    };
    let hint = match step {
        Step::Done(account) => return Ok(account),
        Step::Password(hint) => hint.map_or_else(String::new, |hint| format!(" (hint: {hint})")),
    };
    let mut tries = 1;
    loop {
        let password = ask(&format!("Password{hint}: "), true)?;
        match connection.submit_password(&password.0).await {
            Err(LoginError::WrongPassword) if tries < TRIES => tries += 1,
            other => return Ok(other?),
        }
    }
}

/// Says who is logged in.
pub(super) async fn whoami(place: &Place, as_json: bool) -> Result<(), TelegramError> {
    let credentials = stored(place).await?;
    let account = alone(place, async || {
        let connection = Connection::new(credentials.session.clone(), credentials.app());
        let account = connection.whoami().await;
        connection.close().await;
        Ok(account?)
    })
    .await?;
    let account = account.ok_or(TelegramError::NobodyLoggedIn)?;
    if as_json {
        let (id, username) = (account.id, &account.username);
        output::line(json!({ "id": id, "name": account.name, "username": username }));
    } else {
        output::line(name(&account));
    }
    Ok(())
}

/// Ends the login, and forgets the session; the application stays.
pub(super) async fn logout(place: &Place, as_json: bool) -> Result<(), TelegramError> {
    let credentials = stored(place).await?;
    alone(place, async || {
        let connection = Connection::new(credentials.session.clone(), credentials.app());
        let ended = connection.log_out().await;
        connection.close().await;
        ended?;
        let refused = Some("logged out".to_owned());
        let session = Session::fresh();
        keep(place, &Credentials { session, refused, ..credentials.clone() }).await
    })
    .await?;
    output::told(as_json, json!({ "logged_out": true }), "logged out");
    Ok(())
}

fn name(account: &Account) -> String {
    match &account.username {
        Some(username) => format!("{} (@{username})", account.name),
        None => account.name.clone(),
    }
}

/// What was typed, or came in a line.
struct Line(String);

impl Line {
    fn parse_session(&self) -> Result<Session, TelegramError> {
        Ok(Session::from_telethon(&self.0)?)
    }
}

/// Asks on standard error, and reads a line; what is secret is not shown while it is typed.
fn ask(question: &str, is_secret: bool) -> Result<Line, TelegramError> {
    if is_secret && stdin().is_terminal() {
        return Ok(Line(rpassword::prompt_password(question)?));
    }
    let mut out = stderr().lock();
    write!(out, "{question}").and_then(|()| out.flush())?;
    let mut line = String::new();
    stdin().read_line(&mut line)?;
    Ok(Line(line.trim().to_owned()))
}
