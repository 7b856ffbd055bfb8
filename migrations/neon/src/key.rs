//! The key of an account.

use std::fmt;

/// An API key, which is never shown.
#[derive(Clone)]
pub(super) struct Key(pub(super) String);

impl Key {
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?}", Key("canary".to_owned())), "Key(…)");
    }
}
