//! The language of `q`.

/// The parsed terms of `q`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    /// Each must be found, and may be several words that are written together.
    pub(crate) words: Vec<String>,
    /// Each must be found as it stands.
    pub(crate) phrases: Vec<String>,
    /// None may be found.
    pub(crate) excluded: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) excluded_tags: Vec<String>,
    pub(crate) untagged: bool,
    /// True if the last of the words may be the beginning of one.
    pub(crate) is_open: bool,
}

impl Terms {
    /// Reads terms that stand between blanks: `word`, `"a phrase"`, `#tag`, each after `-` where it is
    /// excluded, and `!untagged`. Any text has a reading: a quote without its other one goes to the end, and
    /// a sign that stands before nothing is a word, which finds nothing.
    pub(crate) fn read(q: &str) -> Self {
        let mut terms = Self::default();
        let mut rest = q.trim_start();
        while !rest.is_empty() {
            terms.is_open = false;
            let after_sign = rest.strip_prefix('-').filter(|term| begins_term(term));
            let term = after_sign.unwrap_or(rest);
            let (text, kind, after) = split(term);
            let (text, is_excluded) = (text.to_owned(), after_sign.is_some());
            match (kind, is_excluded) {
                (Kind::Phrase, false) => terms.phrases.push(text),
                (Kind::Phrase | Kind::Word, true) => terms.excluded.push(text),
                (Kind::Tag, false) => terms.tags.push(text),
                (Kind::Tag, true) => terms.excluded_tags.push(text),
                (Kind::Word, false) if text == "!untagged" => terms.untagged = true,
                (Kind::Word, false) => {
                    terms.add_words(&text);
                    terms.is_open = after.is_empty() && text.ends_with(is_of_word);
                }
            }
            rest = after.trim_start();
        }
        terms
    }

    /// Returns whether it asks for anything that documents are ranked by.
    pub(crate) fn has_words(&self) -> bool {
        !self.words.is_empty() || !self.phrases.is_empty()
    }

    /// Words between list punctuation need not stand together.
    fn add_words(&mut self, text: &str) {
        let parts =
            text.split([',', ';', '|', '&', '!', '(', ')', '<', '>', '"']).filter(|part| !part.is_empty());
        let before = self.words.len();
        self.words.extend(parts.map(str::to_owned));
        if self.words.len() == before {
            self.words.push(text.to_owned());
        }
    }
}

enum Kind {
    Word,
    Phrase,
    Tag,
}

/// A term, and what stands behind it.
fn split(term: &str) -> (&str, Kind, &str) {
    if let Some(quoted) = term.strip_prefix('"') {
        let (phrase, after) = quoted.split_once('"').unwrap_or((quoted, ""));
        return (phrase, Kind::Phrase, after);
    }
    let (text, after) = term.split_at(term.find(char::is_whitespace).unwrap_or(term.len()));
    match text.strip_prefix('#').filter(|tag| !tag.is_empty()) {
        Some(tag) => (tag, Kind::Tag, after),
        None => (text, Kind::Word, after),
    }
}

/// Returns whether a word, a phrase or a tag begins here.
fn begins_term(text: &str) -> bool {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text.len() > 1 && text.starts_with('"') || text.get(..end).is_some_and(|term| term.contains(is_of_word))
}

/// Returns whether a character may be of a word, as far as that shows here.
fn is_of_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || !(character.is_ascii() || character.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn every_kind_of_term_is_recognized() {
        let terms =
            Terms::read("rust  \"async book\" #ops -java -\"old edition\" -#toread !untagged node.js");
        let expected = Terms {
            words: strings(&["rust", "node.js"]),
            phrases: strings(&["async book"]),
            excluded: strings(&["java", "old edition"]),
            tags: strings(&["ops"]),
            excluded_tags: strings(&["toread"]),
            untagged: true,
            is_open: true,
        };
        assert_eq!(terms, expected);
    }

    #[test]
    fn a_sign_that_stands_for_nothing_is_a_word() {
        for q in ["-", "--", "#", "- -", "!", "-#", "-!"] {
            let terms = Terms::read(q);
            assert!(
                terms.has_words() && terms.excluded.is_empty() && terms.tags.is_empty(),
                "{q}: {terms:?}"
            );
        }
        assert_eq!(Terms::read("a - b").words, strings(&["a", "-", "b"]));
        assert_eq!(Terms::read("well-known").words, strings(&["well-known"]));
        assert_eq!(Terms::read("C# C++").words, strings(&["C#", "C++"]));
        assert_eq!(Terms::read("-#c#").excluded_tags, strings(&["c#"]));
    }

    #[test]
    fn a_quote_without_its_other_one_goes_to_the_end() {
        assert_eq!(Terms::read("\"a b").phrases, strings(&["a b"]));
        assert_eq!(Terms::read("-\"").phrases, strings(&[]));
        assert_eq!(Terms::read("a\"b").words, strings(&["a", "b"]));
    }

    #[test]
    fn only_a_word_at_the_end_may_go_on() {
        for (q, is_open) in [
            ("kube", true),
            ("書", true),
            ("kube ", false),
            ("kube,", false),
            ("\"kube\"", false),
            ("kube -art", false),
            ("-art kube", true),
            ("C++", false),
        ] {
            assert_eq!(Terms::read(q).is_open, is_open, "{q}");
        }
    }
}
