//! Effects and needs of migrations outside their own database: on the cluster, which all databases of a
//! server share.
//!
//! Roles, settings, databases, tablespaces and subscriptions belong to the whole server: a scratch database
//! on it does not keep such an effect to itself.

use std::collections::BTreeSet;

use squawk_syntax::ast::{self, AstNode, Stmt};
use squawk_syntax::{SourceFile, SyntaxNode};

use crate::allows;
use files::{Migrations, Script};

/// The name by which a file is excused, as of a lint rule: `-- branchline: allow cluster-effect: <reason>`.
pub const CLUSTER_EFFECT: &str = "cluster-effect";

/// Functions that act on the server, whatever transaction calls them.
const FUNCTIONS: [&str; 10] = [
    "pg_cancel_backend",
    "pg_create_logical_replication_slot",
    "pg_create_physical_replication_slot",
    "pg_create_restore_point",
    "pg_drop_replication_slot",
    "pg_promote",
    "pg_reload_conf",
    "pg_rotate_logfile",
    "pg_switch_wal",
    "pg_terminate_backend",
];

/// Names in the place of a role that are no role's.
const NO_ROLES: [&str; 2] = ["public", "none"];

/// A statement that acts on the whole server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterEffect {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The kind of statement: `ALTER ROLE`.
    pub what: &'static str,
}

/// The statements of a file that act on the whole server, unless the file is excused. What a `DO` block may
/// do shows when it runs, in a transaction that can be rolled back; where the file runs outside one, its
/// statements are taken for done. What a function does that is called shows then as well.
#[must_use]
pub fn cluster_effects(script: &Script) -> Vec<ClusterEffect> {
    if allows(script, CLUSTER_EFFECT) {
        return Vec::new();
    }
    effects_of(&script.file, &script.sql, script.directives.no_transaction)
}

/// The same for a file that is no migration, whose statements run one by one.
#[must_use]
pub fn cluster_effects_of_text(file: &str, sql: &str) -> Vec<ClusterEffect> {
    effects_of(file, sql, true)
}

fn effects_of(file: &str, sql: &str, is_outside: bool) -> Vec<ClusterEffect> {
    let mut lines = Lines { sql, offset: 0, line: 1 };
    let mut effects = Vec::new();
    for statement in SourceFile::parse(sql).tree().stmts() {
        let start = usize::from(statement.syntax().text_range().start());
        if let Some(what) = effect(&statement, is_outside) {
            effects.push(ClusterEffect { file: file.to_owned(), line: lines.at(start), what });
        }
    }
    effects
}

/// Objects that migrations need around their database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prerequisites {
    /// Roles that the files name.
    pub roles: BTreeSet<String>,
    /// Roles that the files make themselves.
    pub made_roles: BTreeSet<String>,
    /// Extensions that the files make.
    pub extensions: BTreeSet<String>,
}

impl Prerequisites {
    /// Reads them from all files.
    #[must_use]
    pub fn new(migrations: &Migrations) -> Self {
        let mut found = Self::default();
        for migration in migrations.iter() {
            let others = migration.down.iter().chain(&migration.rows);
            for script in std::iter::once(&migration.up).chain(others) {
                found.read(SourceFile::parse(&script.sql).tree().syntax());
            }
        }
        found
    }

    /// Adds what a further file names.
    pub fn add_text(&mut self, sql: &str) {
        self.read(SourceFile::parse(sql).tree().syntax());
    }

    fn read(&mut self, tree: &SyntaxNode) {
        for node in tree.descendants() {
            if ast::RoleNameRef::can_cast(node.kind()) {
                if is_privilege(&node) {
                    continue;
                }
                let role = ast::normalize_name_node(&node);
                if !NO_ROLES.contains(&role.as_str()) && !role.starts_with("pg_") {
                    self.roles.insert(role);
                }
            } else if ast::Role::can_cast(node.kind()) {
                self.made_roles.insert(ast::normalize_name_node(&node));
            } else if let Some(extension) = ast::CreateExtension::cast(node.clone()) {
                self.extensions
                    .extend(extension.extension().map(|name| ast::normalize_name_node(name.syntax())));
            } else if let Some(block) = ast::Do::cast(node.clone()) {
                // A statement may also be put together of strings: words alone tell it.
                self.read_words(&node.text().to_string());
                if let Some(body) = block.plpgsql() {
                    self.read(&body.syntax());
                }
            } else if ast::CreateFunction::can_cast(node.kind())
                || ast::CreateProcedure::can_cast(node.kind())
            {
                self.read_words(&node.text().to_string());
            }
        }
    }

    /// Finds `CREATE ROLE name` in any text.
    fn read_words(&mut self, text: &str) {
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        let words: Vec<&str> = text.split(|c| !is_part(c)).filter(|word| !word.is_empty()).collect();
        for window in words.windows(3) {
            let is_role = ["role", "user", "group"].iter().any(|word| window[1].eq_ignore_ascii_case(word));
            if window[0].eq_ignore_ascii_case("create") && is_role {
                self.made_roles.insert(window[2].to_lowercase());
            }
        }
    }
}

