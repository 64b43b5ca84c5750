//! A browser, driven over W3C WebDriver: Debian's Chromium by its own driver.
//!
//! Chromium's sandbox does not work for root, as whom tests run in containers: `MIRT_NO_SANDBOX` is
//! set by `.ci/run` then.
//!
//! Of the protocol a dozen requests are needed, each JSON over HTTP; the crates that speak all of it
//! bring a licence or a second HTTP stack with them that this repository has no place for.

use std::{
    env,
    io::{self, Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    process::Stdio,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::{Instant, sleep},
};

/// How long something may take to appear before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a browser may take to end.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(60);

/// How often the driver is started before a test gives up.
const STARTS: u32 = 5;

/// How many elements are passed by Tab on the way to another at most.
const MOST_TABS: u32 = 120;

/// The member of an answer that names an element (WebDriver, section 12.2).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Keys that are no letters (WebDriver, section 17.4.2).
pub(crate) const ENTER: &str = "\u{E007}";
pub(crate) const TAB: &str = "\u{E004}";
const SHIFT: &str = "\u{E008}";
pub(crate) const SPACE: &str = " ";
pub(crate) const ESCAPE: &str = "\u{E00C}";

/// The sizes of a phone and of a wide screen, in CSS pixels.
pub(crate) const PHONE: (u32, u32) = (390, 844);
pub(crate) const WIDE: (u32, u32) = (1600, 1000);

/// A browser with one window.
pub(crate) struct Browser {
    _driver: Child,
    http: reqwest::Client,
    /// The driver's address of the window.
    session: String,
}

impl Drop for Browser {
    /// The driver is killed behind this, and a browser may outlive that: it is told to end first.
    fn drop(&mut self) {
        // One that does not answer has nothing left to end.
        let _ = end(&self.session);
    }
}

/// Has the driver end the session at this address and its browser, and waits until it has.
fn end(session: &str) -> io::Result<()> {
    let address = session.trim_start_matches("http://");
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let mut driver = TcpStream::connect(host)?;
    driver.set_read_timeout(Some(ENDS_WITHIN))?;
    write!(
        driver,
        "DELETE /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )?;
    // The first bytes of the answer come when the browser has ended.
    driver.read_exact(&mut [0; 12])
}

impl Browser {
    /// Starts one with a window of this size.
    pub(crate) async fn start(size: (u32, u32)) -> Self {
        Self::start_with(size, Vec::new()).await
    }

    /// The same, which reaches everything, this machine included, by a proxy at this address.
    pub(crate) async fn start_behind(size: (u32, u32), proxy: &str) -> Self {
        let everything = "--proxy-bypass-list=<-loopback>".to_owned();
        Self::start_with(size, vec![format!("--proxy-server={proxy}"), everything]).await
    }

    async fn start_with((width, height): (u32, u32), more: Vec<String>) -> Self {
        let (driver, port) = start_driver().await;
        let http = mirt_http::client().unwrap_or_else(|error| panic!("{error}"));
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--disable-gpu".to_owned(),
            "--hide-scrollbars".to_owned(),
            // What fades in has no contrast yet while it does.
            "--force-prefers-reduced-motion".to_owned(),
            format!("--window-size={width},{height}"),
            "--lang=en-US".to_owned(),
        ];
        arguments.extend(more);
        if env::var_os("MIRT_NO_SANDBOX").is_some() {
            arguments.push("--no-sandbox".to_owned());
        }
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        }}});
        let address = format!("http://127.0.0.1:{port}/session");
        let answer = ask(&http, Method::POST, &address, Some(wanted)).await;
        let id = answer["sessionId"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        let browser = Self { _driver: driver, http, session: format!("{address}/{id}") };
        browser
            .devtools(
                "Emulation.setDeviceMetricsOverride",
                json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
            )
            .await;
        browser
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        ask(&self.http, method, &format!("{}{path}", self.session), body).await
    }

    async fn devtools(&self, command: &str, parameters: Value) {
        let body = json!({ "cmd": command, "params": parameters });
        self.ask(Method::POST, "/goog/cdp/execute", Some(body)).await;
    }

    /// Light or dark, as the system is set.
    pub(crate) async fn prefer(&self, scheme: &str) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    pub(crate) async fn open(&self, url: &str) {
        self.ask(Method::POST, "/url", Some(json!({ "url": url }))).await;
    }

    /// Runs a function's body in the page.
    pub(crate) async fn run(&self, body: &str, arguments: Value) -> Value {
        let body = json!({ "script": body, "args": arguments });
        self.ask(Method::POST, "/execute/sync", Some(body)).await
    }

    /// The same for one that gives a promise.
    pub(crate) async fn run_async(&self, body: &str, arguments: Value) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1]; \
             (async (...arguments_) => {{ {body} }})(...arguments).then(done, (e) => done(String(e)));"
        );
        let body = json!({ "script": script, "args": arguments });
        self.ask(Method::POST, "/execute/async", Some(body)).await
    }

    /// Waits until an expression of the page is true, and gives its value.
    pub(crate) async fn until(&self, expression: &str) -> Value {
        let began = Instant::now();
        loop {
            let value = self.run(&format!("return {expression}"), json!([])).await;
            if !matches!(value, Value::Null | Value::Bool(false)) && value != "" && value != 0 {
                return value;
            }
            assert!(began.elapsed() < PATIENCE, "still not so: {expression}");
            sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until there is such an element that can be seen, and gives its id.
    async fn find(&self, selector: &str) -> String {
        let found = json!(selector).to_string();
        self.until(&format!(
            "[...document.querySelectorAll({found})].some((it) => it.checkVisibility() && !it.disabled)"
        ))
        .await;
        let body = json!({ "using": "css selector", "value": selector });
        let answer = self.ask(Method::POST, "/element", Some(body)).await;
        answer[ELEMENT].as_str().unwrap_or_else(|| panic!("{selector}: {answer}")).to_owned()
    }

    pub(crate) async fn click(&self, selector: &str) {
        let id = self.find(selector).await;
        self.ask(Method::POST, &format!("/element/{id}/click"), Some(json!({}))).await;
    }

    /// Clicks the element of this selector whose words hold `words`.
    pub(crate) async fn click_on(&self, selector: &str, words: &str) {
        let (own, words) = (json!(selector), json!(words));
        let those = format!(
            "[...document.querySelectorAll({own})].filter((it) => it.textContent.includes({words}))"
        );
        self.until(&format!("{those}.length")).await;
        self.run(&format!("{those}[0].click()"), json!([])).await;
    }

    pub(crate) async fn type_into(&self, selector: &str, text: &str) {
        let id = self.find(selector).await;
        let path = format!("/element/{id}/value");
        self.ask(Method::POST, &path, Some(json!({ "text": text }))).await;
    }

    /// Presses keys, whatever has the focus.
    pub(crate) async fn press(&self, keys: &str) {
        let actions: Vec<Value> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key })))
            .collect();
        let body = json!({ "actions": [{ "type": "key", "id": "keys", "actions": actions }] });
        self.ask(Method::POST, "/actions", Some(body)).await;
    }

    /// Goes on by Tab until an element of this selector has the focus.
    pub(crate) async fn tab_to(&self, selector: &str) {
        self.go_to(TAB, selector, "true").await;
    }

    /// The same, back and to the element whose words hold `words`.
    pub(crate) async fn tab_back_to(&self, selector: &str, words: &str) {
        let words = format!("document.activeElement.textContent.includes({})", json!(words));
        self.go_to(&format!("{SHIFT}{TAB}"), selector, &words).await;
    }

    async fn go_to(&self, keys: &str, selector: &str, holds: &str) {
        let is_there =
            format!("return document.activeElement?.matches({}) && {holds}", json!(selector));
        for _ in 0..MOST_TABS {
            if self.run(&is_there, json!([])).await == true {
                return;
            }
            self.press_together(keys).await;
        }
        panic!("{selector} is not reached by the keyboard");
    }

    /// Presses keys together: all down, then all up.
    async fn press_together(&self, keys: &str) {
        let one = |kind: &'static str| move |key: char| json!({ "type": kind, "value": key });
        let down = keys.chars().map(one("keyDown"));
        let up = keys.chars().rev().map(one("keyUp"));
        let actions: Vec<Value> = down.chain(up).collect();
        let body = json!({ "actions": [{ "type": "key", "id": "keys", "actions": actions }] });
        self.ask(Method::POST, "/actions", Some(body)).await;
    }

    /// The words of the first element of this selector.
    pub(crate) async fn words(&self, selector: &str) -> String {
        let words = format!("document.querySelector({})?.textContent", json!(selector));
        self.until(&words).await.as_str().unwrap_or_default().to_owned()
    }

    /// What went wrong in the page since the last question, as its console says.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let log = self.ask(Method::POST, "/se/log", Some(json!({ "type": "browser" }))).await;
        let is_bad = |entry: &&Value| matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING"));
        let words = |entry: &Value| entry["message"].as_str().unwrap_or_default().to_owned();
        log.as_array().into_iter().flatten().filter(is_bad).map(words).collect()
    }

    /// Keeps a picture of the window as `name`, where `MIRT_SCREENS` says so.
    pub(crate) async fn picture(&self, name: &str) {
        let Some(folder) = env::var_os("MIRT_SCREENS") else { return };
        self.until(
            "document.getAnimations().length === 0 && !document.querySelector('.phone .waiting')",
        )
        .await;
        let answer = self.ask(Method::GET, "/screenshot", None).await;
        let png = STANDARD.decode(answer.as_str().unwrap_or_default());
        let png = png.unwrap_or_else(|error| panic!("{error}"));
        std::fs::write(PathBuf::from(folder).join(format!("{name}.png")), png)
            .unwrap_or_else(|error| panic!("{error}"));
    }
}

/// Starts the driver on a free port. Two that look for one at the same moment may find the same: the
/// one that comes second ends, and is started again.
async fn start_driver() -> (Child, String) {
    for _ in 0..STARTS {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver (.ci/run installs it): {error}"));
        let Some(output) = driver.stdout.take() else { panic!("its output is piped") };
        let mut lines = BufReader::new(output).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some((_, port)) = line.rsplit_once("successfully on port ") {
                let port = port.trim_end_matches('.').to_owned();
                // What it says later is read and dropped, or the pipe would fill and block it.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return (driver, port);
            }
        }
    }
    panic!("chromedriver did not start")
}

async fn ask(http: &reqwest::Client, method: Method, address: &str, body: Option<Value>) -> Value {
    let mut request = http.request(method, address);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap_or_else(|error| panic!("{error}"));
    let status = answer.status();
    let mut body: Value = answer.json().await.unwrap_or_else(|error| panic!("{error}"));
    assert!(status.is_success(), "{address}: {}", body["value"]["message"]);
    body["value"].take()
}
