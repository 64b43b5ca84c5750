//! Links that lead into private networks, in every notation, and the ways around a first check.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Mutex,
};

use mirt_photos::fetch::{FetchError, Get, Got, Resolve, fetch};
use url::Url;

/// A resolver with the names of one test.
struct Names(&'static [(&'static str, &'static [&'static str])]);

impl Resolve for Names {
    async fn resolve(&self, host: &str) -> std::io::Result<Vec<SocketAddr>> {
        let addresses = self.0.iter().find(|(name, _)| *name == host).map_or(&[][..], |it| it.1);
        let parsed = addresses.iter().filter_map(|address| address.parse::<IpAddr>().ok());
        Ok(parsed.map(|address| SocketAddr::from((address, 443))).collect())
    }
}

/// Answers by address, and keeps where it was sent to.
#[derive(Default)]
struct Site {
    redirects: Vec<(&'static str, &'static str)>,
    connected: Mutex<Vec<(String, Vec<SocketAddr>)>>,
}

impl Site {
    fn connected(&self) -> Vec<(String, Vec<SocketAddr>)> {
        self.connected.lock().map(|list| list.clone()).unwrap_or_default()
    }
}

impl Get for Site {
    async fn get(&self, url: &Url, addresses: &[SocketAddr]) -> Result<Got, FetchError> {
        if let Ok(mut connected) = self.connected.lock() {
            connected.push((url.to_string(), addresses.to_vec()));
        }
        let redirect = self.redirects.iter().find(|(from, _)| *from == url.as_str());
        Ok(redirect.map_or_else(|| Got::Body(vec![1]), |(_, to)| Got::Redirect((*to).to_owned())))
    }
}

const NAMES: Names = Names(&[
    ("photos.example", &["157.240.1.1", "2a03:2880::1"]),
    ("other.example", &["157.240.1.2"]),
    ("localhost", &["127.0.0.1", "::1"]),
    ("private.example", &["10.1.2.3"]),
    ("metadata.example", &["169.254.169.254"]),
    ("six.example", &["fd00:ec2::254"]),
    ("mapped.example", &["::ffff:192.168.0.1"]),
    ("mixed.example", &["157.240.1.1", "127.0.0.1"]),
    ("mixed-six.example", &["2a03:2880::1", "fe80::1"]),
    ("127.0.0.1.nip.example", &["127.0.0.1"]),
    ("nowhere.example", &[]),
]);

/// Every one of them has to be refused before anything is connected to.
const REFUSED: [&str; 56] = [
    "https://127.0.0.1/a.jpg",
    "https://127.1/a.jpg",
    "https://127.0.1/a.jpg",
    "https://2130706433/a.jpg",
    "https://0x7f000001/a.jpg",
    "https://0x7f.0.0.1/a.jpg",
    "https://0177.0.0.1/a.jpg",
    "https://017700000001/a.jpg",
    "https://0/a.jpg",
    "https://0.0.0.0/a.jpg",
    "https://10.0.0.1/a.jpg",
    "https://0xa.1/a.jpg",
    "https://012.0.0.1/a.jpg",
    "https://167772161/a.jpg",
    "https://172.16.0.1/a.jpg",
    "https://172.31.255.255/a.jpg",
    "https://192.168.1.1/a.jpg",
    "https://3232235777/a.jpg",
    "https://0300.0250.1.1/a.jpg",
    "https://169.254.169.254/latest/meta-data/",
    "https://2852039166/latest/meta-data/",
    "https://0xa9fea9fe/latest/meta-data/",
    "https://0251.0376.0251.0376/latest/meta-data/",
    "https://169.254.170.2/v2/credentials",
    "https://100.64.0.1/a.jpg",
    "https://192.0.0.1/a.jpg",
    "https://198.18.0.1/a.jpg",
    "https://224.0.0.1/a.jpg",
    "https://255.255.255.255/a.jpg",
    "https://240.0.0.1/a.jpg",
    "https://[::1]/a.jpg",
    "https://[::]/a.jpg",
    "https://[0:0:0:0:0:0:0:1]/a.jpg",
    "https://[::ffff:127.0.0.1]/a.jpg",
    "https://[::ffff:7f00:1]/a.jpg",
    "https://[::ffff:a9fe:a9fe]/a.jpg",
    "https://[::127.0.0.1]/a.jpg",
    "https://[fe80::1]/a.jpg",
    "https://[fc00::1]/a.jpg",
    "https://[fd00:ec2::254]/latest/meta-data/",
    "https://[ff02::1]/a.jpg",
    "https://[64:ff9b::7f00:1]/a.jpg",
    "https://[2002:7f00:1::]/a.jpg",
    "https://[2001:0:7f00:1::]/a.jpg",
    "https://[2001:db8::1]/a.jpg",
    "https://localhost/a.jpg",
    "https://LOCALHOST/a.jpg",
    "https://private.example/a.jpg",
    "https://metadata.example/a.jpg",
    "https://six.example/a.jpg",
    "https://mapped.example/a.jpg",
    "https://mixed.example/a.jpg",
    "https://mixed-six.example/a.jpg",
    "https://127.0.0.1.nip.example/a.jpg",
    // The digits of a full-width one are digits to the parser.
    "https://１２７.0.0.1/a.jpg",
    "https://127。0。0。1/a.jpg",
];

