//! What stands beside a table or a view: indexes, triggers, rules, policies, and the states of them.

use super::order::Order;
use super::{Object, Writer};

/// The kinds of parts that follow their whole, in this order.
const AROUND: [&str; 6] = ["constraint", "index", "statistics", "rule", "trigger", "policy"];

impl<'a> Writer<'a> {
    /// What belongs to a table, a view or a type and can be written now.
    pub(super) fn around(&self, name: &str, order: &mut Order<'a>) -> String {
        let mut statements = Vec::new();
        for (sequence, column) in self.owned.get(name).into_iter().flatten() {
            statements.push(format!("ALTER SEQUENCE {sequence} OWNED BY {column}"));
        }
        for kind in AROUND {
            let parts = self.parts(kind, name).map(|(part, _)| part);
            let first: Vec<&Object> =
                parts.filter(|part| kind != "index" || !self.is_waiting_for_partitions(part)).collect();
            // What the table's own statement holds was taken there, and is done but for its settings.
            if kind == "constraint" {
                let inline = first.iter().filter(|part| !order.is_left(part));
                statements.extend(inline.flat_map(|part| self.settings_of_index(part)));
            }
            let taken = order.take_all(first.into_iter());
            statements.extend(taken.into_iter().flat_map(|part| self.deferred(part)));
            if kind == "index" {
                statements.extend(self.attachment(name));
            }
            if kind == "trigger" {
                statements.extend(self.row_security(name));
            }
        }
        let table = Object::new("table", name);
        if let Some(how @ ("full" | "nothing")) = self.value(&table, "replica identity") {
            statements.push(format!("ALTER TABLE ONLY {name} REPLICA IDENTITY {}", how.to_uppercase()));
        }
        for (column, _) in self.parts("column", name) {
            let is_of_view = self.catalog.contains(&Object::new("view", name));
            if let Some(value) = self.value(column, "default").filter(|_| is_of_view) {
                let own = column.split_part().map_or("", |(_, own)| own);
                statements.push(format!("ALTER VIEW {name} ALTER COLUMN {own} SET DEFAULT {value}"));
            }
        }
        statements.into_iter().map(|statement| statement + ";\n").collect()
    }

    /// An index of a partitioned table to which not every partition's is attached: made without them, in the end.
    fn is_waiting_for_partitions(&self, index: &Object) -> bool {
        self.value(index, "usable") == Some("no")
            && self.value(index, "definition").is_some_and(|definition| definition.contains(" ON ONLY "))
    }

    fn attachment(&self, name: &str) -> Option<String> {
        let find = |kind| Some(Object::new(kind, name)).filter(|object| self.catalog.contains(object));
        let table = find("table").or_else(|| find("foreign table"))?;
        let (bound, parent) = (self.value(&table, "partition")?, self.value(&table, "partition of")?);
        Some(format!("ALTER TABLE ONLY {parent} ATTACH PARTITION {name} {bound}"))
    }

    fn row_security(&self, name: &str) -> Vec<String> {
        let table = Object::new("table", name);
        let properties = [("row security", "ENABLE"), ("row security forced", "FORCE")];
        let set = properties.into_iter().filter(|(property, _)| self.value(&table, property).is_some());
        set.map(|(_, how)| format!("ALTER TABLE {name} {how} ROW LEVEL SECURITY")).collect()
    }

