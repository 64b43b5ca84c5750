//! `template.yaml` as it runs here: resources made, functions started with their environment.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fs::File,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use mirt_local_aws::{
    dynamodb::TableError,
    endpoint::Endpoint,
    gateway::Route,
    lambda::FunctionSpec,
    mapping::Mapping,
    schedule::Schedule,
    secrets::SecretsError,
    site::Site,
    sqs::SqsError,
    template::{Surroundings, Template, TemplateError},
};
use tokio::process::Command;

use super::managers_chat::{MANAGER_ON_PAGE, MANAGERS_ON_PAGE};
use crate::environment::Environment;

/// The one wiring diagram.
pub(crate) const TEMPLATE: &str = include_str!("../../../../template.yaml");

/// Settings of the user that reach the functions as they are.
const PASSED_ON: &[&str] = &[
    "MIRT_LOG",
    "MIRT_BURST_QUIET_MS",
    "MIRT_BURST_LONGEST_MS",
    "MIRT_BURST_BY_CHANNEL",
    "MIRT_MANYCHAT_MARKS",
    QUICK_REPLIES,
    "MIRT_MANYCHAT_MODE",
    "MIRT_MANYCHAT_ANSWER_MS",
    MANAGERS_CHAT,
    "MIRT_MODEL",
    "MIRT_MODEL_PRICES",
    "MIRT_MODEL_TEXT_MS",
    "MIRT_MODEL_PHOTO_MS",
    "MIRT_MODEL_INTERIM_MS",
    "MIRT_MODEL_SESSION_CEILING_MICRO_USD",
    "MIRT_MODEL_CALLS_PER_MINUTE",
    MANAGERS,
    "MIRT_CONVERSATION_URL",
    "MIRT_HAND_OVER_REMINDER_S",
    "MIRT_HAND_OVER_TIMEOUT_S",
    "MIRT_QUIET_HOURS",
    "MIRT_STOCK_FRESH_S",
    "MIRT_FOLLOW_UPS_S",
    "MIRT_SUMMARY_AFTER_S",
    "MIRT_TRANSCRIPT_DAYS",
    "MIRT_BUBBLE_PAUSE_MS",
    "SITNIKS_AI_MANAGER_NAME",
    "SITNIKS_HUMAN_MANAGER_ID",
    PUBLIC_URL,
];

/// The template's parameter that names the CRM's secret.
const CRM_SECRET: &str = "CrmSecretName";

/// What the secret of the CRM is called on this machine; in AWS the operator says.
const LOCAL_CRM_SECRET: &str = "mirt/local/crm";

const PUBLIC_URL: &str = "MIRT_PUBLIC_URL";
const MANYCHAT_URL: &str = "MANYCHAT_API_URL";
const MANAGERS_CHAT: &str = "MIRT_MANAGERS_CHAT";
const MANAGERS: &str = "MIRT_MANAGERS";
const CHANNEL_SECRET: &str = "MIRT_CHANNEL_SECRET";
const QUICK_REPLIES: &str = "MIRT_MANYCHAT_QUICK_REPLIES";

/// The page shows quick replies, and sends what is tapped as a flow's node does.
const QUICK_REPLIES_ON_PAGE: &str = "node:page";

