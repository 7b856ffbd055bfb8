//! A query as one condition of SQL over `bookmarks b`.
//!
//! Texts travel in one array, of which the condition names the elements. The index of labels serves tags
//! where all of a result has them, and an index of bookmarks `!untagged`; linkding's substrings are compared
//! row by row, as the index of words knows no parts of words with certainty.

use store::scope::OWN;

use super::query::Condition;

/// A condition, and the tables that it needs ahead of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    /// What `$1` is, an array.
    pub(super) texts: Vec<String>,
    /// Common table expressions.
    pub(super) tables: Vec<String>,
    /// Joined to `bookmarks b`.
    pub(super) joins: String,
    /// `true` where nothing narrows.
    pub(super) condition: String,
}

impl Filter {
    /// The filter of a condition; none narrows nothing.
    pub(super) fn new(condition: Option<&Condition>) -> Self {
        let mut filter = Self::default();
        let Some(condition) = condition else {
            return Self { condition: "true".to_owned(), ..filter };
        };
        filter.condition = filter.sql(condition);
        if has_term(condition) {
            filter.joins = " CROSS JOIN LATERAL (
                     SELECT lower(concat_ws(E'\\x01', b.title, b.description, b.notes, b.url)) AS text
                 ) AS folded"
                .to_owned();
        }
        filter.use_labels(condition);
        filter
    }

    fn text(&mut self, text: &str) -> String {
        self.texts.push(without_controls(text));
        format!("lower(($1::text[])[{}])", self.texts.len())
    }

    fn sql(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::Term(text) => format!("strpos(folded.text, {}) > 0", self.text(text)),
            Condition::Tag(name) => {
                format!("EXISTS (SELECT FROM unnest(b.tags) AS tag WHERE lower(tag) = {})", self.text(name))
            }
            Condition::Unread => "b.unread".to_owned(),
            Condition::Untagged => "coalesce(cardinality(b.tags), 0) = 0".to_owned(),
            Condition::Not(inner) => format!("NOT ({})", self.sql(inner)),
            Condition::And(parts) => self.list(parts, " AND "),
            Condition::Or(parts) => self.list(parts, " OR "),
        }
    }

    fn list(&mut self, parts: &[Condition], operator: &str) -> String {
        let parts: Vec<String> = parts.iter().map(|part| self.sql(part)).collect();
        format!("({})", parts.join(operator))
    }

    /// Looks up in the index of labels what every bookmark of the result has; what is not indexed yet is
    /// compared too. The index folds more than case, so the condition stays.
    fn use_labels(&mut self, condition: &Condition) {
        let single = std::slice::from_ref(condition);
        let required = if let Condition::And(parts) = condition { parts } else { single };
        let tags: Vec<&str> = required
            .iter()
            .filter_map(|part| if let Condition::Tag(name) = part { Some(name.as_str()) } else { None })
            .collect();
        if tags.is_empty() {
            return;
        }
        let named: Vec<String> = tags
            .iter()
            .map(|tag| {
                self.texts.push(without_controls(tag));
                format!("($1::text[])[{}]", self.texts.len())
            })
            .collect();
        self.tables.push(format!(
            "labelled AS MATERIALIZED (
                 SELECT d.bookmark_id AS id FROM keyed_documents AS d
                 WHERE d.keys @@ search_key_query(search_filter(ARRAY[{}]::text[], '{{}}', false, NULL, NULL))
                 UNION
                 SELECT p.id
                 FROM (SELECT first_id, last_id FROM search_pending WHERE {OWN}) AS range
                 CROSS JOIN LATERAL (
                     SELECT id FROM bookmarks
                     WHERE {OWN} AND id BETWEEN range.first_id AND range.last_id OFFSET 0
                 ) AS p)",
            named.join(", ")
        ));
        self.condition = format!("b.id IN (SELECT id FROM labelled) AND {}", self.condition);
    }
}

/// Postgres takes no U+0000, and U+0001 stands between the fields that are compared.
fn without_controls(text: &str) -> String {
    text.replace(['\0', '\u{1}'], "\u{fffd}")
}

fn has_term(condition: &Condition) -> bool {
    match condition {
        Condition::Term(_) => true,
        Condition::Not(inner) => has_term(inner),
        Condition::And(parts) | Condition::Or(parts) => parts.iter().any(has_term),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::query::parse;
    use super::*;

    fn filter(query: &str) -> Filter {
        Filter::new(parse(query).unwrap().as_ref())
    }

    #[test]
    fn texts_are_parameters_whatever_they_hold() {
        let filter = filter("\"'); DROP TABLE bookmarks; --\" or #x'y not !unread");
        assert_eq!(filter.texts, ["'); DROP TABLE bookmarks; --", "x", "y not !unread"]);
        assert!(!filter.condition.contains("DROP"), "{}", filter.condition);
        assert!(filter.condition.contains("($1::text[])[3]"), "{}", filter.condition);
    }

    #[test]
    fn tags_that_all_have_are_looked_up() {
        for (query, is_looked_up) in [
            ("#a", true),
            ("word #a", true),
            ("!untagged", false),
            ("#a or #b", false),
            ("not #a", false),
            ("word", false),
            ("!unread", false),
            ("", false),
        ] {
            assert_eq!(!filter(query).tables.is_empty(), is_looked_up, "{query}");
        }
        assert_eq!(filter("").condition, "true");
    }
}
