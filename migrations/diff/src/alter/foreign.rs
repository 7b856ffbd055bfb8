//! Foreign servers, foreign-data wrappers and user mappings.

use model::{ObjectId, Property};

use super::own::Own;
use crate::column;

impl Own<'_, '_> {
    pub(super) fn foreign(&mut self) {
        let on = match self.node {
            ObjectId::UserMapping(name) => format!("USER MAPPING FOR {name}"),
            _ => self.to.statements.reference(self.node).unwrap_or_default(),
        };
        self.sql
            .extend(column::foreign_options(self.changed).map(|options| format!("ALTER {on} {options};\n")));
        if self.has(&Property::Definition) {
            let (before, now) = self.values(&Property::Definition);
            let way = definition(self.node, before.unwrap_or_default(), now.unwrap_or_default());
            self.is_replaced = way.is_none();
            self.sql.extend(way.map(|way| format!("ALTER {on} {way};\n")));
            self.known.push(Property::Definition);
        }
    }
}

/// What ALTER says after the object's name where its definition changes; none where it must be made anew.
fn definition(object: &ObjectId, before: &str, after: &str) -> Option<String> {
    match object {
        ObjectId::Server(_) => {
            let ((before, _), (after, version)) = (version(before), version(after));
            (before == after).then(|| format!("VERSION {}", version.unwrap_or("NULL")))
        }
        ObjectId::ForeignDataWrapper(_) => {
            let words = |text: &str| -> [Option<String>; 2] {
                ["HANDLER ", "VALIDATOR "].map(|word| {
                    let (_, rest) = text.split_once(&format!(" {word}"))?;
                    Some(rest.split(' ').next().unwrap_or_default().to_owned())
                })
            };
            let [handler, validator] = words(after);
            let handler = handler.map_or("NO HANDLER".to_owned(), |name| format!("HANDLER {name}"));
            let validator = validator.map_or("NO VALIDATOR".to_owned(), |name| format!("VALIDATOR {name}"));
            Some(format!("{handler} {validator}"))
        }
        _ => None,
    }
}

/// A server's definition without its version, and the version as it is written.
fn version(definition: &str) -> (String, Option<&str>) {
    const WRAPPER: &str = " FOREIGN DATA WRAPPER ";
    let Some((head, wrapper)) = definition.rsplit_once(WRAPPER) else { return (definition.to_owned(), None) };
    match head.rsplit_once(" VERSION ") {
        Some((head, version)) => (format!("{head}{WRAPPER}{wrapper}"), Some(version)),
        None => (definition.to_owned(), None),
    }
}
