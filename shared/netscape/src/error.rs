use std::io;

/// Why reading stopped. Bad markup is no reason: it is read as a browser would read it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The source failed.
    #[error("the bookmark file could not be read")]
    Read(#[from] io::Error),
    /// Lists are nested deeper than [`limits::DEPTH`](crate::limits::DEPTH).
    #[error("lists are nested more than {} deep at line {line}", crate::limits::DEPTH)]
    TooDeep {
        /// Line of the list that is one too many, counted from 1.
        line: u32,
    },
}
