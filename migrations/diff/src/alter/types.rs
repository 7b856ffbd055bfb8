//! Types: attributes, constraints of domains, values of enums.

use std::collections::BTreeSet;

use model::{Difference, ObjectId, PartName, Property, QualifiedName};

use super::own::Own;
use crate::column::by_object;
use crate::side::Side;
use crate::step::{Altered, Step};

impl Own<'_, '_> {
    pub(super) fn enumeration(&mut self) {
        let name = self.node.name();
        if self.has(&Property::Labels) {
            let values = self.values(&Property::Labels);
            labels(self.node, &name, values, self.altered);
        }
        self.known.push(Property::Labels);
    }

    pub(super) fn domain(&mut self) {
        let name = self.node.name();
        if self.has(&Property::Default) {
            self.sql.push(match self.after(&Property::Default) {
                Some(value) => format!("ALTER DOMAIN {name} SET DEFAULT {value};\n"),
                None => format!("ALTER DOMAIN {name} DROP DEFAULT;\n"),
            });
        }
        if self.has(&Property::NotNull) {
            let how = if self.after(&Property::NotNull).is_some() { "SET" } else { "DROP" };
            self.sql.push(format!("ALTER DOMAIN {name} {how} NOT NULL;\n"));
        }
        self.is_replaced = self.has(&Property::Base) || self.has(&Property::Collation);
        self.known.extend([Property::Default, Property::NotNull]);
    }
}

pub(super) fn composite(
    (from, to): (&Side<'_>, &Side<'_>),
    node: &ObjectId,
    differences: &[&Difference],
    altered: &mut Altered,
) {
    let is_stored = is_stored(from, node);
    let typed_tables: Vec<&QualifiedName> = from
        .dependents(node)
        .filter(|table| from.value(table, &Property::OfType).is_some())
        .filter_map(ObjectId::as_whole)
        .collect();
    let is_let_go = !typed_tables.is_empty() && is_retyped((from, to), node);
    // Tables of the type follow it. Values that must be cast, they cast by themselves.
    let cascade = if typed_tables.is_empty() || is_let_go { "" } else { " CASCADE" };
    if is_let_go {
        let sql =
            typed_tables.iter().map(|table| format!("ALTER TABLE {table} NOT OF;\n")).collect::<String>();
        altered.steps.push(Step::new(node, format!("lets tables go that are of {node}"), sql));
    }
    let mut step = |object: &ObjectId, what: String, loses: Vec<String>| {
        if let Some(part) = object.part() {
            let mut sql = format!("ALTER TYPE {} {what}{cascade};\n", part.whole);
            if from.value(object, &Property::Comment).is_none() {
                let comment = to.value(object, &Property::Comment);
                let comment = comment.and_then(|text| to.statements.set_comment(object, Some(text)));
                sql += &comment.unwrap_or_default();
            }
            altered.steps.push(Step::new(object, format!("changes {object}"), sql).losing(loses));
        }
    };
    let typed = |column: &ObjectId| {
        let collation = to.value(column, &Property::Collation).map(|c| format!(" COLLATE {c}"));
        format!("{}{}", to.value(column, &Property::Type).unwrap_or_default(), collation.unwrap_or_default())
    };
    for difference in differences {
        match difference {
            Difference::New(column @ ObjectId::Column(part)) => {
                step(column, format!("ADD ATTRIBUTE {} {}", part.name, typed(column)), Vec::new());
            }
            Difference::Gone(column @ ObjectId::Column(part)) => {
                let columns = typed_tables.iter().map(|table| format!("{table}.{}", part.name));
                let loses = columns.chain([part.to_string()]).collect();
                step(column, format!("DROP ATTRIBUTE {}", part.name), loses);
            }
            Difference::Changed { object: column @ ObjectId::Column(part), property, .. }
                if matches!(property, Property::Type | Property::Collation) =>
            {
                let is_second = *property == Property::Type
                    && from.value(column, &Property::Collation) != to.value(column, &Property::Collation);
                if is_stored {
                    altered.is_replaced = true;
                    return;
                }
                if !is_second {
                    step(column, format!("ALTER ATTRIBUTE {} TYPE {}", part.name, typed(column)), Vec::new());
                }
            }
            _ => {}
        }
    }
}

