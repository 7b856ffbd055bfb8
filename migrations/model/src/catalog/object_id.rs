//! Identifies an object: its kind and, in pieces, the name that tells it from others of its kind.

use std::fmt;

use super::name::{
    CastName, DefaultPrivilegesName, Ident, MappingName, MethodName, Name, PartName, PlainName,
    PublishedSchemaName, PublishedTableName, QualifiedName, SettingName, Signature, TransformName,
};

/// Declares the kinds with the words that are printed for them. They stand in the order of these words, which
/// is the order of everything that lists objects.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident($name:ty) = $word:literal,)*) => {
        /// An object's identity.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ObjectId {
            $($(#[$doc])* $kind($name),)*
        }

        /// The kind of an object, without its name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ObjectKind {
            $($(#[$doc])* $kind,)*
        }

        impl ObjectKind {
            /// Every kind, by the words.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// Returns its name, in Postgres's words.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $word,)*
                }
            }
        }

        impl ObjectId {
            /// Returns its kind.
            #[must_use]
            pub const fn kind(&self) -> ObjectKind {
                match self {
                    $(Self::$kind(_) => ObjectKind::$kind,)*
                }
            }

            /// An object by the words for its kind and its name; none where they are not those of an object.
            #[must_use]
            pub fn parse(kind: &str, name: &str) -> Option<Self> {
                match kind {
                    $($word => Name::parse(name).map(Self::$kind),)*
                    _ => None,
                }
            }

            fn write_name(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$kind(name) => fmt::Display::fmt(name, f),)*
                }
            }
        }
    };
}

kinds! {
    /// A way to store tables or indexes.
    AccessMethod(Ident) = "access method",
    /// An aggregate.
    Aggregate(Signature) = "aggregate",
    /// A type with functions of its own for input and output.
    BaseType(QualifiedName) = "base type",
    /// A cast.
    Cast(CastName) = "cast",
    /// A collation.
    Collation(QualifiedName) = "collation",
    /// A column of a table, a view, a composite type.
    Column(PartName) = "column",
    /// A composite type.
    CompositeType(QualifiedName) = "composite type",
    /// A constraint of a table or a domain.
    Constraint(PartName) = "constraint",
    /// A conversion between encodings.
    Conversion(QualifiedName) = "conversion",
    /// The database as a whole.
    Database(PlainName) = "database",
    /// Privileges of a role on the database.
    DatabasePrivileges(PlainName) = "database privileges",
    /// A setting of the database.
    DatabaseSetting(SettingName) = "database setting",
    /// A column's default, where it is made apart from its column.
    Default(PartName) = "default",
    /// Privileges that new objects grant.
    DefaultPrivileges(DefaultPrivilegesName) = "default privileges",
    /// A domain.
    Domain(QualifiedName) = "domain",
    /// An enum.
    Enum(QualifiedName) = "enum",
    /// An event trigger.
    EventTrigger(Ident) = "event trigger",
    /// An extension.
    Extension(Ident) = "extension",
    /// A foreign table.
    ForeignTable(QualifiedName) = "foreign table",
    /// A foreign-data wrapper.
    ForeignDataWrapper(Ident) = "foreign-data wrapper",
    /// A function, a window function too.
    Function(Signature) = "function",
    /// An index.
    Index(QualifiedName) = "index",
    /// A procedural language.
    Language(Ident) = "language",
    /// A materialized view.
    MaterializedView(QualifiedName) = "materialized view",
    /// An operator.
    Operator(Signature) = "operator",
    /// An operator class.
    OperatorClass(MethodName) = "operator class",
    /// An operator family.
    OperatorFamily(MethodName) = "operator family",
    /// A policy of row-level security.
    Policy(PartName) = "policy",
    /// Privileges on an object of the system or of an extension: its kind and its name.
    SystemPrivileges(PlainName) = "privileges",
    /// A procedure.
    Procedure(Signature) = "procedure",
    /// A publication.
    Publication(Ident) = "publication",
    /// A schema in a publication.
    PublishedSchema(PublishedSchemaName) = "published schema",
    /// A table in a publication.
    PublishedTable(PublishedTableName) = "published table",
    /// A range type with its multirange.
    Range(QualifiedName) = "range",
    /// The type of the rows of a table or a view.
    RowType(QualifiedName) = "row type",
    /// A rule.
    Rule(PartName) = "rule",
    /// A schema.
    Schema(Ident) = "schema",
    /// A sequence.
    Sequence(QualifiedName) = "sequence",
    /// A foreign server.
    Server(Ident) = "server",
    /// A type that is announced and not yet defined.
    ShellType(QualifiedName) = "shell type",
    /// Extended statistics.
    Statistics(QualifiedName) = "statistics",
    /// A subscription.
    Subscription(Ident) = "subscription",
    /// A table.
    Table(QualifiedName) = "table",
    /// A text search configuration.
    TextSearchConfiguration(QualifiedName) = "text search configuration",
    /// A text search dictionary.
    TextSearchDictionary(QualifiedName) = "text search dictionary",
    /// A text search parser.
    TextSearchParser(QualifiedName) = "text search parser",
    /// A text search template.
    TextSearchTemplate(QualifiedName) = "text search template",
    /// A transform of a type for a language.
    Transform(TransformName) = "transform",
    /// A trigger.
    Trigger(PartName) = "trigger",
    /// The user that a role is on a foreign server.
    UserMapping(MappingName) = "user mapping",
    /// A view.
    View(QualifiedName) = "view",
}

