//! Owners, privileges and settings, which may name roles.

use std::collections::BTreeSet;

use super::{ObjectId, Property, Writer, is_public, literal};

/// Settings that hold lists of names (GUC_LIST_QUOTE in Postgres's guc_tables.c).
const LISTS: [&str; 6] = [
    "search_path",
    "temp_tablespaces",
    "local_preload_libraries",
    "session_preload_libraries",
    "shared_preload_libraries",
    "unix_socket_directories",
];

/// Text in a fact for a grantee that may nothing.
pub(super) const NONE: &str = "none";

/// Text in a fact for the role that owns the object.
pub(super) const THE_OWNER: &str = "the owner";

impl<'a> Writer<'a> {
    /// Owners that are not that of most objects; what roles may beyond, or not any more, what they may by
    /// default; what is set for the database.
    pub(super) fn access(&self, with_privileges: bool) -> String {
        let mut statements = Vec::new();
        let mut privileges = Vec::new();
        let mut settings = Vec::new();
        for (object, of) in self.catalog.iter() {
            if with_privileges {
                statements.extend(self.ownership(object));
                for (property, allowed) in of {
                    if let Property::PrivilegesOf(grantee) = property {
                        privileges.extend(self.grants(object, grantee, allowed));
                    }
                }
                settings.extend(self.default_privileges(object));
            }
            if with_privileges || !matches!(object, ObjectId::DatabasePrivileges(_)) {
                settings.extend(self.database_statements(object));
            }
        }
        statements.extend(privileges);
        statements.extend(settings);
        statements.into_iter().map(|statement| statement + ";\n").collect()
    }

    pub(super) fn ownership(&self, object: &ObjectId) -> Option<String> {
        let owner = self.value(object, Property::Owner)?;
        let is_usual = owner == self.owner || (is_public(object) && owner == "pg_database_owner");
        let follows = self.catalog.sequence_owner(object).is_some();
        let is_unwritten =
            matches!(object, ObjectId::Subscription(_) | ObjectId::BaseType(_) | ObjectId::ShellType(_));
        if is_usual || follows || is_unwritten {
            return None;
        }
        Some(format!("ALTER {} OWNER TO {}", self.reference(object)?, identifier(owner)))
    }

    /// The statements after which a grantee may just that.
    pub(super) fn grants(&self, object: &ObjectId, grantee: &str, allowed: &str) -> Vec<String> {
        let Some((on, column)) = self.grantable(object) else {
            return Vec::new();
        };
        let owner = self.value(object, Property::Owner).filter(|owner| *owner != self.owner).map(identifier);
        let to = match grantee {
            THE_OWNER => owner.unwrap_or_else(|| "CURRENT_USER".to_owned()),
            other => other.to_owned(),
        };
        let mut statements = Vec::new();
        if column.is_none() && (grantee == THE_OWNER || grantee == "PUBLIC" && is_public_by_default(object)) {
            statements.push(format!("REVOKE ALL ON {on} FROM {to}"));
        }
        statements.extend(grants(allowed, column.as_deref(), |privileges, option| {
            format!("GRANT {privileges} ON {on} TO {to}{option}")
        }));
        statements
    }

