//! Publications.

use model::Property;

use super::own::Own;

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
}