/// The effect of a statement on the whole server.
fn effect(statement: &Stmt, is_outside: bool) -> Option<&'static str> {
    Some(match statement {
        Stmt::CreateRole(_) => "CREATE ROLE",
        Stmt::CreateUser(_) => "CREATE USER",
        Stmt::CreateGroup(_) => "CREATE GROUP",
        Stmt::AlterRole(_) => "ALTER ROLE",
        Stmt::AlterUser(_) => "ALTER USER",
        Stmt::AlterGroup(_) => "ALTER GROUP",
        Stmt::DropRole(_) => "DROP ROLE",
        Stmt::DropUser(_) => "DROP USER",
        Stmt::DropGroup(_) => "DROP GROUP",
        Stmt::DropOwned(_) => "DROP OWNED",
        Stmt::Reassign(_) => "REASSIGN OWNED",
        Stmt::AlterSystem(_) => "ALTER SYSTEM",
        Stmt::CreateDatabase(_) => "CREATE DATABASE",
        Stmt::AlterDatabase(_) => "ALTER DATABASE",
        Stmt::DropDatabase(_) => "DROP DATABASE",
        Stmt::CreateTablespace(_) => "CREATE TABLESPACE",
        Stmt::AlterTablespace(_) => "ALTER TABLESPACE",
        Stmt::DropTablespace(_) => "DROP TABLESPACE",
        Stmt::CreateSubscription(_) => "CREATE SUBSCRIPTION",
        Stmt::AlterSubscription(_) => "ALTER SUBSCRIPTION",
        Stmt::DropSubscription(_) => "DROP SUBSCRIPTION",
        Stmt::Grant(grant) => {
            privileges(grant.on_privilege_objects_clause(), ["GRANT of a role", "GRANT on the server"])?
        }
        Stmt::Revoke(revoke) => {
            privileges(revoke.on_privilege_objects_clause(), ["REVOKE of a role", "REVOKE on the server"])?
        }
        Stmt::CommentOn(comment)
            if comment.comment_object().is_some_and(|object| is_shared(object.syntax())) =>
        {
            "COMMENT on an object of the server"
        }
        Stmt::SecurityLabel(label)
            if label.security_label_object().is_some_and(|object| is_shared(object.syntax())) =>
        {
            "SECURITY LABEL on an object of the server"
        }
        Stmt::Copy(copy) if has_word(copy.syntax(), &["program"]) => "COPY with a program",
        Stmt::Do(block) => return in_block(block, is_outside),
        statement => called(statement.syntax())?,
    })
}

/// GRANT and REVOKE: of a role, or of privileges on what all databases share.
fn privileges(objects: Option<ast::OnPrivilegeObjectsClause>, of: [&'static str; 2]) -> Option<&'static str> {
    let [role, server] = of;
    let Some(objects) = objects else { return Some(role) };
    let is_server = |node: &SyntaxNode| {
        let kind = node.kind();
        ast::PrivilegeDatabase::can_cast(kind)
            || ast::PrivilegeTablespace::can_cast(kind)
            || ast::PrivilegeParameter::can_cast(kind)
    };
    objects.syntax().descendants().any(|node| is_server(&node)).then_some(server)
}

/// Returns whether a name in the place of a role is that of a privilege: `GRANT usage ON …`.
fn is_privilege(name: &SyntaxNode) -> bool {
    let privileges = name.ancestors().find(|node| ast::Privileges::can_cast(node.kind()));
    let statement = privileges.and_then(|privileges| privileges.parent());
    let is_objects = |node: SyntaxNode| ast::OnPrivilegeObjectsClause::can_cast(node.kind());
    statement.is_some_and(|statement| statement.children().any(is_objects))
}

fn is_shared(object: &SyntaxNode) -> bool {
    let kind = object.kind();
    ast::ObjectDatabase::can_cast(kind)
        || ast::ObjectRole::can_cast(kind)
        || ast::ObjectTablespace::can_cast(kind)
        || ast::ObjectSubscription::can_cast(kind)
}

/// A function that a `DO` block calls and, if that cannot be rolled back, its effect.
fn in_block(block: &ast::Do, is_outside: bool) -> Option<&'static str> {
    let body = block.plpgsql()?;
    let mut statements = body.syntax().descendants().filter_map(Stmt::cast);
    if is_outside && let Some(what) = statements.find_map(|statement| effect(&statement, is_outside)) {
        return Some(what);
    }
    called(&body.syntax())
}

/// A function that acts on the server.
fn called(statement: &SyntaxNode) -> Option<&'static str> {
    FUNCTIONS.into_iter().find(|function| has_word(statement, &[function]))
}

fn has_word(node: &SyntaxNode, words: &[&str]) -> bool {
    let tokens = node.descendants_with_tokens().filter_map(|element| element.into_token());
    tokens.into_iter().any(|token| words.iter().any(|word| token.text().eq_ignore_ascii_case(word)))
}

/// Lines of offsets that only grow.
struct Lines<'a> {
    sql: &'a str,
    offset: usize,
    line: usize,
}

impl Lines<'_> {
    fn at(&mut self, offset: usize) -> usize {
        let between = self.sql.as_bytes().get(self.offset..offset).unwrap_or_default();
        self.line += between.iter().filter(|&&byte| byte == b'\n').count();
        self.offset = offset;
        self.line
    }
}

#[cfg(test)]
mod tests;
