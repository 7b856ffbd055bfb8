use super::*;
use crate::{FileError, Migration, Migrations};

fn load(files: &[(&str, &str)]) -> Result<Migrations, FileError> {
    Migrations::from_files(files.iter().map(|(name, sql)| ((*name).to_owned(), sql.as_bytes().to_vec())))
}

/// The layout, and each migration's number, label, and whether it has a down.
fn read(files: &[(&str, &str)]) -> (Layout, Vec<(i64, String, bool)>) {
    let migrations = load(files).unwrap();
    let one = |m: &Migration| (m.version, m.label().to_owned(), m.down.is_some());
    (migrations.layout(), migrations.iter().map(one).collect())
}

fn refused(files: &[(&str, &str)]) -> String {
    load(files).unwrap_err().to_string()
}

fn is_outside(files: &[(&str, &str)]) -> Vec<bool> {
    load(files).unwrap().iter().map(|m| m.up.directives.no_transaction).collect()
}

#[test]
fn diesel() {
    let found = read(&[
        ("00000000000000_diesel_initial_setup/up.sql", "SELECT 1"),
        ("00000000000000_diesel_initial_setup/down.sql", "SELECT 2"),
        ("2024-01-31-235959_create_posts/up.sql", "SELECT 3"),
        ("2024-01-31-235959_create_posts/down.sql", "-- nothing"),
    ]);
    let expected = vec![
        (0, "00000000000000_diesel_initial_setup".to_owned(), true),
        (20_240_131_235_959, "2024-01-31-235959_create_posts".to_owned(), false),
    ];
    assert_eq!(found, (Layout::Diesel, expected));
    let files = [
        ("1_a/up.sql", "SELECT 1"),
        ("1_a/metadata.toml", "# slow\nrun_in_transaction = false\n"),
        ("2_b/up.sql", "SELECT 1"),
    ];
    assert_eq!(is_outside(&files), [true, false]);
    assert!(refused(&[("9_a/up.sql", ""), ("10_b/up.sql", "")]).contains("diesel orders numbers as text"));
}

#[test]
fn times_of_different_lengths_have_the_order_of_their_texts() {
    let files = [
        ("2025-11-18-091444_a/up.sql", "SELECT 1"),
        ("2025-11-18-091444_a/down.sql", "SELECT 1"),
        ("2025-11-19-091444-0000_b/up.sql", "SELECT 1"),
        ("2025-11-20-000000_c/up.sql", "SELECT 1"),
    ];
    let expected = vec![
        (202_511_180_914_440_000, "2025-11-18-091444_a".to_owned(), true),
        (202_511_190_914_440_000, "2025-11-19-091444-0000_b".to_owned(), false),
        (202_511_200_000_000_000, "2025-11-20-000000_c".to_owned(), false),
    ];
    assert_eq!(read(&files), (Layout::Diesel, expected));
    let notes = load(&files).unwrap().notes().join("\n");
    assert!(notes.contains("filled with zeros to 18 digits"), "{notes}");
    let same = [("2025-11-18-091444-0000_b/up.sql", ""), ("2025-11-18-091444_a/up.sql", "")];
    let numbers: Vec<i64> = load(&same).unwrap().iter().map(|migration| migration.version).collect();
    assert_eq!(numbers, [202_511_180_914_440_000, 202_511_180_914_440_001]);
    // A date may be a number as well.
    assert!(refused(&[("20251118_a/up.sql", ""), ("2025111709_b/up.sql", "")]).contains("as text"));
}

#[test]
fn what_a_tool_passes_over_is_named_and_in_nobodys_way() {
    for (file, other) in [
        ("1_a/up.sql", "seed.sql"),
        ("1_a/migration.sql", "seed.sql"),
        ("1_a.up.sql", "seed.sql"),
        ("1_a.sql", "seed.sql"),
    ] {
        let content = if file == "1_a.sql" { "-- migrate:up\n" } else { "" };
        let notes = load(&[(file, content), (other, "")]).unwrap().notes().join("\n");
        assert!(notes.contains("not taken: seed.sql: the tool takes"), "{file}: {notes}");
    }
    for file in ["2_b.sql", "V2__b.sql"] {
        let files = [("1_a/up.sql".to_owned(), Vec::new()), (file.to_owned(), Vec::new())];
        assert!(Migrations::read(files, Some(Layout::Diesel), "").is_err(), "{file}");
    }
}

#[test]
fn sqlx_and_golang_migrate() {
    let simple = [("1_a.sql", ""), ("2_b-c.sql", "-- no-transaction\nSELECT 1")];
    assert_eq!(read(&simple).0, Layout::Sqlx);
    assert_eq!(is_outside(&simple), [false, true]);
    let pairs = [
        ("000001_a.up.sql", "CREATE TABLE a ()"),
        ("000001_another_name.down.sql", "DROP TABLE a"),
        ("000003_c.up.sql", "SELECT 1"),
        ("000003_c.rows.sql", "SELECT 1"),
    ];
    let expected = vec![(1, "000001_a".to_owned(), true), (3, "000003_c".to_owned(), false)];
    assert_eq!(read(&pairs), (Layout::GolangMigrate, expected));
    assert_eq!(read(&[("1_a.up.sql", "-- no-transaction\n"), ("1_a.down.sql", "")]).0, Layout::Sqlx);
    let unpaired = refused(&[("1_a.up.sql", ""), ("2_b.down.sql", "SELECT 1")]);
    assert!(unpaired.contains("its up would be named 2_b.up.sql"), "{unpaired}");
}

