//! A shop in which there is something of everything that the runbook is about, and the running of its
//! commands there.

use std::{
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use mirt_telegram_peer::{CODE, PASSWORD, Peer, sample};
use mirt_test_support::{CrmStub, CrmTrouble, mirt::World};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt as _, process::Command};

use super::page::{self, Step};
use crate::{
    crm::{KEY, wait_for_state},
    dead_letters::bury,
    managers::{MANAGERS, paid_on, press},
    world_with,
};

/// A customer with a whole sale behind them, and one who only asked.
const BUYER: &str = "2101";
const ASKER: &str = "2102";

/// The file with the operator's profile, in their folder.
const AWS_CONFIG: &str = "aws-config";

const CHAT: &str = "@shop_news";
const DAY: &str = "2026-11-18";

/// What is put in for words in CAPITALS whose value does not come of the shop's own doing. Words that
/// are no placeholders stand for themselves.
const VALUES: &[(&str, &str)] = &[
    ("STACK", "mirt-dev"),
    ("STAGE", "dev"),
    ("PROFILE", "operator"),
    ("CHANNEL", "instagram"),
    ("TURN", "2"),
    ("CHAT", CHAT),
    ("DAY", DAY),
    ("FIRST", DAY),
    ("LAST", DAY),
    ("MONTH", "2026-11"),
    ("ORIGIN", "https://shop.example"),
    ("CONFIG", "production"),
    ("SECRET", "channels"),
    ("FUNCTION", "dialogue"),
    ("VERSION", "7"),
    ("COMMIT", "v0.1.0"),
    ("NAME", "production-12"),
    ("TIME", "2026-11-21T10:00:00Z"),
    ("BACKUP_ARN", "arn:aws:dynamodb:eu-central-1:123456789012:table/mirt-dev/backup/0123-abcd"),
    ("DEPLOYMENT", "d-ABCDEF123"),
    ("AWSPREVIOUS", "AWSPREVIOUS"),
    ("TRACE", "1-6740a1b2-0123456789abcdef01234567"),
    ("ERROR", "ERROR"),
    ("SYSTEM", "SYSTEM"),
];

/// What the deployment that is on this machine does not have: its stack, of which `doctor` and `replay`
/// ask CloudFormation, and a copy of the table.
const NOT_HERE: &[&str] = &["doctor", "replay", "mirt-dev-copy"];

/// The shop.
pub(super) struct Shop {
    world: World,
    peer: Peer,
    order: String,
    letters: usize,
    /// Where an operator stands: a folder with this repository in it.
    folder: tempfile::TempDir,
    _crm: CrmStub,
}

impl Shop {
    /// Opens it, and waits until a customer has bought, the CRM has refused the order, and another one
    /// has asked a question.
    pub(super) async fn with_customers() -> Self {
        let mut shop = Self::open().await;
        let world = &shop.world;
        paid_on(world, "instagram", BUYER).await;
        press(world, 50, 7, "Оплата є").await;
        let session = world.mirt.at_rest("instagram", BUYER, 6).await;
        shop.order = session["slots"]["placed"][0]["id"].as_str().unwrap_or_default().to_owned();
        wait_for_state(world, &shop.order, "failed").await;
        world.mirt.instagram_text(ASKER, "скільки коштує лагуна?").await;
        world.mirt.at_rest("instagram", ASKER, 1).await;
        shop
    }

    /// Opens it. Nobody has come yet; days of a chat can be read.
    pub(super) async fn open() -> Self {
        let crm = CrmStub::start(KEY).await;
        crm.script(&[None, Some(CrmTrouble::Status(422))]);
        let peer = Peer::start(sample::everything(DAY)).await;
        let url = crm.url();
        let mut settings = vec![
            ("SITNIKS_API_KEY", KEY),
            ("SITNIKS_API_URL", url.as_str()),
            ("MIRT_BURST_QUIET_MS", "100"),
            ("MIRT_TELEGRAM_CALL_SPACING_MS", "0"),
        ];
        settings.extend(MANAGERS);
        let world = world_with(&settings).await;
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        for name in ["catalog", "prompts", "tests", "infra", "template.yaml", "samconfig.toml"] {
            let from = repository().join(name);
            std::os::unix::fs::symlink(from, folder.path().join(name))
                .unwrap_or_else(|error| panic!("{error}"));
        }
        let config = format!(
            "[profile operator]\nregion = us-east-1\nendpoint_url = {}\n\
             aws_access_key_id = a\naws_secret_access_key = b\n",
            world.mirt.aws_endpoint().trim()
        );
        std::fs::write(folder.path().join(AWS_CONFIG), config)
            .unwrap_or_else(|error| panic!("{error}"));
        Self { world, peer, order: String::new(), letters: 0, folder, _crm: crm }
    }

