//! The order of a table's columns, which Postgres cannot restore: a column that is added again stands at the
//! end. It matters only to what goes by it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::catalog::{Catalog, Difference, ObjectId, Property, QualifiedName};
use files::{Scanner, Token, identifier, split};

/// Tables whose columns stand in another order, with those that stand further back than before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReorderedTables(BTreeMap<String, Vec<String>>);

/// A statement that goes by the order of a table's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderReliance {
    /// Its line in the script, from 1.
    pub line: usize,
    /// The table.
    pub table: String,
    /// Its kind.
    what: &'static str,
}

impl fmt::Display for OrderReliance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, table, what } = self;
        write!(f, "line {line}: {what} goes by the order of the columns of {table}")
    }
}

impl ReorderedTables {
    /// Takes the differences out of a list that are in the order of tables' columns alone. `expected` is the
    /// catalog that the differences begin with.
    #[must_use]
    pub fn take(expected: &Catalog, differences: Vec<Difference>) -> (Self, Vec<Difference>) {
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut others = Vec::new();
        for difference in differences {
            match moved(expected, &difference) {
                Some((table, column)) => tables.entry(table).or_default().extend(column),
                None => others.push(difference),
            }
        }
        (Self(tables), others)
    }

    /// Returns whether every table's columns are in order.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tables' full names.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The columns that stand further back than before, as `public.t.c`.
    pub fn columns(&self) -> impl Iterator<Item = String> {
        self.0
            .iter()
            .flat_map(|(table, columns)| columns.iter().map(move |column| format!("{table}.{column}")))
    }

    /// The same for a script that may run again. One that makes the table has made it by then, so that its
    /// order is the one that the script knows.
    #[must_use]
    pub fn relied_on_by_rerun(&self, sql: &str) -> Option<OrderReliance> {
        let made = tables_made_by(sql);
        let others = self.0.iter().filter(|(table, _)| !made.contains(&unqualified(table)));
        Self(others.map(|(table, columns)| (table.clone(), columns.clone())).collect()).relied_on_by(sql)
    }

    /// The first statement of a script that goes by the order of one of the tables' columns: an INSERT or
    /// COPY without a list of columns, an INSERT of `SELECT *`, a view of `SELECT *`. Bodies of functions and
    /// DO blocks are read too. A table of the same name in another schema counts as well.
    #[must_use]
    pub fn relied_on_by(&self, sql: &str) -> Option<OrderReliance> {
        let tables: BTreeMap<String, &str> = self.tables().map(|table| (unqualified(table), table)).collect();
        if tables.is_empty() {
            return None;
        }
        let (offset, table, what) = search(sql, &tables)?;
        let line = 1 + sql[..offset].matches('\n').count();
        Some(OrderReliance { line, table, what })
    }
}

/// The table, and the column where it moved back, if a difference is in the place of a table's column.
fn moved(expected: &Catalog, difference: &Difference) -> Option<(String, Option<String>)> {
    let Difference::Changed { object, property, before: Some(before), after: Some(after) } = difference
    else {
        return None;
    };
    let (ObjectId::Column(column), Property::Place) = (object, property) else { return None };
    if !expected.contains(&ObjectId::Table(column.whole.clone())) {
        return None;
    }
    let is_further_back = after.parse::<u32>().ok()? > before.parse::<u32>().ok()?;
    Some((column.whole.to_string(), is_further_back.then(|| column.name.to_string())))
}

/// A table's name without its schema and quotes.
fn unqualified(table: &str) -> String {
    QualifiedName::parse(table).map_or_else(|| identifier(table), |table| table.name.unquoted())
}

/// The tables that the statements of a script make, without schema and quotes.
fn tables_made_by(sql: &str) -> BTreeSet<String> {
    let mut made = BTreeSet::new();
    for statement in split(sql).into_iter().flatten() {
        let tokens = statement.tokens();
        let text = |i: usize| tokens.get(i).map_or("", |(_, range)| &statement.text[range.clone()]);
        let is = |i: usize, word: &str| text(i).eq_ignore_ascii_case(word);
        // CREATE [UNLOGGED] TABLE [IF NOT EXISTS] name
        let Some(table) = (1..3).find(|&i| is(0, "CREATE") && is(i, "TABLE")) else { continue };
        let mut name = if is(table + 1, "IF") { table + 4 } else { table + 1 };
        while text(name + 1) == "." {
            name += 2;
        }
        made.insert(identifier(text(name)));
    }
    made
}

