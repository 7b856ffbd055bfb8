//! What is set and not made: privileges of objects to come, settings of the database, subscriptions.

use model::{Difference, ObjectId, ObjectKind, Property};

use super::{Action, Operations};
use crate::step::Step;

impl<'a> Operations<'a> {
    /// Privileges of objects to come, of the system's objects and of row types; settings of the database;
    /// subscriptions, which need nothing in it.
    pub(super) fn write_set(&mut self, difference: &Difference) {
        let (Difference::Gone(object) | Difference::New(object) | Difference::Changed { object, .. }) =
            difference;
        if !is_set(object.kind()) {
            return;
        }
        let to = &self.to;
        let is_gone = matches!(difference, Difference::Gone(_));
        let sql = match object {
            ObjectId::DefaultPrivileges(name) if is_gone => {
                let schema = name.schema.clone().map(ObjectId::Schema);
                // They go with their schema.
                if schema.is_some_and(|schema| !to.catalog.contains(&schema)) {
                    return;
                }
                Some(to.statements.unset_defaults(name))
            }
            ObjectId::DatabaseSetting(name) if is_gone => Some(to.statements.unset_in_database(name)),
            ObjectId::RowType(_) | ObjectId::SystemPrivileges(_) => {
                let side = if is_gone { &self.from } else { to };
                let properties = side.catalog.properties(object).into_iter().flatten();
                let grantees = properties.filter_map(|(property, _)| match property {
                    Property::PrivilegesOf(grantee) => Some(grantee),
                    _ => None,
                });
                grantees.map(|grantee| to.statements.set_privileges(object, grantee)).collect()
            }
            ObjectId::Subscription(_) => match difference {
                Difference::Gone(_) => Some(self.from.statements.drop_subscription(object)),
                Difference::New(_) => to.statements.create_subscription(object),
                Difference::Changed { .. } => to.statements.alter_subscription(self.from.catalog, object),
            },
            _ if is_gone => None,
            _ => to.statements.set_defaults(object, matches!(difference, Difference::New(_))),
        };
        let side = if is_gone { self.from.catalog } else { to.catalog };
        match (sql, side.key(object)) {
            (Some(sql), Some(key)) => {
                let step = Step::new(object, format!("sets {object}"), sql);
                self.steps.insert((Action::Set, key), vec![step]);
            }
            _ => self.refuse(object, "objects of this kind are not planned"),
        }
    }
}

/// Kinds that are set and not made.
pub(super) fn is_set(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::DefaultPrivileges
            | ObjectKind::Database
            | ObjectKind::DatabasePrivileges
            | ObjectKind::DatabaseSetting
            | ObjectKind::RowType
            | ObjectKind::Subscription
            | ObjectKind::SystemPrivileges
    )
}
