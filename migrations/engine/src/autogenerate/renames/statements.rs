//! The statements that rename.

use model::ObjectId;

use super::AppliedRename;
use crate::autogenerate::Change;

/// Renames as changes of a plan.
pub(in crate::autogenerate) fn changes(renames: &[AppliedRename]) -> Vec<Change> {
    renames.iter().filter_map(change).collect()
}

/// The same taken back, in the opposite order.
pub(in crate::autogenerate) fn changes_back(renames: &[AppliedRename]) -> Vec<Change> {
    let back = |rename: &AppliedRename| AppliedRename { from: rename.to.clone(), to: rename.from.clone() };
    renames.iter().rev().filter_map(|rename| change(&back(rename))).collect()
}

fn change(rename: &AppliedRename) -> Option<Change> {
    Some(Change {
        sql: statements(rename)?.into_iter().map(|statement| statement + ";\n").collect(),
        about: rename.to.to_string(),
        summary: rename.to_string(),
        loses: Vec::new(),
    })
}

/// The statements that rename an object, without their semicolons; none where there is no such statement.
pub(super) fn statements(rename: &AppliedRename) -> Option<Vec<String>> {
    let AppliedRename { from, to } = rename;
    if let (Some(old), Some(new)) = (from.part(), to.part()) {
        let what = match from {
            ObjectId::Column(_) => "COLUMN",
            ObjectId::Constraint(_) => "CONSTRAINT",
            ObjectId::Trigger(_) | ObjectId::Policy(_) | ObjectId::Rule(_) => {
                let kind = from.kind().as_str().to_uppercase();
                let table = &old.whole;
                let (old, new) = (old.name.as_str(), new.name.as_str());
                return Some(vec![format!("ALTER {kind} {old} ON {table} RENAME TO {new}")]);
            }
            _ => return None,
        };
        let (table, old, new) = (&old.whole, old.name.as_str(), new.name.as_str());
        return Some(vec![format!("ALTER TABLE {table} RENAME {what} {old} TO {new}")]);
    }
    if let (ObjectId::Schema(old), ObjectId::Schema(new)) = (from, to) {
        return Some(vec![format!("ALTER SCHEMA {} RENAME TO {}", old.as_str(), new.as_str())]);
    }
    let kind = match from {
        ObjectId::Table(_) => "TABLE",
        ObjectId::View(_) => "VIEW",
        ObjectId::MaterializedView(_) => "MATERIALIZED VIEW",
        ObjectId::ForeignTable(_) => "FOREIGN TABLE",
        ObjectId::Index(_) => "INDEX",
        ObjectId::Sequence(_) => "SEQUENCE",
        ObjectId::Enum(_) | ObjectId::CompositeType(_) | ObjectId::Range(_) => "TYPE",
        ObjectId::Domain(_) => "DOMAIN",
        ObjectId::Statistics(_) => "STATISTICS",
        ObjectId::Collation(_) => "COLLATION",
        _ => return None,
    };
    let (old, new) = (from.qualified()?, to.qualified()?);
    let mut statements = Vec::new();
    let mut now = old.clone();
    if old.schema != new.schema {
        let schema = new.schema.as_ref()?;
        statements.push(format!("ALTER {kind} {} SET SCHEMA {}", now, schema.as_str()));
        now.schema = new.schema.clone();
    }
    if old.name != new.name {
        statements.push(format!("ALTER {kind} {} RENAME TO {}", now, new.name.as_str()));
    }
    Some(statements)
}
