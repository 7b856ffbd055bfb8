//! Facts about tables from the files so far, as far as rules depend on them: columns that cannot be null.

use std::collections::{BTreeMap, BTreeSet};

use files::identifier;
use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

/// A table's column, by the last part of the table's name.
type Column = (String, String);

/// Facts about tables.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Columns of the tables that the files make or change, and whether they are NOT NULL.
    columns: BTreeMap<Column, bool>,
    /// `CHECK (column IS NOT NULL)`, by table and constraint: the column, and whether all rows were checked.
    checks: BTreeMap<(String, String), (String, bool)>,
    /// The table and the columns of an index.
    indexes: BTreeMap<String, (String, Vec<String>)>,
}

/// Facts about a key's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nullable {
    No,
    Yes,
    /// The files do not say.
    Unknown,
}

impl Facts {
    /// Returns whether a column's rows have been checked, so that SET NOT NULL need not read them.
    pub(super) fn is_checked(&self, table: &str, column: &str) -> bool {
        let key = (table.to_owned(), column.to_owned());
        let of_table = self.checks.range((table.to_owned(), String::new())..);
        self.columns.get(&key) == Some(&true)
            || of_table
                .take_while(|((of, _), _)| of == table)
                .any(|(_, (of, is_valid))| of == column && *is_valid)
    }

    /// Returns whether a primary key made of an index has to make its columns NOT NULL first.
    pub(super) fn index_is_nullable(&self, index: &str) -> Nullable {
        let Some((table, columns)) = self.indexes.get(index) else { return Nullable::Unknown };
        let is_known = |column: &String| self.columns.contains_key(&(table.clone(), column.clone()));
        if columns.iter().all(|column| self.is_checked(table, column)) {
            Nullable::No
        } else if columns.iter().all(is_known) {
            Nullable::Yes
        } else {
            Nullable::Unknown
        }
    }

    /// Takes in what a statement does.
    pub(super) fn see(&mut self, statement: &ast::Stmt) {
        match statement {
            ast::Stmt::CreateTable(create) => {
                self.create_table(create);
            }
            ast::Stmt::AlterTable(alter) => {
                if let Some(table) = altered_table(alter) {
                    alter.actions().for_each(|action| self.alter(&table, &action));
                }
            }
            ast::Stmt::CreateIndex(create) => {
                self.create_index(create);
            }
            _ => {}
        }
    }

    fn create_table(&mut self, create: &ast::CreateTable) -> Option<()> {
        let table = create.table_name()?.path()?.segment()?.text();
        for arg in create.table_arg_list()?.args() {
            match arg {
                ast::TableArg::Column(column) => {
                    let Some(name) = column.name().map(|name| name.text()) else { continue };
                    self.columns.insert((table.clone(), name.clone()), false);
                    for clause in column.clauses() {
                        if let ast::ColumnClause::ColumnConstraint(constraint) = clause {
                            self.constraint(&table, Some(&name), constraint.syntax());
                        }
                    }
                }
                ast::TableArg::TableConstraint(constraint) => {
                    self.constraint(&table, None, constraint.syntax());
                }
                ast::TableArg::LikeClause(_) => {}
            }
        }
        Some(())
    }

    fn create_index(&mut self, create: &ast::CreateIndex) -> Option<()> {
        let index = create.index()?.path()?.segment()?.text();
        let table = create.table_relation_name()?.table_name_ref()?.path_ref()?.segment()?.text();
        let items = create.partition_item_list()?.partition_items();
        let columns = items.filter_map(|item| Some(name(item.expr()?.syntax()))).collect();
        self.indexes.insert(index, (table, columns));
        Some(())
    }

