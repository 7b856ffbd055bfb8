//! Tables, with what belongs to them, and views.

use super::{literal, quote};
use crate::pairs::schema::{
    Column, Family, Id, Index, Kind, Object, Output, Part, Rule, Schema, Table, Type, Value, View,
};

impl Schema {
    pub(super) fn table(&self, name: &str, table: &Table) -> String {
        let lines: Vec<String> = table.columns.iter().map(|column| self.column_line(column)).collect();
        let unlogged = if table.is_unlogged { "UNLOGGED " } else { "" };
        let by = table.partitioned_by.map(|by| format!(" PARTITION BY RANGE ({})", self.own(by)));
        let with = table.fill_factor.map(|factor| format!(" WITH (fillfactor = {factor})"));
        let (by, with) = (by.unwrap_or_default(), with.unwrap_or_default());
        let mut sql = format!("CREATE {unlogged}TABLE {name} ({}){by}{with};\n", lines.join(", "));
        let mut alter = |what: &str| sql += &format!("ALTER TABLE {name} {what};\n");
        if table.has_security {
            alter("ENABLE ROW LEVEL SECURITY");
        }
        if table.is_forced {
            alter("FORCE ROW LEVEL SECURITY");
        }
        if table.has_full_identity {
            alter("REPLICA IDENTITY FULL");
        }
        for column in &table.columns {
            let own = quote(&column.name);
            let mut set = |what: String| alter(&format!("ALTER COLUMN {own} {what}"));
            if let Some(target) = column.statistics {
                set(format!("SET STATISTICS {target}"));
            }
            if let Some(distinct) = column.distinct {
                set(format!("SET (n_distinct = {distinct})"));
            }
            let can_be_apart = matches!(column.kind, Type::Text | Type::Varchar(_) | Type::Jsonb);
            if column.is_stored_apart && can_be_apart {
                set("SET STORAGE EXTERNAL".into());
            }
            if column.is_compressed && can_be_apart {
                set("SET COMPRESSION pglz".into());
            }
        }
        for column in &table.columns {
            let own = quote(&column.name);
            if let Some(comment) = column.comment {
                sql += &format!("COMMENT ON COLUMN {name}.{own} IS 'column {comment}';\n");
            }
            if column.is_granted {
                sql += &format!("GRANT UPDATE ({own}) ON {name} TO pg_monitor;\n");
            }
        }
        sql
    }

    fn column_line(&self, column: &Column) -> String {
        let own = quote(&column.name);
        if column.value == Value::Serial {
            let kind = match column.kind {
                Type::Small => "smallserial",
                Type::Big => "bigserial",
                _ => "serial",
            };
            return format!("{own} {kind}");
        }
        let mut line = format!("{own} {}", self.kind(&column.kind));
        if column.has_collation && column.kind.family() == Family::Text {
            line += " COLLATE \"C\"";
        }
        match &column.value {
            Value::None | Value::Serial => {}
            Value::Constant(number) => line += &format!(" DEFAULT {}", self.constant(&column.kind, *number)),
            Value::Call => line += &format!(" DEFAULT {}", call(&column.kind)),
            Value::Function(id) => line += &format!(" DEFAULT {}(1)", self.name(*id)),
            Value::Next(id) => line += &format!(" DEFAULT nextval({})", literal(&self.name(*id))),
            Value::Identity { is_always, start } => {
                let when = if *is_always { "ALWAYS" } else { "BY DEFAULT" };
                let options = if *start > 1 { format!(" (START {start})") } else { String::new() };
                line += &format!(" GENERATED {when} AS IDENTITY{options}");
            }
            Value::Computed { from, by } => {
                let from_name = self.own(*from);
                let expression = match column.kind.family() {
                    Family::Whole | Family::Number => format!("{from_name} * {by}"),
                    Family::Text => format!("{from_name} || ' {by}'"),
                    _ => from_name,
                };
                line += &format!(" GENERATED ALWAYS AS ({expression}) STORED");
            }
        }
        if column.is_not_null {
            line += " NOT NULL";
        }
        line
    }

    pub(super) fn bounds(&self, parent: Id, part: u32) -> String {
        let by = self.object(parent).and_then(Object::table).and_then(|table| table.partitioned_by);
        let family = by.and_then(|by| self.family(by));
        match family {
            Some(Family::Moment) => {
                format!("FOR VALUES FROM ('{}-01-01') TO ('{}-01-01')", 2000 + part, 2001 + part)
            }
            _ => format!("FOR VALUES FROM ({}) TO ({})", part * 100, part * 100 + 100),
        }
    }

