//! Pages of lists that have grown and were not analyzed since: each is read in the order of an index, and no
//! further than to the page's end.

use harness::Fixture;
use support::Event;

use crate::page::library::write;

/// The nodes of a plan that make the table of this name.
fn page_of(plan: &str, name: &str) -> String {
    let nodes = plan.lines().skip_while(|line| !line.contains(&format!("CTE {name}"))).skip(1);
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut nodes = nodes.peekable();
    let outermost = nodes.peek().map_or(0, |line| depth(line));
    nodes.take_while(|line| depth(line) >= outermost).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_page_of_bookmarks_that_have_just_come_is_read_in_the_order_of_an_index() {
    let fixture = Fixture::new();
    fixture.log_plans().await;
    write(&fixture, 20_000).await;
    fixture
        .execute(
            "INSERT INTO trashed_bookmarks (id, number, deleted_at, bookmark)
             SELECT ('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, -n,
                    timestamptz '2024-01-01' + n * interval '1 s',
                    jsonb_build_object('id', gen_random_uuid(), 'url', '', 'title', n, 'number', n)
             FROM generate_series(1, 20000) AS n",
        )
        .await;
    for (target, page) in [
        ("/", "page"),
        ("/?sort=newest", "page"),
        ("/?sort=oldest", "page"),
        ("/?sort=modified", "page"),
        ("/?sort=title", "page"),
        ("/?sort=newest&limit=1000", "page"),
        ("/?archived=false", "page"),
        ("/?unread=false", "page"),
        ("/trash", "shown"),
    ] {
        let seen = fixture.call(bookmarks::handle, Event::get(target)).await;
        assert_eq!(seen.status, 200, "{target}: {}", seen.body);
        let plan = fixture.plans().into_iter().rfind(|plan| plan.contains("shown AS MATERIALIZED")).unwrap();
        let page = page_of(&plan, page);
        assert!(page.contains("Index") && page.contains(" Scan"), "{target}: {plan}");
        assert!(!page.contains("Sort") && !page.contains("Bitmap"), "{target}: {page}");
    }
}
