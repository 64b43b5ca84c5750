//! The commands of the runbook that are not `mirt`, run by the tools themselves, where they are.

use std::{
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use axum::{
    Router,
    http::{HeaderMap, StatusCode},
};
use tokio::{net::TcpListener, process::Command};

/// A stand-in for the services of AWS that the local run does not have: it takes every call, and says
/// what makes a command that waits see what it waits for.
pub(super) struct Services {
    pub(super) url: String,
}

impl Services {
    /// Those of an account whose table is there, or is not.
    pub(super) async fn start(has_table: bool) -> Self {
        let answer = async move |headers: HeaderMap, body: String| {
            let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
            let operation = target.and_then(|target| target.rsplit('.').next());
            let form: Vec<&str> = body.split(['=', '&']).collect();
            match (operation, &form[..]) {
                (Some("DescribeTable"), _) if has_table => {
                    (StatusCode::OK, r#"{"Table":{"TableStatus":"ACTIVE"}}"#.to_owned())
                }
                (Some("DescribeTable"), _) => {
                    let gone = r#"{"__type":"ResourceNotFoundException"}"#;
                    (StatusCode::BAD_REQUEST, gone.to_owned())
                }
                // The older services speak XML.
                (None, ["Action", action, ..]) => {
                    let result = format!("<{action}Result></{action}Result>");
                    (StatusCode::OK, format!("<{action}Response>{result}</{action}Response>"))
                }
                _ => (StatusCode::OK, "{}".to_owned()),
            }
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await;
        let listener = listener.unwrap_or_else(|error| panic!("{error}"));
        let address = listener.local_addr().unwrap_or_else(|error| panic!("{error}"));
        tokio::spawn(axum::serve(listener, Router::new().fallback(answer)).into_future());
        Self { url: format!("http://{address}") }
    }
}

/// The tools, and where they are used.
pub(super) struct Tools {
    /// Their programs' folder.
    pub(super) programs: PathBuf,
    /// Where an operator stands.
    pub(super) folder: tempfile::TempDir,
    /// The AWS services of the local run.
    pub(super) local: String,
}

impl Tools {
    /// Why a command does not do what it should, or nothing.
    pub(super) async fn fault(&self, words: &[String]) -> Option<String> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = match words[..] {
            ["aws", "secretsmanager", ..] => self.run(&words, &self.local).await,
            ["aws", ..] => {
                let services = Services::start(!words.contains(&"table-not-exists")).await;
                self.run(&words, &services.url).await
            }
            ["sam", ..] => return self.unknown_to_sam(&words).await,
            _ => self.run(&words, "").await,
        };
        (!output.status.success()).then(|| format!("{output:?}"))
    }

    /// An option that `sam` does not say it has.
    async fn unknown_to_sam(&self, words: &[&str]) -> Option<String> {
        let (command, rest) = words
            .split_at(words.iter().position(|word| word.starts_with('-')).unwrap_or(words.len()));
        let help = self.run(&[command, &["--help"]].concat(), "").await;
        let help = String::from_utf8_lossy(&help.stdout).into_owned();
        let mut options = rest.iter().filter(|word| word.starts_with("--"));
        let unknown = options.find(|option| !help.contains(**option));
        unknown.map(|option| format!("{option} is not in its help: {help}"))
    }

    async fn run(&self, words: &[&str], endpoint: &str) -> Output {
        let own = self.programs.join(words[0]);
        let program = if own.exists() { own } else { PathBuf::from(words[0]) };
        Command::new(program)
            .args(&words[1..])
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.folder.path())
            .env("AWS_CONFIG_FILE", self.folder.path().join("aws-config"))
            .env("AWS_ENDPOINT_URL", endpoint)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("SAM_CLI_TELEMETRY", "0")
            .env("SAM_CLI_CHECK_UPDATES", "0")
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .unwrap_or_else(|error| panic!("{words:?}: {error}"))
    }

    /// The tools of `programs`, for an operator who has the files that the runbook speaks of.
    pub(super) async fn new(programs: &Path, local: String) -> Self {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        };
        let keys = "aws_access_key_id = a\naws_secret_access_key = b\n";
        write("aws-config", &format!("[profile operator]\nregion = us-east-1\n{keys}"));
        for file in ["webhooks.json", "channels.json", "secret.json", "orders-before.csv"] {
            write(file, "{}");
        }
        let tools = Self { programs: programs.to_owned(), folder, local };
        let git = ["git", "-c", "user.name=test", "-c", "user.email=test@example.org"];
        for command in [
            &["init", "--quiet"][..],
            &["commit", "--quiet", "--allow-empty", "--message", "one"],
            &["tag", "v0.1.0"],
        ] {
            let made = tools.run(&[&git[..], command].concat(), "").await;
            assert!(made.status.success(), "{made:?}");
        }
        tools
    }
}
