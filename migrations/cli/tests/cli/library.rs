//! The entry point that tests and the local stack use.

use crate::harness::Project;

#[tokio::test]
async fn upgrade_to_head_brings_a_database_to_head() {
    let project = Project::with_three();
    let report = engine::upgrade_to_head(&project.database.url(), &project.sql_dir()).await.unwrap();
    assert_eq!((report.from, report.to.as_deref(), report.steps.len()), (None, Some("V3__c"), 3));
    let report = engine::upgrade_to_head(&project.database.url(), &project.sql_dir()).await.unwrap();
    assert_eq!((report.from.as_deref(), report.steps.len()), (Some("V3__c"), 0));
}

#[tokio::test]
async fn a_failure_is_among_the_causes() {
    let project = Project::with(&[("V1__a.sql", "SELECT 1 / 0;\n")]);
    let error = engine::upgrade_to_head(&project.database.url(), &project.sql_dir()).await.unwrap_err();
    let failure = error.downcast_ref::<engine::Failure>().unwrap();
    assert_eq!((failure.file.as_str(), failure.code()), ("V1__a.sql", Some("22012")));
    assert_eq!(failure.outcome, engine::Outcome::RolledBack);
}
