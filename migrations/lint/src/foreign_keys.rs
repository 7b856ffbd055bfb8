//! Foreign keys taken out of a `CREATE TABLE`, so that tables can be made that refer to each other.

use std::ops::Range;

use squawk_syntax::ast::{self, AstNode, Stmt};
use squawk_syntax::{SourceFile, SyntaxElement, SyntaxNode};

/// A table without its foreign keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableAndKeys {
    /// The statement that makes the table.
    pub table: String,
    /// The statements that add the keys. Unnamed ones get the names that they would have had.
    pub keys: Vec<String>,
}

/// Takes the foreign keys out of a `CREATE TABLE`; none where it is another statement or has none.
#[must_use]
pub fn without_foreign_keys(sql: &str) -> Option<TableAndKeys> {
    let tree = SourceFile::parse(sql).tree();
    let Some(Stmt::CreateTable(create)) = tree.stmts().next() else { return None };
    let name = create.table_name()?.syntax().text().to_string();
    let mut keys = Vec::new();
    let mut cuts: Vec<Range<usize>> = Vec::new();
    for arg in create.table_arg_list()?.args() {
        match arg {
            ast::TableArg::Column(column) => {
                let Some(of) = column.name().map(|name| name.syntax().text().to_string()) else { continue };
                for clause in column.clauses() {
                    if let ast::ColumnClause::ColumnConstraint(ast::ColumnConstraint::ReferencesConstraint(
                        key,
                    )) = clause
                    {
                        keys.push(add_column_key(&name, &of, &key));
                        cuts.push(range(key.syntax()));
                    }
                }
            }
            ast::TableArg::TableConstraint(ast::TableConstraint::ForeignKeyConstraint(key)) => {
                keys.push(format!("ALTER TABLE {name} ADD {}", key.syntax().text()));
                cuts.push(range(key.syntax()));
                cuts.extend(comma(key.syntax()));
            }
            ast::TableArg::TableConstraint(_) | ast::TableArg::LikeClause(_) => {}
        }
    }
    if keys.is_empty() {
        return None;
    }
    let mut table = sql.to_owned();
    cuts.sort_by_key(|cut| std::cmp::Reverse(cut.start));
    cuts.dedup();
    for cut in cuts {
        table.replace_range(cut, "");
    }
    Some(TableAndKeys { table, keys })
}

fn add_column_key(table: &str, column: &str, key: &ast::ReferencesConstraint) -> String {
    let text = key.syntax().text().to_string();
    let named = key.constraint_name_clause().map(|clause| clause.syntax().text().to_string());
    let (named, rest) = match named {
        Some(named) => {
            (format!("{named} "), text.strip_prefix(&named).unwrap_or(&text).trim_start().to_owned())
        }
        None => (String::new(), text),
    };
    format!("ALTER TABLE {table} ADD {named}FOREIGN KEY ({column}) {rest}")
}

/// The comma before an argument, or the one behind the first.
fn comma(argument: &SyntaxNode) -> Option<Range<usize>> {
    let before = std::iter::successors(argument.prev_sibling_or_token(), |at| at.prev_sibling_or_token());
    let after = std::iter::successors(argument.next_sibling_or_token(), |at| at.next_sibling_or_token());
    first_comma(before).or_else(|| first_comma(after))
}

/// The first comma, if no node stands before it.
fn first_comma(elements: impl Iterator<Item = SyntaxElement>) -> Option<Range<usize>> {
    let tokens = elements.map_while(|element| element.as_token().cloned());
    let comma = tokens.into_iter().find(|token| token.text() == ",")?;
    let range = comma.text_range();
    Some(usize::from(range.start())..usize::from(range.end()))
}

fn range(node: &SyntaxNode) -> Range<usize> {
    let range = node.text_range();
    usize::from(range.start())..usize::from(range.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_columns_and_of_the_table_are_taken_out() {
        let parts = without_foreign_keys(
            "CREATE TABLE s.a (id int PRIMARY KEY, b int NOT NULL CONSTRAINT k REFERENCES b (id) ON \
             DELETE CASCADE, c int REFERENCES c, FOREIGN KEY (id, b) REFERENCES d (x, y))",
        )
        .unwrap();
        assert_eq!(parts.table, "CREATE TABLE s.a (id int PRIMARY KEY, b int NOT NULL , c int  )");
        let expected = [
            "ALTER TABLE s.a ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES b (id) ON DELETE CASCADE",
            "ALTER TABLE s.a ADD FOREIGN KEY (c) REFERENCES c",
            "ALTER TABLE s.a ADD FOREIGN KEY (id, b) REFERENCES d (x, y)",
        ];
        assert_eq!(parts.keys, expected);
    }

    #[test]
    fn what_has_no_key_is_left_alone() {
        assert_eq!(without_foreign_keys("CREATE TABLE a (id int)"), None);
        assert_eq!(without_foreign_keys("CREATE VIEW v AS SELECT 1"), None);
    }
}
