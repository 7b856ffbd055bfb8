//! The uses that a token may have.

use serde::{Serialize, Serializer};

/// One use. None implies another: a token that may only write cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// To read what the organization has.
    Read,
    /// To change it.
    Write,
    /// To claim and complete jobs.
    Worker,
}

impl Scope {
    /// All scopes, in the order in which they are listed.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Worker];

    /// The name in requests, answers and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Worker => "worker",
        }
    }

    /// The scope of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scopes(u8);

impl Scopes {
    /// Every scope.
    pub const ALL: Self = Self(0b111);

    /// The scopes of these names.
    ///
    /// # Errors
    /// The position of the first name that is unknown.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, usize> {
        names.into_iter().enumerate().map(|(i, name)| Scope::parse(name).ok_or(i)).collect()
    }

    /// Returns whether the set has a scope.
    #[must_use]
    pub fn contains(self, scope: Scope) -> bool {
        self.0 & bit(scope) != 0
    }

    /// The scopes that both sets have.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns whether the set is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The scopes in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }
}

fn bit(scope: Scope) -> u8 {
    1 << scope as u8
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().map(bit).fold(0, |set, bit| set | bit))
    }
}

/// As the list of its names.
impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Scope::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_by_name_and_listed_in_one_order() {
        let scopes = Scopes::parse(["worker", "read", "worker"]).unwrap();
        assert_eq!(serde_json::to_string(&scopes).unwrap(), r#"["read","worker"]"#);
        assert_eq!(Scopes::parse(["read", "Write"]), Err(1));
        assert_eq!(Scopes::ALL, Scope::ALL.into_iter().collect());
        assert!(Scopes::parse([]).unwrap().is_empty());
    }

    #[test]
    fn no_scope_implies_another() {
        for scope in Scope::ALL {
            let only = Scopes::from_iter([scope]);
            assert_eq!(only.iter().collect::<Vec<_>>(), [scope]);
        }
    }
}
