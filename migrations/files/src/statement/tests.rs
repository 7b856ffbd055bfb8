use super::*;

/// The statements' texts.
fn texts(sql: &str) -> Vec<&str> {
    split(sql).unwrap().iter().map(|s| s.text).collect()
}

#[test]
fn semicolons_end_statements_and_the_last_needs_none() {
    assert_eq!(texts("SELECT 1; SELECT 2 ;\n;; SELECT 3"), ["SELECT 1", "SELECT 2", "SELECT 3"]);
}

#[test]
fn comments_alone_are_no_statement_and_those_around_one_are_left_out() {
    assert_eq!(texts("-- a; b\n/* c; */"), [""; 0]);
    assert_eq!(texts("-- a\nSELECT 1 -- b\n; -- c\n"), ["SELECT 1"]);
    assert_eq!(texts("SELECT /* a; */ 1;"), ["SELECT /* a; */ 1"]);
}

#[test]
fn block_comments_nest() {
    assert_eq!(texts("/* a /* b; */ c; */ SELECT 1; SELECT 2"), ["SELECT 1", "SELECT 2"]);
}

#[test]
fn a_semicolon_in_a_string_or_name_ends_nothing() {
    assert_eq!(
        texts("SELECT ';'; SELECT 'it''s;'; SELECT \"a;\"\"b;\""),
        ["SELECT ';'", "SELECT 'it''s;'", "SELECT \"a;\"\"b;\""]
    );
}

#[test]
fn a_backslash_hides_a_quote_in_an_escape_string_only() {
    assert_eq!(texts(r"SELECT E'\';'; SELECT 2"), [r"SELECT E'\';'", "SELECT 2"]);
    assert_eq!(texts(r"SELECT e'\\'; SELECT 2"), [r"SELECT e'\\'", "SELECT 2"]);
    assert_eq!(texts(r"SELECT E'a'';'; SELECT 2"), [r"SELECT E'a'';'", "SELECT 2"]);
    assert_eq!(texts(r"SELECT '\'; SELECT 2"), [r"SELECT '\'", "SELECT 2"]);
    assert_eq!(texts(r"SELECT date'\'; SELECT 2"), [r"SELECT date'\'", "SELECT 2"]);
}

#[test]
fn an_escape_string_that_goes_on_after_a_line_break_is_still_one() {
    assert_eq!(texts("SELECT E'a' -- b\n '\\';'; SELECT 2"), ["SELECT E'a' -- b\n '\\';'", "SELECT 2"]);
    // Without the line break the second string is an alias in waiting, and plain.
    assert_eq!(texts("SELECT E'a' '\\'; SELECT 2"), ["SELECT E'a' '\\'", "SELECT 2"]);
}

#[test]
fn dollar_quotes_hide_everything_up_to_the_same_tag() {
    assert_eq!(texts("DO $$ a; $b$ ; $$; SELECT 1"), ["DO $$ a; $b$ ; $$", "SELECT 1"]);
    assert_eq!(texts("DO $b$ a; $$ ; $b$; SELECT 1"), ["DO $b$ a; $$ ; $b$", "SELECT 1"]);
    assert_eq!(texts("DO $é$ a; $é$; SELECT 1"), ["DO $é$ a; $é$", "SELECT 1"]);
}

#[test]
fn a_dollar_within_a_name_or_before_a_number_opens_no_quote() {
    assert_eq!(texts("SELECT a$$b; SELECT c$$d"), ["SELECT a$$b", "SELECT c$$d"]);
    assert_eq!(texts("SELECT $1; SELECT $1"), ["SELECT $1", "SELECT $1"]);
}

#[test]
fn semicolons_in_parentheses_belong_to_a_rule() {
    let rule = "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)";
    assert_eq!(texts(&format!("{rule}; SELECT 3")), [rule, "SELECT 3"]);
}

#[test]
fn a_function_body_in_sql_is_one_statement() {
    let function = "CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql\n\
                    BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a > 1 THEN 1 ELSE 2 END; END";
    assert_eq!(texts(&format!("{function}; SELECT 3")), [function, "SELECT 3"]);
    assert_eq!(texts("BEGIN; SELECT 1; END"), ["BEGIN", "SELECT 1", "END"]);
}

#[test]
fn a_statement_knows_the_line_of_its_first_word() {
    let lines: Vec<usize> = split("-- head\n\nSELECT\n 1; SELECT 2;\n/* x\n */ SELECT 3")
        .unwrap()
        .iter()
        .map(|s| s.line)
        .collect();
    assert_eq!(lines, [3, 4, 6]);
}

#[test]
fn what_is_not_closed_is_named_with_its_line() {
    for (sql, line, what) in [
        ("SELECT 1;\nSELECT 'a;", 2, "string"),
        ("SELECT E'a\\';", 1, "string"),
        ("SELECT \"a;", 1, "quoted name"),
        ("\n\nDO $a$ x $b$", 3, "dollar quote"),
        ("/* a /* b */", 1, "comment"),
    ] {
        assert_eq!(split(sql), Err(SplitError::Unclosed { line, what }), "{sql}");
    }
}

