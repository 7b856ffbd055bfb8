//! Publications.

use model::{ObjectId, Property, PublishedTableName};

use super::own::Own;
use crate::side::Side;

/// What an option is where a publication does not name it.
const USUAL: [(&str, &str); 2] =
    [("publish_via_partition_root", "false"), ("publish_generated_columns", "none")];

impl Own<'_, '_> {
    /// Sets its options. For all tables or for some is another publication.
    pub(super) fn publication(&mut self) {
        let options = self.changed.iter().filter_map(|(property, (_, after))| match property {
            Property::Option(name) => {
                let usual = USUAL.iter().find(|(option, _)| **option == **name).map(|(_, value)| *value);
                Some(format!("{name} = '{}'", after.or(usual).unwrap_or_default()))
            }
            _ => None,
        });
        let options = options.collect::<Vec<_>>().join(", ");
        self.is_replaced = self.has(&Property::Definition);
        if !options.is_empty() {
            self.sql.push(format!("ALTER PUBLICATION {} SET ({options});\n", self.node.name()));
        }
    }

    /// Publishes a table otherwise. Postgres has no statement for one of several, so all are named again;
    /// where others change as well, each goes and comes by itself.
    pub(super) fn published_table(&mut self, of: &PublishedTableName) {
        let is_other = |member: &&ObjectId| *member != self.node;
        let same = |member: &ObjectId| {
            [Property::Columns, Property::Condition, Property::Definition]
                .iter()
                .all(|property| self.from.value(member, property) == self.to.value(member, property))
        };
        let (before, after) = (members(self.from, of), members(self.to, of));
        let mut others = after.iter().filter(|member| is_other(member));
        self.is_replaced = before != after || !others.all(|member| same(member));
        if self.is_replaced {
            return;
        }
        let texts = after.iter().filter_map(|member| {
            let text = self.to.statements.create(member, &[]);
            let text = text.split_once(" ADD ").map(|(_, text)| text.trim_end());
            Some(text?.trim_end_matches(';').to_owned())
        });
        let texts = texts.collect::<Vec<_>>().join(", ");
        self.sql.push(format!("ALTER PUBLICATION {} SET {texts};\n", of.publication));
        self.known.extend([Property::Columns, Property::Condition, Property::Definition]);
    }
}

/// The tables and schemas of a publication.
fn members<'a>(side: &Side<'a>, of: &PublishedTableName) -> Vec<&'a ObjectId> {
    side.published.get(&of.publication).cloned().unwrap_or_default()
}
