//! Spelling correction against the stored vocabulary.

use std::collections::BTreeMap;

use strsim::osa_distance;

/// Misspelt words, each with what is searched in its place, the most alike first.
pub type Corrected = BTreeMap<String, Vec<String>>;

/// A word that nothing has.
#[derive(Debug)]
pub(crate) struct Misspelt {
    pub(crate) word: String,
    /// Stored words that share trigrams with it, the most alike first.
    pub(crate) alike: Vec<String>,
}

/// Words that are equally near are searched together, but only so many.
pub(crate) const MOST_ALIKE: usize = 5;

/// So many words of a search may be misspelt; `search_near` gives up beyond.
pub(crate) const MOST_WORDS: usize = 5;

/// The words to search instead; none where nothing is misspelt, or one of the words is like nothing stored.
pub(crate) fn correct(misspelt: &[Misspelt]) -> Option<Corrected> {
    if misspelt.is_empty() {
        return None;
    }
    misspelt.iter().map(|one| Some((one.word.clone(), nearest(one)?))).collect()
}

/// The stored words with the fewest typing errors between: letters left out, put in, mistaken or swapped with
/// the next one, each once (the optimal string alignment distance).
fn nearest(misspelt: &Misspelt) -> Option<Vec<String>> {
    let allowed = match misspelt.word.chars().count() {
        0..=5 => 1,
        6..=9 => 2,
        _ => 3,
    };
    let errors: Vec<usize> = misspelt.alike.iter().map(|word| osa_distance(word, &misspelt.word)).collect();
    let fewest = *errors.iter().min().filter(|fewest| **fewest <= allowed)?;
    let words = misspelt.alike.iter().zip(errors).filter(|(_, errors)| *errors == fewest);
    Some(words.map(|(word, _)| word.clone()).take(MOST_ALIKE).collect())
}

/// Returns whether a text is one word to Postgres, or at least cannot end a quoted word.
pub(crate) fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corrected(word: &str, alike: &[&str]) -> Option<Corrected> {
        let alike = alike.iter().map(ToString::to_string).collect();
        correct(&[Misspelt { word: word.to_owned(), alike }])
    }

    #[test]
    fn typing_errors_are_counted() {
        for (left, right, errors) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("kubernetes", "kubernetes", 0),
            ("kubernetes", "kuberntes", 1),
            ("python", "pyhton", 1),
            ("kitten", "sitting", 3),
            ("ca", "abc", 3),
            ("ab", "ba", 1),
            ("éa", "ée", 1),
        ] {
            assert_eq!(osa_distance(left, right), errors, "{left} {right}");
            assert_eq!(osa_distance(right, left), errors, "{right} {left}");
        }
    }

    #[test]
    fn only_the_nearest_words_are_searched() {
        let found = corrected("kuberntes", &["kubernete", "kubernetes", "cybernetics"]).unwrap();
        assert_eq!(found["kuberntes"], ["kubernetes"]);
        let found = corrected("tokio", &["tokyo", "tokios"]).unwrap();
        assert_eq!(found["tokio"], ["tokyo", "tokios"]);
    }

    #[test]
    fn a_short_word_is_not_taken_for_a_very_different_one() {
        assert_eq!(corrected("rust", &["just", "dusk"]).unwrap()["rust"], ["just"]);
        assert_eq!(corrected("rust", &["dusk", "tests"]), None);
        assert_eq!(corrected("rust", &[]), None);
    }

    #[test]
    fn one_word_that_is_like_nothing_leaves_all_as_they_are() {
        let misspelt = [("kuberntes", "kubernetes"), ("xyzzy", "python")]
            .map(|(word, alike)| Misspelt { word: word.to_owned(), alike: vec![alike.to_owned()] });
        assert_eq!(correct(&misspelt), None);
        assert_eq!(correct(&[]), None);
    }
}
