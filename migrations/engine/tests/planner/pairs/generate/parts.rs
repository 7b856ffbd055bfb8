//! What belongs to a table: partitions, constraints, indexes, triggers, policies.

use super::{condition, functions_of_numbers, some_table};
use crate::pairs::random::Random;
use crate::pairs::schema::{Family, Id, Index, Kind, Object, Part, Policy, Rule, Schema, Trigger, Type};

pub fn partition(schema: &Schema, random: &mut Random) -> Option<Kind> {
    let is_partitioned = |o: &&Object| o.table().is_some_and(|table| table.partitioned_by.is_some());
    let all: Vec<Id> = schema.objects.iter().filter(is_partitioned).map(|object| object.id).collect();
    let of = random.pick(&all)?;
    let part = random.chance(80).then(|| random.number(30));
    let is_taken = schema.objects.iter().any(|object| object.kind == Kind::Partition { of, part });
    (!is_taken).then_some(Kind::Partition { of, part })
}

pub fn constraint(schema: &Schema, random: &mut Random) -> Option<Kind> {
    let (table, columns) = some_table(schema, random)?;
    Some(Kind::Constraint { table, rule: rule(schema, table, &columns, random)? })
}

/// The columns with the one that the table is partitioned by.
fn with_key_column(schema: &Schema, table: Id, mut columns: Vec<Id>) -> Vec<Id> {
    let by = schema.object(table).and_then(Object::table).and_then(|table| table.partitioned_by);
    columns.extend(by.filter(|by| !columns.contains(by)));
    columns
}

pub fn rule(schema: &Schema, table: Id, columns: &[Id], random: &mut Random) -> Option<Rule> {
    Some(match random.number(100) {
        0..25 => Rule::Primary {
            columns: with_key_column(schema, table, random.some(columns, 2)),
            is_deferrable: random.chance(8),
        },
        25..45 => {
            let keys = with_key_column(schema, table, random.some(columns, 2));
            let rest: Vec<Id> = columns.iter().copied().filter(|column| !keys.contains(column)).collect();
            let included = if random.chance(15) { random.some(&rest, 2) } else { Vec::new() };
            Rule::Unique { columns: keys, are_nulls_alike: random.chance(20), included }
        }
        45..65 => {
            let condition = condition(schema, columns, true, random)?;
            Rule::Check { condition, is_valid: random.chance(90) }
        }
        65..96 => return foreign(schema, columns, random),
        _ => Rule::Exclusion { column: random.pick(columns)? },
    })
}

/// A foreign key to a key over one column, or over as many as fit.
fn foreign(schema: &Schema, columns: &[Id], random: &mut Random) -> Option<Rule> {
    let mut found = Vec::new();
    for object in &schema.objects {
        let Kind::Constraint { rule, .. } = &object.kind else { continue };
        let (Rule::Primary { columns: keys, .. } | Rule::Unique { columns: keys, .. }) = rule else {
            continue;
        };
        let mut own: Vec<Id> = Vec::new();
        for key in keys {
            let fits = |c: &&Id| !own.contains(c) && schema.family(**c) == schema.family(*key);
            own.extend(columns.iter().find(fits).copied());
        }
        if own.len() == keys.len() {
            found.push((object.id, own));
        }
    }
    let (key, columns) = random.pick(&found)?;
    Some(Rule::Foreign {
        columns,
        key,
        on_delete: random.one(&["", "", " ON DELETE CASCADE", " ON UPDATE CASCADE"]),
        when: foreign_time(random),
        is_valid: random.chance(90),
    })
}

