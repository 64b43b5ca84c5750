//! What all clients of the SDK share: region, credentials, endpoints, timeouts and retries.

use std::time::Duration;

use aws_config::{
    BehaviorVersion, ConfigLoader, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_credential_types::Credentials;

use crate::http_client::ReqwestClient;

/// One attempt of a call. DynamoDB and SQS answer within tens of milliseconds; a connection that is
/// slower than this is better replaced.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);

/// A call with its retries. Below the webhook's function timeout, so that a channel is told 503
/// instead of being cut off.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(6);

/// How often a call is tried, the first time included.
const ATTEMPTS: u32 = 3;

/// Reads region, credentials and endpoints from the environment, as AWS Lambda sets them.
///
/// `AWS_ENDPOINT_URL_*` of the environment are honoured; no endpoint is set here, because one set
/// in code would win over them.
pub async fn config(http: reqwest::Client) -> SdkConfig {
    loader(http).load().await
}

/// The same for an operator: account and region are those of `profile` in AWS's own files, where one is
/// named.
pub async fn config_of_profile(http: reqwest::Client, profile: Option<&str>) -> SdkConfig {
    match profile {
        Some(profile) => loader(http).profile_name(profile).load().await,
        None => config(http).await,
    }
}

/// For the services at `endpoint` on this machine, with credentials that open nothing elsewhere.
pub async fn local_config(http: reqwest::Client, endpoint: &str, region: String) -> SdkConfig {
    loader(http)
        .endpoint_url(endpoint)
        .region(Region::new(region))
        .credentials_provider(Credentials::new("local", "local", None, None, "mirt"))
        .load()
        .await
}

fn loader(http: reqwest::Client) -> ConfigLoader {
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(ReqwestClient::new(http))
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(
            TimeoutConfig::builder()
                .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                .operation_timeout(OPERATION_TIMEOUT)
                .build(),
        )
}
