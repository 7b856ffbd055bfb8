//! New objects, and whole schemas of them.

mod parts;
mod tables;

use super::random::Random;
use super::schema::{
    Attribute, Condition, Family, Id, Kind, Object, Output, Routine, Schema, Style, Type, View,
};

use parts::{constraint, index, partition, publication, statistics};
pub use parts::{foreign_time, index_on, policy, rule, trigger, trigger_state};
use tables::table;
pub use tables::{column, value};

/// A schema of some objects.
pub fn schema(random: &mut Random) -> Schema {
    let mut schema = Schema { next: 1, ..Schema::default() };
    let count = 4 + random.below(22);
    for _ in 0..count {
        add(&mut schema, random);
    }
    schema
}

/// Adds an object; not every try leads to one.
pub fn add(schema: &mut Schema, random: &mut Random) {
    let stem_and_kind = match random.number(100) {
        0..4 => Some(("s", Kind::Schema)),
        4..9 => Some(("e", Kind::Enum { labels: labels(random) })),
        9..13 => Some(("d", domain(schema, random))),
        13..16 => Some(("c", composite(schema, random))),
        16..19 => Some(("q", sequence(schema, random))),
        19..27 => Some(("f", Kind::Routine(routine(schema, random)))),
        27..28 => Some(("a", Kind::Aggregate { is_sum: random.chance(50) })),
        28..50 => Some(("t", Kind::Table(table(schema, random)))),
        50..53 => partition(schema, random).map(|kind| ("m", kind)),
        53..66 => constraint(schema, random).map(|kind| ("k", kind)),
        66..77 => index(schema, random).map(|kind| ("i", Kind::Index(kind))),
        77..87 => view(schema, random).map(|kind| ("v", Kind::View(kind))),
        87..91 => trigger(schema, random).map(|kind| ("g", Kind::Trigger(kind))),
        91..95 => policy(schema, random).map(|kind| ("p", Kind::Policy(kind))),
        95..97 => statistics(schema, random).map(|kind| ("x", kind)),
        97..98 => some_table(schema, random)
            .map(|(table, _)| ("r", Kind::Rule { table, event: random.one(&["INSERT", "DELETE"]) })),
        98..99 => {
            Some(("z", Kind::DefaultPrivileges { on: random.one(&["TABLES", "SEQUENCES", "FUNCTIONS"]) }))
        }
        _ => publication(schema, random).map(|kind| ("b", kind)),
    };
    let Some((stem, kind)) = stem_and_kind else { return };
    let id = take(schema);
    let schemas: Vec<Id> =
        schema.objects.iter().filter(|o| o.kind == Kind::Schema).map(|object| object.id).collect();
    let is_in_schema = !matches!(
        kind,
        Kind::Schema
            | Kind::Constraint { .. }
            | Kind::Index(_)
            | Kind::Trigger(_)
            | Kind::Policy(_)
            | Kind::Rule { .. }
            | Kind::Publication { .. }
    );
    let own_schema = if is_in_schema && random.chance(35) { random.pick(&schemas) } else { None };
    schema.objects.push(Object {
        id,
        schema: own_schema,
        name: name(stem, id, random),
        comment: random.chance(15).then(|| random.number(9)),
        is_granted: random.chance(15),
        kind,
    });
    schema.prune();
}

pub fn take(schema: &mut Schema) -> Id {
    schema.next += 1;
    schema.next
}

pub fn name(stem: &str, id: Id, random: &mut Random) -> String {
    match random.number(20) {
        0 => format!("Mixed {stem}{id}"),
        1 => format!("{stem}'s \"{id}"),
        _ => format!("{stem}{id}"),
    }
}

fn labels(random: &mut Random) -> Vec<String> {
    random.some(&["sad", "ok", "it's", "Happy day", "a,b"].map(str::to_owned), 5)
}

pub fn kind(schema: &Schema, random: &mut Random) -> Type {
    let plain = [
        Type::Small,
        Type::Integer,
        Type::Integer,
        Type::Big,
        Type::Exact(8),
        Type::Numeric,
        Type::Double,
        Type::Text,
        Type::Text,
        Type::Varchar(40),
        Type::Date,
        Type::Timestamp,
        Type::Timestamptz,
        Type::Boolean,
        Type::Jsonb,
        Type::Uuid,
        Type::Bytea,
        Type::Integers,
        Type::Texts,
    ];
    let is_type =
        |o: &&Object| matches!(o.kind, Kind::Enum { .. } | Kind::Domain { .. } | Kind::Composite { .. });
    let own: Vec<Id> = schema.objects.iter().filter(is_type).map(|object| object.id).collect();
    match random.pick(&own) {
        Some(id) if random.chance(8) => Type::Owns(id),
        Some(id) if random.chance(25) => Type::Own(id),
        _ => random.one(&plain),
    }
}

/// Another type of the same family.
pub fn relative(kind: &Type, random: &mut Random) -> Type {
    match kind.family() {
        Family::Whole => random.one(&[Type::Small, Type::Integer, Type::Big]),
        Family::Number => random.one(&[Type::Exact(8), Type::Exact(12), Type::Numeric, Type::Double]),
        Family::Text => random.one(&[Type::Text, Type::Varchar(40), Type::Varchar(80)]),
        Family::Moment => random.one(&[Type::Date, Type::Timestamp, Type::Timestamptz]),
        Family::Array => random.one(&[Type::Integers, Type::Bigs, Type::Texts]),
        Family::Boolean | Family::Other | Family::Own(_) | Family::Owns(_) => kind.clone(),
    }
}

