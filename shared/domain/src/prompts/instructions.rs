//! What the model is told: texts under `prompts/model/`, one file a part or a state.
//!
//! A file begins with front matter in TOML between two lines of `+++`; what follows goes to the
//! model as it stands. Placeholders in it are examples for the model and are not filled in.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{literals::literals, placeholder::Placeholder};
use crate::{
    diagnostic::{Diagnostic, line_of},
    language::promises::PROMISES,
    state::State,
};

/// The folder of the files.
pub(super) const FOLDER: &str = "prompts/model/";

/// The line before and after the front matter.
const FENCE: &str = "+++";

/// The longest text, in characters: every call of the model pays for it.
pub(super) const MAX_CHARS: usize = 4_000;

/// The shop's [`PROMISES`] in the model's language, in small letters. Telling the model not to promise
/// needs such words, so a sentence with a word of [`DENIALS`] may hold them.
const ENGLISH_PROMISES: [&str; 4] = ["free delivery", "discount", "gift", "guarantee"];

/// Words that make a sentence a prohibition.
const DENIALS: [&str; 4] = ["never", "no ", "not ", "не "];

macro_rules! instructions {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal;)+) => {
        /// A part of what the model is told.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum Instruction {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+
        }

        impl Instruction {
            /// Every part; `prompts/model/` holds a file for each.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name of its file, without its ending.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

instructions! {
    /// Who the assistant is and how it writes.
    Persona = "persona";
    /// What to read out of a message.
    Reading = "reading";
    /// How to word an answer.
    Wording = "wording";
    /// How to read photos.
    Photos = "photos";
    /// How to write to a customer who has been silent.
    FollowUp = "follow_up";
    /// How to sum up a conversation.
    Summary = "summary";
    /// The state of the same name, and so on.
    Init = "init";
    /// Looking for something.
    Discovery = "discovery";
    /// A photo is on the table.
    Vision = "vision";
    /// Size and colour.
    SizeColor = "size_color";
    /// An offer.
    Offer = "offer";
    /// Order and payment.
    Payment = "payment";
    /// One more thing.
    Upsell = "upsell";
    /// Farewell.
    End = "end";
    /// A complaint.
    Complaint = "complaint";
    /// Something else.
    OutOfDomain = "ood";
    /// A part of a day of Telegram's history.
    DigestPart = "digest_part";
    /// A day of Telegram's history.
    Digest = "digest";
}

impl Instruction {
    /// What the model is told about a state.
    #[must_use]
    pub const fn of(state: State) -> Self {
        match state {
            State::Init => Self::Init,
            State::Discovery => Self::Discovery,
            State::Vision => Self::Vision,
            State::SizeColor => Self::SizeColor,
            State::Offer => Self::Offer,
            State::PaymentDelivery => Self::Payment,
            State::Upsell => Self::Upsell,
            State::End => Self::End,
            State::Complaint => Self::Complaint,
            State::OutOfDomain => Self::OutOfDomain,
        }
    }
}

impl fmt::Display for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What stands above a text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    title: String,
    /// Read by nobody but the next author.
    #[serde(rename = "notes")]
    _notes: Option<String>,
}

/// The texts, or every fault that is in their files.
pub(super) fn parse(
    files: &[(&str, &str)],
) -> Result<BTreeMap<Instruction, String>, Vec<Diagnostic>> {
    let mut texts = BTreeMap::new();
    let mut faults = Vec::new();
    for (path, text) in files {
        match file(path, text) {
            Ok((part, text)) => {
                texts.insert(part, text);
            }
            Err(found) => faults.extend(found),
        }
    }
    let missing = Instruction::ALL.iter().filter(|part| !texts.contains_key(part));
    if faults.is_empty() {
        faults.extend(missing.map(|part| Diagnostic {
            file: format!("{FOLDER}{part}.md"),
            line: 1,
            message: "the model has to be told this".to_owned(),
        }));
    }
    if faults.is_empty() { Ok(texts) } else { Err(faults) }
}

