//! Customers' photos: fetched by us from public addresses only, decoded by what they hold and not
//! by their name, scaled down, without what cameras write into them, and compared by their look.
//!
//! A link is a customer's word: whoever sends one chooses where our function connects to. So the
//! name is resolved by us, every address of it has to be public, the connection goes to the address
//! that was checked, and each redirect is checked anew.

pub mod address;
pub mod fetch;
pub mod picture;
mod telegram;

use std::time::Duration;

use mirt_domain::photo::Photo;
use mirt_engine::photos::{LookAtPhotos, Looked, PhotoError};

pub use telegram::TelegramFiles;

use crate::{
    fetch::{FetchError, Https, System, fetch},
    picture::Picture,
};

/// Customers' photos, wherever they are.
#[derive(Clone, Debug)]
pub struct Photos {
    /// Those of Telegram.
    pub telegram: TelegramFiles,
}

impl LookAtPhotos for Photos {
    async fn look(&self, photo: &Photo, within: Duration) -> Result<Looked, PhotoError> {
        let fetching = async {
            match photo {
                Photo::Url(link) => fetch(&System, &Https, link).await,
                Photo::TelegramFile(id) => self.telegram.fetch(id).await,
            }
        };
        let fetched = match tokio::time::timeout(within, fetching).await {
            Ok(fetched) => fetched,
            Err(_) => Err(FetchError::Unavailable("it took too long".into())),
        };
        let file = fetched.map_err(|error| match error {
            FetchError::Unavailable(source) => PhotoError::Unavailable(source),
            refused => PhotoError::Unfit(Box::new(refused)),
        })?;
        let picture = Picture::decode(&file).map_err(|error| PhotoError::Unfit(Box::new(error)))?;
        Ok(Looked { jpeg: picture.jpeg, mark: picture.mark })
    }
}
