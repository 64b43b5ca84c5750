//! Secrets and their versions as they are stored.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::Deserialize;

use super::error::SecretsError;
use crate::{clock::UnixMillis, random};

/// The label of the version that is read by default.
const CURRENT: &str = "AWSCURRENT";

/// The label of the version before it.
const PREVIOUS: &str = "AWSPREVIOUS";

/// A secret without its values.
pub(super) struct Secret {
    pub(super) name: String,
    pub(super) suffix: String,
    pub(super) description: Option<String>,
    pub(super) created: UnixMillis,
}

/// A value: a string or bytes. Has no `Debug`, so that it cannot slip into a log.
#[derive(PartialEq, Eq, Deserialize)]
pub(super) struct SecretValue {
    #[serde(rename = "SecretString")]
    pub(super) string: Option<String>,
    /// Base64.
    #[serde(rename = "SecretBinary")]
    pub(super) binary: Option<String>,
}

/// One version of a secret.
pub(super) struct Version {
    pub(super) id: String,
    pub(super) stage: Option<String>,
    pub(super) value: SecretValue,
    pub(super) created: UnixMillis,
}

/// Which version is meant.
pub(super) enum Selector<'a> {
    Current,
    Stage(&'a str),
    Id(&'a str),
}

impl Secret {
    /// The secret of this name, or of this name with the six letters that end its ARN.
    pub(super) fn find(tx: &Transaction<'_>, name: &str) -> Result<Option<Self>, SecretsError> {
        let secret = tx
            .prepare_cached("SELECT * FROM secret WHERE name = ?1 OR name || '-' || suffix = ?1")?
            .query_row([name], Self::read)
            .optional()?;
        Ok(secret)
    }

    /// All secrets, by name.
    pub(super) fn all(tx: &Transaction<'_>) -> Result<Vec<Self>, SecretsError> {
        let mut all = tx.prepare_cached("SELECT * FROM secret ORDER BY name")?;
        let all = all.query_map([], Self::read)?.collect::<Result<_, _>>()?;
        Ok(all)
    }

    /// Makes a secret that has no version yet.
    pub(super) fn create(
        tx: &Transaction<'_>,
        name: &str,
        description: Option<&str>,
        now: UnixMillis,
    ) -> Result<Self, SecretsError> {
        let secret = Self {
            name: name.to_owned(),
            suffix: random::six_letters(),
            description: description.map(str::to_owned),
            created: now,
        };
        tx.execute(
            "INSERT INTO secret (name, suffix, description, created) VALUES (?1, ?2, ?3, ?4)",
            params![secret.name, secret.suffix, secret.description, secret.created],
        )?;
        Ok(secret)
    }

    /// Makes `value` the current version; the current one becomes the previous. Returns its id:
    /// `token`, or one by chance. With a known token the same value changes nothing, and another
    /// one is refused.
    pub(super) fn put(
        &self,
        tx: &Transaction<'_>,
        token: Option<&str>,
        value: &SecretValue,
        now: UnixMillis,
    ) -> Result<String, SecretsError> {
        if value.string.is_none() && value.binary.is_none() {
            return Err(SecretsError::NoValue);
        }
        let id = token.map_or_else(random::uuid, str::to_owned);
        if let Some(known) = self.version(tx, Selector::Id(&id))? {
            return if known.value == *value { Ok(id) } else { Err(SecretsError::Exists) };
        }
        for (from, to) in [(PREVIOUS, None), (CURRENT, Some(PREVIOUS))] {
            tx.execute(
                "UPDATE secret_version SET stage = ?3 WHERE secret = ?1 AND stage = ?2",
                params![self.name, from, to],
            )?;
        }
        tx.execute(
            "INSERT INTO secret_version (secret, version_id, stage, string, binary, created)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![self.name, id, CURRENT, value.string, value.binary, now],
        )?;
        Ok(id)
    }

    /// One version, if it is there.
    pub(super) fn version(
        &self,
        tx: &Transaction<'_>,
        selector: Selector<'_>,
    ) -> Result<Option<Version>, SecretsError> {
        let (stage, id) = match selector {
            Selector::Current => (Some(CURRENT), None),
            Selector::Stage(stage) => (Some(stage), None),
            Selector::Id(id) => (None, Some(id)),
        };
        let version = tx
            .prepare_cached(
                "SELECT * FROM secret_version
                 WHERE secret = ?1 AND (stage = ?2 OR version_id = ?3)",
            )?
            .query_row(params![self.name, stage, id], Version::read)
            .optional()?;
        Ok(version)
    }

    /// The versions' ids with their labels; versions without one are left out.
    pub(super) fn stages(
        &self,
        tx: &Transaction<'_>,
    ) -> Result<BTreeMap<String, [String; 1]>, SecretsError> {
        let mut stages = tx.prepare_cached(
            "SELECT version_id, stage FROM secret_version
             WHERE secret = ?1 AND stage IS NOT NULL",
        )?;
        let stages = stages
            .query_map([&self.name], |row| Ok((row.get(0)?, [row.get(1)?])))?
            .collect::<Result<_, _>>()?;
        Ok(stages)
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            name: row.get("name")?,
            suffix: row.get("suffix")?,
            description: row.get("description")?,
            created: row.get("created")?,
        })
    }
}

impl Version {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("version_id")?,
            stage: row.get("stage")?,
            value: SecretValue { string: row.get("string")?, binary: row.get("binary")? },
            created: row.get("created")?,
        })
    }
}