/// A token's text and where it begins.
type Word<'a> = (Token, &'a str, usize);

fn search(sql: &str, tables: &BTreeMap<String, &str>) -> Option<(usize, String, &'static str)> {
    let mut scanner = Scanner::new(sql);
    let mut statement: Vec<Word<'_>> = Vec::new();
    loop {
        let token = scanner.next_token().ok().flatten();
        match token {
            Some((Token::Semicolon, _)) | None => {
                if let Some(found) = users_in_statement(&statement, tables) {
                    return Some(found);
                }
                statement.clear();
                token.as_ref()?;
            }
            Some((token, range)) => {
                let text = &sql[range.clone()];
                if let Some((skipped, body)) = body(text)
                    && let Some((at, table, what)) = search(body, tables)
                {
                    return Some((range.start + skipped + at, table, what));
                }
                statement.push((token, text, range.start));
            }
        }
    }
}

/// Returns the text in a dollar quote or a string, and its offset; bodies are code.
fn body(text: &str) -> Option<(usize, &str)> {
    if let Some(tagged) = text.strip_prefix('$') {
        let tag = tagged.find('$')? + 2;
        return Some((tag, text.get(tag..text.len().checked_sub(tag)?)?));
    }
    Some((1, text.strip_prefix('\'')?.strip_suffix('\'')?))
}

