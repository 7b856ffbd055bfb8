//! Digests by which a deploy knows the database that was rehearsed for: SHA-256 in hexadecimal.

use files::Applied;
use pg::{Host, Url};
use sha2::{Digest, Sha256};

/// Of which database a URL names, without telling where it is. Neon's pooler is the same database.
pub fn database(url: &Url) -> String {
    let url = url.direct();
    let host = match url.host() {
        Host::Name(name) => name.to_ascii_lowercase(),
        Host::Socket(folder) => folder.display().to_string(),
    };
    digest([host.as_str(), &url.port().to_string(), url.dbname()])
}

/// Of what a history says is applied, whenever it was.
pub fn history(history: &[Applied]) -> String {
    let rows: Vec<String> =
        history.iter().map(|row| format!("{} {} {}", row.version, row.name, row.checksum)).collect();
    digest(rows.iter().map(String::as_str))
}

fn digest<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text);
        // No text holds a zero byte, since Postgres's do not.
        digest.update([0]);
    }
    format!("{:x}", digest.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_the_same_whoever_asks_and_through_whatever() {
        let digest = |url: &str| database(&Url::parse(url).unwrap());
        let direct = digest("postgresql://a:b@ep-x-1.eu.aws.neon.tech/d");
        assert_eq!(
            digest("postgresql://c@EP-x-1-pooler.eu.aws.neon.tech:5432/d?channel_binding=require").len(),
            64
        );
        assert_eq!(
            digest("postgresql://c@ep-x-1-pooler.eu.aws.neon.tech:5432/d?channel_binding=require"),
            direct
        );
        assert_ne!(digest("postgresql://a:b@ep-x-1.eu.aws.neon.tech/e"), direct);
        assert_ne!(digest("postgresql://a:b@ep-x-2.eu.aws.neon.tech/d"), direct);
    }
}
