//! The messages with which servers refuse a login, the class of errors of each, and the advice.
//!
//! Neon's proxy gives each error of its own SQLSTATE XX000, also where it passes on the compute's words, and
//! PgBouncer 08P01: at a login only the message tells them apart.
//!
//! Sources: neondatabase/neon at 6a35a3e, `proxy/src` in auth/mod.rs, auth/credentials.rs, compute/mod.rs,
//! control_plane/errors.rs, control_plane/messages.rs, cache/project_info.rs, pglb/mod.rs, sasl/mod.rs; the
//! control plane's own words, which the proxy passes on, as seen; pgbouncer, `src` in client.c, janitor.c,
//! objects.c, server.c; PostgreSQL, `src/backend` in utils/init/postinit.c, libpq/auth.c,
//! tcop/backend_startup.c.

use super::Class;
use super::Class::{Limit, Permanent, Unavailable};

/// A refusal that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// A part of the message, in lower case.
    says: &'static str,
    pub(super) class: Class,
    pub(super) advice: &'static str,
}

const fn row(says: &'static str, class: Class, advice: &'static str) -> Refusal {
    Refusal { says, class, advice }
}

pub(super) const PASSWORD: &str = "The role or its password is wrong; on Neon the answer is the same for an \
                                   endpoint that does not exist. Write @ as %40, / as %2F and % as %25 in a \
                                   password.";
pub(super) const DATABASE: &str = "Is the name behind the host's slash right? CREATE DATABASE makes one; \
                                   without a name it is the role's.";
pub(super) const NOT_ADMITTED: &str =
    "The server's pg_hba.conf lets no such role, database or address in, or there is no such role.";
pub(super) const BINDING: &str = "Without channel_binding=require it may work, and then nothing proves that \
                                  nobody stands in between. PgBouncer has no channel binding.";
pub(super) const USED_UP: &str = "The server has no connection left, or the account no compute time: end \
                                  what is not needed, use the pooler for functions, or raise the limit.";
pub(super) const PASSES: &str = "It was tried several times. A server that starts or a compute that wakes \
                                 may need some seconds more; else its log, or Neon's status page, says why.";

const QUOTA: &str = "The account's or the branch's share of compute time, storage or transfer is used up: \
                     Neon's console shows under Billing which. A larger plan or a higher limit helps, or the \
                     next month.";
const RATE: &str = "Too many logins in a short time: keep connections instead of making one for each \
                    request, and use the pooler for functions.";
const TOO_MANY: &str = "The server has no connection left: end what is not needed, use the pooler for \
                        functions, or raise the limit.";
const ACTIVE_ENDPOINTS: &str = "Too many of the account's endpoints run at once: suspend one in Neon's \
                                console, or let it suspend itself sooner.";
const ENDPOINT: &str = "Neon's console says which endpoints there are: the branch, and with it its host \
                        name, may have been deleted. Its Connect dialog shows the URL.";
const DISABLED: &str = "Neon's console says which endpoints there are; a disabled one is enabled there.";
const NAMED_TWICE: &str = "The host names one endpoint and options=endpoint%3D… another: leave the option \
                           out, or make it the first part of the host.";
const UNNAMED: &str =
    "The URL's host must be the endpoint's own name, not an address; hostaddr= may say the address.";
const ADDRESS: &str = "Add this machine's address to the project's list in Neon's console.";
const NETWORK: &str = "The project takes no connections from the public internet: connect through its VPC \
                       endpoint, or allow public connections in Neon's console.";
const VPC: &str = "The project takes connections through certain VPC endpoints alone: connect through one of \
                   them, or add this one to the project's list in Neon's console.";
const PROTECTED: &str = "This role belongs to Neon itself and logs in nowhere: use a role of the project, or \
                         make one with CREATE ROLE … LOGIN PASSWORD.";
const INSECURE: &str = "Neon takes TLS alone: leave sslmode=disable and sslmode=prefer out of the URL.";
const SOMEBODY_BETWEEN: &str = "What TLS was agreed on with is not what checks the password: a proxy that \
                                ends TLS stands in between, or somebody who should not.";
