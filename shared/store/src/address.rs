//! What of an address is stored beside it.

use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

/// The longest name that DNS allows, and `bookmarks.domain` holds.
const DOMAIN_MAX: usize = 255;

/// `bookmarks.url_key`. Two addresses are the same where the WHATWG URL parser writes them alike: the first
/// 16 bytes of the SHA-256 of what it writes. A raw URL would not fit into an index.
#[must_use]
pub fn key(url: &Url) -> Uuid {
    let hash: [u8; 32] = Sha256::digest(url.as_str()).into();
    let mut first = [0; 16];
    first.copy_from_slice(hash.split_at(16).0);
    Uuid::from_bytes(first)
}

/// `bookmarks.domain`: the host in lower case and punycode, without a leading `www.`; none where the scheme
/// has none.
#[must_use]
pub fn domain(url: &Url) -> Option<String> {
    let host = url.host_str()?.to_ascii_lowercase();
    let host = host.strip_prefix("www.").filter(|rest| !rest.is_empty()).unwrap_or(&host);
    (!host.is_empty() && host.len() <= DOMAIN_MAX).then(|| host.to_owned())
}
