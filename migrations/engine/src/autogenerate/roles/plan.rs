//! From the roles of one side to those of the other.

use std::collections::BTreeSet;

use super::{Membership, Role, Roles, RolesOfSide, string};
use crate::autogenerate::Change;

/// Attributes of a role of which nothing is said.
const USUAL: [&str; 9] = [
    "NOSUPERUSER",
    "INHERIT",
    "NOCREATEROLE",
    "NOCREATEDB",
    "NOLOGIN",
    "NOREPLICATION",
    "NOBYPASSRLS",
    "CONNECTION LIMIT -1",
    "VALID UNTIL 'infinity'",
];

/// Changes of roles: those that come before all others, and those that come after them.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    pub(super) first: Vec<Change>,
    pub(super) last: Vec<Change>,
    /// Roles that the last changes drop.
    pub(super) dropped: Vec<String>,
    /// The roles after the first changes.
    pub(super) between: Roles,
    /// The roles once memberships are gone, before roles are dropped.
    pub(super) held: Roles,
    /// The roles at the end.
    pub(super) end: Roles,
}

/// What is planned between two states.
struct Between<'a> {
    from: &'a Roles,
    to: &'a Roles,
    /// Roles that are made or altered as the second state has them.
    wanted: BTreeSet<&'a String>,
    dropped: BTreeSet<&'a String>,
    granted: BTreeSet<&'a (String, String)>,
    revoked: BTreeSet<&'a (String, String)>,
}

/// The changes from one side to the other. Roles that the first side makes and the second knows nothing of
/// are dropped where that is allowed.
pub(super) fn steps(from: &RolesOfSide, to: &RolesOfSide, allowed: &[String]) -> Steps {
    let dropped = gone(from, to).filter(|role| may_drop(role, from, to, allowed)).collect();
    let is_there = |pair: &&(String, String)| {
        to.there.roles.contains_key(&pair.0) && to.there.roles.contains_key(&pair.1)
    };
    let is_said = |pair: &&(String, String)| to.made.contains(&pair.0) || to.made.contains(&pair.1);
    let between = Between {
        from: &from.there,
        to: &to.there,
        wanted: to.made.iter().collect(),
        dropped,
        granted: to.made_memberships.iter().collect(),
        revoked: from
            .made_memberships
            .iter()
            .filter(|pair| !to.there.memberships.contains_key(pair))
            .filter(is_there)
            .filter(is_said)
            .collect(),
    };
    between.steps()
}

/// The changes from all roles of one state to all of another.
pub(super) fn all(from: &Roles, to: &Roles) -> Steps {
    let between = Between {
        from,
        to,
        wanted: to.roles.keys().collect(),
        dropped: from.roles.keys().filter(|role| !to.roles.contains_key(*role)).collect(),
        granted: to.memberships.keys().collect(),
        revoked: from.memberships.keys().filter(|pair| !to.memberships.contains_key(*pair)).collect(),
    };
    between.steps()
}

/// Roles that one side makes and the other does not know.
fn gone<'a>(from: &'a RolesOfSide, to: &'a RolesOfSide) -> impl Iterator<Item = &'a String> {
    from.made.iter().filter(|role| !to.there.roles.contains_key(*role))
}

/// A schema that says nothing of roles, such as the one that `branchline schema` prints of migrations, gives
/// none up.
fn may_drop(role: &str, from: &RolesOfSide, to: &RolesOfSide, allowed: &[String]) -> bool {
    let is_named = allowed.iter().any(|allowed| allowed.strip_prefix("role ") == Some(role));
    is_named || ((from.is_files || to.speaks()) && allowed.iter().any(|allowed| allowed == "all"))
}

/// Roles that may be called otherwise now: each pair with the same attributes, settings and memberships.
pub(super) fn renames(from: &RolesOfSide, to: &RolesOfSide) -> Vec<(String, String)> {
    let new: Vec<&String> = to.made.iter().filter(|role| !from.there.roles.contains_key(*role)).collect();
    let is_alike = |one: &String, other: &String| {
        let groups = |roles: &Roles, name: &String| -> Vec<(String, Vec<String>)> {
            let of = roles.memberships.iter().filter(|((_, member), _)| member == name);
            of.map(|((group, _), membership)| (group.clone(), membership.options.clone())).collect()
        };
        from.there.roles.get(one) == to.there.roles.get(other)
            && groups(&from.there, one) == groups(&to.there, other)
    };
    let pairs = gone(from, to).flat_map(|old| new.iter().map(move |new| (old, *new)));
    pairs.filter(|(old, new)| is_alike(old, new)).map(|(old, new)| (old.clone(), new.clone())).collect()
}

/// What is not done, in words.
pub(super) fn notes(from: &RolesOfSide, to: &RolesOfSide, allowed: &[String]) -> Vec<String> {
    let stays = gone(from, to).filter(|role| !may_drop(role, from, to, allowed)).map(|role| {
        format!(
            "role {role} is not in the wanted schema and stays, as roles are the whole server's; \
             --allow-loss \"role {role}\" drops it"
        )
    });
    let with_password = to.made.iter().filter(|role| {
        let has = |roles: &Roles| roles.roles.get(*role).is_some_and(|role| role.has_password);
        has(&to.there) && !has(&from.there)
    });
    let unset = with_password.map(|role| {
        format!(
            "the password of role {role} is a secret and is not written; set it by hand: \\password {role}"
        )
    });
    stays.chain(unset).collect()
}

