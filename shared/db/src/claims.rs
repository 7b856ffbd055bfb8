//! Whom the work of a transaction is for, as the database's policies read it.

use uuid::Uuid;

/// The setting that `current_organization()` reads (migration V0027).
const SETTING: &str = "app.organization";

/// What a transaction claims. Policies of the database show and take the rows of the organization that is
/// claimed, and none where there is no claim.
///
/// The claim is sent in one message with `BEGIN` and ends with the transaction. Where `BEGIN` fails, what
/// follows in the same flight runs without a claim, and finds no row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    organization_id: Option<Uuid>,
}

impl Claims {
    /// No claim: for what belongs to no organization.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// To work for an organization.
    #[must_use]
    pub fn organization(id: Uuid) -> Self {
        Self { organization_id: Some(id) }
    }

    /// The command that makes the claim, for a transaction that has begun. It overrides what another client
    /// of a pooler may have left in the session. A uuid needs no quoting.
    #[must_use]
    pub fn command(self) -> String {
        match self.organization_id {
            Some(id) => format!("SET LOCAL {SETTING} = '{id}'"),
            None => format!("SET LOCAL {SETTING} = ''"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_a_setting_of_the_transaction_and_none_empties_it() {
        let id = Uuid::from_u128(7);
        let claim = Claims::organization(id).command();
        assert_eq!(claim, "SET LOCAL app.organization = '00000000-0000-0000-0000-000000000007'");
        assert_eq!(Claims::none().command(), "SET LOCAL app.organization = ''");
    }
}
