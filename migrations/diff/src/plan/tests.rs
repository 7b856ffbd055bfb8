use super::*;

fn catalog(facts: &[(&str, &str, &str, &str)]) -> Catalog {
    let mut catalog = Catalog::default();
    for (kind, name, property, value) in facts {
        let object = ObjectId::parse(kind, name).unwrap();
        catalog.add(object, Property::parse(property).unwrap(), value);
    }
    catalog
}

const TABLE: [(&str, &str, &str, &str); 3] = [
    ("table", "s.t", "persistence", "logged"),
    ("column", "s.t.a", "type", "integer"),
    ("column", "s.t.a", "place", "1"),
];

fn with(more: &[(&'static str, &'static str, &'static str, &'static str)]) -> Catalog {
    catalog(&[&TABLE, more].concat())
}

fn planned(from: &Catalog, to: &Catalog, online: bool) -> Vec<Vec<String>> {
    let plan = plan(from, to, &Options { online, ..Options::default() }).unwrap();
    plan.files.into_iter().map(|file| file.changes.into_iter().map(|change| change.sql).collect()).collect()
}

#[test]
fn catalogs_that_agree_take_no_file() {
    assert_eq!(plan(&with(&[]), &with(&[]), &Options::default()), Ok(Plan::default()));
}

#[test]
fn a_column_is_added_and_dropped_and_what_is_lost_is_said() {
    let more = [("column", "s.t.b", "type", "text"), ("column", "s.t.b", "place", "2")];
    let (small, large) = (with(&[]), with(&more));
    assert_eq!(planned(&small, &large, true), [["ALTER TABLE s.t ADD COLUMN b text"]]);
    let back = plan(&large, &small, &Options::default()).unwrap();
    let change = &back.files[0].changes[0];
    assert_eq!(change.sql, "ALTER TABLE s.t DROP COLUMN b");
    assert_eq!(change.loses, ["s.t.b"]);
}

#[test]
fn an_index_and_a_check_of_a_table_in_use_have_files_of_their_own() {
    let to = with(&[
        ("constraint", "s.t.c", "definition", "CHECK ((a > 0))"),
        ("constraint", "s.t.c", "validated", "yes"),
        ("index", "s.i", "definition", "CREATE INDEX i ON s.t USING btree (a)"),
        ("index", "s.i", "table", "s.t"),
        ("index", "s.i", "usable", "yes"),
    ]);
    assert_eq!(
        planned(&with(&[]), &to, true),
        [
            ["ALTER TABLE s.t ADD CONSTRAINT c CHECK ((a > 0)) NOT VALID"],
            ["ALTER TABLE s.t VALIDATE CONSTRAINT c"],
            ["CREATE INDEX CONCURRENTLY i ON s.t USING btree (a)"],
        ]
    );
    assert_eq!(planned(&with(&[]), &to, false).len(), 1);
}

#[test]
fn a_column_that_another_object_needs_is_not_dropped() {
    let object = |kind, name| ObjectId::parse(kind, name).unwrap();
    let mut from = with(&[("column", "s.t.b", "type", "text"), ("column", "s.t.b", "place", "2")]);
    from.add(object("view", "s.v"), Property::Definition, "SELECT b FROM s.t");
    from.add_dependency(object("view", "s.v"), object("column", "s.t.b"));
    let mut to = with(&[]);
    to.add(object("view", "s.v"), Property::Definition, "SELECT b FROM s.t");
    let unplanned = plan(&from, &to, &Options::default()).unwrap_err();
    assert_eq!(unplanned[0].to_string(), "column s.t.b: view s.v needs it");
}

#[test]
fn every_other_change_is_refused_by_name() {
    let to = with(&[("enum", "s.e", "labels", "'a'")]);
    let unplanned = plan(&with(&[]), &to, &Options::default()).unwrap_err();
    assert_eq!(unplanned[0].to_string(), "enum s.e: creating it is not planned");
}
