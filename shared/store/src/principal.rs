//! Whom a request is answered for.

use db::Claims;
use uuid::Uuid;
use web::Request;

/// The organization to which everything belongs where nobody has set up others (migration V0027).
pub const DEFAULT_ORGANIZATION: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001);

/// Whom a request is answered for. The database shows and takes the rows of this organization alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The organization.
    pub organization_id: Uuid,
}

impl Principal {
    /// Of a request that was admitted: whoever sends it works for the organization `default`.
    #[must_use]
    pub fn of(_: &Request) -> Self {
        Self { organization_id: DEFAULT_ORGANIZATION }
    }

    /// What transactions for it claim.
    #[must_use]
    pub fn claims(self) -> Claims {
        Claims::organization(self.organization_id)
    }
}
