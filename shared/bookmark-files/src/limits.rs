//! Limits that bound the memory and the work of a reader. Fields have those of [`netscape::limits`].

/// The start of a file that is looked at to recognise its format.
pub const HEAD_BYTES: usize = 64 << 10;

/// Bytes of all folders of a file that are needed before its bookmarks are read: their fields
/// as text, and their ids with [`ID_OVERHEAD`] for each.
pub const OUTLINE_BYTES: usize = 16 << 20;

/// Bytes of an id besides its text.
pub const ID_OVERHEAD: usize = 100;

/// The deepest path of a bookmark in a file that names a folder for each bookmark. The rest of a longer path
/// is one name.
pub const PATH_DEPTH: usize = 1_000;

/// The most that a compressed file unfolds to.
pub const UNPACKED_BYTES: u64 = 512 << 20;

/// The largest property list, which is read as a whole.
pub const PLIST_BYTES: usize = 24 << 20;

/// The columns of a table.
pub const COLUMNS: usize = 256;

/// The longest number.
pub const NUMBER_BYTES: usize = 400;
