//! What becomes of an entry by its address alone.

use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

/// What the address says of an entry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
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
    /// Two addresses are the same where the WHATWG URL parser writes them alike: the first 16 bytes of the SHA-256 of
    /// what it writes. A raw URL would not fit into an index.
    pub(crate) key: Uuid,
    /// The host: lower case, punycode, without a leading `www.`.
    pub(crate) domain: Option<String>,
}

/// The longest name that DNS allows, and `bookmarks.domain` holds.
const DOMAIN_MAX: usize = 255;

/// Judges the address of an entry; none where it has no HREF.
pub(crate) fn judge(href: Option<&str>) -> Verdict {
    let Some(href) = href.filter(|href| !href.is_empty()) else {
        return Verdict::Fail("it has no address (HREF)".to_owned());
    };
    match Url::parse(href) {
        Ok(url) if url.scheme() == "place" => {
            Verdict::Skip("a place: address is a query of Firefox's own, which means nothing elsewhere")
        }
        Ok(url) => Verdict::Keep(Address { key: key(url.as_str()), domain: domain(&url) }),
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            Verdict::Fail("its address is relative: it does not say on which site".to_owned())
        }
        Err(error) => Verdict::Fail(format!("its address cannot be read: {error}")),
    }
}

fn key(url: &str) -> Uuid {
    let hash: [u8; 32] = Sha256::digest(url).into();
    let mut first = [0; 16];
    first.copy_from_slice(hash.split_at(16).0);
    Uuid::from_bytes(first)
}

fn domain(url: &Url) -> Option<String> {
    let host = url.host_str()?.to_ascii_lowercase();
    let host = host.strip_prefix("www.").filter(|rest| !rest.is_empty()).unwrap_or(&host);
    (!host.is_empty() && host.len() <= DOMAIN_MAX).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(href: &str) -> Address {
        match judge(Some(href)) {
            Verdict::Keep(address) => address,
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
        assert!(matches!(judge(Some("place:type=6&sort=14")), Verdict::Skip(_)));
        for broken in
            [None, Some(""), Some("/relative"), Some("example.com/x"), Some("http://"), Some("http://[::1/")]
        {
            assert!(matches!(judge(broken), Verdict::Fail(_)), "{broken:?}");
        }
    }
}
