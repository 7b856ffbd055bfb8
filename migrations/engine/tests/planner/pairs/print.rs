//! A schema as SQL.

mod relations;

use std::collections::BTreeSet;

use super::schema::{Attribute, Condition, Family, Id, Kind, Object, Routine, Schema, Style, Type};

/// Words that are no names without quotes.
const RESERVED: [&str; 4] = ["order", "user", "select", "table"];

pub fn quote(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    match name.chars().all(is_plain) && !RESERVED.contains(&name) {
        true => name.to_owned(),
        false => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl Schema {
    /// Statements that make the schema in an empty database.
    pub fn sql(&self) -> String {
        let mut all = String::new();
        let mut done = BTreeSet::new();
        for object in &self.objects {
            self.add(object, &mut done, &mut all);
        }
        for object in &self.objects {
            match &object.kind {
                Kind::Sequence { owner: Some(owner), .. } => {
                    let owner = self.qualified_column(*owner);
                    all += &format!("ALTER SEQUENCE {} OWNED BY {owner};\n", self.name(object.id));
                }
                Kind::DefaultPrivileges { on } => {
                    let schema = object.schema.map(|schema| format!("IN SCHEMA {} ", self.name(schema)));
                    let right = if *on == "FUNCTIONS" { "EXECUTE" } else { "SELECT" };
                    all += &format!(
                        "ALTER DEFAULT PRIVILEGES {}GRANT {right} ON {on} TO pg_monitor;\n",
                        schema.unwrap_or_default()
                    );
                }
                _ => {}
            }
        }
        all
    }

    fn add(&self, object: &Object, done: &mut BTreeSet<Id>, all: &mut String) {
        if !done.insert(object.id) {
            return;
        }
        for id in object.needs() {
            let needed = self.object(id).or_else(|| self.column(id).map(|column| column.owner));
            if let Some(needed) = needed {
                self.add(needed, done, all);
            }
        }
        *all += &self.object_sql(object);
        if let Some(reference) = self.reference(object) {
            if let Some(comment) = object.comment {
                *all += &format!("COMMENT ON {reference} IS 'It''s {comment}';\n");
            }
            if object.is_granted
                && let Some(right) = right(object)
            {
                let reference = reference.strip_prefix("VIEW ").unwrap_or(&reference);
                let reference = reference.strip_prefix("MATERIALIZED VIEW ").unwrap_or(reference);
                let reference = reference.replacen("AGGREGATE", "FUNCTION", 1);
                *all += &format!("GRANT {right} ON {reference} TO pg_monitor;\n");
            }
        }
    }

    pub fn name(&self, id: Id) -> String {
        let Some(object) = self.object(id) else { return format!("missing{id}") };
        let is_whole_name = matches!(
            object.kind,
            Kind::Schema
                | Kind::Constraint { .. }
                | Kind::Trigger(_)
                | Kind::Policy(_)
                | Kind::Rule { .. }
                | Kind::Publication { .. }
        );
        match object.schema {
            _ if is_whole_name => quote(&object.name),
            Some(schema) => format!("{}.{}", self.name(schema), quote(&object.name)),
            None => format!("public.{}", quote(&object.name)),
        }
    }

    fn own(&self, column: Id) -> String {
        self.column(column).map_or_else(|| format!("missing{column}"), |found| quote(found.name))
    }

    fn list(&self, columns: &[Id]) -> String {
        columns.iter().map(|column| self.own(*column)).collect::<Vec<_>>().join(", ")
    }

    fn qualified_column(&self, column: Id) -> String {
        let owner = self.column(column).map(|found| self.name(found.owner.id));
        format!("{}.{}", owner.unwrap_or_default(), self.own(column))
    }

    /// The object as COMMENT names it.
    fn reference(&self, object: &Object) -> Option<String> {
        let name = self.name(object.id);
        let on = |kind: &str, table: Id| Some(format!("{kind} {name} ON {}", self.name(table)));
        let kind = match &object.kind {
            Kind::Schema => "SCHEMA",
            Kind::Enum { .. } | Kind::Composite { .. } => "TYPE",
            Kind::Domain { .. } => "DOMAIN",
            Kind::Sequence { .. } => "SEQUENCE",
            Kind::Routine(routine) => {
                let kind = if routine.is_procedure { "PROCEDURE" } else { "FUNCTION" };
                let types: Vec<String> = routine.arguments.iter().map(|a| self.kind(&a.kind)).collect();
                return Some(format!("{kind} {name}({})", types.join(", ")));
            }
            Kind::Aggregate { .. } => return Some(format!("AGGREGATE {name}(integer)")),
            Kind::Table(_) | Kind::Partition { .. } => "TABLE",
            Kind::Constraint { table, .. } => return on("CONSTRAINT", *table),
            Kind::Index(_) => "INDEX",
            Kind::View(view) if view.is_materialized => "MATERIALIZED VIEW",
            Kind::View(_) => "VIEW",
            Kind::Trigger(trigger) => return on("TRIGGER", trigger.table),
            Kind::Policy(policy) => return on("POLICY", policy.table),
            Kind::Statistics { .. } => "STATISTICS",
            Kind::Rule { table, .. } => return on("RULE", *table),
            Kind::DefaultPrivileges { .. } => return None,
            Kind::Publication { .. } => "PUBLICATION",
        };
        Some(format!("{kind} {name}"))
    }

    pub fn kind(&self, kind: &Type) -> String {
        match kind {
            Type::Small => "smallint".into(),
            Type::Integer => "integer".into(),
            Type::Big => "bigint".into(),
            Type::Exact(digits) => format!("numeric({digits},2)"),
            Type::Numeric => "numeric".into(),
            Type::Double => "double precision".into(),
            Type::Text => "text".into(),
            Type::Varchar(length) => format!("varchar({length})"),
            Type::Date => "date".into(),
            Type::Timestamp => "timestamp".into(),
            Type::Timestamptz => "timestamptz".into(),
            Type::Boolean => "boolean".into(),
            Type::Jsonb => "jsonb".into(),
            Type::Uuid => "uuid".into(),
            Type::Bytea => "bytea".into(),
            Type::Integers => "integer[]".into(),
            Type::Bigs => "bigint[]".into(),
            Type::Texts => "text[]".into(),
            Type::Own(id) => self.name(*id),
            Type::Owns(id) => format!("{}[]", self.name(*id)),
        }
    }

    /// A constant of a type.
    pub fn constant(&self, kind: &Type, number: u32) -> String {
        match kind.family() {
            Family::Whole | Family::Number => number.to_string(),
            Family::Text => format!("'word {number}'"),
            Family::Moment => format!("'2020-01-{:02}'", 1 + number % 28),
            Family::Boolean => number.is_multiple_of(2).to_string(),
            Family::Array | Family::Owns(_) => "'{}'".into(),
            Family::Other => match kind {
                Type::Jsonb => format!("'{{\"a\": {number}}}'"),
                Type::Uuid => format!("'00000000-0000-7000-8000-{number:012}'"),
                _ => format!("'\\x{:02}'", number % 100),
            },
            Family::Own(id) => match self.object(id).map(|object| &object.kind) {
                Some(Kind::Enum { labels }) => {
                    let place = usize::try_from(number).unwrap() % labels.len();
                    format!("{}::{}", literal(&labels[place]), self.name(id))
                }
                Some(Kind::Domain { base, .. }) => self.constant(base, number),
                _ => "NULL".into(),
            },
        }
    }

    /// A condition; `before` goes ahead of the column's name.
    fn condition(&self, condition: &Condition, before: &str) -> String {
        let own = format!("{before}{}", self.own(condition.column));
        let number = condition.number;
        let Some(found) = self.column(condition.column) else { return own };
        if let Some(function) = condition.function {
            return format!("{}({own}) > {number}", self.name(function));
        }
        match found.kind.family() {
            Family::Whole if number.is_multiple_of(4) => format!("{own} IN ({number}, {})", number + 1),
            Family::Whole | Family::Number => format!("{own} > {number}"),
            Family::Text if number.is_multiple_of(3) => format!("{own} IN ('a', 'b{number}')"),
            Family::Text => format!("length({own}) > {number}"),
            Family::Moment => format!("{own} > {}", self.constant(found.kind, number)),
            Family::Boolean => own,
            Family::Own(id) if matches!(self.object(id).map(|o| &o.kind), Some(Kind::Enum { .. })) => {
                format!("{own} <> {}", self.constant(found.kind, number))
            }
            _ => format!("{own} IS NOT NULL"),
        }
    }

    fn object_sql(&self, object: &Object) -> String {
        let name = self.name(object.id);
        let on = |conditions: &Option<Condition>, word: &str, before: &str, end: &str| match conditions {
            Some(condition) => format!(" {word} ({}){end}", self.condition(condition, before)),
            None => String::new(),
        };
        match &object.kind {
            Kind::Schema => format!("CREATE SCHEMA {name};\n"),
            Kind::Enum { labels } => {
                let labels: Vec<String> = labels.iter().map(|label| literal(label)).collect();
                format!("CREATE TYPE {name} AS ENUM ({});\n", labels.join(", "))
            }
            Kind::Domain { base, default, is_not_null, check } => {
                let default = default.map(|number| format!(" DEFAULT {}", self.constant(base, number)));
                let not_null = if *is_not_null { " NOT NULL" } else { "" };
                let check = check.map(|number| {
                    let rule = if matches!(base.family(), Family::Whole) {
                        format!("value > {number}")
                    } else {
                        format!("length(value::text) < {}", number + 100)
                    };
                    format!(" CONSTRAINT {} CHECK ({rule})", quote(&format!("{}_check", object.name)))
                });
                let (default, check) = (default.unwrap_or_default(), check.unwrap_or_default());
                format!("CREATE DOMAIN {name} AS {}{default}{not_null}{check};\n", self.kind(base))
            }
            Kind::Composite { attributes } => {
                format!("CREATE TYPE {name} AS ({});\n", self.attributes(attributes))
            }
            Kind::Sequence { options, owner } => {
                // An unlogged table makes the sequences so that its columns own.
                let owner = owner.and_then(|owner| self.column(owner)).map(|found| &found.owner.kind);
                let is_unlogged = matches!(owner, Some(Kind::Table(table)) if table.is_unlogged);
                let unlogged = if is_unlogged { "UNLOGGED " } else { "" };
                format!("CREATE {unlogged}SEQUENCE {name}{options};\n")
            }
            Kind::Routine(routine) => self.routine(&name, routine),
            Kind::Aggregate { is_sum } => {
                let function = if *is_sum { "int4pl" } else { "int4larger" };
                format!("CREATE AGGREGATE {name}(integer) (SFUNC = {function}, STYPE = integer);\n")
            }
            Kind::Table(table) => self.table(&name, table),
            Kind::Partition { of, part } => {
                let bounds = part.map_or_else(|| "DEFAULT".to_owned(), |part| self.bounds(*of, part));
                format!("CREATE TABLE {name} PARTITION OF {} {bounds};\n", self.name(*of))
            }
            Kind::Constraint { table, rule } => {
                format!(
                    "ALTER TABLE {} ADD CONSTRAINT {name} {};\n",
                    self.name(*table),
                    self.rule(*table, rule)
                )
            }
            Kind::Index(index) => self.index(&object.name, index),
            Kind::View(view) => self.view(&name, view),
            Kind::Trigger(trigger) => {
                let columns = match trigger.columns.is_empty() {
                    false => format!(" OF {}", self.list(&trigger.columns)),
                    true => String::new(),
                };
                let table = self.name(trigger.table);
                let create = if trigger.is_constraint { "CONSTRAINT TRIGGER" } else { "TRIGGER" };
                let each = if trigger.is_for_rows { "ROW" } else { "STATEMENT" };
                let when = on(&trigger.condition, "WHEN", "new.", "");
                let state = match trigger.state {
                    "" => String::new(),
                    state => format!("ALTER TABLE {table} {state} TRIGGER {name};\n"),
                };
                format!(
                    "CREATE {create} {name} {} {}{columns} ON {table} FOR EACH {each}{when} \
                     EXECUTE FUNCTION {}();\n{state}",
                    trigger.time,
                    trigger.events,
                    self.name(trigger.function)
                )
            }
            Kind::Policy(policy) => format!(
                "CREATE POLICY {name} ON {} AS {} FOR {} TO {}{}{};\n",
                self.name(policy.table),
                if policy.is_restrictive { "RESTRICTIVE" } else { "PERMISSIVE" },
                policy.command,
                policy.role,
                on(&policy.using, "USING", "", ""),
                on(&policy.check, "WITH CHECK", "", "")
            ),
            Kind::Statistics { table, columns, target } => {
                let set = target.map(|target| format!("ALTER STATISTICS {name} SET STATISTICS {target};\n"));
                format!(
                    "CREATE STATISTICS {name} ON {} FROM {};\n{}",
                    self.list(columns),
                    self.name(*table),
                    set.unwrap_or_default()
                )
            }
            Kind::Rule { table, event } => {
                format!("CREATE RULE {name} AS ON {event} TO {} DO ALSO NOTHING;\n", self.name(*table))
            }
            Kind::DefaultPrivileges { .. } => String::new(),
            Kind::Publication { table, columns, operations } => {
                let list = match columns.is_empty() {
                    true => String::new(),
                    false => format!(" ({})", self.list(columns)),
                };
                format!(
                    "CREATE PUBLICATION {name} FOR TABLE {}{list} WITH (publish = '{operations}');\n",
                    self.name(*table)
                )
            }
        }
    }

    fn attributes(&self, attributes: &[Attribute]) -> String {
        let item = |a: &Attribute| format!("{} {}", quote(&a.name), self.kind(&a.kind));
        attributes.iter().map(item).collect::<Vec<_>>().join(", ")
    }

    fn routine(&self, name: &str, routine: &Routine) -> String {
        let arguments = self.attributes(&routine.arguments);
        let settings = routine.settings;
        let body = routine.body;
        if routine.is_procedure {
            return format!(
                "CREATE PROCEDURE {name}({arguments}) LANGUAGE plpgsql{settings} AS \
                 $$ BEGIN PERFORM {body}; END $$;\n"
            );
        }
        if routine.is_trigger {
            return format!(
                "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql{settings} AS \
                 $$ BEGIN PERFORM {body}; RETURN new; END $$;\n"
            );
        }
        let returns = self.kind(&routine.returns);
        let value = format!("{}::{returns}", self.constant(&routine.returns, body));
        let head = format!("CREATE FUNCTION {name}({arguments}) RETURNS {returns}");
        let how = format!("{}{settings}", routine.volatility);
        match &routine.style {
            Style::Sql => format!("{head} LANGUAGE sql {how} AS $$ SELECT {value} $$;\n"),
            Style::Plpgsql => {
                format!("{head} LANGUAGE plpgsql {how} AS $$ BEGIN RETURN {value}; END $$;\n")
            }
            Style::Atomic(None) => format!("{head} LANGUAGE sql {how} RETURN {value};\n"),
            Style::Atomic(Some((source, condition))) => format!(
                "{head} LANGUAGE sql {how} BEGIN ATOMIC SELECT {value} FROM {} WHERE {}; END;\n",
                self.name(*source),
                self.condition(condition, "")
            ),
        }
    }
}

/// The privilege that `pg_monitor` gets.
fn right(object: &Object) -> Option<&'static str> {
    Some(match object.kind {
        Kind::Schema | Kind::Enum { .. } | Kind::Composite { .. } | Kind::Domain { .. } => "USAGE",
        Kind::Sequence { .. } => "SELECT, USAGE",
        Kind::Routine(_) | Kind::Aggregate { .. } => "EXECUTE",
        Kind::Table(_) | Kind::Partition { .. } => "SELECT, INSERT",
        Kind::View(_) => "SELECT",
        _ => return None,
    })
}
