//! Parts of traces, told to the daemon of AWS X-Ray that Lambda runs beside a function.
//!
//! Each is one datagram, sent without waiting: a trace that gets lost costs nobody anything. What is
//! told stands in the message's own trace, below the segment that Lambda makes for the webhook, so
//! that one trace shows a message from its coming in to its reply.
//!
//! Source: X-Ray developer guide, "Sending trace data to X-Ray" and "Segment documents".

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, UdpSocket},
};

use jiff::Timestamp;
use mirt_engine::trace::Trace;
use serde_json::{Value, json};

use crate::settings::{SettingError, Settings};

/// The setting that turns it on.
const SETTING: &str = "MIRT_TRACES";

/// Where Lambda says that the daemon is.
const DAEMON: &str = "AWS_XRAY_DAEMON_ADDRESS";

/// What every datagram begins with.
const HEADER: &str = r#"{"format":"json","version":1}"#;

/// Something that took its time, in a trace.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// What it was.
    pub name: &'static str,
    /// When it began.
    pub began: Timestamp,
    /// When it was over.
    pub ended: Timestamp,
}

/// The daemon.
#[derive(Debug)]
pub struct XRay {
    socket: UdpSocket,
    daemon: SocketAddr,
}

impl XRay {
    /// As the settings say: `off`, which it is where nothing is set, or `xray`. Where the daemon
    /// cannot be reached there are no traces, and a line in the log.
    ///
    /// # Errors
    /// When the setting is neither.
    pub fn from_settings(settings: &Settings) -> Result<Option<Self>, SettingError> {
        match settings.get(SETTING) {
            None | Some("off") => Ok(None),
            Some("xray") => {
                let daemon = settings.get(DAEMON).and_then(daemon_address);
                let xray = daemon.and_then(|daemon| Self::to(daemon).ok());
                if xray.is_none() {
                    tracing::warn!(event = "degraded", what = "traces_not_sent");
                }
                Ok(xray)
            }
            Some(_) => {
                Err(SettingError::Unreadable { name: SETTING.to_owned(), expected: "off or xray" })
            }
        }
    }

    /// Traces for the daemon at this address.
    fn to(daemon: SocketAddr) -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket, daemon })
    }

    /// Tells of `whole` and of what it consisted of, if the trace is one of those that are kept.
    pub fn tell(&self, trace: Option<&Trace>, whole: Part, parts: &[Part], is_failed: bool) {
        let Some(document) = trace.and_then(|trace| document(trace, whole, parts, is_failed))
        else {
            return;
        };
        let datagram = format!("{HEADER}\n{document}");
        // Nobody waits for it, and nobody misses it.
        let _ = self.socket.send_to(datagram.as_bytes(), self.daemon);
    }
}

/// The daemon's address for datagrams: `127.0.0.1:2000`, or `tcp:… udp:127.0.0.1:2000`.
fn daemon_address(text: &str) -> Option<SocketAddr> {
    let for_datagrams = text.split_whitespace().find_map(|part| part.strip_prefix("udp:"));
    for_datagrams.unwrap_or(text).parse().ok()
}

/// A subsegment with its parts; nothing for a trace that is not kept, or has no segment to stand
/// below.
fn document(trace: &Trace, whole: Part, parts: &[Part], is_failed: bool) -> Option<Value> {
    let parent = trace.parent.as_deref().filter(|_| trace.is_sampled)?;
    let mut document = subsegment(whole);
    document["type"] = "subsegment".into();
    document["trace_id"] = trace.id.to_string().into();
    document["parent_id"] = parent.into();
    document["fault"] = is_failed.into();
    document["subsegments"] = parts.iter().copied().map(subsegment).collect();
    Some(document)
}

fn subsegment(Part { name, began, ended }: Part) -> Value {
    json!({
        "name": name,
        "id": format!("{:016x}", fastrand::u64(..)),
        "start_time": seconds(began),
        "end_time": seconds(ended),
    })
}

/// Seconds since 1970 with a fraction, as X-Ray takes them: to the microsecond.
fn seconds(at: Timestamp) -> Value {
    let (seconds, micros) = (at.as_second(), at.subsec_microsecond());
    // A number that was just written is one.
    format!("{seconds}.{micros:06}").parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLED: &str =
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

    fn part(name: &'static str, from: i64, to: i64) -> Part {
        let at = |micros| Timestamp::from_microsecond(micros).unwrap_or_default();
        Part { name, began: at(from), ended: at(to) }
    }

    #[test]
    fn a_subsegment_has_what_the_daemon_wants_and_its_parts_within() {
        let trace = SAMPLED.parse().ok();
        let whole = part("turn", 1_795_244_400_000_250, 1_795_244_401_500_000);
        let read = part("read", 1_795_244_400_000_250, 1_795_244_400_010_000);

        let document = trace.and_then(|trace| document(&trace, whole, &[read], false));

        let document = document.unwrap_or_default();
        assert_eq!(document["name"], "turn");
        assert_eq!(document["trace_id"], "1-5759e988-bd862e3fe1be46a994272793");
        assert_eq!(document["parent_id"], "53995c3f42cd8ad8");
        assert_eq!(document["start_time"].to_string(), "1795244400.00025");
        assert_eq!(document["subsegments"][0]["end_time"].to_string(), "1795244400.01");
        assert!(document["id"].as_str().is_some_and(|id| id.len() == 16), "{document}");
    }

    #[test]
    fn what_is_not_kept_or_stands_below_nothing_is_not_told() {
        let whole = part("turn", 0, 1);
        for header in [SAMPLED.replace("Sampled=1", "Sampled=0"), SAMPLED.replace("Parent", "P")] {
            let told = header.parse().ok().and_then(|trace| document(&trace, whole, &[], false));
            assert_eq!(told, None, "{header}");
        }
    }

    #[test]
    fn the_daemon_is_where_lambda_or_the_daemons_own_settings_say() {
        let expected = "127.0.0.2:2001".parse().ok();

        assert_eq!(daemon_address("127.0.0.2:2001"), expected);
        assert_eq!(daemon_address("tcp:127.0.0.1:2000 udp:127.0.0.2:2001"), expected);
        assert_eq!(daemon_address("?"), None);
    }

    #[test]
    fn only_off_and_xray_are_settings() {
        let read = |value: &str| {
            let pairs = [(SETTING, value), (DAEMON, "127.0.0.1:2000")];
            let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
            Settings::from_variables(pairs).and_then(|settings| XRay::from_settings(&settings))
        };

        assert!(read("off").is_ok_and(|xray| xray.is_none()));
        assert!(read("xray").is_ok_and(|xray| xray.is_some()));
        assert!(read("jaeger").is_err());
    }
}
