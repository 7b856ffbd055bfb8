//! Reading the roles of a server.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use tokio_postgres::Client;

use super::{Membership, Role, Roles};
use crate::database::rows;

/// Roles but those of Postgres itself, their settings for all databases, their comments, and who is a member
/// of which. Several grants of one membership act as one. What a superuser grants is granted by the first one
/// of the server, whose oid is 10 (`BOOTSTRAP_SUPERUSERID`): it counts as the reader's own.
const ROLES: &str = "
    SELECT 'role' AS kind, quote_ident(rolname) AS name, concat_ws(', ',
        CASE WHEN rolsuper THEN 'SUPERUSER' ELSE 'NOSUPERUSER' END,
        CASE WHEN rolinherit THEN 'INHERIT' ELSE 'NOINHERIT' END,
        CASE WHEN rolcreaterole THEN 'CREATEROLE' ELSE 'NOCREATEROLE' END,
        CASE WHEN rolcreatedb THEN 'CREATEDB' ELSE 'NOCREATEDB' END,
        CASE WHEN rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,
        CASE WHEN rolreplication THEN 'REPLICATION' ELSE 'NOREPLICATION' END,
        CASE WHEN rolbypassrls THEN 'BYPASSRLS' ELSE 'NOBYPASSRLS' END,
        'CONNECTION LIMIT ' || rolconnlimit,
        'VALID UNTIL ' || CASE WHEN isfinite(rolvaliduntil)
            THEN quote_literal((rolvaliduntil AT TIME ZONE 'UTC')::text || '+00') ELSE '''infinity''' END)
        AS value, NULL AS more
    FROM pg_roles WHERE rolname !~ '^pg_'
    UNION ALL SELECT 'comment', quote_ident(rolname), shobj_description(oid, 'pg_authid'), NULL
    FROM pg_roles WHERE shobj_description(oid, 'pg_authid') IS NOT NULL
    UNION ALL SELECT 'setting', quote_ident(rolname), split_part(c, '=', 1), substr(c, strpos(c, '=') + 1)
    FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) c
    WHERE s.setdatabase = 0
    UNION ALL SELECT 'member of ' || quote_ident(r.rolname), quote_ident(m.rolname), concat_ws(', ',
            'ADMIN ' || bool_or(admin_option), 'INHERIT ' || bool_or((to_jsonb(a)->>'inherit_option')::bool),
            'SET ' || bool_or((to_jsonb(a)->>'set_option')::bool)),
        string_agg(DISTINCT quote_ident(CASE g.oid WHEN 10 THEN session_user ELSE g.rolname END), ', ')
    FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
    JOIN pg_roles g ON g.oid = a.grantor
    WHERE m.rolname !~ '^pg_' GROUP BY r.rolname, m.rolname
    UNION ALL SELECT 'reader', quote_ident(session_user), NULL, NULL";

/// Roles with a password, for whoever may see that.
const PASSWORDS: &str = "
    SELECT quote_ident(rolname) FROM pg_authid WHERE rolpassword IS NOT NULL AND rolname !~ '^pg_'";

/// Reads the roles of a session's server.
///
/// # Errors
/// The server's refusal.
pub(in super::super) async fn read(session: &Client) -> Result<Roles> {
    let mut roles = Roles::default();
    for row in rows(session, ROLES).await? {
        let text = |column: usize| row.get(column).unwrap_or_default().to_owned();
        let (kind, name) = (text(0), text(1));
        match kind.as_str() {
            "role" => {
                let attributes = text(2).split(", ").map(str::to_owned).collect();
                roles.roles.insert(name, Role { attributes, ..Role::default() });
            }
            "reader" => roles.reader = name,
            kind => {
                if let Some(group) = kind.strip_prefix("member of ") {
                    let grantors = text(3).split(", ").map(str::to_owned).collect::<BTreeSet<_>>();
                    let options = text(2).split(", ").map(str::to_owned).collect();
                    let membership = Membership { options, grantors };
                    roles.memberships.insert((group.to_owned(), name), membership);
                } else if let Some(role) = roles.roles.get_mut(&name) {
                    match kind {
                        "comment" => role.comment = Some(text(2)),
                        _ => drop(role.settings.insert(text(2), text(3))),
                    }
                }
            }
        }
    }
    let sql = "SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT')";
    if rows(session, sql).await?.first().is_some_and(|row| row.get(0) == Some("t")) {
        for row in rows(session, PASSWORDS).await? {
            if let Some(role) = row.get(0).and_then(|name| roles.roles.get_mut(name)) {
                role.has_password = true;
            }
        }
    }
    Ok(roles)
}

/// What still holds a role in the session's database, in the server's words.
///
/// # Errors
/// The server's refusal.
pub(super) async fn held_by(session: &Client, role: &str) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT pg_describe_object(classid, objid, objsubid) FROM pg_shdepend \
         WHERE refclassid = 'pg_authid'::regclass AND refobjid = {}::regrole \
           AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())",
        crate::database::literal(role)
    );
    let found = rows(session, &sql).await?;
    Ok(found.iter().map(|row| row.get(0).unwrap_or_default().to_owned()).collect())
}

/// The names that two maps share no value for: new or changed ones.
pub(super) fn changed<K: Ord + Clone, V: PartialEq>(
    before: &BTreeMap<K, V>,
    after: &BTreeMap<K, V>,
) -> BTreeSet<K> {
    after.iter().filter(|(key, value)| before.get(*key) != Some(*value)).map(|(key, _)| key.clone()).collect()
}