fn domain(schema: &Schema, random: &mut Random) -> Kind {
    let base = kind(schema, random);
    let has_default = random.chance(40) && !matches!(base, Type::Own(_));
    Kind::Domain {
        base,
        default: has_default.then(|| random.number(9)),
        is_not_null: random.chance(15),
        check: random.chance(50).then(|| random.number(9)),
    }
}

fn composite(schema: &mut Schema, random: &mut Random) -> Kind {
    let count = 1 + random.below(3);
    Kind::Composite { attributes: (0..count).map(|_| attribute(schema, random)).collect() }
}

pub fn attribute(schema: &mut Schema, random: &mut Random) -> Attribute {
    let id = take(schema);
    Attribute { id, name: format!("a{id}"), kind: kind(schema, random) }
}

fn sequence(schema: &Schema, random: &mut Random) -> Kind {
    let columns: Vec<Id> =
        schema.objects.iter().filter(|o| o.table().is_some()).flat_map(Object::columns).collect();
    let owner = if random.chance(30) { random.pick(&columns) } else { None };
    Kind::Sequence { options: sequence_options(random), owner }
}

pub fn sequence_options(random: &mut Random) -> String {
    random.one(&["", "", " AS integer", " INCREMENT BY 5 MAXVALUE 1000 CYCLE", " START 7", " CACHE 9"]).into()
}

pub fn routine(schema: &mut Schema, random: &mut Random) -> Routine {
    let is_trigger = random.chance(30);
    let is_procedure = !is_trigger && random.chance(15);
    let is_of_numbers = !is_trigger && !is_procedure && random.chance(60);
    let count = if is_of_numbers { 1 } else { random.below(3) };
    let mut arguments: Vec<Attribute> = (0..count).map(|_| attribute(schema, random)).collect();
    if is_trigger {
        arguments.clear();
    }
    if let (true, Some(first)) = (is_of_numbers, arguments.first_mut()) {
        first.kind = Type::Big;
    }
    let returns = if is_of_numbers { Type::Integer } else { kind(schema, random) };
    let style = match random.number(4) {
        0 => Style::Plpgsql,
        1 if !is_of_numbers => Style::Atomic(some_condition(schema, random)),
        _ => Style::Sql,
    };
    Routine {
        is_procedure,
        is_trigger,
        arguments,
        returns,
        body: random.number(9),
        style,
        volatility: if is_of_numbers { "IMMUTABLE" } else { random.one(&["VOLATILE", "STABLE"]) },
        settings: routine_settings(random),
    }
}

pub fn routine_settings(random: &mut Random) -> &'static str {
    random.one(&["", "", "", " SECURITY DEFINER", " SET search_path = pg_catalog"])
}

fn some_condition(schema: &Schema, random: &mut Random) -> Option<(Id, Condition)> {
    let (table, columns) = some_table(schema, random)?;
    let condition = condition(schema, &columns, false, random)?;
    Some((table, condition))
}

pub fn functions_of_numbers(schema: &Schema) -> Vec<Id> {
    let is_one = |o: &&Object| matches!(&o.kind, Kind::Routine(routine) if routine.is_of_numbers());
    schema.objects.iter().filter(is_one).map(|object| object.id).collect()
}

pub fn some_table(schema: &Schema, random: &mut Random) -> Option<(Id, Vec<Id>)> {
    let tables: Vec<&Object> = schema.objects.iter().filter(|object| object.table().is_some()).collect();
    random.pick(&tables).map(|object| (object.id, object.columns()))
}

/// A condition on one of some columns.
pub fn condition(schema: &Schema, columns: &[Id], can_call: bool, random: &mut Random) -> Option<Condition> {
    let column = random.pick(columns)?;
    let is_whole = schema.family(column) == Some(Family::Whole);
    let calls = can_call && is_whole && random.chance(40);
    let function = if calls { random.pick(&functions_of_numbers(schema)) } else { None };
    Some(Condition { column, number: random.number(9), function })
}

pub fn view(schema: &mut Schema, random: &mut Random) -> Option<View> {
    let is_source = |o: &&Object| o.table().is_some() || matches!(o.kind, Kind::View(_));
    let all: Vec<Id> = schema.objects.iter().filter(is_source).map(|object| object.id).collect();
    if all.is_empty() {
        return None;
    }
    let sources = random.some(&all, 2);
    let columns: Vec<Id> =
        sources.iter().filter_map(|id| schema.object(*id)).flat_map(Object::columns).collect();
    let is_materialized = random.chance(30);
    let chosen = random.some(&columns, 5);
    let mut outputs = Vec::new();
    for column in chosen {
        outputs.push(output(schema, column, random));
    }
    Some(View {
        is_materialized,
        condition: if random.chance(60) { condition(schema, &columns, true, random) } else { None },
        option: random.chance(30).then(|| random.one(&["security_invoker", "security_barrier"])),
        is_grouped: random.chance(15),
        sources,
        columns: outputs,
    })
}

pub fn output(schema: &mut Schema, column: Id, random: &mut Random) -> Output {
    let id = take(schema);
    let is_whole = schema.family(column) == Some(Family::Whole);
    let calls = is_whole && random.chance(15);
    let function = if calls { random.pick(&functions_of_numbers(schema)) } else { None };
    Output { id, name: name("o", id, random), column, is_computed: random.chance(20), function }
}
