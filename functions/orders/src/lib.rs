//! Lambda behind the orders' queue: an order into the CRM once, and what becomes of it there.

mod batch;
mod figures;

use std::{process::ExitCode, time::Duration};

use aws_lambda_events::sqs::SqsEvent;
use lambda_runtime::{LambdaEvent, service_fn};
use mirt_aws::{
    metrics::function_name, queue::InboundQueue, rotation::Rotating, sdk, secrets, table::Table,
};
use mirt_crm::{Assignees, Chats, Sitniks};
use mirt_engine::{clock::Clock as _, failure::chain, label_chat::label, look_after_order::Orders};
use mirt_runtime::{
    clock::SystemClock,
    process,
    settings::{SettingError, Settings},
};
use serde::Deserialize;

use crate::figures::Figures;

/// The members of the CRM's secret without which it takes no order.
pub const NEEDED_OF_SECRET: &[&str] = &["sitniks_api_key"];

/// Whether the function starts with `text` as its secret `name`.
///
/// # Errors
/// When it does not, and so says why.
pub fn check_secret(name: &str, text: &str) -> Result<(), secrets::SecretError> {
    secrets::parse::<CrmSecrets>(name, text).map(drop)
}

/// How long the labels of a batch may take, all together; one of them takes up to 25 s of a CRM that
/// hangs. What is not done by then comes again.
pub const LABELS: Duration = Duration::from_secs(30);

/// The secret of the CRM.
#[derive(Deserialize)]
struct CrmSecrets {
    sitniks_api_key: String,
}

/// Why the function does not start.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Setting(#[from] SettingError),
    #[error(transparent)]
    Http(#[from] mirt_http::ClientError),
    #[error(transparent)]
    Secret(#[from] secrets::SecretError),
    #[error("the function's runtime failed")]
    Lambda(#[source] lambda_runtime::Error),
}

/// Runs the function until Lambda ends it.
#[must_use]
pub fn main() -> ExitCode {
    process::run("orders", run)
}

async fn run(settings: Settings) -> Result<(), StartError> {
    let http = mirt_http::client()?;
    let config = sdk::config(http.clone()).await;
    let table = Table::new(&config, settings.required("MIRT_TABLE")?.to_owned());
    let queue = InboundQueue::new(&config, settings.required("MIRT_INBOUND_QUEUE_URL")?.to_owned());
    // Without one, orders go to the managers' cards and into `mirt orders export`.
    let crm = match settings.get("MIRT_CRM_SECRET") {
        Some(name) => {
            let meaning = "the address of the CRM, which is used where its secret is named";
            let base = settings
                .get("SITNIKS_API_URL")
                .ok_or(SettingError::Missing { name: "SITNIKS_API_URL", meaning })?;
            let assignees = Assignees {
                assistant: settings.get("SITNIKS_AI_MANAGER_NAME").map(str::to_owned),
                human: settings.parsed("SITNIKS_HUMAN_MANAGER_ID", "a whole number")?,
            };
            let make = move |secret: CrmSecrets| {
                let key = secret.sitniks_api_key;
                let chats = Chats::new(http.clone(), base, key.clone(), assignees.clone());
                Ok((Sitniks::new(http.clone(), base, key, mirt_content::catalog()), chats))
            };
            Some(Rotating::<_, StartError>::start(&config, name, SystemClock.now(), make).await?)
        }
        None => None,
    };
    let figures = Figures { function: function_name() };
    let (table, queue, crm, figures) = (&table, &queue, crm.as_ref(), &figures);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        let crm = match crm {
            Some(crm) => Some(crm.current(SystemClock.now()).await),
            None => None,
        };
        let (sitniks, chats) = crm.as_deref().map(|(crm, chats)| (crm, chats)).unzip();
        let orders =
            Orders { clock: &SystemClock, store: table, queue, crm: sitniks, measure: figures };
        let orders = &orders;
        let work = async |order| {
            let Err(error) = orders.look_after(order).await else { return true };
            tracing::error!(event = "order_failed", %order, error = chain(&error));
            false
        };
        let label = async |task| label(&SystemClock, table, chats, &task).await;
        let enough = SystemClock.sleep(LABELS);
        Ok::<_, lambda_runtime::Error>(batch::run(event.payload, work, label, enough).await)
    }))
    .await
    .map_err(StartError::Lambda)
}
