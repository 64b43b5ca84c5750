//! `mirt up`: the whole system on this machine.
//!
//! The functions are real processes that speak Lambda's Runtime API and the AWS SDK's protocols,
//! wired as `template.yaml` says; what AWS does around them is `mirt-local-aws`. In place of the
//! channels' APIs stands a page to chat on, unless their addresses or keys are set.

pub(crate) mod deliveries;

mod clock;
mod managers_chat;
mod page;
mod schedules;
mod wiring;

use std::{
    collections::BTreeMap,
    fs::{DirBuilder, File, TryLockError},
    io,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use axum::{
    Router,
    extract::{Request, State},
    http::{
        StatusCode,
        header::{HOST, ORIGIN},
    },
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use mirt_aws::{sdk, table::Table};
use mirt_engine::clock::after;
use mirt_local_aws::{
    endpoint::{Endpoint, ONLOOKER, Options, StartError},
    gateway,
    lambda::Lambda,
    mapping, schedule,
    site::Site,
};
use serde::{Deserialize, Serialize};
use tokio::{net::TcpListener, signal, task::JoinSet};

use crate::{
    cli::UpArguments,
    environment::{Environment, EnvironmentError},
    outcome::{self, Outcome},
    output,
};
use clock::LocalClock;
use deliveries::Deliveries;
use managers_chat::ManagersChat;
pub(crate) use page::inside::{bubble, message};
use page::{Bill, OwnModel, Page, faults::Refusing, live::Live};
use wiring::{Overrides, Wiring, WiringError};
pub(crate) use wiring::{TEMPLATE, dead_letter_queues, template_of};

/// The functions' logs, in the data folder; made anew at each start.
const FUNCTIONS_LOG: &str = "functions.log";

/// Says where the AWS services are, in the data folder, for the operators' commands.
pub(crate) const ENDPOINT: &str = "endpoint";

/// Says where the system serves and what its functions were started with, in the data folder, for the
/// operators' commands.
const RUNNING: &str = "running.json";

/// How far the run's clock was moved ahead, in milliseconds, in the data folder.
const CLOCK: &str = "clock";

/// A running `mirt up`, as it says of itself.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Running {
    /// Where it serves.
    pub(crate) origin: String,
    /// The environment of each function, by its short name.
    pub(crate) functions: BTreeMap<String, BTreeMap<String, String>>,
}

impl Running {
    /// What the one on the data folder says.
    pub(crate) fn read(data: &Path) -> io::Result<Self> {
        Ok(serde_json::from_str(&std::fs::read_to_string(data.join(RUNNING))?)?)
    }
}

/// What time it is in the run of the data folder.
pub(crate) fn now(data: &Path) -> Timestamp {
    let ahead = std::fs::read_to_string(data.join(CLOCK)).ok();
    let millis = ahead.and_then(|text| text.trim().parse().ok()).unwrap_or_default();
    after(Timestamp::now(), Duration::from_millis(millis))
}

/// What keeps a second process out of the data folder.
const LOCK: &str = "lock";

/// Why the system does not start, or does not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpError {
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    #[error("the logs cannot be started: MIRT_LOG cannot be read; try MIRT_LOG=info")]
    Logs(#[from] tracing_subscriber::filter::ParseError),
    #[error("the folder {0} cannot be used; name another with --data")]
    Data(PathBuf, #[source] io::Error),
    #[error("the folder {0} is used by another mirt; end that one, or name another with --data")]
    InUse(PathBuf),
    #[error("port {0} cannot be listened on; name another with --port, or 0 for a free one")]
    Port(u16, #[source] io::Error),
    #[error(transparent)]
    Http(#[from] mirt_http::ClientError),
    #[error(transparent)]
    Services(#[from] StartError),
    #[error(transparent)]
    Wiring(#[from] WiringError),
    #[error("a function does not start; {FUNCTIONS_LOG} in the data folder says why")]
    Function(#[from] mirt_local_aws::lambda::InvokeError),
    #[error("the system stopped")]
    Io(#[from] io::Error),
}

/// Runs until it is interrupted.
pub(crate) fn main(arguments: &UpArguments) -> ExitCode {
    let started = || -> Result<Outcome, UpError> {
        let environment = Environment::read(Path::new("."))?;
        start_logs(environment.settings.get("MIRT_LOG"))?;
        tokio::runtime::Runtime::new()?.block_on(up(arguments, environment))?;
        Ok(Outcome::Well)
    };
    outcome::exit(started())
}

/// For people, on standard error, so that standard output says only what scripts wait for.
fn start_logs(level: Option<&str>) -> Result<(), tracing_subscriber::filter::ParseError> {
    use tracing_subscriber::{
        filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _,
    };
    let levels: Targets = level.unwrap_or("warn").parse()?;
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_target(false);
    let _ = tracing_subscriber::registry().with(levels).with(lines).try_init();
    Ok(())
}

async fn up(arguments: &UpArguments, environment: Environment) -> Result<(), UpError> {
    let mut system = System::start(arguments, &environment).await?;
    announce(&system.origin, &environment);
    let log = arguments.data.join(FUNCTIONS_LOG);
    output::line(format_args!("Functions' logs:\n  {}", log.display()));
    tokio::select! {
        interrupted = signal::ctrl_c() => Ok(interrupted?),
        ended = system.ended() => ended,
    }
}

/// The whole system, running. Dropping it ends it, its functions included.
pub(crate) struct System {
    /// Where it serves.
    pub(crate) origin: String,
    /// What customers are shown, when no other channel is set.
    pub(crate) deliveries: Deliveries,
    /// The AWS services.
    pub(crate) endpoint: Arc<Endpoint>,
    /// The functions, each with its processes.
    pub(crate) functions: Arc<Lambda>,
    /// The table.
    pub(crate) table: Table,
    tasks: JoinSet<io::Result<()>>,
    _lock: File,
}

impl System {
    /// Starts everything and waits until both functions are ready.
    pub(crate) async fn start(
        arguments: &UpArguments,
        environment: &Environment,
    ) -> Result<Self, UpError> {
        let lock = lock(&arguments.data)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port))
            .await
            .map_err(|error| UpError::Port(arguments.port, error))?;
        let address = listener.local_addr()?;
        let origin = format!("http://{address}");
        let http = mirt_http::client()?;

        let site = Site::default();
        let data = Some(arguments.data.join("aws"));
        let overrides = Overrides::default();
        let clock = LocalClock::open(arguments.data.join(CLOCK), overrides.clone());
        let time = clock.of_services();
        let endpoint =
            Endpoint::start(Options { data, site: site.clone(), clock: time.clone() }).await?;
        let endpoint = Arc::new(endpoint);
        std::fs::write(arguments.data.join(ENDPOINT), endpoint.url())?;
        let wiring = Wiring::read(environment, &site, &origin, endpoint.url())?;
        let functions = wiring.environments();
        let running = Running { origin: origin.clone(), functions };
        let running = serde_json::to_string(&running).map_err(io::Error::from)?;
        std::fs::write(arguments.data.join(RUNNING), running)?;
        wiring.make_resources(&endpoint, environment).await?;
        wiring.limit_functions(&endpoint);
        let config = sdk::local_config(http.clone(), endpoint.url(), site.region.clone()).await;
        // What this process reads is no part of what the system costs.
        let onlooker = Credentials::new(ONLOOKER, ONLOOKER, None, None, "mirt");
        let onlooker = SharedCredentialsProvider::new(onlooker);
        let config = config.into_builder().credentials_provider(onlooker).build();

        let table = Table::new(&config, wiring.table.clone());

        let log = File::create(arguments.data.join(FUNCTIONS_LOG))?;
        let commands = wiring.commands(log, overrides.clone())?;
        let functions = Arc::new(Lambda::new(wiring.specs(), &site, time, commands));
        let (live, refusing, model) = (Live::new(), Refusing::default(), OwnModel::default());
        let managers = ManagersChat::open(arguments.data.join("managers.json"), live.clone());
        let deliveries =
            Deliveries::new(live.clone(), refusing.clone(), managers.clone(), clock.clone());
        let page = Arc::new(Page {
            origin: origin.clone(),
            environment: environment.clone(),
            photos: arguments.data.join("photos"),
            http,
            table: table.clone(),
            config,
            queues: wiring.queues(),
            channel_secret: wiring.channel_secret()?,
            endpoint: Arc::clone(&endpoint),
            functions: Arc::clone(&functions),
            deliveries: deliveries.clone(),
            managers,
            live,
            refusing,
            model: model.clone(),
            overrides,
            clock,
            bill: Bill::open(arguments.data.join("bill.json")),
            schedules: wiring.schedules(),
            looking: tokio::sync::Mutex::default(),
            settings: environment.shop_settings()?,
        });
        let router = Router::new()
            .merge(page::routes(Arc::clone(&page)))
            .merge(deliveries.clone().routes())
            .merge(model.routes())
            .merge(schedules::routes(wiring.schedules(), Arc::clone(&functions)))
            .layer(from_fn_with_state(address, only_this_machine))
            .merge(gateway::router(wiring.routes(), site.clone(), Arc::clone(&functions)))
            .fallback(gateway::not_found);

        let mut tasks = JoinSet::new();
        for mapping in wiring.mappings() {
            let (endpoint, site, functions) =
                (Arc::clone(&endpoint), site.clone(), Arc::clone(&functions));
            tasks.spawn(async move {
                match mapping::run(&mapping, endpoint.sqs(), &site, &functions).await {}
            });
        }
        for schedule in wiring.schedules() {
            let functions = Arc::clone(&functions);
            tasks.spawn(async move { match schedule::run(&schedule, &functions).await {} });
        }
        tasks.spawn(async move { match page::watch(page).await {} });
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tasks.spawn(async move { axum::serve(listener, service).await });
        for function in wiring.specs() {
            functions.warm(&function.name).await?;
        }
        Ok(Self { origin, deliveries, endpoint, functions, table, tasks, _lock: lock })
    }

    /// Waits for an end that nobody asked for.
    async fn ended(&mut self) -> Result<(), UpError> {
        match self.tasks.join_next().await {
            Some(ended) => Ok(ended.map_err(io::Error::other)??),
            None => Ok(()),
        }
    }
}

/// Makes the data folder, for its owner alone where the system knows such a thing: it holds secrets
/// and what customers wrote.
fn make_folder(data: &Path) -> io::Result<()> {
    let mut folder = DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(data)
}

/// Keeps a second `mirt` out of the same data, for as long as the file is open.
fn lock(data: &Path) -> Result<File, UpError> {
    let failed = |error| UpError::Data(data.to_owned(), error);
    make_folder(data).map_err(failed)?;
    let file = File::create(data.join(LOCK)).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(UpError::InUse(data.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Whether a `mirt` is running on the data folder.
pub(crate) fn is_running(data: &Path) -> bool {
    let file = File::open(data.join(LOCK));
    file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Answers only what was addressed to this machine by its own name, and from no page elsewhere: one
/// that makes its own name point here must not read what is shown, and one that posts here must not
/// change it.
async fn only_this_machine(
    State(address): State<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let port = address.port();
    let own = ["127.0.0.1", "localhost", "[::1]"].map(|name| format!("{name}:{port}"));
    let origin = request.headers().get(ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
    let is_from_here =
        origin.is_none_or(|origin| own.iter().any(|own| origin == format!("http://{own}")));
    if is_from_here && host.is_some_and(|host| own.iter().any(|own| own == host)) {
        next.run(request).await
    } else {
        (StatusCode::MISDIRECTED_REQUEST, "this page answers only to this machine").into_response()
    }
}

/// Says where it is, and how to speak to it.
fn announce(origin: &str, environment: &Environment) {
    output::line(format_args!("ready {origin}"));
    if environment.is_degraded {
        output::line("degraded mode: no OPENAI_API_KEY, so rules and templates answer alone");
    }
    let places = [("ManyChat", &environment.manychat), ("Telegram", &environment.telegram)];
    for (name, channel) in places {
        let place = channel.url.as_deref().unwrap_or("the page");
        output::line(format_args!("{name}: replies go to {place}"));
    }
    let shown = |secret: &str, is_sample: bool| {
        if is_sample { secret.to_owned() } else { "<your secret>".to_owned() }
    };
    let (manychat, telegram) = (&environment.manychat, &environment.telegram);
    let token = shown(&manychat.webhook_secret, manychat.webhook_secret_is_sample);
    let secret = shown(&telegram.webhook_secret, telegram.webhook_secret_is_sample);
    output::line(format_args!(
        "\nChat at {origin}/ or send a message:\n  \
         curl {origin}/webhooks/manychat -H 'X-ManyChat-Token: {token}' \\\n    \
         -d '{{\"type\":\"instagram\",\"clientId\":\"1001\",\"message\":\"покажіть сукні на зріст 134\"}}'\n  \
         curl {origin}/webhooks/telegram -H 'X-Telegram-Bot-Api-Secret-Token: {secret}' \\\n    \
         -d '{{\"update_id\":1,\"message\":{{\"message_id\":1,\"date\":1763700000,\"chat\":{{\"id\":1001,\"type\":\"private\"}},\"text\":\"Добрий день\"}}}}'\n\
         Look inside:\n  \
         curl {origin}/local/sessions/instagram/1001"
    ));
}
