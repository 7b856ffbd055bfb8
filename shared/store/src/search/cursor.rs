//! The opaque cursor: the last bookmark that the client has seen, with what the result is ordered by, and
//! what was searched for instead of misspelt words, so that the pages after the first search for the same.
//!
//! A client can write one of its own. It holds nothing but values that are compared and words that are
//! searched for, in numbers and lengths that are checked here; that the corrected words are words of `q`, the
//! database says.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use web::{Error, decode_cursor};

use super::Instant;
use super::params::Sort;
use super::spelling::{Corrected, MOST_ALIKE, MOST_WORDS, is_word};

/// Characters of a word that takes the place of another; what is stored for that is shorter.
const MAX_WORD: usize = 60;

/// The sort key of one bookmark. Its id decides between equals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Key {
    /// The id alone, the newest first.
    Stored,
    /// The bits of the score, since its digits might not give it back.
    Relevance(u32),
    /// Microseconds since 2000.
    Newest(i64),
    Oldest(i64),
    Modified(i64),
    /// The title's beginning in lower case.
    Title(String),
}

impl Key {
    fn sort(&self) -> Sort {
        match self {
            Self::Stored => Sort::Stored,
            Self::Relevance(_) => Sort::Relevance,
            Self::Newest(_) => Sort::Newest,
            Self::Oldest(_) => Sort::Oldest,
            Self::Modified(_) => Sort::Modified,
            Self::Title(_) => Sort::Title,
        }
    }
}

/// A place in the result of a search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    id: Uuid,
    key: Key,
    #[serde(default, skip_serializing_if = "Corrected::is_empty")]
    corrected: Corrected,
}

impl Cursor {
    pub(crate) fn new(id: Uuid, key: Key, corrected: &Corrected) -> Self {
        Self { id, key, corrected: corrected.clone() }
    }

    /// Reads a cursor of a search with this order.
    ///
    /// # Errors
    /// 400 for what no search has written, or a search with another order.
    pub(crate) fn read(cursor: &str, sort: Sort) -> Result<Self, Error> {
        decode_cursor::<Self>(cursor)
            .ok()
            .filter(|cursor| cursor.key.sort() == sort && cursor.is_sound())
            .ok_or_else(Self::refused)
    }

    pub(crate) fn refused() -> Error {
        Error::bad_request("The parameter cursor must be a next_cursor of an earlier page of this search.")
    }

    pub(crate) fn id(&self) -> Uuid {
        self.id
    }

    pub(crate) fn score(&self) -> Option<f32> {
        if let Key::Relevance(bits) = self.key { Some(f32::from_bits(bits)) } else { None }
    }

    pub(crate) fn date(&self) -> Option<Instant> {
        match self.key {
            Key::Newest(date) | Key::Oldest(date) | Key::Modified(date) => Some(Instant(date)),
            _ => None,
        }
    }

    pub(crate) fn title(&self) -> Option<&str> {
        if let Key::Title(title) = &self.key { Some(title) } else { None }
    }

    pub(crate) fn take_corrected(&mut self) -> Corrected {
        std::mem::take(&mut self.corrected)
    }

    /// Returns whether its values are such as a search has written: scores are numbers, texts are texts of
    /// Postgres, and the words, which become part of a tsquery, are few, short and only words, and none of
    /// those corrected takes another's place.
    fn is_sound(&self) -> bool {
        let is_short_word = |word: &String| is_word(word) && word.chars().count() <= MAX_WORD;
        self.score().is_none_or(f32::is_finite)
            && self.title().is_none_or(|title| !title.contains('\0'))
            && self.corrected.len() <= MOST_WORDS
            && self.corrected.iter().all(|(word, instead)| {
                is_short_word(word)
                    && (1..=MOST_ALIKE).contains(&instead.len())
                    && instead.iter().all(|word| is_short_word(word) && !self.corrected.contains_key(word))
            })
    }
}

#[cfg(test)]
mod tests {
    use web::encode_cursor;

    use super::*;

    #[test]
    fn a_cursor_reads_back_as_it_was_written() {
        let corrected: Corrected = [("kuberntes".to_owned(), vec!["kubernetes".to_owned()])].into();
        for (key, corrected) in [
            (Key::Stored, Corrected::new()),
            (Key::Relevance(0.607_927_1_f32.to_bits()), corrected),
            (Key::Newest(i64::MIN), Corrected::new()),
            (Key::Oldest(i64::MAX), Corrected::new()),
            (Key::Title("a \u{1} 'title'".to_owned()), Corrected::new()),
        ] {
            let sort = key.sort();
            let cursor = Cursor { id: Uuid::now_v7(), key, corrected };
            assert_eq!(Cursor::read(&encode_cursor(&cursor).unwrap(), sort).unwrap(), cursor);
        }
    }

    fn forged(key: &str, corrected: &str) -> String {
        let json =
            format!(r#"{{"id":"01900000-0000-7000-8000-000000000000","key":{key},"corrected":{corrected}}}"#);
        encode_cursor(&serde_json::from_str::<serde_json::Value>(&json).unwrap()).unwrap()
    }

    #[test]
    fn anything_else_is_refused() {
        let of_score = |corrected: &str| forged(r#"{"relevance":1}"#, corrected);
        assert!(Cursor::read(&of_score(r#"{"a":["b"]}"#), Sort::Relevance).is_ok());
        let many = (0..6).map(|n| format!(r#""a{n}":["b"]"#)).collect::<Vec<_>>().join(",");
        for cursor in [
            "",
            "7",
            "!!!!",
            "AAAAAAAA",
            &of_score("[]"),
            &of_score(r#"{"a":[]}"#),
            &of_score(r#"{"a":["b' | 'c"]}"#),
            &of_score(r#"{"a\\":["b"]}"#),
            // Words that take each other's place, which doubled with each.
            &of_score(r#"{"a":["b","b"],"b":["a","a"]}"#),
            &of_score(r#"{"a":["a"]}"#),
            &of_score(r#"{"a":["b","c","d","e","f","g"]}"#),
            &of_score(&format!("{{{many}}}")),
            &of_score(&format!(r#"{{"a":["{}"]}}"#, "b".repeat(61))),
            &"A".repeat(5_000),
            &forged(&format!(r#"{{"relevance":{}}}"#, f32::NAN.to_bits()), "{}"),
            &forged(&format!(r#"{{"relevance":{}}}"#, f32::INFINITY.to_bits()), "{}"),
            &forged(r#""stored""#, "{}"),
            &forged(r#"{"title":"a"}"#, "{}"),
        ] {
            assert_eq!(Cursor::read(cursor, Sort::Relevance).unwrap_err().status(), 400, "{cursor}");
        }
        let nul = forged(r#"{"title":"a\u0000"}"#, "{}");
        assert_eq!(Cursor::read(&nul, Sort::Title).unwrap_err().status(), 400);
    }
}
