//! Columns that are added, dropped or altered, of tables and foreign tables.

use std::collections::BTreeMap;

use model::{Difference, Ident, ObjectId, PartName, Property, QualifiedName};

use crate::cast;
use crate::names::suffixed;
use crate::serial;
use crate::side::Side;
use crate::step::{Altered, Step};

/// The properties of one object that differ, with their values before and after.
pub(crate) type Changed<'d> = BTreeMap<&'d Property, (Option<&'d str>, Option<&'d str>)>;

pub(crate) fn kind(table: &ObjectId) -> &'static str {
    match table {
        ObjectId::ForeignTable(_) => "FOREIGN TABLE",
        ObjectId::View(_) => "VIEW",
        ObjectId::MaterializedView(_) => "MATERIALIZED VIEW",
        _ => "TABLE",
    }
}

/// Returns whether a column is computed of others.
pub(crate) fn is_computed(side: &Side<'_>, column: &ObjectId) -> bool {
    [Property::Generated, Property::Virtual].iter().any(|how| side.value(column, how).is_some())
}

/// Returns whether a column is brought by a parent that is the same before and after, whose own statements
/// change it.
pub(crate) fn follows_parent(
    (from, to): (&Side<'_>, &Side<'_>),
    table: &ObjectId,
    column: &ObjectId,
) -> bool {
    let is_kept = |property: &Property| {
        to.value(table, property).is_some() && from.value(table, property) == to.value(table, property)
    };
    let is_there = |side: &Side<'_>| side.catalog.contains(column);
    let is_inherited = |side: &Side<'_>| side.value(column, &Property::Inherited).is_some();
    // With another bound it is taken out meanwhile.
    let is_partition = is_kept(&Property::PartitionOf) && is_kept(&Property::Partition);
    (is_partition || is_kept(&Property::Inherits))
        && [from, to].iter().all(|side| !is_there(side) || is_inherited(side))
}

/// Adds a new column.
pub(crate) fn add(
    (from, to): (&Side<'_>, &Side<'_>),
    table: &ObjectId,
    column: &ObjectId,
    altered: &mut Altered,
) {
    let Some(part) = column.part() else { return };
    let Some(column) = to.statements.columns(&part.whole).into_iter().map(|(c, _)| c).find(|c| *c == column)
    else {
        return;
    };
    // A parent brings it.
    let Some(mut line) = to.statements.column(table, column, true) else { return };
    if let (Some(sequence), Some((plain, serial))) =
        (serial::sequence(from, to, part), serial::text(from, to, part))
    {
        line = line.replacen(&plain, &serial, 1);
        altered.absorbed.push(sequence.clone());
    }
    let kind = kind(table);
    let mut sql = format!("ALTER {kind} {} ADD COLUMN {line};\n", part.whole);
    for setting in to.statements.settings_of_column(column) {
        sql += &format!("ALTER {kind} {} ALTER COLUMN {} {setting};\n", part.whole, part.name);
    }
    if let Some(comment) = to.value(column, &Property::Comment) {
        sql += &to.statements.set_comment(column, Some(comment)).unwrap_or_default();
    }
    sql += &to.statements.grants_of_column(column, &to.defaults);
    altered.absorbed.push(ObjectId::Default(part.clone()));
    altered.steps.push(Step::new(column, format!("adds {column}"), sql));
}

/// Drops a column once nothing needs it.
pub(crate) fn drop(from: &Side<'_>, table: &ObjectId, column: &ObjectId, altered: &mut Altered) {
    let Some(part) = column.part() else { return };
    if from.value(column, &Property::Inherited).is_some() {
        return;
    }
    let sql = format!("ALTER {} {} DROP COLUMN {};\n", kind(table), part.whole, part.name);
    // The rows of a foreign table are elsewhere.
    let is_stored = !is_computed(from, column) && matches!(table, ObjectId::Table(_));
    let loses = if is_stored { vec![part.to_string()] } else { Vec::new() };
    altered.dropped.push(column.clone());
    altered.shrinks.push(Step::new(column, format!("drops {column}"), sql).losing(loses));
}

/// Returns whether a column must be dropped and added: it is computed, and there is no other way. What it is
/// computed of is still there.
pub(crate) fn is_remade(
    (from, to): (&Side<'_>, &Side<'_>),
    column: &ObjectId,
    changed: &Changed<'_>,
) -> bool {
    let has = |property: &Property| changed.contains_key(property);
    let (before, after) = (from.value(column, &Property::Generated), to.value(column, &Property::Generated));
    let is_retyped = has(&Property::Type);
    let casts = || match (from.value(column, &Property::Type), to.value(column, &Property::Type)) {
        (Some(before), Some(after)) => casts_by_itself(before, after),
        _ => true,
    };
    has(&Property::Virtual)
        || has(&Property::Generated) && before.is_none()
        || has(&Property::Generated) && after.is_some() && is_retyped
        || before.is_some() && after.is_some() && is_retyped && !casts()
}

