//! The commands of the runbook that are not `mirt`: what their tools take.
//!
//! Here they are held against tables, so that `cargo test` needs none of the tools. That the tools
//! themselves take them is tried where they are installed, by `.ci/run runbook`.

/// What a command takes, by its words before the first option.
struct Takes {
    command: &'static str,
    /// Options with a value that must be there.
    required: &'static [&'static str],
    /// Options with a value that may be there.
    optional: &'static [&'static str],
    /// Options without a value.
    switches: &'static [&'static str],
}

/// Of every command of `aws`. Source: the AWS CLI's command reference.
const AWS_GLOBAL: &[&str] = &["--profile", "--query", "--output", "--region"];

/// Source: the AWS CLI's command reference, and `sam COMMAND --help` of the version in .ci/requirements.txt.
const TAKES: &[Takes] = &[
    Takes {
        command: "aws secretsmanager create-secret",
        required: &["--name"],
        optional: &["--secret-string", "--description"],
        switches: &[],
    },
    Takes {
        command: "aws secretsmanager get-secret-value",
        required: &["--secret-id"],
        optional: &["--version-stage"],
        switches: &[],
    },
    Takes {
        command: "aws secretsmanager put-secret-value",
        required: &["--secret-id"],
        optional: &["--secret-string"],
        switches: &[],
    },
    Takes {
        command: "aws dynamodb describe-continuous-backups",
        required: &["--table-name"],
        optional: &[],
        switches: &[],
    },
    Takes {
        command: "aws dynamodb restore-table-to-point-in-time",
        required: &["--source-table-name", "--target-table-name"],
        optional: &["--restore-date-time"],
        switches: &["--use-latest-restorable-time"],
    },
    Takes {
        command: "aws dynamodb wait table-exists",
        required: &["--table-name"],
        optional: &[],
        switches: &[],
    },
    Takes {
        command: "aws dynamodb wait table-not-exists",
        required: &["--table-name"],
        optional: &[],
        switches: &[],
    },
    Takes {
        command: "aws dynamodb create-backup",
        required: &["--table-name", "--backup-name"],
        optional: &[],
        switches: &[],
    },
    Takes {
        command: "aws dynamodb delete-backup",
        required: &["--backup-arn"],
        optional: &[],
        switches: &[],
    },
    Takes {
        command: "aws dynamodb list-backups",
        required: &[],
        optional: &["--table-name", "--backup-type"],
        switches: &[],
    },
    Takes {
        command: "aws dynamodb delete-table",
        required: &["--table-name"],
        optional: &[],
        switches: &[],
    },
    Takes {
        command: "aws dynamodb restore-table-from-backup",
        required: &["--target-table-name", "--backup-arn"],
        optional: &[],
        switches: &[],
    },
    Takes {
        command: "aws dynamodb update-time-to-live",
        required: &["--table-name", "--time-to-live-specification"],
        optional: &[],
        switches: &[],
    },
    Takes {
        command: "aws dynamodb update-continuous-backups",
        required: &["--table-name", "--point-in-time-recovery-specification"],
        optional: &[],
        switches: &[],
    },
    Takes {
        command: "aws lambda put-function-concurrency",
        required: &["--function-name", "--reserved-concurrent-executions"],
        optional: &[],
        switches: &[],
    },
    Takes {
        command: "aws lambda delete-function-concurrency",
        required: &["--function-name"],
        optional: &[],
        switches: &[],
    },
    Takes {
        command: "aws lambda get-alias",
        required: &["--function-name", "--name"],
        optional: &[],
        switches: &[],
    },
    Takes {
        command: "aws lambda list-versions-by-function",
        required: &["--function-name"],
        optional: &[],
        switches: &[],
    },
    Takes {
        command: "aws lambda update-alias",
        required: &["--function-name", "--name"],
        optional: &["--function-version", "--routing-config"],
        switches: &[],
    },
    Takes {
        command: "aws cloudformation describe-stack-events",
        required: &["--stack-name"],
        optional: &[],
        switches: &[],
    },
    Takes {
        command: "aws cloudformation continue-update-rollback",
        required: &["--stack-name"],
        optional: &[],
        switches: &[],
    },
    Takes {
        command: "aws deploy list-deployments",
        required: &[],
        optional: &["--include-only-statuses", "--application-name", "--deployment-group-name"],
        switches: &[],
    },
    Takes {
        command: "aws deploy stop-deployment",
        required: &["--deployment-id"],
        optional: &[],
        switches: &["--auto-rollback-enabled"],
    },
    Takes { command: "aws sts get-caller-identity", required: &[], optional: &[], switches: &[] },
    Takes {
        command: "sam build",
        required: &[],
        optional: &["--config-env"],
        switches: &["--beta-features"],
    },
    Takes {
        command: "sam deploy",
        required: &[],
        optional: &["--config-env", "--profile", "--parameter-overrides"],
        switches: &["--no-execute-changeset"],
    },
    Takes {
        command: "sam delete",
        required: &[],
        optional: &["--config-env", "--profile"],
        switches: &[],
    },
    Takes {
        command: "sam list stack-outputs",
        required: &["--stack-name"],
        optional: &["--profile", "--output"],
        switches: &[],
    },
    Takes {
        command: "sam logs",
        required: &["--stack-name"],
        optional: &["--name", "--filter", "--start-time", "--end-time", "--profile"],
        switches: &["--tail"],
    },
    Takes { command: "git tag", required: &[], optional: &[], switches: &[] },
    Takes { command: "git switch", required: &[], optional: &[], switches: &["--detach"] },
    Takes { command: "shred", required: &[], optional: &[], switches: &["--remove"] },
];