const POOLER_PASSWORD: &str = "The pooler's list of users (auth_file or auth_query) has no such role, or \
                               another password. Write @ as %40, / as %2F and % as %25 in a password.";
const POOLER_DATABASE: &str =
    "The pooler's configuration has no such database, or keeps it closed ([databases], DISABLE).";
const POOLER_SERVER: &str = "The pooler is there and its server is not, or does not let the pooler in: the \
                             pooler's log says why.";
const STARTUP: &str =
    "A pooler takes no such parameter: leave options= out of the URL, or use the URL without \"-pooler\".";
const ROLE_CLOSED: &str =
    "The role may not log in, or not to this database: ALTER ROLE … LOGIN, GRANT CONNECT ON DATABASE.";
const METHOD: &str = "This server asks for a way to log in that is not spoken here: SCRAM-SHA-256 is.";

/// The first row decides whose part is in the message.
const REFUSALS: &[Refusal] = &[
    // Limits: haste makes them worse.
    row("concurrently active endpoints", Limit, ACTIVE_ENDPOINTS),
    row("exceeded the rate limit", Limit, RATE),
    row("too many connections attempts", Limit, RATE),
    row("compute time for this branch", Limit, QUOTA),
    row("quota", Limit, QUOTA),
    row("exceeded the limit", Limit, QUOTA),
    row("too many connections to this endpoint", Limit, RATE),
    row("too many clients already", Limit, TOO_MANY),
    row("remaining connection slots are reserved", Limit, TOO_MANY),
    row("too many connections for ", Limit, TOO_MANY),
    row("no more connections allowed", Limit, TOO_MANY),
    row("client connections exceeded", Limit, TOO_MANY),
    // Refusals that somebody must mend at Neon.
    row("endpoint cannot be found", Permanent, ENDPOINT),
    row("could not be found", Permanent, ENDPOINT),
    row("endpoint has been disabled", Permanent, DISABLED),
    row("endpoint is disabled", Permanent, DISABLED),
    row("vpc endpoint id", Permanent, VPC),
    row("endpoint id is not specified", Permanent, UNNAMED),
    row("inconsistent project name", Permanent, NAMED_TWICE),
    row("must contain only alphanumeric characters", Permanent, UNNAMED),
    row("common name inferred from sni", Permanent, UNNAMED),
    row("this ip address", Permanent, ADDRESS),
    row("from a blocked network", Permanent, NETWORK),
    row("is protected", Permanent, PROTECTED),
    row("connection is insecure", Permanent, INSECURE),
    row("secure channel data mismatch", Permanent, SOMEBODY_BETWEEN),
    row("scram-plus not used", Permanent, SOMEBODY_BETWEEN),
    row("unsupported channel binding method", Permanent, SOMEBODY_BETWEEN),
    row("authentication protocol violation", Permanent, METHOD),
    row("unsupported authentication method", Permanent, METHOD),
    row("is missing in startup packet", Permanent, METHOD),
    // At a pooler or a server.
    row("sasl authentication failed", Permanent, POOLER_PASSWORD),
    row("no such user", Permanent, POOLER_PASSWORD),
    row("no such database", Permanent, POOLER_DATABASE),
    row("does not allow connections", Permanent, POOLER_DATABASE),
    row("is disabled", Permanent, POOLER_DATABASE),
    row("bouncer config error", Permanent, POOLER_SERVER),
    row("unsupported startup parameter", Permanent, STARTUP),
    row("password authentication failed", Permanent, PASSWORD),
    row("no pg_hba.conf entry", Permanent, NOT_ADMITTED),
    row("is not permitted to log in", Permanent, ROLE_CLOSED),
    row("permission denied for database", Permanent, ROLE_CLOSED),
    row("is not currently accepting connections", Permanent, ROLE_CLOSED),
    row("role \"", Permanent, PASSWORD),
    row("does not exist", Permanent, DATABASE),
    // Refusals that pass by themselves.
    row("couldn't connect to compute node", Unavailable, PASSES),
    row("control plane request failed", Unavailable, PASSES),
    row("failed to acquire permit", Unavailable, PASSES),
    row("endpoint is idle", Unavailable, PASSES),
    row("maintenance", Unavailable, PASSES),
    row("running operations", Unavailable, PASSES),
    row("authentication timed out", Unavailable, PASSES),
    row("server login has been failing", Unavailable, POOLER_SERVER),
    row("server_login_retry", Unavailable, POOLER_SERVER),
    row("cannot connect to server", Unavailable, POOLER_SERVER),
    row("query_wait_timeout", Unavailable, POOLER_SERVER),
    row("client_login_timeout", Unavailable, POOLER_SERVER),
    row("is shutting down", Unavailable, PASSES),
];

