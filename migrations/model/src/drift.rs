//! How a database differs from what its migrations make, apart from what rightly differs from server to server.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Difference, Object};
use crate::column_order::ReorderedTables;

/// The tables in which other tools keep what they have applied.
const HISTORIES: [&str; 9] = [
    "alembic_version",
    "_sqlx_migrations",
    "flyway_schema_history",
    "__diesel_schema_migrations",
    "django_migrations",
    "schema_migrations",
    "goose_db_version",
    "_prisma_migrations",
    "ar_internal_metadata",
];

/// Kinds that belong to the whole database, of which a server's provider makes its own.
const OF_THE_DATABASE: [&str; 15] = [
    "schema",
    "extension",
    "event trigger",
    "publication",
    "published table",
    "published schema",
    "subscription",
    "language",
    "foreign-data wrapper",
    "server",
    "user mapping",
    "cast",
    "access method",
    "transform",
    "privileges",
];

/// What a database's catalog has other than its migrations make it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// What somebody has changed, added to what the migrations make, or taken away.
    pub differences: Vec<Difference>,
    /// Objects that no migration makes and that are nobody's part: those of a provider, of another tool, of another
    /// application.
    pub others: Vec<Object>,
    /// Columns that stand further back than the migrations put them.
    pub reordered: Vec<String>,
}

/// Compares a database's catalog with the one that its migrations make in an empty database.
///
/// Owners are not compared, and what an owner may is, whoever it is. What a role may beyond is a difference unless the
/// database's default privileges gave it. Objects of another tool are no difference where that tool's history is there.
#[must_use]
pub fn drift(expected: &Catalog, database: &Catalog) -> Drift {
    let (reordered, differences) = ReorderedTables::take(expected, expected.diff(database));
    let comparison = Comparison::new(expected, database);
    let mut drift = Drift { reordered: reordered.columns().collect(), ..Drift::default() };
    for difference in differences {
        match comparison.judge(&difference) {
            Verdict::Drift => drift.differences.push(difference),
            Verdict::Other(object) => drift.others.push(object.clone()),
            Verdict::Right => {}
        }
    }
    drift
}

enum Verdict<'a> {
    Drift,
    Other(&'a Object),
    Right,
}

struct Comparison<'a> {
    expected: &'a Catalog,
    database: &'a Catalog,
    /// The schemas that the migrations know.
    schemas: BTreeSet<&'a str>,
    /// Tables, views and types that are there on one side only: their parts are not told one by one.
    one_sided: BTreeSet<&'a str>,
    /// Whether another tool keeps a history in the database.
    is_adopted: bool,
    /// What default privileges give: by kind of object and grantee.
    defaults: BTreeMap<(&'a str, &'a str), Vec<&'a str>>,
}

impl<'a> Comparison<'a> {
    fn new(expected: &'a Catalog, database: &'a Catalog) -> Self {
        let wholes = |catalog: &'a Catalog, other: &'a Catalog| {
            let only = catalog.iter().map(|(object, _)| object).filter(|object| !other.contains(object));
            only.filter(|object| is_whole(&object.kind)).map(|object| object.name.as_str())
        };
        let named = |kind: &'static str| expected.iter().filter(move |(object, _)| object.kind == kind);
        let defaults = database.iter().filter(|(object, _)| object.kind == "default privileges");
        let mut by_grantee: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for (object, of) in defaults {
            // FOR ROLE r [IN SCHEMA s] ON TABLES TO g
            if let Some((rest, grantee)) = object.name.rsplit_once(" TO ")
                && let Some((_, kind)) = rest.rsplit_once(" ON ")
            {
                let given = of.get("privileges").map_or("", String::as_str).split(", ");
                by_grantee.entry((kind, grantee)).or_default().extend(given);
            }
        }
        Self {
            expected,
            database,
            schemas: named("schema").map(|(object, _)| object.name.as_str()).collect(),
            one_sided: wholes(expected, database).chain(wholes(database, expected)).collect(),
            is_adopted: database.iter().any(|(object, _)| is_history(object)),
            defaults: by_grantee,
        }
    }

