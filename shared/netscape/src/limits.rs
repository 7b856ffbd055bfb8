//! What bounds the memory of a [`Reader`](crate::Reader). Real files stay far below each of these: Firefox itself
//! takes at most 65,536 bytes of a URL and 4,096 of a title.

/// The longest title, URL, description or attribute value kept, in bytes as they stand in the file. What is longer is
/// cut, and the entry says so with [`Warning::Cut`](crate::Warning::Cut).
pub const FIELD_BYTES: usize = 1 << 20;

/// The most that the attributes of one entry may hold together, in such bytes. Values beyond it are cut.
pub const ATTRIBUTES_BYTES: usize = 4 << 20;

/// The most attributes kept of one entry. More are dropped with
/// [`Warning::AttributesDropped`](crate::Warning::AttributesDropped).
pub const ATTRIBUTES: usize = 128;

/// The deepest nesting of lists. A file that goes deeper is refused with [`Error::TooDeep`](crate::Error::TooDeep).
pub const DEPTH: usize = 65_536;