/// Drops a computed column and adds it again.
pub(crate) fn remake(
    (from, to): (&Side<'_>, &Side<'_>),
    table: &ObjectId,
    column: &ObjectId,
    altered: &mut Altered,
) {
    drop(from, table, column, altered);
    let drop = altered.shrinks.pop();
    altered.dropped.pop();
    altered.remade.push(column.clone());
    // Before what it is computed of has another type.
    altered.steps.splice(0..0, drop);
    add((from, to), table, column, altered);
}

/// Alters a column that is there both times.
pub(crate) fn alter(
    (from, to): (&Side<'_>, &Side<'_>),
    table: &ObjectId,
    column: &ObjectId,
    changed: &Changed<'_>,
    is_online: bool,
    altered: &mut Altered,
) {
    let Some(part) = column.part() else { return };
    let has = |property: &Property| changed.contains_key(property);
    let after = |property: &Property| to.value(column, property);
    let (kind, name, own) = (kind(table), &part.whole, &part.name);
    let alter = |what: &str| format!("ALTER {kind} {name} ALTER COLUMN {own} {what};\n");

    if is_remade((from, to), column, changed) {
        remake((from, to), table, column, altered);
        return;
    }
    if has(&Property::Generated) {
        match after(&Property::Generated) {
            Some(expression) => {
                let sql = alter(&format!("SET EXPRESSION AS ({expression})"));
                altered.steps.push(Step::new(column, format!("computes {column} anew"), sql));
            }
            None => {
                let summary = format!("computes {column} no more");
                // Before what it was computed of has another type.
                altered.steps.insert(0, Step::new(column, summary, alter("DROP EXPRESSION")));
            }
        }
    }
    let is_followed = follows_parent((from, to), table, column);
    let is_retyped = has(&Property::Type) || has(&Property::Collation);
    let default = after(&Property::Default);
    let had_default = from.value(column, &Property::Default).is_some();
    // A partition's column is numbered by its parent's.
    let is_partition = to.value(table, &Property::PartitionOf).is_some();
    let is_identity = has(&Property::Identity) && !(is_followed && is_partition);
    let (old, new) = (from.owned_sequence(part), to.owned_sequence(part));
    let mut counted_before = None;
    if is_identity && after(&Property::Identity).is_none() {
        let sequence = from.statements.identity_sequence(part);
        let (mut sql, mut loses) = (alter("DROP IDENTITY"), Vec::new());
        match new.and_then(|sequence| to.node(sequence)) {
            // A sequence takes the place of the identity's, often under its name, and counts on.
            Some(next) => {
                let (aside, before) = sequence.map(set_aside).unwrap_or_default();
                sql = aside
                    + &to.statements.create(next, &[])
                    + &count_on(&literal(&next.name()), &before)
                    + &sql;
                sql += &format!("ALTER SEQUENCE {} OWNED BY {part};\n", next.name());
                altered.absorbed.push(next.clone());
            }
            None => loses.extend(sequence.map(|sequence| format!("{}.*", sequence.name()))),
        }
        let summary = format!("drops the identity of {column}");
        altered.steps.push(Step::new(column, summary, sql).losing(loses));
    }
    if is_retyped {
        let (before, now) = (from.value(column, &Property::Type), after(&Property::Type).unwrap_or_default());
        let collation = after(&Property::Collation).map(|c| format!(" COLLATE {c}")).unwrap_or_default();
        let using = match before {
            Some(before) if !casts_by_itself(before, now) => {
                format!(" USING {}", cast::using((from, to), &own.to_string(), before, now))
            }
            _ => String::new(),
        };
        let mut actions = Vec::new();
        if had_default {
            actions.push(format!("ALTER COLUMN {own} DROP DEFAULT"));
        }
        if !is_followed {
            actions.push(format!("ALTER COLUMN {own} TYPE {now}{collation}{using}"));
        }
        if let Some(default) = default {
            actions.push(format!("ALTER COLUMN {own} SET DEFAULT {default}"));
        }
        let sql = match actions.as_slice() {
            [] => String::new(),
            actions => format!("ALTER {kind} {name} {};\n", actions.join(", ")),
        };
        let summary = format!("changes the type of {column} from {} to {now}", before.unwrap_or_default());
        let is_kept = before.is_none_or(|before| cast::keeps_values((from, to), before, now));
        let loses = if is_kept { Vec::new() } else { vec![part.to_string()] };
        if !sql.is_empty() {
            altered.steps.push(Step::new(column, summary, sql).losing(loses));
        }
        altered.retyped.push(column.clone());
        altered.absorbed.push(ObjectId::Default(part.clone()));
    }
    if has(&Property::Default) && !is_retyped {
        altered.absorbed.push(ObjectId::Default(part.clone()));
        match default {
            Some(value) => {
                let mut step =
                    |summary: String, sql: String| altered.steps.push(Step::new(column, summary, sql));
                step(format!("changes the default of {column}"), alter(&format!("SET DEFAULT {value}")));
                let was_numbered = from.value(column, &Property::Identity).is_some();
                if !had_default && !was_numbered && value.starts_with("nextval(") {
                    step(format!("continues the numbers of {column}"), continue_numbers(part, Some(value)));
                }
            }
            None => {
                let sql = alter("DROP DEFAULT");
                altered.steps.push(Step::new(column, format!("drops the default of {column}"), sql));
            }
        }
    }
    // The identity's sequence takes its name, and counts on.
    if let Some(sequence) = old.filter(|_| is_identity && after(&Property::Identity).is_some())
        && has(&Property::Default)
    {
        let (sql, before) = set_aside(sequence);
        counted_before = Some(before);
        altered.absorbed.push(sequence.clone());
        altered.steps.push(Step::new(column, format!("sets {sequence} aside"), sql));
    }
    if has(&Property::NotNull) {
        not_null((from, to), part, column, kind, is_online, altered);
    }
    let mut step = |summary: String, sql: String| altered.steps.push(Step::new(column, summary, sql));
    match (is_identity, from.value(column, &Property::Identity), after(&Property::Identity)) {
        (true, None, Some(when)) => {
            let options = to.statements.identity_options(part);
            let add = alter(&format!("ADD GENERATED {} AS IDENTITY{options}", when.to_uppercase()));
            step(format!("numbers {column}"), add);
            let next = match &counted_before {
                Some(before) => {
                    count_on(&serial_sequence(part), before) + &format!("DROP SEQUENCE {before};\n")
                }
                None => continue_numbers(part, None),
            };
            step(format!("continues the numbers of {column}"), next);
        }
        (true, Some(_), Some(when)) => step(
            format!("changes when {column} is numbered"),
            alter(&format!("SET GENERATED {}", when.to_uppercase())),
        ),
        _ => {}
    }
    settings(to, table, column, changed, is_retyped, altered);
    if let Some(options) = foreign_options(changed) {
        altered.steps.push(Step::new(column, format!("changes options of {column}"), alter(&options)));
    }
    if is_retyped {
        keep_targets((from, to), column, altered);
    }
}

