//! Customers' photos: fetched by us from public addresses only, decoded by what they hold and not
//! by their name, scaled down, without what cameras write into them, and compared by their look.
//!
//! A link is a customer's word: whoever sends one chooses where our function connects to. So the
//! name is resolved by us, every address of it has to be public, the connection goes to the address
//! that was checked, and each redirect is checked anew.

pub mod address;
pub mod fetch;
pub mod picture;

use std::time::Duration;

use mirt_domain::photo::Photo;
use mirt_engine::{
    files::{FileError, ReadFile},
    photos::{LookAtPhotos, Looked, PhotoError},
};

use crate::{
    fetch::{FetchError, Https, MOST_BYTES, System, fetch},
    picture::Picture,
};

/// Customers' photos, wherever they are.
#[derive(Clone, Debug)]
pub struct Photos<F> {
    /// Who reads those of Telegram.
    pub telegram: F,
}

impl<F: ReadFile> LookAtPhotos for Photos<F> {
    async fn look(&self, photo: &Photo, within: Duration) -> Result<Looked, PhotoError> {
        let fetching = async {
            match photo {
                Photo::Url(link) => fetch(&System, &Https, link).await,
                Photo::TelegramFile(id) => {
                    self.telegram.read_file(id, MOST_BYTES).await.map_err(|error| match error {
                        FileError::Unavailable(source) => FetchError::Unavailable(source),
                        FileError::Gone => FetchError::Refused("no such file"),
                        FileError::TooLarge => FetchError::TooLarge,
                    })
                }
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
