//! Our rules that read the syntax tree.

use std::ops::Range;

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{Parse, SourceFile, SyntaxNode};

use super::facts::{Facts, Nullable, altered_table, index_name, name};
use super::rule::Severity;

/// Types that are a number, a sequence and a default.
const SERIALS: [&str; 6] = ["serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"];

/// A match of a rule.
pub(super) struct TreeMatch {
    pub(super) rule: &'static str,
    /// Bytes of the file.
    pub(super) range: Range<usize>,
    /// The message; without one, the rule's title.
    pub(super) message: Option<&'static str>,
    /// The severity, if it differs from the rule's.
    pub(super) severity: Option<Severity>,
}

/// The matches in a syntax tree.
#[derive(Default)]
pub(super) struct TreeMatches {
    pub(super) found: Vec<TreeMatch>,
    /// Ranges in which SET NOT NULL reads no rows, since a validated constraint has checked them.
    pub(super) checked: Vec<Range<usize>>,
}

/// Selects whether the effects of a file become known to the files after it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Learn {
    Yes,
    /// A down takes back what its up did, and other ups follow.
    No,
}

/// Looks at a file, given what the files before it say, and takes in what it does.
pub(super) fn look(
    parse: &Parse<SourceFile>,
    is_made_here: impl Fn(&str) -> bool,
    facts: &mut Facts,
    learn: Learn,
) -> TreeMatches {
    let mut matches = TreeMatches::default();
    for statement in parse.tree().stmts() {
        if let ast::Stmt::AlterTable(alter) = &statement
            && let Some(table) = altered_table(alter).filter(|table| !is_made_here(table))
        {
            for action in alter.actions() {
                matches.action(&table, &action, facts);
            }
        }
        if learn == Learn::Yes {
            facts.see(&statement);
        }
    }
    matches
}

impl TreeMatches {
    fn add(&mut self, rule: &'static str, node: &SyntaxNode, message: Option<&'static str>) {
        self.found.push(TreeMatch { rule, range: range(node), message, severity: None });
    }

    fn action(&mut self, table: &str, action: &ast::AlterTableAction, facts: &Facts) {
        match action {
            ast::AlterTableAction::AddColumn(add) => self.add_column(add),
            ast::AlterTableAction::AddConstraint(add) => match add.constraint() {
                Some(ast::Constraint::ExcludeConstraint(constraint)) => {
                    self.add("adding-exclusion-constraint", constraint.syntax(), None);
                }
                Some(ast::Constraint::PrimaryKeyConstraint(key)) => {
                    let using = key.using_index();
                    let Some(index) = using.as_ref().and_then(index_name) else { return };
                    let (message, severity) = match facts.index_is_nullable(&index) {
                        Nullable::No => return,
                        Nullable::Yes => (None, None),
                        Nullable::Unknown => (
                            Some("A primary key of an index: are its columns NOT NULL already?"),
                            Some(Severity::Warning),
                        ),
                    };
                    let rule = "primary-key-over-nullable-columns";
                    self.found.push(TreeMatch { rule, range: range(key.syntax()), message, severity });
                }
                _ => {}
            },
            ast::AlterTableAction::AlterColumn(alter) => {
                if let Some(ast::AlterColumnOption::SetNotNull(_)) = alter.option()
                    && let Some(column) = alter.column_name_ref()
                    && facts.is_checked(table, &name(column.syntax()))
                {
                    self.checked.push(range(alter.syntax()));
                }
            }
            _ => {}
        }
    }

    fn add_column(&mut self, add: &ast::AddColumn) {
        const RULE: &str = "adding-column-with-constraint";
        if add.ty().is_some_and(|ty| SERIALS.contains(&type_name(&ty).as_str())) {
            self.add(RULE, add.syntax(), Some("A serial column: the table is rewritten, to number its rows"));
        }
        for constraint in add.constraints() {
            let message = match &constraint {
                ast::Constraint::CheckConstraint(_) => {
                    "A column comes with a check: every row is read while nobody reads or writes"
                }
                ast::Constraint::UniqueConstraint(_) => {
                    "A column comes with a unique index, built while nobody reads or writes"
                }
                ast::Constraint::ExcludeConstraint(_) => {
                    "A column comes with an exclusion index, built while nobody reads or writes"
                }
                ast::Constraint::GeneratedConstraint(generated) => match generated.generated_as() {
                    Some(ast::GeneratedAs::GeneratedIdentity(_)) => {
                        "An identity column: the table is rewritten, to number its rows"
                    }
                    _ => continue,
                },
                _ => continue,
            };
            self.add(RULE, constraint.syntax(), Some(message));
        }
    }
}

/// A type's name without its schema.
fn type_name(ty: &ast::Type) -> String {
    let text = ty.syntax().text().to_string();
    let last = text.rsplit('.').next().unwrap_or_default();
    files::identifier(last.trim())
}

pub(super) fn range(node: &SyntaxNode) -> Range<usize> {
    let range = node.text_range();
    usize::from(range.start())..usize::from(range.end())
}