/// How a column of a table or of a materialized view is stored, and how its statistics are taken.
pub(crate) fn settings(
    to: &Side<'_>,
    whole: &ObjectId,
    column: &ObjectId,
    changed: &Changed<'_>,
    is_retyped: bool,
    altered: &mut Altered,
) {
    let Some(part) = column.part() else { return };
    let has = |property: &Property| changed.contains_key(property);
    let after = |property: &Property| to.value(column, property);
    let kind = kind(whole);
    let alter = |what: &str| format!("ALTER {kind} {} ALTER COLUMN {} {what};\n", part.whole, part.name);
    let mut step = |summary: String, sql: String| altered.steps.push(Step::new(column, summary, sql));
    let simple: [(&Property, &str, &str); 3] = [
        (&Property::Storage, "SET STORAGE", "DEFAULT"),
        (&Property::Compression, "SET COMPRESSION", "DEFAULT"),
        (&Property::Statistics, "SET STATISTICS", "-1"),
    ];
    for (property, how, usual) in simple {
        // Another type begins with its own.
        let is_reset = is_retyped && *property != Property::Statistics && after(property).is_some();
        if has(property) || is_reset {
            let value = after(property).unwrap_or(usual);
            step(format!("changes the {property} of {column}"), alter(&format!("{how} {value}")));
        }
    }
    if let Some((before, after)) = changed.get(&Property::Options) {
        for what in options(*before, *after) {
            step(format!("changes options of {column}"), alter(&what));
        }
    }
}

