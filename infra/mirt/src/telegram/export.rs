//! Days as files: the predecessor's folders and names, each file whole or not there.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use mirt_aws::table::Table;
use mirt_history::{
    chat::ChatRef,
    day::Day,
    document::{checksum, to_file},
    sides::{Participants, Summary, Threads},
};

use super::TelegramError;

/// Writes a day's four files, and says which.
pub(super) async fn write(
    table: &Table,
    chat: &ChatRef,
    day: Day,
    out: &Path,
) -> Result<[PathBuf; 4], TelegramError> {
    let stored = table.stored_day(chat, day).await?;
    let stored = stored.ok_or_else(|| TelegramError::NoDay { chat: chat.clone(), day })?;
    let document = stored.document.to_file()?;
    if checksum(&document) != stored.published.checksum {
        return Err(TelegramError::Checksum(day));
    }
    let folder = out.join(chat.folder());
    fs::create_dir_all(&folder)?;
    let path = |suffix: &str| folder.join(format!("{day}{suffix}.json"));
    let files = [
        (path(""), document),
        (path("_summary"), to_file(&Summary::of(chat, day, &stored.published))?),
        (path("_threads"), to_file(&Threads::of(&stored.document.messages))?),
        (path("_participants"), to_file(&Participants::of(chat, day, &stored.document))?),
    ];
    for (path, bytes) in &files {
        whole(path, bytes)?;
    }
    Ok(files.map(|(path, _)| path))
}

/// Writes beside the place and moves it there: who reads it reads all of it.
fn whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("json.tmp");
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // Nothing of it is left; if that fails too, the first error says why.
        let _ = fs::remove_file(&beside);
    }
    written
}
