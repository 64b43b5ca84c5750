//! `mirt catalog add`: six questions, and a product's file.
//!
//! After each answer all files of the shop are checked as they would be with it, by the check that
//! the build runs: what it finds is told at once, and the question is asked again.

use std::{
    fs, io,
    io::{BufRead as _, Write as _},
    path::{Path, PathBuf},
};

use mirt_domain::{catalog::Catalog, content::Content};

use super::{
    CatalogError, Faults,
    draft::{Draft, DraftColor},
};

const ALIASES: &str = "catalog/aliases.toml";

/// A question, and where its answer goes; what cannot even be read is told in words.
struct Question {
    asks: fn(&Catalog) -> String,
    /// Whether the answer goes on until an empty line.
    many_lines: bool,
    takes: fn(&mut Draft, &[String]) -> Result<(), String>,
}

const QUESTIONS: [Question; 6] = [
    Question {
        asks: |_| "1/6 Name as customers read it; other names after ; (Костюм Зірка; зірка)".into(),
        many_lines: false,
        takes: name,
    },
    Question {
        asks: |catalog| {
            let kinds: Vec<&str> = catalog.categories().iter().map(|it| it.key.as_str()).collect();
            format!("2/6 Kind of garment: {}", kinds.join(", "))
        },
        many_lines: false,
        takes: |draft, lines| {
            draft.category = only(lines)?.to_owned();
            Ok(())
        },
    },
    Question {
        asks: |_| "3/6 Sizes and prices in hryvnias (98-104=1590, 110-116=1690)".into(),
        many_lines: false,
        takes: prices,
    },
    Question {
        asks: |_| {
            "4/6 Colours, one a line: colour | article | photo; an empty line ends them".into()
        },
        many_lines: true,
        takes: colors,
    },
    Question {
        asks: |_| {
            "5/6 Fabric; what sets it apart; features of catalog/features.toml (бавовна м'яка; вишита зірка; бавовна, капюшон)".into()
        },
        many_lines: false,
        takes: words,
    },
    Question {
        asks: |_| {
            "6/6 In a photo, in English: fabric; marks; what nothing else has (soft cotton; hood, wide trousers; embroidered star)".into()
        },
        many_lines: false,
        takes: seen,
    },
];

/// Asks, checks, writes the product's file and its other names. Returns the file.
///
/// With somebody at a terminal a wrong answer is asked for again; without, it ends the command.
pub(super) fn run(root: &Path, at_terminal: bool) -> Result<PathBuf, CatalogError> {
    let files = super::read(root)?;
    let content =
        Content::parse(files.clone()).map_err(|faults| CatalogError::Faulty(Faults(faults)))?;
    let catalog = &content.catalog;
    let Some(model) = catalog.products().first() else {
        return Err(CatalogError::Answer("there is no product yet to go by".into()));
    };
    let mut draft = Draft::like(model, catalog);
    let mut input = io::stdin().lock().lines();
    for question in &QUESTIONS {
        loop {
            ask(&(question.asks)(catalog)).map_err(CatalogError::Terminal)?;
            let mut lines = Vec::new();
            loop {
                let Some(line) = input.next() else {
                    if question.many_lines && !lines.is_empty() {
                        break;
                    }
                    return Err(CatalogError::Ended);
                };
                let line = line.map_err(CatalogError::Terminal)?.trim().to_owned();
                if line.is_empty() && question.many_lines && !lines.is_empty() {
                    break;
                }
                lines.push(line);
                if !question.many_lines {
                    break;
                }
            }
            let mut next = draft.clone();
            match (question.takes)(&mut next, &lines).and_then(|()| check(&files, &next)) {
                Ok(()) => {
                    draft = next;
                    break;
                }
                Err(message) if at_terminal => {
                    ask(&format!("    {message}")).map_err(CatalogError::Terminal)?;
                }
                Err(message) => return Err(CatalogError::Answer(message)),
            }
        }
    }
    write(root, &draft)
}