    fn judge<'d>(&self, difference: &'d Difference) -> Verdict<'d> {
        match difference {
            Difference::New(object) => self.judge_new(object),
            Difference::Gone(object) => {
                let is_told =
                    self.is_part_of_one_sided(object, self.expected) || self.is_renamed_default(object);
                if is_told { Verdict::Right } else { Verdict::Drift }
            }
            Difference::Changed { object, property, before, after } => {
                let is_right = match property.as_str() {
                    "owner" | "populated" | "version" | "tablespace" => true,
                    "comment" if object.kind == "extension" => true,
                    property
                        if property.starts_with("secret ") || property.starts_with("security label ") =>
                    {
                        true
                    }
                    property => match property.strip_prefix("privileges of ") {
                        Some(grantee) => {
                            self.is_right_of(object, grantee, before.as_deref(), after.as_deref())
                        }
                        None => false,
                    },
                };
                if is_right { Verdict::Right } else { Verdict::Drift }
            }
        }
    }

    fn judge_new<'d>(&self, object: &'d Object) -> Verdict<'d> {
        let kind = object.kind.as_str();
        if self.is_part_of_one_sided(object, self.database)
            || is_history(object)
            || is_part_of_history(object)
        {
            return Verdict::Right;
        }
        // Of another server, each has its own.
        if kind.starts_with("database") || kind == "default privileges" {
            return Verdict::Right;
        }
        if OF_THE_DATABASE.contains(&kind) {
            return Verdict::Other(object);
        }
        let is_in_known_schema = self
            .schemas
            .iter()
            .any(|schema| object.name.strip_prefix(schema).is_some_and(|rest| rest.starts_with('.')));
        if !is_in_known_schema || (self.is_adopted && self.is_nobodys_part(object)) {
            return Verdict::Other(object);
        }
        Verdict::Drift
    }

    /// Whether an object is a part of a table that is there on one side only, and so not told by itself.
    fn is_part_of_one_sided(&self, object: &Object, side: &Catalog) -> bool {
        let of_table = match object.kind.as_str() {
            "index" | "statistics" => side.value(object, "table"),
            "sequence" => side.value(object, "owned by").and_then(|owner| Some(split_owner(owner)?.0)),
            kind if is_whole(kind) => return false,
            _ => object.split_part().map(|(whole, _)| whole),
        };
        of_table.is_some_and(|table| self.one_sided.contains(table))
    }

    fn is_nobodys_part(&self, object: &Object) -> bool {
        match object.kind.as_str() {
            "index" | "statistics" | "column" | "constraint" | "trigger" | "rule" | "policy" => false,
            "sequence" => self.database.value(object, "owned by").is_none(),
            _ => true,
        }
    }

    /// Default privileges are those of a role, which is another where another role owns.
    fn is_renamed_default(&self, object: &Object) -> bool {
        let Some((_, scope)) = object.name.strip_prefix("FOR ROLE ").and_then(|rest| rest.split_once(' '))
        else {
            return false;
        };
        let wanted = self.expected.value(object, "privileges");
        object.kind == "default privileges"
            && self.database.iter().any(|(other, of)| {
                other.kind == object.kind
                    && other
                        .name
                        .split_once(' ')
                        .and_then(|(_, rest)| rest.split_once(' '))
                        .and_then(|(_, r)| r.split_once(' '))
                        .map(|(_, s)| s)
                        == Some(scope)
                    && of.get("privileges").map(String::as_str) == wanted
            })
    }

    /// Whether what a grantee may differs rightly.
    fn is_right_of(&self, object: &Object, grantee: &str, before: Option<&str>, after: Option<&str>) -> bool {
        // An owner may everything, without a grant.
        let owner = self.database.value(object, "owner");
        if after.is_none() && owner == Some(grantee.trim_matches('"')) {
            return true;
        }
        let kind = match object.kind.as_str() {
            "table" | "view" | "materialized view" | "foreign table" => "TABLES",
            "sequence" => "SEQUENCES",
            "function" | "procedure" | "aggregate" => "FUNCTIONS",
            "schema" => "SCHEMAS",
            _ => "TYPES",
        };
        let given = self.defaults.get(&(kind, grantee)).map(Vec::as_slice).unwrap_or_default();
        let wanted: BTreeSet<&str> =
            privileges(before).chain(given.iter().copied().filter(|p| *p != "none")).collect();
        let there: BTreeSet<&str> = privileges(after).collect();
        let needed: BTreeSet<&str> = privileges(before).collect();
        !given.is_empty() && there.is_subset(&wanted) && there.is_superset(&needed)
    }
}

fn privileges(listed: Option<&str>) -> impl Iterator<Item = &str> {
    listed.into_iter().flat_map(|listed| listed.split(", ")).filter(|privilege| *privilege != "none")
}

/// The table and the column of `public.t.c (a)`.
fn split_owner(owner: &str) -> Option<(&str, &str)> {
    let (column, _) = owner.rsplit_once(" (")?;
    let end = Object::new("column", column).split_part()?.0.len();
    Some((&column[..end], &column[end + 1..]))
}

fn is_whole(kind: &str) -> bool {
    matches!(kind, "table" | "view" | "materialized view" | "foreign table" | "composite type" | "domain")
}

