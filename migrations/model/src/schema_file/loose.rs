//! Objects that have no parts, and what can only be written when all objects are there.

use super::parts::set_state;
use super::{ObjectId, ObjectKind, Property, QualifiedName, Writer, is_public, literal, sequence};

/// Kinds that are compared and cannot be written.
const UNWRITTEN: [ObjectKind; 3] = [ObjectKind::BaseType, ObjectKind::ShellType, ObjectKind::Subscription];

impl<'a> Writer<'a> {
    /// The statements that make an object without parts; empty for one that another makes, or that is there
    /// from the beginning.
    pub(super) fn alone(&self, object: &ObjectId) -> String {
        let name = object.name();
        let of = |property| self.value(object, property);
        let definition = of(Property::Definition).unwrap_or_default().trim_end();
        match object {
            ObjectId::Schema(_) if is_public(object) => self.comment(object).unwrap_or_default(),
            ObjectId::Schema(_) => format!("CREATE SCHEMA {name};\n"),
            ObjectId::Extension(_) if of(Property::State) == Some("dropped") => {
                format!("DROP EXTENSION {name};\n")
            }
            ObjectId::Extension(_) => {
                format!("CREATE EXTENSION {name} WITH SCHEMA {};\n", of(Property::Schema).unwrap_or("public"))
            }
            ObjectId::Enum(_) => {
                format!("CREATE TYPE {name} AS ENUM ({});\n", of(Property::Labels).unwrap_or_default())
            }
            ObjectId::CompositeType(whole) => {
                let columns = self.columns(whole).map(|(column, own)| {
                    let collation = self
                        .value(column, Property::Collation)
                        .map(|c| format!(" COLLATE {c}"))
                        .unwrap_or_default();
                    format!("    {own} {}{collation}", self.value(column, Property::Type).unwrap_or_default())
                });
                format!("CREATE TYPE {name} AS (\n{}\n);\n", columns.collect::<Vec<_>>().join(",\n"))
            }
            ObjectId::Domain(name) => self.domain(object, name),
            ObjectId::Sequence(_)
                if self.catalog.sequence_owner(object).is_some_and(|owner| owner.is_identity) =>
            {
                String::new()
            }
            ObjectId::Sequence(_) => {
                let unlogged = if of(Property::Persistence) == Some("unlogged") { "UNLOGGED " } else { "" };
                let mut words = vec![format!("CREATE {unlogged}SEQUENCE {name}")];
                words.extend(sequence::options(definition, false));
                words.join(" ") + ";\n"
            }
            ObjectId::TextSearchConfiguration(_) => {
                let mut text = format!("{definition};\n");
                for (property, dictionaries) in self.properties(object) {
                    if let Property::MappingFor(token) = property {
                        text += &format!(
                            "ALTER TEXT SEARCH CONFIGURATION {name} ADD MAPPING FOR {token} WITH \
                             {dictionaries};\n"
                        );
                    }
                }
                text
            }
            ObjectId::Publication(_) => {
                let options =
                    self.options(object).map(|(name, value)| format!("{name} = {}", literal(value)));
                format!("{definition} WITH ({});\n", options.collect::<Vec<_>>().join(", "))
            }
            ObjectId::PublishedTable(_) => {
                let columns =
                    of(Property::Columns).map(|columns| format!(" ({columns})")).unwrap_or_default();
                let condition = of(Property::Condition)
                    .map(|condition| format!(" WHERE ({condition})"))
                    .unwrap_or_default();
                format!("{definition}{columns}{condition};\n")
            }
            ObjectId::Aggregate(_) => format!("{};\n", definition.replacen("()", "(*)", 1)),
            ObjectId::ForeignDataWrapper(_) | ObjectId::Server(_) | ObjectId::UserMapping(_) => {
                format!("{definition}{};\n", self.foreign_options(object))
            }
            ObjectId::EventTrigger(_) => {
                let state = match of(Property::State) {
                    Some("disabled") => format!("ALTER EVENT TRIGGER {name} DISABLE;\n"),
                    Some(state) => format!("ALTER EVENT TRIGGER {name} ENABLE {};\n", state.to_uppercase()),
                    None => String::new(),
                };
                format!("{definition};\n{state}")
            }
            _ => format!("{definition};\n"),
        }
    }

