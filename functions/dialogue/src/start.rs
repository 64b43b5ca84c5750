//! Starting: settings, secrets, clients and the shop once, before the first batch.

use std::{process::ExitCode, time::Duration};

use aws_lambda_events::sqs::SqsEvent;
use jiff::Timestamp;
use lambda_runtime::{Context, LambdaEvent, service_fn};
use mirt_aws::{
    metrics::function_name, orders::OrdersQueue, rotation::Rotating, sdk, secrets, table::Table,
};
use mirt_channels::{
    Channels, manychat,
    media::{InvalidLinks, Links},
    telegram,
};
use mirt_domain::{
    session_id::SessionId,
    shop::{Requisites, Settings as ShopSettings, Shop, Words},
};
use mirt_engine::{
    batch::Woken,
    burst::{BurstWindow, BurstWindows, WindowsByChannel},
    clock::Clock as _,
    consult::ModelTime,
    deliver::PAUSE,
    failure::chain,
    guarded::{Guarded, MOST_PER_MINUTE},
    notice_board::{FRESH_FOR, NoticeBoard},
    photos::Seeing,
    take_turn::Dialogue,
    trace::Trace,
};
use mirt_llm::{MODEL, OPENAI_API, OpenAi};
use mirt_photos::Photos;
use mirt_runtime::{
    clock::SystemClock,
    mask::Mask,
    process,
    settings::{SettingError, Settings},
    xray::XRay,
};
use serde::Deserialize;
use tracing::{Instrument as _, error_span, field};

use crate::{batch, figures::Figures, shop_settings};

/// Where ManyChat's API is unless a setting says otherwise.
pub const MANYCHAT_API: &str = "https://api.manychat.com";

pub use mirt_channels::telegram::BOT_API as TELEGRAM_API;

/// A day in seconds.
const DAY_S: u64 = 24 * 60 * 60;

/// The members of the channels' secret without which no channel takes a reply.
pub const NEEDED_OF_SECRET: &[&str] = &["manychat_api_key", "telegram_bot_token"];

/// Whether the function starts with `text` as its secret `name`.
///
/// # Errors
/// When it does not, and so says why.
pub fn check_secret(name: &str, text: &str) -> Result<(), secrets::SecretError> {
    secrets::parse::<ChannelSecrets>(name, text).map(drop)
}

/// The secret of the channels.
#[derive(Deserialize)]
struct ChannelSecrets {
    manychat_api_key: String,
    telegram_bot_token: String,
    /// The managers' own bot; without one it is the customers' bot that tells them.
    telegram_managers_bot_token: Option<String>,
    /// What addresses of managers' files are signed with; without it ManyChat gets none.
    media_key: Option<String>,
    /// What a tapped quick reply presents to our own webhook, where it calls that.
    manychat_callback_token: Option<String>,
    /// Without them the step of payment is a human's (decision 3).
    requisites: Option<Requisites>,
    /// Without it the assistant works from its rules and templates alone.
    openai_api_key: Option<String>,
    /// What sessions are hashed with in the log; without it none is named.
    log_key: Option<String>,
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
    #[error(transparent)]
    Links(#[from] InvalidLinks),
    #[error("the function's runtime failed")]
    Lambda(#[source] lambda_runtime::Error),
}

/// Runs the function until Lambda ends it.
#[must_use]
pub fn main() -> ExitCode {
    process::run("dialogue", run)
}

async fn run(settings: Settings) -> Result<(), StartError> {
    let http = mirt_http::client()?;
    let config = sdk::config(http.clone()).await;
    let table = Table::new(&config, settings.required("MIRT_TABLE")?.to_owned());
    let orders = OrdersQueue::new(&config, settings.required("MIRT_ORDERS_QUEUE_URL")?.to_owned());
    let table = match settings.number("MIRT_TRANSCRIPT_DAYS")? {
        Some(days) => table.keeping_turns_for(Duration::from_secs(days.saturating_mul(DAY_S))),
        None => table,
    };
    let (name, now) = (settings.required("MIRT_CHANNEL_SECRET")?, SystemClock.now());
    let outside = Rotating::start(&config, name, now, |secret| {
        Outside::new(&http, &settings, &table, secret)
    })
    .await?;
    let words = Words::of(mirt_content::catalog());
    let bursts = bursts(&settings)?;
    let notices = notice_board(&settings)?;
    let figures = Figures { function: function_name(), xray: XRay::from_settings(&settings)? };
    let (time, pause) =
        (model_time(&settings)?, settings.millis("MIRT_BUBBLE_PAUSE_MS")?.unwrap_or(PAUSE));
    let parts = (&table, &orders, &words, &bursts, &notices, &figures, &outside);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        let (table, orders, words, bursts, notices, figures, outside) = parts;
        let outside = outside.current(SystemClock.now()).await;
        let Outside { channels, model, shop_settings, mask } = &*outside;
        let dialogue = Dialogue {
            clock: &SystemClock,
            store: table,
            channels,
            orders,
            shop: Shop {
                catalog: mirt_content::catalog(),
                words,
                prompts: mirt_content::prompts(),
                settings: shop_settings,
            },
            notices,
            bursts,
            model: model.as_ref(),
            time,
            pause,
            measure: figures,
        };
        let dialogue = &dialogue;
        let deadline = deadline(&event.context);
        // Of this invocation: for what no request is known to be behind.
        let own: Option<Trace> =
            event.context.xray_trace_id.as_deref().and_then(|header| header.parse().ok());
        let again = batch::from_event(event.payload)
            .run(async |session, Woken { at, trace }| {
                let trace = trace.or_else(|| own.clone());
                // An error's line needs it as well, whatever the level.
                let span = error_span!("wake_up", trace = field::Empty, session = field::Empty);
                if let Some(Trace { id, .. }) = &trace {
                    span.record("trace", field::display(id));
                }
                if let Some(name) = mask.of(&session) {
                    span.record("session", name);
                }
                let work = async {
                    let began = SystemClock.now();
                    match Box::pin(dialogue.take_turns(&session, at, deadline)).await {
                        Ok(()) => true,
                        Err(error) => {
                            figures.failed(trace.as_ref(), began);
                            failed(table, &session, &chain(&error)).await;
                            false
                        }
                    }
                };
                work.instrument(span).await
            })
            .await;
        Ok::<_, lambda_runtime::Error>(batch::report(again))
    }))
    .await
    .map_err(StartError::Lambda)
}

