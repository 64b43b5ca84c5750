//! Whether a photo's address can be sent to a customer.

use url::{Host, Url};

/// What is wrong with a photo's address, if anything: it has to be https, on an allowed host and
/// no other, written as a browser would write it.
pub(super) fn fault(address: &str, allowed_hosts: &[String]) -> Option<String> {
    let Ok(url) = Url::parse(address) else {
        return Some("the photo is not a web address".to_owned());
    };
    if url.scheme() != "https" {
        return Some("the photo's address has to begin with https://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("the photo's address names a user before its host".to_owned());
    }
    if url.port().is_some() {
        return Some("the photo's address names a port".to_owned());
    }
    let is_allowed = matches!(url.host(), Some(Host::Domain(host))
        if allowed_hosts.iter().any(|allowed| allowed == host));
    if !is_allowed {
        return Some(format!("the photo is not on an allowed host ({})", allowed_hosts.join(", ")));
    }
    if url.as_str() != address {
        return Some(format!("the photo's address has to be written as {url}"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::fault;

    fn is_taken(address: &str) -> bool {
        fault(address, &["cdn.sitniks.com".to_owned()]).is_none()
    }

    #[test]
    fn a_photo_on_the_allowed_host_is_taken() {
        assert!(is_taken("https://cdn.sitniks.com/cmp-2065/products/a.jpeg"));
    }

    #[test]
    fn a_photo_is_refused_however_its_address_pretends_to_be_on_the_host() {
        for address in [
            "http://cdn.sitniks.com/a.jpeg",
            "https://cdn.sitniks.com.evil.example/a.jpeg",
            "https://cdn.sitniks.com@evil.example/a.jpeg",
            "https://evil.example/cdn.sitniks.com/a.jpeg",
            "https://evil.example#cdn.sitniks.com",
            "https://user@cdn.sitniks.com/a.jpeg",
            "https://cdn.sitniks.com:8443/a.jpeg",
            "https://evilcdn.sitniks.com/a.jpeg",
            "https:\\\\cdn.sitniks.com\\a.jpeg",
            "https://CDN.sitniks.com/a.jpeg",
            " https://cdn.sitniks.com/a.jpeg",
            "cdn.sitniks.com/a.jpeg",
            "",
        ] {
            assert!(!is_taken(address), "{address}");
        }
    }
}