/// Statistics over a column begin with the usual target when its type changes.
fn keep_targets((from, to): (&Side<'_>, &Side<'_>), column: &ObjectId, altered: &mut Altered) {
    let over = from.dependents_of_column(column).filter(|object| matches!(object, ObjectId::Statistics(_)));
    for statistics in over {
        let target = to.value(statistics, &Property::Target);
        if let Some(target) =
            target.filter(|target| from.value(statistics, &Property::Target) == Some(target))
        {
            let sql = format!("ALTER STATISTICS {} SET STATISTICS {target};\n", statistics.name());
            altered.steps.push(Step::new(statistics, format!("keeps the target of {statistics}"), sql));
        }
    }
}

/// The tables that have a table for a parent, before and after, and those that have them.
fn descendants<'t>((from, to): (&Side<'_>, &Side<'t>), table: &QualifiedName) -> Vec<&'t QualifiedName> {
    let mut found: Vec<&'t QualifiedName> = Vec::new();
    let mut waiting = vec![table.to_string()];
    while let Some(parent) = waiting.pop() {
        let has_parent = |table: &ObjectId, property: &Property| {
            let parents = to.value(table, property).unwrap_or_default();
            from.value(table, property) == Some(parents) && parents.split(", ").any(|one| one == parent)
        };
        let children = to.catalog.iter().filter_map(|(table, _)| match table {
            ObjectId::Table(name)
                if has_parent(table, &Property::PartitionOf) || has_parent(table, &Property::Inherits) =>
            {
                Some(name)
            }
            _ => None,
        });
        let children: Vec<&'t QualifiedName> = children.collect();
        waiting.extend(children.iter().map(ToString::to_string));
        found.extend(children);
    }
    found
}

fn not_null(
    (from, to): (&Side<'_>, &Side<'_>),
    part: &PartName,
    column: &ObjectId,
    kind: &str,
    is_online: bool,
    altered: &mut Altered,
) {
    let (name, own) = (&part.whole, &part.name);
    let alter = |what: &str| format!("ALTER {kind} {name} ALTER COLUMN {own} {what};\n");
    if to.value(column, &Property::NotNull).is_none() {
        let mut sql = alter("DROP NOT NULL");
        // The children's goes with it, where they are to keep it as well.
        for child in descendants((from, to), name) {
            let column = ObjectId::Column(PartName::new(child, own));
            if to.value(&column, &Property::NotNull).is_some() {
                sql += &format!("ALTER TABLE {child} ALTER COLUMN {own} SET NOT NULL;\n");
            }
        }
        altered.steps.push(Step::new(column, format!("lets {column} be null"), sql));
        return;
    }
    let set = alter("SET NOT NULL");
    let summary = format!("lets {column} be null no more");
    if !is_online || kind != "TABLE" {
        altered.steps.push(Step::new(column, summary, set));
        return;
    }
    // A validated check spares SET NOT NULL its scan under a lock that nobody gets past.
    let is_taken = |check: &Ident| {
        let check = ObjectId::Constraint(PartName::new(name, check));
        from.catalog.contains(&check) || to.catalog.contains(&check)
    };
    // Long names may be alike where they are cut; a column's place is its own.
    let place = to.value(column, &Property::Place).filter(|_| own.unquoted().len() > 40);
    let suffix = format!("_not_null{}", place.map(|place| format!("_{place}")).unwrap_or_default());
    let mut checks = (1..).map(|number| match number {
        1 => suffixed(own, &suffix),
        _ => suffixed(own, &format!("{suffix}{number}")),
    });
    let check = checks.find(|check| !is_taken(check)).unwrap_or_else(|| own.clone());
    let add = format!("ALTER TABLE {name} ADD CONSTRAINT {check} CHECK ({own} IS NOT NULL) NOT VALID;\n");
    let validate = format!("ALTER TABLE {name} VALIDATE CONSTRAINT {check};\n");
    let finish = format!("{set}ALTER TABLE {name} DROP CONSTRAINT {check};\n");
    altered.steps.extend([
        Step::new(column, format!("{summary}, in new rows"), add),
        Step::new(column, format!("checks that {column} is nowhere null"), validate).later(),
        Step::new(column, summary, finish),
    ]);
}

/// Renames a sequence, so that another can have its name; returns its new name as well.
pub(crate) fn set_aside(sequence: &ObjectId) -> (String, String) {
    let Some(name) = sequence.qualified() else { return Default::default() };
    let other = suffixed(&name.name, "_before");
    let schema = name.schema.as_ref().map(|schema| format!("{schema}.")).unwrap_or_default();
    (format!("ALTER SEQUENCE {name} RENAME TO {other};\n"), format!("{schema}{other}"))
}

