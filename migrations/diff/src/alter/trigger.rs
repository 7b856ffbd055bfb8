//! What runs on a table's rows: triggers, rules and policies.

use model::{ObjectId, PartName, Property};

use super::is_general;
use super::own::Own;

impl Own<'_, '_> {
    pub(super) fn trigger_or_rule(&mut self) {
        let kind = self.node.kind().as_str().to_uppercase();
        // Its table's parent has the trigger that it follows.
        let follows =
            [self.from, self.to].iter().all(|side| side.value(self.node, &Property::Inherited).is_some());
        if self.has(&Property::Definition) && !follows {
            let text = self.after(&Property::Definition).unwrap_or_default().trim_end_matches(';');
            let is_constraint = [self.from.value(self.node, &Property::Definition), Some(text)]
                .iter()
                .any(|text| text.is_some_and(|text| text.starts_with("CREATE CONSTRAINT")));
            match is_constraint {
                true => self.is_replaced = true,
                false => {
                    let create = format!("CREATE {kind}");
                    self.sql.push(text.replacen(&create, &format!("CREATE OR REPLACE {kind}"), 1) + ";\n");
                }
            }
        }
        if !self.is_replaced
            && let Some(only) = self.sets_state(follows)
        {
            self.sql.push(self.to.statements.set_state(self.node, only));
        }
        self.known.extend([Property::Definition, Property::State]);
    }

    /// Returns whether its state is set, and if so, whether without those of its table's partitions.
    fn sets_state(&self, follows: bool) -> Option<bool> {
        let state = self.after(&Property::State);
        let parent = self.to.statements.followed(self.node).filter(|_| follows);
        if matches!(self.node, ObjectId::Rule(_)) {
            return self.has(&Property::State).then_some(false);
        }
        if self.has(&Property::Definition) {
            // A trigger that is replaced fires again, and takes its partitions' to its own state.
            let given = parent.and_then(|parent| self.to.value(parent, &Property::State));
            return (state != given).then_some(false);
        }
        let is_set_with_parent = parent.is_some_and(|parent| {
            let before = self.from.value(parent, &Property::State);
            before != self.to.value(parent, &Property::State) && self.to.is_even(parent)
        });
        (self.has(&Property::State) && !is_set_with_parent).then(|| !self.to.is_even(self.node))
    }

    pub(super) fn policy(&mut self, part: &PartName) {
        let goes = |property: &Property| self.has(property) && self.after(property).is_none();
        if self.has(&Property::Command) || goes(&Property::Using) || goes(&Property::Check) {
            self.is_replaced = true;
        } else {
            let mut text = format!("ALTER POLICY {} ON {}", part.name, part.whole);
            let mut add = |property: &Property, before: &str, end: &str| {
                if let Some(value) = self.after(property).filter(|_| self.has(property)) {
                    text += &format!(" {before}{value}{end}");
                }
            };
            add(&Property::Roles, "TO ", "");
            add(&Property::Using, "USING (", ")");
            add(&Property::Check, "WITH CHECK (", ")");
            if self.changed.keys().any(|property| !is_general(property)) {
                self.sql.push(text + ";\n");
            }
        }
        self.known.extend([Property::Roles, Property::Using, Property::Check, Property::Command]);
    }
}
