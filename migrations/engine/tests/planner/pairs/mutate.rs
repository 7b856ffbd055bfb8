//! Changes of a schema: objects that come and go, and changes of each kind.

use super::generate;
use super::random::Random;
use super::schema::{Column, Family, Id, Kind, Object, Routine, Rule, Schema, Style, Table, Type, Value};

/// Changes a schema in one respect; not every try changes something.
pub fn mutate(schema: &mut Schema, random: &mut Random) {
    let Some(place) = (!schema.objects.is_empty()).then(|| random.below(schema.objects.len())) else {
        return generate::add(schema, random);
    };
    match random.number(100) {
        0..20 => generate::add(schema, random),
        20..32 => drop(schema.objects.remove(place)),
        32..38 => {
            let object = &mut schema.objects[place];
            object.comment = if object.comment.is_some() { None } else { Some(random.number(9)) };
        }
        38..43 => {
            let object = &mut schema.objects[place];
            object.is_granted = !object.is_granted;
        }
        43..46 => {
            let (stem, id) = ("n", generate::take(schema));
            schema.objects[place].name = generate::name(stem, id, random);
        }
        46..48 => move_elsewhere(schema, place, random),
        48..51 => take_name(schema, place, random),
        51..80 => change_some_table(schema, random),
        _ => change(schema, place, random),
    }
    schema.prune();
}

fn move_elsewhere(schema: &mut Schema, place: usize, random: &mut Random) {
    let all: Vec<Id> =
        schema.objects.iter().filter(|o| o.kind == Kind::Schema).map(|object| object.id).collect();
    let object = &schema.objects[place];
    let can_move = !matches!(object.kind, Kind::Schema) && (object.schema.is_some() || is_own(&object.kind));
    if can_move {
        schema.objects[place].schema = if random.chance(30) { None } else { random.pick(&all) };
    }
}

/// Returns whether objects of a kind have a schema of their own.
fn is_own(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Enum { .. }
            | Kind::Domain { .. }
            | Kind::Composite { .. }
            | Kind::Sequence { .. }
            | Kind::Routine(_)
            | Kind::Table(_)
            | Kind::View(_)
    )
}

/// Two objects swap their names, or one takes the name of one that goes.
fn take_name(schema: &mut Schema, place: usize, random: &mut Random) {
    let other = random.below(schema.objects.len());
    if other == place {
        return;
    }
    let names = (schema.objects[place].name.clone(), schema.objects[other].name.clone());
    schema.objects[place].name = names.1;
    if random.chance(50) {
        schema.objects[other].name = names.0;
    } else {
        schema.objects.remove(other);
    }
}

fn change_some_table(schema: &mut Schema, random: &mut Random) {
    let places: Vec<usize> =
        (0..schema.objects.len()).filter(|place| schema.objects[*place].table().is_some()).collect();
    if let Some(place) = random.pick(&places) {
        change(schema, place, random);
    }
}

fn change(schema: &mut Schema, place: usize, random: &mut Random) {
    let mut object = schema.objects[place].clone();
    change_object(schema, &mut object, random);
    schema.objects[place] = object;
}