/// Lets a sequence, which is named as a literal or computed, go on where another is.
pub(crate) fn count_on(sequence: &str, before: &str) -> String {
    format!("SELECT pg_catalog.setval({sequence}, last_value, is_called) FROM {before};\n")
}

/// The sequence of an identity column, as an expression.
pub(crate) fn serial_sequence(part: &PartName) -> String {
    let (table, own) = (literal(&part.whole.to_string()), literal(&part.name.unquoted()));
    format!("pg_catalog.pg_get_serial_sequence({table}, {own})")
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Numbers that are given from now on come after those that are there.
fn continue_numbers(part: &PartName, default: Option<&str>) -> String {
    let (table, own) = (&part.whole, &part.name);
    let sequence = match default.and_then(|default| default.split('\'').nth(1)) {
        Some(sequence) => format!("'{sequence}'"),
        None => serial_sequence(part),
    };
    format!(
        "SELECT pg_catalog.setval({sequence}, pg_catalog.max({own})) FROM {table} \
         HAVING pg_catalog.max({own}) > 0;\n"
    )
}

/// Returns whether Postgres takes values of a type for another by itself.
pub(crate) fn casts_by_itself(before: &str, after: &str) -> bool {
    let family = |kind: &str| -> u8 {
        let base = kind.split(['(', ' ']).next().unwrap_or_default();
        match base {
            _ if kind.ends_with("[]") => 0,
            "smallint" | "integer" | "bigint" | "numeric" | "real" | "double" => 1,
            "text" | "character" => 2,
            "timestamp" | "date" => 3,
            "time" => 4,
            "json" | "jsonb" => 5,
            "bit" => 6,
            "inet" | "cidr" => 7,
            _ => 0,
        }
    };
    let base = |kind: &str| kind.split('(').next().unwrap_or_default().to_owned();
    family(after) == 2 && !before.ends_with("[]")
        || base(before) == base(after)
        || (family(before) != 0 && family(before) == family(after))
}

/// `SET (…)` and `RESET (…)` that lead from storage parameters to others.
pub(crate) fn options(before: Option<&str>, after: Option<&str>) -> Vec<String> {
    let split = |text: Option<&str>| -> Vec<(String, String)> {
        let items = text.unwrap_or_default().split(", ").filter(|item| !item.is_empty());
        items
            .map(|item| {
                let name = item.split('=').next().unwrap_or(item);
                (name.to_owned(), item.to_owned())
            })
            .collect()
    };
    let (before, after) = (split(before), split(after));
    let set: Vec<&str> =
        after.iter().filter(|item| !before.contains(item)).map(|(_, item)| item.as_str()).collect();
    let reset: Vec<&str> = before
        .iter()
        .filter(|(name, _)| !after.iter().any(|(other, _)| other == name))
        .map(|(name, _)| name.as_str())
        .collect();
    let mut statements = Vec::new();
    if !set.is_empty() {
        statements.push(format!("SET ({})", set.join(", ")));
    }
    if !reset.is_empty() {
        statements.push(format!("RESET ({})", reset.join(", ")));
    }
    statements
}

/// `OPTIONS (…)` of a foreign object whose options differ; none where none does.
pub(crate) fn foreign_options(changed: &Changed<'_>) -> Option<String> {
    let mut items = Vec::new();
    for (property, (before, after)) in changed {
        let name = match property {
            Property::Option(name) => name,
            // A secret is not written; that there is none can be.
            Property::SecretOption(name) if after.is_none() => name,
            _ => continue,
        };
        let name = format!("\"{}\"", name.replace('"', "\"\""));
        let literal = |value: &str| format!("'{}'", value.replace('\'', "''"));
        items.push(match (before, after) {
            (None, Some(value)) => format!("ADD {name} {}", literal(value)),
            (Some(_), Some(value)) => format!("SET {name} {}", literal(value)),
            _ => format!("DROP {name}"),
        });
    }
    (!items.is_empty()).then(|| format!("OPTIONS ({})", items.join(", ")))
}

/// Groups the properties that differ by object.
pub(crate) fn by_object<'d>(differences: &[&'d Difference]) -> BTreeMap<&'d ObjectId, Changed<'d>> {
    let mut changed: BTreeMap<&ObjectId, Changed<'d>> = BTreeMap::new();
    for difference in differences {
        if let Difference::Changed { object, property, before, after } = difference {
            changed.entry(object).or_default().insert(property, (before.as_deref(), after.as_deref()));
        }
    }
    changed
}
