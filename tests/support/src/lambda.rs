//! One function's real `bootstrap`, started as Lambda starts it, with the services that it calls.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    fs::{File, OpenOptions},
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use mirt_local_aws::{
    clock::{Ahead, Clock},
    endpoint::{Endpoint, Options},
    lambda::{Invoke as _, InvokeError, Lambda},
    mapping::{self, Mapping},
    site::Site,
    template::{Surroundings, Template},
};
use serde_json::{Value, json};
use tokio::{process::Command, task::JoinSet};

use crate::{
    ChannelStub,
    mirt::{MANYCHAT_KEY, MANYCHAT_TOKEN, TELEGRAM_SECRET, TELEGRAM_TOKEN},
};

/// The wiring that is deployed.
const TEMPLATE: &str = include_str!("../../../template.yaml");

/// A function behind a Lambda Runtime API, with the services of `template.yaml` and stub channels.
pub struct FunctionWorld {
    /// DynamoDB, SQS and Secrets Manager.
    pub endpoint: Arc<Endpoint>,
    /// In place of ManyChat.
    pub manychat: ChannelStub,
    name: String,
    lambda: Arc<Lambda>,
    mappings: Vec<Mapping>,
    site: Site,
    /// How far the services' clock is ahead.
    ahead: Ahead,
    table: String,
    /// Holds the `bootstrap` and what it prints for as long as it runs.
    package: tempfile::TempDir,
}

impl Drop for FunctionWorld {
    /// Every test is a test of the function's role as well.
    fn drop(&mut self) {
        let refused = self.endpoint.permissions().refused();
        if !std::thread::panicking() {
            assert!(
                refused.is_empty(),
                "the function called what its role does not allow: {refused:?}"
            );
        }
    }
}

/// What is otherwise than the template has it.
#[derive(Default)]
struct Special {
    /// The longest invocation.
    timeout: Option<Duration>,
    /// Whether the parameter `Tracing` is set.
    is_traced: bool,
}

impl Special {
    /// What the operator would have said, so that the role is about the same secret.
    fn parameters(&self, settings: &[(&str, &str)]) -> BTreeMap<String, String> {
        let traced = self.is_traced.then(|| ("Tracing".to_owned(), "xray".to_owned()));
        let secrets = settings.iter().filter(|(name, _)| *name == "MIRT_CRM_SECRET");
        let secrets = secrets.map(|(_, secret)| ("CrmSecretName".to_owned(), (*secret).to_owned()));
        secrets.chain(traced).collect()
    }
}

impl FunctionWorld {
    /// Puts `binary` into a package as `bootstrap` and makes it known as the function `name` of the
    /// template. It starts with the first event, or with [`Self::warm`].
    pub async fn start(binary: &str, name: &str) -> Self {
        Self::start_with(binary, name, &[]).await
    }

    /// The same, with more settings.
    pub async fn start_with(binary: &str, name: &str, settings: &[(&str, &str)]) -> Self {
        let webhooks = json!({
            "manychat_webhook_token": MANYCHAT_TOKEN,
            "telegram_webhook_secret": TELEGRAM_SECRET,
        });
        Self::start_as(binary, name, &webhooks, settings, Special::default()).await
    }

    /// The same, with traces for the daemon at this address.
    pub async fn start_traced(binary: &str, name: &str, daemon: &str) -> Self {
        let webhooks = json!({
            "manychat_webhook_token": MANYCHAT_TOKEN,
            "telegram_webhook_secret": TELEGRAM_SECRET,
        });
        let settings = [("AWS_XRAY_DAEMON_ADDRESS", daemon)];
        let special = Special { is_traced: true, ..Special::default() };
        Self::start_as(binary, name, &webhooks, &settings, special).await
    }

    /// The same, for invocations of at most so long instead of the template's.
    pub async fn start_within(
        binary: &str,
        name: &str,
        settings: &[(&str, &str)],
        timeout: Duration,
    ) -> Self {
        let special = Special { timeout: Some(timeout), ..Special::default() };
        Self::start_as(binary, name, &json!({}), settings, special).await
    }

    /// The same, with another secret of the webhooks.
    pub async fn start_with_secrets(binary: &str, name: &str, webhooks: &Value) -> Self {
        Self::start_as(binary, name, webhooks, &[], Special::default()).await
    }

