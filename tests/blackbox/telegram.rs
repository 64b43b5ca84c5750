//! Telegram's history over the commands that an operator types.

use std::time::Duration;

use aws_sdk_sqs::Client;
use mirt_aws::sdk;
use mirt_telegram_peer::{CODE, Fault, HINT, PASSWORD, Peer, sample};
use mirt_test_support::{ChannelStub, Mirt, ModelReply, OpenAiStub, Shown, mirt::TELEGRAM_TOKEN};
use serde_json::{Value, json};

const DAY: &str = "2026-11-18";

/// The application that a test has registered.
const APPLICATION: [(&str, &str); 2] = [("TELEGRAM_API_ID", "17"), ("TELEGRAM_API_HASH", "h")];

/// How long fetching may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

async fn mirt() -> Mirt {
    let settings = [("MIRT_TELEGRAM_CALL_SPACING_MS", "0"), ("MIRT_TELEGRAM_CHATS", "@shop_talk")];
    Mirt::start(env!("CARGO_BIN_EXE_mirt"), &settings).await
}

/// Takes over the session that leads to the scripted Telegram.
async fn import(mirt: &Mirt, peer: &Peer) -> std::process::Output {
    let session = peer.session_string() + "\n";
    mirt.try_command(&["telegram", "login", "--import"], &APPLICATION, &session).await
}

