//! Changes of type that would write a table anew while nobody can read it, done beside those who use it: a
//! new column is kept in step by a trigger, filled in batches, and takes the old one's name.

mod swap;

use std::collections::BTreeMap;

use model::{Catalog, Ident, ObjectId, PartName, Property, QualifiedName, dollar_quoted, literal};

use crate::names::suffixed;
use crate::side::Side;
use crate::step::Step;
use crate::{Change, PlannedFile, Unplanned, cast};

/// Pages of a table that one batch fills.
const PAGES: u32 = 200;

/// The way around changes of type that rewrite tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expansion {
    /// Files that go ahead: the new columns with their triggers; what fills them, and their indexes.
    pub ahead: Vec<PlannedFile>,
    /// What gives the new columns the names of the old ones, in one transaction.
    pub swap: Vec<Change>,
    /// What takes the swap back, the old columns' values included. The rest of its undo is planned.
    pub back: Vec<Change>,
    /// The old columns as they are called after the swap. They are dropped at the end.
    pub old: Vec<ObjectId>,
    /// Columns whose table is written anew all the same, and why.
    pub left: Vec<Unplanned>,
}

/// A column on its way.
struct Retyped<'a> {
    part: &'a PartName,
    /// What the column is called while it is filled, and what the old one is called afterwards.
    new: Ident,
    old: Ident,
    before: &'a str,
    now: &'a str,
    is_not_null: bool,
}

/// Plans the way around all changes of type that rewrite an ordinary table.
#[must_use]
pub fn expand<'a>(from: &'a Catalog, to: &'a Catalog) -> Expansion {
    let (before, after) = Side::pair(from, to);
    let sides = (&before, &after);
    let mut expansion = Expansion::default();
    let mut columns = Vec::new();
    for (object, _) in to.iter() {
        let ObjectId::Column(part) = object else { continue };
        let of = |side: &'a Catalog| side.value(object, &Property::Type);
        let (Some(before), Some(now)) = (of(from), of(to)) else { continue };
        let Some(ObjectId::Table(_)) = sides.0.relation(&part.whole) else { continue };
        if before == now || !cast::rewrites(sides, before, now) || !cast::leads(sides, before, now) {
            continue;
        }
        match obstacle(sides, object, part) {
            Some(reason) => {
                expansion.left.push(Unplanned { object: object.clone(), reason: reason.to_owned() });
            }
            None => columns.push(Retyped {
                part,
                new: suffixed(&part.name, "_new"),
                old: suffixed(&part.name, "_old"),
                before,
                now,
                is_not_null: [from, to].iter().all(|side| side.value(object, &Property::NotNull).is_some()),
            }),
        }
    }
    if columns.is_empty() {
        return expansion;
    }
    let indexes = swap::indexes(sides.0, &columns);
    let (mut begin, mut fill) = (Vec::new(), Vec::new());
    for column in &columns {
        begin.push(column.add(sides));
        fill.push(column.fill(sides));
    }
    fill.extend(indexes.iter().map(swap::Index::build));
    fill.extend(columns.iter().filter(|column| column.is_not_null).map(Retyped::validate));
    let file = |in_transaction, changes| PlannedFile { in_transaction, changes };
    expansion.ahead = vec![file(true, begin), file(false, fill)];
    (expansion.swap, expansion.back) = swap::both(sides, &columns, &indexes);
    expansion.old = columns.iter().map(|column| ObjectId::Column(column.named(&column.old))).collect();
    expansion
}

/// Why a column's table has to be written anew all the same.
fn obstacle(sides: (&Side<'_>, &Side<'_>), column: &ObjectId, part: &PartName) -> Option<&'static str> {
    let (from, to) = sides;
    let table = from.relation(&part.whole)?;
    let of_table = |property: &Property| [from, to].iter().any(|side| side.value(table, property).is_some());
    let of_column =
        |property: &Property| [from, to].iter().any(|side| side.value(column, property).is_some());
    let is_there = |suffix: &str| {
        let other = ObjectId::Column(PartName::new(&part.whole, &suffixed(&part.name, suffix)));
        [from, to].iter().any(|side| side.catalog.contains(&other))
    };
    let dependents = || from.dependents_of_column(column);
    if of_table(&Property::PartitionedBy) || of_table(&Property::PartitionOf) {
        return Some("its table is partitioned, or a partition");
    }
    if of_table(&Property::Inherits) || from.children(&part.whole).next().is_some() {
        return Some("its table inherits columns, or others inherit its own");
    }
    if of_table(&Property::OfType) {
        return Some("its table is of a type");
    }
    if of_column(&Property::Generated) || of_column(&Property::Virtual) {
        return Some("it is computed");
    }
    let mut columns = from.statements.columns(&part.whole).into_iter();
    if columns.any(|(other, _)| from.catalog.dependencies(other).any(|needed| needed == column)) {
        return Some("another column is computed of it");
    }
    let is_exclusion = |object: &ObjectId| {
        let definition = from.value(object, &Property::Definition).unwrap_or_default();
        matches!(object, ObjectId::Constraint(_)) && definition.starts_with("EXCLUDE")
    };
    if dependents().any(is_exclusion) {
        return Some("an exclusion constraint is on it");
    }
    ["_new", "_old"].iter().any(|suffix| is_there(suffix)).then_some(
        "its table has a column with the name that it would have meanwhile, which ends with _new or _old",
    )
}

