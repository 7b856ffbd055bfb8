//! Tables and columns.

use super::{functions_of_numbers, kind, name, take};
use crate::pairs::random::Random;
use crate::pairs::schema::{Column, Family, Id, Kind, Object, Schema, Table, Type, Value};

pub fn table(schema: &mut Schema, random: &mut Random) -> Table {
    let mut table = Table {
        columns: Vec::new(),
        fill_factor: random.chance(10).then(|| 50 + random.number(50)),
        is_unlogged: random.chance(6),
        has_security: random.chance(15),
        is_forced: random.chance(6),
        has_full_identity: random.chance(5),
        partitioned_by: None,
    };
    for _ in 0..=random.below(6) {
        let column = column(schema, &table, random);
        table.columns.push(column);
    }
    if random.chance(12) {
        let id = take(schema);
        let kind = random.one(&[Type::Integer, Type::Date]);
        table.columns.push(Column { kind, ..plain_column(id) });
        table.partitioned_by = Some(id);
        table.fill_factor = None;
        table.is_unlogged = false;
        table.has_full_identity = false;
    }
    table
}

fn plain_column(id: Id) -> Column {
    Column {
        id,
        name: format!("c{id}"),
        kind: Type::Integer,
        is_not_null: false,
        value: Value::None,
        has_collation: false,
        comment: None,
        is_granted: false,
        statistics: None,
        is_stored_apart: false,
        is_compressed: false,
        distinct: None,
    }
}

pub fn column(schema: &mut Schema, table: &Table, random: &mut Random) -> Column {
    let id = take(schema);
    let kind = kind(schema, random);
    let reserved = random.one(&["order", "user", "Select", "id"]);
    let is_free = table.columns.iter().all(|column| column.name != reserved);
    Column {
        name: if is_free && random.chance(15) { reserved.into() } else { name("c", id, random) },
        value: value(schema, table, &kind, random),
        kind,
        is_not_null: random.chance(35),
        has_collation: random.chance(10),
        comment: random.chance(10).then(|| random.number(9)),
        is_granted: random.chance(8),
        statistics: random.chance(6).then(|| random.number(500)),
        is_stored_apart: random.chance(8),
        is_compressed: random.chance(4),
        distinct: random.chance(4).then(|| random.number(500)),
        ..plain_column(id)
    }
}

pub fn value(schema: &Schema, table: &Table, kind: &Type, random: &mut Random) -> Value {
    let whole = kind.family() == Family::Whole;
    match random.number(100) {
        0..25 => Value::Constant(random.number(9)),
        25..32 => Value::Call,
        32..38 if whole => random.pick(&functions_of_numbers(schema)).map_or(Value::None, Value::Function),
        38..46 if whole => Value::Serial,
        46..58 if whole => Value::Identity { is_always: random.chance(60), start: 1 + 9 * random.number(2) },
        58..64 if whole => {
            let is_sequence = |o: &&Object| matches!(o.kind, Kind::Sequence { .. });
            let all: Vec<Id> = schema.objects.iter().filter(is_sequence).map(|o| o.id).collect();
            random.pick(&all).map_or(Value::None, Value::Next)
        }
        64..72 => {
            let fits = |c: &&Column| c.kind == *kind && !c.is_computed() && !matches!(kind, Type::Own(_));
            let all: Vec<Id> = table.columns.iter().filter(fits).map(|column| column.id).collect();
            let by = 2 + random.number(8);
            random.pick(&all).map_or(Value::None, |from| Value::Computed { from, by })
        }
        _ => Value::None,
    }
}
