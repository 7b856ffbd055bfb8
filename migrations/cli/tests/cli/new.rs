use std::fs;

use insta::assert_snapshot;

use crate::harness::Project;

#[test]
fn the_pair_gets_the_next_number_in_the_width_of_the_others() {
    let project = Project::with(&[("V0001__a.sql", "SELECT 1;\n")]);
    assert_snapshot!(project.run(&["new", "Add tags", "to bookmarks"]), @r"
    exit status: 0
    ----- stdout
    migrations/sql/V0002__add_tags_to_bookmarks.sql
    migrations/sql/V0002__add_tags_to_bookmarks.down.sql
    ");
    let up = fs::read_to_string(project.sql_dir().join("V0002__add_tags_to_bookmarks.sql")).unwrap();
    assert!(up.contains("CONCURRENTLY"), "the template teaches: {up}");
    project.done(&["upgrade"]);
    project.done(&["downgrade", "-1"]);
}

#[test]
fn the_first_one_has_four_digits_and_a_nameless_one_is_refused() {
    let project = Project::with(&[]);
    project.done(&["new", "first"]);
    assert!(project.sql_dir().join("V0001__first.down.sql").exists());
    assert!(project.run(&["new", "!?"]).refusal().contains("no letter or digit"));
}
