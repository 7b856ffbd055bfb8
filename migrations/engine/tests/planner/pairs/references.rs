//! What refers to what, and what goes when it goes.

use std::collections::BTreeSet;

use super::schema::{
    Column, Condition, Family, Id, Index, Kind, Object, Routine, Rule, Schema, Style, Table, Type, Value,
};

/// A column of a table, an attribute of a type or an output of a view.
pub struct Found<'s> {
    pub owner: &'s Object,
    pub name: &'s str,
    pub kind: &'s Type,
}

impl Type {
    pub fn family(&self) -> Family {
        match self {
            Self::Small | Self::Integer | Self::Big => Family::Whole,
            Self::Exact(_) | Self::Numeric | Self::Double => Family::Number,
            Self::Text | Self::Varchar(_) => Family::Text,
            Self::Date | Self::Timestamp | Self::Timestamptz => Family::Moment,
            Self::Boolean => Family::Boolean,
            Self::Jsonb | Self::Uuid | Self::Bytea => Family::Other,
            Self::Integers | Self::Bigs | Self::Texts => Family::Array,
            Self::Own(id) => Family::Own(*id),
            Self::Owns(id) => Family::Owns(*id),
        }
    }

    fn needs(&self) -> Option<Id> {
        match self {
            Self::Own(id) | Self::Owns(id) => Some(*id),
            _ => None,
        }
    }
}

impl Condition {
    pub fn needs(&self) -> Vec<Id> {
        [Some(self.column), self.function].into_iter().flatten().collect()
    }
}

impl Column {
    fn needs(&self) -> Vec<Id> {
        let value = match self.value {
            Value::Function(id) | Value::Next(id) | Value::Computed { from: id, .. } => Some(id),
            _ => None,
        };
        self.kind.needs().into_iter().chain(value).collect()
    }

    pub fn is_computed(&self) -> bool {
        matches!(self.value, Value::Computed { .. })
    }
}

impl Routine {
    /// Returns whether it takes a whole number and gives one, always the same.
    pub fn is_of_numbers(&self) -> bool {
        !self.is_procedure
            && !self.is_trigger
            && matches!(self.arguments.as_slice(), [one] if one.kind == Type::Big)
            && self.returns.family() == Family::Whole
            && self.volatility == "IMMUTABLE"
            && !matches!(self.style, Style::Atomic(_))
    }
}

impl Index {
    fn needs(&self) -> Vec<Id> {
        let mut needs = vec![self.table];
        needs.extend(self.parts.iter().flat_map(|part| [Some(part.column), part.function]).flatten());
        needs.extend(&self.included);
        needs.extend(self.condition.iter().flat_map(Condition::needs));
        needs
    }
}

