//! Where the emulated resources seem to be: the region and the account of their ARNs.

/// A region and an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Such as `us-east-1`.
    pub region: String,
    /// Twelve digits.
    pub account: String,
}

impl Default for Site {
    /// An account that cannot exist, in the region that AWS tools fall back on.
    fn default() -> Self {
        Self { region: "us-east-1".to_owned(), account: "000000000000".to_owned() }
    }
}

impl Site {
    /// The ARN of one of this site's resources: `arn("sqs", "name")`, `arn("lambda", "function:name")`.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.account)
    }
}
