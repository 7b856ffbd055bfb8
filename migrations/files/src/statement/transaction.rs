//! Finds statements that do not run in a transaction.

use super::scanner::{Scanner, Token};
use super::{Statement, has};
use crate::table_name::identifier;

impl Statement<'_> {
    /// Returns the statement's name if the server refuses it in a transaction: the callers of
    /// `PreventInTransactionBlock` in Postgres 17, as far as the text shows, and a block of code that ends
    /// transactions.
    #[must_use]
    pub fn needs_no_transaction(&self) -> Option<&'static str> {
        const FIRST: [&str; 8] = ["CREATE", "DROP", "REINDEX", "ALTER", "VACUUM", "CLUSTER", "DISCARD", "DO"];
        // Most statements of a long file are INSERTs, and need not be read to their end.
        if !self.words(1).first().is_some_and(|word| FIRST.contains(&word.as_str())) {
            return None;
        }
        let words = self.outer_words();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let concurrently = words.contains(&"CONCURRENTLY");
        match words[..] {
            ["CREATE", "INDEX", ..] | ["CREATE", "UNIQUE", "INDEX", ..] if self.is_concurrent() => {
                Some("CREATE INDEX CONCURRENTLY")
            }
            ["DROP", "INDEX", ..] if self.is_concurrent() => Some("DROP INDEX CONCURRENTLY"),
            ["REINDEX", ..] if self.is_concurrent() || self.words(8).contains(&"CONCURRENTLY".to_owned()) => {
                Some("REINDEX CONCURRENTLY")
            }
            ["REINDEX", "DATABASE", ..] => Some("REINDEX DATABASE"),
            ["REINDEX", "SCHEMA", ..] => Some("REINDEX SCHEMA"),
            ["REINDEX", "SYSTEM", ..] => Some("REINDEX SYSTEM"),
            ["ALTER", "TABLE", ..] if concurrently && has(&words, &["DETACH", "PARTITION"]) => {
                Some("DETACH PARTITION CONCURRENTLY")
            }
            ["VACUUM", ..] => Some("VACUUM"),
            ["CLUSTER"] | ["CLUSTER", "VERBOSE"] => Some("CLUSTER of all tables"),
            ["CREATE", "DATABASE", ..] => Some("CREATE DATABASE"),
            ["DROP", "DATABASE", ..] => Some("DROP DATABASE"),
            ["CREATE", "TABLESPACE", ..] => Some("CREATE TABLESPACE"),
            ["DROP", "TABLESPACE", ..] => Some("DROP TABLESPACE"),
            ["ALTER", "DATABASE", ..] if has(&words, &["SET", "TABLESPACE"]) => {
                Some("ALTER DATABASE SET TABLESPACE")
            }
            ["ALTER", "SYSTEM", ..] => Some("ALTER SYSTEM"),
            ["CREATE", "SUBSCRIPTION", ..] if !self.makes_no_slot() => {
                Some("CREATE SUBSCRIPTION with a slot")
            }
            ["ALTER", "SUBSCRIPTION", _, "REFRESH", ..] => Some("ALTER SUBSCRIPTION REFRESH PUBLICATION"),
            ["DISCARD", "ALL"] => Some("DISCARD ALL"),
            ["DO", ..] if self.code().is_some_and(ends_transactions) => {
                Some("a DO block with COMMIT or ROLLBACK")
            }
            _ => None,
        }
    }

    /// The procedure that a CREATE PROCEDURE makes or a DROP PROCEDURE drops, without its schema, and whether
    /// it ends transactions.
    pub(crate) fn procedure(&self) -> Option<(String, bool)> {
        let words = self.words(4);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words[..] {
            ["CREATE", "PROCEDURE", ..] | ["CREATE", "OR", "REPLACE", "PROCEDURE", ..] => {
                let ends = self.code().is_some_and(ends_transactions);
                Some((self.name_behind("PROCEDURE")?, ends))
            }
            ["DROP", "PROCEDURE", ..] => Some((self.name_behind("PROCEDURE")?, false)),
            _ => None,
        }
    }

    /// The procedure that a CALL calls, without its schema.
    pub(crate) fn called(&self) -> Option<String> {
        if self.words(1) == ["CALL"] { self.name_behind("CALL") } else { None }
    }

    /// Returns whether it is a `COPY … TO stdout`, whose rows nobody reads here.
    pub(crate) fn copies_out(&self) -> bool {
        self.words(1) == ["COPY"] && {
            let words = self.outer_words();
            has(&words.iter().map(String::as_str).collect::<Vec<_>>(), &["TO", "STDOUT"])
        }
    }

    /// The words outside parentheses in upper case, and names in quotes as they stand.
    fn outer_words(&self) -> Vec<String> {
        let mut depth = 0_usize;
        let mut words = Vec::new();
        let mut scanner = Scanner::new(self.text);
        while let Ok(Some((token, range))) = scanner.next_token() {
            match token {
                Token::Open => depth += 1,
                Token::Close => depth = depth.saturating_sub(1),
                Token::Word if depth == 0 => words.push(self.text[range].to_ascii_uppercase()),
                Token::Other if depth == 0 && self.text[range.clone()].starts_with('"') => {
                    words.push(self.text[range].to_owned());
                }
                _ => {}
            }
        }
        words
    }

    /// The last part of the name behind a keyword's first mention, as [`identifier`] reads it. IF EXISTS and
    /// ONLY are passed over.
    #[must_use]
    pub fn name_behind(&self, keyword: &str) -> Option<String> {
        let tokens = self.tokens();
        let text = |i: usize| tokens.get(i).map(|(_, range)| &self.text[range.clone()]);
        let is = |i: usize, word: &str| text(i).is_some_and(|text| text.eq_ignore_ascii_case(word));
        let mut at = (0..tokens.len()).find(|&i| is(i, keyword))? + 1;
        if is(at, "IF") && (is(at + 1, "EXISTS") || is(at + 1, "NOT")) {
            at += if is(at + 1, "NOT") { 3 } else { 2 };
        }
        if is(at, "ONLY") {
            at += 1;
        }
        while text(at + 1) == Some(".") {
            at += 2;
        }
        text(at).map(identifier)
    }

    /// The code of a DO or a CREATE FUNCTION or PROCEDURE, in plpgsql as far as it says nothing else.
    fn code(&self) -> Option<&str> {
        let tokens = self.tokens();
        let texts = || tokens.iter().map(|(_, range)| &self.text[range.clone()]);
        let mut names = texts().skip_while(|text| !text.eq_ignore_ascii_case("LANGUAGE")).skip(1);
        let is_plpgsql = |name: &str| name.trim_matches(['\'', '"']).eq_ignore_ascii_case("plpgsql");
        if !names.next().is_none_or(is_plpgsql) {
            return None;
        }
        texts().find_map(|text| match text.strip_prefix('\'') {
            Some(text) => text.strip_suffix('\''),
            None => {
                let tag = &text[..=text.strip_prefix('$')?.find('$')? + 1];
                text.strip_prefix(tag)?.strip_suffix(tag)
            }
        })
    }

    /// Returns whether a subscription is made without asking its publisher for a slot.
    fn makes_no_slot(&self) -> bool {
        let words = self.words(usize::MAX);
        ["CREATE_SLOT", "CONNECT", "SLOT_NAME"].iter().any(|option| words.contains(&(*option).to_owned()))
    }
}

