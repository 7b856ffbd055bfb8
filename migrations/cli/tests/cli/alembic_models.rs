//! Alembic's `revision --autogenerate` and ours on the same models, which are SQLAlchemy's: what both make is
//! the same, and what Alembic does not see is listed here, as ours has more.

use std::collections::BTreeSet;
use std::fs;

use crate::alembic::Alembic;
use crate::harness::{Project, Run};

/// The objects in which Alembic's database is not as the models say, by stage.
type Missed = [(&'static str, &'static [&'static str])];

/// Alembic leaves out a check that a column brings, and after a table was made all that is about checks,
/// values of enums, defaults and the conditions of indexes.
const BOOKMARKS: &Missed = &[
    ("before", &[]),
    ("seen", &["constraint public.bookmark_clusters.bookmark_clusters_similarity_check"]),
    (
        "unseen",
        &[
            "column public.import_jobs.status",
            "constraint public.bookmark_clusters.bookmark_clusters_similarity_check",
            "constraint public.import_jobs.valid_progress",
            "constraint public.import_jobs.valid_status",
            "index public.bookmarks_waiting",
        ],
    ),
];

/// It doubles the percent signs of a check's text; and it does not see when an identity gives numbers.
const PROJECTS: &Missed = &[
    ("before", &["constraint public.color_tokens.is_color"]),
    ("seen", &["constraint public.color_tokens.is_color"]),
    (
        "unseen",
        &[
            "column public.color_tokens.id",
            "column public.extraction_jobs.status",
            "constraint public.color_tokens.is_color",
        ],
    ),
];

/// The objects in which one database differs from another, Alembic's history aside.
fn differing(from: &Project, to: &Project) -> BTreeSet<String> {
    let (from, other) = (from.database.url(), to.database.url());
    let run: Run = to.run(&["diff", &from, &other, "--allow-loss", "alembic_version", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run}"));
    let files = value["files"].as_array().unwrap_or_else(|| panic!("{run}"));
    let changes = files.iter().flat_map(|file| file["changes"].as_array().unwrap());
    let objects = changes.map(|change| change["about"].as_str().unwrap().to_owned());
    objects.filter(|object| !object.contains("alembic_version")).collect()
}

/// Brings a database of each to each stage of a stack.
fn compare(stack: &str, stages: &Missed) {
    let (ours, theirs) = (Project::with(&[]), Project::with(&[]));
    let Some(alembic) = Alembic::with_models(&theirs) else { return };
    for (stage, missed) in stages {
        let models = format!("{stack}:{stage}");
        let models = ("MODELS", models.as_str());
        alembic.run_with(&["revision", "--autogenerate", "-m", stage], &[models]);
        alembic.run_with(&["upgrade", "head"], &[models]);

        let ddl = alembic.run_with(&["current"], &[models, ("MODELS_DDL", "1")]).stdout;
        fs::write(ours.folder().join("models.sql"), ddl).unwrap();
        let given_up = "bookmarks.original_folder";
        ours.done(&["new", stage, "--from", "models.sql", "--allow-loss", given_up]);
        ours.done(&["upgrade"]);
        let run = ours.done(&["diff", &ours.database.url(), "models.sql"]);
        assert!(run.stderr.contains("Nothing differs"), "{stack} {stage}: {run}");

        let expected: BTreeSet<String> = missed.iter().map(|object| (*object).to_owned()).collect();
        assert_eq!(differing(&theirs, &ours), expected, "{stack} {stage}: ours has more");
        // pg_dump is of the same opinion.
        assert_eq!(ours.catalog() == theirs.catalog(), missed.is_empty(), "{stack} {stage}");
    }
}

#[test]
fn the_bookmarks_models_end_in_the_catalog_of_alembic() {
    compare("bookmarks", BOOKMARKS);
}

#[test]
fn the_projects_models_end_in_the_catalog_of_alembic() {
    compare("projects", PROJECTS);
}
