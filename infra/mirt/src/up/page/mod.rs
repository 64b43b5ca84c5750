//! `/`: the page. It talks to the system as a customer and as a manager, looks inside, and makes
//! things go wrong.

mod assets;
mod bill;
mod counter;
pub(crate) mod faults;
mod forward;
pub(crate) mod inside;
pub(crate) mod live;
mod model;
mod pause;
mod photos;
mod queues;
mod replay;
mod services;
mod talk;
mod watch;

use std::{path::PathBuf, sync::Arc};

use aws_config::SdkConfig;
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::header::CONTENT_TYPE,
    middleware::from_fn,
    response::IntoResponse,
    routing::{get, post},
};
use mirt_aws::table::Table;
use mirt_domain::{decide::diagram, shop};
use mirt_local_aws::{endpoint::Endpoint, lambda::Lambda, schedule::Schedule};
use serde_json::{Map, Value, json};

use super::{
    clock::LocalClock, deliveries::Deliveries, managers_chat::ManagersChat, wiring::Overrides,
};
use crate::environment::Environment;
pub(super) use bill::Bill;
use faults::Refusing;
use live::Live;
pub(super) use model::OwnModel;
pub(super) use watch::watch;

/// What the page's routes need.
pub(super) struct Page {
    /// Where this machine's webhooks are.
    pub(super) origin: String,
    pub(super) environment: Environment,
    /// The folder for photos.
    pub(super) photos: PathBuf,
    pub(super) http: reqwest::Client,
    /// How the functions reach the services; the page reaches them so as well.
    pub(super) config: SdkConfig,
    pub(super) table: Table,
    /// The names of the queues.
    pub(super) queues: Vec<String>,
    /// The name of the secret with the channels' keys.
    pub(super) channel_secret: String,
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) functions: Arc<Lambda>,
    pub(super) deliveries: Deliveries,
    pub(super) managers: ManagersChat,
    pub(super) live: Live,
    pub(super) refusing: Refusing,
    pub(super) model: OwnModel,
    pub(super) overrides: Overrides,
    pub(super) clock: LocalClock,
    pub(super) bill: Bill,
    /// Which function runs how often.
    pub(super) schedules: Vec<Schedule>,
    /// Dead letters are hidden while somebody looks: one look at a time.
    pub(super) looking: tokio::sync::Mutex<()>,
    /// How the shop works here, as far as time is concerned.
    pub(super) settings: shop::Settings,
}

/// The page and its routes.
pub(super) fn routes(page: Arc<Page>) -> Router {
    let live =
        Router::new().route("/local/events", get(live::listen)).with_state(page.live.clone());
    let services = services::routes(Arc::clone(&page.endpoint));
    Router::new()
        .route("/local/about", get(about))
        .route("/local/states.svg", get(states))
        .route("/local/messages", post(talk::message))
        .route("/local/managers", get(counter::managers).post(talk::manager))
        .route("/local/counter", get(counter::show))
        .route("/local/history", get(counter::history))
        .route("/local/dead-letters", get(queues::dead_letters))
        .route("/local/dead-letters/redrive", post(queues::redrive))
        .route("/local/sessions/{channel}/{user}", get(inside::show))
        .route("/local/replay", get(replay::sources).post(replay::replay))
        .route("/local/faults", get(faults::show).put(faults::change))
        .route("/local/clock", post(forward::forward))
        .route("/local/pause", get(pause::show).put(pause::begin).delete(pause::end))
        .route("/local/crash/{function}", post(faults::crash))
        .route(
            "/local/photos",
            post(photos::keep).layer(DefaultBodyLimit::max(photos::MAX_PHOTO_BYTES)),
        )
        .route("/local/photos/{name}", get(photos::show))
        .with_state(page)
        .merge(live)
        .merge(services)
        .merge(assets::routes())
        .layer(from_fn(assets::with_policy))
}

async fn about(State(page): State<Arc<Page>>) -> Json<Value> {
    Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "degraded": page.environment.is_degraded,
        "to_page": {
            "instagram": page.environment.manychat.url.is_none(),
            "telegram": page.environment.telegram.url.is_none(),
        },
        "photos": photos_of_catalogue(),
        "products": products(),
        "faults": faults::show(State(page)).await.0,
    }))
}

/// What each photo of the catalogue shows: the page draws it, because photos are elsewhere.
fn photos_of_catalogue() -> Map<String, Value> {
    let products = mirt_content::catalog().products().iter();
    products
        .flat_map(|product| {
            product.colors.iter().map(|variant| {
                let shown = json!({
                    "name": product.name,
                    "category": product.category,
                    "color": variant.color,
                });
                (variant.photo_url.clone(), shown)
            })
        })
        .collect()
}

/// The names of the garments, by number.
fn products() -> Map<String, Value> {
    let products = mirt_content::catalog().products().iter();
    products.map(|product| (product.id.to_string(), product.name.clone().into())).collect()
}

/// The picture that `mirt states --svg` draws.
async fn states() -> impl IntoResponse {
    ([(CONTENT_TYPE, "image/svg+xml")], diagram::svg())
}