/// Settings of functions that change while the whole runs; clones share them. A function reads them
/// when it starts.
#[derive(Clone, Debug, Default)]
pub(super) struct Overrides(Arc<Mutex<BTreeMap<&'static str, String>>>);

impl Overrides {
    pub(super) fn set(&self, name: &'static str, value: String) {
        self.all().insert(name, value);
    }

    pub(super) fn clear(&self, name: &'static str) {
        self.all().remove(name);
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<&'static str, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why the template cannot be run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WiringError {
    #[error("template.yaml cannot be run")]
    Template(#[from] TemplateError),
    #[error("template.yaml has no table")]
    NoTable,
    #[error("no function of template.yaml has the setting {0}")]
    NoSetting(&'static str),
    #[error("the table cannot be made")]
    Table(#[from] TableError),
    #[error("a queue cannot be made")]
    Queue(#[from] SqsError),
    #[error("a secret cannot be made")]
    Secret(#[from] SecretsError),
    #[error("this program cannot be found")]
    Program(#[from] io::Error),
}

/// The template that this program was built with, for a stage and with its defaults.
pub(crate) fn template_of(stage: &str) -> Result<Template, TemplateError> {
    let parameters = BTreeMap::from([("Stage".to_owned(), stage.to_owned())]);
    Template::parse(TEMPLATE, &Surroundings { parameters, ..Surroundings::default() })
}

/// The queues of a stage in which other queues' messages end, by name.
pub(crate) fn dead_letter_queues(stage: &str) -> Result<BTreeSet<String>, TemplateError> {
    let template = template_of(stage)?;
    let letters = template.queues.into_iter().filter_map(|queue| queue.dead_letters);
    Ok(letters.map(|letters| letters.queue).collect())
}

/// The template, resolved for this machine.
pub(super) struct Wiring {
    /// The name of the one table.
    pub(super) table: String,
    template: Template,
    environments: BTreeMap<String, BTreeMap<String, String>>,
    /// Where the page takes what is sent to ManyChat, if it does.
    manychat_on_page: Option<String>,
}

impl Wiring {
    /// Reads the template: its references point to `endpoint`, its channels to `origin` where the
    /// user has set no others.
    pub(super) fn read(
        environment: &Environment,
        site: &Site,
        origin: &str,
        endpoint: &str,
    ) -> Result<Self, WiringError> {
        let surroundings = Surroundings {
            site: site.clone(),
            parameters: environment
                .crm
                .iter()
                .map(|_| (CRM_SECRET.to_owned(), LOCAL_CRM_SECRET.to_owned()))
                .collect(),
            endpoint: endpoint.to_owned(),
        };
        let template = Template::parse(TEMPLATE, &surroundings)?;
        let table = template.tables.first().ok_or(WiringError::NoTable)?.name.clone();

        let manychat_on_page =
            environment.manychat.url.is_none().then(|| format!("{origin}/local/manychat"));
        let mut own = vec![
            ("AWS_ENDPOINT_URL".to_owned(), endpoint.to_owned()),
            ("AWS_SECRET_ACCESS_KEY".to_owned(), "local".to_owned()),
            (
                "TELEGRAM_API_URL".to_owned(),
                environment
                    .telegram
                    .url
                    .clone()
                    .unwrap_or_else(|| format!("{origin}/local/telegram")),
            ),
        ];
        if environment.telegram.url.is_none() {
            own.push((MANAGERS_CHAT.to_owned(), MANAGERS_ON_PAGE.to_owned()));
            own.push((MANAGERS.to_owned(), MANAGER_ON_PAGE.to_owned()));
        }
        if environment.manychat.url.is_none() {
            own.push((QUICK_REPLIES.to_owned(), QUICK_REPLIES_ON_PAGE.to_owned()));
        }
        if let Some(crm) = &environment.crm {
            own.push(("SITNIKS_API_URL".to_owned(), crm.url.clone()));
        }
        // What is set from outside wins: a tunnel's address, perhaps.
        own.push((PUBLIC_URL.to_owned(), origin.to_owned()));
        own.extend(environment.manychat.url.clone().map(|url| (MANYCHAT_URL.to_owned(), url)));
        own.extend(environment.openai_url.clone().map(|url| ("OPENAI_BASE_URL".to_owned(), url)));
        own.extend(PASSED_ON.iter().chain(&mirt_telegram_fetch::OWN).filter_map(|name| {
            Some(((*name).to_owned(), environment.settings.get(name)?.to_owned()))
        }));
        let environments = template
            .functions
            .iter()
            .map(|function| {
                let mut all = function.environment.clone();
                all.extend(own.iter().cloned());
                // By it the services know whose role a call is held against.
                all.insert("AWS_ACCESS_KEY_ID".to_owned(), function.spec.name.clone());
                (function.spec.name.clone(), all)
            })
            .collect();
        Ok(Self { table, template, environments, manychat_on_page })
    }

    /// Makes the tables, the queues and the secrets, or leaves them as they are. Messages that were
    /// in flight when the last run ended are released: whoever held them is gone.
    pub(super) async fn make_resources(
        &self,
        endpoint: &Endpoint,
        environment: &Environment,
    ) -> Result<(), WiringError> {
        for table in &self.template.tables {
            endpoint.dynamodb().ensure_table(table.clone()).await?;
        }
        for queue in &self.template.queues {
            endpoint.sqs().ensure_queue(&queue.name, queue.attributes.clone()).await?;
            endpoint.sqs().release_in_flight(&queue.name).await?;
        }
        for (setting, value) in [
            ("MIRT_WEBHOOK_SECRET", environment.webhook_secret()),
            (CHANNEL_SECRET, environment.channel_secret()),
        ] {
            endpoint.secrets().ensure_secret(self.setting(setting)?, &value.to_string()).await?;
        }
        if let Some(value) = environment.crm_secret() {
            endpoint.secrets().ensure_secret(LOCAL_CRM_SECRET, &value.to_string()).await?;
        }
        Ok(())
    }

    /// Has the services refuse to each function what its role does not allow.
    pub(super) fn limit_functions(&self, endpoint: &Endpoint) {
        for function in &self.template.functions {
            endpoint.permissions().limit(&function.spec.name, function.role.clone());
        }
    }

    /// A setting that the template gives some function.
    fn setting(&self, name: &'static str) -> Result<&str, WiringError> {
        let value = self.environments.values().find_map(|environment| environment.get(name));
        value.map(String::as_str).ok_or(WiringError::NoSetting(name))
    }

    /// The name of the secret with the channels' keys.
    pub(super) fn channel_secret(&self) -> Result<String, WiringError> {
        self.setting(CHANNEL_SECRET).map(str::to_owned)
    }

    /// The environment of each function, by its short name. Where the page stands in for ManyChat, each
    /// process has an address of its own below the one that is told here.
    pub(super) fn environments(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        let mut environments = self.environments.clone();
        for environment in environments.values_mut() {
            environment
                .extend(self.manychat_on_page.clone().map(|it| (MANYCHAT_URL.to_owned(), it)));
        }
        environments
    }

    /// The names of the queues, those of dead letters last.
    pub(super) fn queues(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.template.queues.iter().map(|queue| queue.name.clone()).collect();
        names.sort_by_key(|name| (name.contains("-dlq"), name.clone()));
        names
    }

    /// What Lambda needs to know about each function.
    pub(super) fn specs(&self) -> Vec<FunctionSpec> {
        self.template.functions.iter().map(|function| function.spec.clone()).collect()
    }

    /// Makes a function's command: this program again, as that function, with what the template
    /// gives it and nothing of this process's own environment. What it says goes to `log`.
    ///
    /// Where the page stands in for ManyChat, each process has an address of its own to send to, so
    /// that it is known who sent what.
    pub(super) fn commands(
        &self,
        log: File,
        overrides: Overrides,
    ) -> Result<impl Fn(&str, u64) -> Command + use<>, WiringError> {
        let program = env::current_exe()?;
        let environments = self.environments.clone();
        let manychat = self.manychat_on_page.clone();
        Ok(move |function: &str, process: u64| {
            let mut command = Command::new(&program);
            command.args(["function", function]).env_clear();
            command.envs(environments.get(function).into_iter().flatten());
            if let Some(page) = &manychat {
                command.env(MANYCHAT_URL, format!("{page}/{process}"));
            }
            command.envs(overrides.all().iter());
            // A log that cannot be shared is inherited: on the screen rather than nowhere.
            if let (Ok(out), Ok(err)) = (log.try_clone(), log.try_clone()) {
                command.stdout(out).stderr(err);
            }
            command
        })
    }

    /// The routes of the HTTP API.
    pub(super) fn routes(&self) -> Vec<Route> {
        self.template.routes.clone()
    }

    /// Which function runs how often.
    pub(super) fn schedules(&self) -> Vec<Schedule> {
        self.template.schedules.clone()
    }

    /// Which function reads which queue.
    pub(super) fn mappings(&self) -> Vec<Mapping> {
        self.template.mappings.clone()
    }
}
