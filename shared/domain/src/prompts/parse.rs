//! From the files of `prompts/` to [`Prompts`], or to every fault that is in them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    Prompts, instructions,
    keys::TemplateKey,
    literals::literals,
    placeholder::{Kind, Placeholder},
    template::{Segment, Template},
    tone::tone_faults,
};
use crate::{
    diagnostic::{Diagnostic, line_of},
    language::amounts::begins_with_hryvnia,
    state::State,
    version::version_of,
};

/// The folder that the files' paths begin with.
const FOLDER: &str = "prompts/";

/// The line before and after the front matter.
const FENCE: &str = "+++";

/// The line between two bubbles.
const BUBBLE_BREAK: &str = "---";

/// What stands above the texts of a file: for those who write them, and to say what they are for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    title: String,
    /// The state whose texts these are, or
    state: Option<State>,
    /// the topic, named like the file.
    topic: Option<String>,
    /// Read by nobody but the next author.
    #[serde(rename = "notes")]
    _notes: Option<String>,
}

impl Prompts {
    /// Reads and checks the files of the prompts, given as path (`prompts/...`, with `/`) and text,
    /// in any order.
    ///
    /// # Errors
    /// Every fault of every file, ordered by file and line.
    pub fn parse<P: AsRef<str>, T: AsRef<str>>(
        files: impl IntoIterator<Item = (P, T)>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut files: Vec<(P, T)> = files.into_iter().collect();
        files.sort_by(|(one, _), (other, _)| one.as_ref().cmp(other.as_ref()));
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_ref(), text.as_ref())).collect();
        let mut reading = Reading::default();
        let (told, texts): (Vec<_>, Vec<_>) =
            files.iter().copied().partition(|(path, _)| path.starts_with(instructions::FOLDER));
        for (path, text) in texts {
            reading.file(path, text);
        }
        let instructions = instructions::parse(&told).unwrap_or_else(|faults| {
            reading.faults.extend(faults);
            BTreeMap::new()
        });
        reading.check_that_every_key_has_a_text();
        if !reading.faults.is_empty() {
            reading.faults.sort();
            return Err(reading.faults);
        }
        Ok(Self {
            version: version_of(files.iter().copied()),
            files: files.iter().map(|file| (file.0.to_owned(), version_of([*file]))).collect(),
            templates: reading.templates,
            instructions,
        })
    }
}

/// What was read so far.
#[derive(Default)]
struct Reading {
    templates: BTreeMap<TemplateKey, Vec<Template>>,
    faults: Vec<Diagnostic>,
}

/// Some lines of a file.
#[derive(Clone, Copy)]
struct Part<'t> {
    path: &'t str,
    /// The number of its first line.
    line: usize,
    text: &'t str,
}

impl<'t> Part<'t> {
    fn fault(&self, offset: usize, message: impl Into<String>) -> Diagnostic {
        let line = self.line + line_of(self.text, offset) - 1;
        Diagnostic { file: self.path.to_owned(), line, message: message.into() }
    }

    /// Splits the part at every line that is a separator, which belongs to none of the pieces.
    fn split(self, is_separator: impl Fn(&str) -> bool) -> Vec<(Part<'t>, &'t str)> {
        let mut pieces = Vec::new();
        let (mut from, mut offset, mut line, mut from_line) = (0, 0, self.line, self.line);
        let mut heading = "";
        for full in self.text.split_inclusive('\n') {
            let stripped = full.trim_end();
            if is_separator(stripped) {
                pieces.push((
                    Part { line: from_line, text: &self.text[from..offset], ..self },
                    heading,
                ));
                heading = stripped;
                from = offset + full.len();
                from_line = line + 1;
            }
            offset += full.len();
            line += 1;
        }
        pieces.push((Part { line: from_line, text: &self.text[from..], ..self }, heading));
        pieces
    }

    /// The part without blank lines and spaces around its text.
    fn trimmed(self) -> Self {
        let start = self.text.len() - self.text.trim_start().len();
        Self { line: self.line + line_of(self.text, start) - 1, text: self.text.trim(), ..self }
    }
}

impl Reading {
    fn file(&mut self, path: &str, text: &str) {
        let whole = Part { path, line: 1, text };
        let Some(topic) = topic_of(path) else {
            self.faults.push(whole.fault(0, "this is no file that the prompts are read from"));
            return;
        };
        let pieces = whole.split(|line| line == FENCE);
        let [(before, _), (front, _), (body, _)] = pieces[..] else {
            let message = "the file has to begin with its front matter between two lines of +++";
            self.faults.push(whole.fault(0, message));
            return;
        };
        if !before.text.is_empty() {
            self.faults.push(before.fault(0, "nothing may stand before the front matter"));
        }
        self.front_matter(front, topic);
        let sections = body.split(|line| line.starts_with("## "));
        for (section, heading) in sections {
            match heading.strip_prefix("## ") {
                Some(heading) => self.section(section, heading.trim(), topic),
                None if section.text.trim().is_empty() => {}
                None => {
                    let part = section.trimmed();
                    self.faults.push(part.fault(0, "a text has to stand under a ## heading"));
                }
            }
        }
    }

