//! The new columns take the names of the old ones, and their indexes and keys with them.

use std::collections::BTreeSet;

use model::{Ident, ObjectId, PartName, Property, QualifiedName};

use super::{Retyped, renames};
use crate::names::{renamed_in, suffixed};
use crate::side::Side;
use crate::step::Step;
use crate::{Change, cast, column, make};

/// An index that is built under another name, and swapped.
pub(super) struct Index<'a> {
    object: &'a ObjectId,
    name: QualifiedName,
    meanwhile: Ident,
    /// Its definition on the new columns, under its name of meanwhile.
    definition: String,
    /// The key that it is of, and the foreign keys that lead to it.
    key: Option<(&'a PartName, Vec<&'a ObjectId>)>,
}

/// The indexes of the old columns, those of keys included.
pub(super) fn indexes<'a>(from: &Side<'a>, columns: &[Retyped<'_>]) -> Vec<Index<'a>> {
    let renames = renames(columns);
    let mut dependents: BTreeSet<&'a ObjectId> = BTreeSet::new();
    columns.iter().for_each(|column| dependents.extend(from.dependents_of_column(&column.object())));
    let index = |object: &'a ObjectId| {
        let definition = |object: &ObjectId| from.value(object, &Property::Definition);
        let (index, key) = match object {
            ObjectId::Index(_) => (object, None),
            ObjectId::Constraint(part) => {
                let is_key = definition(object)?.starts_with("PRIMARY KEY")
                    || definition(object)?.starts_with("UNIQUE");
                let index = from.statements.index_of(part).filter(|_| is_key)?;
                let is_foreign =
                    |other: &&ObjectId| definition(other).is_some_and(|text| text.starts_with("FOREIGN KEY"));
                (index, Some((part, from.dependents(object).filter(is_foreign).collect())))
            }
            _ => return None,
        };
        let name = index.qualified()?.clone();
        let table = from.catalog.whole(index)?;
        let meanwhile = suffixed(&name.name, "_new");
        let (head, rest) = definition(index)?.split_once(" USING ")?;
        let head = head.replacen(&format!(" INDEX {} ON ", name.name), &format!(" INDEX {meanwhile} ON "), 1);
        let rest = renamed_in(rest.trim_end_matches(';'), renames.get(&table)?);
        Some(Index { object, name, meanwhile, definition: format!("{head} USING {rest};\n"), key })
    };
    dependents.into_iter().filter_map(index).collect()
}

impl Index<'_> {
    /// Builds it beside writers.
    pub(super) fn build(&self) -> Change {
        let summary = format!("builds {} on the new columns, as {}", self.object, self.meanwhile);
        Step::new(self.object, summary, make::concurrently(&self.definition)).change
    }

    /// Drops the old one; and foreign keys that lead to it before that.
    fn drop(&self) -> String {
        match &self.key {
            None => format!("DROP INDEX {};\n", self.name),
            Some((key, foreign)) => {
                let parts = foreign.iter().filter_map(|other| other.part()).chain([*key]);
                parts
                    .map(|part| format!("ALTER TABLE {} DROP CONSTRAINT {};\n", part.whole, part.name))
                    .collect()
            }
        }
    }

    /// Lets it take its name, and be the key's again.
    fn take(&self, from: &Side<'_>) -> String {
        let Some((key, foreign)) = &self.key else {
            let schema = self.name.schema.as_ref().map(|schema| format!("{schema}.")).unwrap_or_default();
            return format!("ALTER INDEX {schema}{} RENAME TO {};\n", self.meanwhile, self.name.name);
        };
        let definition = |object: &ObjectId| from.value(object, &Property::Definition).unwrap_or_default();
        let of_key = definition(self.object);
        let kind = if of_key.starts_with("UNIQUE") { "UNIQUE" } else { "PRIMARY KEY" };
        let when = of_key.find(" DEFERRABLE").map_or("", |at| &of_key[at..]);
        let mut sql = format!(
            "ALTER TABLE {} ADD CONSTRAINT {} {kind} USING INDEX {}{when};\n",
            key.whole, key.name, self.meanwhile
        );
        // Rows are looked at in a later file.
        for (part, definition) in foreign.iter().filter_map(|other| Some((other.part()?, definition(other))))
        {
            let bare = definition.trim_end_matches(" NOT VALID");
            sql += &format!("ALTER TABLE {} ADD CONSTRAINT {} {bare} NOT VALID;\n", part.whole, part.name);
        }
        sql
    }
}

