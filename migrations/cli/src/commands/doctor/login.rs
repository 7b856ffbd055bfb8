//! The login, what it was bound to, and what is asked of the server then.

use std::time::{Duration, Instant};

use pg::{ChannelBinding, Class, Connector, Error, Url};
use serde_json::json;
use tokio::time::timeout;
use tokio_postgres::Client;

use super::network::milliseconds;
use super::step::Step;
use engine::connect::{are_pooled, connect};
use engine::database::one_row;

/// For a login with its retries: Neon wakes a compute in at most some eight seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Number of round trips that are measured.
const TRIPS: usize = 7;

async fn session(url: &Url) -> Result<Client, Error> {
    let connector = Connector::new(url)?;
    timeout(PATIENCE, connect(&connector)).await.unwrap_or_else(|_| {
        let server = format!("{} of {}", url.dbname(), url.user());
        Err(Error::TimedOut { server, bound: PATIENCE })
    })
}

pub(super) async fn log_in(url: &Url) -> Result<(Step, Client), Step> {
    let begun = Instant::now();
    match session(url).await {
        Ok(client) => {
            let took = milliseconds(begun.elapsed());
            let finding = format!("{} is let in, in {took:.1} ms", url.user());
            Ok((Step::ok("authentication", finding).with(json!({ "role": url.user(), "ms": took })), client))
        }
        Err(error) => {
            let step = Step::failed("authentication", error.to_string()).advise(error.advice());
            let state = error.as_db_error().map(|refusal| refusal.code().code());
            Err(step.with(json!({ "sqlstate": state })))
        }
    }
}

/// Returns whether the login can be bound to the TLS channel, and a second session.
pub(super) async fn bind(url: &Url, is_tls: bool) -> (Step, Result<Client, Error>) {
    const STEP: &str = "channel binding";
    if !is_tls {
        return (Step::ok(STEP, "none, as there is no TLS to bind to"), session(url).await);
    }
    if url.channel_binding() == ChannelBinding::Disable {
        return (Step::ok(STEP, "turned off by the URL"), session(url).await);
    }
    match session(&url.with_channel_binding_required()).await {
        Ok(client) => (Step::ok(STEP, "SCRAM is bound to TLS: nobody stands in between"), Ok(client)),
        // It makes no such offer, or refuses what is bound, as Neon's proxy and PgBouncer do.
        Err(error) if error.class() == Class::Permanent => {
            let finding = "the server does not offer it";
            let step = if url.is_neon() {
                Step::look(STEP, finding).advise(
                    "Neon does: somebody in between may have taken the offer away. channel_binding=require \
                     refuses that.",
                )
            } else {
                Step::ok(STEP, finding)
            };
            (step, session(url).await)
        }
        Err(error) => (Step::look(STEP, format!("not known: {error}")), Err(error)),
    }
}

/// Returns whether sessions are the server's own. Two sessions that share one of the server's processes are
/// those of a pooler in transaction mode, which hands its connection to the next client at once.
pub(super) async fn pooler(url: &Url, first: &Client, second: Result<Client, Error>) -> Step {
    const STEP: &str = "pooler";
    const ADVICE: &str = "Functions are well served by it. Migrations need a session of the server's own: \
                          name the server itself in DIRECT_DATABASE_URL";
    if url.is_pooler() {
        return Step::look(STEP, "Neon's, in transaction mode")
            .advise(format!("{ADVICE}, the same host without \"-pooler\"."))
            .with(json!({ "pooled": true }));
    }
    let is_pooled = match &second {
        Ok(second) => are_pooled(first, second).await.ok(),
        Err(_) => None,
    };
    match is_pooled {
        Some(true) => {
            let finding = "one in transaction mode: two sessions share a server process";
            Step::look(STEP, finding).advise(format!("{ADVICE}.")).with(json!({ "pooled": true }))
        }
        Some(false) => {
            Step::ok(STEP, "none: each session has a process of its own").with(json!({ "pooled": false }))
        }
        None => Step::look(STEP, "not known: there was no second session to compare with")
            .advise("Is the limit of connections reached?"),
    }
}

pub(super) async fn server(client: &Client) -> Result<(Step, ()), Step> {
    let sql = "SELECT current_setting('server_version'), pg_is_in_recovery(), \
               current_setting('transaction_read_only')";
    let row = match one_row(client, sql).await {
        Ok(Some(row)) => row,
        Ok(None) => return Err(Step::failed("server", "it answers a query with nothing")),
        Err(error) => return Err(Step::failed("server", error.to_string()).advise(error.advice())),
    };
    let version = row.get(0).unwrap_or_default();
    let details = json!({ "version": version });
    let name = format!("PostgreSQL {version}");
    let step = match (row.get(1), row.get(2)) {
        (Some("t"), _) => Step::look("server", format!("{name}, in recovery"))
            .advise("It takes no writes: use the primary."),
        (_, Some("on")) => Step::look("server", format!("{name}, read-only")).advise(
            "default_transaction_read_only is on for this server, role or database; migrations need it off.",
        ),
        _ => Step::ok("server", name),
    };
    Ok((step.with(details), ()))
}

/// The least of several, as everything else on the way only adds to it.
pub(super) async fn round_trip(client: &Client) -> Step {
    let mut least = Duration::MAX;
    for _ in 0..TRIPS {
        let begun = Instant::now();
        if let Err(error) = client.simple_query("").await {
            return Step::failed("round trip", Error::from(error).to_string())
                .advise("The connection was lost; try again, and look at the server's log.");
        }
        least = least.min(begun.elapsed());
    }
    let took = milliseconds(least);
    Step::ok("round trip", format!("{took} ms, the least of {TRIPS}")).with(json!({ "ms": took }))
}