    fn alter(&mut self, table: &str, action: &ast::AlterTableAction) {
        match action {
            ast::AlterTableAction::AddColumn(add) => {
                let Some(column) = add.column_name().map(|name| name.text()) else { return };
                self.columns.insert((table.to_owned(), column.clone()), false);
                for constraint in add.constraints() {
                    self.constraint(table, Some(&column), constraint.syntax());
                }
            }
            ast::AlterTableAction::AddConstraint(add) => {
                if let Some(constraint) = add.constraint() {
                    self.constraint(table, None, constraint.syntax());
                }
            }
            ast::AlterTableAction::AlterColumn(alter) => {
                let Some(column) = alter.column_name_ref().map(|column| name(column.syntax())) else {
                    return;
                };
                match alter.option() {
                    Some(ast::AlterColumnOption::SetNotNull(_)) => {
                        self.columns.insert((table.to_owned(), column), true);
                    }
                    Some(ast::AlterColumnOption::DropNotNull(_)) => {
                        self.columns.insert((table.to_owned(), column), false);
                    }
                    _ => {}
                }
            }
            ast::AlterTableAction::ValidateConstraint(validate) => {
                let constraint = validate.constraint_name_ref().and_then(|name| name.path_ref()?.segment());
                let key = constraint.map(|constraint| (table.to_owned(), constraint.text()));
                if let Some((_, is_valid)) = key.and_then(|key| self.checks.get_mut(&key)) {
                    *is_valid = true;
                }
            }
            ast::AlterTableAction::DropConstraint(drop) => {
                let constraint = drop.constraint_name_ref().and_then(|name| name.path_ref()?.segment());
                if let Some(constraint) = constraint {
                    self.checks.remove(&(table.to_owned(), constraint.text()));
                }
            }
            _ => {}
        }
    }

    /// Takes in a constraint of a column or of a table.
    fn constraint(&mut self, table: &str, column: Option<&str>, node: &SyntaxNode) {
        let Some(constraint) = ast::Constraint::cast(node.clone()) else { return };
        match &constraint {
            ast::Constraint::NotNullConstraint(_) => {
                self.columns.extend(column.map(|column| ((table.to_owned(), column.to_owned()), true)));
            }
            ast::Constraint::PrimaryKeyConstraint(key) => {
                let columns = match (column, key.using_index()) {
                    (Some(column), _) => vec![column.to_owned()],
                    (None, Some(using)) => self.columns_of(&using).unwrap_or_default(),
                    (None, None) => names_in_parentheses(node),
                };
                self.columns.extend(columns.into_iter().map(|column| ((table.to_owned(), column), true)));
            }
            ast::Constraint::CheckConstraint(check) => {
                let Some(column) = check.expr().and_then(|expr| checked_column(&expr)) else { return };
                let constraint_name = constraint.constraint_name();
                // One without a name gets the server's, by which nobody is likely to validate or drop it.
                let key = constraint_name
                    .map_or_else(|| format!("? {column}"), |constraint| name(constraint.syntax()));
                self.checks.insert((table.to_owned(), key), (column, !constraint.is_not_valid()));
            }
            _ => {}
        }
    }

    fn columns_of(&self, using: &ast::UsingIndexName) -> Option<Vec<String>> {
        Some(self.indexes.get(&index_name(using)?)?.1.clone())
    }
}

/// The last part of the name of the table that an ALTER TABLE is about.
pub(super) fn altered_table(alter: &ast::AlterTable) -> Option<String> {
    Some(alter.table_relation_name()?.table_name_ref()?.path_ref()?.segment()?.text())
}

/// The last part of an index's name in `USING INDEX`.
pub(super) fn index_name(using: &ast::UsingIndexName) -> Option<String> {
    Some(using.index_ref()?.path_ref()?.segment()?.text())
}

/// A name as the server takes it.
pub(super) fn name(node: &SyntaxNode) -> String {
    identifier(node.text().to_string().trim())
}

/// The column of `column IS NOT NULL`.
fn checked_column(expr: &ast::Expr) -> Option<String> {
    let ast::Expr::BinExpr(comparison) = expr else { return None };
    let (Some(ast::BinOp::IsNot(_)), Some(ast::Expr::Literal(value)), Some(ast::Expr::NameRef(column))) =
        (comparison.op(), comparison.rhs(), comparison.lhs())
    else {
        return None;
    };
    matches!(value.kind(), Some(ast::LitKind::Null(_))).then(|| column.text())
}

/// The names in a constraint's list of columns.
fn names_in_parentheses(node: &SyntaxNode) -> Vec<String> {
    let mut seen = BTreeSet::new();
    node.descendants()
        .filter(|node| ast::NameRef::can_cast(node.kind()))
        .map(|node| name(&node))
        .filter(|name| seen.insert(name.clone()))
        .collect()
}
