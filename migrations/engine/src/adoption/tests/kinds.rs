//! Each kind of history that a catalog cannot tell alone: with a record, without one, and with the person's
//! word.

use super::*;

/// A history in small: an object a letter, the catalog after each migration a word, as `ab`. A capital letter
/// is the comment of the object, which is weak evidence.
fn history(catalogs: &str) -> Vec<Catalog> {
    let mut all = vec![catalog(&[])];
    all.extend(catalogs.split(' ').map(database));
    all
}

fn database(letters: &str) -> Catalog {
    let mut catalog = Catalog::default();
    for letter in letters.chars().filter(|letter| *letter != '-') {
        let object = ObjectId::parse("table", &letter.to_ascii_lowercase().to_string()).unwrap();
        let property = if letter.is_uppercase() { Property::Comment } else { Property::Definition };
        catalog.add(object, property, "x");
    }
    catalog
}

/// A record with the files' numbers; `!` marks one that failed, `<` one that stands for those before it.
fn record(versions: &str) -> Vec<Record> {
    let entry = |word: &str| RecordEntry {
        version: Some(word.trim_matches(['!', '<']).to_owned()),
        failed: word.contains('!').then(|| "failed".to_owned()),
        covers_earlier: word.contains('<'),
        ..RecordEntry::default()
    };
    let entries: Vec<RecordEntry> = versions.split(' ').filter(|word| !word.is_empty()).map(entry).collect();
    if entries.is_empty() {
        return Vec::new();
    }
    vec![Record {
        tool: "sqlx".to_owned(),
        table: "public._sqlx_migrations".to_owned(),
        entries,
        unreadable: None,
    }]
}

