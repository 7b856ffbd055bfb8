use super::*;

/// Three migrations, each with its down.
fn three() -> Migrations {
    directory(&[
        ("V1__a.sql", "A"),
        ("V1__a.down.sql", "A"),
        ("V2__b.sql", "B"),
        ("V2__b.down.sql", "B"),
        ("V3__c.sql", "C"),
        ("V3__c.down.sql", "C"),
    ])
}

fn directory(files: &[(&str, &str)]) -> Migrations {
    let files = files.iter().map(|(name, sql)| ((*name).to_owned(), sql.as_bytes().to_vec()));
    Migrations::from_files(files).unwrap()
}

/// The history of a database on which the first migrations have run.
fn applied(migrations: &Migrations, count: usize) -> Vec<Applied> {
    let row = |m: &Migration| Applied {
        version: m.version,
        name: m.name.clone(),
        applied_on: "2026-01-02T03:04:05Z".to_owned(),
        checksum: m.checksum(),
        versions: VersionType::Int4,
    };
    migrations.iter().take(count).map(row).collect()
}

fn versions(steps: &[&Migration]) -> Vec<i64> {
    steps.iter().map(|m| m.version).collect()
}

fn up(count: usize, target: &str) -> Result<Vec<i64>, PlanError> {
    let migrations = three();
    let status = verify(&migrations, &applied(&migrations, count)).unwrap();
    upgrade(&status, target.parse().unwrap()).map(|steps| versions(&steps))
}

fn down(count: usize, target: &str) -> Result<Vec<i64>, PlanError> {
    let migrations = three();
    let status = verify(&migrations, &applied(&migrations, count)).unwrap();
    downgrade(&status, target.parse().unwrap()).map(|steps| versions(&steps))
}

#[test]
fn an_upgrade_runs_what_is_pending_up_to_the_target() {
    assert_eq!(up(0, "head"), Ok(vec![1, 2, 3]));
    assert_eq!(up(1, "2"), Ok(vec![2]));
    assert_eq!(up(1, "+2"), Ok(vec![2, 3]));
    assert_eq!(up(3, "head"), Ok(vec![]));
    assert_eq!(up(2, "2"), Ok(vec![]));
}

#[test]
fn an_upgrade_to_a_target_that_is_not_ahead_is_refused() {
    assert!(matches!(up(3, "2"), Err(PlanError::WrongWay { command: "downgrade", .. })));
    assert_eq!(up(1, "7"), Err(PlanError::Unknown { version: 7, range: "1 to 3".into() }));
    assert_eq!(up(2, "+2"), Err(PlanError::TooFar { asked: 2, there: 1 }));
}

#[test]
fn a_downgrade_takes_back_the_last_first() {
    assert_eq!(down(3, "base"), Ok(vec![3, 2, 1]));
    assert_eq!(down(3, "-2"), Ok(vec![3, 2]));
    assert_eq!(down(3, "1"), Ok(vec![3, 2]));
    assert_eq!(down(2, "2"), Ok(vec![]));
    assert_eq!(down(0, "base"), Ok(vec![]));
}

#[test]
fn a_downgrade_to_a_target_that_is_not_behind_is_refused() {
    assert!(matches!(down(1, "3"), Err(PlanError::WrongWay { command: "upgrade", .. })));
    assert!(matches!(down(1, "7"), Err(PlanError::Unknown { version: 7, .. })));
    assert_eq!(down(1, "-2"), Err(PlanError::TooFar { asked: 2, there: 1 }));
}

#[test]
fn a_downgrade_stops_before_it_begins_where_one_step_has_no_way_back() {
    let migrations = directory(&[
        ("V1__a.sql", "-- branchline: irreversible: rows are gone\n"),
        ("V2__b.sql", ""),
        ("V3__c.sql", ""),
        ("V3__c.down.sql", ""),
    ]);
    let refused = |count, target| {
        let status = verify(&migrations, &applied(&migrations, count)).unwrap();
        downgrade(&status, target).unwrap_err()
    };
    let irreversible = PlanError::Irreversible { label: "V1__a".into(), reason: "rows are gone".into() };
    assert_eq!(refused(1, DowngradeTarget::Base), irreversible);
    assert_eq!(
        refused(3, DowngradeTarget::Steps(2)),
        PlanError::NoDown { label: "V2__b".into(), place: "V2__b.down.sql".into() }
    );
}

#[test]
fn a_changed_file_is_refused() {
    let migrations = three();
    let mut history = applied(&migrations, 2);
    history[1].checksum = "1".into();
    let changed = PlanError::Changed { label: "V2__b".into(), applied_on: "2026-01-02T03:04:05Z".into() };
    assert_eq!(verify(&migrations, &history), Err(changed));
}

#[test]
fn an_applied_migration_without_a_file_is_refused() {
    let history = applied(&three(), 3);
    let older = directory(&[("V1__a.sql", "A"), ("V2__b.sql", "B")]);
    assert!(matches!(verify(&older, &history), Err(PlanError::Missing { version: 3, .. })));
}

#[test]
fn a_file_that_sorts_before_the_head_is_refused() {
    let migrations = three();
    let mut history = applied(&migrations, 3);
    history.remove(1);
    let behind = PlanError::BehindHead { label: "V2__b".into(), head: "V3__c".into() };
    assert_eq!(verify(&migrations, &history), Err(behind));
}

#[test]
fn a_migration_that_ends_its_own_transaction_is_refused_before_anything_runs() {
    let migrations = directory(&[
        ("V1__a.sql", "SELECT 1;\nCOMMIT;"),
        ("V2__b.sql", "-- branchline: no-transaction\nBEGIN;"),
    ]);
    let status = verify(&migrations, &[]).unwrap();
    let own = PlanError::from(Refusal::OwnTransaction { file: "V1__a.sql".into(), line: 2 });
    assert_eq!(upgrade(&status, UpgradeTarget::Head), Err(own));
    let status = verify(&migrations, &applied(&migrations, 1)).unwrap();
    assert!(upgrade(&status, UpgradeTarget::Head).is_ok());
}

#[test]
fn a_stamp_makes_the_history_say_what_the_target_says() {
    let migrations = three();
    let stamped = |history: &[Applied], target| {
        let Stamp { remove, add } = stamp(&migrations, history, target).unwrap();
        (remove, versions(&add))
    };
    assert_eq!(stamped(&[], StampTarget::Version(2)), (vec![], vec![1, 2]));
    assert_eq!(stamped(&applied(&migrations, 3), StampTarget::Version(1)), (vec![2, 3], vec![]));
    assert_eq!(stamped(&applied(&migrations, 3), StampTarget::Base), (vec![1, 2, 3], vec![]));
    assert_eq!(stamped(&applied(&migrations, 3), StampTarget::Head), (vec![], vec![]));
}

#[test]
fn a_stamp_replaces_rows_that_do_not_agree_with_the_files() {
    let migrations = three();
    let mut history = applied(&migrations, 2);
    history[0].checksum = "1".into();
    let stamped = stamp(&migrations, &history, StampTarget::Version(2)).unwrap();
    assert_eq!((stamped.remove, versions(&stamped.add)), (vec![1], vec![1]));
}

#[test]
fn a_stamp_to_a_number_that_is_not_there_is_refused() {
    let unknown = PlanError::Unknown { version: 4, range: "1 to 3".into() };
    assert_eq!(stamp(&three(), &[], StampTarget::Version(4)), Err(unknown));
}