#[test]
fn statements_that_begin_or_end_a_transaction_are_known() {
    let controls = |sql| split(sql).unwrap()[0].controls_transaction();
    for sql in [
        "begin",
        "/* a */ COMMIT and chain",
        "end",
        "abort",
        "start transaction",
        "rollback work",
        "prepare transaction 'a'",
    ] {
        assert!(controls(sql), "{sql}");
    }
    for sql in [
        "rollback to a",
        "rollback transaction to savepoint a",
        "savepoint a",
        "prepare p as select 1",
        "select 'commit'",
    ] {
        assert!(!controls(sql), "{sql}");
    }
}

#[test]
fn concurrent_index_statements_are_known() {
    let concurrent = |sql| split(sql).unwrap()[0].is_concurrent();
    assert!(concurrent("create unique index concurrently if not exists i on t (a)"));
    assert!(concurrent("DROP INDEX CONCURRENTLY i"));
    assert!(concurrent("reindex (verbose) table concurrently t"));
    assert!(!concurrent("CREATE INDEX i ON t (a)"));
    assert!(!concurrent("REFRESH MATERIALIZED VIEW CONCURRENTLY v"));
}

/// A statement's text and its rows, with the line of the first.
fn copies(sql: &str) -> Vec<(&str, Option<(&str, usize)>)> {
    split(sql).unwrap().iter().map(|s| (s.text, s.data.map(|data| (data.text, data.line)))).collect()
}

#[test]
fn the_rows_of_a_copy_end_at_a_backslash_and_a_dot() {
    assert_eq!(
        copies("COPY a (b, c) FROM stdin; -- rows\n1\t'x\n;\n\\N\n\\.\nSELECT 2;\n"),
        [("COPY a (b, c) FROM stdin", Some(("1\t'x\n;\n\\N\n", 2))), ("SELECT 2", None)]
    );
    assert_eq!(
        copies("copy s.\"from\"\n from STDIN with (format csv);\n\\.\n"),
        [("copy s.\"from\"\n from STDIN with (format csv)", Some(("", 3)))]
    );
}

#[test]
fn a_copy_that_reads_no_rows_has_none() {
    for sql in [
        "COPY a FROM '/tmp/stdin'",
        "COPY a TO stdout",
        "COPY (SELECT a FROM stdin) TO '/tmp/a'",
        "INSERT INTO a SELECT b FROM stdin",
        "COPY a (from, stdin) FROM PROGRAM 'x'",
    ] {
        assert_eq!(copies(sql), [(sql, None)]);
    }
}

#[test]
fn rows_without_an_end_are_refused_and_so_is_a_statement_beside_them() {
    assert_eq!(split("\nCOPY a FROM stdin;\n1\n"), Err(SplitError::EndlessCopy { line: 2 }));
    assert_eq!(split("COPY a FROM stdin;"), Err(SplitError::EndlessCopy { line: 1 }));
    assert_eq!(split("COPY a FROM stdin"), Err(SplitError::EndlessCopy { line: 1 }));
    assert_eq!(split("COPY a FROM stdin; SELECT 1;\n\\.\n"), Err(SplitError::BehindCopy { line: 1 }));
}

#[test]
fn a_command_of_psqls_goes_to_the_end_of_its_line_and_is_no_statement() {
    let sql = "\\restrict aB1\nSELECT '\\a', E'\\'', $$\\b$$;\n  \\echo it's\nSELECT\n\\i \
               c.sql\n1;\n\\unrestrict aB1";
    let parts = Parts::parse(sql).unwrap();
    let texts: Vec<&str> = parts.statements.iter().map(|s| s.text).collect();
    assert_eq!(texts, ["SELECT '\\a', E'\\'', $$\\b$$", "SELECT\n\\i c.sql\n1"]);
    let commands: Vec<_> = parts.commands.iter().map(|c| (c.name, c.line, c.is_guard)).collect();
    assert_eq!(
        commands,
        [("\\restrict", 1, true), ("\\echo", 3, false), ("\\i", 5, false), ("\\unrestrict", 7, true)]
    );
    for sql in ["SELECT\n\\restrict a\n1;", "\\restrict a \\i b", "\\restrict", "\\restrict a b"] {
        assert!(!Parts::parse(sql).unwrap().commands[0].is_guard, "{sql}");
    }
}

#[test]
fn lines_are_counted_once_however_many_statements_there_are() {
    let visited = |statements: usize| {
        let sql = "INSERT INTO a VALUES (1, 'x'); /* a */\n".repeat(statements);
        (crate::work::count(|| assert_eq!(split(&sql).unwrap().len(), statements)), sql.len())
    };
    let (work, bytes) = visited(4_000);
    assert!(work <= 3 * bytes, "{work} bytes were looked at in {bytes}");
}

#[test]
fn nested_comments_are_read_once() {
    let sql = format!("{}{} SELECT 1", "/*".repeat(10_000), "*/".repeat(10_000));
    let work = crate::work::count(|| assert_eq!(split(&sql).unwrap().len(), 1));
    assert!(work <= 3 * sql.len(), "{work}");
}
