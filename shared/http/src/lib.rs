//! The one HTTP client of a process: the AWS SDK and the channels share its connections and its
//! TLS stack.
//!
//! TLS is rustls on ring with bundled roots. The default stack seeds itself with CPU jitter at the
//! first handshake, about 37 ms of CPU at every cold start (measured; `spec/rust-lambda.md`).

mod answer;

use std::{net::SocketAddr, sync::Arc, time::Duration};

pub use answer::{ReadError, read, rest, retry_after};

/// How long a connection may take to open. Per-call timeouts are set by each caller.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long an idle connection is kept: below the 60 s after which AWS's side may drop it.
const IDLE_TIMEOUT: Duration = Duration::from_secs(50);

/// The client could not be built.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The TLS library does not support what we ask of it.
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
    /// The HTTP library refused the configuration.
    #[error("the HTTP client cannot be set up")]
    Http(#[from] reqwest::Error),
}

/// Builds the client. Do it once a process, before the first request.
///
/// Redirects are not followed: no service that we call has a reason to send our credentials
/// elsewhere.
///
/// # Errors
/// When the libraries do not accept the configuration; it does not depend on the outside.
pub fn client() -> Result<reqwest::Client, ClientError> {
    Ok(builder()?.build()?)
}

/// Builds a client that connects to a host at these addresses and no others: what was found out
/// about them holds for the connection too, whatever the name means a moment later.
///
/// # Errors
/// As [`client`].
pub fn client_to(host: &str, addresses: &[SocketAddr]) -> Result<reqwest::Client, ClientError> {
    Ok(builder()?.resolve_to_addrs(host, addresses).build()?)
}

fn builder() -> Result<reqwest::ClientBuilder, ClientError> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()?
    .with_root_certificates(roots)
    .with_no_client_auth();
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(concat!("mirt/", env!("CARGO_PKG_VERSION"))))
}
