//! What it takes to alter an object that is there before and after.

mod constraint;
mod foreign;
mod index;
mod own;
mod publication;
mod relation;
mod routine;
mod sequence;
mod table;
mod trigger;
mod types;

use model::{Difference, ObjectId, ObjectKind, Property};

use crate::column::{self, by_object};
use crate::side::Side;
use crate::step::{Altered, Step};
use index::{index, is_other_index};
use own::Own;
use table::table;
use types::{composite, domain};

/// Looks at an object whose own properties, columns or further parts differ.
pub(crate) fn alter(
    sides: (&Side<'_>, &Side<'_>),
    node: &ObjectId,
    differences: &[&Difference],
    is_online: bool,
) -> Altered {
    let (_, to) = sides;
    let mut altered = Altered::default();
    let changed = by_object(differences);
    altered.is_outward = differences
        .iter()
        .all(|difference| matches!(difference, Difference::Changed { property, .. } if is_general(property)));
    match node {
        ObjectId::Table(_) | ObjectId::ForeignTable(_) => {
            table(sides, node, differences, is_online, &mut altered);
        }
        ObjectId::CompositeType(_) => composite(sides, node, differences, &mut altered),
        ObjectId::Domain(_) => domain(sides, node, differences, is_online, &mut altered),
        ObjectId::View(name) => {
            for (object, properties) in &changed {
                let (Some(part), Some((_, after))) = (object.part(), properties.get(&Property::Default))
                else {
                    continue;
                };
                let set =
                    after.map_or_else(|| "DROP DEFAULT".to_owned(), |value| format!("SET DEFAULT {value}"));
                let sql = format!("ALTER VIEW {name} ALTER COLUMN {} {set};\n", part.name);
                altered.steps.push(Step::new(object, format!("changes the default of {object}"), sql));
                altered.absorbed.push(ObjectId::Default(part.clone()));
            }
        }
        ObjectId::MaterializedView(_) => {
            for (object, properties) in &changed {
                if matches!(object, ObjectId::Column(_)) {
                    column::settings(to, node, object, properties, false, &mut altered);
                }
            }
        }
        _ => {}
    }
    for (object, properties) in &changed {
        // An identity makes this sequence, with all its properties.
        if is_numbered_anew(sides, object) {
            continue;
        }
        for (property, values) in properties {
            general(to, object, property, *values, &mut altered);
        }
        if *object == node {
            Own::new(sides, node, properties, &mut altered).alter();
        } else if let ObjectId::Index(name) = object {
            altered.is_replaced |= is_other_index(sides, object, properties);
            let rest = index(sides, object, properties);
            altered
                .steps
                .extend(rest.into_iter().map(|sql| Step::new(object, format!("changes index {name}"), sql)));
        }
    }
    altered
}

/// Returns whether a sequence becomes an identity's, which makes one of its own.
fn is_numbered_anew((from, to): (&Side<'_>, &Side<'_>), sequence: &ObjectId) -> bool {
    let is_identity =
        |side: &Side<'_>| side.catalog.sequence_owner(sequence).is_some_and(|owner| owner.is_identity);
    matches!(sequence, ObjectId::Sequence(_)) && !is_identity(from) && is_identity(to)
}

/// What every kind has: comment, owner, privileges, extensions that it goes with.
fn general(
    to: &Side<'_>,
    object: &ObjectId,
    property: &Property,
    (before, after): (Option<&str>, Option<&str>),
    altered: &mut Altered,
) {
    let statements = &to.statements;
    let step = match property {
        Property::Comment => statements
            .set_comment(object, after)
            .map(|sql| Step::new(object, format!("changes the comment on {object}"), sql)),
        // It follows its table's.
        Property::Owner if to.catalog.sequence_owner(object).is_some() => return,
        Property::Owner => after
            .and_then(|owner| statements.set_owner(object, owner))
            .map(|sql| Step::new(object, format!("gives {object} to {}", after.unwrap_or_default()), sql)),
        Property::PrivilegesOf(grantee) => statements
            .change_privileges(object, grantee, before, after)
            .map(|sql| Step::new(object, format!("changes what {grantee} may do with {object}"), sql)),
        Property::DependsOnExtensions => statements.reference(object).map(|reference| {
            let split = |text: Option<&str>| -> Vec<String> {
                text.unwrap_or_default().split(", ").filter(|e| !e.is_empty()).map(str::to_owned).collect()
            };
            let (before, after) = (split(before), split(after));
            let gone = before.iter().filter(|e| !after.contains(e));
            let new = after.iter().filter(|e| !before.contains(e));
            let sql: String = gone
                .map(|e| format!("ALTER {reference} NO DEPENDS ON EXTENSION {e};\n"))
                .chain(new.map(|e| format!("ALTER {reference} DEPENDS ON EXTENSION {e};\n")))
                .collect();
            Step::new(object, format!("changes the extensions that {object} goes with"), sql)
        }),
        _ => return,
    };
    match step {
        Some(step) => altered.steps.push(step),
        None => altered.unplanned = Some(format!("its {property} cannot be changed")),
    }
}

fn is_general(property: &Property) -> bool {
    matches!(
        property,
        Property::Comment | Property::Owner | Property::PrivilegesOf(_) | Property::DependsOnExtensions
    )
}

/// Kinds that are dropped and made again where they cannot be altered: nothing is lost with them.
pub(crate) fn is_replaceable(kind: ObjectKind) -> bool {
    !matches!(kind, ObjectKind::Table | ObjectKind::Schema | ObjectKind::Sequence)
}
