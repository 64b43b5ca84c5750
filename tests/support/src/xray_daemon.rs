//! In the place of the daemon of AWS X-Ray.

use std::{io::ErrorKind, net::UdpSocket, time::Duration};

use serde_json::{Value, json};

/// How long a test waits for what was sent.
const PATIENCE: Duration = Duration::from_secs(20);

/// Takes datagrams, and checks that they are as the daemon wants them.
pub struct Daemon {
    socket: UdpSocket,
    address: String,
}

impl Daemon {
    /// Starts one on a free port.
    ///
    /// # Panics
    /// When there is none.
    pub fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        socket.set_read_timeout(Some(PATIENCE)).expect("a time to wait");
        let address = socket.local_addr().expect("an address").to_string();
        Self { socket, address }
    }

    /// Where it is.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The next document.
    ///
    /// # Panics
    /// When none comes, or the daemon would not take it.
    pub fn document(&self) -> Value {
        let mut bytes = vec![0; 65_536];
        let length = self.socket.recv(&mut bytes).expect("a datagram");
        let text = String::from_utf8(bytes[..length].to_vec()).expect("text");
        let (header, document) = text.split_once('\n').expect("a header, then a document");
        let header: Value = serde_json::from_str(header).expect("a header of JSON");
        assert_eq!(header, json!({ "format": "json", "version": 1 }));
        let document: Value = serde_json::from_str(document).expect("a document of JSON");
        check(&document);
        let is_id =
            |name: &str, digits| is_hex(document[name].as_str().unwrap_or_default(), digits);
        assert!(is_id("parent_id", 16) && document["type"] == "subsegment", "{document:#}");
        assert_eq!(document["trace_id"].as_str().map(str::len), Some(35), "{document:#}");
        document
    }

    /// Whether nothing has come that was not taken.
    ///
    /// # Panics
    /// When it cannot be looked.
    pub fn has_nothing(&self) -> bool {
        self.socket.set_nonblocking(true).expect("a look without waiting");
        self.socket.recv(&mut [0; 8]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }
}

/// What every segment and subsegment has.
fn check(document: &Value) {
    let id = document["id"].as_str().unwrap_or_default();
    assert!(is_hex(id, 16), "{document:#}");
    assert!(document["name"].as_str().is_some_and(|name| !name.is_empty()), "{document:#}");
    let times = (document["start_time"].as_f64(), document["end_time"].as_f64());
    assert!(times.0.is_some() && times.0 <= times.1, "{document:#}");
    for part in document["subsegments"].as_array().into_iter().flatten() {
        check(part);
    }
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
