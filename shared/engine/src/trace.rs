//! Which request something comes of: named in logs and traces from the webhook to the delivery.
//!
//! The form is that of AWS X-Ray, whose ids Lambda gives to each request whether it traces it or not.
//! Source: X-Ray developer guide, "Tracing header": `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=…;Sampled=1`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The id of a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TraceId(String);

/// A request, and where in it something was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Trace {
    /// The request.
    pub id: TraceId,
    /// The segment of the trace below which the rest of it stands: 16 hexadecimal digits.
    pub parent: Option<String>,
    /// Whether the request is one of those that are traced.
    pub is_sampled: bool,
}

/// Text that is no trace.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a tracing header of X-Ray")]
pub struct InvalidTrace;

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl FromStr for TraceId {
    type Err = InvalidTrace;

    fn from_str(text: &str) -> Result<Self, InvalidTrace> {
        let parts: Vec<_> = text.split('-').collect();
        match parts.as_slice() {
            ["1", time, random] if is_hex(time, 8) && is_hex(random, 24) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(InvalidTrace),
        }
    }
}

impl FromStr for Trace {
    type Err = InvalidTrace;

    fn from_str(header: &str) -> Result<Self, InvalidTrace> {
        let field = |name| {
            let fields = header.split(';').filter_map(|field| field.trim().split_once('='));
            fields.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
        };
        Ok(Self {
            id: field("Root").ok_or(InvalidTrace)?.parse()?,
            parent: field("Parent").filter(|id| is_hex(id, 16)).map(str::to_owned),
            is_sampled: field("Sampled") == Some("1"),
        })
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Trace {
    /// As a header.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Root={}", self.id)?;
        if let Some(parent) = &self.parent {
            write!(f, ";Parent={parent}")?;
        }
        write!(f, ";Sampled={}", u8::from(self.is_sampled))
    }
}

impl TryFrom<String> for TraceId {
    type Error = InvalidTrace;

    fn try_from(text: String) -> Result<Self, InvalidTrace> {
        text.parse()
    }
}

impl From<TraceId> for String {
    fn from(id: TraceId) -> Self {
        id.0
    }
}

impl TryFrom<String> for Trace {
    type Error = InvalidTrace;

    fn try_from(header: String) -> Result<Self, InvalidTrace> {
        header.parse()
    }
}

impl From<Trace> for String {
    fn from(trace: Trace) -> Self {
        trace.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

    #[test]
    fn a_header_is_read_as_it_is_written_whatever_else_is_in_it() {
        let trace: Option<Trace> = HEADER.parse().ok();
        let more = format!("Self=1-67891234-12456789abcdef012345678;{HEADER};Lineage=a:1");

        assert_eq!(trace.as_ref().map(Trace::to_string).as_deref(), Some(HEADER));
        assert_eq!(more.parse().ok(), trace);
    }

    #[test]
    fn what_is_no_header_is_no_trace_and_a_parent_that_is_none_is_left_out() {
        for bad in ["", "Root=", "Root=1-5759e988-bd86", "Root=x-5759e988-bd862e3fe1be46a994272793"]
        {
            assert_eq!(bad.parse::<Trace>(), Err(InvalidTrace), "{bad}");
        }
        let odd = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=?;Sampled=?";
        let read = odd.parse::<Trace>().map(|trace| (trace.parent, trace.is_sampled));
        assert_eq!(read, Ok((None, false)));
    }
}