    fn front_matter(&mut self, part: Part<'_>, topic: &str) {
        match toml::from_str::<FrontMatter>(part.text) {
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                self.faults.push(part.fault(at, error.message()));
            }
            Ok(front) => {
                if front.title.trim().is_empty() {
                    self.faults.push(part.fault(0, "the title is empty"));
                }
                if front.state.is_some() == front.topic.is_some() {
                    let message = "the front matter has to name either a state or a topic";
                    self.faults.push(part.fault(0, message));
                }
                if front.topic.is_some_and(|named| named != topic) {
                    let message = format!("the topic has to be \"{topic}\", like the file");
                    self.faults.push(part.fault(0, message));
                }
            }
        }
    }

    fn section(&mut self, part: Part<'_>, heading: &str, topic: &str) {
        // The heading stands on the line above its text.
        let heading_at = Part { line: part.line - 1, text: heading, ..part };
        let (name, number) = match heading.split_once(" #") {
            Some((name, number)) => (name.trim(), number.parse().ok()),
            None => (heading, Some(1)),
        };
        let Ok(key) = name.parse::<TemplateKey>() else {
            self.faults.push(heading_at.fault(0, format!("no text is called \"{name}\"")));
            return;
        };
        if name.split_once('.').is_none_or(|(prefix, _)| prefix != topic) {
            let message = format!("\"{name}\" belongs into another file, named before its dot");
            self.faults.push(heading_at.fault(0, message));
        }
        let template = self.template(part, key);
        let wordings = self.templates.entry(key).or_default();
        if number != Some(wordings.len() + 1) {
            let message = match (number, wordings.len()) {
                (Some(1), _) => format!("\"{name}\" is there twice: call this \"## {name} #2\""),
                (_, taken) => format!("the next wording of \"{name}\" has to be #{}", taken + 1),
            };
            self.faults.push(heading_at.fault(0, message));
        }
        wordings.push(template);
    }

    fn template(&mut self, part: Part<'_>, key: TemplateKey) -> Template {
        let bubbles = part.split(|line| line == BUBBLE_BREAK).into_iter().map(|(bubble, _)| {
            let bubble = bubble.trimmed();
            if bubble.text.is_empty() {
                let message = format!("\"{key}\" has an empty bubble");
                self.faults.push(Part { line: part.line - 1, ..bubble }.fault(0, message));
            }
            self.bubble(bubble, key)
        });
        Template { bubbles: bubbles.collect() }
    }

    fn bubble(&mut self, part: Part<'_>, key: TemplateKey) -> Vec<Segment> {
        let mut segments = Vec::new();
        let mut words_only = String::with_capacity(part.text.len());
        let mut rest = part.text;
        while let Some(brace) = rest.find(['{', '}']) {
            let at = part.text.len() - rest.len() + brace;
            let named = rest[brace..].strip_prefix('{').and_then(|rest| rest.split_once('}'));
            let Some((name, after)) = named.filter(|(name, _)| !name.contains(['{', '\n'])) else {
                self.faults.push(part.fault(at, "a brace without its partner"));
                words_only.push_str(rest);
                return segments;
            };
            let words = &rest[..brace];
            words_only.push_str(words);
            // As long as what it stands for, so that places in the text stay what they are.
            words_only.extend(std::iter::repeat_n('x', name.len() + 2));
            segments.extend((!words.is_empty()).then(|| Segment::Words(words.to_owned())));
            match Self::placeholder(part, at, name, after, key) {
                Ok(placeholder) => segments.push(Segment::Fact(placeholder)),
                Err(fault) => self.faults.push(fault),
            }
            rest = after;
        }
        words_only.push_str(rest);
        segments.extend((!rest.is_empty()).then(|| Segment::Words(rest.to_owned())));
        self.words(Part { text: &words_only, ..part });
        segments
    }

    /// Takes a name in braces that the text may use.
    fn placeholder(
        part: Part<'_>,
        at: usize,
        name: &str,
        after: &str,
        key: TemplateKey,
    ) -> Result<Placeholder, Diagnostic> {
        let Ok(placeholder) = name.parse::<Placeholder>() else {
            return Err(part.fault(at, format!("there is no placeholder {{{name}}}")));
        };
        if !key.placeholders().contains(&placeholder) {
            let message = format!("\"{key}\" is not given {{{name}}}");
            return Err(part.fault(at, message));
        }
        let has_unit = begins_with_hryvnia(&after.trim_start().to_lowercase());
        if placeholder.kind() == Kind::Money && has_unit {
            return Err(part.fault(at, format!("{{{name}}} brings its own грн")));
        }
        Ok(placeholder)
    }

    /// Checks the words of a bubble.
    fn words(&mut self, part: Part<'_>) {
        let numbers = literals(part.text).into_iter().map(|(at, it)| (at, it.to_string()));
        let tone = tone_faults(part.text).into_iter().map(|(at, it)| (at, it.to_string()));
        self.faults.extend(numbers.chain(tone).map(|(at, message)| part.fault(at, message)));
    }

    fn check_that_every_key_has_a_text(&mut self) {
        for key in TemplateKey::ALL {
            if !self.templates.contains_key(key) {
                let topic = key.as_str().split('.').next().unwrap_or_default();
                self.faults.push(Diagnostic {
                    file: format!("{FOLDER}{topic}.md"),
                    line: 1,
                    message: format!("\"{key}\" has no text: write it under \"## {key}\""),
                });
            }
        }
    }
}

/// The topic that a file is about, from its name.
fn topic_of(path: &str) -> Option<&str> {
    let topic = path.strip_prefix(FOLDER)?.strip_suffix(".md")?.rsplit('/').next()?;
    (!topic.is_empty()).then_some(topic)
}
