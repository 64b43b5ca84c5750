//! What the runbook's page says: its commands, and what each shows and ends with.

/// A command in a fenced block.
#[derive(Debug)]
pub(super) struct Step {
    /// Its line on the page.
    pub(super) line: usize,
    /// As it stands there.
    pub(super) command: String,
    /// Words that its output has, by the page.
    pub(super) shows: Vec<String>,
    /// The exit codes that it may have, by the page.
    pub(super) ends: Vec<i32>,
}

/// The commands of a page, in its order. What is said of a block behind it is said of its last command.
pub(super) fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((_, line)) = lines.next() {
        if line.trim() != "```sh" {
            assert!(!line.trim_start().starts_with("```"), "a block that is not sh: {line}");
            continue;
        }
        let mut is_continued = false;
        for (number, line) in lines.by_ref().take_while(|(_, line)| line.trim() != "```") {
            let text = line.trim().trim_end_matches('\\').trim_end();
            match steps.last_mut().filter(|_| is_continued) {
                Some(step) => step.command = format!("{} {text}", step.command),
                None if text.is_empty() => {}
                None => steps.push(Step {
                    line: number + 1,
                    command: text.to_owned(),
                    shows: Vec::new(),
                    ends: vec![0],
                }),
            }
            is_continued = line.ends_with('\\');
        }
        // One empty line, then the paragraph.
        let said = lines.clone().map(|(_, line)| line).find(|line| !line.trim().is_empty());
        if let (Some(step), Some(said)) = (steps.last_mut(), said) {
            for sentence in said.split_inclusive(". ") {
                if sentence.trim_start().starts_with("Shows ") {
                    step.shows = quoted(sentence);
                } else if sentence.trim_start().starts_with("Ends with ") {
                    step.ends =
                        quoted(sentence).iter().filter_map(|end| end.parse().ok()).collect();
                }
            }
        }
    }
    steps
}

/// What stands between backticks.
fn quoted(sentence: &str) -> Vec<String> {
    sentence.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The words in CAPITALS of a command, for which something has to be put in.
pub(super) fn placeholders(command: &str) -> Vec<&str> {
    command.split(|c: char| !is_of_a_name(c)).filter(|word| is_placeholder(word)).collect()
}

/// The command with `value` in the place of a word.
pub(super) fn filled(command: &str, word: &str, value: &str) -> String {
    let mut out = String::new();
    let mut rest = command;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let is_whole = !before.ends_with(is_of_a_name) && !after.starts_with(is_of_a_name);
        out.push_str(before);
        out.push_str(if is_whole { value } else { word });
        rest = after;
    }
    out + rest
}

fn is_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_placeholder(word: &str) -> bool {
    let is_capital = |c: char| c.is_ascii_uppercase() || c == '_';
    word.len() > 2 && word.chars().all(is_capital)
}

/// The words of a command, as a shell divides them; what it would do with anything else is not known
/// here, and a fault.
pub(super) fn words(command: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in command.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (None, '$' | '|' | ';' | '&' | '*' | '?' | '(' | '<' | '`') => {
                return Err(format!("{c} is more than a command"));
            }
            (None, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if quote.is_some() { Err("a quote is open".to_owned()) } else { Ok(words) }
}

#[test]
fn a_page_is_taken_apart_into_commands_with_what_they_show_and_end_with() {
    let page = "Text.\n\n```sh\nmirt one \\\n  two\nmirt three\n```\n\nShows `a b`, `c`. Ends with `0` or `1`. See `d`.\n";

    let steps = steps(page);

    let commands: Vec<_> = steps.iter().map(|step| (step.line, step.command.as_str())).collect();
    assert_eq!(commands, [(4, "mirt one two"), (6, "mirt three")]);
    assert_eq!((steps[0].shows.len(), &steps[0].ends), (0, &vec![0]));
    assert_eq!((&steps[1].shows, &steps[1].ends), (&vec!["a b".into(), "c".into()], &vec![0, 1]));
}

#[test]
fn only_whole_words_in_capitals_are_filled() {
    let command = "mirt show USER --stack STACK-USERS /lambda/STACK-x NO";

    assert_eq!(placeholders(command), ["USER", "STACK", "USERS", "STACK"]);
    assert_eq!(filled(command, "USER", "7"), "mirt show 7 --stack STACK-USERS /lambda/STACK-x NO");
    assert_eq!(words("a 'b c' \"d\"  e"), Ok(["a", "b c", "d", "e"].map(str::to_owned).into()));
    assert!(words("a | b").is_err() && words("a 'b").is_err());
}
