//! Negotiates the format of a response.

use crate::encode::EntryOrder;
use web::{Error, preferred};

/// The formats for bookmarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// A bookmarks file, as browsers import it.
    Html,
    Json,
    Csv,
}

impl Format {
    /// If a client prefers several equally, the first is taken.
    const ALL: [Self; 3] = [Self::Html, Self::Json, Self::Csv];

    /// The format that a request asks for: by its parameter, else by its Accept header (RFC 9110, section
    /// 12.5.1). A bookmarks file where it asks for none.
    ///
    /// # Errors
    /// 400 for a format that is not one of these.
    pub(crate) fn choose(parameter: Option<&str>, accept: Option<&str>) -> Result<Self, Error> {
        if let Some(name) = parameter {
            return Self::ALL
                .into_iter()
                .find(|format| format.extension() == name)
                .ok_or_else(|| Error::bad_request("The parameter format must be html, json or csv."));
        }
        let offers = Self::ALL.map(Self::media_type);
        let chosen = preferred(accept, &offers);
        Self::ALL.into_iter().find(|format| Some(format.media_type()) == chosen).ok_or_else(|| {
            Error::bad_request("Bookmarks are written as text/html, application/json or text/csv.")
        })
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html",
            Self::Json => "application/json",
            Self::Csv => "text/csv",
        }
    }

    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }

    pub(crate) fn order(self) -> EntryOrder {
        if self == Self::Json { EntryOrder::ByKind } else { EntryOrder::OfFile }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            // RFC 4180, section 3.
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(accept: &str) -> Option<Format> {
        Format::choose(None, Some(accept)).ok()
    }

    #[test]
    fn a_client_that_takes_anything_gets_a_bookmarks_file() {
        assert_eq!(Format::choose(None, None).unwrap(), Format::Html);
        for accept in ["", "*/*", "text/*", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"]
        {
            assert_eq!(accepted(accept), Some(Format::Html), "{accept}");
        }
    }

    #[test]
    fn the_best_liked_format_is_taken() {
        assert_eq!(accepted("application/json"), Some(Format::Json));
        assert_eq!(accepted("TEXT/CSV; header=present"), Some(Format::Csv));
        assert_eq!(accepted("text/html;q=0.2, text/csv;q=0.7, application/*;q=0.5"), Some(Format::Csv));
        assert_eq!(accepted("*/*, text/html;q=0"), Some(Format::Json));
        assert_eq!(accepted("text/*;q=0.3, text/html;q=0.1"), Some(Format::Csv));
    }

    #[test]
    fn the_parameter_holds_over_the_header() {
        let chosen = Format::choose(Some("csv"), Some("application/json"));
        assert_eq!(chosen.unwrap(), Format::Csv);
    }

    #[test]
    fn another_format_is_refused() {
        assert_eq!(Format::choose(Some("xml"), None).unwrap_err().status(), 400);
        assert_eq!(Format::choose(Some("HTML"), None).unwrap_err().status(), 400);
        for accept in ["image/png", "application/xml, image/*", "text/html;q=0", "text/html;q=x"] {
            assert_eq!(accepted(accept), None, "{accept}");
        }
    }
}
