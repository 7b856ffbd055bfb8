//! Constraints of tables.

use model::{PartName, Property};

use super::own::Own;
use crate::side::Side;

impl Own<'_, '_> {
    pub(super) fn constraint(&mut self, part: &PartName) {
        let (before, now) = self.values(&Property::Definition);
        let bare = |text: Option<&str>| text.unwrap_or_default().trim_end_matches(" NOT VALID").to_owned();
        let timing = |text: &str| text.find(" DEFERRABLE").map_or(text.len(), |at| at);
        let validated = self.after(&Property::Validated).filter(|_| self.has(&Property::Validated));
        let (is_validated, is_unchecked) = (validated.is_some_and(|v| v != "no"), validated == Some("no"));
        let (old, new) = (bare(before), bare(now));
        let table = &part.whole;
        let validate = format!("ALTER TABLE {table} VALIDATE CONSTRAINT {};\n", part.name);
        let is_deferred_otherwise =
            new.starts_with("FOREIGN KEY") && old[..timing(&old)] == new[..timing(&new)] && old != new;
        let is_brought = self.after(&Property::Inherited).is_some();
        let is_moved = [Property::PartitionOf, Property::Inherits].iter().any(|property| {
            let of = |side: &Side<'_>| {
                side.whole(self.node).and_then(|table| side.value(table, property)).map(str::to_owned)
            };
            of(self.from) != of(self.to)
        });
        if self.has(&Property::Inherited) {
            // A parent brings it, or does not any more; with its table it comes and stays by itself.
            self.is_replaced = !is_moved || old != new;
        } else if is_validated && old == new {
            self.sql.push(validate);
        } else if is_deferred_otherwise && !is_unchecked && is_brought && !is_moved {
            // Its parent's statement reaches it.
        } else if is_deferred_otherwise && !is_unchecked {
            let when = &new[timing(&new)..];
            let when = if when.is_empty() { " NOT DEFERRABLE" } else { when };
            let initially =
                if when.contains("INITIALLY") || when.contains("NOT") { "" } else { " INITIALLY IMMEDIATE" };
            self.sql.push(format!("ALTER TABLE {table} ALTER CONSTRAINT {}{when}{initially};\n", part.name));
            self.sql.extend(is_validated.then_some(validate));
        } else {
            self.is_replaced = self.has(&Property::Definition) || self.has(&Property::Validated);
        }
        self.known.extend([Property::Definition, Property::Validated, Property::Inherited]);
    }
}
