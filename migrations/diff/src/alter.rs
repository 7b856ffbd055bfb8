//! What it takes to alter an object that is there before and after.

mod foreign;
mod index;
mod publication;
mod types;

use model::{Difference, ObjectId, ObjectKind, PartName, Property};

use crate::column::{self, Changed, by_object};
use crate::side::Side;
use crate::step::{Altered, Step};
use index::{index, is_other_index};
use publication::publication;
use types::{composite, domain, is_wider, labels, sequence_options, sequence_position};

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
        for (property, values) in properties {
            general(to, object, property, *values, &mut altered);
        }
        if *object == node {
            own(sides, node, properties, &mut altered);
        } else if let ObjectId::Index(name) = object {
            altered.is_replaced |= is_other_index(properties);
            let rest = index(sides, object, properties);
            altered
                .steps
                .extend(rest.into_iter().map(|sql| Step::new(object, format!("changes index {name}"), sql)));
        }
    }
    altered
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

fn table(
    sides: (&Side<'_>, &Side<'_>),
    node: &ObjectId,
    differences: &[&Difference],
    is_online: bool,
    altered: &mut Altered,
) {
    let (from, to) = sides;
    let mut renamed = (None, None);
    let mut computed = Vec::new();
    // Its columns come and go with the attributes of its type.
    let kind = to.value(node, &Property::OfType);
    let is_typed = kind.is_some() && kind == from.value(node, &Property::OfType);
    for difference in differences {
        match difference {
            Difference::New(ObjectId::Column(_)) | Difference::Gone(ObjectId::Column(_)) if is_typed => {}
            Difference::New(column @ ObjectId::Column(_)) => match column::is_computed(to, column) {
                _ if column::follows_parent(sides, node, column) => {
                    altered.absorbed.extend(column.part().cloned().map(ObjectId::Default));
                }
                true => computed.push(column),
                false => column::add((from, to), node, column, altered),
            },
            Difference::Gone(column @ ObjectId::Column(_)) => column::drop(from, node, column, altered),
            Difference::Gone(sequence @ ObjectId::Sequence(_)) => renamed.0 = Some(sequence),
            Difference::New(sequence @ ObjectId::Sequence(name)) => renamed.1 = Some((sequence, name)),
            _ => {}
        }
    }
    for (object, changed) in by_object(differences) {
        match object {
            ObjectId::Column(_) => column::alter(sides, node, object, &changed, is_online, altered),
            ObjectId::Sequence(_) => {
                if let (Some(owner), Some((Some(before), Some(after)))) =
                    (to.catalog.sequence_owner(object), changed.get(&Property::Definition))
                {
                    let set = sequence_options(before, after, "SET ");
                    if !set.is_empty() {
                        let (table, column) = (&owner.column.whole, &owner.column.name);
                        let first = sequence_position(object, before, after);
                        let sql = format!("{first}ALTER TABLE {table} ALTER COLUMN {column} {set};\n");
                        let step = Step::new(object, format!("changes {object}"), sql);
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
    let retyped = std::mem::take(&mut altered.retyped);
    let reads = |step: &Step| {
        let about = &step.change.about;
        column::is_computed(from, about) && from.catalog.dependencies(about).any(|n| retyped.contains(n))
    };
    let (first, shrinks): (Vec<Step>, Vec<Step>) = altered.shrinks.drain(..).partition(reads);
    altered.steps.splice(0..0, first);
    altered.shrinks = shrinks;
    altered.retyped = retyped;
    if let Some(whole) = node.as_whole() {
        for (column, _) in from.statements.columns(whole) {
            let reads = from.catalog.dependencies(column).any(|needed| altered.retyped.contains(needed));
            let is_computed = column::is_computed(from, column) && column::is_computed(to, column);
            if is_computed && reads && !altered.remade.contains(column) {
                altered.steps.retain(|step| step.change.about != *column);
                column::remake(sides, node, column, altered);
            }
        }
    }
    for column in computed {
        column::add((from, to), node, column, altered);
    }
    altered.shrinks.sort_by_key(|step| !column::is_computed(from, &step.change.about));
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

/// The properties of the object itself.
fn own((from, to): (&Side<'_>, &Side<'_>), node: &ObjectId, changed: &Changed<'_>, altered: &mut Altered) {
    let name = node.name();
    let has = |property: &Property| changed.contains_key(property);
    let after = |property: &Property| to.value(node, property);
    let mut sql: Vec<String> = Vec::new();
    let mut is_replaced = false;
    let mut known: Vec<Property> = Vec::new();
    let values = |property: &Property| changed.get(property).copied().unwrap_or_default();
    match node {
        ObjectId::Table(_)
        | ObjectId::ForeignTable(_)
        | ObjectId::MaterializedView(_)
        | ObjectId::View(_) => {
            let kind = column::kind(node);
            let alter = |what: &str| format!("ALTER {kind} {name} {what};\n");
            let mut actions = Vec::new();
            for property in [Property::Options, Property::ToastOptions] {
                let (before, after) = values(&property);
                actions.extend(column::options(before, after));
            }
            if has(&Property::Persistence) {
                let sql = |how: &str| alter(&format!("SET {how}"));
                altered.steps.push(persistence(node, after(&Property::Persistence), sql));
            }
            if has(&Property::RowSecurity) {
                let how = if after(&Property::RowSecurity).is_some() { "ENABLE" } else { "DISABLE" };
                actions.push(format!("{how} ROW LEVEL SECURITY"));
            }
            if has(&Property::RowSecurityForced) {
                let how = if after(&Property::RowSecurityForced).is_some() { "FORCE" } else { "NO FORCE" };
                actions.push(format!("{how} ROW LEVEL SECURITY"));
            }
            if !actions.is_empty() {
                sql.push(alter(&actions.join(", ")));
            }
            if has(&Property::ReplicaIdentity) {
                match after(&Property::ReplicaIdentity) {
                    Some(how @ ("full" | "nothing")) => {
                        sql.push(alter(&format!("REPLICA IDENTITY {}", how.to_uppercase())));
                    }
                    None => sql.push(alter("REPLICA IDENTITY DEFAULT")),
                    Some(_) => {}
                }
            }
            if has(&Property::AccessMethod) && !matches!(node, ObjectId::View(_)) {
                let method = after(&Property::AccessMethod).unwrap_or("DEFAULT");
                sql.push(alter(&format!("SET ACCESS METHOD {method}")));
            }
            if has(&Property::Tablespace) {
                let space = after(&Property::Tablespace).unwrap_or("pg_default");
                sql.push(alter(&format!("SET TABLESPACE {space}")));
            }
            if has(&Property::ConstraintTriggers) {
                match after(&Property::ConstraintTriggers) {
                    Some("disabled") => sql.push(alter("DISABLE TRIGGER ALL")),
                    None => sql.push(alter("ENABLE TRIGGER ALL")),
                    Some(_) => altered.unplanned = Some("states of constraint triggers differ".to_owned()),
                }
            }
            if has(&Property::OfType) {
                sql.push(match after(&Property::OfType) {
                    Some(kind) => alter(&format!("OF {kind}")),
                    None => alter("NOT OF"),
                });
            }
            if has(&Property::Inherits) {
                let split = |text: Option<&str>| -> Vec<String> {
                    let items = text.unwrap_or_default().split(", ").filter(|item| !item.is_empty());
                    items.map(str::to_owned).collect()
                };
                let (before, after) = values(&Property::Inherits);
                let (before, after) = (split(before), split(after));
                let gone = before.iter().filter(|parent| !after.contains(parent));
                sql.extend(gone.map(|parent| alter(&format!("NO INHERIT {parent}"))));
                let new = after.iter().filter(|parent| !before.contains(parent));
                sql.extend(new.map(|parent| alter(&format!("INHERIT {parent}"))));
            }
            if has(&Property::Partition) || has(&Property::PartitionOf) {
                altered.detach = from.value(node, &Property::PartitionOf).map(|parent| {
                    let sql = format!("ALTER TABLE {parent} DETACH PARTITION {name};\n");
                    Step::new(node, format!("takes {node} out of {parent}"), sql)
                });
                let attachment = node.as_whole().and_then(|whole| to.statements.attachment(whole));
                altered.attach =
                    attachment.map(|sql| Step::new(node, format!("makes {node} a partition"), sql));
            }
            if has(&Property::Populated) {
                let is_emptied = after(&Property::Populated) == Some("no");
                let (with, how) = if is_emptied { (" WITH NO DATA", "empties") } else { ("", "fills") };
                let sql = format!("REFRESH MATERIALIZED VIEW {name}{with};\n");
                let loses = if is_emptied { vec![format!("{name}.*")] } else { Vec::new() };
                altered.steps.push(Step::new(node, format!("{how} {node}"), sql).losing(loses));
            }
            sql.extend(column::foreign_options(changed).map(|options| alter(&options)));
            known.extend([
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
            if has(&Property::Server) {
                is_replaced = true;
            }
            if has(&Property::Definition) {
                match node {
                    ObjectId::View(whole) if is_extended(from, to, whole) => {
                        let text = to.node(node).map(|node| to.statements.create(node, &[]));
                        let text = text.unwrap_or_default();
                        sql = vec![text.replacen("CREATE VIEW", "CREATE OR REPLACE VIEW", 1)];
                        known.push(Property::Definition);
                    }
                    _ => is_replaced = true,
                }
            }
        }
        ObjectId::Function(_) | ObjectId::Procedure(_) => {
            let head = |side: &Side<'_>| {
                let text = side.value(node, &Property::Definition).unwrap_or_default();
                text.split("\n LANGUAGE ").next().unwrap_or_default().to_owned()
            };
            match has(&Property::Definition) && head(from) == head(to) {
                true => {
                    let text = after(&Property::Definition).unwrap_or_default().trim_end();
                    sql.push(format!("{text};\n"));
                    known.push(Property::Definition);
                }
                false => is_replaced = has(&Property::Definition),
            }
        }
        ObjectId::Index(_) => {
            match is_other_index(changed) {
                true => is_replaced = true,
                false => sql.extend(index((from, to), node, changed)),
            }
            known.extend([
                Property::Definition,
                Property::Options,
                Property::Statistics,
                Property::Clustered,
                Property::ReplicaIdentity,
                Property::AttachedTo,
                Property::Usable,
                Property::Tablespace,
            ]);
        }
        ObjectId::Constraint(part) => {
            let (before, now) = values(&Property::Definition);
            let bare =
                |text: Option<&str>| text.unwrap_or_default().trim_end_matches(" NOT VALID").to_owned();
            let timing = |text: &str| text.find(" DEFERRABLE").map_or(text.len(), |at| at);
            let is_validated = has(&Property::Validated) && after(&Property::Validated) != Some("no");
            let (old, new) = (bare(before), bare(now));
            let table = &part.whole;
            let is_moved = [Property::PartitionOf, Property::Inherits].iter().any(|property| {
                let of = |side: &Side<'_>| {
                    side.whole(node).and_then(|table| side.value(table, property)).map(str::to_owned)
                };
                of(from) != of(to)
            });
            if has(&Property::Inherited) {
                // A parent brings it, or does not any more; with its table it comes and stays by itself.
                is_replaced = !is_moved || old != new;
            } else if is_validated && old == new {
                sql.push(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {};\n", part.name));
            } else if new.starts_with("FOREIGN KEY")
                && old[..timing(&old)] == new[..timing(&new)]
                && old != new
            {
                let when = &new[timing(&new)..];
                let when = if when.is_empty() { " NOT DEFERRABLE" } else { when };
                let initially = if when.contains("INITIALLY") || when.contains("NOT") {
                    ""
                } else {
                    " INITIALLY IMMEDIATE"
                };
                sql.push(format!("ALTER TABLE {table} ALTER CONSTRAINT {}{when}{initially};\n", part.name));
            } else {
                is_replaced = has(&Property::Definition) || has(&Property::Validated);
            }
            known.extend([Property::Definition, Property::Validated, Property::Inherited]);
        }
        ObjectId::Trigger(part) | ObjectId::Rule(part) => {
            let kind = node.kind().as_str().to_uppercase();
            // Its table's parent has the trigger that it follows.
            let follows = [from, to].iter().all(|side| side.value(node, &Property::Inherited).is_some());
            if has(&Property::Definition) && !follows {
                let text = after(&Property::Definition).unwrap_or_default().trim_end_matches(';');
                let is_constraint = [from.value(node, &Property::Definition), Some(text)]
                    .iter()
                    .any(|text| text.is_some_and(|text| text.starts_with("CREATE CONSTRAINT")));
                match is_constraint {
                    true => is_replaced = true,
                    false => {
                        let create = format!("CREATE {kind}");
                        sql.push(text.replacen(&create, &format!("CREATE OR REPLACE {kind}"), 1) + ";\n");
                    }
                }
            }
            // A trigger that is replaced fires again.
            let is_reset = has(&Property::Definition) && after(&Property::State).is_some() && !follows;
            if (has(&Property::State) || is_reset) && !is_replaced {
                let how = match after(&Property::State) {
                    Some("disabled") => "DISABLE",
                    Some("replica") => "ENABLE REPLICA",
                    Some("always") => "ENABLE ALWAYS",
                    _ => "ENABLE",
                };
                sql.push(format!("ALTER TABLE {} {how} {kind} {};\n", part.whole, part.name));
            }
            known.extend([Property::Definition, Property::State]);
        }
        ObjectId::Policy(part) => {
            let goes = |property: &Property| has(property) && after(property).is_none();
            if has(&Property::Command) || goes(&Property::Using) || goes(&Property::Check) {
                is_replaced = true;
            } else {
                let mut text = format!("ALTER POLICY {} ON {}", part.name, part.whole);
                let mut add = |property: &Property, before: &str, end: &str| {
                    if let Some(value) = after(property).filter(|_| has(property)) {
                        text += &format!(" {before}{value}{end}");
                    }
                };
                add(&Property::Roles, "TO ", "");
                add(&Property::Using, "USING (", ")");
                add(&Property::Check, "WITH CHECK (", ")");
                if changed.keys().any(|property| !is_general(property)) {
                    sql.push(text + ";\n");
                }
            }
            known.extend([Property::Roles, Property::Using, Property::Check, Property::Command]);
        }
        ObjectId::Sequence(_) => {
            if let (Some(before), Some(now)) = values(&Property::Definition) {
                let options = sequence_options(before, now, "");
                if !options.is_empty() {
                    let first = sequence_position(node, before, now);
                    sql.push(format!("{first}ALTER SEQUENCE {name} {options};\n"));
                }
            }
            if has(&Property::Persistence) {
                let sql = |how: &str| format!("ALTER SEQUENCE {name} SET {how};\n");
                altered.steps.push(persistence(node, after(&Property::Persistence), sql));
            }
            if has(&Property::OwnedBy) {
                let owned_by = |owner: &str| format!("ALTER SEQUENCE {name} OWNED BY {owner};\n");
                let owner = to.catalog.sequence_owner(node).map(|owner| owner.column);
                let is_there =
                    |column: &&PartName| from.catalog.contains(&ObjectId::Column((*column).clone()));
                // It must not go with its former column, and the new one may not be there yet.
                sql.push(owned_by(
                    &owner.as_ref().filter(is_there).map_or_else(|| "NONE".to_owned(), ToString::to_string),
                ));
                if let Some(column) = owner.filter(|column| !is_there(&column)) {
                    let summary = format!("lets {column} own {node}");
                    altered.attach = Some(Step::new(node, summary, owned_by(&column.to_string())));
                }
            }
            known.extend([Property::Definition, Property::Persistence, Property::OwnedBy]);
        }
        ObjectId::Enum(_) => {
            if has(&Property::Labels) {
                labels(node, &name, values(&Property::Labels), altered);
            }
            known.push(Property::Labels);
        }
        ObjectId::Domain(_) => {
            if has(&Property::Default) {
                sql.push(match after(&Property::Default) {
                    Some(value) => format!("ALTER DOMAIN {name} SET DEFAULT {value};\n"),
                    None => format!("ALTER DOMAIN {name} DROP DEFAULT;\n"),
                });
            }
            if has(&Property::NotNull) {
                let how = if after(&Property::NotNull).is_some() { "SET" } else { "DROP" };
                sql.push(format!("ALTER DOMAIN {name} {how} NOT NULL;\n"));
            }
            is_replaced = has(&Property::Base) || has(&Property::Collation);
            known.extend([Property::Default, Property::NotNull]);
        }
        ObjectId::Extension(_) => {
            if let Some(version) = after(&Property::Version).filter(|_| has(&Property::Version)) {
                sql.push(format!("ALTER EXTENSION {name} UPDATE TO '{}';\n", version.replace('\'', "''")));
            }
            let is_bound = from.value(node, &Property::Relocatable).is_some();
            if has(&Property::Schema) && is_bound {
                is_replaced = true;
            } else if let Some(schema) = after(&Property::Schema).filter(|_| has(&Property::Schema)) {
                sql.push(format!("ALTER EXTENSION {name} SET SCHEMA {schema};\n"));
            }
            known.extend([Property::Version, Property::Schema, Property::Relocatable]);
        }
        ObjectId::Server(_) | ObjectId::ForeignDataWrapper(_) | ObjectId::UserMapping(_) => {
            let on = match node {
                ObjectId::UserMapping(name) => format!("USER MAPPING FOR {name}"),
                _ => to.statements.reference(node).unwrap_or_default(),
            };
            sql.extend(column::foreign_options(changed).map(|options| format!("ALTER {on} {options};\n")));
            if has(&Property::Definition) {
                let (before, now) = values(&Property::Definition);
                let way = foreign::definition(node, before.unwrap_or_default(), now.unwrap_or_default());
                is_replaced = way.is_none();
                sql.extend(way.map(|way| format!("ALTER {on} {way};\n")));
                known.push(Property::Definition);
            }
        }
        ObjectId::TextSearchConfiguration(_) => {
            for (property, (before, after)) in changed {
                let Property::MappingFor(token) = property else { continue };
                let configuration = format!("ALTER TEXT SEARCH CONFIGURATION {name}");
                sql.push(match (before, after) {
                    (None, Some(with)) => format!("{configuration} ADD MAPPING FOR {token} WITH {with};\n"),
                    (_, Some(with)) => format!("{configuration} ALTER MAPPING FOR {token} WITH {with};\n"),
                    _ => format!("{configuration} DROP MAPPING FOR {token};\n"),
                });
                known.push((*property).clone());
            }
            is_replaced = has(&Property::Definition);
        }
        ObjectId::EventTrigger(_) => {
            if has(&Property::State) {
                sql.push(match after(&Property::State) {
                    Some("disabled") => format!("ALTER EVENT TRIGGER {name} DISABLE;\n"),
                    Some(state) => format!("ALTER EVENT TRIGGER {name} ENABLE {};\n", state.to_uppercase()),
                    None => format!("ALTER EVENT TRIGGER {name} ENABLE;\n"),
                });
            }
            is_replaced = has(&Property::Definition);
            known.push(Property::State);
        }
        ObjectId::Statistics(_) => {
            if has(&Property::Target) {
                let target = after(&Property::Target).unwrap_or("-1");
                sql.push(format!("ALTER STATISTICS {name} SET STATISTICS {target};\n"));
            }
            is_replaced = has(&Property::Definition);
            known.push(Property::Target);
        }
        ObjectId::Publication(_) => {
            if has(&Property::Definition) {
                let (before, now) = values(&Property::Definition);
                let way = publication(before.unwrap_or_default(), now.unwrap_or_default());
                is_replaced = way.is_none();
                sql.extend(way.map(|way| format!("ALTER PUBLICATION {name} {way};\n")));
                known.push(Property::Definition);
            }
        }
        ObjectId::OperatorFamily(_) if has(&Property::Members) => {
            altered.unplanned = Some("its members differ".to_owned());
        }
        _ => is_replaced = changed.keys().any(|property| !is_general(property)),
    }
    altered.is_replaced |= is_replaced;
    let other = changed.keys().find(|property| {
        let is_option = matches!(property, Property::Option(_) | Property::SecretOption(_));
        !is_general(property) && !known.contains(property) && !is_option
    });
    if let (Some(property), false) = (other, altered.is_replaced) {
        altered.unplanned = Some(format!("its {property} differs, which no plan covers"));
    }
    altered.steps.extend(sql.into_iter().map(|sql| Step::new(node, format!("changes {node}"), sql)));
}

/// The step after which a crash empties a table or sequence, or does not any more.
fn persistence(node: &ObjectId, after: Option<&str>, sql: impl Fn(&str) -> String) -> Step {
    match after {
        Some("unlogged") => {
            let summary = format!("makes {node} unlogged, so that a crash empties it");
            Step::new(node, summary, sql("UNLOGGED")).losing(vec![format!("{}.*", node.name())])
        }
        _ => Step::new(node, format!("makes {node} safe from crashes"), sql("LOGGED")),
    }
}

/// Returns whether a view has the columns that it had, and perhaps further ones after them.
fn is_extended(from: &Side<'_>, to: &Side<'_>, view: &model::QualifiedName) -> bool {
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

/// Kinds that are dropped and made again where they cannot be altered: nothing is lost with them.
pub(crate) fn is_replaceable(kind: ObjectKind) -> bool {
    !matches!(kind, ObjectKind::Table | ObjectKind::Schema | ObjectKind::Sequence)
}