#[test]
fn a_file_of_one_statement_that_takes_no_transaction_has_none_where_the_tool_sends_it_alone() {
    let concurrent = "CREATE INDEX CONCURRENTLY i ON a (b);\n";
    assert_eq!(is_outside(&[("1_a.up.sql", concurrent)]), [true]);
    assert_eq!(is_outside(&[("1_a.up.sql", "SELECT 1; VACUUM;")]), [false]);
    assert_eq!(is_outside(&[("1_a.sql", concurrent)]), [false], "sqlx wants its comment");
    assert_eq!(is_outside(&[("V1.1__a.sql", concurrent), ("V1.2__a.sql", "SELECT 1")]), [true, false]);
}

#[test]
fn a_transaction_around_a_file_is_the_one_that_it_runs_in() {
    let sql = "-- why\nBEGIN;\nCREATE TABLE a ();\nCOMMIT;\n";
    let up = |files: &[(&str, &str)]| load(files).unwrap().iter().next().unwrap().up.clone();
    let script = up(&[("1_a.up.sql", sql)]);
    assert_eq!(script.sql, "-- why\n     ;\nCREATE TABLE a ();\n      ;\n");
    assert_eq!(script.statements().map(|s| (s.text, s.line)).collect::<Vec<_>>(), [("CREATE TABLE a ()", 3)]);
    for kept in ["BEGIN; SELECT 1; COMMIT; SELECT 2;", "BEGIN ISOLATION LEVEL SERIALIZABLE; COMMIT;"] {
        assert_eq!(up(&[("1_a.up.sql", kept)]).sql, kept);
    }
    assert_eq!(up(&[("V1__a.sql", sql)]).sql, sql, "in our own layout the file says what runs");
}

#[test]
fn goose() {
    let sql = "-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE a ();\n-- +goose StatementEnd\n\n\
               -- +goose Down\nDROP TABLE a;\n";
    let migrations =
        load(&[("00001_a.sql", sql), ("00002_b.sql", "-- +goose NO TRANSACTION\n-- +goose Up\nVACUUM;\n")]);
    let migrations = migrations.unwrap();
    assert_eq!(migrations.layout(), Layout::Goose);
    let first = migrations.get(1).unwrap();
    assert_eq!(
        first.up.statements().map(|s| (s.text, s.line)).collect::<Vec<_>>(),
        [("CREATE TABLE a ()", 3)]
    );
    let down = first.down.as_ref().unwrap();
    assert_eq!(down.statements().map(|s| (s.text, s.line)).collect::<Vec<_>>(), [("DROP TABLE a", 7)]);
    assert!(migrations.get(2).unwrap().up.directives.no_transaction);
    assert!(
        refused(&[("1_a.sql", sql), ("2_b.sql", "SELECT 1")]).contains("2_b.sql: has no line -- +goose Up")
    );
    assert!(refused(&[("1_a.sql", sql), ("2_b.go", "")]).contains("written in code"));
    assert!(
        refused(&[("1_a.sql", "-- +goose ENVSUB ON\n-- +goose Up\n")])
            .contains("line 1: -- +goose ENVSUB ON")
    );
}

#[test]
fn dbmate() {
    let sql = "-- migrate:up transaction:false\nVACUUM;\n-- migrate:down\nSELECT 1;\n";
    let migrations = load(&[("20240131235959_a.sql", sql)]).unwrap();
    assert_eq!(migrations.layout(), Layout::Dbmate);
    let migration = migrations.head().unwrap();
    assert!(migration.up.directives.no_transaction);
    assert!(!migration.down.as_ref().unwrap().directives.no_transaction);
    let reversed = refused(&[("1_a.sql", "-- migrate:down\n-- migrate:up\n")]);
    assert!(reversed.contains("line 1: -- migrate:down stands before the way forward"), "{reversed}");
}

#[test]
fn flyway() {
    let files = [
        ("V1__init.sql", "SELECT 1"),
        ("U1__init.sql", "SELECT 2"),
        ("V1.10__ten.sql", "SELECT 3"),
        ("V1_2__two-parts.sql", "SELECT 4"),
        ("V2.0__two.sql", "SELECT 5"),
        ("R__views.sql", "SELECT 6"),
        ("afterMigrate__grants.sql", "SELECT 7"),
        ("V2.0__two.sql.conf", "executeInTransaction=false\n"),
    ];
    let expected = vec![
        (1_000_000_000_000, "V1__init".to_owned(), true),
        (1_000_200_000_000, "V1_2__two-parts".to_owned(), false),
        (1_001_000_000_000, "V1.10__ten".to_owned(), false),
        (2_000_000_000_000, "V2.0__two".to_owned(), false),
    ];
    assert_eq!(read(&files), (Layout::Flyway, expected));
    assert_eq!(is_outside(&files), [false, false, false, true]);
    let notes = load(&files).unwrap().notes().join("\n");
    assert!(notes.contains("not taken: R__views.sql: it is repeatable"), "{notes}");
    assert!(notes.contains("not taken: afterMigrate__grants.sql: it is a callback"), "{notes}");
    let error = refused(&[("V1.1__a.sql", "SELECT 1;\nSELECT '${owner}';")]);
    assert!(error.contains("V1.1__a.sql: line 2: ${owner} is filled in by the tool"), "{error}");
}