/// What keys of the secret open: the channels, the model, the account that customers pay to.
struct Outside<'a> {
    channels: Channels,
    model: Option<Seeing<Guarded<'a, OpenAi, Table, SystemClock>, Photos<telegram::Sender>>>,
    shop_settings: ShopSettings,
    /// What stands for sessions in the log.
    mask: Mask,
}

impl<'a> Outside<'a> {
    fn new(
        http: &reqwest::Client,
        settings: &Settings,
        table: &'a Table,
        secret: ChannelSecrets,
    ) -> Result<Self, StartError> {
        let links = links(settings, secret.media_key.as_deref())?;
        let manychat_api = settings.get("MANYCHAT_API_URL").unwrap_or(MANYCHAT_API);
        let options = manychat_options(settings, secret.manychat_callback_token.as_deref())?;
        let bot = |token: &str| {
            let api = settings.get("TELEGRAM_API_URL").unwrap_or(TELEGRAM_API);
            telegram::Sender::new(http.clone(), api, token)
        };
        let key = secret.manychat_api_key;
        let manychat = manychat::Sender::new(http.clone(), manychat_api, key, options);
        let channels = Channels {
            manychat: manychat.with_links(links),
            telegram: bot(&secret.telegram_bot_token),
            managers: settings.integer("MIRT_MANAGERS_CHAT")?.map(|id| telegram::ManagersChat {
                id,
                conversation_url: settings.get("MIRT_CONVERSATION_URL").map(str::to_owned),
                bot: secret.telegram_managers_bot_token.as_deref().map(bot),
            }),
        };
        let most = settings
            .parsed("MIRT_MODEL_CALLS_PER_MINUTE", "a whole number")?
            .unwrap_or(MOST_PER_MINUTE);
        let model = match secret.openai_api_key.filter(|key| !key.is_empty()) {
            Some(key) => Some(Seeing {
                model: Guarded::new(
                    openai(http.clone(), key, settings)?,
                    table,
                    &SystemClock,
                    most,
                ),
                photos: Photos { telegram: channels.telegram.clone() },
            }),
            None => None,
        };
        let shop_settings = shop_settings::read(settings, secret.requisites)?;
        let mask = Mask::new(secret.log_key.as_deref());
        Ok(Self { channels, model, shop_settings, mask })
    }
}