impl Retyped<'_> {
    fn named(&self, name: &Ident) -> PartName {
        PartName::new(&self.part.whole, name)
    }

    fn object(&self) -> ObjectId {
        ObjectId::Column(self.part.clone())
    }

    fn change(&self, summary: String, sql: String) -> Change {
        Step::new(&self.object(), summary, sql).change
    }

    /// The function and the trigger; Postgres runs triggers by name, and this one should be the last.
    fn in_step(&self) -> (QualifiedName, Ident) {
        let stem = format!("{}_{}", self.part.whole.name.unquoted(), self.part.name.unquoted());
        let name = suffixed(&Ident::new(&format!("\"zz_{}\"", stem.replace('"', "\"\""))), "_in_step");
        let mut function = self.part.whole.clone();
        function.name = name.clone();
        (function, name)
    }

    /// The value of one type as the other has it. Postgres assigns where it can, which fails where a cast
    /// would cut off.
    fn value(&self, sides: (&Side<'_>, &Side<'_>), own: &str, is_back: bool) -> String {
        let (sides, before, after) = match is_back {
            false => (sides, self.before, self.now),
            true => ((sides.1, sides.0), self.now, self.before),
        };
        match cast::casts_by_itself(before, after) {
            true => own.to_owned(),
            false => cast::using(sides, own, before, after),
        }
    }

    /// Adds the new column, and what keeps it in step.
    fn add(&self, sides: (&Side<'_>, &Side<'_>)) -> Change {
        let (table, own, new) = (&self.part.whole, &self.part.name, &self.new);
        let (function, trigger) = self.in_step();
        let collation = sides.1.value(&self.object(), &Property::Collation);
        let collation = collation.map(|collation| format!(" COLLATE {collation}")).unwrap_or_default();
        let value = self.value(sides, &format!("new.{own}"), false);
        let body = dollar_quoted(&format!("\nBEGIN\n    new.{new} := {value};\n    RETURN new;\nEND "));
        let mut sql = format!(
            "ALTER TABLE {table} ADD COLUMN {new} {}{collation};\n\
             CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql\n\
             SET search_path = pg_catalog AS {body};\n\
             CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {table}\n\
             FOR EACH ROW EXECUTE FUNCTION {function}();\n",
            self.now
        );
        if self.is_not_null {
            let check = self.check();
            sql +=
                &format!("ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({new} IS NOT NULL) NOT VALID;\n");
        }
        let summary = format!(
            "adds {new} beside {}, of type {}, and a trigger that keeps it in step",
            self.part, self.now
        );
        self.change(summary, sql)
    }

    /// The check that spares SET NOT NULL its scan.
    fn check(&self) -> Ident {
        suffixed(&self.new, "_not_null")
    }

    fn validate(&self) -> Change {
        let sql = format!("ALTER TABLE {} VALIDATE CONSTRAINT {};\n", self.part.whole, self.check());
        self.change(format!("checks that {} is nowhere null", self.new), sql)
    }

    /// Fills the new column, some pages at a time. What a trigger sets is in step already; a run that was
    /// interrupted passes over what it has filled.
    fn fill(&self, sides: (&Side<'_>, &Side<'_>)) -> Change {
        let (table, own, new) = (&self.part.whole, &self.part.name, &self.new);
        let quoted = literal(&table.to_string());
        let value = self.value(sides, own.as_str(), false);
        let body = format!(
            "\n#variable_conflict use_column\n<<batch>>\nDECLARE\n    \
             pages CONSTANT bigint := {PAGES};\n    page bigint := 0;\n    \
             last CONSTANT bigint :=\n        \
             pg_relation_size({quoted}) / current_setting('block_size')::bigint;\n    \
             begins tid;\n    ends tid;\n\
             BEGIN\n    WHILE batch.page <= batch.last LOOP\n        \
             begins := format('(%s,0)', page);\n        ends := format('(%s,0)', page + pages);\n        \
             UPDATE {table} AS own SET {new} = {value}\n        \
             WHERE own.ctid >= batch.begins AND own.ctid < batch.ends\n            \
             AND {new} IS NULL AND {own} IS NOT NULL;\n        \
             COMMIT;\n        page := page + pages;\n    END LOOP;\nEND "
        );
        let sql = format!("DO {};\n", dollar_quoted(&body));
        self.change(format!("fills {new} in batches of {PAGES} pages, each of which commits"), sql)
    }
}

/// The columns of each table, with what they are called meanwhile.
fn renames<'r>(columns: &'r [Retyped<'_>]) -> BTreeMap<&'r QualifiedName, Vec<(&'r Ident, &'r Ident)>> {
    let mut renames: BTreeMap<&QualifiedName, Vec<(&Ident, &Ident)>> = BTreeMap::new();
    for column in columns {
        renames.entry(&column.part.whole).or_default().push((&column.part.name, &column.new));
    }
    renames
}