impl Object {
    /// What it cannot be without, its columns aside.
    fn own_needs(&self) -> Vec<Id> {
        let conditions = |conditions: &[&Option<Condition>]| -> Vec<Id> {
            conditions.iter().copied().flatten().flat_map(Condition::needs).collect()
        };
        let mut needs: Vec<Id> = self.schema.into_iter().collect();
        match &self.kind {
            Kind::Schema
            | Kind::Enum { .. }
            | Kind::Sequence { .. }
            | Kind::Aggregate { .. }
            | Kind::DefaultPrivileges { .. }
            | Kind::Composite { .. } => {}
            Kind::Domain { base, .. } => needs.extend(base.needs()),
            Kind::Routine(routine) => {
                needs.extend(routine.arguments.iter().filter_map(|argument| argument.kind.needs()));
                needs.extend(routine.returns.needs());
                if let Style::Atomic(Some((source, condition))) = &routine.style {
                    needs.push(*source);
                    needs.extend(condition.needs());
                }
            }
            Kind::Table(table) => needs.extend(table.partitioned_by),
            Kind::Partition { of, .. } => needs.push(*of),
            Kind::Constraint { table, rule } => {
                needs.push(*table);
                match rule {
                    Rule::Primary { columns, .. } => needs.extend(columns),
                    Rule::Unique { columns, included, .. } => needs.extend(columns.iter().chain(included)),
                    Rule::Check { condition, .. } => needs.extend(condition.needs()),
                    Rule::Foreign { columns, key, .. } => needs.extend(columns.iter().chain([key])),
                    Rule::Exclusion { column } => needs.push(*column),
                }
            }
            Kind::Index(index) => needs.extend(index.needs()),
            Kind::View(view) => {
                needs.extend(&view.sources);
                needs.extend(conditions(&[&view.condition]));
            }
            Kind::Trigger(trigger) => {
                needs.extend([trigger.table, trigger.function]);
                needs.extend(&trigger.columns);
                needs.extend(conditions(&[&trigger.condition]));
            }
            Kind::Policy(policy) => {
                needs.push(policy.table);
                needs.extend(conditions(&[&policy.using, &policy.check]));
            }
            Kind::Statistics { table, columns, .. } | Kind::Publication { table, columns, .. } => {
                needs.extend([table].into_iter().chain(columns));
            }
            Kind::Rule { table, .. } => needs.push(*table),
        }
        needs
    }

    /// What must be there before it is made.
    pub fn needs(&self) -> Vec<Id> {
        let mut needs = self.own_needs();
        match &self.kind {
            Kind::Table(table) => needs.extend(table.columns.iter().flat_map(Column::needs)),
            Kind::Composite { attributes } => needs.extend(attributes.iter().filter_map(|a| a.kind.needs())),
            Kind::View(view) => {
                needs.extend(view.columns.iter().flat_map(|c| [Some(c.column), c.function]).flatten());
            }
            _ => {}
        }
        needs
    }