/// How many words behind the options' a command takes: what it works on.
fn operands(command: &str) -> usize {
    match command {
        "git switch" | "git tag" | "shred" => 1,
        _ => 0,
    }
}

/// Why a tool would not take a command, or nothing.
pub(super) fn fault(words: &[String]) -> Option<String> {
    let is_option = |word: &&String| word.starts_with('-');
    let known = TAKES.iter().filter(|takes| {
        let own: Vec<&str> = takes.command.split(' ').collect();
        words.len() >= own.len() && words.iter().zip(&own).all(|(word, own)| word == own)
    });
    let Some(takes) = known.max_by_key(|takes| takes.command.len()) else {
        return Some("no command that this test knows how to run".to_owned());
    };
    let own = takes.command.split(' ').count();
    let is_aws = takes.command.starts_with("aws ");
    let mut rest = words[own..].iter();
    let (mut seen, mut operands_left) = (Vec::new(), operands(takes.command));
    while let Some(word) = rest.next() {
        let option = word.as_str();
        if takes.switches.contains(&option) {
            continue;
        }
        let takes_a_value = takes.required.contains(&option)
            || takes.optional.contains(&option)
            || is_aws && AWS_GLOBAL.contains(&option);
        if takes_a_value {
            if rest.next().filter(|value| !is_option(value)).is_none() {
                return Some(format!("{option} has no value"));
            }
            seen.push(option);
        } else if !is_option(&word) && operands_left > 0 {
            operands_left -= 1;
        } else {
            return Some(format!("{} does not take {option}", takes.command));
        }
    }
    let environments = include_str!("../../../samconfig.toml");
    let is_known = |name: &String| environments.contains(&format!("\n[{name}.deploy."));
    let mut pairs = words.iter().zip(words.iter().skip(1));
    if let Some((_, name)) =
        pairs.find(|(option, name)| *option == "--config-env" && !is_known(name))
    {
        return Some(format!("samconfig.toml has no {name}"));
    }
    let missing = takes.required.iter().find(|option| !seen.contains(option));
    missing.map(|option| format!("{} needs {option}", takes.command))
}