/// Questions go to standard error: standard output has the file's name alone.
fn ask(text: &str) -> io::Result<()> {
    let mut out = io::stderr().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

fn path_of(draft: &Draft) -> String {
    format!("catalog/products/{}.toml", draft.key())
}

/// The shop's files as they would be with the draft.
fn with(files: &[(String, String)], draft: &Draft) -> Result<Vec<(String, String)>, String> {
    let path = path_of(draft);
    let mut files = files.to_vec();
    if files.iter().any(|(name, _)| *name == path) {
        return Err(format!("{path} is already there"));
    }
    for (name, text) in &mut files {
        if name == ALIASES {
            *text = draft.aliases(text).map_err(|error| error.to_string())?;
        }
    }
    files.push((path, draft.to_toml()));
    Ok(files)
}

fn check(files: &[(String, String)], draft: &Draft) -> Result<(), String> {
    match Content::parse(with(files, draft)?) {
        Ok(_) => Ok(()),
        Err(faults) => {
            let messages: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
            Err(messages.join("; "))
        }
    }
}

/// Writes beside the old file first, so that a half-written one is never there.
fn write(root: &Path, draft: &Draft) -> Result<PathBuf, CatalogError> {
    let put = |path: &Path, text: &str| {
        let beside = path.with_extension("toml~");
        fs::write(&beside, text)
            .and_then(|()| fs::rename(&beside, path))
            .map_err(CatalogError::Write)
    };
    let file = root.join(path_of(draft));
    put(&file, &draft.to_toml())?;
    if !draft.other_names.is_empty() {
        let aliases = root.join(ALIASES);
        let text = fs::read_to_string(&aliases).map_err(CatalogError::Read)?;
        let text = draft.aliases(&text).map_err(|error| CatalogError::Answer(error.to_string()))?;
        put(&aliases, &text)?;
    }
    Ok(file)
}

fn only(lines: &[String]) -> Result<&str, String> {
    lines.first().map(String::as_str).filter(|line| !line.is_empty()).ok_or_else(empty)
}

fn empty() -> String {
    "an answer is needed".to_owned()
}

/// Parts of an answer, without what is empty.
fn parts(text: &str, between: char) -> Vec<String> {
    text.split(between).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn name(draft: &mut Draft, lines: &[String]) -> Result<(), String> {
    let mut names = parts(only(lines)?, ';').into_iter();
    draft.name = names.next().ok_or_else(empty)?;
    draft.other_names = names.flat_map(|names| parts(&names, ',')).collect();
    if draft.key().is_empty() { Err("the name has no letters".into()) } else { Ok(()) }
}

fn prices(draft: &mut Draft, lines: &[String]) -> Result<(), String> {
    let read = |pair: String| {
        let told = || format!("\"{pair}\" is not a size and a price, as in 98-104=1590");
        let (size, price) = pair.split_once('=').ok_or_else(told)?;
        let price = price.trim().parse().map_err(|_| told())?;
        Ok((size.trim().to_owned(), price))
    };
    draft.prices = parts(only(lines)?, ',').into_iter().map(read).collect::<Result<_, String>>()?;
    Ok(())
}

fn colors(draft: &mut Draft, lines: &[String]) -> Result<(), String> {
    let read = |line: &String| match parts(line, '|').as_slice() {
        [color, sku, photo] => {
            Ok(DraftColor { color: color.clone(), sku: sku.clone(), photo: photo.clone() })
        }
        _ => Err(format!("\"{line}\" is not a colour, an article and a photo with | between")),
    };
    draft.colors = lines.iter().map(read).collect::<Result<_, String>>()?;
    // An article begins with the product's number in the shop's books; where it does not, the next
    // free number stays.
    let number = draft.colors.first().and_then(|color| color.sku.split('-').next()?.parse().ok());
    if let Some(number) = number {
        draft.id = number;
    }
    Ok(())
}

fn words(draft: &mut Draft, lines: &[String]) -> Result<(), String> {
    match parts(only(lines)?, ';').as_slice() {
        [fabric, special, more @ ..] if more.len() <= 1 => {
            draft.fabric = fabric.clone();
            draft.special = special.clone();
            draft.features = more.iter().flat_map(|features| parts(features, ',')).collect();
            Ok(())
        }
        _ => Err("three parts are needed, with ; between (the features can be left out)".into()),
    }
}

fn seen(draft: &mut Draft, lines: &[String]) -> Result<(), String> {
    match parts(only(lines)?, ';').as_slice() {
        [fabric, marks, only] => {
            draft.seen_fabric = fabric.clone();
            draft.seen_marks = parts(marks, ',');
            draft.seen_only = only.clone();
            Ok(())
        }
        _ => Err("three parts are needed, with ; between".into()),
    }
}
