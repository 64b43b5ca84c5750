//! The runbook is true: each of its commands is run, ends as the page says and shows what it says.

mod installed;
mod page;
mod shop;
mod tools;

use std::{collections::HashSet, path::Path};

use installed::Tools;
use page::Step;
use shop::Shop;

/// Everything that is wrong with a page's commands, a line each. What the page has more than once, with
/// the same said of it, is run once.
async fn faults(page: &str, mut shop: Shop) -> Vec<String> {
    let steps = page::steps(page);
    let (mut faults, mut run) = (Vec::new(), HashSet::new());
    for step in &steps {
        if !run.insert((&step.command, &step.shows, &step.ends)) {
            continue;
        }
        if let Some(fault) = fault(&mut shop, step).await {
            faults.push(format!("line {}: {}: {fault}", step.line, step.command));
        }
    }
    faults
}

async fn fault(shop: &mut Shop, step: &Step) -> Option<String> {
    let words = match shop.filled(&step.command).await.and_then(|filled| page::words(&filled)) {
        Ok(words) => words,
        Err(fault) => return Some(fault),
    };
    let words = printed(&words);
    let text: Vec<&str> = words.iter().map(String::as_str).collect();
    match text[..] {
        ["mirt", ..] => shop.run(step, &words[1..]).await,
        ["cargo", "run", "--", ..] => shop.run(step, &words[3..]).await,
        ["cargo", "install", "--locked", "--path", path] => {
            let manifest = shop::repository().join(path).join("Cargo.toml");
            let manifest = std::fs::read_to_string(manifest).unwrap_or_default();
            let is_ours = manifest.contains("name = \"mirt\"");
            (!is_ours).then(|| format!("there is no program mirt in {path}"))
        }
        _ => tools::fault(words),
    }
}

/// A command without what it says about a file: what would be written there is looked at.
fn printed(words: &[String]) -> &[String] {
    &words[..words.iter().position(|word| word == ">").unwrap_or(words.len())]
}

fn runbook() -> String {
    let path = shop::repository().join("infra/RUNBOOK.md");
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_runbook_does_what_the_runbook_says() {
    let page = runbook();

    let faults = faults(&page, Shop::with_customers().await).await;

    assert!(page::steps(&page).len() > 40, "the commands were found");
    assert_eq!(faults, [""; 0], "{faults:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_command_in_a_runbook_is_noticed() {
    let wrong = [
        ("mirt dlq lst --stack STACK --profile PROFILE", "", "ends with Some(2)"),
        ("mirt dlq list --stack STACK --profile PROFILE", "Shows `nonsense`.", "does not show"),
        ("mirt orders list --stack STACK --profile PROFILE", "Ends with `1`.", "ends with Some(0)"),
        ("mirt customer show CHANNEL NOBODY", "", "nobody knows what NOBODY stands for"),
        ("mirt costs | sort", "", "more than a command"),
        ("aws dynamodb delete-table --tablename STACK", "", "does not take --tablename"),
        ("aws dynamodb delete-table --profile PROFILE", "", "needs --table-name"),
        ("sam deploy --config-env --profile PROFILE", "", "has no value"),
        ("sam deploy --config-env prod --profile PROFILE", "", "samconfig.toml has no prod"),
        ("sam destroy", "", "no command that this test knows how to run"),
        ("cargo install --locked --path shared/domain", "", "there is no program mirt"),
        ("rm -rf data", "", "no command that this test knows how to run"),
    ];
    let block =
        |(command, said, _): &(&str, &str, &str)| format!("```sh\n{command}\n```\n\n{said}\n\n");
    let page: String = wrong.iter().map(block).collect();

    let faults = faults(&page, Shop::open().await).await;

    assert_eq!(faults.len(), wrong.len(), "{faults:#?}");
    for (fault, (command, _, why)) in faults.iter().zip(&wrong) {
        assert!(fault.contains(command) && fault.contains(why), "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the tools that MIRT_TOOLS names the folder of; .ci/run runbook has them"]
async fn every_other_command_of_the_runbook_is_taken_by_its_tool() {
    let programs = std::env::var("MIRT_TOOLS").unwrap_or_else(|error| panic!("{error}"));
    let mut shop = Shop::open().await;
    let tools = Tools::new(Path::new(&programs), shop.aws_endpoint()).await;
    let (mut faults, mut tried) = (Vec::new(), HashSet::new());

    for step in page::steps(&runbook()) {
        let own = step.command.starts_with("mirt ") || step.command.starts_with("cargo ");
        if own || !tried.insert(step.command.clone()) {
            continue;
        }
        let filled = shop.filled(&step.command).await.and_then(|filled| page::words(&filled));
        let fault = match filled {
            Ok(words) => tools.fault(printed(&words)).await,
            Err(fault) => Some(fault),
        };
        faults.extend(fault.map(|fault| format!("line {}: {}: {fault}", step.line, step.command)));
    }

    assert!(tried.len() > 20, "the commands were found");
    assert_eq!(faults, [""; 0], "{faults:#?}");
    for wrong in ["aws dynamodb delete-table --tablename x", "sam logs --stackname x"] {
        let words = page::words(wrong).unwrap_or_else(|error| panic!("{error}"));
        assert!(tools.fault(&words).await.is_some(), "{wrong} was taken");
    }
}

#[test]
fn every_link_within_the_runbook_leads_to_a_heading_of_it() {
    let page = runbook();
    let headings = page.lines().filter(|line| line.starts_with('#')).map(|line| {
        let text = line.trim_start_matches('#').trim().to_lowercase();
        let letters = text.chars().filter(|c| c.is_alphanumeric() || " -".contains(*c));
        letters.collect::<String>().replace(' ', "-")
    });
    let headings: Vec<String> = headings.collect();

    let links = page.split("](#").skip(1).filter_map(|rest| rest.split(')').next());
    let lost: Vec<&str> =
        links.filter(|link| !headings.iter().any(|heading| heading == link)).collect();

    assert_eq!(lost, [""; 0]);
}

#[test]
fn the_newest_version_of_the_changelog_is_the_one_that_is_built() {
    let path = shop::repository().join("infra/CHANGELOG.md");
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{error}"));

    let newest = text.lines().find_map(|line| line.strip_prefix("## [")).unwrap_or_default();

    // `## [1.2.3] - 2026-11-21`, or `Unreleased` for as long as it is not.
    let (version, when) = newest.split_once("] - ").unwrap_or_default();
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
    let is_day = when.parse::<jiff::civil::Date>().is_ok();
    assert!(is_day || when == "Unreleased", "{newest}");
}
