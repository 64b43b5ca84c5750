//! Names, URLs and ARNs of queues.

use crate::site::Site;

/// Where the queues are.
#[derive(Clone, Debug)]
pub(super) struct Address {
    /// The endpoint, without a slash at its end.
    pub(super) origin: String,
    pub(super) site: Site,
}

impl Address {
    pub(super) fn url(&self, name: &str) -> String {
        format!("{}/{}/{name}", self.origin, self.site.account)
    }

    pub(super) fn arn(&self, name: &str) -> String {
        self.site.arn("sqs", name)
    }

    /// The name in an ARN, if it is one of this site's queues.
    pub(super) fn name_in_arn<'a>(&self, arn: &'a str) -> Option<&'a str> {
        arn.strip_prefix(&self.arn(""))
    }
}

/// The name in a queue's URL, or a bare name. Host and port are not looked at, as the SDKs do not
/// either: a URL from an earlier run, on another port, still names the queue.
pub(super) fn name_in_url(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}
