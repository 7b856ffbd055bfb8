//! Which format an answer has.

use crate::encode::Order;
use web::Error;

/// What the bookmarks are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// A bookmarks file, as browsers import it.
    Html,
    Json,
    Csv,
}

impl Format {
    /// Where a client likes several equally, the first is taken.
    const ALL: [Self; 3] = [Self::Html, Self::Json, Self::Csv];

    /// The format that a request asks for: by its parameter, else by its Accept header (RFC 9110, section 12.5.1). A
    /// bookmarks file where it asks for none.
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
        let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else {
            return Ok(Self::Html);
        };
        let mut best = None;
        for format in Self::ALL {
            let quality = format.quality(accept);
            if quality > best.map_or(0, |(_, quality)| quality) {
                best = Some((format, quality));
            }
        }
        best.map(|(format, _)| format).ok_or_else(|| {
            Error::bad_request("Bookmarks are written as text/html, application/json or text/csv.")
        })
    }

    /// How much a client likes it, in thousandths: what the most specific range that names it says.
    fn quality(self, accept: &str) -> u16 {
        let media_type = self.media_type().split(';').next().unwrap_or_default();
        let (kind, _) = media_type.split_once('/').unwrap_or_default();
        let ranges = accept.split(',').filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next()?.to_ascii_lowercase();
            let specificity = match name.split_once('/')? {
                ("*", "*") => 0,
                (k, "*") if k == kind => 1,
                _ if name == media_type => 2,
                _ => return None,
            };
            let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
            Some((specificity, weight.map_or(1_000, thousandths)))
        });
        ranges.max_by_key(|(specificity, _)| *specificity).map_or(0, |(_, quality)| quality)
    }

    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }

    pub(crate) fn order(self) -> Order {
        if self == Self::Json { Order::ByKind } else { Order::OfFile }
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            // RFC 4180, section 3.
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }
}

/// A weight from 0 to 1 with at most three decimals; one that cannot be read counts as 0.
fn thousandths(weight: &str) -> u16 {
    match weight.parse::<f32>() {
        Ok(weight) if (0.0..=1.0).contains(&weight) => (weight * 1_000.0).round() as u16,
        _ => 0,
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
