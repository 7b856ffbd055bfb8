//! Settings of the environment, read through a look-up function.

use std::str::FromStr;

/// Names the wrong variable and the problem, without its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct ConfigError {
    /// The variable's name.
    pub variable: &'static str,
    /// The problem, and what to do.
    pub problem: String,
}

impl ConfigError {
    /// A variable and what is wrong with it.
    pub fn new(variable: &'static str, problem: impl Into<String>) -> Self {
        Self { variable, problem: problem.into() }
    }
}

/// The variables of an environment. Blanks around a value do not count, and an empty one is absent.
pub struct Settings<'a>(&'a dyn Fn(&str) -> Option<String>);

impl<'a> Settings<'a> {
    /// Over a function that returns a variable's value.
    #[must_use]
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self(lookup)
    }

    /// A variable's value as it is, blanks and all.
    #[must_use]
    pub fn raw(&self, variable: &str) -> Option<String> {
        (self.0)(variable)
    }

    /// A variable's value.
    #[must_use]
    pub fn text(&self, variable: &str) -> Option<String> {
        self.raw(variable).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// A number, or its default.
    ///
    /// # Errors
    /// It is no number of this type.
    pub fn number<T: FromStr>(&self, variable: &'static str, default: T) -> Result<T, ConfigError> {
        self.text(variable).map_or(Ok(default), |value| {
            value.parse().map_err(|_| ConfigError::new(variable, "is not a number in its range"))
        })
    }

    /// A switch, or its default.
    ///
    /// # Errors
    /// It is neither true nor false, as people write that.
    pub fn flag(&self, variable: &'static str, default: bool) -> Result<bool, ConfigError> {
        match self.text(variable).map(|value| value.to_ascii_lowercase()).as_deref() {
            None => Ok(default),
            Some("false" | "0" | "no" | "off") => Ok(false),
            Some("true" | "1" | "yes" | "on") => Ok(true),
            Some(_) => Err(ConfigError::new(variable, "must be true or false")),
        }
    }
}
