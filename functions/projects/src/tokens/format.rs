use tokens::{Document, Tokens};
use web::{Error, Query};

/// The forms in which tokens are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// The document itself.
    Dtcg,
    /// Custom properties.
    Css,
    /// A theme of Tailwind CSS 4.
    Tailwind,
    /// A list with resolved values.
    Json,
}

impl Format {
    /// Reads `format`; without it, the document is asked for.
    ///
    /// # Errors
    /// 400 for another word.
    pub(super) fn read(query: &Query) -> Result<Self, Error> {
        match query.text("format") {
            None | Some("dtcg") => Ok(Self::Dtcg),
            Some("css") => Ok(Self::Css),
            Some("tailwind") => Ok(Self::Tailwind),
            Some("json") => Ok(Self::Json),
            Some(_) => Err(Error::bad_request("format must be dtcg, css, tailwind or json.")),
        }
    }

    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Dtcg => "application/design-tokens+json",
            Self::Css | Self::Tailwind => "text/css; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    /// Writes a document.
    ///
    /// # Errors
    /// 422 where it must be resolved and has faults: somebody has changed rows by hand.
    pub(super) fn write(self, document: &Document) -> Result<String, Error> {
        let resolved = || Tokens::from_document(document).map_err(super::invalid);
        Ok(match self {
            Self::Dtcg => document.to_dtcg(),
            Self::Css => resolved()?.to_css(),
            Self::Tailwind => resolved()?.to_tailwind(),
            Self::Json => resolved()?.to_json_list(),
        })
    }
}
