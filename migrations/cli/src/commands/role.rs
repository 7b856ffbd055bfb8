//! `branchline role create|rotate|list`: the logins of functions, made by SQL.
//!
//! They are members of `branchline_app`, the group role that the migrations make and grant what functions
//! need. Row security binds them, as they own nothing and have no attribute. Roles made in Neon's console, or
//! through its API, have BYPASSRLS.

use std::fs::OpenOptions;
use std::io::{Read as _, Write as _, stdin};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Subcommand;
use engine::connect::connect;
use engine::database::{execute, literal, one_row, rows};
use pg::Url;
use postgres_protocol::escape::escape_identifier;
use postgres_protocol::password::scram_sha_256;
use serde::Serialize;
use serde_json::json;
use text::quoted;
use tokio_postgres::{Client, SimpleQueryRow};

use super::Context;
use crate::output::Exit;
use crate::table::PlainTable;

const GROUP: &str = "branchline_app";

/// Suffix of the second login of a pair.
const SECOND: &str = "_2";

/// Random bytes of a password that is generated.
const PASSWORD_BYTES: usize = 24;

/// The fewest characters of one that is given.
const SHORTEST_PASSWORD: usize = 12;

/// Names of roles are cut beyond this many bytes; one is left for [`SECOND`].
const LONGEST_NAME: usize = 61;

/// Make and list the roles that functions log in as
#[derive(clap::Args)]
#[command(
    after_help = "The role is a member of branchline_app, which the migrations make: it owns nothing, and \
                  row security binds it. The URL has its password: it is printed once, and stored nowhere \
                  else."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make a login for functions, and print its URL
    Create {
        /// Its name
        #[arg(value_parser = name)]
        name: String,
        #[command(flatten)]
        password: Password,
    },
    /// Make a second login beside this one, or end the one that is no longer used
    Rotate {
        /// The login
        #[arg(value_parser = name)]
        name: String,
        /// End this login: nobody can log in as it, until a rotation makes it again
        #[arg(long, conflicts_with_all = ["password_stdin", "output"])]
        retire: bool,
        #[command(flatten)]
        password: Password,
    },
    /// List the logins
    List,
}

#[derive(clap::Args)]
struct Password {
    /// Read the password from standard input [default: it is generated]
    #[arg(long)]
    password_stdin: bool,
    /// Write the URL to this new file, which only its owner can read, instead of printing it
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// A login as it is listed.
#[derive(Serialize)]
struct Login {
    role: String,
    can_login: bool,
    /// True if it is a superuser, has BYPASSRLS, or owns a table with row security.
    bypasses_row_security: bool,
    /// Number of open sessions.
    sessions: i64,
}

pub(crate) async fn run(args: &Args, context: &Context<'_>) -> Result<Exit> {
    let url = context.url()?;
    let client = connect(&context.connector().await?).await?;
    let group = one_row(&client, "SELECT to_regrole('branchline_app')").await?;
    if group.and_then(|row| row.get(0).map(str::to_owned)).is_none() {
        bail!("there is no role {GROUP}, which the migrations make: run branchline upgrade first");
    }
    let logins = logins(&client).await?;
    match &args.action {
        Action::Create { name, password } => {
            let exists = format!("SELECT 1 FROM pg_roles WHERE rolname = {}", literal(name));
            ensure!(
                one_row(&client, &exists).await?.is_none(),
                "there is a role {} already; branchline role rotate {name} makes another beside it",
                quoted(name)
            );
            password.give(&client, &url, name, context).await?;
        }
        Action::Rotate { name, retire: true, .. } => {
            let login = find(&logins, name)?;
            ensure!(
                login.sessions == 0,
                "{} has {} sessions open: deploy the functions with the other login's URL first",
                quoted(name),
                login.sessions
            );
            execute(&client, &format!("ALTER ROLE {} NOLOGIN PASSWORD NULL", escape_identifier(name)))
                .await?;
            let text = format!("Nobody can log in as {} any more.", quoted(name));
            context.output.result(&json!({ "role": name, "retired": true }), &text);
        }
        Action::Rotate { name, password, .. } => {
            find(&logins, name)?;
            let other = match name.strip_suffix(SECOND) {
                Some(first) => first.to_owned(),
                None => format!("{name}{SECOND}"),
            };
            if let Ok(login) = find(&logins, &other) {
                ensure!(
                    !login.can_login,
                    "{} is in use beside {}: end the one that no function uses any more with branchline \
                     role rotate --retire",
                    quoted(&other),
                    quoted(name)
                );
            }
            password.give(&client, &url, &other, context).await?;
        }
        Action::List => {
            context.output.result(&json!({ "roles": logins }), &table(&logins));
        }
    }
    Ok(Exit::Done)
}

impl Password {
    /// Makes the role or gives it a new password, and says once what its URL is.
    async fn give(&self, client: &Client, url: &Url, role: &str, context: &Context<'_>) -> Result<()> {
        let password = self.read()?;
        // The server gets, and may log, no more than what it stores. Neon's compute passes the password on to
        // its control plane (`control_plane_connector.c`), which wants the password itself.
        let sent = if url.is_neon() { password.clone() } else { scram_sha_256(password.as_bytes()) };
        let (role_name, sent) = (escape_identifier(role), literal(&sent));
        let exists = format!("SELECT 1 FROM pg_roles WHERE rolname = {}", literal(role));
        let verb = if one_row(client, &exists).await?.is_some() { "ALTER" } else { "CREATE" };
        let url = url.with_login(role, &password).reveal();
        // The file first: a role whose password nobody knows is of no use.
        let file =
            self.output.as_deref().map(|path| Ok::<_, anyhow::Error>((path, new_file(path)?))).transpose()?;
        execute(
            client,
            &format!("{verb} ROLE {role_name} LOGIN PASSWORD {sent}; GRANT {GROUP} TO {role_name}"),
        )
        .await
        .with_context(|| format!("{} cannot be made", quoted(role)))?;
        match file {
            Some((path, mut file)) => {
                writeln!(file, "{url}").with_context(|| path.display().to_string())?;
                let text = format!("{} can log in; its URL is in {}.", quoted(role), path.display());
                context.output.result(&json!({ "role": role, "url": null, "file": path }), &text);
            }
            None => context.output.result(&json!({ "role": role, "url": url }), &url),
        }
        Ok(())
    }

