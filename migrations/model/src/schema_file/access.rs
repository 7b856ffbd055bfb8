//! Owners, privileges and settings, which may name roles.

use std::collections::BTreeSet;

use super::{Object, Writer, literal};

/// Settings that hold lists of names (GUC_LIST_QUOTE in Postgres's guc_tables.c).
const LISTS: [&str; 6] = [
    "search_path",
    "temp_tablespaces",
    "local_preload_libraries",
    "session_preload_libraries",
    "shared_preload_libraries",
    "unix_socket_directories",
];

/// What stands in a fact for a grantee that may nothing.
const NONE: &str = "none";

impl<'a> Writer<'a> {
    /// Owners that are not that of most objects; what roles may beyond, or not any more, what they may by default; what is
    /// set for the database.
    pub(super) fn access(&self) -> String {
        let mut statements = Vec::new();
        let mut privileges = Vec::new();
        let mut settings = Vec::new();
        for (object, of) in self.catalog.iter() {
            statements.extend(self.ownership(object));
            for (property, allowed) in of {
                if let Some(grantee) = property.strip_prefix("privileges of ") {
                    privileges.extend(self.grants(object, grantee, allowed));
                }
            }
            match object.kind.as_str() {
                "default privileges" => settings.extend(self.default_privileges(object)),
                "database privileges" | "database setting" | "database" => {
                    settings.extend(self.of_database(object))
                }
                _ => {}
            }
        }
        statements.extend(privileges);
        statements.extend(settings);
        statements.into_iter().map(|statement| statement + ";\n").collect()
    }

    fn ownership(&self, object: &Object) -> Option<String> {
        let owner = self.value(object, "owner")?;
        let is_usual = owner == self.owner || (object.name == "public" && owner == "pg_database_owner");
        let follows = object.kind == "sequence" && self.value(object, "owned by").is_some();
        if is_usual
            || follows
            || object.kind == "subscription"
            || object.kind.ends_with(" type") && object.kind != "composite type"
        {
            return None;
        }
        Some(format!("ALTER {} OWNER TO {}", self.reference(object)?, identifier(owner)))
    }

    /// The statements after which a grantee may just that.
    fn grants(&self, object: &Object, grantee: &str, allowed: &str) -> Vec<String> {
        let Some((on, column)) = self.grantable(object) else {
            return Vec::new();
        };
        let owner = self.value(object, "owner").filter(|owner| *owner != self.owner).map(identifier);
        let to = match grantee {
            "the owner" => owner.unwrap_or_else(|| "CURRENT_USER".to_owned()),
            other => other.to_owned(),
        };
        let mut statements = Vec::new();
        if column.is_none() && (grantee == "the owner" || grantee == "PUBLIC" && is_public_by_default(object))
        {
            statements.push(format!("REVOKE ALL ON {on} FROM {to}"));
        }
        statements.extend(grants(allowed, column.as_deref(), |privileges, option| {
            format!("GRANT {privileges} ON {on} TO {to}{option}")
        }));
        statements
    }

    /// What GRANT calls an object, and the column where it is one.
    fn grantable(&self, object: &Object) -> Option<(String, Option<String>)> {
        let Object { kind, name } = object;
        let on = match kind.as_str() {
            "table" | "view" | "materialized view" | "foreign table" => format!("TABLE {name}"),
            "aggregate" => format!("FUNCTION {name}"),
            "enum" | "range" | "composite type" | "base type" | "row type" => format!("TYPE {name}"),
            "server" => format!("FOREIGN SERVER {name}"),
            "column" => {
                let (table, column) = object.split_part()?;
                return Some((format!("TABLE {table}"), Some(column.to_owned())));
            }
            // Of the system or of an extension, with the kind in its name.
            "privileges" => {
                let kinds = [
                    ("table ", "TABLE"),
                    ("view ", "TABLE"),
                    ("function ", "FUNCTION"),
                    ("procedure ", "PROCEDURE"),
                    ("aggregate ", "FUNCTION"),
                    ("schema ", "SCHEMA"),
                    ("type ", "TYPE"),
                    ("language ", "LANGUAGE"),
                ];
                kinds
                    .iter()
                    .find_map(|(prefix, word)| Some(format!("{word} {}", name.strip_prefix(prefix)?)))?
            }
            "schema"
            | "sequence"
            | "function"
            | "procedure"
            | "domain"
            | "language"
            | "foreign-data wrapper" => {
                format!("{} {name}", kind.to_uppercase().replace('-', " "))
            }
            _ => return None,
        };
        Some((on, None))
    }

