//! A bookmarks file that has been recognised, to be read as often as need be.

use bookmark_files::{Outline, Reader, Scan};
use web::Error;

use crate::body::{Upload, damaged};

/// The formats that an import takes, for whoever sends another.
const EXPECTED: &str = "bookmarks in HTML as browsers export them; the file Bookmarks of Chrome or Edge; a \
                        backup of Firefox (JSON or jsonlz4); Safari's Bookmarks.plist; JSON of Pinboard, \
                        linkding, Linkwarden, Karakeep, Omnivore or Branchline; CSV of Pocket, Raindrop or \
                        Instapaper";

pub(crate) struct BookmarkFile<'a> {
    upload: &'a Upload,
    outline: Outline,
}

impl<'a> BookmarkFile<'a> {
    /// Recognises the format of a file by its content, and reads no further than it must.
    ///
    /// # Errors
    /// 422 where the format is not known, or the file is damaged.
    pub(crate) async fn recognise(upload: &'a Upload) -> Result<Self, Error> {
        let mut scan = Scan::new(|| upload.open());
        loop {
            if let Some(outline) = scan.advance().map_err(unreadable)? {
                return Ok(Self { upload, outline });
            }
            // Yields, so that the request's deadline is checked.
            tokio::task::yield_now().await;
        }
    }

    /// Returns the number of bytes that were sent.
    pub(crate) fn sent_bytes(&self) -> usize {
        self.upload.sent_bytes()
    }

    /// A reader from the beginning. All of them yield the same events.
    pub(crate) fn reader(&self) -> Result<Reader<'_>, Error> {
        Reader::new(&self.outline, || self.upload.open()).map_err(unreadable)
    }
}

pub(crate) fn unreadable(error: bookmark_files::Error) -> Error {
    use bookmark_files::Error as Unreadable;
    match error {
        Unreadable::Read(error) => damaged(&error),
        Unreadable::NoList => Error::unprocessable(
            "This is not a bookmarks file: it holds no bookmark list as browsers export it.",
        ),
        Unreadable::Unknown { found } => Error::unprocessable(format!(
            "This is not a bookmarks file of a known kind. Found: {found}. Expected: {EXPECTED}."
        )),
        Unreadable::TooLarge(problem) => Error::unprocessable(problem),
        other => Error::unprocessable(format!("The file cannot be read: {other}.")),
    }
}
