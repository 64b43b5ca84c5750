//! A photo is made ready beside everything else that the process does.
#![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

use std::{
    io::Cursor,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use image::{DynamicImage, ImageFormat};
use mirt_domain::photo::Photo;
use mirt_engine::{
    files::{FileError, ReadFile},
    photos::{LookAtPhotos as _, PhotoError},
};
use mirt_photos::Photos;

/// Telegram with one file.
struct OneFile(Vec<u8>);

impl ReadFile for OneFile {
    async fn read_file(&self, _: &str, _: usize) -> Result<Vec<u8>, FileError> {
        Ok(self.0.clone())
    }
}

fn photos(side: u32) -> Photos<OneFile> {
    let mut file = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(side, side).write_to(&mut file, ImageFormat::Png).unwrap();
    Photos { telegram: OneFile(file.into_inner()) }
}

fn photo() -> Photo {
    Photo::TelegramFile("f".to_owned())
}

/// On one thread, as in the function.
#[tokio::test]
async fn while_a_photo_is_decoded_another_conversation_goes_on() {
    let photos = photos(600);
    let steps = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&steps);
    let others = tokio::spawn(async move {
        loop {
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    });

    let looked = photos.look(&photo(), Duration::from_secs(60)).await.unwrap();
    others.abort();

    assert!(!looked.jpeg.is_empty());
    assert!(steps.load(Ordering::Relaxed) > 0);
}

#[tokio::test]
async fn a_photo_that_is_not_decoded_in_time_is_not_waited_for() {
    let photos = photos(600);

    let looked = photos.look(&photo(), Duration::ZERO).await;

    assert!(matches!(looked, Err(PhotoError::Unavailable(_))));
}
