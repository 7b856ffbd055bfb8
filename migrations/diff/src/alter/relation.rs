//! The properties of tables, views, materialized views and foreign tables themselves.

use model::{ObjectId, Property, QualifiedName};

use super::own::Own;
use crate::column;
use crate::drop;
use crate::side::Side;
use crate::step::Step;

impl Own<'_, '_> {
    pub(super) fn relation(&mut self) {
        let node = self.node;
        let name = node.name();
        let kind = column::kind(node);
        let alter = |what: &str| format!("ALTER {kind} {name} {what};\n");
        let mut actions = Vec::new();
        for property in [Property::Options, Property::ToastOptions] {
            let (before, after) = self.values(&property);
            actions.extend(column::options(before, after));
        }
        if self.has(&Property::Persistence) {
            let sql = |how: &str| alter(&format!("SET {how}"));
            self.altered.steps.push(persistence(node, self.after(&Property::Persistence), sql));
        }
        if self.has(&Property::RowSecurity) {
            let how = if self.after(&Property::RowSecurity).is_some() { "ENABLE" } else { "DISABLE" };
            actions.push(format!("{how} ROW LEVEL SECURITY"));
        }
        if self.has(&Property::RowSecurityForced) {
            let how = if self.after(&Property::RowSecurityForced).is_some() { "FORCE" } else { "NO FORCE" };
            actions.push(format!("{how} ROW LEVEL SECURITY"));
        }
        if !actions.is_empty() {
            self.sql.push(alter(&actions.join(", ")));
        }
        if self.has(&Property::ReplicaIdentity) {
            match self.after(&Property::ReplicaIdentity) {
                Some(how @ ("full" | "nothing")) => {
                    self.sql.push(alter(&format!("REPLICA IDENTITY {}", how.to_uppercase())));
                }
                None => self.sql.push(alter("REPLICA IDENTITY DEFAULT")),
                Some(_) => {}
            }
        }
        if self.has(&Property::AccessMethod) && !matches!(node, ObjectId::View(_)) {
            let method = self.after(&Property::AccessMethod).unwrap_or("DEFAULT");
            self.sql.push(alter(&format!("SET ACCESS METHOD {method}")));
        }
        if self.has(&Property::Tablespace) {
            let space = self.after(&Property::Tablespace).unwrap_or("pg_default");
            self.sql.push(alter(&format!("SET TABLESPACE {space}")));
        }
        if self.has(&Property::ConstraintTriggers) {
            match self.after(&Property::ConstraintTriggers) {
                Some("disabled") => self.sql.push(alter("DISABLE TRIGGER ALL")),
                None => self.sql.push(alter("ENABLE TRIGGER ALL")),
                Some(_) => self.altered.unplanned = Some("states of constraint triggers differ".to_owned()),
            }
        }
        if self.has(&Property::OfType) {
            self.sql.push(match self.after(&Property::OfType) {
                Some(kind) => alter(&format!("OF {kind}")),
                None => alter("NOT OF"),
            });
        }
        if self.has(&Property::Inherits) {
            let split = |text: Option<&str>| -> Vec<String> {
                let items = text.unwrap_or_default().split(", ").filter(|item| !item.is_empty());
                items.map(str::to_owned).collect()
            };
            let (before, after) = self.values(&Property::Inherits);
            let (before, after) = (split(before), split(after));
            let gone = before.iter().filter(|parent| !after.contains(parent));
            self.sql.extend(gone.map(|parent| alter(&format!("NO INHERIT {parent}"))));
            let new = after.iter().filter(|parent| !before.contains(parent));
            self.sql.extend(new.map(|parent| alter(&format!("INHERIT {parent}"))));
        }
        if self.has(&Property::Partition) || self.has(&Property::PartitionOf) {
            self.altered.detach = self.from.parent(node).map(|parent| drop::detach(node, parent));
            let attachment = node.as_whole().and_then(|whole| self.to.statements.attachment(whole));
            self.altered.attach =
                attachment.map(|sql| Step::new(node, format!("makes {node} a partition"), sql));
        }
        if self.has(&Property::Populated) {
            let is_emptied = self.after(&Property::Populated) == Some("no");
            let (with, how) = if is_emptied { (" WITH NO DATA", "empties") } else { ("", "fills") };
            let sql = format!("REFRESH MATERIALIZED VIEW {name}{with};\n");
            let loses = if is_emptied { vec![format!("{name}.*")] } else { Vec::new() };
            self.altered.steps.push(Step::new(node, format!("{how} {node}"), sql).losing(loses));
        }
        self.sql.extend(column::foreign_options(self.changed).map(|options| alter(&options)));
        self.known.extend([
            Property::Options,
            Property::ToastOptions,
            Property::Persistence,
            Property::RowSecurity,
            Property::RowSecurityForced,
            Property::ReplicaIdentity,
            Property::AccessMethod,
            Property::Tablespace,
            Property::ConstraintTriggers,
            Property::OfType,
            Property::Inherits,
            Property::Partition,
            Property::PartitionOf,
            Property::Populated,
            Property::BeingDetached,
        ]);
        if self.has(&Property::Server) {
            self.is_replaced = true;
        }
        if self.has(&Property::Definition) {
            match node {
                ObjectId::View(whole) if is_extended(self.from, self.to, whole) => {
                    let text = self.to.node(node).map(|node| self.to.statements.create(node, &[]));
                    let text = text.unwrap_or_default();
                    self.sql = vec![text.replacen("CREATE VIEW", "CREATE OR REPLACE VIEW", 1)];
                    self.known.push(Property::Definition);
                }
                _ => self.is_replaced = true,
            }
        }
    }
}

/// The step after which a crash empties a table or sequence, or does not any more.
pub(super) fn persistence(node: &ObjectId, after: Option<&str>, sql: impl Fn(&str) -> String) -> Step {
    match after {
        Some("unlogged") => {
            let summary = format!("makes {node} unlogged, so that a crash empties it");
            Step::new(node, summary, sql("UNLOGGED")).losing(vec![format!("{}.*", node.name())])
        }
        _ => Step::new(node, format!("makes {node} safe from crashes"), sql("LOGGED")),
    }
}

/// Returns whether a view has the columns that it had, and perhaps further ones after them.
fn is_extended(from: &Side<'_>, to: &Side<'_>, view: &QualifiedName) -> bool {
    let columns = |side: &Side<'_>| -> Vec<(String, Option<String>, Option<String>)> {
        let columns = side.statements.columns(view).into_iter();
        columns
            .map(|(column, name)| {
                let of = |property| side.value(column, property).map(str::to_owned);
                (name.to_string(), of(&Property::Type), of(&Property::Collation))
            })
            .collect()
    };
    columns(to).starts_with(&columns(from))
}
