//! Which of two representations an `Accept` header prefers.

/// Whether a client would rather have HTML than JSON. One that likes both as well gets JSON, as do `*/*` and no header.
pub(super) fn prefers_html(accept: &str) -> bool {
    quality(accept, "text", "html") > quality(accept, "application", "json")
}

/// How much a media type is liked, from 0 to 1: by the most specific range that holds it (RFC 9110, section 12.5.1).
fn quality(accept: &str, kind: &str, subtype: &str) -> f32 {
    let ranges = accept.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let (range_kind, range_subtype) = parts.next()?.split_once('/')?;
        let is = |range: &str, name: &str| range.eq_ignore_ascii_case(name);
        let specificity = match (range_kind, range_subtype) {
            ("*", "*") => 1,
            (range_kind, "*") if is(range_kind, kind) => 2,
            (range_kind, range_subtype) if is(range_kind, kind) && is(range_subtype, subtype) => 3,
            _ => return None,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let weight = weight.map_or(Some(1.0), |text| text.parse::<f32>().ok());
        Some((specificity, weight.filter(|weight| (0.0..=1.0).contains(weight)).unwrap_or(0.0)))
    });
    ranges.max_by_key(|(specificity, _)| *specificity).map_or(0.0, |(_, weight)| weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_prefer_html() {
        for accept in [
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
            "text/html",
            "text/*",
            "TEXT/HTML;charset=utf-8",
            "application/json;q=0.5, text/html;q=0.7",
            "*/*, application/json;q=0.9",
            "text/html, application/json; q=broken",
        ] {
            assert!(prefers_html(accept), "{accept}");
        }
    }

    #[test]
    fn everybody_else_gets_json() {
        for accept in [
            "",
            "*/*",
            "application/json",
            "application/json, text/plain, */*",
            "application/*, text/html;q=0.9",
            "text/html, application/json",
            "text/html;q=0, */*",
            "text/html;q=0.4, */*;q=0.5",
            "image/png",
            "text",
        ] {
            assert!(!prefers_html(accept), "{accept}");
        }
    }
}
