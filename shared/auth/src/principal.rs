//! The caller, their organization, and what they may do there.

use uuid::{Uuid, uuid};

use crate::{AuthError, ErrorClass, Role, Scope, Scopes};

/// The organization to which everything belongs that was there before there were organizations.
pub const DEFAULT_ORGANIZATION: Uuid = uuid!("00000000-0000-7000-8000-000000000001");

/// Somebody whom an issuer vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The user's id here.
    pub id: Uuid,
    /// The issuer, as the token and the configuration name it.
    pub issuer: String,
    /// The user's name for the issuer, unique there; at most 255 bytes.
    pub subject: String,
    /// An address to show; at most 254 bytes. It identifies nobody.
    pub email: Option<String>,
    /// A name to show; at most 200 characters.
    pub name: Option<String>,
}

/// The organization of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its id here.
    pub id: Uuid,
    /// True if it is the one that a user has alone, because the token names none.
    pub is_personal: bool,
    /// The organization's name by the token, to show; at most 200 characters.
    pub name: Option<String>,
}

/// A caller. Its scopes never exceed its role's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    user: Option<User>,
    organization: Organization,
    role: Role,
    scopes: Scopes,
}

impl Principal {
    /// A caller with those of `scopes` that the role allows.
    #[must_use]
    pub fn new(user: Option<User>, organization: Organization, role: Role, scopes: Scopes) -> Self {
        Self { user, organization, role, scopes: scopes.intersection(role.scopes()) }
    }

    /// The caller whom a deployment without users has: nobody in particular, owner of the organization
    /// `default`.
    #[must_use]
    pub fn owner_of_default() -> Self {
        let organization = Organization { id: DEFAULT_ORGANIZATION, is_personal: false, name: None };
        Self::new(None, organization, Role::Owner, Scopes::ALL)
    }

    /// The user; none where a deployment has no users.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        self.user.as_ref()
    }

    /// The organization.
    #[must_use]
    pub fn organization(&self) -> &Organization {
        &self.organization
    }

    /// The role in the organization.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// Returns the uses that the call may have.
    #[must_use]
    pub fn scopes(&self) -> Scopes {
        self.scopes
    }

    /// Returns whether the call may be used for this.
    #[must_use]
    pub fn allows(&self, scope: Scope) -> bool {
        self.scopes.contains(scope)
    }

    /// Checks that the call may be used for this.
    ///
    /// # Errors
    /// 403, for the role where that is what stands in the way, else for the scope.
    pub fn require(&self, scope: Scope) -> Result<(), AuthError> {
        if self.allows(scope) {
            Ok(())
        } else if self.role.allows(scope) {
            Err(AuthError::new(ErrorClass::InsufficientScope(scope), "the token lacks the scope"))
        } else {
            Err(AuthError::new(ErrorClass::InsufficientRole, "the role does not allow it"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal(role: Role, scopes: &[Scope]) -> Principal {
        let organization = Principal::owner_of_default().organization;
        Principal::new(None, organization, role, scopes.iter().copied().collect())
    }

    #[test]
    fn scopes_never_exceed_the_role() {
        for role in Role::ALL {
            for scopes in [&[][..], &[Scope::Read], &[Scope::Write, Scope::Worker], &Scope::ALL] {
                let principal = principal(role, scopes);
                for scope in Scope::ALL {
                    let is_allowed = scopes.contains(&scope) && role.allows(scope);
                    assert_eq!(principal.allows(scope), is_allowed, "{role:?} {scopes:?} {scope:?}");
                    assert_eq!(principal.require(scope).is_ok(), is_allowed);
                }
            }
        }
    }

    #[test]
    fn a_refusal_names_what_stands_in_the_way() {
        let class = |role, scopes| principal(role, scopes).require(Scope::Write).unwrap_err().class();
        assert_eq!(class(Role::Member, &[Scope::Read]), ErrorClass::InsufficientScope(Scope::Write));
        assert_eq!(class(Role::Viewer, &Scope::ALL), ErrorClass::InsufficientRole);
    }
}
