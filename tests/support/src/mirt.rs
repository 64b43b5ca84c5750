//! The running whole: `mirt up` as a process, spoken to over its public interface alone.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, Command},
};

use crate::ChannelStub;

/// What ManyChat's flows present in tests.
pub const MANYCHAT_TOKEN: &str = "test-manychat-token";

/// What Telegram presents in tests.
pub const TELEGRAM_SECRET: &str = "test-telegram-secret";

/// The key with which replies go to the stub of ManyChat.
pub const MANYCHAT_KEY: &str = "test-manychat-key";

/// The token with which replies go to the stub of Telegram.
pub const TELEGRAM_TOKEN: &str = "1:test-telegram-token";

/// How long a start, or a session's coming to rest, may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// The data folder, in the folder of one test.
const DATA: &str = "mirt";

/// Between two looks at a session that is not at rest yet.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The whole with stubs in place of the channels.
pub struct World {
    /// The assistant.
    pub mirt: Mirt,
    /// In place of ManyChat.
    pub manychat: ChannelStub,
    /// In place of Telegram.
    pub telegram: ChannelStub,
}

impl World {
    /// Starts everything, `binary` being the `mirt` command, with more settings in `env`.
    pub async fn start(binary: &str, env: &[(&str, &str)]) -> Self {
        let manychat = ChannelStub::manychat(MANYCHAT_KEY).await;
        let telegram = ChannelStub::telegram(TELEGRAM_TOKEN).await;
        let (manychat_url, telegram_url) = (manychat.url(), telegram.url());
        let mut all = vec![
            ("MANYCHAT_WEBHOOK_TOKEN", MANYCHAT_TOKEN),
            ("TELEGRAM_WEBHOOK_SECRET", TELEGRAM_SECRET),
            ("MANYCHAT_API_KEY", MANYCHAT_KEY),
            ("TELEGRAM_BOT_TOKEN", TELEGRAM_TOKEN),
            ("MANYCHAT_API_URL", &manychat_url),
            ("TELEGRAM_API_URL", &telegram_url),
            ("MIRT_BUBBLE_PAUSE_MS", "0"),
        ];
        all.extend(env);
        let mirt = Mirt::start(binary, &all).await;
        Self { mirt, manychat, telegram }
    }

    /// Ends the test: no call of a channel may have been wrong.
    ///
    /// # Panics
    /// When one was.
    pub fn check(&self) {
        assert_eq!(self.manychat.violations(), [""; 0], "calls of ManyChat");
        assert_eq!(self.telegram.violations(), [""; 0], "calls of Telegram");
    }
}

/// `mirt up` as a process.
pub struct Mirt {
    binary: PathBuf,
    env: Vec<(String, String)>,
    data: tempfile::TempDir,
    child: Child,
    url: String,
    http: reqwest::Client,
    /// What functions called and may not, a line each.
    refused: Arc<Mutex<Vec<String>>>,
}

impl Drop for Mirt {
    /// Every test is a test of the functions' roles as well.
    fn drop(&mut self) {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::thread::panicking() {
            assert_eq!(*refused, [""; 0], "functions called what their roles do not allow");
        }
    }
}

impl Mirt {
    /// Starts it on a free port with an empty data folder, and waits until it is ready.
    pub async fn start(binary: &str, env: &[(&str, &str)]) -> Self {
        let binary = PathBuf::from(binary);
        let env: Vec<_> =
            env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let data = tempfile::tempdir().expect("a temporary folder");
        let refused = Arc::default();
        let (child, url) = spawn(&binary, data.path(), &env, "0", &refused).await;
        let http = mirt_http::client().expect("a client");
        Self { binary, env, data, child, url, http, refused }
    }

