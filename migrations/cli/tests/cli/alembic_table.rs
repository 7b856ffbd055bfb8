//! README's table of Alembic's commands: each of ours in it is run, in order.

use std::fs;
use std::path::Path;

use crate::harness::Project;

/// Each command, where the database is before, and the numbers in the history afterwards.
const COMMANDS: [(&str, &str, &str); 20] = [
    ("branchline new create links", "base", ""),
    ("branchline new add tags", "base", ""),
    ("branchline revision --autogenerate -m tags", "base", ""),
    ("branchline diff migrations/sql migrations/schema.sql", "base", ""),
    ("branchline upgrade", "base", "1 2"),
    ("branchline upgrade +1", "base", "1"),
    ("branchline upgrade 2", "base", "1 2"),
    ("branchline downgrade -1", "2", "1"),
    ("branchline downgrade 1", "2", "1"),
    ("branchline downgrade base", "2", ""),
    ("branchline upgrade --sql", "base", ""),
    ("branchline upgrade base:2 --sql", "base", ""),
    ("branchline downgrade 2:base --sql", "base", ""),
    ("branchline stamp head", "base", "1 2"),
    ("branchline current", "1", "1"),
    ("branchline history", "1", "1"),
    ("branchline history -v", "1", "1"),
    ("branchline check", "2", "1 2"),
    ("branchline check --schema", "2", "1 2"),
    ("branchline renumber V0002__mine", "2", "1 2"),
];

/// The commands of the table's second column.
fn commands() -> Vec<String> {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md")).unwrap();
    let rows = readme.lines().skip_while(|line| *line != "| Alembic | here |").skip(2);
    rows.take_while(|line| line.starts_with('|'))
        .flat_map(|row| row.split(" | ").nth(1).unwrap().split('`').skip(1).step_by(2))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_of_the_table_does_what_alembics_does() {
    assert_eq!(
        commands(),
        COMMANDS.map(|(command, ..)| command),
        "a row without a test, or a test without a row"
    );
    let project = Project::with(&[]);
    fs::remove_dir(project.sql_dir()).unwrap();
    for (command, before, after) in COMMANDS {
        let words: Vec<&str> = command.split(' ').skip(1).collect();
        let asks_no_database = ["new", "revision", "diff"].contains(&words[0]);
        if words[0] == "revision" {
            project.done(&["schema", "--output", "migrations/schema.sql"]);
        }
        if !asks_no_database {
            project.done(&["downgrade", "base"]);
            if before != "base" {
                project.done(&["upgrade", before]);
            }
        }
        if words[0] == "renumber" {
            project.write("V0002__mine.sql", "SELECT 1;\n");
            assert_eq!(project.run(&["check"]).code, Some(1), "two files have one number");
        }
        let run = project.done(&words);
        assert!(!(run.stdout.is_empty() && run.stderr.is_empty()), "{command} says nothing");
        if !asks_no_database {
            assert_eq!(project.applied(), after, "{command}");
        }
    }
    let mut files: Vec<_> =
        fs::read_dir(project.sql_dir()).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.sort();
    let expected = [
        "CHECKSUMS",
        "V0001__create_links.down.sql",
        "V0001__create_links.sql",
        "V0002__add_tags.down.sql",
        "V0002__add_tags.sql",
        "V0003__mine.sql",
    ];
    assert_eq!(files, expected);
}
