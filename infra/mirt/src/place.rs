//! Which AWS an operator's command speaks to: this machine's, or the real one.

use aws_config::SdkConfig;
use mirt_aws::sdk;
use mirt_local_aws::site::Site;

use crate::{cli::PlaceArguments, up};

/// Why there is nothing to speak to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlaceError {
    #[error("no mirt is running on the folder {0}; start it, or name another with --data")]
    NotRunning(String),
    #[error(transparent)]
    Http(#[from] mirt_http::ClientError),
}

/// The real AWS, or that of the running `mirt up` of the data folder.
pub(crate) async fn config(place: &PlaceArguments) -> Result<SdkConfig, PlaceError> {
    let (http, data) = (mirt_http::client()?, &place.data);
    if place.aws {
        return Ok(sdk::config(http).await);
    }
    let not_running = || PlaceError::NotRunning(data.display().to_string());
    if !up::is_running(data) {
        return Err(not_running());
    }
    let endpoint = std::fs::read_to_string(data.join(up::ENDPOINT)).map_err(|_| not_running())?;
    Ok(sdk::local_config(http, &endpoint, Site::default().region).await)
}