/// Returns whether columns may hold values of a composite type, or of a domain over it: Postgres retypes no
/// attribute of such a type.
fn is_stored(from: &Side<'_>, node: &ObjectId) -> bool {
    let (mut seen, mut waiting) = (BTreeSet::new(), vec![node]);
    while let Some(kind) = waiting.pop() {
        for dependent in from.dependents_of_type(kind) {
            let is_of_another = |part: &PartName| from.relation(&part.whole) != from.node(kind);
            match dependent {
                ObjectId::Domain(_) if seen.insert(dependent) => waiting.push(dependent),
                _ if dependent.part().is_some_and(is_of_another) => return true,
                _ => {}
            }
        }
    }
    false
}

/// Returns whether attributes of a composite type change their types.
pub(super) fn is_retyped((from, to): (&Side<'_>, &Side<'_>), node: &ObjectId) -> bool {
    let attributes = node.as_whole().map(|name| from.statements.columns(name)).unwrap_or_default();
    let is_other = |attribute: &ObjectId| {
        to.catalog.contains(attribute)
            && [Property::Type, Property::Collation]
                .iter()
                .any(|property| from.value(attribute, property) != to.value(attribute, property))
    };
    attributes.into_iter().any(|(attribute, _)| is_other(attribute))
}

pub(super) fn domain(
    (from, to): (&Side<'_>, &Side<'_>),
    node: &ObjectId,
    differences: &[&Difference],
    is_online: bool,
    altered: &mut Altered,
) {
    let name = node.name();
    let is_checked = differences.iter().any(|difference| match difference {
        Difference::New(ObjectId::Constraint(_)) => true,
        Difference::Changed { object: ObjectId::Constraint(_), property, .. } => {
            matches!(property, Property::Definition | Property::Validated)
        }
        Difference::Changed { property: Property::NotNull, after, .. } => after.is_some(),
        _ => false,
    });
    if is_checked && is_nested(from, node) {
        altered.is_replaced = true;
        return;
    }
    let definition = |object: &ObjectId| to.value(object, &Property::Definition).unwrap_or_default();
    let comment = |object: &ObjectId| {
        let comment = to.value(object, &Property::Comment);
        comment.and_then(|text| to.statements.set_comment(object, Some(text))).unwrap_or_default()
    };
    for difference in differences {
        match difference {
            Difference::New(object @ ObjectId::Constraint(part)) => {
                let definition = definition(object);
                let add = format!("ALTER DOMAIN {name} ADD CONSTRAINT {} {definition}", part.name);
                if is_online && !definition.ends_with(" NOT VALID") {
                    let validate = format!("ALTER DOMAIN {name} VALIDATE CONSTRAINT {};\n", part.name);
                    let add = add + " NOT VALID;\n" + &comment(object);
                    altered.steps.push(Step::new(object, format!("makes {object}"), add));
                    let summary = format!("checks {object} on the rows that are there");
                    altered.steps.push(Step::new(object, summary, validate).later());
                } else {
                    let add = add + ";\n" + &comment(object);
                    altered.steps.push(Step::new(object, format!("makes {object}"), add));
                }
            }
            Difference::Gone(object @ ObjectId::Constraint(part)) => {
                let sql = format!("ALTER DOMAIN {name} DROP CONSTRAINT {};\n", part.name);
                altered.steps.push(Step::new(object, format!("drops {object}"), sql));
            }
            _ => {}
        }
    }
    for (object, changed) in by_object(differences) {
        let ObjectId::Constraint(part) = object else { continue };
        let bare = |text: Option<&str>| text.unwrap_or_default().trim_end_matches(" NOT VALID").to_owned();
        let Some((before, after)) = changed.get(&Property::Definition) else { continue };
        let sql = match bare(*before) == bare(*after) && to.value(object, &Property::Validated) != Some("no")
        {
            true => format!("ALTER DOMAIN {name} VALIDATE CONSTRAINT {};\n", part.name),
            false => format!(
                "ALTER DOMAIN {name} DROP CONSTRAINT {own};\nALTER DOMAIN {name} ADD CONSTRAINT {own} {};\n",
                definition(object),
                own = part.name
            ),
        };
        altered.steps.push(Step::new(object, format!("changes {object}"), sql));
    }
}