impl ObjectId {
    /// Its full name, quoted where SQL needs it.
    #[must_use]
    pub fn name(&self) -> String {
        NameOf(self).to_string()
    }

    /// Returns the whole that it is a part of and its own name, if it is a column, a default, a constraint, a
    /// trigger, a rule, a policy.
    #[must_use]
    pub const fn part(&self) -> Option<&PartName> {
        match self {
            Self::Column(part)
            | Self::Constraint(part)
            | Self::Default(part)
            | Self::Policy(part)
            | Self::Rule(part)
            | Self::Trigger(part) => Some(part),
            _ => None,
        }
    }

    /// Its name in its schema, where it is in one and is no part of another object, whatever it has for
    /// arguments.
    #[must_use]
    pub const fn qualified(&self) -> Option<&QualifiedName> {
        match self {
            Self::BaseType(name)
            | Self::Collation(name)
            | Self::CompositeType(name)
            | Self::Conversion(name)
            | Self::Domain(name)
            | Self::Enum(name)
            | Self::ForeignTable(name)
            | Self::Index(name)
            | Self::MaterializedView(name)
            | Self::Range(name)
            | Self::RowType(name)
            | Self::Sequence(name)
            | Self::ShellType(name)
            | Self::Statistics(name)
            | Self::Table(name)
            | Self::TextSearchConfiguration(name)
            | Self::TextSearchDictionary(name)
            | Self::TextSearchParser(name)
            | Self::TextSearchTemplate(name)
            | Self::View(name) => Some(name),
            Self::Aggregate(of) | Self::Function(of) | Self::Operator(of) | Self::Procedure(of) => {
                Some(&of.name)
            }
            Self::OperatorClass(of) | Self::OperatorFamily(of) => Some(&of.name),
            _ => None,
        }
    }

    /// The schema that it stands in.
    #[must_use]
    pub fn schema(&self) -> Option<&Ident> {
        let name = self.part().map(|part| &part.whole).or_else(|| self.qualified());
        name.and_then(|name| name.schema.as_ref())
    }

