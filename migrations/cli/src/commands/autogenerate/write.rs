//! Generated migrations: planned, measured, linted, proved, and only then written.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use engine::autogenerate::{Ambiguous, Generated, Side, copy, last_copy, leave};
use engine::report::Direction;
use engine::scratch::{Beside, Scratch, Server};
use engine::verify::{Proof, default_jobs, prove, prove_from};
use files::{Migration, Migrations};
use lint::{LintFinding, Severity, lint_migrations};
use pg::Connector;
use rehearsal::measure::{MigrationProfile, Profiler};
use serde_json::{Value, json};
use text::wrap;

use super::super::Context;
use super::compare::{Comparison, Sides};
use super::files::{Excuse, GIVEN_UP, Pair, next_version, pairs};
use super::{PlanArgs, report, source};
use crate::commands::new::{create, own_layout, slug};
use crate::output::Exit;

/// Writes the migrations from the project's to a wanted schema.
pub(in super::super) async fn run(
    message: &str,
    from: Option<&PathBuf>,
    args: &PlanArgs,
    context: &Context<'_>,
) -> Result<Exit> {
    let name = slug(message);
    if name.is_empty() {
        bail!("the name has no letter or digit that could stand in a file's name");
    }
    let to = match from {
        Some(path) => source::wanted(path)?,
        None => source::wanted_default(context)?,
    };
    let dir = &context.global.dir;
    let is_first = !dir.exists();
    if is_first {
        fs::create_dir_all(dir).with_context(|| format!("the folder {} cannot be made", dir.display()))?;
    }
    let migrations = context.migrations()?;
    own_layout(&migrations)?;
    let from = source::migrations_of(migrations.clone().allowing_gaps(), context);
    let sides = Sides { from, to };
    let comparison = Comparison { sides: &sides, args, context };
    let work = Work { comparison: &comparison, migrations: &migrations, name: &name, message };
    let server = comparison.server().await?;
    let made = comparison
        .within(&server, async |scratch, from, to| work.plan(&server, scratch, (from, to)).await)
        .await;
    let made = match made {
        Ok(made) => made,
        Err(error) => {
            let Some(ambiguous) = error.downcast_ref::<Ambiguous>() else { return Err(error) };
            return Ok(report::ambiguous(ambiguous, context.output));
        }
    };
    let Some(Made { generated, pairs, migrations: with_new, measured, findings, proof }) = made else {
        let wanted = sides.to.describe();
        context.output.result(
            &json!({ "files": [] }),
            &format!("Nothing to do: the migrations make the schema of {wanted}."),
        );
        return Ok(Exit::Done);
    };
    let proof = match proof {
        Some(proof) => proof,
        None => {
            let is_new = |migration: &Migration| work.is_new(migration);
            prove(&with_new, is_new, &server, context.settings(), default_jobs(), &|_| {}).await?
        }
    };
    if !proof.is_complete() {
        return Ok(work.refuse(&proof, &pairs));
    }
    for pair in &pairs {
        create(&dir.join(&pair.up), &pair.up_text)?;
        create(&dir.join(&pair.down), &pair.down_text)?;
    }
    let directory = context.directory();
    if is_first { directory.write_checksums() } else { directory.update_checksums() }?;
    let facts = report::Facts {
        generated: &generated,
        measured: &measured,
        findings: &findings,
        proof: Some(&proof),
    };
    args.write_markdown(&facts)?;
    work.print(&facts, &pairs);
    Ok(Exit::Done)
}

/// Migrations on their way into the folder.
struct Work<'a> {
    comparison: &'a Comparison<'a>,
    migrations: &'a Migrations,
    name: &'a str,
    message: &'a str,
}

/// Migrations that were planned and tried.
struct Made {
    generated: Generated,
    pairs: Vec<Pair>,
    /// The project's migrations with the new ones.
    migrations: Migrations,
    measured: Vec<MigrationProfile>,
    findings: Vec<LintFinding>,
    /// None where it takes a server of its own.
    proof: Option<Proof>,
}