pub fn foreign_time(random: &mut Random) -> &'static str {
    random.one(&["", "", "", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"])
}

pub fn index(schema: &Schema, random: &mut Random) -> Option<Index> {
    let has_index =
        |o: &&Object| o.table().is_some() || matches!(&o.kind, Kind::View(view) if view.is_materialized);
    let all: Vec<&Object> = schema.objects.iter().filter(has_index).collect();
    let on = random.pick(&all)?;
    index_on(schema, on.id, &on.columns(), random)
}

pub fn index_on(schema: &Schema, table: Id, columns: &[Id], random: &mut Random) -> Option<Index> {
    let method = random.one(&["btree", "btree", "btree", "btree", "btree", "hash", "brin", "gin"]);
    let fits = |column: &&Id| match method {
        "gin" => schema.column(**column).is_some_and(|c| matches!(c.kind, Type::Jsonb | Type::Integers)),
        "btree" => true,
        _ => matches!(schema.family(**column), Some(Family::Whole | Family::Moment)),
    };
    let can: Vec<Id> = columns.iter().filter(fits).copied().collect();
    let chosen = random.some(&can, if method == "btree" { 3 } else { 1 });
    if chosen.is_empty() {
        return None;
    }
    let mut parts: Vec<Part> = Vec::new();
    for column in chosen {
        let is_whole = schema.family(column) == Some(Family::Whole);
        let calls = is_whole && method == "btree" && random.chance(10);
        parts.push(Part {
            column,
            is_expression: method == "btree" && random.chance(15),
            function: if calls { random.pick(&functions_of_numbers(schema)) } else { None },
            is_descending: random.chance(15),
        });
    }
    let is_unique = method == "btree" && random.chance(20);
    let rest: Vec<Id> =
        columns.iter().copied().filter(|id| parts.iter().all(|part| part.column != *id)).collect();
    let has_included = method == "btree" && random.chance(12);
    Some(Index {
        table,
        parts,
        method,
        is_unique,
        included: if has_included { random.some(&rest, 2) } else { Vec::new() },
        condition: if random.chance(25) { condition(schema, columns, true, random) } else { None },
        fill_factor: (method == "btree" && random.chance(10)).then(|| 50 + random.number(50)),
    })
}

pub fn trigger(schema: &Schema, random: &mut Random) -> Option<Trigger> {
    let is_one = |o: &&Object| matches!(&o.kind, Kind::Routine(routine) if routine.is_trigger);
    let all: Vec<Id> = schema.objects.iter().filter(is_one).map(|object| object.id).collect();
    let function = random.pick(&all)?;
    let (table, columns) = some_table(schema, random)?;
    let stored: Vec<Id> = columns
        .iter()
        .copied()
        .filter(|id| schema.table_column(*id).is_some_and(|column| !column.is_computed()))
        .collect();
    let is_constraint = random.chance(12);
    let is_for_rows = is_constraint || random.chance(70);
    let events = random.one(&["INSERT", "INSERT OR UPDATE", "DELETE", "UPDATE"]);
    let can_filter = is_for_rows && events != "DELETE" && random.chance(30);
    let of_columns = events.ends_with("UPDATE") && random.chance(30);
    Some(Trigger {
        table,
        function,
        time: if is_constraint { "AFTER" } else { random.one(&["BEFORE", "AFTER"]) },
        events,
        columns: if of_columns { random.some(&columns, 2) } else { Vec::new() },
        is_for_rows,
        condition: if can_filter { condition(schema, &stored, true, random) } else { None },
        is_constraint,
        state: trigger_state(random),
    })
}

pub fn trigger_state(random: &mut Random) -> &'static str {
    random.one(&["", "", "", "", "DISABLE", "ENABLE ALWAYS"])
}

pub fn policy(schema: &Schema, random: &mut Random) -> Option<Policy> {
    let (table, columns) = some_table(schema, random)?;
    let command = random.one(&["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"]);
    let mut some = |is_possible: bool| match is_possible && random.chance(75) {
        true => condition(schema, &columns, true, random),
        false => None,
    };
    let using = some(command != "INSERT");
    let check = some(!matches!(command, "SELECT" | "DELETE"));
    Some(Policy {
        table,
        command,
        is_restrictive: random.chance(20),
        role: random.one(&["PUBLIC", "PUBLIC", "pg_monitor"]),
        using,
        check,
    })
}

pub fn statistics(schema: &Schema, random: &mut Random) -> Option<Kind> {
    let (table, columns) = some_table(schema, random)?;
    let columns = random.some(&columns, 4);
    let target = random.chance(20).then(|| random.number(500));
    (columns.len() > 1).then_some(Kind::Statistics { table, columns, target })
}

pub fn publication(schema: &Schema, random: &mut Random) -> Option<Kind> {
    let (table, columns) = some_table(schema, random)?;
    let columns = if random.chance(30) { random.some(&columns, 3) } else { Vec::new() };
    let operations = random.one(&["insert", "insert, update, delete, truncate"]);
    Some(Kind::Publication { table, columns, operations })
}
