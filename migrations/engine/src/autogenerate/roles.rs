//! Roles that wanted files make. They are the server's, not a database's, so no catalog has them: what a side
//! makes of them is read from the server beside it.

mod plan;
mod read;
mod way;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use files::split;
use tokio_postgres::Client;

use crate::database::{execute, literal};

pub(super) use read::read;
pub(super) use way::Way;

/// The roles of a server. Names are as SQL writes them.
#[derive(Clone, Debug, Default)]
pub(super) struct Roles {
    roles: BTreeMap<String, Role>,
    /// By role and member.
    memberships: BTreeMap<(String, String), Membership>,
    /// The role that read them.
    reader: String,
}

/// A role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Role {
    /// Each as ALTER ROLE writes it, in one order.
    attributes: Vec<String>,
    settings: BTreeMap<String, String>,
    comment: Option<String>,
    has_password: bool,
}

/// A role's being a member of another, whoever has granted it.
#[derive(Clone, Debug)]
struct Membership {
    /// Each with its value: `ADMIN false`.
    options: Vec<String>,
    grantors: BTreeSet<String>,
}

/// What acts alike is the same.
impl PartialEq for Membership {
    fn eq(&self, other: &Self) -> bool {
        self.options == other.options
    }
}

/// The roles of one side.
#[derive(Clone, Debug, Default)]
pub(super) struct RolesOfSide {
    /// All that are there.
    pub(super) there: Roles,
    /// Those that the side has made or changed.
    made: BTreeSet<String>,
    /// The memberships that it has made or changed.
    made_memberships: BTreeSet<(String, String)>,
    /// True if the side is files of SQL, which say every role that they want.
    is_files: bool,
}

impl RolesOfSide {
    /// The roles of a database's server, none of which the database has made.
    pub(super) fn of_server(there: Roles) -> Self {
        Self { there, ..Self::default() }
    }

    /// The roles after a side was made on a server that had others before.
    pub(super) fn after(before: &Roles, there: Roles, is_files: bool) -> Self {
        let made = read::changed(&before.roles, &there.roles);
        let made_memberships = read::changed(&before.memberships, &there.memberships);
        Self { there, made, made_memberships, is_files }
    }

    /// The roles that files know which make none.
    pub(super) fn of_files(there: Roles) -> Self {
        Self { there, is_files: true, ..Self::default() }
    }

    /// Calls a role otherwise.
    fn rename(&mut self, old: &str, new: &str) {
        let named = |name: &String| if name == old { new.to_owned() } else { name.clone() };
        let pair = |(role, member): &(String, String)| (named(role), named(member));
        self.made = self.made.iter().map(named).collect();
        self.made_memberships = self.made_memberships.iter().map(pair).collect();
        let Roles { roles, memberships, .. } = &mut self.there;
        if let Some(role) = roles.remove(old) {
            roles.insert(new.to_owned(), role);
        }
        let renamed = |(key, of): ((String, String), Membership)| {
            let grantors = of.grantors.iter().map(named).collect();
            (pair(&key), Membership { grantors, ..of })
        };
        *memberships = std::mem::take(memberships).into_iter().map(renamed).collect();
    }

    /// Returns whether the side has anything to say about roles.
    fn speaks(&self) -> bool {
        !self.made.is_empty() || !self.made_memberships.is_empty()
    }
}

/// The differences of the roles that two sides make, in words.
pub(super) fn differences(from: &RolesOfSide, to: &RolesOfSide) -> Vec<String> {
    let steps = plan::steps(from, to, &[]);
    steps.first.into_iter().chain(steps.last).map(|change| change.sql.trim_end().to_owned()).collect()
}

impl Role {
    fn inherits(&self) -> bool {
        self.attributes.iter().any(|attribute| attribute == "INHERIT")
    }
}

impl Roles {
    /// Returns whether there is a role of this name, which is as the catalog has it.
    pub(super) fn has(&self, name: &str) -> bool {
        self.roles.keys().any(|role| model::Ident::new(role).unquoted() == name)
    }

    /// Those of these names, which are as the catalog has them, and who is a member of which.
    pub(super) fn only(mut self, is_kept: impl Fn(&str) -> bool) -> Self {
        let is_kept = |role: &String| is_kept(&model::Ident::new(role).unquoted());
        self.roles.retain(|role, _| is_kept(role));
        self.memberships.retain(|(role, member), _| is_kept(role) && is_kept(member));
        self
    }

    /// The statements that make a role as it is here, without its memberships.
    pub(super) fn create(&self, name: &str) -> Option<String> {
        let (name, role) = self.roles.iter().find(|(role, _)| model::Ident::new(role).unquoted() == name)?;
        Some(plan::create(name, role))
    }

    /// Makes the roles of a server what they were, as far as it lets them be.
    ///
    /// # Errors
    /// The server is lost.
    pub(super) async fn restore(&self, session: &Client) -> Result<()> {
        let now = read(session).await?;
        let back = plan::all(&now, self);
        for sql in back.first.iter().chain(&back.last).map(|change| &change.sql) {
            for statement in split(sql)? {
                // What others have to do with a role meanwhile is not this run's.
                match execute(session, statement.text).await {
                    Err(error) if error.as_db_error().is_none() => return Err(error.into()),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

fn string(text: &str) -> String {
    literal(text)
}