    /// The name is `FOR ROLE r [IN SCHEMA s] ON TABLES TO g`.
    fn default_privileges(&self, object: &Object) -> Vec<String> {
        let parsed = || {
            let (rest, grantee) = object.name.rsplit_once(" TO ")?;
            let (scope, kind) = rest.rsplit_once(" ON ")?;
            Some((scope, kind, grantee))
        };
        let (Some((scope, kind, grantee)), Some(allowed)) = (parsed(), self.value(object, "privileges"))
        else {
            return Vec::new();
        };
        let of_owner = format!("FOR ROLE {}", identifier(self.owner));
        let is_owner = grantee == identifier(self.owner);
        let scope = scope.strip_prefix(&of_owner).unwrap_or(scope);
        let scope = if scope.is_empty() { String::new() } else { format!(" {}", scope.trim_start()) };
        let to = if is_owner { "CURRENT_USER" } else { grantee };
        let mut statements = Vec::new();
        if (grantee == "PUBLIC" || is_owner) && !scope.contains("IN SCHEMA") {
            statements.push(format!("ALTER DEFAULT PRIVILEGES{scope} REVOKE ALL ON {kind} FROM {to}"));
        }
        statements.extend(grants(allowed, None, |privileges, option| {
            format!("ALTER DEFAULT PRIVILEGES{scope} GRANT {privileges} ON {kind} TO {to}{option}")
        }));
        statements
    }

    /// The database is called otherwise on each server.
    fn of_database(&self, object: &Object) -> Vec<String> {
        let on_this = |statement: &str| {
            format!(
                "DO {}",
                literal(&format!("BEGIN EXECUTE format({}, current_database()); END", literal(statement)))
            )
        };
        let name = object.name.replace('%', "%%");
        match object.kind.as_str() {
            "database setting" => {
                let value = self.value(object, "value").unwrap_or_default();
                // A list is stored as it was written, each name with its quotes.
                let is_list =
                    LISTS.contains(&name.split(' ').next().unwrap_or_default()) && !value.is_empty();
                let value = if is_list { value.to_owned() } else { literal(value) }.replace('%', "%%");
                vec![match name.split_once(" of role ") {
                    Some((setting, role)) => {
                        on_this(&format!("ALTER ROLE {role} IN DATABASE %I SET {setting} TO {value}"))
                    }
                    None => on_this(&format!("ALTER DATABASE %I SET {name} TO {value}")),
                }]
            }
            "database privileges" => {
                let allowed = self.value(object, "privileges").unwrap_or_default();
                let to = if name == "the owner" { "CURRENT_USER" } else { &name };
                let mut statements = Vec::new();
                if matches!(name.as_str(), "the owner" | "PUBLIC") {
                    statements.push(on_this(&format!("REVOKE ALL ON DATABASE %I FROM {to}")));
                }
                if allowed != NONE {
                    statements.push(on_this(&format!("GRANT {allowed} ON DATABASE %I TO {to}")));
                }
                statements
            }
            _ => {
                let comment = self.value(object, "comment").map(literal);
                let comment = comment
                    .map(|text| on_this(&format!("COMMENT ON DATABASE %I IS {}", text.replace('%', "%%"))));
                comment.into_iter().collect()
            }
        }
    }
}

/// Whether everybody may something with an object by default: acldefault() in Postgres's acl.c, and initdb.
fn is_public_by_default(object: &Object) -> bool {
    let kind = object.kind.as_str();
    object.name == "public"
        || kind.ends_with("type")
        || matches!(
            kind,
            "function" | "procedure" | "aggregate" | "enum" | "domain" | "range" | "language" | "privileges"
        )
}

/// One statement for what may be passed on and one for the rest.
fn grants(allowed: &str, column: Option<&str>, statement: impl Fn(&str, &str) -> String) -> Vec<String> {
    let (mut plain, mut with_option) = (BTreeSet::new(), BTreeSet::new());
    for privilege in allowed.split(", ").filter(|privilege| *privilege != NONE) {
        let of_column =
            |privilege: &str| column.map_or_else(|| privilege.to_owned(), |c| format!("{privilege} ({c})"));
        match privilege.strip_suffix(" WITH GRANT OPTION") {
            Some(privilege) => with_option.insert(of_column(privilege)),
            None => plain.insert(of_column(privilege)),
        };
    }
    let sets =
        [(plain, ""), (with_option, " WITH GRANT OPTION")].into_iter().filter(|(set, _)| !set.is_empty());
    sets.map(|(set, option)| statement(&set.into_iter().collect::<Vec<_>>().join(", "), option)).collect()
}

/// A role's name as SQL has it.
fn identifier(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}
