use super::*;

/// An object a word, as `table a` or `column a.b`, with its `definition`.
fn catalog(objects: &[(&str, &str)]) -> Catalog {
    let mut catalog = Catalog::default();
    for (object, definition) in objects {
        let (kind, name) = object.split_once(' ').unwrap();
        let object = Object { kind: kind.to_owned(), name: name.to_owned() };
        catalog.add(object, "definition".to_owned(), (*definition).to_owned());
    }
    catalog
}

fn migrations(files: &[&str]) -> Migrations {
    Migrations::from_files(files.iter().map(|file| ((*file).to_owned(), b"SELECT 1;".to_vec()))).unwrap()
}

/// A table with two columns, another table, a change of the first, the second's index dropped again by the last.
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

#[test]
fn a_database_between_two_migrations_has_those_before_and_not_those_after() {
    for applied in 0..=3 {
        let presences = presences(&history(), &history()[applied]);
        for (place, presence) in presences.iter().take(3).enumerate() {
            let wanted = if place < applied { Presence::Whole } else { Presence::Nothing };
            assert_eq!(presence, &wanted, "V{} where {applied} are applied", place + 1);
        }
    }
}

#[test]
fn an_object_that_comes_and_goes_tells_nothing_while_it_is_away() {
    let at_first = presences(&history(), &history()[1]);
    assert_eq!(at_first[3], Presence::Unknown, "the index is not there before and after");
    let before_the_last = presences(&history(), &history()[3]);
    assert_eq!(before_the_last[3], Presence::Nothing, "the index is there still");
}

#[test]
fn a_database_may_have_a_later_migration_without_an_earlier_one() {
    let only_b = catalog(&[("table b", "t"), ("index i", "on b")]);
    let presences = presences(&history(), &only_b);
    assert_eq!(presences[..3], [Presence::Nothing, Presence::Whole, Presence::Nothing]);
    let migrations = migrations(&["V1__a.sql", "V2__b.sql", "V3__x.sql", "V4__i.sql"]);
    let adoption = adoption(&migrations, &presences).unwrap();
    let all: Vec<&Migration> = migrations.iter().collect();
    assert_eq!(adoption.steps, [AdoptionStep::Apply(all[0]), AdoptionStep::Stamp(all[1])]);
    assert_eq!(adoption.pending, all[2..]);
}

#[test]
fn a_migration_that_is_there_in_part_stops_adoption_with_what_differs() {
    let half = catalog(&[("table a", "t"), ("column a.x", "int")]);
    let presences = presences(&history(), &half);
    assert_eq!(presences[0], Presence::Part(vec!["column a.y is missing".to_owned()]));
    let migrations = migrations(&["V1__a.sql", "V2__b.sql", "V3__x.sql", "V4__i.sql"]);
    let text = adoption(&migrations, &presences).unwrap_err().to_string();
    assert!(
        text.starts_with("V1__a is there in part") && text.contains("\n  column a.y is missing\n"),
        "{text}"
    );
}

#[test]
fn a_value_that_no_migration_gives_is_held_against_the_one_that_made_the_object() {
    let other = catalog(&[("table a", "t"), ("column a.x", "uuid"), ("column a.y", "text")]);
    let wanted = "column a.x: definition is uuid, and the migration makes it int";
    assert_eq!(presences(&history(), &other)[0], Presence::Part(vec![wanted.to_owned()]));
}

#[test]
fn owners_and_places_tell_nothing() {
    let mut database = history().remove(1);
    let object = Object { kind: "table".to_owned(), name: "a".to_owned() };
    database.add(object.clone(), "owner".to_owned(), "somebody".to_owned());
    assert_eq!(presences(&history(), &database)[0], Presence::Whole);
}

#[test]
fn what_changes_rows_only_counts_as_there_where_a_later_one_is() {
    let catalogs = vec![
        catalog(&[]),
        catalog(&[("table a", "t")]),
        catalog(&[("table a", "t")]),
        catalog(&[("table a", "t"), ("table b", "t")]),
        catalog(&[("table a", "t"), ("table b", "t")]),
    ];
    let presences = presences(&catalogs, &catalogs[4]);
    let unknown = Presence::Unknown;
    assert_eq!(presences, [Presence::Whole, unknown.clone(), Presence::Whole, unknown]);
    let migrations = migrations(&["V1__a.sql", "V2__rows.sql", "V3__b.sql", "V4__rows.sql"]);
    let adoption = adoption(&migrations, &presences).unwrap();
    assert_eq!(adoption.steps.len(), 3);
    assert!(adoption.steps.iter().all(|step| matches!(step, AdoptionStep::Stamp(_))));
    assert_eq!(adoption.pending.len(), 1);
}

#[test]
fn what_changes_rows_only_is_unclear_where_one_before_it_has_to_run() {
    let migrations = migrations(&["V1__a.sql", "V2__rows.sql", "V3__b.sql"]);
    let refused =
        adoption(&migrations, &[Presence::Nothing, Presence::Unknown, Presence::Whole]).unwrap_err();
    let AdoptionError::Unclear { label, before, later } = refused else { panic!("{refused}") };
    assert_eq!([label, before, later], ["V2__rows", "V1__a", "V3__b"]);
}

#[test]
fn what_cannot_run_in_a_transaction_cannot_run_before_what_is_stamped() {
    let files = [("V1__a.sql", "-- branchline: no-transaction\nSELECT 1;"), ("V2__b.sql", "SELECT 1;")];
    let files = files.map(|(file, sql)| (file.to_owned(), sql.as_bytes().to_vec()));
    let migrations = Migrations::from_files(files).unwrap();
    let refused = adoption(&migrations, &[Presence::Nothing, Presence::Whole]).unwrap_err();
    assert!(matches!(refused, AdoptionError::NoTransaction { .. }), "{refused}");
    assert!(adoption(&migrations, &[Presence::Nothing, Presence::Nothing]).unwrap().steps.is_empty());
}

#[test]
fn objects_that_no_migration_makes_are_named() {
    let database = catalog(&[("table a", "t"), ("table users", "t")]);
    let names: Vec<String> = others(&history(), &database).iter().map(ToString::to_string).collect();
    assert_eq!(names, ["table users"]);
}
