//! A foreign client reads the same server and sees the same: what is tested here is not only our
//! own idea of Telegram.

use std::{
    env,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use mirt_history::{message::Message, preprocess::Preprocessing};
use mirt_telegram_peer::sample;
use serde_json::{Value, json};

use crate::stage::{DAY, Stage, of_day};

/// The client. Source: PyPI.
const PACKAGE: &str = "telethon==1.45.0";

/// A Python that has the client, made once and kept with the other caches; or why there is none.
fn python() -> Result<PathBuf, String> {
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cache")));
    let folder = cache.ok_or("no folder for caches")?.join("mirt").join(PACKAGE.replace("==", "-"));
    let (python, complete) = (folder.join("bin/python"), folder.join("complete"));
    if complete.exists() {
        return Ok(python);
    }
    let run = |program: &std::ffi::OsStr, arguments: &[&str]| {
        let done = Command::new(program).args(arguments).output();
        let done = done.map_err(|error| format!("{}: {error}", program.display()))?;
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        if done.status.success() { Ok(()) } else { Err(format!("{}: {said}", program.display())) }
    };
    run("python3".as_ref(), &["-m", "venv", &folder.to_string_lossy()])?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE];
    run(python.as_os_str(), &install)?;
    std::fs::write(complete, "").map_err(|error| error.to_string())?;
    Ok(python)
}

/// What the foreign client sees of a chat's day.
fn seen_by_telethon(python: PathBuf, session: &str, chat: &str) -> Value {
    let first = sample::midnight(DAY);
    let asked = json!({ "session": session, "chat": chat, "first": first, "end": first + 86_400 });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/telegram/foreign_client.py");
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The same of our document.
fn shown(message: &Message) -> Value {
    let kind = |reaction: &mirt_history::message::Reaction| match &reaction.custom_emoji_id {
        Some(id) => id.clone(),
        None if reaction.paid => "paid".to_owned(),
        None => reaction.emoji.clone(),
    };
    let reactions: Vec<_> =
        message.reactions.iter().map(|one| json!([kind(one), one.count])).collect();
    json!({
        "id": message.id,
        "text": message.text,
        "reactions": reactions,
        "sender": message.sender_id,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn telethon_reads_the_same_ids_texts_reactions_and_comments() {
    let python = match tokio::task::spawn_blocking(python).await.unwrap() {
        Ok(python) => python,
        Err(reason) => {
            let _ =
                writeln!(std::io::stderr(), "skipped: Telethon is not to be had here: {reason}");
            return;
        }
    };
    let mut stage = Stage::start(sample::everything(DAY)).await;
    stage.settings.preprocessing = Preprocessing::none();

    for chat in ["shop_news", "shop_talk"] {
        stage.run(&of_day(chat, DAY)).await;
        let session = stage.peer.session_string();
        let python = python.clone();
        let theirs =
            tokio::task::spawn_blocking(move || seen_by_telethon(python, &session, chat)).await;

        let document = stage.stored(chat, DAY).await.unwrap().document;
        let ours: Vec<_> = document
            .messages
            .iter()
            .map(|message| {
                let mut one = shown(message);
                one["comments"] = message.comments.iter().map(shown).collect();
                one
            })
            .collect();
        assert_eq!(Value::from(ours), theirs.unwrap(), "{chat}");
    }
}
