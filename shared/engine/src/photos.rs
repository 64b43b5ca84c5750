//! The port to customers' photos.

use std::{future::Future, time::Duration};

use mirt_domain::photo::{Mark, Photo};

use crate::{
    failure::Cause,
    model::{AskModel, Asked, ModelError, ModelRequest, Moderate, Moderation, NoModel},
};

/// A photo, ready for the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// As JPEG, scaled down.
    pub jpeg: Vec<u8>,
    /// What it is known again by.
    pub mark: Mark,
}

/// Why there is no photo to look at.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// It could not be fetched; the customer may send it again.
    #[error("the photo is not available")]
    Unavailable(#[source] Cause),
    /// It is none, or leads where no photo is.
    #[error("the photo is unfit")]
    Unfit(#[source] Cause),
}

/// Fetches photos and makes them ready.
pub trait LookAtPhotos: Send + Sync {
    /// Fetches a photo.
    ///
    /// # Errors
    /// [`PhotoError`] says whether the photo itself is to blame.
    fn look(
        &self,
        photo: &Photo,
        within: Duration,
    ) -> impl Future<Output = Result<Looked, PhotoError>> + Send;
}

impl LookAtPhotos for NoModel {
    async fn look(&self, _: &Photo, _: Duration) -> Result<Looked, PhotoError> {
        match *self {}
    }
}

/// A model with the eyes that it sees photos by.
#[derive(Clone, Copy, Debug)]
pub struct Seeing<M, P> {
    /// The model.
    pub model: M,
    /// The photos.
    pub photos: P,
}

impl<M: AskModel, P: Send + Sync> AskModel for Seeing<M, P> {
    async fn ask(&self, request: &ModelRequest, within: Duration) -> Asked {
        self.model.ask(request, within).await
    }
}

impl<M: Moderate, P: Send + Sync> Moderate for Seeing<M, P> {
    async fn moderate(&self, text: &str, within: Duration) -> Result<Moderation, ModelError> {
        self.model.moderate(text, within).await
    }
}

impl<M: Send + Sync, P: LookAtPhotos> LookAtPhotos for Seeing<M, P> {
    async fn look(&self, photo: &Photo, within: Duration) -> Result<Looked, PhotoError> {
        self.photos.look(photo, within).await
    }
}
