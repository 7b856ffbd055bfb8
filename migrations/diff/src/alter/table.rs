//! The parts of a table: its columns, the sequences of its identity columns.

use model::{Difference, ObjectId, Property, QualifiedName};

use super::sequence::{is_wider, sequence_options, sequence_position, sequence_step};
use super::types::is_retyped;
use crate::column::{self, by_object};
use crate::side::Side;
use crate::step::{Altered, Step};

pub(super) fn table(
    sides: (&Side<'_>, &Side<'_>),
    node: &ObjectId,
    differences: &[&Difference],
    is_online: bool,
    altered: &mut Altered,
) {
    let (from, to) = sides;
    let mut renamed = (None, None);
    let mut computed = Vec::new();
    let kind = to.value(node, &Property::OfType);
    let kind = kind.filter(|kind| from.value(node, &Property::OfType) == Some(kind));
    let composite = kind.and_then(QualifiedName::parse).map(ObjectId::CompositeType);
    let is_let_go = composite.is_some_and(|composite| is_retyped(sides, &composite));
    // Its columns come and go with the attributes of its type.
    let is_typed = kind.is_some() && !is_let_go;
    for difference in differences {
        match difference {
            Difference::New(ObjectId::Column(_)) | Difference::Gone(ObjectId::Column(_)) if is_typed => {}
            Difference::New(column @ ObjectId::Column(_)) => match column::is_computed(to, column) {
                _ if column::follows_parent(sides, node, column) => {
                    column::add_brought(to, node, column, altered);
                }
                true => computed.push(column),
                false => column::add((from, to), node, column, altered),
            },
            Difference::Gone(column @ ObjectId::Column(_)) => column::drop(sides, node, column, altered),
            Difference::Gone(sequence @ ObjectId::Sequence(_)) => renamed.0 = Some(sequence),
            Difference::New(sequence @ ObjectId::Sequence(name)) => renamed.1 = Some((sequence, name)),
            _ => {}
        }
    }
    for (object, changed) in by_object(differences) {
        match object {
            ObjectId::Column(_) => column::alter(sides, node, object, &changed, is_online, altered),
            ObjectId::Sequence(_) => {
                // One that comes for a sequence of the name comes with its own numbers.
                let owner = to.catalog.sequence_owner(object).filter(|owner| {
                    owner.is_identity && from.catalog.sequence_owner(object).as_ref() == Some(owner)
                });
                if let (Some(owner), Some((Some(before), Some(after)))) =
                    (owner, changed.get(&Property::Definition))
                {
                    let set = sequence_options(before, after, "SET ");
                    if !set.is_empty() {
                        let (table, column) = (&owner.column.whole, &owner.column.name);
                        let first = sequence_position(object, before, after);
                        let sql = format!("{first}ALTER TABLE {table} ALTER COLUMN {column} {set};\n");
                        let step = sequence_step(object, (before, after), sql);
                        // Numbers that a narrower type cannot hold go before it comes.
                        let at = if is_wider(before, after) { altered.steps.len() } else { 0 };
                        altered.steps.insert(at, step);
                    }
                }
            }
            _ => {}
        }
    }
    // What is computed of a column goes before that gets another type.
    let moving: Vec<ObjectId> = altered.retyped.iter().chain(&altered.remade).cloned().collect();
    let reads = |column: &ObjectId| from.catalog.dependencies(column).any(|needed| moving.contains(needed));
    let goes_first = |step: &Step| column::is_computed(from, &step.change.about) && reads(&step.change.about);
    let (first, shrinks): (Vec<Step>, Vec<Step>) = altered.shrinks.drain(..).partition(goes_first);
    altered.steps.splice(0..0, first);
    altered.shrinks = shrinks;
    if let Some(whole) = node.as_whole() {
        for (column, _) in from.statements.columns(whole) {
            let is_computed = column::is_computed(from, column) && column::is_computed(to, column);
            if is_computed && reads(column) && !altered.remade.contains(column) {
                altered.steps.retain(|step| step.change.about != *column);
                column::remake(sides, node, column, altered);
            }
        }
    }
    for column in computed {
        column::add((from, to), node, column, altered);
    }
    altered.shrinks.sort_by_key(|step| !column::is_computed(from, &step.change.about));
    if let (Some(kind), true) = (kind, is_let_go) {
        if !altered.remade.is_empty() {
            altered.unplanned = Some(format!(
                "no cast leads from the type of an attribute of {kind} to its new one: drop the attribute \
                 in one migration, and add it in another"
            ));
        }
        let sql = format!("ALTER TABLE {} OF {kind};\n", node.name());
        let step = Step::new(node, format!("makes {node} one of {kind} again"), sql);
        // A column that goes must be gone.
        let list = if altered.shrinks.is_empty() { &mut altered.last } else { &mut altered.shrinks };
        list.push(step);
    }
    // An identity's sequence under another name.
    if let (Some(before), Some((after, name))) = renamed
        && let (Some(old), Some(new)) =
            (from.catalog.sequence_owner(before), to.catalog.sequence_owner(after))
        && old.column == new.column
        && from.value(&ObjectId::Column(old.column.clone()), &Property::Identity).is_some()
        && to.value(&ObjectId::Column(new.column), &Property::Identity).is_some()
    {
        let sql = format!("ALTER SEQUENCE {} RENAME TO {};\n", before.name(), name.name);
        altered.steps.push(Step::new(after, format!("renames {before}"), sql));
    }
}
