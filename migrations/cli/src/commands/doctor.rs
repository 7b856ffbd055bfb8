//! `branchline doctor`: a connection, step by step, and for what is wrong what to do.

mod login;
mod network;
mod render;
mod row_security;
mod schema;
mod step;

use std::time::Duration;

use anyhow::Result;
use pg::{Host, Url};
use serde_json::json;

use super::Context;
use crate::environment::Environment;
use crate::output::Exit;
use step::{Diagnosis, Step, Verdict};

/// Time limit of name, TCP and TLS each if the URL has no `connect_timeout`.
const BOUND: Duration = Duration::from_secs(5);

/// Check a connection step by step, and say what to do
#[derive(clap::Args)]
#[command(
    after_help = "It ends at the first step that fails. Exit status: 0 all is well, 1 the connection fails, \
                  3 it works and something should be looked at: a certificate under 14 days, a pooler, \
                  pending migrations."
)]
pub(crate) struct Args {}

pub(crate) async fn run(_: &Args, context: &Context<'_>) -> Result<Exit> {
    let mut diagnosis = Diagnosis::default();
    examine(context, &mut diagnosis).await;
    context.output.result(&diagnosis, &render::Text(&diagnosis));
    Ok(match diagnosis.verdict() {
        Verdict::Ok => Exit::Done,
        Verdict::Look => Exit::Attention,
        Verdict::Failed => Exit::Failed,
    })
}

/// Takes one step after another. None: a step has failed, and there is none after it.
async fn examine(context: &Context<'_>, diagnosis: &mut Diagnosis) -> Option<()> {
    let url = diagnosis.take(name_database(context))?;
    let url = url.with_default_application_name("branchline doctor");
    let bound = url.connect_timeout().unwrap_or(BOUND);
    let mut is_tls = false;
    if let Host::Name(_) = url.host() {
        let addresses = diagnosis.take(network::resolve(&url).await)?;
        let tcp = diagnosis.take(network::reach(&url, &addresses, bound).await)?;
        let handshake = diagnosis.take(network::shake_hands(&url, tcp, bound).await)?;
        is_tls = handshake.is_some();
        if let Some(certificate) = handshake.and_then(|handshake| handshake.certificate) {
            diagnosis.add(network::certificate(&certificate));
        }
    }
    let first = diagnosis.take(login::log_in(&url).await)?;
    let (binding, second) = login::bind(&url, is_tls).await;
    diagnosis.add(binding);
    diagnosis.add(login::pooler(&url, &first, second).await);
    diagnosis.take(login::server(&first).await)?;
    diagnosis.add(login::round_trip(&first).await);
    diagnosis.add(schema::compare(context, &first).await);
    if let Some(step) = row_security::examine(&first).await {
        diagnosis.add(step);
    }
    Some(())
}

/// Finds the database that is meant, and the setting that names it.
fn name_database(context: &Context<'_>) -> Result<(Step, Url), Step> {
    let named = Environment::read()
        .and_then(|environment| environment.named_database(context.global.database_url.as_deref()));
    let (origin, url) = named.map_err(|error| {
        Step::failed("URL", format!("{error:#}")).advise(
            "Write postgresql://user:password@host/database, with @ as %40, / as %2F and % as %25 in \
                     the parts.",
        )
    })?;
    let host = match url.host() {
        Host::Name(name) => name.clone(),
        Host::Socket(folder) => folder.display().to_string(),
    };
    let (port, role, database) = (url.port(), url.user(), url.dbname());
    let finding = format!("{origin}: {host} port {port}, role {role}, database {database}");
    let details = json!({ "origin": origin, "host": host, "port": port, "role": role, "database": database });
    Ok((Step::ok("URL", finding).with(details), url))
}