fn change_object(schema: &mut Schema, object: &mut Object, random: &mut Random) {
    match &mut object.kind {
        Kind::Schema => {}
        Kind::Enum { labels } => match random.number(4) {
            0 => {
                let place = random.below(labels.len());
                labels[place] = format!("renamed {}", random.number(99));
            }
            1 if labels.len() > 1 => {
                let place = random.below(labels.len());
                labels.remove(place);
            }
            _ => {
                let place = random.below(labels.len() + 1);
                labels.insert(place, format!("new {}", random.number(999)));
            }
        },
        Kind::Domain { base, default, is_not_null, check } => match random.number(4) {
            0 => *default = if default.is_some() { None } else { Some(random.number(9)) },
            1 => *is_not_null = !*is_not_null,
            2 => *check = if random.chance(40) { None } else { Some(random.number(9)) },
            _ => *base = generate::relative(base, random),
        },
        Kind::Composite { attributes } => match random.number(4) {
            0 if attributes.len() > 1 => {
                let place = random.below(attributes.len());
                attributes.remove(place);
            }
            1 if !attributes.is_empty() => {
                let place = random.below(attributes.len());
                attributes[place].kind = generate::relative(&attributes[place].kind, random);
            }
            _ => attributes.push(generate::attribute(schema, random)),
        },
        Kind::Sequence { options, owner } => {
            if random.chance(70) {
                *options = generate::sequence_options(random);
            } else {
                *owner = None;
            }
        }
        Kind::Routine(routine) => change_routine(schema, routine, random),
        Kind::Aggregate { is_sum } => *is_sum = !*is_sum,
        Kind::Table(table) => change_table(schema, table, random),
        Kind::Partition { part, .. } => *part = Some(100 + random.number(30)),
        Kind::Constraint { table, rule } => {
            let table = *table;
            let columns = schema.object(table).map(Object::columns).unwrap_or_default();
            match rule {
                Rule::Foreign { when, .. } if random.chance(40) => *when = generate::foreign_time(random),
                Rule::Foreign { is_valid, .. } | Rule::Check { is_valid, .. } if random.chance(30) => {
                    *is_valid = !*is_valid;
                }
                _ => {
                    if let Some(other) = generate::rule(schema, table, &columns, random) {
                        *rule = other;
                    }
                }
            }
        }
        Kind::Index(index) => match random.number(4) {
            0 => index.is_unique = !index.is_unique && index.method == "btree",
            1 if index.method == "btree" => index.fill_factor = Some(50 + random.number(50)),
            _ => {
                let columns = schema.object(index.table).map(Object::columns).unwrap_or_default();
                if let Some(other) = generate::index_on(schema, index.table, &columns, random) {
                    *index = other;
                }
            }
        },
        Kind::View(view) => {
            let columns: Vec<Id> =
                view.sources.iter().filter_map(|id| schema.object(*id)).flat_map(Object::columns).collect();
            match random.number(7) {
                0 => view.condition = generate::condition(schema, &columns, true, random),
                1 => view.option = random.pick(&["security_invoker", "security_barrier"]),
                2 => view.is_grouped = !view.is_grouped,
                3 if view.columns.len() > 1 => {
                    let place = random.below(view.columns.len());
                    view.columns.remove(place);
                }
                4 => {
                    let place = random.below(view.columns.len());
                    view.columns[place].is_computed = !view.columns[place].is_computed;
                }
                _ => {
                    if let Some(column) = random.pick(&columns) {
                        let place = if random.chance(60) { view.columns.len() } else { 0 };
                        view.columns.insert(place, generate::output(schema, column, random));
                    }
                }
            }
        }
        Kind::Trigger(trigger) => match generate::trigger(schema, random) {
            Some(other) if random.chance(60) => {
                let table = trigger.table;
                if other.table == table {
                    *trigger = other;
                } else {
                    (trigger.time, trigger.function) = (other.time, other.function);
                }
            }
            _ => trigger.state = generate::trigger_state(random),
        },
        Kind::Policy(policy) => {
            let columns = schema.object(policy.table).map(Object::columns).unwrap_or_default();
            match random.number(4) {
                0 => policy.role = if policy.role == "PUBLIC" { "pg_monitor" } else { "PUBLIC" },
                1 => policy.is_restrictive = !policy.is_restrictive,
                2 if policy.command != "INSERT" => {
                    policy.using = generate::condition(schema, &columns, true, random);
                }
                _ if !matches!(policy.command, "SELECT" | "DELETE") => {
                    policy.check = match policy.check {
                        Some(_) if random.chance(40) => None,
                        _ => generate::condition(schema, &columns, true, random),
                    };
                }
                _ => {}
            }
        }
        Kind::Statistics { columns, target, .. } => {
            if random.chance(50) && columns.len() > 2 {
                columns.pop();
            } else {
                *target = random.chance(70).then(|| random.number(500));
            }
        }
        Kind::Rule { event, .. } => *event = if *event == "INSERT" { "DELETE" } else { "INSERT" },
        Kind::DefaultPrivileges { on } => *on = random.one(&["TABLES", "SEQUENCES", "FUNCTIONS"]),
        Kind::Publication { columns, operations, .. } => {
            if random.chance(50) {
                *operations = if *operations == "insert" { "insert, delete" } else { "insert" };
            } else {
                columns.pop();
            }
        }
    }
}