    pub fn table(&self) -> Option<&Table> {
        match &self.kind {
            Kind::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The numbers of its columns.
    pub fn columns(&self) -> Vec<Id> {
        match &self.kind {
            Kind::Table(table) => table.columns.iter().map(|column| column.id).collect(),
            Kind::View(view) => view.columns.iter().map(|column| column.id).collect(),
            Kind::Composite { attributes } => attributes.iter().map(|attribute| attribute.id).collect(),
            _ => Vec::new(),
        }
    }
}

impl Schema {
    pub fn object(&self, id: Id) -> Option<&Object> {
        self.objects.iter().find(|object| object.id == id)
    }

    pub fn column(&self, id: Id) -> Option<Found<'_>> {
        self.objects.iter().find_map(|owner| match &owner.kind {
            Kind::Table(table) => {
                let column = table.columns.iter().find(|column| column.id == id)?;
                Some(Found { owner, name: &column.name, kind: &column.kind })
            }
            Kind::Composite { attributes } => {
                let attribute = attributes.iter().find(|attribute| attribute.id == id)?;
                Some(Found { owner, name: &attribute.name, kind: &attribute.kind })
            }
            Kind::View(view) => {
                let column = view.columns.iter().find(|column| column.id == id)?;
                Some(Found { owner, name: &column.name, kind: self.column(column.column)?.kind })
            }
            _ => None,
        })
    }

    pub fn table_column(&self, id: Id) -> Option<&Column> {
        let tables = self.objects.iter().filter_map(Object::table);
        tables.flat_map(|table| &table.columns).find(|column| column.id == id)
    }

    pub fn family(&self, column: Id) -> Option<Family> {
        Some(self.column(column)?.kind.family())
    }

    /// Takes away what refers to something that is not there, or is not as it must be.
    pub fn prune(&mut self) {
        loop {
            let there: BTreeSet<Id> = self
                .objects
                .iter()
                .flat_map(|object| object.columns().into_iter().chain([object.id]))
                .collect();
            let before = self.clone();
            for object in &mut self.objects {
                let is_there = |needs: Vec<Id>| needs.iter().all(|id| there.contains(id));
                match &mut object.kind {
                    Kind::Table(table) => table.columns.retain(|column| {
                        is_there(column.needs()) && is_computed_of_a_column(column, &before)
                    }),
                    Kind::Composite { attributes } => {
                        attributes.retain(|attribute| is_there(attribute.kind.needs().into_iter().collect()));
                    }
                    Kind::View(view) => view.columns.retain(|column| {
                        is_there([Some(column.column), column.function].into_iter().flatten().collect())
                    }),
                    Kind::Sequence { owner, .. } => *owner = owner.filter(|id| there.contains(id)),
                    _ => {}
                }
            }
            self.objects.retain(|object| {
                object.own_needs().iter().all(|id| there.contains(id)) && before.is_sound(object)
            });
            if *self == before {
                return;
            }
        }
    }

    fn is_sound(&self, object: &Object) -> bool {
        let has_key_column = |table: &Id, columns: &[Id]| {
            let by = self.object(*table).and_then(Object::table).and_then(|table| table.partitioned_by);
            by.is_none_or(|by| columns.contains(&by))
        };
        match &object.kind {
            Kind::View(view) => {
                !view.columns.is_empty() && view.columns.iter().all(|c| self.is_of_numbers(c.function))
            }
            Kind::Table(table) => table.columns.iter().all(|column| match column.value {
                Value::Function(id) => self.is_of_numbers(Some(id)),
                _ => true,
            }),
            Kind::Constraint { table, rule } => {
                match rule {
                    Rule::Primary { columns, .. } => has_key_column(table, columns)
                        && !self.objects.iter().take_while(|other| other.id != object.id).any(|other| {
                            matches!(&other.kind, Kind::Constraint { table: of, rule: Rule::Primary { .. } }
                                if of == table)
                        }),
                    Rule::Unique { columns, .. } => has_key_column(table, columns),
                    Rule::Exclusion { column } => has_key_column(table, &[*column]),
                    Rule::Foreign { columns, key, .. } => {
                        let target = self.object(*key).map(|key| &key.kind);
                        let Some(Kind::Constraint { rule, .. }) = target else { return false };
                        let (Rule::Primary { columns: keys, .. } | Rule::Unique { columns: keys, .. }) = rule
                        else {
                            return false;
                        };
                        let is_deferrable = matches!(rule, Rule::Primary { is_deferrable: true, .. });
                        let families = |ids: &[Id]| ids.iter().map(|id| self.family(*id)).collect::<Vec<_>>();
                        !is_deferrable && families(keys) == families(columns)
                    }
                    Rule::Check { condition, .. } => self.is_of_numbers(condition.function),
                }
            }
            Kind::Index(index) => {
                let columns: Vec<Id> =
                    index.parts.iter().filter(|part| !part.is_expression).map(|part| part.column).collect();
                (!index.is_unique || has_key_column(&index.table, &columns))
                    && index.parts.iter().all(|part| self.is_of_numbers(part.function))
                    && index.condition.iter().all(|condition| self.is_of_numbers(condition.function))
            }
            Kind::Trigger(trigger) => {
                let function = self.object(trigger.function).map(|object| &object.kind);
                matches!(function, Some(Kind::Routine(routine)) if routine.is_trigger)
            }
            _ => true,
        }
    }

    fn is_of_numbers(&self, function: Option<Id>) -> bool {
        function.is_none_or(|id| {
            let function = self.object(id).map(|object| &object.kind);
            matches!(function, Some(Kind::Routine(routine)) if routine.is_of_numbers())
        })
    }
}

/// A column is computed of columns that hold their values themselves.
fn is_computed_of_a_column(column: &Column, schema: &Schema) -> bool {
    match column.value {
        Value::Computed { from, .. } => schema
            .table_column(from)
            .is_some_and(|from| !from.is_computed() && from.kind.family() == column.kind.family()),
        _ => true,
    }
}
