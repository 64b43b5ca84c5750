//! The wire between the browser and the page, which can be cut.

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// A proxy that leads to one address only.
pub(crate) struct Wire {
    url: String,
    cut: watch::Sender<bool>,
}

impl Wire {
    /// A wire to the server at `origin`.
    pub(crate) async fn to(origin: &str) -> Self {
        let target = origin.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.unwrap_or_else(|error| panic!("{error}"));
        let address = listener.local_addr().unwrap_or_else(|error| panic!("{error}"));
        let (cut, is_cut) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((browser, _)) = listener.accept().await {
                tokio::spawn(carry(browser, target.clone(), is_cut.clone()));
            }
        });
        Self { url: format!("http://{address}"), cut }
    }

    /// Its address, as a proxy.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Drops every connection and takes no other, or takes them again.
    pub(crate) fn cut(&self, is_cut: bool) {
        self.cut.send_replace(is_cut);
    }
}

/// Carries one connection for as long as the wire is whole.
async fn carry(mut browser: TcpStream, target: String, mut is_cut: watch::Receiver<bool>) {
    let Ok(mut server) = TcpStream::connect(target).await else { return };
    tokio::select! {
        _ = is_cut.wait_for(|is_cut| *is_cut) => {}
        _ = copy_bidirectional(&mut browser, &mut server) => {}
    }
}