    fn read(&self) -> Result<String> {
        if !self.password_stdin {
            let mut bytes = [0; PASSWORD_BYTES];
            openssl::rand::rand_bytes(&mut bytes)?;
            return Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect());
        }
        let mut password = String::new();
        stdin().read_to_string(&mut password).context("standard input")?;
        let password = password.trim_end_matches(['\r', '\n']);
        ensure!(
            password.chars().count() >= SHORTEST_PASSWORD && !password.contains(['\0', '\r', '\n']),
            "standard input must hold a password of one line and at least {SHORTEST_PASSWORD} characters"
        );
        Ok(password.to_owned())
    }
}

fn new_file(path: &Path) -> Result<std::fs::File> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.with_context(|| path.display().to_string())
}

async fn logins(client: &Client) -> Result<Vec<Login>> {
    // The creator of the group has it by the ADMIN option alone, and does not act as it.
    let sql = "SELECT r.rolname, r.rolcanlogin,
                      r.rolsuper OR r.rolbypassrls OR EXISTS (
                          SELECT FROM pg_class c
                          WHERE c.relrowsecurity AND pg_has_role(r.oid, c.relowner, 'USAGE')),
                      (SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid = r.oid)
               FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
               WHERE m.roleid = to_regrole('branchline_app') AND pg_has_role(r.oid, m.roleid, 'USAGE')
               GROUP BY r.oid, 1, 2, 3 ORDER BY 1";
    let login = |row: &SimpleQueryRow| {
        let is = |column| row.get(column) == Some("t");
        Login {
            role: row.get(0).unwrap_or_default().to_owned(),
            can_login: is(1),
            bypasses_row_security: is(2),
            sessions: row.get(3).and_then(|count| count.parse().ok()).unwrap_or_default(),
        }
    };
    Ok(rows(client, sql).await?.iter().map(login).collect())
}

fn find<'a>(logins: &'a [Login], name: &str) -> Result<&'a Login> {
    let found = logins.iter().find(|login| login.role == name);
    found.with_context(|| {
        format!("there is no member {} of {GROUP}; branchline role list shows them", quoted(name))
    })
}

fn table(logins: &[Login]) -> String {
    if logins.is_empty() {
        return "There are no logins: branchline role create NAME makes one.".to_owned();
    }
    let mut table = PlainTable::new(&["role", "can log in", "row security", "sessions"]);
    for login in logins {
        table.row([
            login.role.clone(),
            if login.can_login { "yes" } else { "no" }.to_owned(),
            if login.bypasses_row_security { "does not bind it" } else { "binds it" }.to_owned(),
            login.sessions.to_string(),
        ]);
    }
    table.to_string()
}

/// A role's name that no other reading fits.
fn name(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let begins = text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    if begins && text.chars().all(is_plain) && text.len() <= LONGEST_NAME && !text.starts_with("pg_") {
        Ok(text.to_owned())
    } else {
        Err("a name has lower-case letters, digits and _, begins with a letter, and is no longer than 61"
            .to_owned())
    }
}
