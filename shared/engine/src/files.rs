//! The port to files that are on a messenger's servers.

use std::future::Future;

use crate::failure::Cause;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It could not be fetched now.
    #[error("the file is not available")]
    Unavailable(#[source] Cause),
    /// There is none of that name, or none any more.
    #[error("there is no such file")]
    Gone,
    /// It is larger than may be read.
    #[error("the file is too large")]
    TooLarge,
}

/// Reads files by the ids that a messenger gives them.
pub trait ReadFile: Send + Sync {
    /// Reads a whole file of at most `most` bytes.
    ///
    /// # Errors
    /// [`FileError`] says whether it is worth trying again. No error names an address: it would hold
    /// a token.
    fn read_file(
        &self,
        id: &str,
        most: usize,
    ) -> impl Future<Output = Result<Vec<u8>, FileError>> + Send;
}
