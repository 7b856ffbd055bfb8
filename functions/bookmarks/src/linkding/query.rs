//! linkding's search language (since its version 1.44): from a text to what is to hold for a bookmark.
//!
//! ```text
//! query := alts END;  alts := seq { OR seq };  seq := item { [AND] item }
//! item  := NOT item | TERM | TAG | KEYWORD | "(" alts ")"
//! ```
//!
//! `and`, `or` and `not` are operators as whole bare words, in any case. A tag is `#` and what follows it, a
//! keyword `!` and what follows it; a `#` or `!` alone is nothing, and an unknown keyword neither narrows nor
//! widens.

/// Characters of a query; a longer one is refused.
pub(super) const MAX_LENGTH: usize = 4_000;

/// Terms, tags and operators of a query.
const MAX_TOKENS: usize = 300;

/// Parentheses and `not` within each other.
const MAX_DEPTH: usize = 50;

/// What is to hold for a bookmark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// The text is somewhere in title, description, notes or address, in any case.
    Term(String),
    /// It has this tag, in any case.
    Tag(String),
    Unread,
    Untagged,
    Not(Box<Condition>),
    And(Vec<Condition>),
    Or(Vec<Condition>),
}

/// Why a text is no query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QueryError {
    /// Nothing matches it.
    Syntax,
    /// It is longer or deeper than is read.
    TooLarge,
}

/// Reads a query; none where it narrows nothing.
pub(super) fn parse(text: &str) -> Result<Option<Condition>, QueryError> {
    if text.chars().nth(MAX_LENGTH).is_some() {
        return Err(QueryError::TooLarge);
    }
    let tokens = tokens(text);
    if tokens.len() > MAX_TOKENS {
        return Err(QueryError::TooLarge);
    }
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser { tokens: tokens.into_iter().peekable(), depth: 0 };
    let condition = parser.alternatives()?;
    match parser.tokens.next() {
        None => Ok(condition),
        Some(_) => Err(QueryError::Syntax),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Term(String),
    Tag(String),
    Keyword(String),
    And,
    Or,
    Not,
    Open,
    Close,
}

fn tokens(text: &str) -> Vec<Token> {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"' | '\'');
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let after = rest.get(first.len_utf8()..).unwrap_or_default();
        let run = |from: &'_ str, is_end: &dyn Fn(char) -> bool| from.find(is_end).unwrap_or(from.len());
        rest = match first {
            '(' => {
                tokens.push(Token::Open);
                after
            }
            ')' => {
                tokens.push(Token::Close);
                after
            }
            '"' | '\'' => {
                let (phrase, after) = quoted(after, first);
                if !phrase.is_empty() {
                    tokens.push(Token::Term(phrase));
                }
                after
            }
            '#' | '!' => {
                let (name, after) = after.split_at(run(after, &is_end));
                if !name.is_empty() {
                    let name = name.to_owned();
                    tokens.push(if first == '#' { Token::Tag(name) } else { Token::Keyword(name) });
                }
                after
            }
            _ => {
                let (word, after) = rest.split_at(run(rest, &|c| is_end(c) || matches!(c, '#' | '!')));
                tokens.push(match word.to_lowercase().as_str() {
                    "and" => Token::And,
                    "or" => Token::Or,
                    "not" => Token::Not,
                    _ => Token::Term(word.to_owned()),
                });
                after
            }
        }
        .trim_start();
    }
    tokens
}

/// A phrase to its end quote, which may be missing, and what stands behind it.
fn quoted(text: &str, quote: char) -> (String, &str) {
    let mut phrase = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some((_, 'n')) => phrase.push('\n'),
                Some((_, 't')) => phrase.push('\t'),
                Some((_, 'r')) => phrase.push('\r'),
                Some((_, other)) => phrase.push(other),
                None => phrase.push('\\'),
            },
            _ if character == quote => return (phrase, text.get(at + 1..).unwrap_or_default()),
            _ => phrase.push(character),
        }
    }
    (phrase, "")
}

struct Parser<T: Iterator<Item = Token>> {
    tokens: std::iter::Peekable<T>,
    depth: usize,
}

/// A part that an unknown keyword leaves is none.
type Parsed = Result<Option<Condition>, QueryError>;

impl<T: Iterator<Item = Token>> Parser<T> {
    fn alternatives(&mut self) -> Parsed {
        let mut parts = vec![self.sequence()?];
        while self.tokens.next_if_eq(&Token::Or).is_some() {
            parts.push(self.sequence()?);
        }
        Ok(joined(parts, Condition::Or))
    }

    fn sequence(&mut self) -> Parsed {
        let mut parts = vec![self.item()?];
        loop {
            match self.tokens.peek() {
                Some(Token::And) => {
                    self.tokens.next();
                }
                None | Some(Token::Or | Token::Close) => return Ok(joined(parts, Condition::And)),
                Some(_) => {}
            }
            parts.push(self.item()?);
        }
    }