impl Work<'_> {
    /// Plans, and runs the files as migrations where their locks are seen, and then as a proof does. None
    /// where nothing differs.
    async fn plan(
        &self,
        server: &Server,
        scratch: &Scratch,
        (from, to): (Side, Side),
    ) -> Result<Option<Made>> {
        let generated = self.comparison.generate(scratch, (&from, &to), true).await?;
        if generated.files.is_empty() {
            return Ok(None);
        }
        let (pairs, migrations, findings) = self.lint(&generated)?;
        // What makes or drops a role runs once on a server.
        if generated.changes_roles() {
            let database = last_copy(scratch, from).await?;
            let measured = self.measure(scratch, database, &migrations).await?;
            return Ok(Some(Made { generated, pairs, migrations, measured, findings, proof: None }));
        }
        let measured = self.measure(scratch, copy(scratch, &from).await?, &migrations).await?;
        let proof = match from.into_made() {
            Some(made) => {
                let is_new = |migration: &Migration| self.is_new(migration);
                let settings = self.comparison.context.settings();
                Some(prove_from(&migrations, is_new, server, settings, (scratch, made)).await?)
            }
            None => None,
        };
        Ok(Some(Made { generated, pairs, migrations, measured, findings, proof }))
    }

    fn is_new(&self, migration: &Migration) -> bool {
        Some(migration.version) > self.migrations.head().map(|head| head.version)
    }

    /// The files, with the excuses that they need from lint rules; and the findings that are excused.
    fn lint(&self, generated: &Generated) -> Result<(Vec<Pair>, Migrations, Vec<LintFinding>)> {
        let (pairs, migrations) = self.files(generated, &[])?;
        let findings = self.findings(&migrations);
        let excuses: Vec<Excuse> = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| self.excuse(generated, finding))
            .collect();
        if excuses.is_empty() {
            return Ok((pairs, migrations, findings));
        }
        let (pairs, migrations) = self.files(generated, &excuses)?;
        Ok((pairs, migrations, findings))
    }

    fn findings(&self, migrations: &Migrations) -> Vec<LintFinding> {
        let new = migrations.iter().filter(|migration| self.is_new(migration));
        lint_migrations(self.migrations.iter(), new)
    }

    /// Why a file breaks a rule.
    fn excuse(&self, generated: &Generated, finding: &LintFinding) -> Excuse {
        let losing = || generated.files.iter().filter(|file| file.up.losses().next().is_some());
        let why_lost = losing().map(|file| file.up.why_lost.unwrap_or(GIVEN_UP)).min();
        let reason = match () {
            () if finding.rule.starts_with("ban-drop") && why_lost.is_some() => why_lost.unwrap_or_default(),
            () if self.comparison.args.offline => "the short form, written with --offline",
            () if finding.rule.starts_with("renaming") => "the wanted schema renames it",
            () => "the wanted schema asks for it, and there is no way around it",
        };
        Excuse { file: finding.file.clone(), rule: finding.rule, reason: reason.to_owned() }
    }

    fn files(&self, generated: &Generated, excuses: &[Excuse]) -> Result<(Vec<Pair>, Migrations)> {
        let next = next_version(self.migrations).context("the last number is the last there is")?;
        let source = self.comparison.sides.to.describe();
        let pairs = pairs(generated, next, (self.name, self.message, &source), excuses);
        let new = pairs.iter().flat_map(|pair| {
            let file = |name: &String, text: &String| (name.clone(), text.clone().into_bytes());
            [file(&pair.up, &pair.up_text), file(&pair.down, &pair.down_text)]
        });
        let migrations = self.comparison.context.directory().load_with(new)?;
        Ok((pairs, migrations))
    }

    /// Runs the new migrations in a copy of what the others make, and looks on.
    async fn measure(
        &self,
        scratch: &Scratch,
        database: Beside,
        migrations: &Migrations,
    ) -> Result<Vec<MigrationProfile>> {
        let mut profiler = Profiler::open(&Connector::new(&database.url)?, Instant::now()).await?;
        let prepared = database.prepare(self.comparison.context.settings()).await?;
        let mut measured = Vec::new();
        for migration in migrations.iter().filter(|migration| self.is_new(migration)) {
            let run = prepared.runner(&|_| {}).run_observed(migration, Direction::Up, &mut profiler).await;
            measured.extend(profiler.take()?.into_iter().map(|profiled| profiled.profile));
            run.context("measuring on a scratch database")?;
        }
        drop((profiler, prepared));
        leave(scratch, database).await?;
        Ok(measured)
    }

    /// Tells what the proof found; nothing was written.
    fn refuse(&self, proof: &Proof, pairs: &[Pair]) -> Exit {
        let output = self.comparison.context.output;
        let mut lines: Vec<String> = proof.refusals.iter().flat_map(|refusal| refusal.lines()).collect();
        lines.push("Not proved, so nothing is written. It was planned:".to_owned());
        for pair in pairs {
            lines.push(format!("\n-- {}\n{}\n-- {}\n{}", pair.up, pair.up_text, pair.down, pair.down_text));
        }
        output.result(&json!({ "files": [], "proof": proof }), &wrap(&lines.join("\n")));
        Exit::Failed
    }

    fn print(&self, facts: &report::Facts<'_>, pairs: &[Pair]) {
        let Comparison { context, .. } = self.comparison;
        let path = |name: &String| context.global.dir.join(name).display().to_string();
        let files: Vec<Value> = pairs
            .iter()
            .zip(&facts.generated.files)
            .map(|(pair, file)| {
                json!({
                    "up": path(&pair.up),
                    "down": path(&pair.down),
                    "in_transaction": file.up.in_transaction,
                    "changes": file.up.changes,
                })
            })
            .collect();
        let findings: Vec<Value> = facts.findings.iter().map(crate::commands::lint::finding_value).collect();
        let value = json!({
            "files": files,
            "renames": facts.generated.renames,
            "notes": facts.generated.notes,
            "measured": facts.measured,
            "findings": findings,
            "proof": facts.proof,
        });
        let names = pairs.iter().flat_map(|pair| [path(&pair.up), path(&pair.down)]);
        let text = names.collect::<Vec<_>>().join("\n");
        context.output.note(&report::text(facts));
        context.output.result(&value, &text);
    }
}