/// Returns whether plpgsql code has a COMMIT or ROLLBACK at the start of a statement.
fn ends_transactions(code: &str) -> bool {
    let mut scanner = Scanner::new(code);
    let mut begins = true;
    while let Ok(Some((token, range))) = scanner.next_token() {
        let word = &code[range];
        let is_any = |words: &[&str]| words.iter().any(|wanted| word.eq_ignore_ascii_case(wanted));
        if begins && token == Token::Word && is_any(&["COMMIT", "ROLLBACK"]) {
            let rest = Statement { text: &code[scanner.at()..], start: 0, line: 1, data: None };
            let next = Scanner::new(rest.text).next_token();
            let is_end = matches!(next, Ok(Some((Token::Semicolon, _)))) || rest.words(1) == ["AND"];
            if is_end {
                return true;
            }
        }
        begins = token == Token::Semicolon
            || token == Token::Word && is_any(&["BEGIN", "THEN", "ELSE", "LOOP"])
            || word == ">";
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::split;

    fn needs(sql: &str) -> Option<&'static str> {
        split(sql).unwrap()[0].needs_no_transaction()
    }

    #[test]
    fn what_the_server_refuses_in_a_transaction_is_known() {
        for (sql, what) in [
            ("create index concurrently i on t(id)", "CREATE INDEX CONCURRENTLY"),
            ("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", "CREATE INDEX CONCURRENTLY"),
            ("DROP INDEX CONCURRENTLY IF EXISTS i", "DROP INDEX CONCURRENTLY"),
            ("REINDEX (VERBOSE) TABLE CONCURRENTLY t", "REINDEX CONCURRENTLY"),
            ("REINDEX (CONCURRENTLY) TABLE t", "REINDEX CONCURRENTLY"),
            ("REINDEX (VERBOSE) SCHEMA s", "REINDEX SCHEMA"),
            ("ALTER TABLE a DETACH PARTITION b CONCURRENTLY", "DETACH PARTITION CONCURRENTLY"),
            ("VACUUM (ANALYZE) a", "VACUUM"),
            ("CLUSTER (VERBOSE)", "CLUSTER of all tables"),
            ("CREATE DATABASE d", "CREATE DATABASE"),
            ("drop database if exists d", "DROP DATABASE"),
            ("ALTER SYSTEM SET a = 1", "ALTER SYSTEM"),
            ("ALTER DATABASE d SET TABLESPACE t", "ALTER DATABASE SET TABLESPACE"),
            ("CREATE TABLESPACE t LOCATION '/a'", "CREATE TABLESPACE"),
            ("CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p", "CREATE SUBSCRIPTION with a slot"),
            ("DISCARD ALL", "DISCARD ALL"),
            ("DO $$ BEGIN\n UPDATE a SET b = 1;\n COMMIT;\nEND $$", "a DO block with COMMIT or ROLLBACK"),
            (
                "DO LANGUAGE plpgsql 'BEGIN LOOP ROLLBACK AND CHAIN; END LOOP; END'",
                "a DO block with COMMIT or ROLLBACK",
            ),
        ] {
            assert_eq!(needs(sql), Some(what), "{sql}");
        }
    }

    #[test]
    fn what_runs_in_a_transaction_is_left_alone() {
        for sql in [
            "CREATE INDEX i ON t (a)",
            "CREATE INDEX \"CONCURRENTLY\" ON t (a)",
            "REINDEX TABLE schema",
            "CLUSTER \"T\" USING i",
            "CLUSTER t USING i",
            "ALTER DATABASE d SET a = 1",
            "ALTER TYPE t ADD VALUE 'x'",
            "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
            "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = false)",
            "DO $$ BEGIN RAISE NOTICE 'commit;'; -- COMMIT;\n END $$",
            "DO $$ DECLARE commit int; BEGIN a := commit; END $$",
            "DO LANGUAGE plpython3u $$ plpy.commit() $$",
            "CREATE TABLE vacuum (a text)",
            "COMMENT ON TABLE a IS 'VACUUM'",
        ] {
            assert_eq!(needs(sql), None, "{sql}");
        }
    }

    #[test]
    fn procedures_are_known_by_name_and_by_what_they_do() {
        let procedure = |sql: &str| split(sql).unwrap()[0].procedure();
        let create =
            "CREATE OR REPLACE PROCEDURE app.\"Fill\"(a int) LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$";
        assert_eq!(procedure(create), Some(("Fill".to_owned(), true)));
        assert_eq!(procedure("DROP PROCEDURE IF EXISTS fill"), Some(("fill".to_owned(), false)));
        assert_eq!(procedure("CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1"), None);
        for (call, name) in [("CALL app.Fill(1)", "fill"), ("CALL app.\"Fill\"(1)", "Fill")] {
            assert_eq!(split(call).unwrap()[0].called(), Some(name.to_owned()));
        }
    }
}