    pub(super) fn rule(&self, table: Id, rule: &Rule) -> String {
        match rule {
            Rule::Primary { columns, is_deferrable } => {
                let when = if *is_deferrable { " DEFERRABLE" } else { "" };
                format!("PRIMARY KEY ({}){when}", self.list(columns))
            }
            Rule::Unique { columns, are_nulls_alike, included } => {
                let nulls = if *are_nulls_alike { " NULLS NOT DISTINCT" } else { "" };
                let include = match included.is_empty() {
                    true => String::new(),
                    false => format!(" INCLUDE ({})", self.list(included)),
                };
                format!("UNIQUE{nulls} ({}){include}", self.list(columns))
            }
            Rule::Check { condition, is_valid } => {
                let valid = if *is_valid { "" } else { " NOT VALID" };
                format!("CHECK ({}){valid}", self.condition(condition, ""))
            }
            Rule::Foreign { columns, key, on_delete, when, is_valid } => {
                let target = self.object(*key).map(|object| &object.kind);
                let Some(Kind::Constraint { table: other, rule }) = target else { return String::new() };
                let (Rule::Primary { columns: keys, .. } | Rule::Unique { columns: keys, .. }) = rule else {
                    return String::new();
                };
                let is_partitioned = [table, *other].iter().any(|id| {
                    self.object(*id).and_then(Object::table).is_some_and(|t| t.partitioned_by.is_some())
                });
                let valid = if *is_valid || is_partitioned { "" } else { " NOT VALID" };
                format!(
                    "FOREIGN KEY ({}) REFERENCES {} ({}){on_delete}{when}{valid}",
                    self.list(columns),
                    self.name(*other),
                    self.list(keys)
                )
            }
            Rule::Exclusion { column } => format!("EXCLUDE ({} WITH =)", self.own(*column)),
        }
    }

    pub(super) fn index(&self, name: &str, index: &Index) -> String {
        let part = |part: &Part| {
            let own = self.own(part.column);
            let family = self.family(part.column);
            let order = if part.is_descending && index.method == "btree" { " DESC" } else { "" };
            let what = match (part.function, part.is_expression, family) {
                (Some(function), ..) => format!("{}({own})", self.name(function)),
                (None, true, Some(Family::Text)) => format!("lower({own})"),
                (None, true, Some(Family::Whole | Family::Number)) => format!("({own} + 1)"),
                _ => own,
            };
            format!("{what}{order}")
        };
        let parts: Vec<String> = index.parts.iter().map(part).collect();
        let unique = if index.is_unique { "UNIQUE " } else { "" };
        let include = match index.included.is_empty() {
            true => String::new(),
            false => format!(" INCLUDE ({})", self.list(&index.included)),
        };
        let with = index.fill_factor.map(|factor| format!(" WITH (fillfactor = {factor})"));
        let filter = index.condition.as_ref().map(|c| format!(" WHERE {}", self.condition(c, "")));
        format!(
            "CREATE {unique}INDEX {} ON {} USING {} ({}){include}{}{};\n",
            quote(name),
            self.name(index.table),
            index.method,
            parts.join(", "),
            with.unwrap_or_default(),
            filter.unwrap_or_default()
        )
    }

    pub(super) fn view(&self, name: &str, view: &View) -> String {
        let alias = |id: Id| {
            let place = view.sources.iter().position(|source| *source == id).unwrap_or_default();
            ["a", "b", "c"][place]
        };
        let column = |id: Id| {
            let owner = self.column(id).map_or("a", |found| alias(found.owner.id));
            format!("{owner}.{}", self.own(id))
        };
        let expression = |output: &Output| {
            let own = column(output.column);
            match (output.function, output.is_computed, self.family(output.column)) {
                (Some(function), ..) => format!("{}({own})", self.name(function)),
                (None, true, Some(Family::Whole | Family::Number)) => format!("{own} + 1"),
                (None, true, Some(Family::Text)) => format!("lower({own})"),
                _ => own,
            }
        };
        let output = |output: &Output| format!("{} AS {}", expression(output), quote(&output.name));
        let outputs: Vec<String> = view.columns.iter().map(output).collect();
        let sources: Vec<String> =
            view.sources.iter().map(|id| format!("{} {}", self.name(*id), alias(*id))).collect();
        let filter = view.condition.as_ref().map(|condition| {
            let owner = self.column(condition.column).map_or("a", |found| alias(found.owner.id));
            format!(" WHERE {}", self.condition(condition, &format!("{owner}.")))
        });
        // Postgres prints `GROUP BY 1, 2` of one expression twice, and reads that as one.
        let is_first = |(place, output): &(usize, &Output)| {
            let before = view.columns.iter().take(*place);
            !before.map(expression).any(|other| other == expression(output))
        };
        let numbers = view.columns.iter().enumerate().filter(is_first);
        let numbers: Vec<String> = numbers.map(|(place, _)| (place + 1).to_string()).collect();
        let group = if view.is_grouped { format!(" GROUP BY {}", numbers.join(", ")) } else { String::new() };
        let kind = if view.is_materialized { "MATERIALIZED VIEW" } else { "VIEW" };
        let option = view.option.filter(|_| !view.is_materialized).map(|o| format!(" WITH ({o})"));
        format!(
            "CREATE {kind} {name}{} AS SELECT {} FROM {}{}{group};\n",
            option.unwrap_or_default(),
            outputs.join(", "),
            sources.join(" CROSS JOIN "),
            filter.unwrap_or_default()
        )
    }
}

/// A call that gives a value of a type.
fn call(kind: &Type) -> &'static str {
    match kind.family() {
        Family::Moment => "now()",
        Family::Number | Family::Whole => "random() * 10",
        Family::Text => "concat('a', 'b')",
        Family::Boolean => "random() > 0.5",
        Family::Other if *kind == Type::Uuid => "gen_random_uuid()",
        _ => "NULL",
    }
}
