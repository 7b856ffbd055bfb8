//! The role of a user in an organization.

use serde::{Serialize, Serializer};

use crate::{Scope, Scopes};

/// The role of a user in an organization; each has what the ones below it have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads, and writes nothing.
    Viewer,
    /// Reads and writes.
    Member,
    /// Manages members as well.
    Admin,
    /// Has the organization.
    Owner,
}

impl Role {
    /// All roles, from the weakest.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Member, Self::Admin, Self::Owner];

    /// The name in answers and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// The role of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// The most that a token of somebody in this role may be used for.
    #[must_use]
    pub fn scopes(self) -> Scopes {
        match self {
            Self::Viewer => Scopes::from_iter([Scope::Read]),
            Self::Member | Self::Admin | Self::Owner => Scopes::ALL,
        }
    }

    /// Returns whether the role allows a use.
    #[must_use]
    pub fn allows(self, scope: Scope) -> bool {
        self.scopes().contains(scope)
    }

    /// Returns whether the role may manage the members of its organization.
    #[must_use]
    pub fn manages_members(self) -> bool {
        self >= Self::Admin
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_writes_nothing() {
        assert!(Role::Viewer.allows(Scope::Read));
        assert!(!Role::Viewer.allows(Scope::Write));
        assert!(!Role::Viewer.allows(Scope::Worker));
        assert!(Scope::ALL.into_iter().all(|scope| Role::Member.allows(scope)));
    }

    #[test]
    fn a_stronger_role_has_what_a_weaker_one_has() {
        for pair in Role::ALL.windows(2) {
            assert!(pair[0] < pair[1]);
            assert_eq!(pair[0].scopes().intersection(pair[1].scopes()), pair[0].scopes());
        }
        assert_eq!(Role::ALL.map(Role::manages_members), [false, false, true, true]);
        assert!(Role::ALL.into_iter().all(|role| Role::parse(role.as_str()) == Some(role)));
        assert_eq!(Role::parse("Owner"), None);
    }
}