impl Between<'_> {
    fn steps(&self) -> Steps {
        let mut steps = Steps { between: self.from.clone(), ..Steps::default() };
        for name in &self.wanted {
            let Some(after) = self.to.roles.get(*name) else { continue };
            steps.between.roles.insert((*name).clone(), after.clone());
            let sql = match self.from.roles.get(*name) {
                None => create(name, after),
                Some(before) => alter(name, before, after),
            };
            let verb = if self.from.roles.contains_key(*name) { "changes" } else { "makes" };
            if !sql.is_empty() {
                steps.first.push(change(name, format!("{verb} role {name}, for the whole server"), sql));
            }
        }
        for pair @ (role, member) in self.granted.iter().copied() {
            let (before, Some(after)) = (self.from.memberships.get(pair), self.to.memberships.get(pair))
            else {
                continue;
            };
            if before != Some(after) {
                steps.between.memberships.insert(pair.clone(), after.clone());
                // What is not said of inheriting follows from the member.
                let inherits = self.to.roles.get(member).is_none_or(Role::inherits);
                let sql = grant((role, member), before, after, inherits);
                let summary = format!("makes {member} a member of role {role}, for the whole server");
                steps.first.push(change(role, summary, sql));
            }
        }
        steps.held = steps.between.clone();
        for pair @ (role, member) in self.revoked.iter().copied() {
            if self.dropped.contains(role) || self.dropped.contains(member) {
                continue;
            }
            let Some(before) = self.from.memberships.get(pair) else { continue };
            steps.held.memberships.remove(pair);
            // Each grantor takes back its own.
            let is_made = |grantor: &&String| **grantor != self.from.reader;
            let by_others = before.grantors.iter().filter(is_made);
            let mut sql: String = by_others
                .map(|grantor| format!("REVOKE {role} FROM {member} GRANTED BY {grantor};\n"))
                .collect();
            if before.grantors.contains(&self.from.reader) {
                sql += &format!("REVOKE {role} FROM {member};\n");
            }
            let summary = format!("makes {member} a member of role {role} no more, for the whole server");
            steps.last.push(change(role, summary, sql));
        }
        // What a role has granted holds it.
        for (pair @ (role, member), membership) in &self.from.memberships {
            let (gone, kept): (Vec<&String>, Vec<&String>) =
                membership.grantors.iter().partition(|grantor| self.dropped.contains(grantor));
            for grantor in &gone {
                let sql = format!("REVOKE {role} FROM {member} GRANTED BY {grantor};\n");
                steps.last.push(change(role, format!("takes back what {grantor} has granted"), sql));
            }
            if !gone.is_empty() && kept.is_empty() {
                steps.held.memberships.remove(pair);
            }
        }
        steps.end = steps.held.clone();
        for name in &self.dropped {
            let sql = format!("DROP ROLE {name};\n");
            steps.last.push(change(name, format!("drops role {name}, for the whole server"), sql));
            steps.dropped.push((*name).clone());
            steps.end.roles.remove(*name);
            steps.end.memberships.retain(|(role, member), _| role != *name && member != *name);
        }
        steps
    }
}

fn change(role: &str, summary: String, sql: String) -> Change {
    Change { sql, about: format!("role {role}"), summary, loses: Vec::new() }
}

/// The statements that make a role, without its password.
pub(super) fn create(name: &str, role: &Role) -> String {
    let special: Vec<&str> =
        role.attributes.iter().map(String::as_str).filter(|attribute| !USUAL.contains(attribute)).collect();
    let with = if special.is_empty() { String::new() } else { format!(" WITH {}", special.join(" ")) };
    format!("CREATE ROLE {name}{with};\n")
        + &alter(name, &Role { attributes: role.attributes.clone(), ..Role::default() }, role)
}

fn alter(name: &str, before: &Role, after: &Role) -> String {
    let mut sql = String::new();
    let changed: Vec<&str> = after
        .attributes
        .iter()
        .filter(|attribute| !before.attributes.contains(attribute))
        .map(String::as_str)
        .collect();
    if !changed.is_empty() {
        sql += &format!("ALTER ROLE {name} WITH {};\n", changed.join(" "));
    }
    for setting in before.settings.keys().filter(|setting| !after.settings.contains_key(*setting)) {
        sql += &format!("ALTER ROLE {name} RESET {setting};\n");
    }
    for (setting, value) in
        after.settings.iter().filter(|(key, value)| before.settings.get(*key) != Some(*value))
    {
        sql += &format!("ALTER ROLE {name} SET {setting} TO {};\n", model::setting_value(setting, value));
    }
    if before.comment != after.comment {
        let comment = after.comment.as_deref().map_or("NULL".to_owned(), string);
        sql += &format!("COMMENT ON ROLE {name} IS {comment};\n");
    }
    sql
}

fn grant(
    (role, member): (&str, &str),
    before: Option<&Membership>,
    after: &Membership,
    inherits: bool,
) -> String {
    const NO_ADMIN: &str = "ADMIN false";
    let is_usual = |option: &&String| match option.as_str() {
        "INHERIT true" => inherits,
        "INHERIT false" => !inherits,
        other => matches!(other, NO_ADMIN | "SET true"),
    };
    match before {
        // A server before 16 knows no other option, and cannot take this one back by GRANT.
        Some(_) if after.options == [NO_ADMIN] => {
            format!("REVOKE ADMIN OPTION FOR {role} FROM {member};\n")
        }
        None if after.options.iter().all(|option| is_usual(&option)) => {
            format!("GRANT {role} TO {member};\n")
        }
        _ => {
            let said = after.options.iter().filter(|option| before.is_some() || !is_usual(option));
            let said: Vec<String> = said.map(|option| option.replace("ADMIN true", "ADMIN OPTION")).collect();
            format!("GRANT {role} TO {member} WITH {};\n", said.join(", "))
        }
    }
}
