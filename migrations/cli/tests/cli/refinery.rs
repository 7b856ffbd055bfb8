//! Either tool accepts what the other has done.

use refinery_core::{Migration, Runner};

use crate::harness::Project;

/// refinery's runner over the project's files.
fn runner(project: &Project) -> Runner {
    let mut migrations = Vec::new();
    for entry in std::fs::read_dir(project.sql_dir()).unwrap() {
        let path = entry.unwrap().path();
        // CHECKSUMS is ours alone.
        if path.extension().is_none_or(|extension| extension != "sql") {
            continue;
        }
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        // As refinery itself finds files: a name has no dot, which downs and sample rows have.
        if !stem.contains('.') {
            migrations.push(Migration::unapplied(&stem, &std::fs::read_to_string(&path).unwrap()).unwrap());
        }
    }
    Runner::new(&migrations)
}

#[tokio::test]
async fn refinery_accepts_what_branchline_applied_and_goes_on() {
    let project = Project::with_three();
    project.done(&["upgrade", "2"]);
    let mut client = project.database.client().await;
    let report = runner(&project).run_async(&mut client).await.unwrap();
    let applied: Vec<i32> = report.applied_migrations().iter().map(Migration::version).collect();
    assert_eq!(applied, [3]);
    assert_eq!(project.run(&["check"]).code, Some(0));
}

#[tokio::test]
async fn branchline_accepts_what_refinery_applied_and_goes_on() {
    let project = Project::with_three();
    let mut client = project.database.client().await;
    let target = refinery_core::Target::Version(2);
    runner(&project).set_target(target).run_async(&mut client).await.unwrap();
    let report = project.json(&["upgrade"]);
    assert_eq!((&report["from"], &report["to"]), (&"V2__b".into(), &"V3__c".into()));
    let nothing = runner(&project).run_async(&mut client).await.unwrap();
    assert!(nothing.applied_migrations().is_empty());
    project.done(&["downgrade", "base"]);
}

#[tokio::test]
async fn refinery_accepts_our_whole_history() {
    let project = Project::with_ours();
    project.done(&["upgrade"]);
    let mut client = project.database.client().await;
    let nothing = runner(&project).run_async(&mut client).await.unwrap();
    assert!(nothing.applied_migrations().is_empty());
}