fn is_history(object: &Object) -> bool {
    object.kind == "table" && object.split_part().is_some_and(|(_, name)| HISTORIES.contains(&name))
}

/// Tools name the indexes and sequences of their histories after them.
fn is_part_of_history(object: &Object) -> bool {
    let table = match object.kind.as_str() {
        "index" | "sequence" => object.split_part().map(|(_, name)| name),
        _ => object.split_part().and_then(|(whole, _)| Some(whole.rsplit_once('.')?.1)),
    };
    table.is_some_and(|name| HISTORIES.iter().any(|history| name.starts_with(history)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kind, name, property, value.
    type Fact = (&'static str, &'static str, &'static str, &'static str);

    const TABLE: [Fact; 4] = [
        ("schema", "public", "owner", "pg_database_owner"),
        ("table", "public.t", "persistence", "logged"),
        ("table", "public.t", "owner", "developer"),
        ("column", "public.t.a", "type", "integer"),
    ];

    fn drift_by(changes: &[Fact]) -> (Vec<String>, Vec<String>) {
        let catalog = |facts: &mut dyn Iterator<Item = &Fact>| {
            let mut catalog = Catalog::default();
            for (kind, name, property, value) in facts {
                catalog.add(Object::new(kind, name), (*property).to_owned(), (*value).to_owned());
            }
            catalog
        };
        let expected = catalog(&mut TABLE.iter());
        let drift = drift(&expected, &catalog(&mut TABLE.iter().chain(changes)));
        let texts = |list: &[Difference]| list.iter().map(|d| d.to_string().replace('\n', " ")).collect();
        (texts(&drift.differences), drift.others.iter().map(ToString::to_string).collect())
    }

    fn none() -> Vec<String> {
        Vec::new()
    }

    #[test]
    fn what_was_changed_by_hand_is_drift() {
        let column = ("column", "public.t.b", "type", "text");
        assert_eq!(drift_by(&[column]), (vec!["+ column public.t.b".to_owned()], none()));
        let security = ("table", "public.t", "row security", "on");
        assert_eq!(
            drift_by(&[security]),
            (vec!["~ table public.t: row security     + on".to_owned()], none())
        );
    }

    #[test]
    fn a_new_table_is_told_without_its_parts() {
        let table = [
            ("table", "public.u", "persistence", "logged"),
            ("column", "public.u.a", "type", "text"),
            ("index", "public.u_a", "table", "public.u"),
            ("sequence", "public.s", "owned by", "public.u.a (a)"),
        ];
        assert_eq!(drift_by(&table), (vec!["+ table public.u".to_owned()], none()));
    }

    #[test]
    fn what_a_provider_or_another_application_has_is_no_drift() {
        let foreign = [
            ("schema", "auth", "owner", "provider"),
            ("table", "auth.users", "persistence", "logged"),
            ("extension", "pg_stat_statements", "version", "1.11"),
            ("database setting", "work_mem", "value", "8MB"),
        ];
        let others = ["extension pg_stat_statements", "schema auth", "table auth.users"];
        assert_eq!(drift_by(&foreign), (none(), others.map(str::to_owned).to_vec()));
    }

    #[test]
    fn beside_another_tools_history_its_tables_are_no_drift_and_changed_ones_are() {
        let adopted = [
            ("table", "public.alembic_version", "persistence", "logged"),
            (
                "constraint",
                "public.alembic_version.alembic_version_pkc",
                "definition",
                "PRIMARY KEY (version_num)",
            ),
            ("table", "public.others", "persistence", "logged"),
            ("column", "public.t.b", "type", "text"),
        ];
        let (drift, others) = drift_by(&adopted);
        assert_eq!(
            (drift, others),
            (vec!["+ column public.t.b".to_owned()], vec!["table public.others".to_owned()])
        );
    }

    #[test]
    fn owners_are_not_compared() {
        assert_eq!(drift_by(&[("table", "public.t", "owner", "production")]), (none(), none()));
    }

    #[test]
    fn a_grant_by_hand_is_drift_unless_default_privileges_gave_it() {
        let grant = ("table", "public.t", "privileges of app", "SELECT");
        let by_hand = "~ table public.t: privileges of app     + SELECT".to_owned();
        assert_eq!(drift_by(&[grant]), (vec![by_hand.clone()], none()));
        let defaults = (
            "default privileges",
            "FOR ROLE o IN SCHEMA public ON TABLES TO app",
            "privileges",
            "INSERT, SELECT",
        );
        assert_eq!(drift_by(&[grant, defaults]), (none(), none()));
        let less =
            ("default privileges", "FOR ROLE o IN SCHEMA public ON TABLES TO app", "privileges", "INSERT");
        assert_eq!(drift_by(&[grant, less]), (vec![by_hand], none()));
    }
}
