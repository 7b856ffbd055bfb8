//! Parts that a new table has in its own statement.

use std::collections::{BTreeMap, BTreeSet};

use model::ObjectId;

use super::{Fate, Operations};
use crate::serial;

impl<'a> Operations<'a> {
    /// Puts defaults and constraints into the statements of new tables, as far as no circle comes of it.
    pub(super) fn take_inline(&mut self) {
        let mut needs: BTreeMap<&'a ObjectId, BTreeSet<&'a ObjectId>> = BTreeMap::new();
        let tables: Vec<&'a ObjectId> = self
            .fates
            .iter()
            .filter(|(node, fate)| {
                **fate == Fate::Created && matches!(node, ObjectId::Table(_) | ObjectId::ForeignTable(_))
            })
            .map(|(node, _)| *node)
            .collect();
        for table in tables {
            let parts: Vec<&'a ObjectId> = self
                .to
                .dependents(table)
                .filter(|part| self.to.whole(part) == Some(table))
                .filter(|part| match part {
                    ObjectId::Default(_) => true,
                    ObjectId::Constraint(_) => self.to.statements.can_be_inline(table, part),
                    _ => false,
                })
                .collect();
            for part in parts {
                let others: Vec<&'a ObjectId> = self
                    .to
                    .needs(part)
                    .filter(|needed| *needed != table && self.to.whole(needed) != Some(table))
                    .collect();
                if others.iter().any(|needed| self.reaches(needed, table, &needs)) {
                    continue;
                }
                let serial = match part {
                    ObjectId::Default(column) => serial::sequence(&self.from, &self.to, column),
                    _ => None,
                };
                self.absorbed.extend(serial.cloned());
                needs.entry(table).or_default().extend(others);
                self.inline.entry(table).or_default().push(part);
                self.absorbed.insert(part.clone());
            }
        }
    }

    /// Returns whether an object needs a table in the end, by what it needs and by what is within tables.
    fn reaches(
        &self,
        object: &'a ObjectId,
        table: &ObjectId,
        further: &BTreeMap<&'a ObjectId, BTreeSet<&'a ObjectId>>,
    ) -> bool {
        let mut seen = BTreeSet::new();
        let mut waiting = vec![object];
        while let Some(object) = waiting.pop() {
            if object == table {
                return true;
            }
            if seen.insert(object) {
                waiting.extend(self.to.needs(object));
                waiting.extend(further.get(object).into_iter().flatten().copied());
            }
        }
        false
    }
}
