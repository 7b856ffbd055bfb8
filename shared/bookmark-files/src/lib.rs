//! Reads the bookmark files that people have, whatever their format, as the events of [`netscape`].
//!
//! A [`Scan`] recognises a file by its content and reads what must be known before its bookmarks; a
//! [`Reader`] then yields the events, as often as it is made. Fields that the events have no place for become
//! attributes, and what cannot be kept is a warning of its entry or of the file.
//!
//! ```
//! use branchline_bookmark_files::{Format, Reader, Scan};
//! use netscape::Event;
//!
//! let file = br#"[{"href": "https://docs.rs/", "description": "Docs.rs", "extended": "",
//!     "tags": "docs rust", "time": "2014-12-01T00:00:00Z", "shared": "no", "toread": "yes"}]"#;
//! let mut scan = Scan::new(|| Box::new(&file[..]));
//! let outline = loop {
//!     if let Some(outline) = scan.advance()? {
//!         break outline;
//!     }
//! };
//! assert_eq!(outline.format(), Format::Pinboard);
//! let mut reader = Reader::new(&outline, || Box::new(&file[..]))?;
//! let Some(Event::Bookmark(bookmark)) = reader.next_event()? else { panic!("it holds a bookmark") };
//! assert_eq!((bookmark.url, bookmark.title), (Some("https://docs.rs/"), "Docs.rs"));
//! assert!(bookmark.tags.iter().eq(["docs", "rust"]));
//! assert_eq!(bookmark.attributes.get("toread"), Some("1"));
//! # Ok::<(), branchline_bookmark_files::Error>(())
//! ```
//!
//! The crate does no I/O of its own. Memory is bounded by [`limits`], not by the file.

pub mod attribute;
mod entry;
mod error;
mod fields;
mod formats;
mod json;
pub mod limits;
mod lz4;
mod outline;
mod plist;
mod reader;
mod sniff;
mod source;
mod table;
mod token;
mod walker;

pub use error::Error;
pub use formats::Format;
pub use outline::{Outline, Scan};
pub use reader::Reader;
pub use source::Source;