    /// The statements that make a part on its own.
    pub(super) fn deferred(&self, part: &Object) -> Vec<String> {
        let definition = || self.value(part, "definition").map(|text| text.trim_end_matches(';').to_owned());
        let mut statements: Vec<String> = match part.kind.as_str() {
            "default" => {
                let column = Object::new("column", &part.name);
                let (Some((table, own)), Some(value)) = (part.split_part(), self.value(&column, "default"))
                else {
                    return Vec::new();
                };
                // A view's own stand with it.
                if self.catalog.contains(&Object::new("view", table)) {
                    return Vec::new();
                }
                vec![format!("ALTER TABLE ONLY {table} ALTER COLUMN {own} SET DEFAULT {value}")]
            }
            // A parent's brings it.
            "constraint" if self.value(part, "inherited").is_some() => Vec::new(),
            "constraint" => {
                let (Some((table, own)), Some(definition)) = (part.split_part(), definition()) else {
                    return Vec::new();
                };
                vec![format!("ALTER TABLE {table} ADD CONSTRAINT {own} {definition}")]
            }
            "policy" => self.policy(part).into_iter().collect(),
            "trigger" if self.value(part, "inherited").is_some() => Vec::new(),
            _ => definition().into_iter().collect(),
        };
        match part.kind.as_str() {
            "trigger" | "rule" => statements.extend(self.state(part)),
            "index" | "constraint" => statements.extend(self.settings_of_index(part)),
            "statistics" => {
                let target = self.value(part, "target");
                statements.extend(
                    target.map(|target| format!("ALTER STATISTICS {} SET STATISTICS {target}", part.name)),
                );
            }
            _ => {}
        }
        if part.kind != "constraint" {
            statements.extend(self.comment(part).map(|comment| comment.trim_end_matches(";\n").to_owned()));
        }
        statements
    }

    fn policy(&self, policy: &Object) -> Option<String> {
        let (table, own) = policy.split_part()?;
        let (command, how) = self.value(policy, "command")?.split_once(' ')?;
        let how = if how == "restrictive" { " AS RESTRICTIVE" } else { "" };
        let command = if command == "ALL" { String::new() } else { format!(" FOR {command}") };
        let roles = self.value(policy, "roles")?;
        let part = |word, property| {
            self.value(policy, property)
                .map(|expression| format!(" {word} ({expression})"))
                .unwrap_or_default()
        };
        let (using, check) = (part("USING", "using"), part("WITH CHECK", "check"));
        Some(format!("CREATE POLICY {own} ON {table}{how}{command} TO {roles}{using}{check}"))
    }

    /// The state of a trigger or a rule where it is not the one that it is made with.
    fn state(&self, part: &Object) -> Option<String> {
        let (table, own) = part.split_part()?;
        let state = self.value(part, "state");
        // A partition's trigger begins with the state of its table's.
        let inherited = self.value(part, "inherited").and_then(|_| {
            let parent = self.value(&Object::new("table", table), "partition of")?;
            self.value(&Object::new("trigger", &format!("{parent}.{own}")), "state")
        });
        if state == inherited {
            return None;
        }
        let how = match state {
            Some("disabled") => "DISABLE",
            Some("replica") => "ENABLE REPLICA",
            Some("always") => "ENABLE ALWAYS",
            _ => "ENABLE",
        };
        Some(format!("ALTER TABLE ONLY {table} {how} {} {own}", part.kind.to_uppercase()))
    }

    /// What is set on an index, or on that of a constraint.
    fn settings_of_index(&self, part: &Object) -> Vec<String> {
        let index = match part.kind.as_str() {
            "index" => part.clone(),
            _ => {
                let Some((table, own)) = part.split_part() else { return Vec::new() };
                let Some((schema, _)) =
                    Object::new("table", table).split_part().map(|(s, t)| (s.to_owned(), t))
                else {
                    return Vec::new();
                };
                Object::new("index", &format!("{schema}.{own}"))
            }
        };
        let (Some(table), Some((_, own))) = (self.value(&index, "table"), index.split_part()) else {
            return Vec::new();
        };
        let targets = self.value(&index, "statistics").into_iter().flat_map(|targets| targets.split(", "));
        let mut statements: Vec<String> = targets
            .filter_map(|target| target.split_once(' '))
            .map(|(place, target)| {
                format!("ALTER INDEX {} ALTER COLUMN {place} SET STATISTICS {target}", index.name)
            })
            .collect();
        if self.value(&index, "clustered").is_some() {
            statements.push(format!("ALTER TABLE {table} CLUSTER ON {own}"));
        }
        if self.value(&index, "replica identity").is_some() {
            statements.push(format!("ALTER TABLE ONLY {table} REPLICA IDENTITY USING INDEX {own}"));
        }
        if part.kind == "constraint" {
            statements.extend(self.comment(&index).map(|comment| comment.trim_end_matches(";\n").to_owned()));
        }
        statements
    }
}
