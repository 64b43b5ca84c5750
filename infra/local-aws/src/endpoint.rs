//! The services on one loopback port, as `AWS_ENDPOINT_URL` takes it.

use std::{
    convert::Infallible,
    io,
    net::Ipv4Addr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
    response::{AppendHeaders, IntoResponse, Response},
    routing::post,
};
use dynoxide::DynoxideError;
use tokio::{
    net::TcpListener,
    sync::{broadcast, oneshot},
    task::JoinHandle,
};

use crate::{
    clock::{Clock, UnixMillis},
    dynamodb::{
        DynamoDb,
        written::{Stream, Written},
    },
    json_protocol::Reply,
    permissions::Permissions,
    random,
    secrets::Secrets,
    service::{Calls, Capacity, Faults, Service},
    site::Site,
    sqs::Sqs,
    store::{Store, StoreError},
};

/// Largest request: what a `TransactWriteItems` or `BatchWriteItem` may carry.
const MAX_REQUEST_BYTES: usize = 16 * 1_048_576;

/// How often expired items are deleted. The service itself takes up to days.
const SWEEP_INTERVAL_MILLIS: UnixMillis = 60_000;

/// How the services run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder for the data, made if it is not there; one process at a time may use it. None:
    /// everything is in memory.
    pub data: Option<PathBuf>,
    /// Region and account of the ARNs.
    pub site: Site,
    /// Where the services read the time.
    pub clock: Clock,
}

/// The services could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No port, or no folder.
    #[error("the local services cannot be set up")]
    Io(#[from] io::Error),
    /// Queues and secrets.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Tables.
    #[error("the store of the tables cannot be opened")]
    DynamoDb(#[from] DynoxideError),
}

/// DynamoDB, SQS and Secrets Manager, being served.
#[derive(Debug)]
pub struct Endpoint {
    url: String,
    services: Arc<Services>,
    /// None once it was stopped.
    server: Mutex<Option<Server>>,
}

#[derive(Debug)]
struct Server {
    /// Dropping it stops the server.
    stop: oneshot::Sender<()>,
    end: JoinHandle<io::Result<()>>,
}

#[derive(Debug)]
struct Services {
    dynamodb: DynamoDb,
    sqs: Sqs,
    secrets: Secrets,
    calls: Calls,
    capacity: Capacity,
    faults: Faults,
    permissions: Permissions,
    site: Site,
    written: Stream,
    clock: Clock,
}

impl Endpoint {
    /// Opens the data and serves it on a free loopback port.
    ///
    /// # Errors
    /// When the folder or its files cannot be used, or no port is to be had.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let Options { data, site, clock } = options;
        if let Some(folder) = &data {
            std::fs::create_dir_all(folder)?;
        }
        let file = |name| data.as_ref().map(|folder| folder.join(name));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let store = Store::open(file("queues.sqlite").as_deref())?;
        let services = Arc::new(Services {
            dynamodb: DynamoDb::open(file("tables.sqlite").as_deref(), clock.clone())?,
            secrets: Secrets::new(store.clone(), clock.clone(), &site),
            sqs: Sqs::new(store, clock.clone(), url.clone(), site.clone()),
            calls: Calls::default(),
            capacity: Capacity::default(),
            faults: Faults::default(),
            permissions: Permissions::default(),
            site,
            written: Stream::new(),
            clock: clock.clone(),
        });

        let router = Router::new()
            .route("/", post(answer))
            .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
            .with_state(Arc::clone(&services));
        let (stop, stopped) = oneshot::channel();
        let server = axum::serve(listener, router).with_graceful_shutdown(async {
            // Ends with an error, because its other half is dropped.
            let _ = stopped.await;
        });
        let sweeper = sweep(services.dynamodb.clone(), clock);
        let end = tokio::spawn(async move {
            tokio::select! {
                ended = server.into_future() => ended,
                never = sweeper => match never {},
            }
        });
        let server = Mutex::new(Some(Server { stop, end }));
        Ok(Self { url, services, server })
    }

    /// Where it serves: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The tables.
    #[must_use]
    pub fn dynamodb(&self) -> &DynamoDb {
        &self.services.dynamodb
    }

    /// The queues.
    #[must_use]
    pub fn sqs(&self) -> &Sqs {
        &self.services.sqs
    }

    /// The secrets.
    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.services.secrets
    }

    /// How often each operation was called.
    #[must_use]
    pub fn calls(&self) -> &Calls {
        &self.services.calls
    }

    /// What DynamoDB would have billed.
    #[must_use]
    pub fn capacity(&self) -> &Capacity {
        &self.services.capacity
    }

    /// Faults on demand.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.services.faults
    }

    /// Whose calls are held against a role.
    #[must_use]
    pub fn permissions(&self) -> &Permissions {
        &self.services.permissions
    }

    /// The items that are written over HTTP from now on, as a table's stream would tell.
    #[must_use]
    pub fn written(&self) -> broadcast::Receiver<Written> {
        self.services.written.listen()
    }

    /// Ends waiting receives, lets running calls finish and stops serving. Again, it does nothing.
    ///
    /// # Errors
    /// When serving had failed before.
    pub async fn stop(&self) -> io::Result<()> {
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Server { stop, end }) = server else { return Ok(()) };
        self.services.sqs.stop_waiting();
        drop(stop);
        end.await?
    }
}