    fn domain(&self, object: &ObjectId, name: &QualifiedName) -> String {
        let of = |property| self.value(object, property);
        let collation = of(Property::Collation).map(|c| format!(" COLLATE {c}")).unwrap_or_default();
        let default = of(Property::Default).map(|value| format!(" DEFAULT {value}")).unwrap_or_default();
        let not_null = if of(Property::NotNull).is_some() { " NOT NULL" } else { "" };
        let mut text = format!(
            "CREATE DOMAIN {name} AS {}{collation}{default}{not_null}",
            of(Property::Base).unwrap_or_default()
        );
        let mut later = String::new();
        for constraint in self.parts(ObjectKind::Constraint, name) {
            let Some(own) = constraint.part().map(|part| &part.name) else { continue };
            let definition = self.value(constraint, Property::Definition).unwrap_or_default();
            if self.value(constraint, Property::Validated) == Some("no") {
                later += &format!("ALTER DOMAIN {name} ADD CONSTRAINT {own} {definition};\n");
            } else {
                text += &format!("\n    CONSTRAINT {own} {definition}");
            }
        }
        format!("{text};\n{later}")
    }

    /// The options of an object that are properties of their own, without secrets.
    fn options(&self, object: &ObjectId) -> impl Iterator<Item = (&str, &str)> {
        self.properties(object).iter().filter_map(|(property, value)| match property {
            Property::Option(option) => Some((&**option, &**value)),
            _ => None,
        })
    }

    /// The options of a foreign object.
    pub(super) fn foreign_options(&self, object: &ObjectId) -> String {
        let shown: Vec<String> = self
            .options(object)
            .map(|(option, value)| format!("\"{}\" {}", option.replace('"', "\"\""), literal(value)))
            .collect();
        if shown.is_empty() { String::new() } else { format!(" OPTIONS ({})", shown.join(", ")) }
    }

    /// Writes the statements that need all objects: members of operator families, indexes of partitioned
    /// tables without partitions, triggers that are off as a whole. And what cannot be written, as comments.
    pub(super) fn loose_ends(&self) -> Vec<String> {
        let mut statements = String::new();
        let mut comments = String::new();
        for (object, of) in self.catalog.iter() {
            let (kind, name) = (object.kind(), object.name());
            if let Some(members) = of.get(&Property::Members) {
                statements += &format!("ALTER OPERATOR FAMILY {name} ADD {members};\n");
            }
            match of.get(&Property::ConstraintTriggers).map(AsRef::as_ref) {
                Some("disabled") => {
                    let Some(whole) = object.as_whole() else { continue };
                    statements += &format!("ALTER TABLE {name} DISABLE TRIGGER ALL;\n");
                    let triggers = self.parts(ObjectKind::Trigger, whole);
                    let states = triggers.map(|trigger| (trigger, self.value(trigger, Property::State)));
                    for (trigger, state) in states.filter(|(_, state)| *state != Some("disabled")) {
                        statements += &format!("ALTER TABLE {name} {};\n", set_state(trigger, state));
                    }
                }
                Some(states) => {
                    comments += &format!("-- Not written: of {kind} {name}, constraint triggers: {states}\n")
                }
                None => {}
            }
            if UNWRITTEN.contains(&kind) {
                comments += &format!("-- Not written: {object}\n");
            }
            for property in of.keys() {
                let Property::SecretOption(secret) = property else { continue };
                comments += &format!("-- Not written: option {secret} of {object}\n");
            }
        }
        for object in self.catalog.unmodeled() {
            comments += &format!("-- Not written: {object}\n");
        }
        [statements, comments].into_iter().filter(|text| !text.is_empty()).collect()
    }
}
