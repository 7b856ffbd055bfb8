use super::*;

fn load(files: &[(&str, &str)]) -> Result<Migrations, FileError> {
    Migrations::from_files(files.iter().map(|(name, sql)| ((*name).to_owned(), sql.as_bytes().to_vec())))
}

/// The file and the problem of a directory that is refused.
fn refused(files: &[(&str, &str)]) -> (String, Problem) {
    let error = load(files).unwrap_err();
    (error.file, error.problem)
}

#[test]
fn migrations_come_in_the_order_of_their_numbers_with_their_downs() {
    let migrations = load(&[
        ("V10__j.sql", ""),
        ("V2__b.sql", ""),
        ("V1__a.down.sql", "SELECT 1"),
        ("V1__a.rows.sql", "SELECT 2"),
        ("V1__a.sql", ""),
        ("V3__c.sql", ""),
        ("V4__d.sql", ""),
        ("V5__e.sql", ""),
        ("V6__f.sql", ""),
        ("V7__g.sql", ""),
        ("V8__h.sql", ""),
        ("V9__i.sql", ""),
        ("README.md", "# SQL"),
    ])
    .unwrap();
    let versions: Vec<i64> = migrations.iter().map(|m| m.version).collect();
    assert_eq!(versions, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert_eq!(migrations.get(1).unwrap().down.as_ref().unwrap().sql, "SELECT 1");
    assert_eq!(migrations.get(1).unwrap().rows.as_ref().unwrap().sql, "SELECT 2");
    assert_eq!((&migrations.get(2).unwrap().down, &migrations.get(2).unwrap().rows), (&None, &None));
    assert_eq!(migrations.head().unwrap().label(), "V10__j");
}

#[test]
fn the_checksum_is_refinerys() {
    let sql = "CREATE TABLE persons (id int);\n";
    let theirs = refinery_core::Migration::unapplied("V0001__initial", sql).unwrap();
    let ours = load(&[("V0001__initial.sql", sql)]).unwrap();
    assert_eq!(ours.get(1).unwrap().checksum(), theirs.checksum().to_string());
}

#[test]
fn a_file_in_a_folder_below_counts_as_refinery_counts_it() {
    let migrations = load(&[("2026/V2__b.sql", ""), ("V1__a.sql", "")]).unwrap();
    assert_eq!(migrations.get(2).unwrap().label(), "V2__b");
    assert_eq!(migrations.get(2).unwrap().up.file, "2026/V2__b.sql");
}

#[test]
fn two_files_with_one_number_are_refused() {
    let (file, problem) = refused(&[("V1__a.sql", ""), ("V01__b.sql", "")]);
    assert_eq!((file.as_str(), problem), ("V1__a.sql", Problem::SameNumber { other: "V01__b.sql".into() }));
}

#[test]
fn a_missing_number_is_known_unless_numbers_are_dates_or_the_tool_allows_it() {
    let gaps = |migrations: &Migrations| migrations.gaps().map(|gap| gap.missing).collect::<Vec<_>>();
    let files = [("V1__a.sql", ""), ("V3__c.sql", "")];
    assert_eq!(gaps(&load(&files).unwrap()), [2]);
    let files = files.map(|(file, sql)| (file.to_owned(), sql.as_bytes().to_vec()));
    assert_eq!(gaps(&Migrations::read(files, Some(Layout::Refinery), "").unwrap()), [0; 0]);
    assert_eq!(gaps(&load(&[("V20260101__a.sql", ""), ("V20260317__b.sql", "")]).unwrap()), [0; 0]);
    assert_eq!(gaps(&load(&[("1_a.up.sql", ""), ("3_b.up.sql", "")]).unwrap()), [0; 0]);
}

#[test]
fn a_down_or_sample_rows_without_their_up_are_refused() {
    for other in ["V1__b.down.sql", "V1__b.rows.sql"] {
        let (file, problem) = refused(&[("V1__a.sql", ""), (other, "")]);
        assert_eq!((file.as_str(), problem), (other, Problem::Unpaired { up: "V1__b.sql".into() }));
    }
}

#[test]
fn carriage_returns_are_refused_with_their_line() {
    assert_eq!(refused(&[("V1__a.sql", "SELECT 1;\nSELECT 2;\r\n")]).1, Problem::CrLf { line: 2 });
    assert_eq!(refused(&[("V1__a.sql", ""), ("V1__a.down.sql", "\r\n")]).1, Problem::CrLf { line: 1 });
}

#[test]
fn text_that_is_not_plain_utf_8_is_refused() {
    assert_eq!(refused(&[("V1__a.sql", "\u{feff}SELECT 1")]).1, Problem::ByteOrderMark);
    let latin1 = Migrations::from_files([("V1__a.sql".to_owned(), b"-- caf\xe9".to_vec())]);
    assert_eq!(latin1.unwrap_err().problem, Problem::NotUtf8);
}

#[test]
fn an_irreversible_migration_with_a_down_is_refused() {
    let up = ("V1__a.sql", "-- branchline: irreversible: rows are gone\n");
    assert!(load(&[up]).is_ok());
    let problem = Problem::IrreversibleWithDown { down: "V1__a.down.sql".into() };
    assert_eq!(refused(&[up, ("V1__a.down.sql", "")]).1, problem);
}

#[test]
fn a_bad_name_directive_or_quote_is_reported_with_its_file() {
    let refusal = |sql, name| load(&[(name, sql)]).unwrap_err().to_string();
    assert!(refusal("", "V1_a.sql").starts_with("V1_a.sql: not a migration's name"));
    assert!(
        refusal("-- branchline: nope", "V1__a.sql")
            .starts_with("V1__a.sql: line 1: there is no directive \"nope\"")
    );
    assert_eq!(
        refusal("SELECT '", "V1__a.sql"),
        "V1__a.sql: line 1: the string that begins here is not closed"
    );
}