    /// Kills the process as `kill -9` does, and waits until it is gone.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("the process was running");
    }

    /// Starts it again on the same data, after [`Self::kill`].
    pub async fn start_again(&mut self) {
        (self.child, self.url) =
            spawn(&self.binary, self.data.path(), &self.env, "0", &self.refused).await;
    }

    /// Starts it again on the same data and the same port, where a page waits for it.
    pub async fn start_again_there(&mut self) {
        let port = self.url.rsplit(':').next().unwrap_or_default().to_owned();
        (self.child, self.url) =
            spawn(&self.binary, self.data.path(), &self.env, &port, &self.refused).await;
    }

    /// Where it serves.
    pub fn origin(&self) -> &str {
        &self.url
    }

    /// Where the AWS services of this run are.
    pub fn aws_endpoint(&self) -> String {
        let file = self.data_folder().join("endpoint");
        std::fs::read_to_string(file).expect("mirt is running")
    }

    /// Runs another `mirt` command on the same data, and gives what it printed.
    ///
    /// # Panics
    /// When it fails.
    pub async fn command(&self, arguments: &[&str]) -> String {
        let output = self.try_command(arguments, &[], "").await;
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs another `mirt` command on the same data, with these settings and this typed into it.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn try_command(
        &self,
        arguments: &[&str],
        env: &[(&str, &str)],
        typed: &str,
    ) -> Output {
        let mut child = Command::new(&self.binary)
            .args(arguments)
            .arg("--data")
            .arg(self.data_folder())
            // A folder of its own, so that no `.env` of the developer takes part.
            .current_dir(self.data.path())
            .env_clear()
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the mirt command was built");
        let mut stdin = child.stdin.take().expect("piped");
        // One that has ended already reads nothing.
        let _ = stdin.write_all(typed.as_bytes()).await;
        drop(stdin);
        child.wait_with_output().await.expect("the mirt command ends")
    }

    /// Runs another `mirt` command on the same data as a person does, on a terminal, and gives all
    /// that was drawn there; none where there is no `script` to make a terminal.
    ///
    /// # Panics
    /// When the command fails.
    pub async fn on_terminal(&self, arguments: &str) -> Option<String> {
        let (binary, data) = (self.binary.display(), self.data_folder());
        let command = format!("{binary} {arguments} --data {}", data.display());
        let ended = Command::new("script")
            .args(["--quiet", "--return", "--command", &command, "/dev/null"])
            .current_dir(self.data.path())
            .env("TERM", "xterm-256color")
            .stdin(Stdio::null())
            .output()
            .await
            .ok()?;
        assert!(ended.status.success(), "{ended:?}");
        Some(String::from_utf8_lossy(&ended.stdout).into_owned())
    }

    /// What the functions have logged since the last start.
    ///
    /// # Panics
    /// When nothing was.
    pub fn functions_log(&self) -> String {
        let file = self.data_folder().join("functions.log");
        std::fs::read_to_string(file).expect("the functions' log")
    }

    /// The folder with its data.
    pub fn data_folder(&self) -> PathBuf {
        self.data.path().join(DATA)
    }

    /// The address of `path`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// A request to `path`, to be made as the test likes.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path))
    }

    /// Gets `path`.
    pub async fn get(&self, path: &str) -> Response {
        self.http.get(self.url(path)).send().await.expect("an answer")
    }

    /// Posts `body` to `path` with one header.
    pub async fn post(
        &self,
        path: &str,
        header: (&str, &str),
        body: impl Into<Vec<u8>>,
    ) -> Response {
        let request = self.http.post(self.url(path)).header(header.0, header.1);
        request.body(body.into()).send().await.expect("an answer")
    }

    /// Posts `payload` as ManyChat does.
    pub async fn manychat(&self, payload: &Value) -> (StatusCode, Value) {
        let header = ("X-ManyChat-Token", MANYCHAT_TOKEN);
        answer(self.post("/webhooks/manychat", header, payload.to_string()).await).await
    }

    /// Posts `update` as Telegram does.
    pub async fn telegram(&self, update: &Value) -> (StatusCode, Value) {
        let header = ("X-Telegram-Bot-Api-Secret-Token", TELEGRAM_SECRET);
        answer(self.post("/webhooks/telegram", header, update.to_string()).await).await
    }

    /// Posts `body` to one of the CRM's routes, signed at `at` with `secret`.
    pub async fn crm(
        &self,
        path: &str,
        secret: &str,
        at: jiff::Timestamp,
        body: &str,
    ) -> (StatusCode, Value) {
        let seconds = at.as_second().to_string();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key will do");
        mac.update(format!("{seconds}.{body}").as_bytes());
        let digits: String =
            mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let request = self
            .http
            .post(self.url(path))
            .header("X-Sitniks-Timestamp", seconds)
            .header("X-Sitniks-Signature", format!("sha256={digits}"))
            .body(body.to_owned());
        answer(request.send().await.expect("an answer")).await
    }

    /// Lets time pass, and what becomes due on the way be done.
    ///
    /// # Panics
    /// When the clock does not move.
    pub async fn forward(&self, seconds: u64) {
        let request = self.request(Method::POST, "/local/clock");
        let moved = request.json(&json!({ "seconds": seconds })).send().await;
        assert_eq!(moved.expect("an answer").status(), StatusCode::OK);
    }

    /// What an Instagram customer writes.
    pub async fn instagram_text(&self, user: &str, text: &str) {
        let payload = json!({ "type": "instagram", "clientId": user, "message": text });
        let (status, body) = self.manychat(&payload).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{body}");
    }

    /// What a Telegram customer writes.
    pub async fn telegram_text(&self, update_id: u64, user: i64, text: &str) {
        let (status, body) = self.telegram(&telegram_text(update_id, user, text)).await;
        assert_eq!(status, StatusCode::OK, "{body}");
    }

    /// A look inside a session.
    pub async fn session(&self, channel: &str, user: &str) -> Value {
        let (status, body) =
            answer(self.get(&format!("/local/sessions/{channel}/{user}")).await).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body
    }

    /// Waits until a session has taken `turns` turns and its customer has been answered, and gives
    /// it.
    ///
    /// # Panics
    /// When that does not come true.
    pub async fn at_rest(&self, channel: &str, user: &str, turns: usize) -> Value {
        self.session_when(channel, user, |session| {
            let taken = session["turns"].as_array().map_or(0, Vec::len);
            taken >= turns && session["pending_inbox"] == 0 && session["pending_outbox"] == 0
        })
        .await
    }

    /// Waits until the managers have been told all that they have to hear about a session.
    ///
    /// # Panics
    /// When that does not come true.
    pub async fn managers_told(&self, channel: &str, user: &str) {
        self.session_when(channel, user, |session| session["pending_alerts"] == 0).await;
    }

    async fn session_when(
        &self,
        channel: &str,
        user: &str,
        holds: impl Fn(&Value) -> bool,
    ) -> Value {
        let mut session = Value::Null;
        let waiting = async {
            loop {
                session = self.session(channel, user).await;
                if holds(&session) {
                    break;
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        let came_true = tokio::time::timeout(PATIENCE, waiting).await.is_ok();
        assert!(came_true, "the session is not at rest: {session:#}");
        session
    }
}

/// An update with a customer's words.
pub fn telegram_text(update_id: u64, user: i64, text: &str) -> Value {
    telegram_message(update_id, user, &json!({ "text": text }))
}

/// An update with a customer's message of any content.
///
/// # Panics
/// When `content` is no object.
pub fn telegram_message(update_id: u64, user: i64, content: &Value) -> Value {
    let mut message = json!({
        "message_id": update_id,
        "date": 1_763_700_000,
        "chat": { "id": user, "type": "private" },
        "from": { "id": user, "is_bot": false, "first_name": "Тест" },
    });
    let content = content.as_object().expect("an object").clone();
    message.as_object_mut().expect("an object").extend(content);
    json!({ "update_id": update_id, "message": message })
}

async fn answer(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    (status, response.json().await.expect("a JSON answer"))
}

async fn spawn(
    binary: &Path,
    data: &Path,
    env: &[(String, String)],
    port: &str,
    refused: &Arc<Mutex<Vec<String>>>,
) -> (Child, String) {
    let mut child = Command::new(binary)
        .args(["up", "--port", port, "--data"])
        .arg(data.join(DATA))
        // A folder of its own, so that no `.env` of the developer takes part.
        .current_dir(data)
        .env_clear()
        .envs(env.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the mirt command was built");
    let mut complaints = BufReader::new(child.stderr.take().expect("piped")).lines();
    let refused = Arc::clone(refused);
    tokio::spawn(async move {
        while let Ok(Some(line)) = complaints.next_line().await {
            if line.contains("not_allowed") {
                refused.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
            }
            // Seen where the test fails.
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    });
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let waiting = async {
        while let Some(line) = lines.next_line().await.expect("readable output") {
            if let Some(url) = line.strip_prefix("ready ") {
                return url.to_owned();
            }
        }
        panic!("mirt ended before it was ready");
    };
    let url = tokio::time::timeout(PATIENCE, waiting).await.expect("ready in time");
    // What it says later is read and dropped, or the pipe would fill and block it.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, url)
}
