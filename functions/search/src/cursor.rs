//! The opaque cursor: the last bookmark that the client has seen, and what was searched for instead of misspelt words,
//! so that the pages after the first search for the same.

use app::Error;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::hit::Hit;
use crate::nearest::{Corrected, is_word};

/// A place in the result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    id: Uuid,
    /// The bits of the score, since its digits might not give it back; none where the newest come first.
    score: Option<u32>,
    #[serde(default, skip_serializing_if = "Corrected::is_empty")]
    corrected: Corrected,
}

impl Cursor {
    pub(crate) fn after(hit: &Hit, corrected: &Corrected) -> Self {
        Self { id: hit.bookmark.id, score: hit.score.map(f32::to_bits), corrected: corrected.clone() }
    }

    pub(crate) fn write(&self) -> Result<String, Error> {
        serde_json::to_vec(self).map(|json| URL_SAFE_NO_PAD.encode(json)).map_err(Error::internal)
    }

    /// # Errors
    /// 400 for what [`Cursor::write`] has not written.
    pub(crate) fn read(cursor: &str) -> Result<Self, Error> {
        URL_SAFE_NO_PAD
            .decode(cursor)
            .ok()
            .and_then(|json| serde_json::from_slice::<Self>(&json).ok())
            // They become part of a tsquery.
            .filter(|cursor| {
                let mut words =
                    cursor.corrected.iter().flat_map(|(word, instead)| instead.iter().chain([word]));
                words.all(|word| is_word(word))
                    && cursor.corrected.values().all(|instead| !instead.is_empty())
            })
            .ok_or_else(Self::refused)
    }

    pub(crate) fn refused() -> Error {
        Error::bad_request("The parameter cursor must be a next_cursor of an earlier page of this search.")
    }

    pub(crate) fn id(&self) -> Uuid {
        self.id
    }

    pub(crate) fn score(&self) -> Option<f32> {
        self.score.map(f32::from_bits)
    }

    /// Whether it stands in a result that is ordered by score.
    pub(crate) fn is_of_scores(&self) -> bool {
        self.score.is_some()
    }

    pub(crate) fn take_corrected(&mut self) -> Corrected {
        std::mem::take(&mut self.corrected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_gives_back_what_it_was_made_of() {
        let corrected: Corrected = [("kuberntes".to_owned(), vec!["kubernetes".to_owned()])].into();
        for (score, corrected) in [(None, Corrected::new()), (Some(0.607_927_1_f32.to_bits()), corrected)] {
            let cursor = Cursor { id: Uuid::now_v7(), score, corrected };
            assert_eq!(Cursor::read(&cursor.write().unwrap()).unwrap(), cursor);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let forged = |corrected: &str| {
            URL_SAFE_NO_PAD.encode(format!(
                r#"{{"id":"01900000-0000-7000-8000-000000000000","score":1,"corrected":{corrected}}}"#
            ))
        };
        assert!(Cursor::read(&forged(r#"{"a":["b"]}"#)).is_ok());
        for cursor in [
            "",
            "7",
            "!!!!",
            "AAAAAAAA",
            &forged("[]"),
            &forged(r#"{"a":[]}"#),
            &forged(r#"{"a":["b' | 'c"]}"#),
            &forged(r#"{"a\\":["b"]}"#),
        ] {
            assert_eq!(Cursor::read(cursor).unwrap_err().status(), 400, "{cursor}");
        }
    }
}
