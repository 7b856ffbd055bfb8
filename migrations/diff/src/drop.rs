//! The statements that drop objects. Never by CASCADE.

use model::ObjectId;

use crate::side::Side;
use crate::step::Step;

/// The statement that drops an object, which is made by a statement of its own; none where there is none.
pub(crate) fn statement(from: &Side<'_>, object: &ObjectId) -> Option<String> {
    let reference = || from.statements.reference(object);
    Some(match object {
        ObjectId::BaseType(_) | ObjectId::ShellType(_) | ObjectId::Subscription(_) => return None,
        ObjectId::Constraint(part) => {
            let table = from.whole(object)?;
            let kind = if matches!(table, ObjectId::ForeignTable(_)) { "FOREIGN TABLE" } else { "TABLE" };
            format!("ALTER {kind} {} DROP CONSTRAINT {};\n", part.whole, part.name)
        }
        ObjectId::Default(part) => {
            let kind = match from.whole(object)? {
                ObjectId::View(_) => "VIEW",
                _ => "TABLE ONLY",
            };
            format!("ALTER {kind} {} ALTER COLUMN {} DROP DEFAULT;\n", part.whole, part.name)
        }
        ObjectId::UserMapping(name) => format!("DROP USER MAPPING FOR {name};\n"),
        ObjectId::PublishedTable(name) => {
            format!("ALTER PUBLICATION {} DROP TABLE {};\n", name.publication, name.table)
        }
        ObjectId::PublishedSchema(name) => {
            format!("ALTER PUBLICATION {} DROP TABLES IN SCHEMA {};\n", name.publication, name.schema)
        }
        _ => format!("DROP {};\n", reference()?),
    })
}

/// The step that takes a partition out of its table.
pub(crate) fn detach(partition: &ObjectId, parent: &ObjectId) -> Step {
    let sql = format!("ALTER TABLE {} DETACH PARTITION {};\n", parent.name(), partition.name());
    Step::new(partition, format!("takes {partition} out of {parent}"), sql)
}

/// What is lost with an object for which there is a statement: rows, and what was counted. What is in a
/// schema has statements of its own; an extension's tables have not, and nobody knows whether there are any.
pub(crate) fn loses(object: &ObjectId) -> Vec<String> {
    match object {
        ObjectId::Table(_)
        | ObjectId::MaterializedView(_)
        | ObjectId::Sequence(_)
        | ObjectId::Extension(_) => vec![format!("{}.*", object.name())],
        _ => Vec::new(),
    }
}

/// Returns whether an object goes by itself where a column that it names is dropped.
pub(crate) fn goes_with_column(object: &ObjectId) -> bool {
    matches!(
        object,
        ObjectId::Constraint(_)
            | ObjectId::Default(_)
            | ObjectId::Index(_)
            | ObjectId::Sequence(_)
            | ObjectId::Statistics(_)
    )
}
