//! Attributes of a file that are columns of a bookmark: what people do with bookmarks, beside what they are.

use bookmark_files::attribute::{ARCHIVED, EDITED, NOTES, NUMBER, SHARED, SUGGESTED_TAGS, UNREAD};
use netscape::Attributes;

use super::copy::BOOKMARKS;

/// Names in a list of our own JSON; more are left out.
const MAX_NAMES: usize = 100;

/// The longest name of a tag in characters, as the column `tags` has it.
const MAX_NAME: usize = 255;

/// The columns of a bookmark that come of attributes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct LibraryColumns<'a> {
    /// The number that the bookmark had; it keeps it where no other bookmark has it.
    pub(crate) number: Option<i64>,
    pub(crate) is_archived: bool,
    pub(crate) unread: bool,
    pub(crate) shared: bool,
    pub(crate) notes: Option<&'a str>,
    pub(crate) suggested_tags: Vec<String>,
    pub(crate) edited: Vec<String>,
}

impl<'a> LibraryColumns<'a> {
    /// Reads attributes. What is not as it should be stays an attribute.
    pub(crate) fn read(attributes: &Attributes<'a>) -> Self {
        let mut columns = Self::default();
        for (name, value) in attributes.iter() {
            match name {
                UNREAD => columns.unread |= is_set(value),
                SHARED => columns.shared |= is_set(value),
                ARCHIVED => columns.is_archived |= is_set(value),
                NOTES => columns.notes = Some(value),
                NUMBER => columns.number = number(value),
                SUGGESTED_TAGS => columns.suggested_tags = names(value).unwrap_or_default(),
                EDITED => columns.edited = names(value).unwrap_or_default(),
                _ => {}
            }
        }
        columns
    }
}

/// Returns the attributes that are no columns.
pub(crate) fn others<'a>(attributes: &Attributes<'a>) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
    attributes.iter().filter(|(name, value)| match *name {
        UNREAD | ARCHIVED | SHARED => !is_set(value),
        NOTES => false,
        NUMBER => number(value).is_none(),
        SUGGESTED_TAGS | EDITED => names(value).is_none(),
        _ => true,
    })
}

/// Inserts the rows of bookmarks as [`Incoming::insert`](super::incoming::Incoming::insert) does, with the
/// numbers that they bring where no other bookmark has them, and of several with one number the first.
pub(crate) fn insert_with_numbers() -> String {
    let columns = BOOKMARKS.columns;
    format!(
        "WITH kept AS MATERIALIZED (
             SELECT DISTINCT ON (number) number, id FROM pg_temp.incoming_bookmarks
             WHERE number IN (SELECT keep_numbers(ARRAY(
                 SELECT number FROM pg_temp.incoming_bookmarks WHERE number IS NOT NULL)))
             ORDER BY number, id
         )
         INSERT INTO bookmarks ({columns}, number)
         SELECT {columns}, coalesce(kept.number, nextval('bookmarks_number_seq'))
         FROM pg_temp.incoming_bookmarks AS i LEFT JOIN kept USING (id)"
    )
}

fn is_set(value: &str) -> bool {
    value == "1"
}

fn number(value: &str) -> Option<i64> {
    value.parse().ok().filter(|number| *number > 0)
}

fn names(value: &str) -> Option<Vec<String>> {
    let names: Vec<String> = serde_json::from_str(value).ok()?;
    let is_name =
        |name: &String| !name.is_empty() && name.chars().count() <= MAX_NAME && !name.contains('\0');
    (names.len() <= MAX_NAMES && names.iter().all(is_name)).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_with_a_column_are_in_it_and_the_others_stay() {
        let pairs = [
            ("toread", "1"),
            ("archived", "0"),
            ("notes", "mine"),
            ("branchline-number", "7"),
            ("branchline-edited", "[\"title\"]"),
            ("branchline-suggested-tags", "[\"\"]"),
            ("private", "1"),
        ];
        let attributes = Attributes::from(&pairs[..]);
        let columns = LibraryColumns {
            number: Some(7),
            is_archived: false,
            unread: true,
            shared: false,
            notes: Some("mine"),
            suggested_tags: Vec::new(),
            edited: vec!["title".to_owned()],
        };
        assert_eq!(LibraryColumns::read(&attributes), columns);
        let others: Vec<_> = others(&attributes).collect();
        assert_eq!(others, [("archived", "0"), ("branchline-suggested-tags", "[\"\"]"), ("private", "1")]);
    }

    #[test]
    fn a_number_is_positive_and_fits() {
        for value in ["0", "-1", "1.5", "", "9223372036854775808", "x"] {
            assert_eq!(number(value), None, "{value}");
        }
        assert_eq!(number("9223372036854775807"), Some(i64::MAX));
    }
}
