//! What the demo prints, at most 80 columns wide.

use anyhow::Result;
use serde_json::Value;

/// An import job.
pub(crate) fn job(job: &Value, what: &str) {
    let text = |name: &str| match &job[name] {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    };
    println!("   {} {what}", text("filename"));
    for (label, value) in [
        ("job", text("id")),
        ("status", text("status")),
        ("entries", text("total_bookmarks")),
        ("imported", text("imported_count")),
        ("merged", text("merged_count")),
        ("skipped", text("skipped_count")),
        ("failed", text("failed_count")),
        ("warnings", text("warning_count")),
        ("took", format!("{} ms", text("duration_ms"))),
        ("cost", format!("{} USD on Lambda", text("total_cost_usd"))),
    ] {
        println!("   {label:<10}{value}");
    }
}

/// How many bookmarks there are, and of which domains.
pub(crate) async fn stored(url: &pg::Url) -> Result<()> {
    let (client, connection) = pg::connect(url).await?;
    let connection = tokio::spawn(connection);
    let count: i64 = client.query_one("SELECT count(*) FROM bookmarks", &[]).await?.get(0);
    println!("   {count} bookmarks; the top domains:");
    let domains = client
        .query(
            "SELECT coalesce(domain, '(none)'), count(*) FROM bookmarks GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5",
            &[],
        )
        .await?;
    for row in domains {
        println!("   {:>6}  {}", row.get::<_, i64>(1), row.get::<_, &str>(0));
    }
    drop(client);
    connection.await??;
    Ok(())
}
