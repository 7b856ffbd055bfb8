//! Bounds on documents. They hold for what references and `$extends` make of a document, too.

/// Bytes of a document.
pub const MAX_DOCUMENT_BYTES: usize = 1024 * 1024;

/// Tokens of a document, those that groups receive by `$extends` included.
pub const MAX_TOKENS: usize = 10_000;

/// Groups of a document, those that groups receive by `$extends` included.
pub const MAX_GROUPS: usize = 10_000;

/// Names in a token's path: how deep groups may be nested.
pub const MAX_DEPTH: usize = 32;

/// How deep a document's JSON may be nested, values and extensions included.
pub const MAX_JSON_DEPTH: usize = 64;

/// Bytes of a token's path, its names joined by dots.
pub const MAX_PATH_BYTES: usize = 255;

/// Items of an array in a value: shadows, stops of a gradient, dashes, families.
pub const MAX_ITEMS: usize = 64;

/// Bytes of the names of fonts in one value.
pub const MAX_FAMILY_BYTES: usize = 1_000;

/// Diagnostics that are returned; how many more there are, the last one says.
pub const MAX_DIAGNOSTICS: usize = 1_000;
