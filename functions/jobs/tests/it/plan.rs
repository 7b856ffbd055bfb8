//! How the server runs a claim beside very many finished jobs, and many tenants, and lists jobs.

use harness::Fixture;
use serde_json::Value;
use support::{Event, rounds};
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// The function's own role, which policies bind.
async fn connect(database: &support::TestDatabase) -> Client {
    let (client, connection) = pg::connect(&pg::Url::parse(&database.function_url()).unwrap()).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The names of the indexes that a plan reads, the tables that it reads whole, and the most rows that one step
/// looks at.
fn walk(plan: &Value, indexes: &mut Vec<String>, whole: &mut Vec<String>, most: &mut f64) {
    if let Some(index) = plan["Index Name"].as_str() {
        indexes.push(index.to_owned());
    }
    if plan["Node Type"] == "Seq Scan" {
        whole.push(plan["Relation Name"].to_string());
    }
    let looked_at = ["Actual Rows", "Rows Removed by Filter"].map(|name| plan[name].as_f64().unwrap_or(0.0));
    *most = most.max(looked_at.iter().sum());
    for child in plan["Plans"].as_array().into_iter().flatten() {
        walk(child, indexes, whole, most);
    }
}

/// With a million finished jobs in the long form (`SOAK=1`), which also prints how long a claim takes.
#[tokio::test]
async fn a_claim_reads_its_indexes_alone_however_many_jobs_are_finished() {
    let database = support::database();
    let owner = database.client().await;
    let finished = rounds(50_000, 1_000_000);
    owner
        .batch_execute(&format!(
            "INSERT INTO organizations (id, slug, name)
             SELECT lpad(n::text, 32, '0')::uuid, 'o' || n, 'o' FROM generate_series(1000, 1199) AS n;
             INSERT INTO projects (id, organization_id, name)
             SELECT n, lpad(n::text, 32, '0')::uuid, 'p' FROM generate_series(1000, 1199) AS n;
             INSERT INTO extraction_jobs (project_id, organization_id, source_url, extraction_type, status)
             SELECT p.id, p.organization_id, 'u', 'color', 'completed'
             FROM (SELECT CASE WHEN n % 2 = 0 THEN 1000 ELSE 1000 + n % 200 END AS id
                   FROM generate_series(1, {finished}) AS n) AS chosen JOIN projects AS p USING (id);
             INSERT INTO extraction_jobs (project_id, organization_id, source_url, extraction_type)
             SELECT p.id, p.organization_id, 'u', 'color' FROM projects AS p, generate_series(1, 20);
             ANALYZE extraction_jobs"
        ))
        .await
        .unwrap();
    let client = connect(&database).await;
    let mut times = Vec::new();
    for round in 0..rounds(10, 200) {
        // The largest tenant and small ones, in turn.
        let organization = if round % 2 == 0 { 1_000 } else { 1_000 + round % 200 };
        let claim = format!("SET LOCAL app.organization = '{organization:0>32}'");
        client.batch_execute(&format!("BEGIN; {claim}")).await.unwrap();
        let explained =
            format!("EXPLAIN (ANALYZE, FORMAT JSON) {} SELECT id FROM claimed", jobs::claim_statement());
        let types: Vec<&str> = vec!["color", "all"];
        let tokens = vec![uuid::Uuid::now_v7()];
        let (max, seconds, worker) = (1_i64, 60.0_f64, "w");
        let params: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 5] = [
            (&types, Type::TEXT_ARRAY),
            (&max, Type::INT8),
            (&seconds, Type::FLOAT8),
            (&worker, Type::TEXT),
            (&tokens, Type::UUID_ARRAY),
        ];
        let plan: Value = client.query_typed(&explained, &params).await.unwrap()[0].get(0);
        client.batch_execute("ROLLBACK").await.unwrap();
        let (mut indexes, mut whole, mut most) = (Vec::new(), Vec::new(), 0.0);
        walk(&plan[0]["Plan"], &mut indexes, &mut whole, &mut most);
        assert!(whole.is_empty(), "{whole:?} in round {round}: {plan:#}");
        for index in ["ix_extraction_jobs_due", "ix_extraction_jobs_spent"] {
            assert!(indexes.iter().any(|used| used == index), "{index} of {indexes:?} in round {round}");
        }
        assert!(most <= 2.0, "a step looks at {most} rows in round {round}: {plan:#}");
        let milliseconds = |name: &str| plan[0][name].as_f64().unwrap();
        times.push(milliseconds("Planning Time") + milliseconds("Execution Time"));
    }
    times.sort_by(f64::total_cmp);
    let (median, last) = (times[times.len() / 2], times[times.len() - 1]);
    println!("a claim beside {finished} finished jobs: median {median:.2} ms, longest {last:.2} ms");
}

#[tokio::test]
async fn a_page_of_jobs_that_have_just_come_is_read_in_the_order_of_an_index() {
    let fixture = Fixture::new();
    fixture.log_plans().await;
    fixture
        .execute(
            "INSERT INTO projects (name) VALUES ('p');
             INSERT INTO extraction_jobs (project_id, source_url, extraction_type)
             SELECT 1, 'https://a.example/' || n, 'color' FROM generate_series(1, 20000) AS n",
        )
        .await;
    for target in ["/", "/?limit=1000", "/?project_id=1"] {
        let seen = fixture.call(jobs::handle, Event::get(target)).await;
        assert_eq!(seen.status, 200, "{target}: {}", seen.body);
        let plan = fixture.plans().into_iter().rfind(|plan| plan.contains("ORDER BY j.id DESC")).unwrap();
        let nodes = plan.split_once("ORDER BY j.id DESC LIMIT $2\n").unwrap().1;
        assert!(nodes.contains("Index Scan"), "{target}: {plan}");
        assert!(!nodes.contains("Sort") && !nodes.contains("Bitmap"), "{target}: {plan}");
    }
}
