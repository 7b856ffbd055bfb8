//! Chains of AND and OR in one form.
//!
//! `a BETWEEN 1 AND 9 AND b` is printed as `(((a >= 1) AND (a <= 9)) AND b)`, and read again as
//! `((a >= 1) AND (a <= 9) AND b)`. Both become the second.

use super::literal;

const WORDS: [&str; 2] = [" AND ", " OR "];

/// What stands between two parentheses, while it is read.
#[derive(Default)]
struct Group {
    /// Each with the word after it.
    operands: Vec<(Operand, &'static str)>,
    last: Operand,
}

#[derive(Default)]
struct Operand {
    text: String,
    /// The chain that it is, with its word and without its parentheses.
    chain: Option<(&'static str, String)>,
}

impl Operand {
    fn is_chain(&self, word: &str) -> bool {
        self.chain.as_ref().is_some_and(|(own, inner)| *own == word && self.text == format!("({inner})"))
    }
}

impl Group {
    /// Its text, and its word where it is a chain.
    fn end(self) -> (String, Option<&'static str>) {
        let word = self.operands.first().map(|(_, word)| *word);
        let word = word.filter(|word| self.operands.iter().all(|(_, other)| other == word));
        let mut text = String::new();
        for (operand, after) in self.operands.into_iter().chain([(self.last, "")]) {
            let inner = word.filter(|word| operand.is_chain(word)).and(operand.chain);
            text += &inner.map_or(operand.text, |(_, inner)| inner);
            text += after;
        }
        (text, word)
    }
}

/// A text in which no chain stands in one of the same word; none where its parentheses do not match.
pub(super) fn flattened(text: &str) -> Option<String> {
    let (mut open, mut group) = (Vec::new(), Group::default());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => literal(rest)?,
            '"' => rest[1..].find('"')? + 2,
            _ => first.len_utf8(),
        };
        let word = WORDS.into_iter().find(|word| rest.starts_with(word));
        match (first, word) {
            ('(', _) => open.push(std::mem::take(&mut group)),
            (')', _) => {
                let (inner, word) = std::mem::replace(&mut group, open.pop()?).end();
                group.last.text += &format!("({inner})");
                group.last.chain = word.map(|word| (word, inner));
            }
            // Beyond all parentheses a clause may end where an operand seems to.
            (_, Some(word)) if !open.is_empty() => {
                let operand = std::mem::take(&mut group.last);
                group.operands.push((operand, word));
                rest = &rest[word.len()..];
                continue;
            }
            _ => group.last.text.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    open.is_empty().then(|| group.end().0)
}

#[cfg(test)]
mod tests {
    use super::flattened;

    #[test]
    fn a_chain_in_one_of_its_word_is_a_part_of_it() {
        for (text, flat) in [
            ("CHECK ((((n >= 1) AND (n <= 9)) AND (NOT b)))", "CHECK (((n >= 1) AND (n <= 9) AND (NOT b)))"),
            ("(a AND ((b AND c) AND d))", "(a AND b AND c AND d)"),
            ("((a OR b) OR c)", "(a OR b OR c)"),
        ] {
            assert_eq!(flattened(text).as_deref(), Some(flat));
        }
    }

    #[test]
    fn what_is_no_such_chain_stays() {
        for text in [
            "((a OR b) AND c)",
            "((a AND b) OR c AND d)",
            "(f(a AND b) AND c)",
            "(NOT (a AND b) AND c)",
            "((a AND b)::text AND c)",
            "('((a AND b) AND c)'::text = \"(x AND\")",
            "(a AND b) AND c",
            "",
        ] {
            assert_eq!(flattened(text).as_deref(), Some(text));
        }
        assert_eq!(flattened("(a AND (b"), None);
    }
}
