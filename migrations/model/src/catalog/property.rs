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
    /// How its rows or its index are stored, where not in the usual way.
    AccessMethod = "access method",
    /// The index of a partitioned table that an index is attached to.
    AttachedTo = "attached to",
    /// What a domain is made of.
    Base = "base",
    /// Whether a partition is being detached.
    BeingDetached = "being detached",
    /// A policy's expression for new rows.
    Check = "check",
    /// Whether CLUSTER goes by an index.
    Clustered = "clustered",
    /// A collation that is not its type's own.
    Collation = "collation",
    /// The columns that are published.
    Columns = "columns",
    /// A policy's command, and whether it permits or restricts.
    Command = "command",
    /// What is said of it.
    Comment = "comment",
    /// A column's compression method.
    Compression = "compression",
    /// The rows that are published.
    Condition = "condition",
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
    /// Whether a parent brings it.
    Inherited = "inherited",
    /// A table's parents.
    Inherits = "inherits",
    /// An enum's labels.
    Labels = "labels",
    /// The dictionaries for a kind of token.
    MappingFor(token) = "mapping for ",
    /// What is in an operator family and in none of its classes.
    Members = "members",
    /// Whether it may not be null.
    NotNull = "not null",
    /// The type that a table is of.
    OfType = "of type",
    /// An option of a foreign object.
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
    /// Whether it is logged.
    Persistence = "persistence",
    /// A column's place in its table.
    Place = "place",
    /// Whether a materialized view holds rows.
    Populated = "populated",
    /// What somebody may do, where the object is those privileges.
    Privileges = "privileges",
    /// What a role may do with it beyond the usual.
    PrivilegesOf(grantee) = "privileges of ",
    /// What identifies a row in a publication.
    ReplicaIdentity = "replica identity",
    /// The roles of a policy.
    Roles = "roles",
    /// Whether row-level security is on.
    RowSecurity = "row security",
    /// Whether it holds for the owner too.
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
    /// Whether it fires, or is on.
    State = "state",
    /// How many values are sampled.
    Statistics = "statistics",
    /// How a column's values are stored.
    Storage = "storage",
    /// The table of an index, of statistics.
    Table = "table",
    /// Where its file is.
    Tablespace = "tablespace",
    /// How many values statistics sample.
    Target = "target",
    /// Storage parameters of the table for long values.
    ToastOptions = "toast options",
    /// A column's type.
    Type = "type",
    /// Whether an index can be used.
    Usable = "usable",
    /// A policy's expression for rows that are there.
    Using = "using",
    /// Whether a constraint was checked on the rows that were there.
    Validated = "validated",
    /// A setting's value.
    Value = "value",
    /// An extension's version.
    Version = "version",
    /// The expression of a column that is generated when it is read.
    Virtual = "virtual",
}

impl Property {
    /// Whether its values are digests of secrets: that they differ is shown, and no value.
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