/// Finds the refusal with a message.
pub(super) fn find(message: &str) -> Option<&'static Refusal> {
    let message = message.to_lowercase();
    REFUSALS.iter().find(|refusal| message.contains(refusal.says))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whole messages, each with the class and the advice that it gets.
    const SAID: &[(&str, Class, &str)] = &[
        (
            "You have exceeded the limit of concurrently active endpoints. Please suspend some of your \
             compute endpoints.",
            Limit,
            ACTIVE_ENDPOINTS,
        ),
        ("You've exceeded the rate limit. Please wait a moment and try again.", Limit, RATE),
        ("Too many connections attempts", Limit, RATE),
        ("You've exceeded the compute time for this branch.", Limit, QUOTA),
        (
            "Your account or project has exceeded the compute time quota. Upgrade your plan to increase \
             limits.",
            Limit,
            QUOTA,
        ),
        (
            "Control plane request failed: Cannot start more computes. Check your quotas or contact support.",
            Limit,
            QUOTA,
        ),
        (
            "Control plane request failed: endpoint is temporarily unavailable. Check your quotas and/or \
             contact our support.",
            Limit,
            QUOTA,
        ),
        ("You have exceeded the limit of projects.", Limit, QUOTA),
        ("Too many connections to this endpoint. Please try again later.", Limit, RATE),
        ("sorry, too many clients already", Limit, TOO_MANY),
        ("remaining connection slots are reserved for roles with the SUPERUSER attribute", Limit, TOO_MANY),
        (
            "remaining connection slots are reserved for non-replication superuser connections",
            Limit,
            TOO_MANY,
        ),
        ("too many connections for role \"app\"", Limit, TOO_MANY),
        ("too many connections for database \"app\"", Limit, TOO_MANY),
        ("no more connections allowed (max_client_conn)", Limit, TOO_MANY),
        ("client connections exceeded (max_user_client_connections)", Limit, TOO_MANY),
        ("Control plane request failed: endpoint cannot be found", Permanent, ENDPOINT),
        ("The requested endpoint could not be found", Permanent, ENDPOINT),
        ("The requested branch could not be found", Permanent, ENDPOINT),
        ("The endpoint has been disabled. Enable it using Neon API and retry.", Permanent, DISABLED),
        ("Control plane request failed: endpoint is disabled", Permanent, DISABLED),
        (
            "VPC endpoint ID is not specified. This endpoint requires a VPC endpoint ID to connect.",
            Permanent,
            VPC,
        ),
        (
            "This VPC endpoint id vpce-1 is not allowed to connect to this endpoint. Please add it to the \
             allowed list in the Neon console.",
            Permanent,
            VPC,
        ),
        (
            "Endpoint ID is not specified. Either please upgrade the postgres client library (libpq) for SNI \
             support",
            Permanent,
            UNNAMED,
        ),
        (
            "Inconsistent project name inferred from SNI ('a') and project option ('b').",
            Permanent,
            NAMED_TWICE,
        ),
        ("Project name ('a_b') must contain only alphanumeric characters and hyphen.", Permanent, UNNAMED),
        ("Common name inferred from SNI ('example.com') is not known", Permanent, UNNAMED),
        ("This IP address 203.0.113.7 is not allowed to connect to this endpoint.", Permanent, ADDRESS),
        ("This connection is trying to access this endpoint from a blocked network.", Permanent, NETWORK),
        ("The role you're attempting to use is protected", Permanent, PROTECTED),
        ("role is protected and cannot be used for password-based authentication", Permanent, PROTECTED),
        ("connection is insecure (try using `sslmode=require`)", Permanent, INSECURE),
        ("insecure connection: secure channel data mismatch", Permanent, SOMEBODY_BETWEEN),
        ("SCRAM-PLUS not used", Permanent, SOMEBODY_BETWEEN),
        ("unsupported channel binding method tls-unique", Permanent, SOMEBODY_BETWEEN),
        ("authentication protocol violation", Permanent, METHOD),
        ("Unsupported authentication method: x", Permanent, METHOD),
        ("Parameter 'user' is missing in startup packet.", Permanent, METHOD),
        ("SASL authentication failed", Permanent, POOLER_PASSWORD),
        ("no such user: x", Permanent, POOLER_PASSWORD),
        ("no such database: x", Permanent, POOLER_DATABASE),
        ("database does not allow connections: x", Permanent, POOLER_DATABASE),
        ("database \"x\" is disabled", Permanent, POOLER_DATABASE),
        ("bouncer config error", Permanent, POOLER_SERVER),
        (
            "unsupported startup parameter in options: work_mem. Please use unpooled connection",
            Permanent,
            STARTUP,
        ),
        ("password authentication failed for user 'x'", Permanent, PASSWORD),
        ("no pg_hba.conf entry for host \"203.0.113.7\", user \"x\"", Permanent, NOT_ADMITTED),
        ("role \"x\" is not permitted to log in", Permanent, ROLE_CLOSED),
        ("permission denied for database \"x\"", Permanent, ROLE_CLOSED),
        ("database \"x\" is not currently accepting connections", Permanent, ROLE_CLOSED),
        ("role \"nobody\" does not exist", Permanent, PASSWORD),
        ("database \"nothing\" does not exist", Permanent, DATABASE),
        ("Couldn't connect to compute node", Unavailable, PASSES),
        ("Control plane request failed", Unavailable, PASSES),
        (
            "Failed to acquire permit to connect to the database. Too many database connection attempts are \
             currently ongoing.",
            Unavailable,
            PASSES,
        ),
        ("endpoint is idle, retry", Unavailable, PASSES),
        ("The project is under maintenance. Please try again later.", Unavailable, PASSES),
        (
            "The project already has running operations, scheduling of new ones is prohibited",
            Unavailable,
            PASSES,
        ),
        ("Authentication timed out", Unavailable, PASSES),
        (
            "server login has been failing, cached error: connect failed (server_login_retry)",
            Unavailable,
            POOLER_SERVER,
        ),
        ("cached error: connect failed (server_login_retry)", Unavailable, POOLER_SERVER),
        ("pgbouncer cannot connect to server", Unavailable, POOLER_SERVER),
        ("query_wait_timeout", Unavailable, POOLER_SERVER),
        ("client_login_timeout (server down)", Unavailable, POOLER_SERVER),
        ("database is shutting down", Unavailable, PASSES),
    ];

    #[test]
    fn each_refusal_gets_its_class_and_its_advice() {
        for (message, class, advice) in SAID {
            let refusal = find(message).unwrap_or_else(|| panic!("{message}"));
            assert_eq!((refusal.class, refusal.advice), (*class, *advice), "{message}");
        }
    }

    #[test]
    fn each_row_is_what_some_server_says() {
        for row in REFUSALS {
            assert!(SAID.iter().any(|(message, ..)| find(message) == Some(row)), "{:?}", row.says);
            assert_eq!(row.says, row.says.to_lowercase());
        }
        assert_eq!(find("a sentence that nobody has said"), None);
    }
}