/// One word: `c` the catalog, `r` the record, `b` both, `o` the order, `s` said, `A` applied, `.` pending.
fn short(found: Result<Vec<&'static str>, AdoptionError>) -> String {
    match found {
        Ok(steps) => steps
            .iter()
            .map(|step| match *step {
                "catalog" => "c",
                "record" => "r",
                "catalog and record" => "b",
                "order" => "o",
                "stamp-through" => "s",
                "apply" => "A",
                _ => ".",
            })
            .collect(),
        Err(AdoptionError::Uncertain { choices, .. }) => format!("asks {}", choices.join(" ")),
        Err(AdoptionError::Part { .. }) => "part".to_owned(),
        Err(AdoptionError::Ahead { version, .. }) => format!("ahead {version}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn each_kind_of_history_is_stamped_by_catalog_and_record_or_asked_about() {
    // The name, the catalogs, the database, the record, the result.
    for (kind, catalogs, there, recorded, wanted) in [
        ("all is dropped in the end, recorded", "ao a o -", "-", "1 2 3 4", "rrrr"),
        ("a tail of drops, all run", "ao ao a", "a", "", "coc"),
        ("a tail of drops, not run", "ao ao a", "ao", "", "asks 1 2"),
        ("a tail of drops, the first of two run", "abc ab a", "ab", "", "cc."),
        ("a tail of drops, recorded", "abc ab a", "a", "1 2 3", "bbb"),
        ("rows at the end, recorded", "a ab ab", "ab", "1 2 3", "bbr"),
        ("rows at the end, not recorded", "a ab ab", "ab", "1 2", "bb."),
        ("rows at the end, no record", "a ab ab", "ab", "", "asks 2 3"),
        ("rows at the end twice, one recorded", "a a a", "a", "1 2", "br."),
        ("rows in the middle, no record", "a a ab", "ab", "", "coc"),
        ("rows in the middle, recorded", "a a ab", "ab", "1 2 3", "brb"),
        ("rows in the middle, left out of the record", "a a ab", "ab", "1 3", "asks 3"),
        ("rows in the middle, before what is pending, recorded", "a a ab", "a", "1 2", "br."),
        ("rows in the middle, before what is pending, not recorded", "a a ab", "a", "1", "b.."),
        ("rows in the middle, before what is pending, no record", "a a ab", "a", "", "asks 1 2"),
        ("an object that comes and goes at the end, recorded", "a ab a", "a", "1 2 3", "brr"),
        ("an object that comes and goes at the end, half of it", "a ab a", "ab", "1 2", "bb."),
        ("an object that comes and goes at the end, not recorded", "a ab a", "a", "1", "b.."),
        ("an object that comes and goes at the end, no record", "a ab a", "a", "", "asks 1 3"),
        (
            "an object that comes and goes at the end, the record in between",
            "a ab a",
            "a",
            "1 2",
            "asks 1 2 3",
        ),
        ("an object that comes and goes in the middle", "a ab a ac", "ac", "", "cccc"),
        ("all is taken back in the end, recorded", "a -", "-", "1 2", "rr"),
        ("all is taken back in the end, no record", "a -", "-", "", ".."),
        ("rows from the beginning on, recorded", "- a", "-", "1", "r."),
        ("rows from the beginning on, no record", "- a", "-", "", ".."),
        ("nothing is there, and the record says so", "a ab", "-", "1!", ".."),
        ("a comment at the end is there", "a aA", "aA", "", "cc"),
        ("a comment at the end is not there", "a aA", "a", "", "c."),
        ("a comment at the end is another's", "a aA aAb", "aA", "", "cc."),
        ("one number stands for all before it", "a a ab ab", "ab", "4<", "brbr"),
        ("one number stands for all before it, and is not the last", "a a ab ab", "ab", "3<", "brb."),
        ("the last one failed and left nothing", "a ab ab", "ab", "1 2 3!", "bb."),
        ("the last one failed and is there", "a ab abc", "abc", "1 2 3!", "asks 3"),
        ("one stands for all before it and failed", "a ab ab", "ab", "3!<", "bb."),
        ("the record says more than the catalog", "a ab abc", "ab", "1 2 3", "asks 2 3"),
        ("the catalog says more than the record", "a ab abc", "abc", "1 2", "bbc"),
        ("the catalog says more than the record, with rows between", "a a ab", "ab", "1", "asks 3"),
        ("a recorded object is gone, a later one is there", "a ab abc", "ac", "1 2 3", "asks 3"),
        ("an unrecorded object is not there, a later one is", "a ab abc", "ac", "1 3", "bAb"),
        ("more numbers than files, as of what was put together since", "a a", "a", "1 2 3 4", "asks 1 2"),
        ("a number that no file has, where the catalog tells", "a ab", "a", "7<", "c."),
        ("a number that no file has, where the catalog does not tell", "a ab ab", "ab", "7<", "asks 2 3"),
    ] {
        let catalogs = history(catalogs);
        let files: Vec<String> = (1..catalogs.len()).map(|i| format!("V{i}__step_{i}.sql")).collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let found = outcome(&catalogs, &database(there), &migrations(&files), &record(recorded), None);
        assert_eq!(short(found), wanted, "{kind}");
    }
}

#[test]
fn a_persons_word_is_taken_unless_more_is_there() {
    for (kind, catalogs, there, recorded, through, wanted) in [
        ("rows at the end", "a ab ab", "ab", "", 3, "ccs"),
        ("rows at the end, not run", "a ab ab", "ab", "", 2, "cc."),
        ("the record says more", "a ab ab", "ab", "1 2 3", 2, "bb."),
        ("the catalog says more", "a ab abc", "abc", "", 2, "ahead 3"),
        ("an object is gone", "a ab abc", "ac", "", 3, "csc"),
        ("none has run", "- a", "-", "1", 0, ".."),
        ("a drop at the end", "ab a", "a", "", 2, "cc"),
        ("a drop at the end has run", "ab a", "a", "", 1, "ahead 2"),
    ] {
        let catalogs = history(catalogs);
        let files: Vec<String> = (1..catalogs.len()).map(|i| format!("V{i}__step_{i}.sql")).collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let found =
            outcome(&catalogs, &database(there), &migrations(&files), &record(recorded), Some(through));
        assert_eq!(short(found), wanted, "{kind}");
    }
}

#[test]
fn a_persons_word_comes_with_what_the_catalog_lacks() {
    let evidence = Evidence::compare(&timeline(&history("a ab abc")), &database("ac"));
    let files = migrations(&["V1__a.sql", "V2__b.sql", "V3__c.sql"]);
    let adoption = adoption(&files, &evidence, &[], Some(3)).unwrap();
    assert_eq!(adoption.differences, ["V2__b: table b is missing"]);
}

#[test]
fn a_question_names_what_is_uncertain_and_the_answers() {
    let evidence = Evidence::compare(&timeline(&history("a ab ab")), &database("ab"));
    let files = migrations(&["V1__a.sql", "V2__b.sql", "V3__rows.sql"]);
    let text = adoption(&files, &evidence, &[], None).unwrap_err().to_string();
    assert!(text.contains("V3__rows leaves no trace in the catalog"), "{text}");
    assert!(text.ends_with("branchline adopt --stamp-through 2, or --stamp-through 3"), "{text}");
}

#[test]
fn a_file_without_a_statement_raises_no_question() {
    let files = [("V1__a.sql", "SELECT 1;"), ("V2__note.sql", "-- Nothing.\n")];
    let files = files.map(|(file, sql)| (file.to_owned(), sql.as_bytes().to_vec()));
    let files = Migrations::from_files(files).unwrap();
    assert_eq!(short(outcome(&history("a a"), &database("a"), &files, &[], None)), "c.");
}
