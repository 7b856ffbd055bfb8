use super::*;
use files::Migrations;
use model::{Catalog, ObjectId, Property};

mod kinds;
mod matching;

/// An object a word, as `table a` or `column a.b`, with its `definition`.
fn catalog(objects: &[(&str, &str)]) -> Catalog {
    let mut catalog = Catalog::default();
    for (object, definition) in objects {
        let (kind, name) = object.split_once(' ').unwrap();
        catalog.add(ObjectId::parse(kind, name).unwrap(), Property::Definition, definition);
    }
    catalog
}

fn migrations(files: &[&str]) -> Migrations {
    Migrations::from_files(files.iter().map(|file| ((*file).to_owned(), b"SELECT 1;".to_vec()))).unwrap()
}

fn timeline(catalogs: &[Catalog]) -> Timeline {
    let mut timeline = Timeline::new(&catalogs[0]);
    catalogs[1..].iter().for_each(|catalog| timeline.push(catalog));
    timeline
}

fn presences(catalogs: &[Catalog], database: &Catalog) -> Vec<Presence> {
    Evidence::compare(&timeline(catalogs), database).presences
}

/// A table with two columns, another table, a change of the first, the second's index dropped again by the
/// last.
fn history() -> Vec<Catalog> {
    let (a, b) = (("table a", "t"), ("table b", "t"));
    let (x, y) = (("column a.x", "int"), ("column a.y", "text"));
    vec![
        catalog(&[]),
        catalog(&[a, x, y]),
        catalog(&[a, x, y, b, ("index i", "on b")]),
        catalog(&[a, ("column a.x", "bigint"), y, b, ("index i", "on b")]),
        catalog(&[a, ("column a.x", "bigint"), y, b]),
    ]
}

const FILES: [&str; 4] = ["V1__a.sql", "V2__b.sql", "V3__x.sql", "V4__i.sql"];

/// Returns the result of adopting, a word per migration, or the refusal.
fn outcome(
    catalogs: &[Catalog],
    database: &Catalog,
    migrations: &Migrations,
    records: &[Record],
    through: Option<usize>,
) -> Result<Vec<&'static str>, AdoptionError> {
    let evidence = Evidence::compare(&timeline(catalogs), database);
    let adoption = adoption(migrations, &evidence, records, through)?;
    let step = |step: &AdoptionStep<'_>| match step {
        AdoptionStep::Stamp(_, ground) => ground.as_str(),
        AdoptionStep::Apply(_) => "apply",
    };
    Ok(adoption.steps.iter().map(step).chain(adoption.pending.iter().map(|_| "pending")).collect())
}

#[test]
fn a_database_between_two_migrations_has_those_before_and_not_those_after() {
    for applied in 0..=3 {
        let presences = presences(&history(), &history()[applied]);
        for (place, presence) in presences.iter().take(3).enumerate() {
            let wanted = if place < applied { Presence::Applied } else { Presence::Absent };
            assert_eq!(presence, &wanted, "V{} where {applied} are applied", place + 1);
        }
    }
}

#[test]
fn a_timeline_of_changes_tells_what_one_of_whole_catalogs_does() {
    let catalogs = history();
    let mut of_changes = Timeline::new(&catalogs[0]);
    let change = |object: &str, value: Option<&str>| {
        let (kind, name) = object.split_once(' ').unwrap();
        let object = ObjectId::parse(kind, name).unwrap();
        Change { object, property: Property::Definition, value: value.map(Into::into) }
    };
    let a =
        [change("table a", Some("t")), change("column a.x", Some("int")), change("column a.y", Some("text"))];
    of_changes.push_changes(a);
    of_changes.push_changes([change("table b", Some("t")), change("index i", Some("on b"))]);
    of_changes.push_changes([change("column a.x", Some("bigint")), change("column a.y", Some("text"))]);
    of_changes.push_changes([change("index i", None)]);
    assert_eq!(of_changes, timeline(&catalogs));
    for catalog in &catalogs {
        let positions = Evidence::compare(&of_changes, catalog).positions;
        let wanted: Vec<usize> = (0..catalogs.len()).filter(|i| catalogs[*i] == *catalog).collect();
        assert_eq!(positions, wanted);
    }
}

#[test]
fn a_timeline_holds_changes_and_not_catalogs() {
    let mut last = catalog(&[]);
    let mut timeline = Timeline::new(&last);
    for i in 0..200 {
        let object = ObjectId::parse("table", &format!("t{i}")).unwrap();
        last.add(object, Property::Definition, &"x".repeat(100));
        timeline.push(&last);
    }
    // 200 catalogs would have 20,100 values.
    assert_eq!(timeline.values(), 200);
}

#[test]
fn an_object_that_comes_and_goes_tells_nothing_while_it_is_away() {
    let at_first = presences(&history(), &history()[1]);
    assert_eq!(at_first[3], Presence::Unknown, "the index is not there before and after");
    let before_the_last = presences(&history(), &history()[3]);
    assert_eq!(before_the_last[3], Presence::Absent, "the index is there still");
}

