//! Properties that a temporary server takes over from the server that the migrations are for: its roles, and
//! those of its settings that show in catalogs.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use pg::{Connector, Url};
use postgres_protocol::escape::escape_identifier;
use tokio_postgres::SimpleQueryRow;

use crate::connect::connect;
use crate::database::{literal, one_row, rows};

use super::temporary::SUPERUSER;

/// The properties that are read of the server.
#[derive(Clone, Debug, Default)]
pub(super) struct Origin {
    /// Its major version; none where no server is named.
    pub(super) major: Option<u32>,
    /// The role that logs in.
    pub(super) role: String,
    /// Its further roles, by name, each with the statement that makes it.
    roles: Vec<(String, String)>,
    /// Whose member which role is: the two names and the statement.
    memberships: Vec<(String, String, String)>,
    /// Settings with their values.
    pub(super) settings: Vec<(String, String)>,
    /// Options of CREATE DATABASE for one like the server's: encoding and locale.
    pub(super) database_options: String,
}

/// Roles but those of Postgres itself. Nobody needs a password here, and nobody but the run logs in.
const ROLES: &str = "
    SELECT rolname, format('CREATE ROLE %I NOLOGIN', rolname)
        || CASE WHEN rolsuper THEN ' SUPERUSER' ELSE '' END || CASE WHEN rolinherit THEN '' ELSE ' \
            NOINHERIT' END
        || CASE WHEN rolcreaterole THEN ' CREATEROLE' ELSE '' END || CASE WHEN rolcreatedb THEN ' CREATEDB' \
            ELSE '' END
        || CASE WHEN rolreplication THEN ' REPLICATION' ELSE '' END
        || CASE WHEN rolbypassrls THEN ' BYPASSRLS' ELSE '' END
    FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> session_user ORDER BY oid";

/// Memberships, with their options where the server has them (16 and later). Those of Postgres's own roles in
/// one another are there already.
const MEMBERSHIPS: &str = "
    SELECT r.rolname, m.rolname, format('GRANT %I TO %I', r.rolname, m.rolname) || CASE
        WHEN to_jsonb(a) ? 'inherit_option' THEN format(' WITH ADMIN %s, INHERIT %s, SET %s', \
            admin_option::text,
            to_jsonb(a)->>'inherit_option', to_jsonb(a)->>'set_option')
        WHEN admin_option THEN ' WITH ADMIN OPTION' ELSE '' END
    FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
    WHERE m.rolname !~ '^pg_'";

/// Settings that decide how a definition is read or written.
const SETTINGS: &str = "
    SELECT name, setting FROM pg_settings
    WHERE source NOT IN ('default', 'client', 'session', 'override') AND name IN (
        'DateStyle', 'IntervalStyle', 'TimeZone', 'array_nulls', 'backslash_quote', 'bytea_output',
        'check_function_bodies', 'createrole_self_grant', 'default_text_search_config', \
            'escape_string_warning',
        'quote_all_identifiers', 'search_path', 'standard_conforming_strings', 'transform_null_equals', \
            'xmlbinary',
        'xmloption')";

impl Origin {
    /// Returns the properties to use if no server is named.
    pub(super) fn none() -> Self {
        Self { role: SUPERUSER.to_owned(), ..Self::default() }
    }

    /// Asks the server of a URL.
    ///
    /// # Errors
    /// It cannot be reached, or refuses.
    pub(super) async fn read(url: &Url) -> Result<Self> {
        let session = connect(&Connector::new(url)?).await?;
        let sql = "SELECT current_setting('server_version_num')::int / 10000, session_user::text";
        let one = one_row(&session, sql).await?.context("the server gave no answer")?;
        let pairs = |rows: Vec<SimpleQueryRow>| rows.iter().map(|row| (text(row, 0), text(row, 1))).collect();
        let memberships = rows(&session, MEMBERSHIPS).await?;
        let sql = "SELECT pg_encoding_to_char(encoding), datcollate, datctype, \
                   to_jsonb(d)->>'datlocprovider', coalesce(to_jsonb(d)->>'datlocale', \
                   to_jsonb(d)->>'daticulocale') FROM pg_database d WHERE datname = current_database()";
        let database = one_row(&session, sql).await?.context("the server gave no answer")?;
        Ok(Self {
            major: one.get(0).and_then(|major| major.parse().ok()),
            role: text(&one, 1),
            roles: pairs(rows(&session, ROLES).await?),
            memberships: memberships.iter().map(|row| (text(row, 0), text(row, 1), text(row, 2))).collect(),
            settings: pairs(rows(&session, SETTINGS).await?),
            database_options: database_options(&database),
        })
    }

    /// The statements that make the roles on a temporary server: the one that logs in, those of the real
    /// server, and those that the migrations name. What migrations make themselves is left to them.
    pub(super) fn role_statements(&self, named: &BTreeSet<String>, made: &BTreeSet<String>) -> Vec<String> {
        let mut statements = Vec::new();
        let mut there = BTreeSet::from([SUPERUSER, self.role.as_str()]);
        if self.role != SUPERUSER {
            statements.push(format!("CREATE ROLE {} SUPERUSER LOGIN", escape_identifier(&self.role)));
        }
        for (role, statement) in &self.roles {
            if !made.contains(role) && there.insert(role) {
                statements.push(statement.clone());
            }
        }
        for role in named {
            if !made.contains(role) && there.insert(role) {
                statements.push(format!("CREATE ROLE {} NOLOGIN", escape_identifier(role)));
            }
        }
        for (role, member, statement) in &self.memberships {
            let is_there = |name: &str| there.contains(name) || name.starts_with("pg_");
            if is_there(role) && is_there(member) && role != member {
                statements.push(statement.clone());
            }
        }
        statements
    }

    /// The roles that the migrations name, and that neither they nor the real server make.
    pub(super) fn unknown_roles(&self, named: &BTreeSet<String>, made: &BTreeSet<String>) -> Vec<String> {
        let is_known = |role: &String| {
            made.contains(role)
                || *role == self.role
                || role == SUPERUSER
                || self.roles.iter().any(|(name, _)| name == role)
        };
        named.iter().filter(|role| !is_known(role)).cloned().collect()
    }
}

fn text(row: &SimpleQueryRow, column: usize) -> String {
    row.get(column).unwrap_or_default().to_owned()
}

/// Encoding and locale in the words of CREATE DATABASE.
fn database_options(row: &SimpleQueryRow) -> String {
    let value = |column: usize| row.get(column).unwrap_or_default();
    let (encoding, collate, ctype) = (literal(value(0)), literal(value(1)), literal(value(2)));
    let locale = format!("ENCODING {encoding} LC_COLLATE {collate} LC_CTYPE {ctype}");
    match (row.get(3), row.get(4)) {
        (Some("i"), Some(icu)) => format!("{locale} LOCALE_PROVIDER icu ICU_LOCALE {}", literal(icu)),
        (Some("b"), Some(name)) => {
            format!("{locale} LOCALE_PROVIDER builtin BUILTIN_LOCALE {}", literal(name))
        }
        _ => locale,
    }
}
