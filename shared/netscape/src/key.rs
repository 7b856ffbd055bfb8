//! The attributes that nearly all files keep to. They are known without decoding their names, and one that is
//! written as browsers write it (`HREF="`) is known from its first bytes.

/// An attribute with a meaning here, or just a frequent one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    AddDate,
    Description,
    FeedUrl,
    Href,
    Icon,
    IconUri,
    LastCharset,
    LastModified,
    LastVisit,
    Private,
    Tags,
    TimeAdded,
    ToRead,
}

/// The name of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name<'a> {
    Usual(Key),
    /// As it stands in the file.
    Other(&'a [u8]),
}

use Key::*;

const ALL: [Key; 13] = [
    AddDate,
    Description,
    FeedUrl,
    Href,
    Icon,
    IconUri,
    LastCharset,
    LastModified,
    LastVisit,
    Private,
    Tags,
    TimeAdded,
    ToRead,
];

impl Key {
    /// The name in lower case.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            AddDate => "add_date",
            Description => "description",
            FeedUrl => "feedurl",
            Href => "href",
            Icon => "icon",
            IconUri => "icon_uri",
            LastCharset => "last_charset",
            LastModified => "last_modified",
            LastVisit => "last_visit",
            Private => "private",
            Tags => "tags",
            TimeAdded => "time_added",
            ToRead => "toread",
        }
    }

    pub(crate) fn from_name(name: &[u8]) -> Option<Self> {
        ALL.into_iter().find(|key| name.eq_ignore_ascii_case(key.name().as_bytes()))
    }

    /// The attribute at the start of `text` and where its value begins, if it is written in the canonical
    /// form: upper case, no white space, double quotes.
    pub(crate) fn canonical(text: &[u8]) -> Option<(Self, usize)> {
        let is = |opening: &[u8], key| text.starts_with(opening).then_some((key, opening.len()));
        match text.first()? {
            b'A' => is(b"ADD_DATE=\"", AddDate),
            b'H' => is(b"HREF=\"", Href),
            b'I' => is(b"ICON=\"", Icon).or_else(|| is(b"ICON_URI=\"", IconUri)),
            b'L' => is(b"LAST_MODIFIED=\"", LastModified)
                .or_else(|| is(b"LAST_CHARSET=\"", LastCharset))
                .or_else(|| is(b"LAST_VISIT=\"", LastVisit)),
            b'P' => is(b"PRIVATE=\"", Private),
            b'T' => is(b"TAGS=\"", Tags).or_else(|| is(b"TOREAD=\"", ToRead)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_in_any_case() {
        for key in ALL {
            assert_eq!(Key::from_name(key.name().to_uppercase().as_bytes()), Some(key));
        }
        assert_eq!(Key::from_name(b"Add_Date"), Some(AddDate));
        assert_eq!(Key::from_name(b"hrefs"), None);
    }

    #[test]
    fn the_canonical_form_is_the_name_and_a_quotation_mark() {
        for key in ALL {
            let attribute = format!("{}=\"value\"", key.name().to_uppercase());
            if let Some((found, value)) = Key::canonical(attribute.as_bytes()) {
                assert_eq!(found, key);
                assert_eq!(&attribute[value..], "value\"");
            }
        }
        assert_eq!(Key::canonical(b"HREF=\"x\""), Some((Href, 6)));
        for other in ["href=\"x\"", "HREF=x", "HREF = \"x\"", "HREF='x'", "HREF", "ICONS=\"x\"", ""] {
            assert_eq!(Key::canonical(other.as_bytes()), None);
        }
    }
}
