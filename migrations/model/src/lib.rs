//! The catalog of a database: its objects with their properties, what two catalogs differ in, and a catalog's
//! text as `schema.sql`. Beside it the rows of tables, as far as a proof compares them. Nothing here talks to
//! a database; Cargo.toml keeps it so.

mod catalog;
mod column_order;
mod drift;
mod expression;
mod rows;
mod schema_file;

pub use catalog::{
    CastName, Catalog, DefaultPrivilegesName, Difference, Ident, MappingName, MethodName, ObjectId,
    ObjectKind, PartName, PlainName, Properties, Property, PublishedSchemaName, PublishedTableName,
    QualifiedName, SequenceOwner, SettingName, Signature, TransformName,
};
pub use column_order::{OrderReliance, ReorderedTables, routines_relying_on_order};
pub use drift::{Drift, drift, without_what_rightly_differs};
pub use expression::canonical_expression;
pub use rows::{ColumnValues, EXCERPT, RowLoss, Rows, Sample, TableRows, row_losses};
pub use schema_file::{
    SCHEMA_FILE_ACCESS, Statements, dollar_quoted, literal, schema_file, schema_file_without_privileges,
    setting_value,
};
