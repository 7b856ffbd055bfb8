//! Compares a database with what its migrations make, apart from what rightly differs from server to server.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Difference, Ident, ObjectId, Property, QualifiedName};
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

/// The differences of a database's catalog from what its migrations make.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// Objects and properties that somebody has changed, added to what the migrations make, or taken away.
    pub differences: Vec<Difference>,
    /// Objects that no migration makes and that are nobody's part: those of a provider, of another tool, of
    /// another application.
    pub others: Vec<ObjectId>,
    /// Columns that stand further back than the migrations put them.
    pub reordered: Vec<String>,
}

/// Compares a database's catalog with the one that its migrations make in an empty database.
///
/// Owners are not compared, and what an owner may is, whoever it is. What a role may beyond is a difference
/// unless the database's default privileges gave it. Objects of another tool are no difference where that
/// tool's history is there.
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

/// The database's catalog, in which what rightly differs from the expected one is as it is there: owners,
/// what default privileges give, objects of other applications and of the server. Comparing it with the
/// expected one finds what somebody changed.
#[must_use]
pub fn without_what_rightly_differs(expected: &Catalog, database: &Catalog) -> Catalog {
    let (_, differences) = ReorderedTables::take(expected, expected.diff(database));
    let comparison = Comparison::new(expected, database);
    let mut aligned = database.clone();
    for difference in differences {
        match (comparison.judge(&difference), &difference) {
            (Verdict::Drift, _) => {}
            (Verdict::Other(object), _) => aligned.remove(object),
            (Verdict::Right, Difference::New(object)) => {
                if !comparison.is_part_of_one_sided(object, database) || is_history(object) {
                    aligned.remove(object);
                }
            }
            (Verdict::Right, Difference::Gone(object)) => {
                if !comparison.is_part_of_one_sided(object, expected) {
                    aligned.copy(object, expected);
                }
            }
            (Verdict::Right, Difference::Changed { object, property, before, .. }) => {
                aligned.set(object, property, before.clone());
            }
        }
    }
    // The parts of what was left out.
    let there: BTreeSet<&QualifiedName> =
        aligned.iter().filter_map(|(object, _)| object.as_whole()).collect();
    let left_out: BTreeSet<&QualifiedName> = database
        .iter()
        .filter_map(|(object, _)| object.as_whole())
        .filter(|whole| !there.contains(whole))
        .collect();
    let is_part = |object: &&ObjectId| database.whole(object).is_some_and(|whole| left_out.contains(&whole));
    let parts: Vec<ObjectId> = aligned.iter().map(|(object, _)| object).filter(is_part).cloned().collect();
    parts.iter().for_each(|object| aligned.remove(object));
    aligned
}

enum Verdict<'a> {
    Drift,
    Other(&'a ObjectId),
    Right,
}

struct Comparison<'a> {
    expected: &'a Catalog,
    database: &'a Catalog,
    /// The schemas that the migrations know.
    schemas: BTreeSet<&'a Ident>,
    /// Tables, views and types that are there on one side only: their parts are not listed one by one.
    one_sided: BTreeSet<&'a QualifiedName>,
    /// True if another tool keeps a history in the database.
    is_adopted: bool,
    /// Privileges by default: by kind of object and grantee.
    defaults: BTreeMap<(&'a str, &'a Ident), Vec<&'a str>>,
}

impl<'a> Comparison<'a> {
    fn new(expected: &'a Catalog, database: &'a Catalog) -> Self {
        let wholes = |catalog: &'a Catalog, other: &'a Catalog| {
            let only = catalog.iter().map(|(object, _)| object).filter(|object| !other.contains(object));
            only.filter_map(ObjectId::as_whole)
        };
        let schemas = expected.iter().filter_map(|(object, _)| match object {
            ObjectId::Schema(name) => Some(name),
            _ => None,
        });
        let mut by_grantee: BTreeMap<(&str, &Ident), Vec<&str>> = BTreeMap::new();
        for (object, of) in database.iter() {
            if let ObjectId::DefaultPrivileges(name) = object {
                let given = of.get(&Property::Privileges).map_or("", AsRef::as_ref).split(", ");
                by_grantee.entry((&name.objects, &name.grantee)).or_default().extend(given);
            }
        }
        Self {
            expected,
            database,
            schemas: schemas.collect(),
            one_sided: wholes(expected, database).chain(wholes(database, expected)).collect(),
            is_adopted: database.iter().any(|(object, _)| is_history(object)),
            defaults: by_grantee,
        }
    }