fn users_in_statement(
    statement: &[Word<'_>],
    tables: &BTreeMap<String, &str>,
) -> Option<(usize, String, &'static str)> {
    let is = |i: usize, word: &str| {
        statement
            .get(i)
            .is_some_and(|(token, text, _)| *token == Token::Word && text.eq_ignore_ascii_case(word))
    };
    let found = |i: usize, table: &str, what| Some((statement[i].2, table.to_owned(), what));
    let named = |i: usize| tables.get(&identifier(statement.get(i)?.1)).copied();
    let mut inserts = None;
    for i in 0..statement.len() {
        if is(i, "INSERT") && is(i + 1, "INTO") || is(i, "COPY") {
            let (first, is_copy) = if is(i, "COPY") { (i + 1, true) } else { (i + 2, false) };
            let last = end_of_name(statement, first);
            inserts = (!is_copy).then_some(i).or(inserts);
            let is_by_order =
                if is_copy { is(last + 1, "FROM") } else { has_no_columns(statement, last + 1, &is) };
            if let Some(table) = named(last).filter(|_| is_by_order) {
                let what = if is_copy { "a COPY without columns" } else { "an INSERT without columns" };
                return found(i, table, what);
            }
        }
    }
    let is_view = is(0, "CREATE") && (1..statement.len().min(6)).any(|i| is(i, "VIEW"));
    let selects_all = (1..statement.len()).any(|i| {
        statement[i].1 == "*"
            && (matches!(statement[i - 1].1, "," | ".") || is(i - 1, "SELECT") || is(i - 1, "DISTINCT"))
    });
    if !selects_all || !(is_view || inserts.is_some()) {
        return None;
    }
    let table = (0..statement.len()).find_map(named)?;
    let what = if is_view { "a view of SELECT *" } else { "an INSERT of SELECT *" };
    found(inserts.unwrap_or(0), table, what)
}

/// The last token of a name that begins at a token: `s.t` has three.
fn end_of_name(statement: &[Word<'_>], first: usize) -> usize {
    let mut last = first;
    while statement.get(last + 1).is_some_and(|(_, text, _)| *text == ".") && last + 2 < statement.len() {
        last += 2;
    }
    last
}

/// Returns whether what follows the table of an INSERT is no list of columns.
fn has_no_columns(statement: &[Word<'_>], after: usize, is: &impl Fn(usize, &str) -> bool) -> bool {
    let at = if is(after, "AS") { after + 2 } else { after };
    let is_query = |i| ["SELECT", "VALUES", "WITH", "TABLE"].iter().any(|word| is(i, word));
    match statement.get(at) {
        Some((Token::Open, ..)) => {
            is_query(at + 1) || statement.get(at + 1).is_some_and(|(t, ..)| *t == Token::Open)
        }
        Some(_) => is_query(at) || is(at, "OVERRIDING"),
        None => false,
    }
}

/// The functions and rules of a catalog whose text goes by the order of the tables' columns.
#[must_use]
pub fn routines_relying_on_order(catalog: &Catalog, tables: &ReorderedTables) -> BTreeSet<String> {
    let is_code = |object: &ObjectId| {
        matches!(object, ObjectId::Function(_) | ObjectId::Procedure(_) | ObjectId::Rule(_))
    };
    let relies = |definition: &&Arc<str>| tables.relied_on_by(definition).is_some();
    catalog
        .iter()
        .filter(|(object, of)| is_code(object) && of.get(&Property::Definition).filter(relies).is_some())
        .map(|(object, _)| object.to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(kind: &str, name: &str) -> ObjectId {
        ObjectId::parse(kind, name).unwrap()
    }

    fn reordered() -> ReorderedTables {
        let mut expected = Catalog::default();
        let mut actual = Catalog::default();
        for (catalog, places) in [(&mut expected, ["1", "2", "3"]), (&mut actual, ["1", "3", "2"])] {
            catalog.add(object("table", "public.t"), Property::Persistence, "logged");
            for (column, place) in ["a", "b", "c"].iter().zip(places) {
                catalog.add(object("column", &format!("public.t.{column}")), Property::Place, place);
            }
        }
        let (tables, others) = ReorderedTables::take(&expected, expected.diff(&actual));
        assert_eq!(others, []);
        tables
    }

    fn relies(sql: &str) -> Option<String> {
        reordered().relied_on_by(sql).map(|reliance| reliance.to_string())
    }

    #[test]
    fn a_column_that_comes_back_at_the_end_is_the_one_that_moved() {
        assert_eq!(reordered().columns().collect::<Vec<_>>(), ["public.t.b"]);
    }

    #[test]
    fn a_view_or_a_composite_type_is_never_reordered() {
        for kind in ["view", "composite type", "materialized view"] {
            let (mut expected, mut actual) = (Catalog::default(), Catalog::default());
            for (catalog, place) in [(&mut expected, "1"), (&mut actual, "2")] {
                catalog.add(object(kind, "public.t"), Property::Owner, "o");
                catalog.add(object("column", "public.t.a"), Property::Place, place);
            }
            let (tables, others) = ReorderedTables::take(&expected, expected.diff(&actual));
            assert!(tables.is_empty());
            assert_eq!(others.len(), 1);
        }
    }

    #[test]
    fn what_goes_by_the_order_is_found_with_its_line() {
        for (sql, what) in [
            ("insert into t values (1)", "an INSERT without columns"),
            ("INSERT INTO public.\"t\" AS x SELECT 1", "an INSERT without columns"),
            ("insert into t (select 1)", "an INSERT without columns"),
            ("insert into t overriding system value values (1)", "an INSERT without columns"),
            ("copy t from '/x'", "a COPY without columns"),
            ("insert into u (a, b, c) select * from t", "an INSERT of SELECT *"),
            ("create or replace view v as select t.* from t", "a view of SELECT *"),
            ("create materialized view v as select * from public.t", "a view of SELECT *"),
            ("do $$ begin insert into t values (1); end $$", "an INSERT without columns"),
            (
                "create function f() returns void language sql as 'insert into t values (1)'",
                "an INSERT without columns",
            ),
        ] {
            let expected = format!("line 2: {what} goes by the order of the columns of public.t");
            assert_eq!(relies(&format!("select 1;\n{sql};")), Some(expected), "{sql}");
        }
    }

    #[test]
    fn a_script_that_makes_the_table_finds_its_own_order_when_it_runs_again() {
        let insert = "insert into t values (1, 2, 3);";
        assert!(reordered().relied_on_by_rerun(insert).is_some());
        for made in ["create table t (a int);", "CREATE UNLOGGED TABLE IF NOT EXISTS public.\"t\" (a int);"] {
            assert_eq!(reordered().relied_on_by_rerun(&format!("{made} {insert}")), None);
        }
        assert!(reordered().relied_on_by_rerun(&format!("create table u (a int); {insert}")).is_some());
    }

    #[test]
    fn what_names_its_columns_is_left_alone() {
        for sql in [
            "insert into t (a, b) values (1, 2)",
            "insert into t as x (a) select 1",
            "insert into t default values",
            "insert into u values (1)",
            "insert into u select count(*) from t",
            "copy t (a) from '/x'",
            "copy t to '/x'",
            "create view v as select a, b from t",
            "create view v as select count(*) from t",
            "select * from t",
            "update t set a = 1",
        ] {
            assert_eq!(relies(sql), None, "{sql}");
        }
    }
}