#[tokio::test]
async fn an_address_of_a_private_network_is_refused_in_every_notation() {
    for link in REFUSED {
        let site = Site::default();

        let fetched = fetch(&NAMES, &site, link).await;

        assert!(matches!(fetched, Err(FetchError::Refused(_))), "{link}: {fetched:?}");
        assert_eq!(site.connected(), [], "{link}");
    }
}

#[tokio::test]
async fn other_schemes_ports_and_users_are_refused() {
    for link in [
        "http://photos.example/a.jpg",
        "ftp://photos.example/a.jpg",
        "file:///etc/passwd",
        "data:image/png;base64,AA==",
        "gopher://photos.example/",
        "https://photos.example:8443/a.jpg",
        "https://photos.example:22/",
        "https://user:pass@photos.example/a.jpg",
        "https://photos.example@127.0.0.1/a.jpg",
        "//photos.example/a.jpg",
        "a.jpg",
        "",
    ] {
        let site = Site::default();

        let fetched = fetch(&NAMES, &site, link).await;

        assert!(matches!(fetched, Err(FetchError::Refused(_))), "{link}: {fetched:?}");
        assert_eq!(site.connected(), [], "{link}");
    }
}

#[tokio::test]
async fn each_redirect_is_checked_like_the_link_itself() {
    for to in [
        "https://127.0.0.1/a.jpg",
        "https://2130706433/",
        "http://other.example/a.jpg",
        "https://metadata.example/",
        "https://[::1]/",
        "//localhost/a.jpg",
        "file:///etc/passwd",
        "https://other.example:8080/",
    ] {
        let from = "https://photos.example/a.jpg";
        let site = Site { redirects: vec![(from, to)], ..Site::default() };

        let fetched = fetch(&NAMES, &site, from).await;

        assert!(matches!(fetched, Err(FetchError::Refused(_))), "{to}: {fetched:?}");
        assert_eq!(site.connected().len(), 1, "{to}");
    }
}

#[tokio::test]
async fn redirects_have_an_end() {
    let link = "https://photos.example/a.jpg";
    let site = Site { redirects: vec![(link, link)], ..Site::default() };

    let fetched = fetch(&NAMES, &site, link).await;

    assert!(matches!(fetched, Err(FetchError::Refused("too many redirects"))), "{fetched:?}");
    assert_eq!(site.connected().len(), 4);
}

#[tokio::test]
async fn a_public_photo_is_fetched_from_the_addresses_that_were_checked() {
    let site = Site {
        redirects: vec![("https://photos.example/a.jpg", "https://other.example/b.jpg")],
        ..Site::default()
    };

    let fetched = fetch(&NAMES, &site, "https://photos.example/a.jpg").await;

    assert_eq!(fetched.ok(), Some(vec![1]));
    let to: Vec<usize> = site.connected().iter().map(|(_, addresses)| addresses.len()).collect();
    assert_eq!(to, [2, 1]);
}

#[tokio::test]
async fn a_name_without_an_address_is_no_photo() {
    let fetched = fetch(&NAMES, &Site::default(), "https://nowhere.example/a.jpg").await;

    assert!(matches!(fetched, Err(FetchError::Unavailable(_))), "{fetched:?}");
}
