//! What readers see of a day.

use mirt_engine::failure::PortError;
use mirt_history::{
    chat::ChatRef,
    day::Day,
    digest::Digest,
    document::Document,
    record::Published,
    store::{Days as _, Pages as _},
};

use crate::table::Table;

/// How often a reader begins again because the day was shown anew while it read.
const ATTEMPTS: u32 = 3;

/// A day as it was published.
#[derive(Clone, Debug)]
pub struct StoredDay {
    /// What its record says.
    pub published: Published,
    /// The document, made of its pages.
    pub document: Document,
}

impl Table {
    /// The document of a day, whole, if one was published.
    ///
    /// # Errors
    /// When the table did not answer, or what it has is not what the record says.
    pub async fn stored_day(
        &self,
        chat: &ChatRef,
        day: Day,
    ) -> Result<Option<StoredDay>, PortError> {
        let mut failed = None;
        for _ in 0..ATTEMPTS {
            let Some(published) = self.published(chat, day).await? else { return Ok(None) };
            match self.pages(chat, day, published.generation, published.pages).await {
                Ok(pages) => {
                    let source = published.source.clone();
                    let document = Document::assemble(source, pages, &published.preprocessing);
                    return Ok(Some(StoredDay { published, document }));
                }
                // Replaced and removed between the two questions: the record names others by now.
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(None), Err)
    }

    /// The digest of a day, if the day was published.
    ///
    /// # Errors
    /// When the table did not answer.
    pub async fn stored_digest(
        &self,
        chat: &ChatRef,
        day: Day,
    ) -> Result<Option<Digest>, PortError> {
        match self.published(chat, day).await? {
            Some(published) => self.digest(chat, day, published.generation).await,
            None => Ok(None),
        }
    }

    async fn published(&self, chat: &ChatRef, day: Day) -> Result<Option<Published>, PortError> {
        Ok(self.days(chat, day, day).await?.pop().and_then(|record| record.published))
    }
}
