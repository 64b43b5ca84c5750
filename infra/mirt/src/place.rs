//! Which AWS an operator's command speaks to: this machine's, or the real one.

use std::path::Path;

use aws_config::SdkConfig;
use mirt_aws::sdk;
use mirt_local_aws::site::Site;

use crate::up;

/// Why there is nothing to speak to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlaceError {
    #[error("no mirt is running on the folder {0}; start it, or name another with --data")]
    NotRunning(String),
    #[error(transparent)]
    Http(#[from] mirt_http::ClientError),
}

/// The real AWS, or that of the running `mirt up` of the data folder.
pub(crate) async fn config(aws: bool, data: &Path) -> Result<SdkConfig, PlaceError> {
    let http = mirt_http::client()?;
    if aws {
        return Ok(sdk::config(http).await);
    }
    let not_running = || PlaceError::NotRunning(data.display().to_string());
    if !up::is_running(data) {
        return Err(not_running());
    }
    let endpoint = std::fs::read_to_string(data.join(up::ENDPOINT)).map_err(|_| not_running())?;
    Ok(sdk::local_config(http, &endpoint, Site::default().region).await)
}