/// Addresses of managers' files, where this API can be reached and there is something to sign with.
fn links(settings: &Settings, key: Option<&str>) -> Result<Option<Links>, InvalidLinks> {
    let base = settings.get("MIRT_PUBLIC_URL");
    let both = base.zip(key.filter(|key| !key.is_empty()));
    both.map(|(base, key)| Links::new(base, key, || SystemClock.now())).transpose()
}

/// What holds for the whole shop: pauses, and the stock where somebody tells it.
fn notice_board(settings: &Settings) -> Result<NoticeBoard, SettingError> {
    let catalog = mirt_content::catalog();
    Ok(match settings.seconds("MIRT_STOCK_FRESH_S")? {
        Some(fresh_for) => NoticeBoard::with_stock(catalog, fresh_for),
        None => NoticeBoard::with_pauses(catalog, FRESH_FOR),
    })
}

/// The model's client, as the settings say.
///
/// # Errors
/// When one of the settings cannot be read.
pub fn openai(
    http: reqwest::Client,
    key: String,
    settings: &Settings,
) -> Result<OpenAi, SettingError> {
    let base = settings.get("OPENAI_BASE_URL").unwrap_or(OPENAI_API);
    let model = settings.get("MIRT_MODEL").unwrap_or(MODEL).to_owned();
    let prices = settings.parsed("MIRT_MODEL_PRICES", "prices like gpt-5.1=1.25/0.125/10")?;
    Ok(OpenAi::new(http, base, key, model, prices.unwrap_or_default()))
}

fn model_time(settings: &Settings) -> Result<ModelTime, SettingError> {
    let default = ModelTime::default();
    Ok(ModelTime {
        text: settings.millis("MIRT_MODEL_TEXT_MS")?.unwrap_or(default.text),
        photo: settings.millis("MIRT_MODEL_PHOTO_MS")?.unwrap_or(default.photo),
        interim: settings.millis("MIRT_MODEL_INTERIM_MS")?.unwrap_or(default.interim),
    })
}

/// Says why a session's turn failed, in the log and beside the session: the queue says only how often.
async fn failed(table: &Table, session: &SessionId, error: &str) {
    let channel = session.channel;
    tracing::error!(event = "turn_failed", %channel, error);
    if let Err(error) = table.note_trouble(session, error, SystemClock.now()).await {
        tracing::error!(event = "trouble_not_noted", %channel, error = chain(&error));
    }
}

/// When Lambda will stop this invocation.
fn deadline(context: &Context) -> Timestamp {
    let millis = i64::try_from(context.deadline).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}

/// What the ManyChat account is set up for.
///
/// # Errors
/// When one of the settings cannot be read, or a token is missing that it needs.
pub fn manychat_options(
    settings: &Settings,
    token: Option<&str>,
) -> Result<manychat::Options, SettingError> {
    let get = |name| settings.get(name).unwrap_or_default();
    let [marks, taps] = ["MIRT_MANYCHAT_MARKS", "MIRT_MANYCHAT_QUICK_REPLIES"];
    manychat::Options::parse(get(marks), get(taps), token).map_err(|error| match error {
        manychat::InvalidOption::UnknownMark(_) => SettingError::Unreadable {
            name: marks.to_owned(),
            expected: "names of fields and tags, between commas (the README has them)",
        },
        manychat::InvalidOption::UnknownTaps => SettingError::Unreadable {
            name: taps.to_owned(),
            expected: "none, node:NAME, flow:NAMESPACE or callback:URL",
        },
        manychat::InvalidOption::NoToken => SettingError::Missing {
            name: "manychat_callback_token",
            meaning: "a member of the channels' secret, for quick replies by callback",
        },
    })
}

/// How long to wait for a customer who is still writing, by channel.
///
/// # Errors
/// When one of the settings cannot be read.
pub fn bursts(settings: &Settings) -> Result<BurstWindows, SettingError> {
    let default = BurstWindow::default();
    let by_channel = "MIRT_BURST_BY_CHANNEL";
    let of: WindowsByChannel =
        settings.get(by_channel).unwrap_or_default().parse().map_err(|_| {
            SettingError::Unreadable {
                name: by_channel.to_owned(),
                expected: "CHANNEL=QUIET/LONGEST in milliseconds, between commas",
            }
        })?;
    Ok(BurstWindows {
        usual: BurstWindow {
            quiet: settings.millis("MIRT_BURST_QUIET_MS")?.unwrap_or(default.quiet),
            longest: settings.millis("MIRT_BURST_LONGEST_MS")?.unwrap_or(default.longest),
        },
        of: of.0,
    })
}
