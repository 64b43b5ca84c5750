//! Fetching a photo from a link that a customer sent.

use std::{future::Future, net::SocketAddr, time::Duration};

use mirt_http::ReadError;
use reqwest::{StatusCode, header::LOCATION};
use url::{Host, Url};

use crate::address::is_public;

/// How many redirects are followed.
const MOST_REDIRECTS: usize = 3;

/// The largest photo that is read, in bytes.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;

/// How long a photo may take, redirects included.
pub const LONGEST: Duration = Duration::from_secs(20);

/// The one port of https.
const PORT: u16 = 443;

/// Why there is no photo. No address is in it: links to private CDNs open what they lead to.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The link leads where no photo of a customer is: not https, another port, a private network.
    #[error("the link is refused: {0}")]
    Refused(&'static str),
    /// Nothing came, or not in time.
    #[error("the photo could not be fetched")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It is larger than [`MOST_BYTES`].
    #[error("the photo is too large")]
    TooLarge,
}

/// Finds the addresses of a name.
pub trait Resolve: Send + Sync {
    /// All addresses of a host.
    ///
    /// # Errors
    /// When the name has none.
    fn resolve(&self, host: &str) -> impl Future<Output = std::io::Result<Vec<SocketAddr>>> + Send;
}

/// What came from an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Got {
    /// A body, whole.
    Body(Vec<u8>),
    /// A redirect to here.
    Redirect(String),
}

/// Gets what is at an address.
pub trait Get: Send + Sync {
    /// Gets `url` from one of `addresses` and from nowhere else, following nothing, and reads no
    /// more than [`MOST_BYTES`].
    ///
    /// # Errors
    /// When nothing came, or too much.
    fn get(
        &self,
        url: &Url,
        addresses: &[SocketAddr],
    ) -> impl Future<Output = Result<Got, FetchError>> + Send;
}

/// The machine's own resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Resolve for System {
    async fn resolve(&self, host: &str) -> std::io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, PORT)).await?.collect())
    }
}

/// Gets over https, with a client of its own for each address that was checked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Https;

impl Get for Https {
    async fn get(&self, url: &Url, addresses: &[SocketAddr]) -> Result<Got, FetchError> {
        let unavailable =
            |error: reqwest::Error| FetchError::Unavailable(Box::new(error.without_url()));
        let host = url.host_str().unwrap_or_default();
        let client = mirt_http::client_to(host, addresses)
            .map_err(|error| FetchError::Unavailable(Box::new(error)))?;
        let response = client.get(url.clone()).send().await.map_err(unavailable)?;
        let status = response.status();
        if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
            let to = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            return to
                .map(|to| Got::Redirect(to.to_owned()))
                .ok_or(FetchError::Refused("a redirect to nowhere"));
        }
        if !status.is_success() {
            let status = format!("status {}", status.as_u16());
            return Err(FetchError::Unavailable(status.into()));
        }
        if response.content_length().is_some_and(|length| length > MOST_BYTES as u64) {
            return Err(FetchError::TooLarge);
        }
        mirt_http::read(response, MOST_BYTES).await.map(Got::Body).map_err(|error| match error {
            ReadError::TooLong => FetchError::TooLarge,
            broken_off => FetchError::Unavailable(broken_off.into()),
        })
    }
}

/// Fetches the photo at a link.
///
/// # Errors
/// [`FetchError`] says whether the link itself is to blame.
pub async fn fetch<R: Resolve, G: Get>(
    resolver: &R,
    getter: &G,
    link: &str,
) -> Result<Vec<u8>, FetchError> {
    match tokio::time::timeout(LONGEST, follow(resolver, getter, link)).await {
        Ok(fetched) => fetched,
        Err(_) => Err(FetchError::Unavailable("it took too long".into())),
    }
}

async fn follow<R: Resolve, G: Get>(
    resolver: &R,
    getter: &G,
    link: &str,
) -> Result<Vec<u8>, FetchError> {
    let mut url = Url::parse(link).map_err(|_| FetchError::Refused("no link"))?;
    for _ in 0..=MOST_REDIRECTS {
        let addresses = checked(resolver, &url).await?;
        match getter.get(&url, &addresses).await? {
            Got::Body(body) => return Ok(body),
            Got::Redirect(to) => {
                url = url.join(&to).map_err(|_| FetchError::Refused("a redirect to nowhere"))?;
            }
        }
    }
    Err(FetchError::Refused("too many redirects"))
}

/// The addresses that a link may be fetched from: all that its host has, and all of them public. A
/// name with a private address among its public ones is somebody's attempt.
async fn checked<R: Resolve>(resolver: &R, url: &Url) -> Result<Vec<SocketAddr>, FetchError> {
    if url.scheme() != "https" {
        return Err(FetchError::Refused("not https"));
    }
    if url.port_or_known_default() != Some(PORT) {
        return Err(FetchError::Refused("another port"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(FetchError::Refused("a user in it"));
    }
    let addresses = match url.host() {
        None => return Err(FetchError::Refused("no host")),
        // Numbers in whatever notation are addresses to the parser.
        Some(Host::Ipv4(address)) => vec![SocketAddr::from((address, PORT))],
        Some(Host::Ipv6(address)) => vec![SocketAddr::from((address, PORT))],
        Some(Host::Domain(name)) => resolver
            .resolve(name)
            .await
            .map_err(|error| FetchError::Unavailable(Box::new(error)))?,
    };
    if addresses.is_empty() {
        return Err(FetchError::Unavailable("the name has no address".into()));
    }
    if addresses.iter().all(|address| is_public(address.ip())) {
        Ok(addresses)
    } else {
        Err(FetchError::Refused("not a public address"))
    }
}