    /// The kind of objects that default privileges name for it, as `ALTER DEFAULT PRIVILEGES` writes it; none
    /// where they never act on it.
    #[must_use]
    pub const fn kind_in_default_privileges(&self) -> Option<&'static str> {
        Some(match self {
            Self::ForeignTable(_) | Self::MaterializedView(_) | Self::Table(_) | Self::View(_) => "TABLES",
            Self::Sequence(_) => "SEQUENCES",
            Self::Aggregate(_) | Self::Function(_) | Self::Procedure(_) => "FUNCTIONS",
            Self::BaseType(_) | Self::CompositeType(_) | Self::Domain(_) | Self::Enum(_) | Self::Range(_) => {
                "TYPES"
            }
            Self::Schema(_) => "SCHEMAS",
            _ => return None,
        })
    }

    /// Its name where it has parts of its own: tables, views, composite types, domains.
    #[must_use]
    pub const fn as_whole(&self) -> Option<&QualifiedName> {
        match self {
            Self::CompositeType(name)
            | Self::Domain(name)
            | Self::ForeignTable(name)
            | Self::MaterializedView(name)
            | Self::Table(name)
            | Self::View(name) => Some(name),
            _ => None,
        }
    }
}

struct NameOf<'a>(&'a ObjectId);

impl fmt::Display for NameOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write_name(f)
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind())?;
        self.write_name(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_stand_in_the_order_of_their_words() {
        let words: Vec<&str> = ObjectKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert!(words.is_sorted(), "{words:?}");
    }

    #[test]
    fn an_identity_is_read_from_its_text_and_written_as_that_text() {
        for (kind, name) in [
            ("schema", r#""Odd one""#),
            ("table", "public.t"),
            ("table", r#""say ""x""."."a.b""#),
            ("column", r#"public."a.b"."c.d""#),
            ("column", r#"public.t."say ""x"".""#),
            ("column", "t.c"),
            ("function", "public.f(integer, VARIADIC text[])"),
            ("function", r#"public."a(b"("c)d" integer)"#),
            ("aggregate", "public.counted()"),
            ("operator", "public.===(integer,integer)"),
            ("operator class", "public.pair_hash USING hash"),
            ("cast", r#"(public."x AS y" AS pg_catalog.text)"#),
            ("transform", "for public.pair language plpgsql"),
            ("user mapping", r#""My role" SERVER away"#),
            ("published table", r#""p: q": public.t"#),
            ("published schema", r#"p: "Odd one""#),
            ("default privileges", "FOR ROLE o IN SCHEMA public ON TABLES TO app"),
            ("default privileges", r#"FOR ROLE "a b" ON LARGE OBJECTS TO PUBLIC"#),
            ("database setting", "search_path of role app"),
            ("database setting", "app.name"),
            ("database", "(current)"),
            ("privileges", "function pg_catalog.pg_sleep(double precision)"),
        ] {
            let object = ObjectId::parse(kind, name).unwrap_or_else(|| panic!("{kind} {name}"));
            assert_eq!(object.to_string(), format!("{kind} {name}"));
            assert_eq!(object.kind().as_str(), kind);
        }
    }

    #[test]
    fn a_part_knows_its_whole_whatever_the_names_hold() {
        let part = |name: &str| {
            let object = ObjectId::parse("column", name)?;
            object.part().map(|part| (part.whole.to_string(), part.name.to_string()))
        };
        let of = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(part("public.t.a"), of("public.t", "a"));
        assert_eq!(part(r#"public."a.b"."c.d""#), of(r#"public."a.b""#, r#""c.d""#));
        assert_eq!(part(r#"public.t."say ""x""."#), None);
        assert_eq!(part(r#"public.t."say ""x"".""#), of("public.t", r#""say ""x"".""#));
        assert_eq!(part("t"), None);
    }

    #[test]
    fn what_is_no_identity_is_none() {
        for (kind, name) in
            [("bookmark", "a"), ("table", ""), ("table", "a.b.c"), ("cast", "a"), ("schema", "a b")]
        {
            assert_eq!(ObjectId::parse(kind, name), None, "{kind} {name}");
        }
    }
}
