//! The properties of an object.
//!
//! A value is the text that is printed for it, also where its meaning is a number, a word of a few or a list.
//! Every property is compared, digested, stored and shown alike, and most values are Postgres's own print of
//! an expression or a definition, which only Postgres can read. Code branches on few of them, in
//! `schema_file` alone (`Usable`, `Validated`, `ReplicaIdentity`, `State`). As texts, a later server's new
//! words are differences like any others; an enum would refuse to read them.

use std::fmt;
use std::sync::Arc;

/// Declares the properties with the words that are printed for them, in the order of these words. Those with
/// a word of their own at the end, such as a role's name, come after their beginning.
macro_rules! properties {
    ($($(#[$doc:meta])* $property:ident $(($own:ident))? = $word:literal,)*) => {
        /// A property of an object. Its value is the text that is printed for it.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Property {
            $($(#[$doc])* $property $((properties!(@type $own)))?,)*
        }

        #[cfg(test)]
        const WORDS: &[&str] = &[$($word,)*];

        impl Property {
            /// The property that is called so; none where no property is.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                $(properties!(@parse text $property $word $($own)?);)*
                None
            }
        }

        impl fmt::Display for Property {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(properties!(@pattern $property own $($own)?) =>
                        properties!(@write f own $word $($own)?),)*
                }
            }
        }
    };
    (@type $own:ident) => { Arc<str> };
    (@parse $text:ident $property:ident $word:literal) => {
        if $text == $word {
            return Some(Self::$property);
        }
    };
    (@parse $text:ident $property:ident $word:literal $own:ident) => {
        if let Some(own) = $text.strip_prefix($word) {
            return Some(Self::$property(own.into()));
        }
    };
    (@pattern $property:ident $name:ident) => { Self::$property };
    (@pattern $property:ident $name:ident $own:ident) => { Self::$property($name) };
    (@write $f:ident $name:ident $word:literal) => { $f.write_str($word) };
    (@write $f:ident $name:ident $word:literal $own:ident) => { write!($f, concat!($word, "{}"), $name) };
}

properties! {
    /// The method that stores its rows or its index, if it is not the usual one.
    AccessMethod = "access method",
    /// The index of a partitioned table that an index is attached to.
    AttachedTo = "attached to",
    /// The type that a domain is based on.
    Base = "base",
    /// State of a partition that is being detached.
    BeingDetached = "being detached",
    /// A policy's expression for new rows.
    Check = "check",
    /// Mark of the index that CLUSTER uses.
    Clustered = "clustered",
    /// A collation that is not its type's own.
    Collation = "collation",
    /// The columns that are published.
    Columns = "columns",
    /// A policy's command, and whether it permits or restricts.
    Command = "command",
    /// Its comment.
    Comment = "comment",
    /// A column's compression method.
    Compression = "compression",
    /// The rows that are published.
    Condition = "condition",
    /// What a subscription connects to, where that is no secret and was read.
    Connection = "connection",
    /// The constraint that an index belongs to.
    Constraint = "constraint",
    /// The states of triggers by which foreign keys work, where not the usual one.
    ConstraintTriggers = "constraint triggers",
    /// A default value.
    Default = "default",
    /// The statement, or the text that stands for it.
    Definition = "definition",
    /// The extensions with which it is dropped, though it is no member of them.
    DependsOnExtensions = "depends on extensions",
    /// A generated column's expression.
    Generated = "generated",
    /// When an identity column is generated.
    Identity = "identity",
    /// Mark of a part that a parent brings.
    Inherited = "inherited",
    /// A table's parents.
    Inherits = "inherits",
    /// An enum's labels.
    Labels = "labels",
    /// The dictionaries for a kind of token.
    MappingFor(token) = "mapping for ",
    /// Members of an operator family that are in none of its classes.
    Members = "members",
    /// Mark of a column that may not be null.
    NotNull = "not null",
    /// The type that a table is of.
    OfType = "of type",
    /// An option of a foreign object, of a publication.
    Option(name) = "option ",
    /// Storage parameters, a view's options.
    Options = "options",
    /// The column that owns a sequence, and how.
    OwnedBy = "owned by",
    /// The owner.
    Owner = "owner",
    /// A partition's bound.
    Partition = "partition",
    /// The table that it is a partition of.
    PartitionOf = "partition of",
    /// The key of a partitioned table.
    PartitionedBy = "partitioned by",
    /// Persistence: logged or not.
    Persistence = "persistence",
    /// A column's place in its table.
    Place = "place",
    /// State of a materialized view: with rows or without.
    Populated = "populated",
    /// Privileges of a role, if the object is those privileges.
    Privileges = "privileges",
    /// Privileges of a role beyond the usual.
    PrivilegesOf(grantee) = "privileges of ",
    /// Mark of an extension that stays in its schema.
    Relocatable = "relocatable",
    /// The identity of a row in a publication.
    ReplicaIdentity = "replica identity",
    /// The roles of a policy.
    Roles = "roles",
    /// State of row-level security: on or off.
    RowSecurity = "row security",
    /// State of row-level security for the owner.
    RowSecurityForced = "row security forced",
    /// An extension's schema.
    Schema = "schema",
    /// An option that may be a secret: a digest.
    SecretOption(name) = "secret option ",
    /// A label for a provider of security.
    SecurityLabelOf(provider) = "security label of ",
    /// A foreign table's server.
    Server = "server",
    /// A subscription's slot.
    Slot = "slot",
    /// State: whether it fires, or is on.
    State = "state",
    /// Number of values that are sampled.
    Statistics = "statistics",
    /// Storage of a column's values.
    Storage = "storage",
    /// The table of an index, of statistics.
    Table = "table",
    /// Tablespace of its file.
    Tablespace = "tablespace",
    /// Number of values that statistics sample.
    Target = "target",
    /// Storage parameters of the table for long values.
    ToastOptions = "toast options",
    /// A column's type.
    Type = "type",
    /// State of an index: usable or not.
    Usable = "usable",
    /// A policy's expression for rows that are there.
    Using = "using",
    /// State of a constraint: checked on the rows that were there, or not.
    Validated = "validated",
    /// A setting's value.
    Value = "value",
    /// An extension's version.
    Version = "version",
    /// The expression of a column that is generated when it is read.
    Virtual = "virtual",
}

impl Property {
    /// Returns whether its values are digests of secrets: that they differ is shown, and no value.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        matches!(self, Self::SecretOption(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_stand_in_the_order_of_their_words() {
        assert!(WORDS.is_sorted(), "{WORDS:?}");
    }

    #[test]
    fn a_property_is_read_from_its_words() {
        for text in [
            "definition",
            "privileges",
            "privileges of \"a b\"",
            "option x",
            "options",
            "row security forced",
        ] {
            assert_eq!(Property::parse(text).map(|property| property.to_string()).as_deref(), Some(text));
        }
        assert_eq!(Property::parse("colour"), None);
    }
}
