//! The output of the local stack, at most 80 columns wide.

use std::path::Path;

use anyhow::Result;
use serde_json::Value;
use support::Postgres;

use crate::settings::{SERVICE_FILE, SHELL_FILE};

/// The room for an answer's lines, which are indented.
const WIDTH: usize = 76;

const TOP_DOMAINS: &str = "SELECT coalesce(domain, '(no host)'), count(*) FROM bookmarks
    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5";

/// The beginning of a step.
pub(crate) fn step(name: &str) {
    println!("\n== {name}");
}

/// An import job.
pub(crate) fn job(job: &Value) {
    let text = |name: &str| plain(&job[name]);
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

/// A value of JSON without its quotation marks.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    }
}

/// Prints the number of bookmarks, and their domains.
pub(crate) async fn stored(url: &pg::Url) -> Result<()> {
    let (client, connection) = pg::connect(url).await?;
    let connection = tokio::spawn(connection);
    let count: i64 = client.query_one("SELECT count(*) FROM bookmarks", &[]).await?.get(0);
    println!("   {count} bookmarks; the top domains:");
    for row in client.query(TOP_DOMAINS, &[]).await? {
        println!("   {:>6}  {}", row.get::<_, i64>(1), row.get::<_, &str>(0));
    }
    drop(client);
    connection.await??;
    Ok(())
}

/// A text as it came.
pub(crate) fn text(text: &str) {
    for line in text.lines() {
        println!("   {line}");
    }
}

/// A JSON answer as it came, broken after commas where it is too wide.
pub(crate) fn answer(text: &str) {
    for line in folded(text) {
        println!("   {line}");
    }
}

fn folded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for piece in text.split_inclusive(',') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + piece.chars().count() <= WIDTH => line.push_str(piece),
            _ => lines.push(piece.to_owned()),
        }
    }
    lines
}

/// The commands that use what runs.
pub(crate) fn commands(root: &Path, port: u16, postgres: &Postgres, has_token: bool) {
    let functions = format!("http://localhost:{port}/lambda-url");
    let token = if has_token { " -H \"Authorization: Bearer $ACCESS_TOKEN\"" } else { "" };
    let pad = " ".repeat(19);
    let psql = postgres.bin_dir().join("psql");
    let psql = psql.strip_prefix(root).unwrap_or(&psql).display();
    println!(
        "   in a browser    {functions}/bookmarks/\n{pad}{functions}/import/\n\
         {pad}{functions}/projects/\n\n   \
         curl{token} '{functions}/db-test/?details=true'\n   \
         curl{token} {functions}/list-projects/\n   \
         curl{token} --data-binary @tests/corpus/demo.html \\\n     \
         '{functions}/import/?filename=demo.html'\n   \
         curl{token} {functions}/import/\n   \
         target/debug/worker --from 127.0.0.1 {functions}/jobs\n\n   \
         PGSERVICEFILE={SERVICE_FILE} \\\n     {psql} service=branchline\n   \
         (. {SHELL_FILE}; target/debug/branchline current)\n"
    );
}

#[cfg(test)]
mod tests {
    use super::{WIDTH, folded};

    #[test]
    fn a_wide_answer_is_broken_after_commas_and_nothing_is_lost() {
        let text = format!("{{\"a\":\"{}\",\"b\":1,\"c\":\"{}\"}}", "x".repeat(60), "y".repeat(40));
        let lines = folded(&text);
        assert_eq!(lines.concat(), text);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{lines:?}");
    }
}
