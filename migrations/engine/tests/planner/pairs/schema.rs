//! A schema as data: objects that refer to each other by number, so that what hangs on something that goes
//! can go with it.

pub type Id = u32;

/// Objects, each with a number of its own; the same object before and after a change has the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    pub objects: Vec<Object>,
    pub next: Id,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub id: Id,
    /// Its schema; none for `public`, and for what belongs to a table.
    pub schema: Option<Id>,
    pub name: String,
    pub comment: Option<u32>,
    /// True if `pg_monitor` may use it.
    pub is_granted: bool,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Schema,
    Enum { labels: Vec<String> },
    Domain { base: Type, default: Option<u32>, is_not_null: bool, check: Option<u32> },
    Composite { attributes: Vec<Attribute> },
    Sequence { options: String, owner: Option<Id> },
    Routine(Routine),
    Aggregate { is_sum: bool },
    Table(Table),
    Partition { of: Id, part: Option<u32> },
    Constraint { table: Id, rule: Rule },
    Index(Index),
    View(View),
    Trigger(Trigger),
    Policy(Policy),
    Statistics { table: Id, columns: Vec<Id>, target: Option<u32> },
    Rule { table: Id, event: &'static str },
    DefaultPrivileges { on: &'static str },
    Publication { table: Id, columns: Vec<Id>, operations: &'static str },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    pub id: Id,
    pub name: String,
    pub kind: Type,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    Small,
    Integer,
    Big,
    Exact(u32),
    Numeric,
    Double,
    Text,
    Varchar(u32),
    Date,
    Timestamp,
    Timestamptz,
    Boolean,
    Jsonb,
    Uuid,
    Bytea,
    Integers,
    Bigs,
    Texts,
    Own(Id),
    Owns(Id),
}

/// Types among which a column may change, and for which the same conditions are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Whole,
    Number,
    Text,
    Moment,
    Boolean,
    Other,
    Array,
    Own(Id),
    Owns(Id),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub columns: Vec<Column>,
    pub fill_factor: Option<u32>,
    pub is_unlogged: bool,
    pub has_security: bool,
    pub is_forced: bool,
    pub has_full_identity: bool,
    /// The column that it is partitioned by.
    pub partitioned_by: Option<Id>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub id: Id,
    pub name: String,
    pub kind: Type,
    pub is_not_null: bool,
    pub value: Value,
    pub has_collation: bool,
    pub comment: Option<u32>,
    pub is_granted: bool,
    pub statistics: Option<u32>,
    pub is_stored_apart: bool,
    pub is_compressed: bool,
    pub distinct: Option<u32>,
}

/// The origin of a column's values.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    None,
    Constant(u32),
    Call,
    Function(Id),
    Next(Id),
    Serial,
    Identity { is_always: bool, start: u32 },
    Computed { from: Id, by: u32 },
}

/// A condition on a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    pub column: Id,
    pub number: u32,
    /// A function of whole numbers that the column goes through.
    pub function: Option<Id>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    Primary { columns: Vec<Id>, is_deferrable: bool },
    Unique { columns: Vec<Id>, are_nulls_alike: bool, included: Vec<Id> },
    Check { condition: Condition, is_valid: bool },
    Foreign { columns: Vec<Id>, key: Id, on_delete: &'static str, when: &'static str, is_valid: bool },
    Exclusion { column: Id },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    pub table: Id,
    pub parts: Vec<Part>,
    pub method: &'static str,
    pub is_unique: bool,
    pub included: Vec<Id>,
    pub condition: Option<Condition>,
    pub fill_factor: Option<u32>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub column: Id,
    pub is_expression: bool,
    pub function: Option<Id>,
    pub is_descending: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub is_materialized: bool,
    pub sources: Vec<Id>,
    pub columns: Vec<Output>,
    pub condition: Option<Condition>,
    pub option: Option<&'static str>,
    pub is_grouped: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    pub id: Id,
    pub name: String,
    pub column: Id,
    pub is_computed: bool,
    pub function: Option<Id>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Routine {
    pub is_procedure: bool,
    pub is_trigger: bool,
    pub arguments: Vec<Attribute>,
    pub returns: Type,
    pub body: u32,
    pub style: Style,
    pub volatility: &'static str,
    pub settings: &'static str,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Style {
    Sql,
    Plpgsql,
    /// Written in SQL's own grammar; it counts the rows that meet a condition.
    Atomic(Option<(Id, Condition)>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    pub table: Id,
    pub function: Id,
    pub time: &'static str,
    pub events: &'static str,
    pub columns: Vec<Id>,
    pub is_for_rows: bool,
    pub condition: Option<Condition>,
    pub is_constraint: bool,
    pub state: &'static str,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    pub table: Id,
    pub command: &'static str,
    pub is_restrictive: bool,
    pub role: &'static str,
    pub using: Option<Condition>,
    pub check: Option<Condition>,
}
