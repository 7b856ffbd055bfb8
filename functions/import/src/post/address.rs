//! Judges an entry by its address alone.

use netscape::Bookmark;
use store::address;
use url::Url;
use uuid::Uuid;

/// The verdict on an address.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum AddressVerdict {
    /// It is a bookmark.
    Keep(Address),
    /// It is nothing that a bookmark store keeps.
    Skip(&'static str),
    /// It should be a bookmark and is not.
    Fail(String),
}

/// An address that can be kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// [`address::key`].
    pub(crate) key: Uuid,
    /// [`address::domain`].
    pub(crate) domain: Option<String>,
    /// The warning about an unusual address.
    pub(crate) warning: Option<&'static str>,
}

const BY_FEED: &str = "it has no address (HREF), and is stored by that of its feed (FEEDURL)";

/// The address of an entry: its HREF, or its FEEDURL where that is all it has, as Firefox wrote some live
/// bookmarks.
pub(crate) fn address_of<'a>(bookmark: &Bookmark<'a>) -> Option<&'a str> {
    href(bookmark).or_else(|| bookmark.attributes.get("feedurl")).or(bookmark.url)
}

fn href<'a>(bookmark: &Bookmark<'a>) -> Option<&'a str> {
    bookmark.url.filter(|href| !href.is_empty())
}

/// Judges an entry by its address.
pub(crate) fn judge(bookmark: &Bookmark<'_>) -> AddressVerdict {
    let Some(address) = address_of(bookmark).filter(|address| !address.is_empty()) else {
        return AddressVerdict::Fail("it has no address (HREF)".to_owned());
    };
    match Url::parse(address) {
        Ok(url) if url.scheme() == "place" => AddressVerdict::Skip(
            "a place: address is a query of Firefox's own, which means nothing elsewhere",
        ),
        Ok(url) => {
            let warning = href(bookmark).is_none().then_some(BY_FEED);
            AddressVerdict::Keep(Address { key: address::key(&url), domain: address::domain(&url), warning })
        }
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            AddressVerdict::Fail("its address is relative: it does not say on which site".to_owned())
        }
        Err(error) => AddressVerdict::Fail(format!("its address cannot be read: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge_href(url: Option<&str>) -> AddressVerdict {
        judge(&Bookmark { url, ..Bookmark::default() })
    }

    fn kept(href: &str) -> Address {
        match judge_href(Some(href)) {
            AddressVerdict::Keep(address) => address,
            other => panic!("{href}: {other:?}"),
        }
    }

    #[test]
    fn the_same_address_has_the_same_key_however_it_is_written() {
        let key = kept("http://example.com/").key;
        for same in ["HTTP://EXAMPLE.com", "http://example.com:80/", "http://example.com/a/.."] {
            assert_eq!(kept(same).key, key, "{same}");
        }
        for other in [
            "https://example.com/",
            "http://www.example.com/",
            "http://example.com/?",
            "http://example.com/#a",
        ] {
            assert_ne!(kept(other).key, key, "{other}");
        }
        // printf http://example.com/ | sha256sum
        assert_eq!(key.simple().to_string(), "2a1b402420ef46577471cdc7409b0fa2");
    }

    #[test]
    fn the_domain_is_the_host_in_its_plain_form() {
        let domain = |href| kept(href).domain;
        assert_eq!(domain("https://WWW.Example.COM/x").as_deref(), Some("example.com"));
        assert_eq!(domain("https://bücher.example/").as_deref(), Some("xn--bcher-kva.example"));
        assert_eq!(domain("http://127.0.0.1:8080/").as_deref(), Some("127.0.0.1"));
        assert_eq!(domain("http://www./").as_deref(), Some("www."));
        for none in
            ["javascript:alert(1)", "data:text/plain,x", "about:blank", "file:///etc/hosts", "mailto:a@b.c"]
        {
            assert_eq!(domain(none), None, "{none}");
        }
    }

    #[test]
    fn firefox_queries_are_skipped_and_what_is_no_address_fails() {
        assert!(matches!(judge_href(Some("place:type=6&sort=14")), AddressVerdict::Skip(_)));
        for broken in
            [None, Some(""), Some("/relative"), Some("example.com/x"), Some("http://"), Some("http://[::1/")]
        {
            assert!(matches!(judge_href(broken), AddressVerdict::Fail(_)), "{broken:?}");
        }
    }

    #[test]
    fn a_live_bookmark_without_an_address_is_kept_by_that_of_its_feed() {
        let feed = [("feedurl", "https://feed.example/rss")];
        for url in [None, Some("")] {
            let bookmark = Bookmark { url, attributes: feed.as_slice().into(), ..Bookmark::default() };
            assert_eq!(address_of(&bookmark), Some("https://feed.example/rss"));
            let AddressVerdict::Keep(address) = judge(&bookmark) else { panic!("it is not kept") };
            assert_eq!((address.domain.as_deref(), address.warning), (Some("feed.example"), Some(BY_FEED)));
        }
        let both = Bookmark {
            url: Some("https://site.example/"),
            attributes: feed.as_slice().into(),
            ..Bookmark::default()
        };
        assert_eq!(address_of(&both), Some("https://site.example/"));
        let relative = [("feedurl", "/rss")];
        let refused = Bookmark { attributes: relative.as_slice().into(), ..Bookmark::default() };
        assert!(matches!(judge(&refused), AddressVerdict::Fail(reason) if reason.contains("relative")));
    }
}
