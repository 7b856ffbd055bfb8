use std::io;

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The source failed.
    #[error("the bookmark file could not be read")]
    Read(#[source] io::Error),
    /// Folders are nested deeper than [`netscape::limits::DEPTH`], or, where each names its parent, than
    /// [`limits::PATH_DEPTH`](crate::limits::PATH_DEPTH).
    #[error("its folders are nested too deep at line {line}")]
    TooDeep {
        /// The line, counted from 1.
        line: u32,
    },
    /// It is not what it begins as.
    #[error("line {line}: {problem}")]
    Malformed {
        /// The line, counted from 1.
        line: u32,
        /// A sentence without a full stop.
        problem: String,
    },
    /// It exceeds a [limit](crate::limits).
    #[error("{0}")]
    TooLarge(&'static str),
    /// It holds no bookmark list as browsers export it.
    #[error("it holds no bookmark list as browsers export it")]
    NoList,
    /// It is JSON or a table of none of the known formats.
    #[error("{found}")]
    Unknown {
        /// The description of what it is.
        found: String,
    },
}

impl Error {
    pub(crate) fn malformed(line: u32, problem: impl Into<String>) -> Self {
        Self::Malformed { line, problem: problem.into() }
    }
}

impl From<io::Error> for Error {
    /// A decoder's errors travel through [`io::Read`] as the source of an [`io::Error`].
    fn from(error: io::Error) -> Self {
        if !error.get_ref().is_some_and(|inner| inner.is::<Self>()) {
            return Self::Read(error);
        }
        match error.into_inner().map(|inner| inner.downcast::<Self>()) {
            Some(Ok(inner)) => *inner,
            _ => Self::Read(io::ErrorKind::Other.into()),
        }
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        Self::other(error)
    }
}

impl From<netscape::Error> for Error {
    fn from(error: netscape::Error) -> Self {
        match error {
            netscape::Error::Read(error) => error.into(),
            netscape::Error::TooDeep { line } => Self::TooDeep { line },
            _ => Self::malformed(0, error.to_string()),
        }
    }
}