    /// Returns GRANT's name of an object, and the column if it is one.
    pub(super) fn grantable(&self, object: &ObjectId) -> Option<(String, Option<String>)> {
        let (kind, name) = (object.kind().as_str(), object.name());
        let on = match object {
            ObjectId::Table(_)
            | ObjectId::View(_)
            | ObjectId::MaterializedView(_)
            | ObjectId::ForeignTable(_) => format!("TABLE {name}"),
            ObjectId::Aggregate(_) => {
                format!("FUNCTION {}", name.replace("(ORDER BY ", "(").replace(" ORDER BY ", ", "))
            }
            ObjectId::Enum(_)
            | ObjectId::Range(_)
            | ObjectId::CompositeType(_)
            | ObjectId::BaseType(_)
            | ObjectId::RowType(_) => format!("TYPE {name}"),
            ObjectId::Server(_) => format!("FOREIGN SERVER {name}"),
            ObjectId::Column(column) => {
                return Some((format!("TABLE {}", column.whole), Some(column.name.to_string())));
            }
            // Of the system or of an extension, with the kind in its name.
            ObjectId::SystemPrivileges(_) => {
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
            ObjectId::Schema(_)
            | ObjectId::Sequence(_)
            | ObjectId::Function(_)
            | ObjectId::Procedure(_)
            | ObjectId::Domain(_)
            | ObjectId::Language(_)
            | ObjectId::ForeignDataWrapper(_) => {
                format!("{} {name}", kind.to_uppercase().replace('-', " "))
            }
            _ => return None,
        };
        Some((on, None))
    }

    pub(super) fn default_privileges(&self, object: &ObjectId) -> Vec<String> {
        let ObjectId::DefaultPrivileges(name) = object else { return Vec::new() };
        let Some(allowed) = self.value(object, Property::Privileges) else { return Vec::new() };
        let (owner, kind) = (identifier(self.owner), &name.objects);
        let is_owner = name.grantee.as_str() == owner;
        let mut scope = String::new();
        if name.role.as_str() != owner {
            scope += &format!(" FOR ROLE {}", name.role);
        }
        if let Some(schema) = &name.schema {
            scope += &format!(" IN SCHEMA {schema}");
        }
        let to = if is_owner { "CURRENT_USER" } else { name.grantee.as_str() };
        let mut statements = Vec::new();
        if (to == "PUBLIC" || is_owner) && name.schema.is_none() {
            statements.push(format!("ALTER DEFAULT PRIVILEGES{scope} REVOKE ALL ON {kind} FROM {to}"));
        }
        statements.extend(grants(allowed, None, |privileges, option| {
            format!("ALTER DEFAULT PRIVILEGES{scope} GRANT {privileges} ON {kind} TO {to}{option}")
        }));
        statements
    }

    /// The database is called otherwise on each server.
    pub(super) fn database_statements(&self, object: &ObjectId) -> Vec<String> {
        match object {
            ObjectId::DatabaseSetting(name) => {
                let value = self.value(object, Property::Value).unwrap_or_default();
                let setting = escaped(&name.setting);
                let value = escaped(&setting_value(&name.setting, value));
                vec![match &name.role {
                    Some(role) => on_this(&format!(
                        "ALTER ROLE {} IN DATABASE %I SET {setting} TO {value}",
                        escaped(role.as_str())
                    )),
                    None => on_this(&format!("ALTER DATABASE %I SET {setting} TO {value}")),
                }]
            }
            ObjectId::DatabasePrivileges(grantee) => {
                let allowed = self.value(object, Property::Privileges).unwrap_or_default();
                let grantee = grantee.as_str();
                let to = if grantee == THE_OWNER { "CURRENT_USER".to_owned() } else { escaped(grantee) };
                let mut statements = Vec::new();
                if matches!(grantee, THE_OWNER | "PUBLIC") {
                    statements.push(on_this(&format!("REVOKE ALL ON DATABASE %I FROM {to}")));
                }
                if allowed != NONE {
                    statements.push(on_this(&format!("GRANT {allowed} ON DATABASE %I TO {to}")));
                }
                statements
            }
            ObjectId::Database(_) => {
                let comment = self.value(object, Property::Comment).map(literal);
                let comment =
                    comment.map(|text| on_this(&format!("COMMENT ON DATABASE %I IS {}", escaped(&text))));
                comment.into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The statement that is run with this database's name for `%I`.
pub(super) fn on_this(statement: &str) -> String {
    format!(
        "DO {}",
        literal(&format!("BEGIN EXECUTE format({}, current_database()); END", literal(statement)))
    )
}

/// A text as `format` takes it for itself.
pub(super) fn escaped(text: &str) -> String {
    text.replace('%', "%%")
}

/// The value of a setting as SET writes it.
#[must_use]
pub fn setting_value(setting: &str, value: &str) -> String {
    // A list is stored as it was written, each name with its quotes.
    let is_list = LISTS.contains(&setting) && !value.is_empty();
    if is_list { value.to_owned() } else { literal(value) }
}

/// Returns whether everybody has a privilege on an object by default: acldefault() in Postgres's acl.c, and
/// initdb.
pub(super) fn is_public_by_default(object: &ObjectId) -> bool {
    is_public(object)
        || matches!(
            object,
            ObjectId::Function(_)
                | ObjectId::Procedure(_)
                | ObjectId::Aggregate(_)
                | ObjectId::Enum(_)
                | ObjectId::Domain(_)
                | ObjectId::Range(_)
                | ObjectId::CompositeType(_)
                | ObjectId::BaseType(_)
                | ObjectId::RowType(_)
                | ObjectId::ShellType(_)
                | ObjectId::Language(_)
                | ObjectId::SystemPrivileges(_)
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

/// A name as SQL has it, keywords aside.
pub(crate) fn identifier(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}
