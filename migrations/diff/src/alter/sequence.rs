//! Sequences: their numbers, their owners.

use model::{ObjectId, PartName, Property, literal};

use super::own::Own;
use super::relation::persistence;
use crate::column;
use crate::step::Step;

impl Own<'_, '_> {
    pub(super) fn sequence(&mut self) {
        let name = self.node.name();
        if let (Some(before), Some(now)) = self.values(&Property::Definition) {
            let options = sequence_options(before, now, "");
            if !options.is_empty() {
                let first = sequence_position(self.node, before, now);
                let sql = format!("{first}ALTER SEQUENCE {name} {options};\n");
                self.altered.steps.push(sequence_step(self.node, (before, now), sql));
            }
        }
        if self.has(&Property::Persistence) {
            let sql = |how: &str| format!("ALTER SEQUENCE {name} SET {how};\n");
            self.altered.steps.push(persistence(self.node, self.after(&Property::Persistence), sql));
        }
        if self.has(&Property::OwnedBy) {
            let node = self.node;
            let owned_by = |owner: &str| format!("ALTER SEQUENCE {name} OWNED BY {owner};\n");
            let owner = self.to.catalog.sequence_owner(self.node).map(|owner| owner.column);
            let is_there = |part: &&PartName| {
                let column = ObjectId::Column((*part).clone());
                let table = self.from.relation(&part.whole);
                let stays = |table| !column::is_remade((self.from, self.to), table, &column);
                self.from.catalog.contains(&column) && table.is_some_and(stays)
            };
            // It must not go with its former column, and the new one may not be there yet.
            self.sql.push(owned_by(
                &owner.as_ref().filter(is_there).map_or_else(|| "NONE".to_owned(), ToString::to_string),
            ));
            if let Some(column) = owner.filter(|column| !is_there(&column)) {
                let summary = format!("lets {column} own {node}");
                self.altered.attach = Some(Step::new(node, summary, owned_by(&column.to_string())));
            }
        }
        self.known.extend([Property::Definition, Property::Persistence, Property::OwnedBy]);
    }
}

/// A value in the definition of a sequence: `bigint start 1 increment 1 min 1 max 9 cache 1 cycle`.
fn value_of(definition: &str, word: &str) -> String {
    let mut words = definition.split(' ').skip_while(|other| *other != word);
    words.nth(1).map(str::to_owned).unwrap_or_default()
}

/// Returns whether the type of a sequence is as wide as before, or wider.
pub(super) fn is_wider(before: &str, after: &str) -> bool {
    let rank = |definition: &str| match definition.split(' ').next() {
        Some("smallint") => 0,
        Some("integer") => 1,
        _ => 2,
    };
    rank(before) <= rank(after)
}

/// The statement that moves a sequence to where it may stand, before its bounds are narrowed; empty where
/// they are not. Where the two ranges have no number in common, it starts again.
pub(super) fn sequence_position(sequence: &ObjectId, before: &str, after: &str) -> String {
    let number = |definition: &str, word: &str| value_of(definition, word).parse().unwrap_or(0_i64);
    let (min, max) = (number(after, "min"), number(after, "max"));
    let (least, most) = (min.max(number(before, "min")), max.min(number(before, "max")));
    if least > most || min <= number(before, "min") && max >= number(before, "max") {
        return String::new();
    }
    let start = number(after, "start").clamp(least, most);
    let quoted = literal(&sequence.name());
    format!(
        "SELECT pg_catalog.setval({quoted}, CASE WHEN is_called THEN least(greatest(last_value, {least}), \
         {most}) ELSE {start} END, is_called) FROM {} WHERE last_value NOT BETWEEN {least} AND {most};\n",
        sequence.name()
    )
}

/// The options of a sequence that differ.
pub(super) fn sequence_options(before: &str, after: &str, set: &str) -> String {
    let of = value_of;
    let mut options = Vec::new();
    let kind = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
    if set.is_empty() && kind(before) != kind(after) {
        options.push(format!("AS {}", kind(after)));
    }
    let numbers = [
        ("increment", "INCREMENT BY"),
        ("min", "MINVALUE"),
        ("max", "MAXVALUE"),
        ("start", "START WITH"),
        ("cache", "CACHE"),
    ];
    for (word, keyword) in numbers {
        if of(before, word) != of(after, word) {
            options.push(format!("{set}{keyword} {}", of(after, word)));
        }
    }
    let cycles = |text: &str| text.ends_with(" cycle");
    if cycles(before) != cycles(after) {
        options.push(format!("{set}{}", if cycles(after) { "CYCLE" } else { "NO CYCLE" }));
    }
    if starts_again(before, after) {
        options.push("RESTART".to_owned());
    }
    options.join(" ")
}

/// Returns whether a sequence starts again: no number that it can be at is one that it may be at.
fn starts_again(before: &str, after: &str) -> bool {
    let number = |text: &str, word: &str| value_of(text, word).parse::<i64>().unwrap_or_default();
    let is_beyond = |one: &str, other: &str| number(one, "max") < number(other, "min");
    is_beyond(before, after) || is_beyond(after, before)
}

/// The step that changes a sequence. What it has counted is lost where it starts again.
pub(super) fn sequence_step(sequence: &ObjectId, (before, after): (&str, &str), sql: String) -> Step {
    let loses = if starts_again(before, after) { vec![format!("{}.*", sequence.name())] } else { Vec::new() };
    Step::new(sequence, format!("changes {sequence}"), sql).losing(loses)
}
