//! Columns that are added, dropped or altered, of tables and foreign tables.

mod computed;
mod not_null;
mod numbers;
mod remade;
mod settings;

use std::collections::BTreeMap;

use model::{Difference, ObjectId, PartName, Property};

use crate::cast;
use crate::serial;
use crate::side::Side;
use crate::step::{Altered, Step};
use not_null::not_null;
use remade::own_settings;
use settings::keep_targets;

pub(crate) use computed::is_computed;
pub(crate) use numbers::{count_on, serial_sequence, set_aside};
pub(crate) use remade::{is_remade, remake};
pub(crate) use settings::{foreign_options, keep, options, settings};

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

/// The kind of a table in a statement that is to leave those alone that inherit from it.
fn kind_alone(to: &Side<'_>, table: &ObjectId) -> &'static str {
    let is_parent =
        || to.dependents(table).any(|other| matches!(other, ObjectId::Table(_) | ObjectId::ForeignTable(_)));
    match kind(table) {
        "TABLE" if is_parent() => "TABLE ONLY",
        kind => kind,
    }
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
pub(crate) fn add(sides: (&Side<'_>, &Side<'_>), table: &ObjectId, column: &ObjectId, altered: &mut Altered) {
    let step = added(sides, table, column, altered);
    altered.steps.extend(step);
}

/// Gives a new column that a parent brings what it has of its own.
pub(crate) fn add_brought(to: &Side<'_>, table: &ObjectId, column: &ObjectId, altered: &mut Altered) {
    altered.absorbed.extend(column.part().cloned().map(ObjectId::Default));
    altered.steps.extend(own_settings(to, table, column));
}

/// The step that adds a column, with all that it has; none where a parent brings it.
fn added(
    (from, to): (&Side<'_>, &Side<'_>),
    table: &ObjectId,
    column: &ObjectId,
    altered: &mut Altered,
) -> Option<Step> {
    let part = column.part()?;
    let columns = to.statements.columns(&part.whole);
    let column = columns.into_iter().map(|(other, _)| other).find(|other| *other == column)?;
    let mut line = to.statements.column(table, column, true)?;
    if let (Some(sequence), Some((plain, serial))) =
        (serial::sequence(from, to, part), serial::text(from, to, part))
    {
        line = line.replacen(&plain, &serial, 1);
        altered.absorbed.push(sequence.clone());
    }
    let mut sql = format!("ALTER {} {} ADD COLUMN {line};\n", kind(table), part.whole);
    for setting in to.statements.settings_of_column(column) {
        let kind = kind_alone(to, table);
        sql += &format!("ALTER {kind} {} ALTER COLUMN {} {setting};\n", part.whole, part.name);
    }
    if let Some(comment) = to.value(column, &Property::Comment) {
        sql += &to.statements.set_comment(column, Some(comment)).unwrap_or_default();
    }
    sql += &to.statements.grants_of_column(column, &to.defaults);
    altered.absorbed.push(ObjectId::Default(part.clone()));
    Some(Step::new(column, format!("adds {column}"), sql))
}

/// Drops a column once nothing needs it.
pub(crate) fn drop(
    sides: (&Side<'_>, &Side<'_>),
    table: &ObjectId,
    column: &ObjectId,
    altered: &mut Altered,
) {
    if let Some(step) = drop_step(sides, table, column) {
        altered.dropped.push(column.clone());
        altered.shrinks.push(step);
    }
}

/// The step that drops a column; none where its parent's goes.
fn drop_step((from, to): (&Side<'_>, &Side<'_>), table: &ObjectId, column: &ObjectId) -> Option<Step> {
    // A partition that is taken out of its parent keeps the columns that this has brought.
    let is_taken_out = [Property::PartitionOf, Property::Partition].iter().any(|property| {
        from.value(table, property).is_some() && from.value(table, property) != to.value(table, property)
    });
    let is_brought = from.value(column, &Property::Inherited).is_some() && !is_taken_out;
    let part = column.part().filter(|_| !is_brought)?;
    let sql = format!("ALTER {} {} DROP COLUMN {};\n", kind(table), part.whole, part.name);
    // The rows of a foreign table are elsewhere.
    let is_stored = !is_computed(from, column) && matches!(table, ObjectId::Table(_));
    let loses = if is_stored { vec![part.to_string()] } else { Vec::new() };
    Some(Step::new(column, format!("drops {column}"), sql).losing(loses))
}

/// Alters a column that is there both times.
pub(crate) fn alter(
    sides: (&Side<'_>, &Side<'_>),
    table: &ObjectId,
    column: &ObjectId,
    changed: &Changed<'_>,
    is_online: bool,
    altered: &mut Altered,
) {
    let Some(part) = column.part() else { return };
    if is_remade(sides, table, column) {
        remake(sides, table, column, altered);
        return;
    }
    let kept = Kept { from: sides.0, to: sides.1, table, column, part, changed };
    if kept.has(&Property::Generated) {
        kept.compute(altered);
    }
    let is_retyped = kept.has(&Property::Type) || kept.has(&Property::Collation);
    kept.drop_identity(altered);
    if is_retyped {
        kept.retype(altered);
    } else if kept.has(&Property::Default) {
        kept.set_default(altered);
    }
    let counted_before = kept.set_sequence_aside(altered);
    if kept.has(&Property::NotNull) {
        not_null(sides, part, column, kind(table), is_online, altered);
    }
    kept.number(counted_before.as_deref(), altered);
    settings(sides.1, table, column, changed, is_retyped, altered);
    if let Some(options) = foreign_options(changed) {
        let sql = kept.statement(&options);
        altered.steps.push(Step::new(column, format!("changes options of {column}"), sql));
    }
    if is_retyped {
        keep_targets(sides, column, altered);
    }
}

/// A column that is there before and after.
struct Kept<'o, 'a> {
    from: &'o Side<'a>,
    to: &'o Side<'a>,
    table: &'o ObjectId,
    column: &'o ObjectId,
    part: &'o PartName,
    changed: &'o Changed<'o>,
}

impl<'a> Kept<'_, 'a> {
    fn has(&self, property: &Property) -> bool {
        self.changed.contains_key(property)
    }

    fn before(&self, property: &Property) -> Option<&'a str> {
        self.from.value(self.column, property)
    }

    fn after(&self, property: &Property) -> Option<&'a str> {
        self.to.value(self.column, property)
    }

    /// The statement that alters the column, and leaves those alone that inherit it.
    fn statement_alone(&self, what: &str) -> String {
        let (kind, name, own) = (kind_alone(self.to, self.table), &self.part.whole, &self.part.name);
        format!("ALTER {kind} {name} ALTER COLUMN {own} {what};\n")
    }

    /// The statement that alters the column.
    fn statement(&self, what: &str) -> String {
        let (kind, name, own) = (kind(self.table), &self.part.whole, &self.part.name);
        format!("ALTER {kind} {name} ALTER COLUMN {own} {what};\n")
    }

    /// Returns whether it has values of its own, which a foreign table's has not.
    fn is_stored(&self) -> bool {
        matches!(self.table, ObjectId::Table(_))
    }

    fn compute(&self, altered: &mut Altered) {
        let column = self.column;
        if follows_parent((self.from, self.to), self.table, column) && self.is_computed_as_parents() {
            return;
        }
        match self.after(&Property::Generated) {
            Some(expression) => {
                let sql = self.statement(&format!("SET EXPRESSION AS ({expression})"));
                altered.steps.push(Step::new(column, format!("computes {column} anew"), sql));
            }
            None => {
                let summary = format!("computes {column} no more");
                // Before what it was computed of has another type.
                let sql = self.statement("DROP EXPRESSION");
                altered.first.insert(0, Step::new(column, summary, sql));
            }
        }
    }

    /// Returns whether it is computed as a parent's column is from now on, whose statement changes it as
    /// well.
    fn is_computed_as_parents(&self) -> bool {
        self.to.parents(self.table).filter_map(ObjectId::as_whole).any(|parent| {
            let column = ObjectId::Column(PartName::new(parent, &self.part.name));
            let of = |side: &Side<'a>| side.value(&column, &Property::Generated);
            of(self.from) != of(self.to) && of(self.to) == self.after(&Property::Generated)
        })
    }

    /// Its type changes and its default with it, since neither may fit the other's.
    fn retype(&self, altered: &mut Altered) {
        let (column, part, own) = (self.column, self.part, &self.part.name);
        let sides = (self.from, self.to);
        let before = self.before(&Property::Type);
        let now = self.after(&Property::Type).unwrap_or_default();
        let collation = self.after(&Property::Collation).map(|c| format!(" COLLATE {c}"));
        let using = match before {
            // A foreign table has no values to be cast.
            Some(before) if self.is_stored() && !cast::casts_by_itself(before, now) => {
                format!(" USING {}", cast::using(sides, &own.to_string(), before, now))
            }
            _ => String::new(),
        };
        let is_parent = kind_alone(self.to, self.table) != kind(self.table);
        let mut actions = Vec::new();
        if self.before(&Property::Default).is_some() && !self.is_numbered_by_parent() {
            actions.push(format!("ALTER COLUMN {own} DROP DEFAULT"));
        }
        if !follows_parent(sides, self.table, column) {
            let collation = collation.unwrap_or_default();
            actions.push(format!("ALTER COLUMN {own} TYPE {now}{collation}{using}"));
        }
        let default = self.after(&Property::Default).map(|default| format!("SET DEFAULT {default}"));
        if let Some(default) = default.as_ref().filter(|_| !is_parent) {
            actions.push(format!("ALTER COLUMN {own} {default}"));
        }
        let summary = format!("changes the type of {column} from {} to {now}", before.unwrap_or_default());
        let is_kept = before.is_none_or(|before| !self.is_stored() || cast::keeps_values(sides, before, now));
        let loses = if is_kept { Vec::new() } else { vec![part.to_string()] };
        if !actions.is_empty() {
            let mut sql = format!("ALTER {} {} {};\n", kind(self.table), part.whole, actions.join(", "));
            if let Some(default) = default.filter(|_| is_parent) {
                sql += &self.statement_alone(&default);
            }
            altered.steps.push(Step::new(column, summary, sql).losing(loses));
        }
        altered.retyped.push(column.clone());
        altered.absorbed.push(ObjectId::Default(part.clone()));
    }

    fn set_default(&self, altered: &mut Altered) {
        let column = self.column;
        altered.absorbed.push(ObjectId::Default(self.part.clone()));
        let mut step = |summary: String, sql: String| altered.steps.push(Step::new(column, summary, sql));
        let Some(value) = self.after(&Property::Default) else {
            // Its partitions' go with it before an identity comes, which numbers them as well.
            let sql = match self.after(&Property::Identity) {
                Some(_) if self.is_numbered_by_parent() => return,
                Some(_) => self.statement("DROP DEFAULT"),
                None => self.statement_alone("DROP DEFAULT"),
            };
            step(format!("drops the default of {column}"), sql);
            return;
        };
        let sql = self.statement_alone(&format!("SET DEFAULT {value}"));
        step(format!("changes the default of {column}"), sql);
        let was_numbered =
            [Property::Default, Property::Identity].iter().any(|how| self.before(how).is_some());
        if !was_numbered && value.starts_with("nextval(") {
            let sql = numbers::continue_numbers(self.part, Some(value));
            step(format!("continues the numbers of {column}"), sql);
        }
    }
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