#[test]
fn a_database_may_have_a_later_migration_without_an_earlier_one() {
    let only_b = catalog(&[("table b", "t"), ("index i", "on b")]);
    assert_eq!(presences(&history(), &only_b)[..3], [Presence::Absent, Presence::Applied, Presence::Absent]);
    let found = outcome(&history(), &only_b, &migrations(&FILES), &[], None).unwrap();
    assert_eq!(found, ["apply", "catalog", "pending", "pending"]);
}

#[test]
fn a_migration_that_is_there_in_part_stops_adoption_with_what_differs() {
    let half = catalog(&[("table a", "t"), ("column a.x", "int")]);
    assert_eq!(presences(&history(), &half)[0], Presence::Partial(vec!["column a.y is missing".to_owned()]));
    let text = outcome(&history(), &half, &migrations(&FILES), &[], None).unwrap_err().to_string();
    assert!(
        text.starts_with("V1__a is there in part") && text.contains("\n  column a.y is missing\n"),
        "{text}"
    );
}

#[test]
fn a_value_that_no_migration_gives_is_held_against_the_one_that_made_the_object() {
    let other = catalog(&[("table a", "t"), ("column a.x", "uuid"), ("column a.y", "text")]);
    let wanted = "column a.x: definition is uuid, and the migration makes it int";
    assert_eq!(presences(&history(), &other)[0], Presence::Partial(vec![wanted.to_owned()]));
}

#[test]
fn owners_and_places_tell_nothing_where_the_catalog_tells_all() {
    let mut database = history().remove(1);
    let object = ObjectId::parse("table", "a").unwrap();
    database.add(object.clone(), Property::Owner, "somebody");
    assert_eq!(presences(&history(), &database)[0], Presence::Applied);
}

#[test]
fn what_changes_rows_only_is_unclear_where_one_before_it_has_to_run() {
    let (a, b) = (("table a", "t"), ("table b", "t"));
    let catalogs = [catalog(&[]), catalog(&[a]), catalog(&[a]), catalog(&[a, b])];
    let migrations = migrations(&["V1__a.sql", "V2__rows.sql", "V3__b.sql"]);
    let refused = outcome(&catalogs, &catalog(&[b]), &migrations, &[], None).unwrap_err();
    let AdoptionError::Unclear { label, before, later } = refused else { panic!("{refused}") };
    assert_eq!([label, before, later], ["V2__rows", "V1__a", "V3__b"]);
}

#[test]
fn what_cannot_run_in_a_transaction_cannot_run_before_what_is_stamped() {
    let files = [("V1__a.sql", "-- branchline: no-transaction\nSELECT 1;"), ("V2__b.sql", "SELECT 1;")];
    let files = files.map(|(file, sql)| (file.to_owned(), sql.as_bytes().to_vec()));
    let migrations = Migrations::from_files(files).unwrap();
    let (a, b) = (("table a", "t"), ("table b", "t"));
    let catalogs = [catalog(&[]), catalog(&[a]), catalog(&[a, b])];
    let refused = outcome(&catalogs, &catalog(&[b]), &migrations, &[], None).unwrap_err();
    assert!(matches!(refused, AdoptionError::NoTransaction { .. }), "{refused}");
    assert_eq!(outcome(&catalogs, &catalogs[0], &migrations, &[], None).unwrap(), ["pending", "pending"]);
}

#[test]
fn objects_that_no_migration_makes_are_named() {
    let database = catalog(&[("table a", "t"), ("table users", "t")]);
    let names: Vec<String> =
        others(&timeline(&history()), &database).iter().map(ToString::to_string).collect();
    assert_eq!(names, ["table users"]);
}

#[test]
fn a_timeline_with_gaps_finds_the_place_and_says_where_to_look_closer() {
    let mut catalogs = vec![catalog(&[])];
    let mut last = catalog(&[]);
    for i in 1..=40 {
        // Every fifth changes rows only.
        if i % 5 != 0 {
            let object = ObjectId::parse("table", &format!("t{i}")).unwrap();
            last.add(object, Property::Definition, "x");
        }
        catalogs.push(last.clone());
    }
    let read_at = |wanted: &dyn Fn(usize) -> bool| {
        let mut timeline = Timeline::new(&catalogs[0]);
        for (i, catalog) in catalogs.iter().enumerate().skip(1) {
            if wanted(i) { timeline.push(catalog) } else { timeline.skip(i % 5 != 0) }
        }
        timeline
    };
    let sparse = read_at(&|i| i % 10 == 0 || i > 35);
    let at_the_end = Evidence::compare(&sparse, &catalogs[40]);
    assert_eq!((at_the_end.positions, at_the_end.is_settled), (vec![39, 40], true));
    let traces: Vec<usize> = (1..=40).filter(|i| !at_the_end.traces[i - 1]).collect();
    assert_eq!(
        traces,
        [5, 15, 25, 35, 40],
        "what was skipped and what was read both tell; 10, 20, 30 ended a gap"
    );
    let within = Evidence::compare(&sparse, &catalogs[23]);
    assert!(within.positions.is_empty() && !within.is_settled);
    assert_eq!(within.nearest, 20);
    let closer = Evidence::compare(&read_at(&|i| i % 10 == 0 || (15..=25).contains(&i)), &catalogs[23]);
    assert_eq!((closer.positions, closer.is_settled), (vec![23], true));
}
