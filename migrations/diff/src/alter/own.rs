//! The properties of an object itself, its parts aside.

use model::{ObjectId, Property, literal};

use super::is_general;
use crate::column::Changed;
use crate::side::Side;
use crate::step::{Altered, Step};

/// An object whose own properties differ, and what comes of it.
pub(super) struct Own<'o, 'a> {
    pub(super) from: &'o Side<'a>,
    pub(super) to: &'o Side<'a>,
    pub(super) node: &'o ObjectId,
    pub(super) changed: &'o Changed<'o>,
    pub(super) altered: &'o mut Altered,
    /// The statements that alter it in place.
    pub(super) sql: Vec<String>,
    /// The properties that are seen to.
    pub(super) known: Vec<Property>,
    /// True if it must be dropped and made again.
    pub(super) is_replaced: bool,
}

impl<'o, 'a> Own<'o, 'a> {
    pub(super) fn new(
        (from, to): (&'o Side<'a>, &'o Side<'a>),
        node: &'o ObjectId,
        changed: &'o Changed<'o>,
        altered: &'o mut Altered,
    ) -> Self {
        let (sql, known) = (Vec::new(), Vec::new());
        Self { from, to, node, changed, altered, sql, known, is_replaced: false }
    }

    /// Returns whether a property differs.
    pub(super) fn has(&self, property: &Property) -> bool {
        self.changed.contains_key(property)
    }

    /// What a property is to be.
    pub(super) fn after(&self, property: &Property) -> Option<&'a str> {
        self.to.value(self.node, property)
    }

    /// What a property that differs was and is to be.
    pub(super) fn values(&self, property: &Property) -> (Option<&'o str>, Option<&'o str>) {
        self.changed.get(property).copied().unwrap_or_default()
    }

    /// Finds out what its kind takes.
    pub(super) fn alter(mut self) {
        let node = self.node;
        match node {
            ObjectId::Table(_)
            | ObjectId::ForeignTable(_)
            | ObjectId::MaterializedView(_)
            | ObjectId::View(_) => self.relation(),
            ObjectId::Function(_) | ObjectId::Procedure(_) => self.routine(),
            ObjectId::Aggregate(_) => self.aggregate(),
            ObjectId::Index(_) => self.index(),
            ObjectId::Constraint(part) => self.constraint(part),
            ObjectId::Trigger(_) | ObjectId::Rule(_) => self.trigger_or_rule(),
            ObjectId::Policy(part) => self.policy(part),
            ObjectId::Sequence(_) => self.sequence(),
            ObjectId::Enum(_) => self.enumeration(),
            ObjectId::Domain(_) => self.domain(),
            ObjectId::Extension(_) => self.extension(),
            ObjectId::Server(_) | ObjectId::ForeignDataWrapper(_) | ObjectId::UserMapping(_) => {
                self.foreign();
            }
            ObjectId::TextSearchConfiguration(_) => self.text_search(),
            ObjectId::EventTrigger(_) => self.event_trigger(),
            ObjectId::Statistics(_) => self.statistics(),
            ObjectId::Publication(_) => self.publication(),
            ObjectId::PublishedTable(of) => self.published_table(of),
            ObjectId::OperatorFamily(_) if self.has(&Property::Members) => {
                self.altered.unplanned = Some("its members differ".to_owned());
            }
            _ => self.is_replaced = self.changed.keys().any(|property| !is_general(property)),
        }
        self.altered.is_replaced |= self.is_replaced;
        let other = self.changed.keys().find(|property| {
            let is_option = matches!(property, Property::Option(_) | Property::SecretOption(_));
            !is_general(property) && !self.known.contains(property) && !is_option
        });
        if let (Some(property), false) = (other, self.altered.is_replaced) {
            self.altered.unplanned = Some(format!("its {property} differs, which no plan covers"));
        }
        let steps = self.sql.into_iter().map(|sql| Step::new(node, format!("changes {node}"), sql));
        self.altered.steps.extend(steps);
    }

    fn extension(&mut self) {
        let name = self.node.name();
        if let Some(version) = self.after(&Property::Version).filter(|_| self.has(&Property::Version)) {
            self.sql.push(format!("ALTER EXTENSION {name} UPDATE TO {};\n", literal(version)));
        }
        let is_bound = self.from.value(self.node, &Property::Relocatable).is_some();
        if self.has(&Property::Schema) && is_bound {
            self.is_replaced = true;
        } else if let Some(schema) = self.after(&Property::Schema).filter(|_| self.has(&Property::Schema)) {
            self.sql.push(format!("ALTER EXTENSION {name} SET SCHEMA {schema};\n"));
        }
        self.known.extend([Property::Version, Property::Schema, Property::Relocatable]);
    }

    fn text_search(&mut self) {
        let name = self.node.name();
        for (property, (before, after)) in self.changed {
            let Property::MappingFor(token) = property else { continue };
            let configuration = format!("ALTER TEXT SEARCH CONFIGURATION {name}");
            self.sql.push(match (before, after) {
                (None, Some(with)) => format!("{configuration} ADD MAPPING FOR {token} WITH {with};\n"),
                (_, Some(with)) => format!("{configuration} ALTER MAPPING FOR {token} WITH {with};\n"),
                _ => format!("{configuration} DROP MAPPING FOR {token};\n"),
            });
            self.known.push((*property).clone());
        }
        self.is_replaced = self.has(&Property::Definition);
    }

    fn event_trigger(&mut self) {
        let name = self.node.name();
        if self.has(&Property::State) {
            self.sql.push(match self.after(&Property::State) {
                Some("disabled") => format!("ALTER EVENT TRIGGER {name} DISABLE;\n"),
                Some(state) => format!("ALTER EVENT TRIGGER {name} ENABLE {};\n", state.to_uppercase()),
                None => format!("ALTER EVENT TRIGGER {name} ENABLE;\n"),
            });
        }
        self.is_replaced = self.has(&Property::Definition);
        self.known.push(Property::State);
    }

    fn statistics(&mut self) {
        let name = self.node.name();
        if self.has(&Property::Target) {
            let target = self.after(&Property::Target).unwrap_or("-1");
            self.sql.push(format!("ALTER STATISTICS {name} SET STATISTICS {target};\n"));
        }
        self.is_replaced = self.has(&Property::Definition);
        self.known.push(Property::Target);
    }
}