#[test]
fn flyways_versions_without_dots_are_their_numbers_and_long_ones_places() {
    let numbers = |files: &[(&str, &str)]| read(files).1.into_iter().map(|m| m.0).collect::<Vec<_>>();
    assert_eq!(numbers(&[("V1__a.sql", ""), ("V7__b.sql", ""), ("R__c.sql", "")]), [1, 7]);
    assert_eq!(numbers(&[("V1.2.3.4.5__a.sql", ""), ("V1.20240101__b.sql", "")]), [1, 2]);
    // 1.0 and 1 are one version.
    assert!(refused(&[("V1__a.sql", ""), ("V1.0__b.sql", "")]).contains("has the number of"));
}

#[test]
fn supabase_and_prisma() {
    let files = [("20240131235959_a.sql".to_owned(), Vec::new())];
    let layout = |dir| Migrations::read(files.clone(), None, dir).unwrap().layout();
    assert_eq!((layout("app/supabase/migrations/"), layout("migrations")), (Layout::Supabase, Layout::Sqlx));
    let prisma = read(&[("20240131235959_init/migration.sql", ""), ("migration_lock.toml", "")]);
    assert_eq!(prisma, (Layout::Prisma, vec![(20_240_131_235_959, "20240131235959_init".to_owned(), false)]));
}

#[test]
fn files_of_several_tools_are_refused_with_what_was_found() {
    let error = refused(&[("V1__a.sql", ""), ("2_b.sql", ""), ("3_c/up.sql", "")]);
    assert!(
        error.contains("V1__a.sql") && error.contains("3_c/up.sql") && error.contains("2_b.sql"),
        "{error}"
    );
    assert!(error.contains("--layout"), "{error}");
    assert!(error.contains("V1__a.sql: has the form of refinery or Flyway"), "{error}");
    assert!(error.contains("3_c/up.sql of Diesel, 2_b.sql of sqlx or Supabase"), "{error}");
}

#[test]
fn a_folder_whose_migrations_are_below_is_refused_with_their_folders() {
    let error = refused(&[("postgres/1_a.up.sql", ""), ("mysql/1_a.up.sql", "")]);
    assert!(error.contains("in folders below (mysql, postgres)"), "{error}");
    assert!(refused(&[("pg/2024-01-01-000000_a/up.sql", "")]).contains("in folders below (pg)"));
}

#[test]
fn what_looks_like_a_migration_and_is_not_taken_is_named() {
    for file in ["V2__b.SQL", "2_b.Sql"] {
        let error = refused(&[("V1__a.sql", ""), (file, "")]);
        assert!(error.contains(file) && error.contains("the ending is not .sql in small letters"), "{error}");
    }
    for file in ["V2__b.sql.bak", "V2__b.sql~", "V2__b.sql.orig", ".V2__b.sql.swp", "#V2__b.sql#", "V2__b"] {
        let notes = load(&[("V1__a.sql", ""), (file, "")]).unwrap().notes().join("\n");
        assert!(notes.contains(&format!("not taken: {file}: ")), "{file}: {notes}");
    }
    for file in ["v1__b.sql", "V2__b (1).sql", ".V2__b.sql", "V2-b.sql"] {
        assert!(refused(&[("V1__a.sql", ""), (file, "")]).contains("not a migration's name"), "{file}");
    }
    for file in ["README.md", "CHECKSUMS", ".gitkeep", "mod.rs", "schema.json"] {
        assert!(load(&[("V1__a.sql", ""), (file, "")]).unwrap().notes().is_empty(), "{file}");
    }
    let many: Vec<String> = (0..9).map(|n| format!("V1__a.sql.{n}")).collect();
    let files: Vec<(&str, &str)> = many.iter().map(|file| (file.as_str(), "")).collect();
    assert!(load(&files).unwrap().notes().join("").contains(" and 4 more: "));
}

#[test]
fn a_layout_that_is_named_holds_whatever_is_found() {
    let files = [("1_a.up.sql".to_owned(), Vec::new()), ("2_b.sql".to_owned(), Vec::new())];
    let read = |layout| Migrations::read(files.clone(), Some(layout), "");
    assert!(Migrations::read(files.clone(), None, "").is_err());
    assert_eq!(read(Layout::Sqlx).unwrap().iter().count(), 2);
    let error = read(Layout::GolangMigrate).unwrap_err().to_string();
    assert!(error.contains("2_b.sql: not a migration's name for golang-migrate"), "{error}");
}