    fn item(&mut self) -> Parsed {
        Ok(match self.tokens.next() {
            Some(Token::Term(text)) => Some(Condition::Term(text)),
            Some(Token::Tag(name)) => Some(Condition::Tag(name)),
            Some(Token::Keyword(name)) => match name.to_lowercase().as_str() {
                "unread" => Some(Condition::Unread),
                "untagged" => Some(Condition::Untagged),
                _ => None,
            },
            Some(Token::Not) => {
                let negated = self.deeper(Self::item)?;
                negated.map(|condition| Condition::Not(Box::new(condition)))
            }
            Some(Token::Open) => {
                let inner = self.deeper(Self::alternatives)?;
                if self.tokens.next() != Some(Token::Close) {
                    return Err(QueryError::Syntax);
                }
                inner
            }
            None | Some(Token::And | Token::Or | Token::Close) => return Err(QueryError::Syntax),
        })
    }

    fn deeper(&mut self, parse: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(QueryError::TooLarge);
        }
        let parsed = parse(self)?;
        self.depth -= 1;
        Ok(parsed)
    }
}

fn joined(parts: Vec<Option<Condition>>, join: fn(Vec<Condition>) -> Condition) -> Option<Condition> {
    let mut parts: Vec<Condition> = parts.into_iter().flatten().collect();
    if parts.len() > 1 { Some(join(parts)) } else { parts.pop() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A condition as a text with all its parentheses; the empty text where nothing is narrowed.
    fn shown(text: &str) -> String {
        fn show(condition: &Condition) -> String {
            let list = |parts: &[Condition], operator: &str| {
                format!("({})", parts.iter().map(show).collect::<Vec<_>>().join(operator))
            };
            match condition {
                Condition::Term(text) => text.clone(),
                Condition::Tag(name) => format!("#{name}"),
                Condition::Unread => "!unread".to_owned(),
                Condition::Untagged => "!untagged".to_owned(),
                Condition::Not(inner) => format!("-{}", show(inner)),
                Condition::And(parts) => list(parts, " & "),
                Condition::Or(parts) => list(parts, " | "),
            }
        }
        match parse(text) {
            Ok(condition) => condition.as_ref().map(show).unwrap_or_default(),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn a_query_is_read_as_linkding_reads_it() {
        for (query, meant) in [
            ("a b", "(a & b)"),
            ("a or b c", "(a | (b & c))"),
            ("(a or b) c", "((a | b) & c)"),
            ("not a b", "(-a & b)"),
            ("not(a or b)", "-(a | b)"),
            ("not not a", "--a"),
            ("A AND b OR c", "((A & b) | c)"),
            ("\"x and y\"", "x and y"),
            (r#""say \"hi\"""#, "say \"hi\""),
            ("\"open end", "open end"),
            ("#Book !untagged", "(#Book & !untagged)"),
            ("!UNREAD or #later", "(!unread | #later)"),
            ("not !untagged", "-!untagged"),
            ("#c#", "#c#"),
            ("c#", "c"),
            ("foo#bar", "(foo & #bar)"),
            ("a!unread", "(a & !unread)"),
            ("#\"x y\"", "x y"),
            ("#a,b", "#a,b"),
            ("don't", "(don & t)"),
            ("Foo_(bar)", "(Foo_ & bar)"),
            ("http://x.de/p?a=1#f", "(http://x.de/p?a=1 & #f)"),
            ("-foo", "-foo"),
            ("a*", "a*"),
            ("title:x", "title:x"),
            ("#", ""),
            ("\"\"", ""),
            ("!foo", ""),
            ("", ""),
            ("!foo or #a", "#a"),
            ("not !foo", ""),
            ("!a#b", ""),
            ("'a \\n b'", "a \n b"),
            ("x\u{3000}y", "(x & y)"),
        ] {
            assert_eq!(shown(query), meant, "{query}");
        }
        for broken in ["not", "a and", "or a", "a )", "()", "a and #", "(a", "a or", "and", "not )"] {
            assert_eq!(shown(broken), "Syntax", "{broken}");
        }
    }

    #[test]
    fn a_query_has_bounds() {
        let deep = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(shown(&deep(MAX_DEPTH)), "a");
        assert_eq!(shown(&deep(MAX_DEPTH + 1)), "TooLarge");
        assert_eq!(shown(&"not ".repeat(MAX_DEPTH + 1)), "TooLarge");
        assert_eq!(shown(&"a ".repeat(MAX_TOKENS + 1)), "TooLarge");
        assert_eq!(shown(&"é".repeat(MAX_LENGTH + 1)), "TooLarge");
        assert_eq!(shown(&"é".repeat(MAX_LENGTH)), "é".repeat(MAX_LENGTH));
    }

    proptest::proptest! {
        #[test]
        fn whatever_a_query_holds_it_is_read_or_refused(text in "[a-c#!()\"'\\\\ andortu]{0,60}") {
            let _ = parse(&text);
        }
    }
}