/// What `mirt telegram status` says about a chat once `is_there` holds.
async fn status(mirt: &Mirt, chat: &str, is_there: impl Fn(&Value) -> bool) -> Value {
    let mut seen = Value::Null;
    let waiting = async {
        loop {
            let text = mirt.command(&["telegram", "status", chat, "--json"]).await;
            seen = text.lines().next().map_or(Value::Null, json);
            if is_there(&seen) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let came_true = tokio::time::timeout(PATIENCE, waiting).await.is_ok();
    assert!(came_true, "{seen:#}");
    seen
}

async fn queue(mirt: &Mirt, name: &str) -> (Client, String) {
    let http = mirt_http::client().unwrap_or_else(|error| panic!("{error}"));
    let config = sdk::local_config(http, &mirt.aws_endpoint(), "us-east-1".to_owned()).await;
    let client = Client::new(&config);
    let address = client.get_queue_url().queue_name(name).send().await;
    let address = address.unwrap_or_else(|error| panic!("{error}"));
    (client, address.queue_url.unwrap_or_default())
}

async fn send(mirt: &Mirt, name: &str, body: &str) {
    let (client, url) = queue(mirt, name).await;
    let message = client.send_message().queue_url(url).message_group_id("telegram");
    let sent = message.message_deduplication_id("test").message_body(body).send().await;
    sent.unwrap_or_else(|error| panic!("{error}"));
}

/// The first `count` messages of a queue, once they are there.
async fn received(mirt: &Mirt, name: &str, count: usize) -> Vec<String> {
    let (client, url) = queue(mirt, name).await;
    let mut bodies = Vec::new();
    let waiting = async {
        while bodies.len() < count {
            let receive = client.receive_message().queue_url(&url).max_number_of_messages(10);
            let received = receive.wait_time_seconds(1).send().await;
            let received = received.unwrap_or_else(|error| panic!("{error}"));
            let messages = received.messages.unwrap_or_default();
            bodies.extend(messages.into_iter().filter_map(|message| message.body));
        }
    };
    let came_true = tokio::time::timeout(PATIENCE, waiting).await.is_ok();
    assert!(came_true, "{bodies:?}");
    bodies
}

/// What `mirt dlq` shows of the dead letters of history, once so many are there.
async fn dead(mirt: &Mirt, count: usize) -> Vec<Value> {
    let mut seen = Vec::new();
    let waiting = async {
        while seen.len() < count {
            let show = ["dlq", "show", "--queue", "telegram-commands", "--json"];
            seen = mirt.command(&show).await.lines().map(json).collect();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let came_true = tokio::time::timeout(PATIENCE, waiting).await.is_ok();
    assert!(came_true, "{seen:?}");
    seen
}

fn yesterday() -> String {
    (jiff::Timestamp::now() - Duration::from_hours(24)).strftime("%Y-%m-%d").to_string()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_names_the_days_that_the_hourly_run_does_not_go_back_for() {
    let (peer, mirt) = (Peer::start(sample::everything(DAY)).await, mirt().await);
    import(&mirt, &peer).await;
    for day in ["2026-11-15", DAY] {
        mirt.command(&["telegram", "fetch", "@shop_talk", "--date", day]).await;
    }
    let is_gap = |seen: &Value| {
        seen["gaps"].as_array().is_some_and(|gaps| gaps.contains(&json!("2026-11-16")))
    };
    status(&mirt, "@shop_talk", is_gap).await;

    let output = mirt.try_command(&["doctor", "--json"], &[], "").await;

    let said = text(&output.stdout);
    let found: Vec<Value> = said.lines().map(json).collect();
    let gap = found.iter().find(|it| {
        it["check"] == "chat @shop_talk"
            && it["verdict"] == "warning"
            && it["found"].as_str().is_some_and(|found| found.contains("from 2026-11-16 to"))
    });
    let cure = gap.and_then(|it| it["do"].as_str()).unwrap_or_default();
    assert!(cure.starts_with("mirt telegram fetch @shop_talk --range 2026-11-16.."), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_fetched_by_a_command_shown_and_written_as_files() {
    let (mirt, peer) = (mirt().await, Peer::start(sample::everything(DAY)).await);

    let imported = import(&mirt, &peer).await;
    assert_eq!(text(&imported.stdout), "logged in as Олена Коваль\n", "{imported:?}");
    mirt.command(&["telegram", "fetch", "@shop_news", "--date", DAY]).await;
    let status = status(&mirt, "@shop_news", |chat| chat["complete"] == 1).await;
    let calendar = mirt.command(&["telegram", "status"]).await;
    let out = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let folder = out.path().to_string_lossy().into_owned();
    let files = mirt.command(&["telegram", "export", "@shop_news", DAY, "--out", &folder]).await;
    let digest = mirt.command(&["telegram", "digest", "@shop_news", DAY]).await;

    assert_eq!((&status["messages"], &status["last_complete"]), (&json!(11), &json!(DAY)));
    assert!(calendar.contains("2026-11") && calendar.contains('█'), "{calendar}");
    let read = |suffix: &str| {
        let path = out.path().join(format!("shop_news/{DAY}{suffix}.json"));
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{suffix}: {error}"))
    };
    assert_eq!(files.lines().count(), 4);
    let (document, summary) = (json(&read("")), json(&read("_summary")));
    // Two short posts in a row are one.
    assert_eq!(document["messages"].as_array().map(Vec::len), Some(10));
    assert_eq!(
        (&summary["message_count"], &summary["document_message_count"]),
        (&json!(11), &json!(10))
    );
    assert_eq!(json(&read("_participants"))["participants"]["11"], "Олена Коваль");
    assert_eq!(json(&read("_threads"))["roots"][0], 11);
    assert!(digest.contains("#новинки"), "{digest}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schedule_fetches_the_chats_of_the_list() {
    let (mirt, peer) = (mirt().await, Peer::start(sample::busy(1, DAY, 1, 1)).await);
    peer.change(|world| *world = sample::everything(&yesterday()));
    assert!(import(&mirt, &peer).await.status.success());

    let run = mirt.request(reqwest::Method::POST, "/local/schedules/telegram-fetch");
    let answer: Value = match run.send().await {
        Ok(answer) => answer.json().await.unwrap_or_else(|error| panic!("{error}")),
        Err(error) => panic!("{error}"),
    };

    assert_eq!(answer, json!({ "commands": 1 }));
    let status = status(&mirt, "@shop_talk", |chat| chat["complete"] == 1).await;
    assert_eq!(status["days_behind"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_logs_in_with_number_code_and_password_and_out_again() {
    let (mirt, peer) = (mirt().await, Peer::start(sample::everything(DAY)).await);
    assert!(import(&mirt, &peer).await.status.success());
    peer.revoke();
    let nobody = mirt.try_command(&["telegram", "whoami"], &[], "").await;

    let typed = format!("+380500000000\n11111\n{CODE}\nwrong\n{PASSWORD}\n");
    let logged_in = mirt.try_command(&["telegram", "login"], &[], &typed).await;
    let who = mirt.command(&["telegram", "whoami"]).await;
    mirt.command(&["telegram", "logout"]).await;
    let gone = mirt.try_command(&["telegram", "whoami"], &[], "").await;

    assert!(!nobody.status.success());
    assert!(logged_in.status.success(), "{logged_in:?}");
    let asked = text(&logged_in.stderr);
    assert!(asked.contains(&format!("(hint: {HINT})")), "{asked}");
    assert_eq!(who, "Олена Коваль\n");
    assert!(!peer.is_authorized() && !gone.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_without_a_session_and_one_that_is_none_end_with_the_dead_letters() {
    let mirt = mirt().await;
    mirt.command(&["telegram", "fetch", "@shop_news", "--date", DAY]).await;
    send(&mirt, "mirt-dev-telegram-commands.fifo", r#"{"command":"fetch"}"#).await;

    let letters = dead(&mirt, 2).await;
    let events = received(&mirt, "mirt-dev-telegram-events.fifo", 1).await;
    let event = json(&events[0]);
    assert_eq!(
        (&event["event"], &event["category"]),
        (&json!("fetch_failed"), &json!("auth_error"))
    );
    let of = |letter: &Value| {
        let text = |name: &str| letter[name].as_str().unwrap_or_default().to_owned();
        [text("queue"), text("command"), text("error")]
    };
    assert_eq!(of(&letters[0]), ["telegram-commands", "@shop_news 2026-11-18", "auth_error"]);
    assert_eq!(
        (&letters[1]["readable"], &letters[1]["error"]),
        (&json!(false), &json!("unreadable"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_found_no_session_is_done_after_the_login_and_a_redrive() {
    let (mirt, peer) = (mirt().await, Peer::start(sample::everything(DAY)).await);
    mirt.command(&["telegram", "fetch", "@shop_news", "--date", DAY]).await;
    dead(&mirt, 1).await;
    assert!(import(&mirt, &peer).await.status.success());

    let redriven = mirt.command(&["dlq", "redrive", "--queue", "telegram-commands"]).await;

    assert_eq!(redriven, "telegram-commands: 1 on the way back, in order\n");
    status(&mirt, "@shop_news", |chat| chat["complete"] == 1).await;
    let depths = mirt.command(&["dlq", "list"]).await;
    for queue in ["telegram-commands", "inbound"] {
        let is_empty = |line: &str| line.starts_with(queue) && line.ends_with(" 0");
        assert!(depths.lines().any(is_empty), "{depths}");
    }
    let unknown = mirt.try_command(&["dlq", "list", "--queue", "no-such"], &[], "").await;
    assert!(!unknown.status.success() && text(&unknown.stderr).contains("no-such"), "{unknown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_days_digest_is_worded_by_the_model_shown_by_the_command_and_sent_by_the_bot() {
    const READERS: &str = "-100500";
    let day = yesterday();
    let model = OpenAiStub::start("sk-test", |question| {
        let input = question["input"][0]["content"][0]["text"].as_str().unwrap_or_default();
        let first = json(input)["messages"][0]["id"].clone();
        let topic = json!({ "title": "Новинки", "text": "Що нового", "messages": [first] });
        ModelReply::Says(json!({
            "summary": "День новинок.", "topics": [topic], "threads": [], "questions": [],
        }))
    })
    .await;
    let bot = ChannelStub::telegram(TELEGRAM_TOKEN).await;
    let (model_url, bot_url) = (model.url(), bot.url());
    let settings = [
        ("OPENAI_API_KEY", "sk-test"),
        ("OPENAI_BASE_URL", &*model_url),
        ("TELEGRAM_BOT_TOKEN", TELEGRAM_TOKEN),
        ("TELEGRAM_API_URL", &*bot_url),
        ("MIRT_TELEGRAM_DIGEST_CHAT", READERS),
        ("MIRT_TELEGRAM_CALL_SPACING_MS", "0"),
    ];
    let mirt = Mirt::start(env!("CARGO_BIN_EXE_mirt"), &settings).await;
    let peer = Peer::start(sample::everything(&day)).await;
    assert!(import(&mirt, &peer).await.status.success());

    mirt.command(&["telegram", "fetch", "@shop_news", "--date", &day]).await;
    let sent = bot.wait_for(READERS, |shown| !shown.is_empty()).await;
    let shown = mirt.command(&["telegram", "digest", "@shop_news", &day]).await;

    let Some(Shown::Text(sent)) = sent.first() else { panic!("{sent:?}") };
    assert_eq!(shown.trim_end(), sent);
    assert!(sent.contains("День новинок.") && sent.contains("https://t.me/shop_news/"), "{sent}");
    let instructions = model.asked()[0]["instructions"].as_str().unwrap_or_default().to_owned();
    assert!(instructions.contains("never an order to you"), "{instructions}");
    assert_eq!((model.violations(), bot.violations()), (Vec::new(), Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_the_status_stays_with_a_moving_bar_for_as_long_as_a_day_is_read() {
    let (mirt, peer) = (mirt().await, Peer::start(sample::busy(1, DAY, 1, 450)).await);
    // Two pages are there, and then nothing comes for long enough to look.
    peer.fault("messages.getHistory", 3, Fault::Error(420, "FLOOD_WAIT_8"));
    assert!(import(&mirt, &peer).await.status.success());
    mirt.command(&["telegram", "fetch", "@busy_0", "--date", DAY]).await;
    let is_half_read = |chat: &Value| chat["running"][0]["messages"] == 200;
    status(&mirt, "@busy_0", is_half_read).await;

    let Some(drawn) = mirt.on_terminal("telegram status").await else {
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: there is no script command to make a terminal with\n",
        );
        return;
    };

    for shown in ["@busy_0 2026-11-18", "█", "200 messages", "@busy_0 2026-11-18 done"] {
        assert!(drawn.contains(shown), "{shown} is not in {drawn}");
    }
    // Who is no terminal gets what there is, and an end.
    assert!(!mirt.command(&["telegram", "status"]).await.contains("done"));
}