fn change_routine(schema: &mut Schema, routine: &mut Routine, random: &mut Random) {
    match random.number(7) {
        0 => routine.settings = generate::routine_settings(random),
        1 if !routine.is_of_numbers() => {
            routine.volatility = if routine.volatility == "STABLE" { "VOLATILE" } else { "STABLE" };
        }
        2 => routine.returns = generate::relative(&routine.returns, random),
        3 if !routine.is_trigger => {
            if let Some(first) = routine.arguments.first_mut() {
                first.name = format!("renamed_{}", random.number(99));
            }
        }
        4 if !routine.is_trigger && !routine.is_of_numbers() => {
            routine.arguments.push(generate::attribute(schema, random));
        }
        5 if !matches!(routine.style, Style::Atomic(_)) => {
            routine.style = if routine.style == Style::Sql { Style::Plpgsql } else { Style::Sql };
        }
        _ => routine.body = routine.body + 1 + random.number(9),
    }
}

fn change_table(schema: &mut Schema, table: &mut Table, random: &mut Random) {
    let is_partitioned = table.partitioned_by.is_some();
    match random.number(24) {
        0..5 => {
            let column = generate::column(schema, table, random);
            table.columns.push(column);
        }
        5..8 => {
            let can_go: Vec<Id> =
                table.columns.iter().map(|c| c.id).filter(|id| table.partitioned_by != Some(*id)).collect();
            if let Some(gone) = random.pick(&can_go) {
                table.columns.retain(|column| column.id != gone);
            }
        }
        8 if !is_partitioned => {
            table.fill_factor = if table.fill_factor.is_some() { None } else { Some(50 + random.number(50)) };
        }
        9 => table.has_security = !table.has_security,
        10 => table.is_forced = !table.is_forced,
        11 if !is_partitioned => table.is_unlogged = !table.is_unlogged,
        12 if !is_partitioned => table.has_full_identity = !table.has_full_identity,
        _ => {
            let can_change: Vec<usize> = (0..table.columns.len())
                .filter(|place| table.partitioned_by != Some(table.columns[*place].id))
                .collect();
            if let Some(place) = random.pick(&can_change) {
                let mut column = table.columns[place].clone();
                change_column(schema, table, &mut column, random);
                table.columns[place] = column;
            }
        }
    }
}

fn change_column(schema: &mut Schema, table: &Table, column: &mut Column, random: &mut Random) {
    match random.number(16) {
        0..3 => column.kind = generate::relative(&column.kind, random),
        3 => {
            // Nothing that hangs on the old column fits the new one.
            column.id = generate::take(schema);
            column.kind = generate::kind(schema, random);
            column.value = Value::None;
        }
        4..8 => column.value = generate::value(schema, table, &column.kind, random),
        8..11 => column.is_not_null = !column.is_not_null,
        11 => {
            let id = generate::take(schema);
            column.name = generate::name("c", id, random);
        }
        12 => column.comment = if column.comment.is_some() { None } else { Some(random.number(9)) },
        13 => column.is_granted = !column.is_granted,
        14 if column.kind.family() == Family::Text => column.has_collation = !column.has_collation,
        14 => column.distinct = random.chance(60).then(|| random.number(500)),
        _ => match random.number(3) {
            0 => column.statistics = random.chance(60).then(|| random.number(500)),
            1 => column.is_stored_apart = !column.is_stored_apart,
            _ => column.is_compressed = !column.is_compressed && column.kind != Type::Integer,
        },
    }
}
