//! Whom the work of a transaction is for, as the database's policies read it.

use std::sync::Arc;

use uuid::Uuid;

/// The claims of a transaction. Policies of the database show and take the rows of the organization that is
/// claimed, and none if there is no claim.
///
/// The claims are sent in one message with `BEGIN` and end with the transaction. Where `BEGIN` fails, what
/// follows in the same flight runs without a claim, and finds no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    command: Arc<str>,
    ahead: Option<Arc<str>>,
}

/// The settings that can be claimed, as the schema's functions read them (migrations V0027 and V0036). An
/// empty text is no claim.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClaimedSettings<'a> {
    /// `app.organization`.
    pub organization_id: Option<Uuid>,
    /// `app.user_id`.
    pub user_id: Option<Uuid>,
    /// `app.role`: lower-case letters.
    pub role: &'a str,
    /// `app.scopes`: lower-case letters and blanks.
    pub scopes: &'a str,
}

impl ClaimedSettings<'_> {
    /// The commands that make the claims. Each setting is made, since another client of a pooler may have
    /// left something in the session.
    #[must_use]
    pub fn commands(&self) -> String {
        let text = |id: Option<Uuid>| id.map_or(String::new(), |id| id.to_string());
        // Uuids and names need no quoting.
        format!(
            "SET LOCAL app.organization = '{}'; SET LOCAL app.user_id = '{}'; SET LOCAL app.role = '{}'; SET \
             LOCAL app.scopes = '{}'",
            text(self.organization_id),
            text(self.user_id),
            self.role,
            self.scopes
        )
    }

    /// The claims that these settings are.
    #[must_use]
    pub fn claims(&self) -> Claims {
        Claims::made_by(self.commands())
    }
}

impl Claims {
    /// No claim: for what belongs to no organization.
    #[must_use]
    pub fn none() -> Self {
        ClaimedSettings::default().claims()
    }

    /// Claims by SQL commands, which run behind each `BEGIN`. If one fails, so does the transaction.
    #[must_use]
    pub fn made_by(commands: impl Into<Arc<str>>) -> Self {
        Self { command: commands.into(), ahead: None }
    }

    /// The same, after a statement that commits by itself: it is sent once for each connection that is lent,
    /// ahead of the first transaction and in its flight.
    #[must_use]
    pub fn after(self, statement: impl Into<Arc<str>>) -> Self {
        Self { ahead: Some(statement.into()), ..self }
    }

    /// The commands that make the claims, for a transaction that has begun.
    #[must_use]
    pub fn commands(&self) -> &str {
        &self.command
    }

    /// Returns the commands that are sent ahead.
    pub(crate) fn ahead(&self) -> Option<&str> {
        self.ahead.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_settings_of_the_transaction_and_none_empties_them() {
        let id = Uuid::from_u128(7);
        let settings = ClaimedSettings { organization_id: Some(id), role: "owner", ..Default::default() };
        assert_eq!(
            settings.commands(),
            "SET LOCAL app.organization = '00000000-0000-0000-0000-000000000007'; \
             SET LOCAL app.user_id = ''; SET LOCAL app.role = 'owner'; SET LOCAL app.scopes = ''"
        );
        let none = Claims::none();
        assert_eq!(none.commands().matches(" = ''").count(), 4);
    }
}
