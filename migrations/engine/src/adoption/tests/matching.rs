//! Entries of other tools' tables against files.

use super::*;

fn record(entries: &[(&str, &str, &str)]) -> Record {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let entry = |(version, name, checksum): &(&str, &str, &str)| RecordEntry {
        version: text(version),
        name: text(name),
        checksum: text(checksum),
        ..RecordEntry::default()
    };
    Record { entries: entries.iter().map(entry).collect(), ..Record::default() }
}

/// The places of the files that were applied, and by what that was found out.
fn matched(files: &[&str], entries: &[(&str, &str, &str)]) -> (Vec<usize>, Option<Matching>, usize) {
    let matches = record(entries).matches(&migrations(files));
    (matches.applied.into_iter().collect(), matches.by, matches.unmatched.len())
}

#[test]
fn entries_are_matched_by_what_they_have() {
    use Matching::{Checksum, Name, Number, NumberAndName, Order};
    let three = ["V1__users.sql", "V2__fill_rows.sql", "V3__posts.sql"];
    let dated = ["V1__20260101120000_users.sql", "V2__2026_01_02_120000_posts.sql"];
    for (kind, files, entries, wanted) in [
        (
            "sqlx and Flyway, files taken over as they are",
            &three[..],
            &[("1", "users", ""), ("2", "fill rows", "")][..],
            (vec![0, 1], Some(NumberAndName), 0),
        ),
        (
            "dates that became small numbers",
            &three,
            &[("20260101", "users", ""), ("20260102", "fill rows", "")],
            (vec![0, 1], Some(Name), 0),
        ),
        (
            "Flyway's numbers with zeros",
            &three,
            &[("001", "", ""), ("002", "", "")],
            (vec![0, 1], Some(Number), 0),
        ),
        ("other names", &three, &[("1", "people", ""), ("2", "rows", "")], (vec![0, 1], Some(Number), 0)),
        ("Prisma's names", &three, &[("", "20260101000000_users", "")], (vec![0], Some(Name), 0)),
        ("Django's names", &three, &[("app", "0003_posts", "")], (vec![2], Some(NumberAndName), 0)),
        (
            "a name with a date",
            &dated,
            &[("", "20260101120000_users", "")],
            (vec![0], Some(NumberAndName), 0),
        ),
        ("Diesel's dates in names", &dated, &[("20260102120000", "", "")], (vec![1], Some(Number), 0)),
        (
            "one was left out when the files were numbered",
            &three,
            &[("1", "users", ""), ("2", "scrapped", ""), ("3", "fill rows", ""), ("4", "posts", "")],
            (vec![0, 1, 2], Some(Name), 1),
        ),
        (
            "neither names nor numbers",
            &three,
            &[("20260101", "one", ""), ("20260102", "two", "")],
            (vec![0, 1], Some(Order), 0),
        ),
        ("more entries than files", &three[..1], &[("8", "x", ""), ("9", "y", "")], (vec![], None, 2)),
        (
            "versions with points are no numbers",
            &three,
            &[("1.2", "", ""), ("2", "", "")],
            (vec![1], Some(Number), 1),
        ),
        (
            "the texts of the files",
            &three[..1],
            // SHA-256 and SHA-384 of `SELECT 1;`.
            &[("77", "other", "17db4fd369edb9244b9f91d9aeed145c3d04ad8ba6e95d06247f07a63527d11a")],
            (vec![0], Some(Checksum), 0),
        ),
    ] {
        assert_eq!(matched(files, entries), wanted, "{kind}");
    }
}

#[test]
fn a_name_that_two_files_have_matches_neither() {
    let files = ["V1__add_index.sql", "V2__add_index.sql", "V3__posts.sql"];
    let entries = [("20260101", "add index", ""), ("20260103", "posts", "")];
    assert_eq!(matched(&files, &entries), (vec![2], Some(Matching::Name), 1));
}

#[test]
fn a_revision_is_found_by_the_file_that_mentions_it_first() {
    let files = [
        ("V1__a.sql", "-- Running upgrade  -> 3f1c0a9be2d4\nSELECT 1;"),
        ("V2__b.sql", "-- Running upgrade 3f1c0a9be2d4 -> 77aa01bc99ff\nSELECT 1;"),
        ("V3__c.sql", "-- Running upgrade 77aa01bc99ff -> 0123456789ab\nSELECT 1;"),
    ];
    let files = files.map(|(file, sql)| (file.to_owned(), sql.as_bytes().to_vec()));
    let files = Migrations::from_files(files).unwrap();
    for (id, wanted) in [("3f1c0a9be2d4", 0..=0), ("77aa01bc99ff", 0..=1), ("0123456789ab", 0..=2)] {
        let mut record = record(&[(id, "", "")]);
        record.entries[0].covers_earlier = true;
        let matches = record.matches(&files);
        assert_eq!(
            (matches.applied.into_iter().collect::<Vec<_>>(), matches.by),
            (wanted.collect(), Some(Matching::Text))
        );
    }
}

#[test]
fn the_last_entry_of_a_migration_counts() {
    for (failed, wanted) in [([true, false], 1), ([false, true], 0)] {
        let mut record = record(&[("1", "a", ""), ("1", "a", "")]);
        for (entry, failed) in record.entries.iter_mut().zip(failed) {
            entry.failed = failed.then(|| "rolled back".to_owned());
        }
        assert_eq!(record.matches(&migrations(&["V1__a.sql"])).applied.len(), wanted);
    }
}

#[test]
fn times_that_are_filled_with_zeros_are_found_as_they_are_written() {
    let files =
        ["2025-11-18-120000_a/up.sql", "2025-11-19-120000-0000_b/up.sql", "2025-11-20-120000_c/up.sql"];
    let entries = [("20251118120000", "", ""), ("202511191200000000", "", "")];
    assert_eq!(matched(&files, &entries), (vec![0, 1], Some(Matching::Number), 0));
}