/// Returns whether columns have a domain within something else. Postgres looks at no values within arrays and
/// composites, and refuses what it would have to check.
fn is_nested(from: &Side<'_>, domain: &ObjectId) -> bool {
    let name = domain.name();
    from.dependents_of_type(domain).any(|dependent| match dependent {
        ObjectId::Column(part) => {
            let whole = from.relation(&part.whole);
            let is_composite = |whole: &ObjectId| matches!(whole, ObjectId::CompositeType(_));
            whole.is_some_and(|whole| is_composite(whole) && is_stored(from, whole))
                || from.value(dependent, &Property::Type).is_some_and(|kind| kind != name)
        }
        ObjectId::Domain(_) => match from.value(dependent, &Property::Base) == Some(&name) {
            true => is_nested(from, dependent),
            false => is_stored(from, dependent),
        },
        _ => false,
    })
}

/// Labels that are added, each in its place, or one that has another name.
pub(super) fn labels(
    node: &ObjectId,
    name: &str,
    (before, after): (Option<&str>, Option<&str>),
    altered: &mut Altered,
) {
    let (before, after) = (quoted(before.unwrap_or_default()), quoted(after.unwrap_or_default()));
    let gone: Vec<&String> = before.iter().filter(|label| !after.contains(label)).collect();
    let kept: Vec<&String> = before.iter().filter(|label| after.contains(label)).collect();
    let still: Vec<&String> = after.iter().filter(|label| before.contains(label)).collect();
    if let ([old], true) = (gone.as_slice(), before.len() == after.len()) {
        let at = before.iter().position(|label| label == *old);
        if let Some(new) = at.and_then(|at| after.get(at)).filter(|new| !before.contains(new)) {
            let sql = format!("ALTER TYPE {name} RENAME VALUE {old} TO {new};\n");
            altered.steps.push(Step::new(node, format!("renames a value of {node}"), sql));
            return;
        }
    }
    if !gone.is_empty() || kept != still {
        altered.is_replaced = true;
        return;
    }
    let mut there = before.clone();
    for (at, label) in after.iter().enumerate() {
        if there.contains(label) {
            continue;
        }
        let place = match (at.checked_sub(1).and_then(|at| after.get(at)), there.first()) {
            (Some(previous), _) if there.last() == Some(previous) => String::new(),
            (Some(previous), _) => format!(" AFTER {previous}"),
            (None, Some(first)) => format!(" BEFORE {first}"),
            (None, None) => String::new(),
        };
        there.insert(at.min(there.len()), label.clone());
        let sql = format!("ALTER TYPE {name} ADD VALUE {label}{place};\n");
        altered.steps.push(Step::new(node, format!("adds {label} to {node}"), sql).committing());
    }
}

/// The quoted texts of a list, with their quotes.
fn quoted(list: &str) -> Vec<String> {
    let mut items = Vec::new();
    let mut rest = list;
    while let Some(begin) = rest.find('\'') {
        let mut end = begin + 1;
        loop {
            match rest[end..].find('\'') {
                Some(at) if rest[end + at + 1..].starts_with('\'') => end += at + 2,
                Some(at) => break end += at + 1,
                None => return items,
            }
        }
        items.push(rest[begin..end].to_owned());
        rest = &rest[end..];
    }
    items
}
