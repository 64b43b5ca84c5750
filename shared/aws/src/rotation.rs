//! What is made of a secret, and made anew when the secret has changed: a key that was rotated is
//! used within minutes and without a deployment.

use std::{
    collections::BTreeMap,
    error::Error,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use mirt_engine::{clock::until, failure::chain};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

use crate::{
    metrics::{Line, function_name, write},
    secrets::{self, SecretError},
};

/// How long a function goes by what it has read of a secret. A call of Secrets Manager costs $0.05
/// for ten thousand, so that looking every five minutes costs a warm function four cents a month.
/// Source of the price: AWS Secrets Manager pricing.
pub const FRESH_FOR: Duration = Duration::from_mins(5);

/// How soon it is looked at again where something speaks for its having changed. Whoever knocks with
/// wrong tokens makes no more calls than that.
pub const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(5);

const NAMESPACE: &str = "MIRT/Secrets";

/// Makes something of a secret's text.
type Make<'a, T, E> = Box<dyn Fn(&str) -> Result<T, E> + Send + Sync + 'a>;

/// A secret, and what is made of it.
pub struct Rotating<'a, T, E> {
    client: aws_sdk_secretsmanager::Client,
    name: String,
    make: Make<'a, T, E>,
    current: Mutex<Current<T>>,
}

struct Current<T> {
    made: Arc<T>,
    text: Arc<str>,
    looked_at: Timestamp,
}

impl<T, E> fmt::Debug for Rotating<'_, T, E> {
    /// Says which it is and nothing of what is in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rotating").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'a, T, E: From<SecretError> + Error + 'static> Rotating<'a, T, E> {
    /// Reads the secret `name`, a JSON object of the form `S`, and makes of it what `make` makes.
    ///
    /// # Errors
    /// When it cannot be read, is not of that form, or `make` fails.
    pub async fn start<S: DeserializeOwned>(
        config: &aws_config::SdkConfig,
        name: &str,
        now: Timestamp,
        make: impl Fn(S) -> Result<T, E> + Send + Sync + 'a,
    ) -> Result<Self, E> {
        let client = aws_sdk_secretsmanager::Client::new(config);
        let text: Arc<str> = secrets::text(&client, name).await?.into();
        let parsed = {
            let name = name.to_owned();
            move |text: &str| make(secrets::parse(&name, text)?)
        };
        let made = Arc::new(parsed(&text)?);
        tell_expiry(&text, now);
        let current = Mutex::new(Current { made, text, looked_at: now });
        Ok(Self { client, name: name.to_owned(), make: Box::new(parsed), current })
    }

    /// What is made of the secret as it was within the last [`FRESH_FOR`]. A secret that cannot be
    /// read, or of which nothing can be made, leaves what there was.
    pub async fn current(&self, now: Timestamp) -> Arc<T> {
        self.no_older_than(FRESH_FOR, now).await
    }

    /// The same within the last [`LOOK_AGAIN_AFTER`]: for who has reason to believe that it has
    /// changed. `None` where it has not.
    pub async fn changed(&self, than: &Arc<T>, now: Timestamp) -> Option<Arc<T>> {
        let now_made = self.no_older_than(LOOK_AGAIN_AFTER, now).await;
        (!Arc::ptr_eq(&now_made, than)).then_some(now_made)
    }

    async fn no_older_than(&self, age: Duration, now: Timestamp) -> Arc<T> {
        let (made, known, looked_at) = {
            let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
            (Arc::clone(&current.made), Arc::clone(&current.text), current.looked_at)
        };
        if until(looked_at, now) < age {
            return made;
        }
        // Whatever comes of it, it is not asked for again at once.
        self.current.lock().unwrap_or_else(PoisonError::into_inner).looked_at = now;
        let text = match secrets::text(&self.client, &self.name).await {
            Ok(text) => text,
            Err(error) => {
                let error = chain(&error);
                tracing::error!(event = "degraded", what = "secret_not_read", error);
                return made;
            }
        };
        tell_expiry(&text, now);
        if *text == *known {
            return made;
        }
        match (self.make)(&text) {
            Ok(anew) => {
                tracing::info!(event = "secret_changed");
                let anew = Arc::new(anew);
                let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
                current.made = Arc::clone(&anew);
                current.text = text.into();
                anew
            }
            Err(error) => {
                let error = chain(&error);
                tracing::error!(event = "degraded", what = "changed_secret_unusable", error);
                made
            }
        }
    }
}

/// What of a secret says until when its members are good: `"expires": {"MEMBER": "2027-01-31"}`.
#[derive(Deserialize)]
struct Dated {
    #[serde(default)]
    expires: BTreeMap<String, Date>,
}

/// Days until the first member is no longer good, negative once it is not; `None` where none says.
///
/// # Errors
/// When a date cannot be read.
pub fn days_left(secret: &str, now: Timestamp) -> Result<Option<i32>, serde_json::Error> {
    let Dated { expires } = serde_json::from_str(secret)?;
    let today = now.to_zoned(TimeZone::UTC).date();
    Ok(expires.into_values().min().map(|first| (first - today).get_days()))
}

/// Writes how long a secret is good, for the alarm that looks at it.
fn tell_expiry(secret: &str, now: Timestamp) {
    match days_left(secret, now) {
        Ok(Some(days)) => {
            let mut line = Line::new(NAMESPACE, &function_name());
            line.add(json!([["Function"]]), &[("secret_expires_in_days", "None", json!(days))]);
            write(&line.of(now));
        }
        Ok(None) => {}
        // The error's own text may quote a value.
        Err(_) => tracing::error!(event = "degraded", what = "expiry_of_secret_unreadable"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(secret: &str) -> Option<i32> {
        days_left(secret, "2026-11-21T22:00:00Z".parse().unwrap_or_default()).unwrap_or_default()
    }

    #[test]
    fn the_member_that_ends_first_counts_and_one_that_has_ended_is_below_zero() {
        assert_eq!(
            left(r#"{"key":"x","expires":{"key":"2027-01-31","b":"2026-12-01"}}"#),
            Some(10)
        );
        assert_eq!(left(r#"{"expires":{"key":"2026-11-20"}}"#), Some(-1));
        assert_eq!(left(r#"{"key":"x"}"#), None);
    }

    #[test]
    fn a_date_that_is_none_is_an_error() {
        assert!(days_left(r#"{"expires":{"key":"soon"}}"#, Timestamp::UNIX_EPOCH).is_err());
    }
}
