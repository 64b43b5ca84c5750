//! What a ManyChat account is set up for: fields and tags must exist there, and a quick reply needs
//! something that takes its tap.

use mirt_domain::marks::Mark;

/// What is sent beside messages.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The names of the fields and tags that exist in the account.
    pub marks: Vec<&'static str>,
    /// What takes the tap on a quick reply.
    pub taps: Taps,
}

/// What takes the tap on a quick reply (ManyChat's documentation of dynamic content).
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Taps {
    /// Nothing: answers are shown as a numbered list.
    #[default]
    None,
    /// A node of the flow that is running, by its name.
    Node(String),
    /// A flow, by its namespace.
    Flow(String),
    /// Our own webhook, which answers with a block.
    Callback {
        /// Its address.
        url: String,
        /// What it wants in `X-ManyChat-Token`.
        token: String,
    },
}

/// A setting that cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOption {
    /// No such field or tag.
    #[error("{0:?} is no field or tag; there are: {all}", all = Mark::NAMES.join(", "))]
    UnknownMark(String),
    /// No such form of quick replies.
    #[error("quick replies are none, node:NAME, flow:NAMESPACE or callback:URL")]
    UnknownTaps,
    /// A callback without the token that it must present.
    #[error("quick replies by callback need manychat_callback_token in the channels' secret")]
    NoToken,
}

impl Options {
    /// Reads `marks` (names between commas) and `taps` (`none`, `node:NAME`, `flow:NAMESPACE` or
    /// `callback:URL`, which needs `token`).
    ///
    /// # Errors
    /// [`InvalidOption`] says what is wrong.
    pub fn parse(marks: &str, taps: &str, token: Option<&str>) -> Result<Self, InvalidOption> {
        let names = marks.split(',').map(str::trim).filter(|name| !name.is_empty());
        let marks = names
            .map(|name| {
                let known = Mark::NAMES.into_iter().find(|known| *known == name);
                known.ok_or_else(|| InvalidOption::UnknownMark(name.to_owned()))
            })
            .collect::<Result<_, _>>()?;
        let taps = match taps.trim().split_once(':') {
            None if matches!(taps.trim(), "" | "none") => Taps::None,
            Some(("node", target)) if !target.is_empty() => Taps::Node(target.to_owned()),
            Some(("flow", target)) if !target.is_empty() => Taps::Flow(target.to_owned()),
            Some(("callback", url)) if url.starts_with("https://") => Taps::Callback {
                url: url.to_owned(),
                token: token.ok_or(InvalidOption::NoToken)?.to_owned(),
            },
            _ => return Err(InvalidOption::UnknownTaps),
        };
        Ok(Self { marks, taps })
    }

    /// Whether the account has this field or tag.
    pub(crate) fn takes(&self, mark: &Mark) -> bool {
        self.marks.contains(&mark.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_no_mark_has_is_named() {
        let unknown = Options::parse("ai_state, ai_stage", "", None).err();

        assert_eq!(unknown, Some(InvalidOption::UnknownMark("ai_stage".to_owned())));
    }

    #[test]
    fn a_callback_needs_an_address_and_a_token() {
        let https = "callback:https://shop.example/webhooks/manychat/block";

        assert!(Options::parse("", https, Some("t")).is_ok());
        assert_eq!(Options::parse("", https, None).err(), Some(InvalidOption::NoToken));
        let http = Options::parse("", "callback:http://shop.example", Some("t"));
        assert_eq!(http.err(), Some(InvalidOption::UnknownTaps));
    }
}
