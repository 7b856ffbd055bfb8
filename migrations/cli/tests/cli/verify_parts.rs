//! A long history proved in parts, side by side.

use serde_json::{Value, json};

use crate::harness::{Project, Run};

/// So many migrations are proved in one part at most.
const LONGEST: usize = 100;

/// A history of that many migrations and one more, which makes a role in its first part and needs it in its
/// second. `change` changes one of its files.
fn project(change: impl Fn(usize, &mut (String, String))) -> Project {
    let project = Project::with(&[]);
    for number in 1..=LONGEST + 1 {
        let mut files = match number {
            1 => (
                "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1);".to_owned(),
                "-- branchline: loses t.*: it is new\nDROP TABLE t;".to_owned(),
            ),
            2 => ("CREATE ROLE of_a_part;".to_owned(), "DROP ROLE of_a_part;".to_owned()),
            99 => (
                "GRANT SELECT ON t TO of_a_part;".to_owned(),
                "REVOKE SELECT ON t FROM of_a_part;".to_owned(),
            ),
            _ => (
                format!("COMMENT ON TABLE t IS '{number}';"),
                match number {
                    3 => "COMMENT ON TABLE t IS NULL;".to_owned(),
                    100 => "COMMENT ON TABLE t IS '98';".to_owned(),
                    _ => format!("COMMENT ON TABLE t IS '{}';", number - 1),
                },
            ),
        };
        change(number, &mut files);
        project.write(&format!("V{number:03}__t.sql"), &format!("{}\n", files.0));
        project.write(&format!("V{number:03}__t.down.sql"), &format!("{}\n", files.1));
    }
    project
}

fn verify(project: &Project, arguments: &[&str]) -> Run {
    let mut command = project.with_binaries(&[&["verify"], arguments].concat());
    Run::wait(command.env_remove("DIRECT_DATABASE_URL").spawn().unwrap())
}

#[test]
fn parts_are_reported_in_order_however_many_run_at_once() {
    let project = project(|number, (_, down)| {
        if number == 50 || number == 60 {
            down.push_str(" CREATE TABLE left_over ();");
        }
    });
    let runs: Vec<Run> = ["1", "2"].map(|jobs| verify(&project, &["--jobs", jobs])).into();
    for run in &runs {
        assert_eq!(run.code, Some(1), "{run}");
        let labels: Vec<&str> = run
            .stdout
            .lines()
            .filter(|line| line.starts_with("+ ") || line.starts_with("! "))
            .map(|line| line.split(' ').nth(1).unwrap())
            .collect();
        let expected: Vec<String> = (1..=LONGEST + 1).map(|number| format!("V{number:03}__t")).collect();
        assert_eq!(labels, expected, "{run}");
        assert!(run.stdout.contains("2 migrations refused: V050__t.down.sql, V060__t.down.sql."), "{run}");
    }
    assert_eq!(runs[0].to_string(), runs[1].to_string());
    let proof: Value = serde_json::from_str(&verify(&project, &["--format", "json"]).stdout).unwrap();
    assert_eq!(proof["proved"].as_array().unwrap().len(), LONGEST - 1);
    assert_eq!(proof["refused"]["file"], "V050__t.down.sql");
    assert_eq!(proof["rows"]["tables"], json!(1));
    assert_eq!(proof["scratch_server"], "temporary");
}

#[test]
fn an_up_that_does_not_run_ends_the_proof_where_it_stands() {
    let project = project(|number, (up, _)| {
        if number == 20 {
            *up = "SELECT nothing;".to_owned();
        }
    });
    let run = verify(&project, &[]);
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(run.stdout.lines().filter(|line| line.starts_with("+ ")).count(), 19, "{run}");
    assert!(run.stderr.contains("V020__t.sql, line 1"), "{run}");
}
