//! Customers' photos: fetched by us from public addresses only, decoded by what they hold and not
//! by their name, scaled down, without what cameras write into them, and compared by their look.
//!
//! A link is a customer's word: whoever sends one chooses where our function connects to. So the
//! name is resolved by us, every address of it has to be public, the connection goes to the address
//! that was checked, and each redirect is checked anew.

pub mod address;
pub mod fetch;
pub mod picture;

use std::{error::Error, time::Duration};

use mirt_domain::photo::Photo;
use mirt_engine::{
    files::{FileError, ReadFile},
    photos::{LookAtPhotos, Looked, PhotoError},
};
use tokio::sync::{Semaphore, SemaphorePermit};

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

/// Files that are held at once: what is decoded next, and what comes meanwhile. All conversations of
/// the process share its memory, so they share these too.
static FILES: Semaphore = Semaphore::const_new(4);

/// One photo is decoded at a time: unpacked it is many times its file.
static DECODER: Semaphore = Semaphore::const_new(1);

impl<F: ReadFile> LookAtPhotos for Photos<F> {
    async fn look(&self, photo: &Photo, within: Duration) -> Result<Looked, PhotoError> {
        let looking = async {
            let place = FILES.acquire().await.map_err(unavailable)?;
            let file = self.fetched(photo).await.map_err(|error| match error {
                FetchError::Unavailable(source) => PhotoError::Unavailable(source),
                refused => PhotoError::Unfit(Box::new(refused)),
            })?;
            decoded(file, place).await
        };
        match tokio::time::timeout(within, looking).await {
            Ok(looked) => looked,
            Err(late) => Err(unavailable(late)),
        }
    }
}

impl<F: ReadFile> Photos<F> {
    async fn fetched(&self, photo: &Photo) -> Result<Vec<u8>, FetchError> {
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
    }
}

/// Decodes a file beside everything else. Whoever does not wait for it any more leaves it to its end,
/// and its places are taken until then.
async fn decoded(file: Vec<u8>, place: SemaphorePermit<'static>) -> Result<Looked, PhotoError> {
    let turn = DECODER.acquire().await.map_err(unavailable)?;
    let decoding = tokio::task::spawn_blocking(move || {
        let _places = (place, turn);
        Picture::decode(&file)
    });
    let picture = decoding.await.map_err(unavailable)?;
    let Picture { jpeg, mark } = picture.map_err(|error| PhotoError::Unfit(Box::new(error)))?;
    Ok(Looked { jpeg, mark })
}

fn unavailable(error: impl Error + Send + Sync + 'static) -> PhotoError {
    PhotoError::Unavailable(Box::new(error))
}
