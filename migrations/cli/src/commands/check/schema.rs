//! `check --schema`: whether the wanted schema and the migrations agree.

use std::path::Path;

use anyhow::Result;
use engine::autogenerate::{differences, make, role_differences, settings};
use engine::scratch;
use serde_json::json;

use super::Context;
use crate::commands::autogenerate::source;
use crate::options::Place;
use crate::output::Exit;
use text::wrap;

/// Compares what the migrations make with what a file or folder of SQL says; no database is asked.
pub(super) async fn run(path: Option<&Path>, place: &Place, context: &Context<'_>) -> Result<Exit> {
    let wanted = match path {
        Some(path) => source::wanted(path)?,
        None => source::wanted_default(context)?,
    };
    let migrations = context.migrations()?.allowing_gaps();
    let from = source::migrations_of(migrations.clone(), context);
    let server = context.scratch_server_for(place, &migrations, wanted.files(), None).await?;
    let mut notes = Vec::new();
    let differences = scratch::within(&server, async |scratch| {
        let settings = settings(scratch, context.settings());
        let (made, said) = make(scratch, &settings, (&from, &wanted), &mut notes).await?;
        let of_roles = role_differences(&made, &said).into_iter();
        Ok(differences(&made.catalog, &said.catalog).into_iter().chain(of_roles).collect::<Vec<_>>())
    });
    let differences = differences.await?;
    for note in notes {
        context.output.note(&wrap(&format!("note: {note}")));
    }
    let name = wanted.describe();
    let text = if differences.is_empty() {
        format!("{name} says the schema that the migrations make.")
    } else {
        let lines =
            differences.iter().flat_map(|difference| difference.lines()).map(|line| format!("  {line}"));
        let head = format!("{name} does not say the schema that the migrations make; it has:");
        let advice = wrap(
            "branchline new NAME --from writes the migration that makes it so; branchline schema --output \
             writes the file from the migrations.",
        );
        [head].into_iter().chain(lines).chain([advice]).collect::<Vec<_>>().join("\n")
    };
    context.output.result(&json!({ "schema": name, "differences": differences }), &text);
    Ok(if differences.is_empty() { Exit::Done } else { Exit::Attention })
}