/// Deletes expired items again and again.
async fn sweep(tables: DynamoDb, clock: Clock) -> Infallible {
    loop {
        clock.sleep_until(clock.now().saturating_add(SWEEP_INTERVAL_MILLIS)).await;
        if let Err(error) = tables.sweep_expired().await {
            tracing::warn!(%error, "expired items were not deleted");
        }
    }
}

/// The access key of who looks at the system and is no part of it: its calls are not counted.
pub const ONLOOKER: &str = "onlooker";

/// A signed request names its access key: `AWS4-HMAC-SHA256 Credential=KEY/DATE/…`.
fn access_key(headers: &HeaderMap) -> Option<&str> {
    let signed = headers.get(AUTHORIZATION)?.to_str().ok()?;
    signed.split_once("Credential=")?.1.split('/').next()
}

/// One call of one service.
async fn answer(
    State(services): State<Arc<Services>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let reply = match target.and_then(Service::of_target) {
        None => Reply::unknown_operation(target.unwrap_or("without a name")),
        Some((service, operation)) => {
            let caller = access_key(&headers);
            let is_counted = caller != Some(ONLOOKER);
            if is_counted {
                services.calls.count(service, operation);
            }
            let site = &services.site;
            let refusal = services.permissions.refusal(caller, service, operation, &body, site);
            match (services.faults.next(service), refusal, service) {
                (Some(fault), _, _) => fault.reply(service),
                (None, Some(refusal), _) => refusal,
                (None, None, Service::DynamoDb) => {
                    let keys = services.written.keys(operation, &body);
                    let (reply, units) = services.dynamodb.call(operation, body).await;
                    if is_counted {
                        services.capacity.count(operation, units);
                    }
                    if reply.status < 300 {
                        services.written.tell(keys, services.clock.now());
                    }
                    reply
                }
                (None, None, Service::Sqs) => services.sqs.call(operation, &body).await,
                (None, None, Service::SecretsManager) => {
                    services.secrets.call(operation, &body).await
                }
            }
        }
    };
    // Versions 1.0 and 1.1 of the protocol differ in this header alone.
    let content_type = headers.get(CONTENT_TYPE).cloned();
    let content_type =
        content_type.unwrap_or_else(|| HeaderValue::from_static("application/x-amz-json-1.0"));
    into_response(reply, content_type)
}

fn into_response(reply: Reply, content_type: HeaderValue) -> Response {
    let fault = if reply.status < 500 { "Sender" } else { "Receiver" };
    let query_error =
        reply.query_error.map(|code| ("x-amzn-query-error", format!("{code};{fault}")));
    let headers = [(CONTENT_TYPE, content_type)];
    let request_id = [("x-amzn-requestid", random::uuid())];
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, headers, request_id, AppendHeaders(query_error), reply.body).into_response()
}
