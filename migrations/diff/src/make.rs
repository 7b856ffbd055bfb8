//! The steps that make an object, in a database that is in use or not.

use model::{ObjectId, Property};

use crate::serial;
use crate::side::Side;
use crate::step::Step;

/// The steps that make an object with these parts in it. `is_online`: its table is there already and in use.
pub(crate) fn steps(
    (from, to): (&Side<'_>, &Side<'_>),
    object: &ObjectId,
    inline: &[&ObjectId],
    is_online: bool,
) -> Vec<Step> {
    let Some(object) = to.node(object) else { return Vec::new() };
    let mut text = to.statements.create(object, inline);
    for part in inline {
        if let ObjectId::Default(column) = part
            && let Some((plain, serial)) = serial::text(from, to, column)
        {
            text = text.replacen(&plain, &serial, 1);
        }
    }
    let summary = format!("makes {object}");
    let mut steps = match object {
        ObjectId::Index(_) if is_online => vec![Step::new(object, summary, concurrently(&text)).concurrent()],
        ObjectId::Constraint(part) if is_online => {
            let definition = to.statements.definition_of_constraint(object).unwrap_or_default();
            let index = to.statements.index_of(part);
            let is_checked_later = (definition.starts_with("CHECK") || definition.starts_with("FOREIGN KEY"))
                && !definition.ends_with(" NOT VALID");
            // What is inherited is brought by a parent's.
            let is_own = to.value(object, &Property::Inherited).is_none();
            let is_key = definition.starts_with("UNIQUE") || definition.starts_with("PRIMARY KEY");
            match index.and_then(|index| to.value(index, &Property::Definition)) {
                Some(index) if is_key && is_own => {
                    let kind = if definition.starts_with("UNIQUE") { "UNIQUE" } else { "PRIMARY KEY" };
                    let when = definition.find(" DEFERRABLE").map_or("", |at| &definition[at..]);
                    let (table, own) = (&part.whole, &part.name);
                    let add =
                        format!("ALTER TABLE {table} ADD CONSTRAINT {own} {kind} USING INDEX {own}{when}");
                    let plain = format!("ALTER TABLE {table} ADD CONSTRAINT {own} {definition}");
                    let build = concurrently(&format!("{};\n", index.trim_end_matches(';')));
                    vec![
                        Step::new(object, format!("builds the index of {object}"), build).concurrent(),
                        Step::new(object, summary, text.replacen(&plain, &add, 1)),
                    ]
                }
                _ if is_checked_later && is_own => {
                    let plain = format!("{definition};\n");
                    let unchecked = text.replacen(&plain, &format!("{definition} NOT VALID;\n"), 1);
                    let validate = format!("ALTER TABLE {} VALIDATE CONSTRAINT {};\n", part.whole, part.name);
                    vec![
                        Step::new(object, format!("{summary}, for new rows"), unchecked),
                        Step::new(object, format!("checks {object} on the rows that are there"), validate)
                            .later(),
                    ]
                }
                _ => vec![Step::new(object, summary, text)],
            }
        }
        _ => vec![Step::new(object, summary, text)],
    };
    let access = to.statements.access(object, &to.defaults);
    if !access.is_empty() {
        steps.push(Step::new(object, format!("sets who may use {object}"), access));
    }
    steps.retain(|step| !step.change.sql.is_empty());
    steps
}

/// The statement that builds an index beside writers.
pub(crate) fn concurrently(create: &str) -> String {
    create.replacen(" INDEX ", " INDEX CONCURRENTLY ", 1)
}