fn file(path: &str, text: &str) -> Result<(Instruction, String), Vec<Diagnostic>> {
    let fault = |offset: usize, message: String| Diagnostic {
        file: path.to_owned(),
        line: line_of(text, offset),
        message,
    };
    let name = path.strip_prefix(FOLDER).and_then(|name| name.strip_suffix(".md"));
    let part = Instruction::ALL.iter().find(|part| Some(part.as_str()) == name);
    let Some(part) = part else {
        return Err(vec![fault(0, "the model is told nothing of this name".to_owned())]);
    };
    let pieces = text.strip_prefix(FENCE).and_then(|rest| rest.split_once("\n+++\n"));
    let Some((front, body)) = pieces else {
        let message = "the file has to begin with its front matter between two lines of +++";
        return Err(vec![fault(0, message.to_owned())]);
    };
    let mut faults = Vec::new();
    match toml::from_str::<FrontMatter>(front) {
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            faults.push(fault(FENCE.len() + at, error.message().to_owned()));
        }
        Ok(front) if front.title.trim().is_empty() => {
            faults.push(fault(0, "the title is empty".to_owned()));
        }
        Ok(_) => {}
    }
    let offset = text.len() - body.len();
    faults.extend(words(body).into_iter().map(|(at, message)| fault(offset + at, message)));
    let body = body.trim();
    if body.is_empty() {
        faults.push(fault(offset, "the text is empty".to_owned()));
    }
    if faults.is_empty() { Ok((*part, body.to_owned())) } else { Err(faults) }
}

/// What is wrong with a text, each with its byte.
fn words(text: &str) -> Vec<(usize, String)> {
    let mut faults: Vec<(usize, String)> =
        literals(text).into_iter().map(|(at, literal)| (at, literal.to_string())).collect();
    let chars = text.chars().count();
    if chars > MAX_CHARS {
        faults.push((0, format!("the text has {chars} characters, more than {MAX_CHARS}")));
    }
    let mut at = 0;
    while let Some(brace) = text[at..].find(['{', '}']).map(|brace| at + brace) {
        let name = text[brace..].strip_prefix('{').and_then(|rest| rest.split_once('}'));
        match name {
            Some((name, _)) if name.parse::<Placeholder>().is_ok() => {
                at = brace + name.len() + 2;
            }
            Some((name, _)) if !name.contains(['{', '\n']) => {
                faults.push((brace, format!("there is no placeholder {{{name}}}")));
                at = brace + name.len() + 2;
            }
            _ => {
                faults.push((brace, "a brace without its partner".to_owned()));
                at = brace + 1;
            }
        }
    }
    let mut at = 0;
    for sentence in text.split_inclusive(['.', '\n']) {
        let lower = sentence.to_lowercase();
        let promise =
            ENGLISH_PROMISES.iter().chain(&PROMISES).find(|promise| lower.contains(**promise));
        if let Some(promise) = promise
            && !DENIALS.iter().any(|denial| lower.contains(denial))
        {
            faults.push((at, format!("\"{promise}\" is a promise: policies are the catalogue's")));
        }
        at += sentence.len();
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(body: &str) -> Vec<String> {
        let text = format!("+++\ntitle = \"x\"\n+++\n{body}");
        match file("prompts/model/end.md", &text) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn a_text_for_the_model_is_checked_like_a_customers() {
        for (body, message) in [
            ("It costs 1790 грн.", "a literal price"),
            ("Offer 110-116.", "a literal size"),
            ("Pay to UA111111111111111111111111111.", "a bank account"),
            ("Write {prise}.", "no placeholder {prise}"),
            ("Write {price.", "a brace without its partner"),
            ("Offer a discount.", "is a promise"),
            ("", "the text is empty"),
        ] {
            let found = faults(body);
            assert!(found.iter().any(|fault| fault.contains(message)), "{body}: {found:?}");
        }
        assert_eq!(faults("Be kind. Never offer a discount. Copy {price}."), [""; 0]);
        assert!(!faults(&"a ".repeat(MAX_CHARS)).is_empty());
    }

    #[test]
    fn a_fault_is_told_with_its_line() {
        assert_eq!(
            faults("Fine.\n1790 грн"),
            ["prompts/model/end.md:5: a literal price: write a placeholder"]
        );
    }

    #[test]
    fn a_file_that_is_none_of_ours_and_one_that_is_missing_are_told() {
        let text = "+++\ntitle = \"x\"\n+++\nx";

        assert!(file("prompts/model/other.md", text).is_err());
        let missing = parse(&[("prompts/model/end.md", text)]).err().unwrap_or_default();
        assert_eq!(missing.len(), Instruction::ALL.len() - 1);
    }
}
