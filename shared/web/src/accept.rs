//! Content negotiation by the `Accept` header (RFC 9110, section 12.5.1).

use lambda_http::http::header::ACCEPT;

use crate::Request;

/// A request's `Accept` header.
#[must_use]
pub fn accept_of(request: &Request) -> Option<&str> {
    request.headers().get(ACCEPT).and_then(|value| value.to_str().ok())
}

/// The media type that a client prefers among `offers`, such as `text/html`. The first of them where it
/// prefers none or has no `Accept` header; none where it accepts none.
#[must_use]
pub fn preferred<'a>(accept: Option<&str>, offers: &[&'a str]) -> Option<&'a str> {
    let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else {
        return offers.first().copied();
    };
    let mut best = (0, None);
    for offer in offers {
        let quality = quality(accept, offer);
        if quality > best.0 {
            best = (quality, Some(*offer));
        }
    }
    best.1
}

/// The weight of a media type in thousandths: that of the most specific range that contains it.
fn quality(accept: &str, media_type: &str) -> u16 {
    let (kind, _) = media_type.split_once('/').unwrap_or_default();
    let ranges = accept.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next()?.to_ascii_lowercase();
        let specificity = match name.split_once('/')? {
            ("*", "*") => 0,
            (range_kind, "*") if range_kind == kind => 1,
            _ if name == media_type => 2,
            _ => return None,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        Some((specificity, weight.map_or(1_000, thousandths)))
    });
    ranges.max_by_key(|(specificity, _)| *specificity).map_or(0, |(_, quality)| quality)
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

    const HTML: &str = "text/html";
    const JSON: &str = "application/json";

    #[test]
    fn a_browser_prefers_html() {
        for accept in [
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
            "text/html",
            "text/*",
            "TEXT/HTML;charset=utf-8",
            "application/json;q=0.5, text/html;q=0.7",
            "*/*, application/json;q=0.9",
            "text/html, application/json; q=broken",
        ] {
            assert_eq!(preferred(Some(accept), &[JSON, HTML]), Some(HTML), "{accept}");
        }
    }

    #[test]
    fn the_first_offer_is_taken_where_a_client_has_no_preference() {
        assert_eq!(preferred(None, &[JSON, HTML]), Some(JSON));
        for accept in [
            "",
            "*/*",
            "application/json",
            "application/json, text/plain, */*",
            "application/*, text/html;q=0.9",
            "text/html, application/json",
            "text/html;q=0, */*",
            "text/html;q=0.4, */*;q=0.5",
        ] {
            assert_eq!(preferred(Some(accept), &[JSON, HTML]), Some(JSON), "{accept}");
        }
    }

    #[test]
    fn a_client_that_accepts_no_offer_gets_none() {
        for accept in ["image/png", "text", "application/xml, image/*", "text/html;q=0", "text/html;q=x"] {
            assert_eq!(preferred(Some(accept), &[HTML]), None, "{accept}");
        }
        assert_eq!(preferred(None, &[]), None);
    }

    #[test]
    fn the_most_specific_range_counts() {
        let accept = "text/*;q=0.3, text/html;q=0.1";
        assert_eq!(preferred(Some(accept), &[HTML, "text/csv"]), Some("text/csv"));
    }
}