/// The swap, and what takes it back.
pub(super) fn both(
    sides: (&Side<'_>, &Side<'_>),
    columns: &[Retyped<'_>],
    indexes: &[Index<'_>],
) -> (Vec<Change>, Vec<Change>) {
    let mut swap = Vec::new();
    for column in columns {
        let (function, trigger) = column.in_step();
        let sql = format!("DROP TRIGGER {trigger} ON {};\nDROP FUNCTION {function}();\n", column.part.whole);
        swap.push(column.change(format!("keeps {} in step no more", column.new), sql));
    }
    let of_index = |index: &Index<'_>, what: &str, sql| {
        Step::new(index.object, format!("{what} {}", index.object), sql).change
    };
    swap.extend(indexes.iter().map(|index| of_index(index, "drops the old", index.drop())));
    swap.extend(columns.iter().map(|column| column.swap(sides)));
    swap.extend(indexes.iter().map(|index| of_index(index, "takes the new", index.take(sides.0))));
    (swap, columns.iter().map(|column| column.swap_back(sides)).collect())
}

impl Retyped<'_> {
    fn swap(&self, (from, to): (&Side<'_>, &Side<'_>)) -> Change {
        let (table, own, object) = (&self.part.whole, &self.part.name, self.object());
        let alter =
            |column: &Ident, what: &str| format!("ALTER TABLE {table} ALTER COLUMN {column} {what};\n");
        let has = |side: &Side<'_>, property: &Property| side.value(&object, property).is_some();
        let mut sql = format!(
            "ALTER TABLE {table} RENAME COLUMN {own} TO {};\n\
             ALTER TABLE {table} RENAME COLUMN {} TO {own};\n",
            self.old, self.new
        );
        if self.is_not_null {
            sql += &alter(own, "SET NOT NULL");
            sql += &format!("ALTER TABLE {table} DROP CONSTRAINT {};\n", self.check());
        }
        if has(from, &Property::Identity) && has(to, &Property::Identity) {
            sql += &self.hand_over(from, to, &self.old);
        } else if has(from, &Property::Identity) {
            sql += &alter(&self.old, "DROP IDENTITY");
        }
        if has(from, &Property::Default) {
            sql += &alter(&self.old, "DROP DEFAULT");
        }
        if let Some(default) = to.value(&object, &Property::Default) {
            sql += &alter(own, &format!("SET DEFAULT {default}"));
        }
        if has(from, &Property::NotNull) {
            sql += &alter(&self.old, "DROP NOT NULL");
        }
        let summary = format!("gives {} the name of {}, which becomes {}", self.new, self.part, self.old);
        let mut change = self.change(summary, sql);
        if !cast::keeps_values((from, to), self.before, self.now) {
            change.loses.push(self.part.to_string());
        }
        change
    }

    fn swap_back(&self, sides: (&Side<'_>, &Side<'_>)) -> Change {
        let (from, to) = sides;
        let (table, own, object) = (&self.part.whole, &self.part.name, self.object());
        let alter = |what: &str| format!("ALTER TABLE {table} ALTER COLUMN {own} {what};\n");
        let has = |side: &Side<'_>, property: &Property| side.value(&object, property).is_some();
        let new = &self.new;
        let value = self.value(sides, new.as_str(), true);
        let mut sql = format!(
            "ALTER TABLE {table} RENAME COLUMN {own} TO {new};\n\
             ALTER TABLE {table} RENAME COLUMN {} TO {own};\n\
             UPDATE {table} SET {own} = {value} WHERE {own} IS NULL AND {new} IS NOT NULL;\n",
            self.old
        );
        if has(from, &Property::NotNull) {
            sql += &alter("SET NOT NULL");
        }
        if has(from, &Property::Identity) && has(to, &Property::Identity) {
            sql += &self.hand_over(to, from, new);
        }
        if let Some(default) = from.value(&object, &Property::Default) {
            sql += &alter(&format!("SET DEFAULT {default}"));
        }
        self.change(format!("gives {} its name back", self.old), sql)
    }

    /// Numbers the column as another was numbered, which is no more; the numbers go on.
    fn hand_over(&self, before: &Side<'_>, after: &Side<'_>, other: &Ident) -> String {
        let (table, own) = (&self.part.whole, &self.part.name);
        let Some(sequence) = before.statements.identity_sequence(self.part) else { return String::new() };
        let when = after.value(&self.object(), &Property::Identity).unwrap_or_default().to_uppercase();
        let options = after.statements.identity_options(self.part);
        let (aside, set_aside) = column::set_aside((before, after), sequence);
        let access = after.statements.access_of_identity(self.part, &after.defaults);
        format!(
            "{aside}ALTER TABLE {table} ALTER COLUMN {own} ADD GENERATED {when} AS IDENTITY{options};\n\
             {access}{}ALTER TABLE {table} ALTER COLUMN {other} DROP IDENTITY;\n",
            column::count_on(&column::serial_sequence(self.part), &set_aside)
        )
    }
}