    async fn start_as(
        binary: &str,
        name: &str,
        webhooks: &Value,
        settings: &[(&str, &str)],
        special: Special,
    ) -> Self {
        let (site, ahead) = (Site::default(), Ahead::default());
        let options =
            Options { data: None, site: site.clone(), clock: Clock::Ahead(ahead.clone()) };
        let endpoint = Arc::new(Endpoint::start(options).await.expect("services in memory"));
        let surroundings = Surroundings {
            site: site.clone(),
            parameters: special.parameters(settings),
            endpoint: endpoint.url().to_owned(),
        };
        let template = Template::parse(TEMPLATE, &surroundings).expect("the template is readable");
        for table in &template.tables {
            endpoint.dynamodb().ensure_table(table.clone()).await.expect("a table");
        }
        for queue in &template.queues {
            let attributes = queue.attributes.clone();
            endpoint.sqs().ensure_queue(&queue.name, attributes).await.expect("a queue");
        }
        let channels =
            json!({ "manychat_api_key": MANYCHAT_KEY, "telegram_bot_token": TELEGRAM_TOKEN });
        let secret = |name: &'static str, value: String| {
            let endpoint = Arc::clone(&endpoint);
            async move { endpoint.secrets().ensure_secret(name, &value).await }
        };
        secret("mirt/dev/webhooks", webhooks.to_string()).await.expect("a secret");
        secret("mirt/dev/channels", channels.to_string()).await.expect("a secret");

        let function = template.functions.iter().find(|function| function.spec.name == name);
        let mut function = function.expect("the template has the function").clone();
        function.spec.timeout = special.timeout.unwrap_or(function.spec.timeout);
        let manychat = ChannelStub::manychat(MANYCHAT_KEY).await;
        endpoint.permissions().limit(name, function.role);
        let mut environment = function.environment;
        environment.extend([
            ("AWS_ENDPOINT_URL".to_owned(), endpoint.url().to_owned()),
            ("AWS_ACCESS_KEY_ID".to_owned(), name.to_owned()),
            ("AWS_SECRET_ACCESS_KEY".to_owned(), "test".to_owned()),
            ("MANYCHAT_API_URL".to_owned(), manychat.url()),
        ]);
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        environment.extend(settings.iter().map(owned));
        let package = tempfile::tempdir().expect("a temporary folder");
        let bootstrap = package.path().join("bootstrap");
        link(Path::new(binary), &bootstrap);
        let printed = output_file(package.path());
        File::create(&printed).expect("a file");
        let lambda = Lambda::new([function.spec], &site, Clock::System, move |_, _| {
            let mut command = Command::new(&bootstrap);
            let out = OpenOptions::new().append(true).open(&printed).expect("the file is there");
            command.env_clear().envs(&environment).stdout(Stdio::from(out));
            command
        });
        Self {
            manychat,
            name: name.to_owned(),
            lambda: Arc::new(lambda),
            mappings: template.mappings,
            site,
            table: template.tables[0].name.clone(),
            endpoint,
            ahead,
            package,
        }
    }

    /// Lets time pass for the services; the function's own clock is the machine's.
    pub fn pass(&self, time: Duration) {
        self.ahead.advance(time);
    }

    /// Puts another value into a secret, as an operator does who rotates a key.
    ///
    /// # Panics
    /// When the store does not take it.
    pub async fn change_secret(&self, name: &str, value: &Value) {
        self.endpoint.secrets().ensure_secret(name, &value.to_string()).await.expect("a secret");
    }

    /// Starts the process ahead of its first event.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn warm(&self) -> Result<(), InvokeError> {
        self.lambda.warm(&self.name).await
    }

    /// Sends one event and gives the answer.
    ///
    /// # Errors
    /// When the function fails.
    pub async fn invoke(&self, event: &str) -> Result<Value, InvokeError> {
        let answer = self.lambda.invoke(&self.name, event.to_owned().into()).await?;
        Ok(serde_json::from_slice(&answer).expect("the answer is JSON"))
    }

    /// Has the queue that the template gives to this function read, for as long as the answer is
    /// kept.
    #[must_use]
    pub fn serve_queue(&self) -> JoinSet<Infallible> {
        let own = self.mappings.iter().filter(|mapping| mapping.function == self.name).cloned();
        let mut served = JoinSet::new();
        for mapping in own {
            let (endpoint, lambda) = (Arc::clone(&self.endpoint), Arc::clone(&self.lambda));
            let site = self.site.clone();
            served
                .spawn(async move { mapping::run(&mapping, endpoint.sqs(), &site, &lambda).await });
        }
        served
    }

    /// Kills the function's process as `kill -9` does. Tells whether there was one.
    pub async fn kill(&self) -> bool {
        let killed = self.lambda.kill_one(&self.name, 0).await;
        killed.expect("the function is known").is_some()
    }

    /// All that the function has printed: its log, which is its metrics as well.
    pub fn output(&self) -> String {
        std::fs::read_to_string(output_file(self.package.path())).expect("the file is there")
    }

    /// The name of the table.
    pub fn table(&self) -> &str {
        &self.table
    }
}

fn output_file(package: &Path) -> PathBuf {
    package.join("output")
}

/// Whether the function itself failed, with an error that says these words.
#[must_use]
pub fn failed_saying(answer: &Result<Value, InvokeError>, words: &str) -> bool {
    matches!(answer, Err(InvokeError::Unhandled { message, .. }) if message.contains(words))
}

fn link(binary: &Path, bootstrap: &Path) {
    if std::fs::hard_link(binary, bootstrap).is_err() {
        std::fs::copy(binary, bootstrap).expect("the binary can be copied");
    }
}