    /// Where the AWS services of this machine's run are.
    pub(super) fn aws_endpoint(&self) -> String {
        self.world.mirt.aws_endpoint().trim().to_owned()
    }

    /// The command with a value for each of its words in CAPITALS.
    pub(super) async fn filled(&mut self, command: &str) -> Result<String, String> {
        let mut filled = command.to_owned();
        for word in page::placeholders(command) {
            let value = match word {
                "ORDER" => self.order.clone(),
                "LETTER" => self.letter().await,
                // The buyer stays, for the commands that come behind.
                "USER" if command.contains("customer erase") => ASKER.to_owned(),
                "USER" => BUYER.to_owned(),
                // What is made must not be there before.
                "STAGE" if command.contains("create-secret") => "staging".to_owned(),
                _ => match VALUES.iter().find(|(name, _)| *name == word) {
                    Some((_, value)) => (*value).to_owned(),
                    None => return Err(format!("nobody knows what {word} stands for")),
                },
            };
            filled = page::filled(&filled, word, &value);
        }
        Ok(filled)
    }

    /// Runs a `mirt` command as an operator does, and says what is wrong with what came of it. The
    /// profile leads to the AWS services of this machine's run, where the deployment is.
    pub(super) async fn run(&mut self, step: &Step, arguments: &[String]) -> Option<String> {
        let arguments = match arguments.iter().any(|word| NOT_HERE.contains(&word.as_str())) {
            true => self.at_home(arguments),
            false => arguments.to_vec(),
        };
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.prepare(&words).await;
        let output = loop {
            let output = self.mirt(&words, &typed(&words)).await;
            // What was asked of the account before is still being done.
            if !text(&output.stderr).contains("the session is in use") {
                break output;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        let shown = text(&output.stdout) + &text(&output.stderr);
        if !output.status.code().is_some_and(|code| step.ends.contains(&code)) {
            return Some(format!("ends with {:?}: {shown}", output.status.code()));
        }
        let missing = step.shows.iter().find(|words| !shown.contains(words.as_str()));
        missing.map(|words| format!("does not show {words}: {shown}"))
    }

    /// The arguments with `--data` in the place of the deployment.
    fn at_home(&self, arguments: &[String]) -> Vec<String> {
        let mut own = Vec::new();
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--stack" => {
                    words.next();
                    own.push("--data".to_owned());
                    own.push(self.world.mirt.data_folder().display().to_string());
                }
                "--profile" => {
                    words.next();
                }
                _ => own.push(word.clone()),
            }
        }
        own
    }

    /// Brings about what the command is there for.
    async fn prepare(&mut self, words: &[&str]) {
        match words {
            ["dlq", "show" | "list" | "redrive", ..] => {
                self.letter().await;
            }
            ["telegram", "login", ..] => {
                // A session that leads to the scripted Telegram, which has ended it.
                let session = self.peer.session_string() + "\n";
                let application = [("TELEGRAM_API_ID", "17"), ("TELEGRAM_API_HASH", "h")];
                let import = ["telegram", "login", "--import"];
                let import = self.world.mirt.try_command(&import, &application, &session).await;
                assert!(import.status.success(), "{import:?}");
                self.peer.revoke();
            }
            ["telegram", "webhook", "show", ..] => {
                let info = json!({ "ok": true, "result": {
                    "url": "https://shop.example/webhooks/telegram",
                    "has_custom_certificate": false, "pending_update_count": 0,
                    "allowed_updates": ["message"],
                }});
                self.world.telegram.answer_next(200, &[], info);
            }
            _ => {}
        }
    }

    /// A dead letter, new: its id.
    async fn letter(&mut self) -> String {
        self.letters += 1;
        bury(&self.world, "instagram:2103", &"?".repeat(self.letters)).await;
        let shown = self.world.mirt.command(&["dlq", "show", "--json"]).await;
        let row = shown.lines().next().unwrap_or_default();
        let row: Value = serde_json::from_str(row).unwrap_or_else(|error| panic!("{error}"));
        row["id"].as_str().unwrap_or_default().to_owned()
    }

    async fn mirt(&self, arguments: &[&str], typed: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mirt"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("TELEGRAM_API_URL", self.world.telegram.url())
            .env("AWS_CONFIG_FILE", self.folder.path().join(AWS_CONFIG))
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            // Nobody asks a machine's own service for credentials.
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{error}"));
        if let Some(mut stdin) = child.stdin.take() {
            // One that has ended already reads nothing.
            let _ = stdin.write_all(typed.as_bytes()).await;
        }
        child.wait_with_output().await.unwrap_or_else(|error| panic!("{error}"))
    }
}

/// What is typed into a command that asks.
fn typed(words: &[&str]) -> String {
    match words {
        ["telegram", "login", ..] => format!("+380500000000\n{CODE}\n{PASSWORD}\n"),
        _ => String::new(),
    }
}

/// The folder of this repository.
pub(super) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}
