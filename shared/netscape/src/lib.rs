//! Reads and writes bookmark files: the Netscape format that every browser exports, and its dialects.
//!
//! The format is HTML in name only. `<DT>` and `<DD>` are never closed, lists hold folders, and each exporter
//! adds its own attributes. So [`Reader`] splits the text into tags the way the WHATWG HTML standard does and
//! gives the tags the meaning that browsers' own importers give them; it builds no document tree.
//!
//! ```
//! use netscape::{Event, Reader};
//!
//! let file = r#"<!DOCTYPE NETSCAPE-Bookmark-file-1>
//! <DL><p>
//!     <DT><H3>Rust</H3>
//!     <DL><p>
//!         <DT><A HREF="https://docs.rs/" ADD_DATE="1417392000" TAGS="docs,rust">Docs.rs</A>
//!     </DL><p>
//! </DL><p>"#;
//! let mut reader = Reader::new(file.as_bytes());
//! let mut titles = Vec::new();
//! while let Some(event) = reader.next_event()? {
//!     if let Event::Bookmark(bookmark) = event {
//!         assert_eq!(bookmark.url, Some("https://docs.rs/"));
//!         assert!(bookmark.tags.iter().eq(["docs", "rust"]));
//!         titles.push(bookmark.title.to_owned());
//!     }
//! }
//! assert_eq!(titles, ["Docs.rs"]);
//! assert!(reader.is_bookmark_file());
//! # Ok::<(), netscape::Error>(())
//! ```
//!
//! The crate does no I/O of its own: it reads from any [`std::io::Read`], in chunks, and the memory it takes
//! is bounded by [`limits`], not by the file. A [`Writer`] writes events back to any [`std::io::Write`].

mod attributes;
mod charset;
mod date;
mod entry;
mod error;
mod escape;
mod event;
mod key;
pub mod limits;
mod markup;
mod reader;
mod source;
mod tags;
mod text;
mod tree;
mod warning;
mod writer;

pub use date::{NoDate, Timestamp};
pub use error::Error;
pub use event::{Attributes, Bookmark, Event, Folder, Layout, Occurrence, Separator, Tags};
pub use reader::{Reader, Unfinished};
pub use warning::{FileWarning, Warning, Warnings};
pub use writer::Writer;
