//! The AWS SDK on our one HTTP client.

use std::{error::Error, fmt};

use aws_smithy_runtime_api::client::{
    connection::{CaptureSmithyConnection, ConnectionMetadata},
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;

/// Lets the SDK send its requests through a [`reqwest::Client`].
#[derive(Clone)]
pub struct ReqwestClient(reqwest::Client);

impl ReqwestClient {
    /// Wraps the process's client.
    #[must_use]
    pub const fn new(client: reqwest::Client) -> Self {
        Self(client)
    }
}

impl fmt::Debug for ReqwestClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReqwestClient")
    }
}

impl HttpClient for ReqwestClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            client: self.0.clone(),
            read_timeout: settings.read_timeout(),
        })
    }
}

#[derive(Debug)]
struct Connector {
    client: reqwest::Client,
    read_timeout: Option<std::time::Duration>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (client, read_timeout) = (self.client.clone(), self.read_timeout);
        let capture = request.extension::<CaptureSmithyConnection>().cloned();
        HttpConnectorFuture::new(async move {
            let mut request = into_reqwest(request)?;
            if let Some(capture) = capture {
                capture.set_connection_retriever(|| Some(unnamed_connection()));
            }
            *request.timeout_mut() = read_timeout;
            let response = client.execute(request).await.map_err(connector_error)?;
            let (status, headers) = (response.status(), response.headers().clone());
            let body = response.bytes().await.map_err(connector_error)?;
            let mut answer = HttpResponse::new(status.into(), SdkBody::from(body));
            for (name, value) in &headers {
                if let Ok(value) = value.to_str() {
                    answer.headers_mut().append(name.as_str().to_owned(), value.to_owned());
                }
            }
            Ok(answer)
        })
    }
}

/// None of the operations that we call streams its body, so it is always at hand.
fn into_reqwest(request: HttpRequest) -> Result<reqwest::Request, ConnectorError> {
    let request = request.try_into_http1x().map_err(user_error)?;
    let body = request
        .body()
        .bytes()
        .ok_or_else(|| user_error("streamed request bodies are not supported"))?
        .to_vec();
    reqwest::Request::try_from(request.map(|_| body)).map_err(user_error)
}

/// The SDK wants to close the connection of a call that failed. Which one that was is reqwest's own
/// affair: it closes those that broke, and one that carried an error's answer is as good as any.
fn unnamed_connection() -> ConnectionMetadata {
    ConnectionMetadata::builder().proxied(false).poison_fn(|| {}).build()
}

fn user_error(error: impl Into<Box<dyn Error + Send + Sync>>) -> ConnectorError {
    ConnectorError::user(error.into())
}

fn connector_error(error: reqwest::Error) -> ConnectorError {
    if error.is_timeout() {
        ConnectorError::timeout(error.into())
    } else {
        ConnectorError::io(error.into())
    }
}