    fn judge<'d>(&self, difference: &'d Difference) -> Verdict<'d> {
        match difference {
            Difference::New(object) => self.judge_new(object),
            Difference::Gone(object) => {
                let is_reported =
                    self.is_part_of_one_sided(object, self.expected) || self.is_renamed_default(object);
                if is_reported { Verdict::Right } else { Verdict::Drift }
            }
            Difference::Changed { object, property, before, after } => {
                let is_right = match property {
                    Property::Owner
                    | Property::Populated
                    | Property::Version
                    | Property::Tablespace
                    | Property::SecretOption(_)
                    | Property::SecurityLabelOf(_) => true,
                    Property::Comment => matches!(object, ObjectId::Extension(_)),
                    Property::PrivilegesOf(grantee) => {
                        self.is_right_of(object, &Ident::new(grantee), before.as_deref(), after.as_deref())
                    }
                    _ => false,
                };
                if is_right { Verdict::Right } else { Verdict::Drift }
            }
        }
    }

    fn judge_new<'d>(&self, object: &'d ObjectId) -> Verdict<'d> {
        if self.is_part_of_one_sided(object, self.database)
            || is_history(object)
            || is_part_of_history(object)
            || is_of_server(object)
        {
            return Verdict::Right;
        }
        let is_in_known_schema = object.schema().is_some_and(|schema| self.schemas.contains(schema));
        if is_of_database(object) || !is_in_known_schema || (self.is_adopted && self.is_nobodys_part(object))
        {
            return Verdict::Other(object);
        }
        Verdict::Drift
    }

    /// Returns whether an object is a part of a table that is there on one side only, and so not listed by
    /// itself.
    fn is_part_of_one_sided(&self, object: &ObjectId, side: &Catalog) -> bool {
        side.whole(object).is_some_and(|whole| self.one_sided.contains(&whole))
    }

    fn is_nobodys_part(&self, object: &ObjectId) -> bool {
        self.database.whole(object).is_none()
    }

    /// Default privileges are those of a role, which is another where another role owns.
    fn is_renamed_default(&self, object: &ObjectId) -> bool {
        let ObjectId::DefaultPrivileges(wanted) = object else { return false };
        let privileges = self.expected.value(object, &Property::Privileges);
        self.database.iter().any(|(other, of)| {
            let ObjectId::DefaultPrivileges(name) = other else { return false };
            (&name.schema, &name.objects, &name.grantee) == (&wanted.schema, &wanted.objects, &wanted.grantee)
                && of.get(&Property::Privileges).map(AsRef::as_ref) == privileges
        })
    }

    /// Returns whether what a grantee may differs rightly.
    fn is_right_of(
        &self,
        object: &ObjectId,
        grantee: &Ident,
        before: Option<&str>,
        after: Option<&str>,
    ) -> bool {
        // An owner may everything, without a grant.
        let owner = self.database.value(object, &Property::Owner);
        if after.is_none() && owner == Some(&grantee.unquoted()) {
            return true;
        }
        let kind = object.kind_in_default_privileges();
        let given = kind.and_then(|kind| self.defaults.get(&(kind, grantee))).map_or(&[][..], Vec::as_slice);
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

/// Kinds that belong to the whole database, of which a server's provider makes its own.
const fn is_of_database(object: &ObjectId) -> bool {
    matches!(
        object,
        ObjectId::Schema(_)
            | ObjectId::Extension(_)
            | ObjectId::EventTrigger(_)
            | ObjectId::Publication(_)
            | ObjectId::PublishedTable(_)
            | ObjectId::PublishedSchema(_)
            | ObjectId::Subscription(_)
            | ObjectId::Language(_)
            | ObjectId::ForeignDataWrapper(_)
            | ObjectId::Server(_)
            | ObjectId::UserMapping(_)
            | ObjectId::Cast(_)
            | ObjectId::AccessMethod(_)
            | ObjectId::Transform(_)
            | ObjectId::SystemPrivileges(_)
    )
}

/// Returns whether each server has its own of the object.
const fn is_of_server(object: &ObjectId) -> bool {
    matches!(
        object,
        ObjectId::Database(_)
            | ObjectId::DatabasePrivileges(_)
            | ObjectId::DatabaseSetting(_)
            | ObjectId::DefaultPrivileges(_)
    )
}

fn is_history(object: &ObjectId) -> bool {
    matches!(object, ObjectId::Table(name) if HISTORIES.contains(&name.name.as_str()))
}

/// Tools name the indexes and sequences of their histories after them.
fn is_part_of_history(object: &ObjectId) -> bool {
    let table = match object {
        ObjectId::Index(name) | ObjectId::Sequence(name) => Some(name),
        _ => object.part().map(|part| &part.whole),
    };
    table.is_some_and(|table| HISTORIES.iter().any(|history| table.name.as_str().starts_with(history)))
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

    #[test]
    fn what_rightly_differs_is_taken_over_and_what_was_changed_is_not() {
        let catalog = |facts: &[Fact]| {
            let mut catalog = Catalog::default();
            for (kind, name, property, value) in facts {
                let object = ObjectId::parse(kind, name).unwrap();
                catalog.add(object, Property::parse(property).unwrap(), value);
            }
            catalog
        };
        let expected = catalog(&TABLE);
        let database = catalog(&[
            ("schema", "public", "owner", "pg_database_owner"),
            ("table", "public.t", "persistence", "logged"),
            ("table", "public.t", "owner", "neondb_owner"),
            ("column", "public.t.a", "type", "bigint"),
            ("schema", "other", "owner", "neondb_owner"),
            ("table", "other.x", "owner", "neondb_owner"),
            ("column", "other.x.a", "type", "integer"),
            ("table", "public.alembic_version", "owner", "neondb_owner"),
            ("column", "public.alembic_version.version_num", "type", "text"),
        ]);
        let left: Vec<String> = expected
            .diff(&without_what_rightly_differs(&expected, &database))
            .iter()
            .map(|difference| difference.to_string().replace('\n', ";"))
            .collect();
        assert_eq!(left, ["~ column public.t.a: type;    - integer;    + bigint"]);
    }

    fn drift_by(changes: &[Fact]) -> (Vec<String>, Vec<String>) {
        let catalog = |facts: &mut dyn Iterator<Item = &Fact>| {
            let mut catalog = Catalog::default();
            for (kind, name, property, value) in facts {
                let object = ObjectId::parse(kind, name).unwrap();
                catalog.add(object, Property::parse(property).unwrap(), value);
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
    fn a_new_table_is_reported_without_its_parts() {
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
