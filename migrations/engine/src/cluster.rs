//! Watches what a migration does to the whole server if its statements do not tell, as in a `DO` block or a
//! function.
//!
//! On a scratch database of a server that others use, the shared catalogs are read before a migration and
//! again before its transaction commits. Where they differ, the server raises an error, which rolls back.

use std::collections::BTreeMap;

use anyhow::Result;
use files::Script;
use lint::{CLUSTER_EFFECT, allows};
use tokio_postgres::{Client, SimpleQueryRow};

use crate::database::{execute, literal, rows};
use crate::settings::Settings;

/// The rows of the shared catalogs, each as a digest, with a flag if it is about one database and not about
/// all: everything but the scratch database's own. A password is seen where the role may read pg_authid.
const SHARED: &str = "
    SELECT 'role ' || rolname, md5(r::text), false FROM pg_roles r WHERE rolname !~ '^pg_'
    UNION ALL SELECT format('member %s of role %s', member::regrole, roleid::regrole),
        md5(string_agg(m::text, ' ' ORDER BY m::text)), false FROM pg_auth_members m GROUP BY member, roleid
    UNION ALL SELECT format('settings of role %s in database %s', setrole::regrole, setdatabase), \
        md5(setconfig::text), setdatabase <> 0
        FROM pg_db_role_setting WHERE setdatabase <> (SELECT oid FROM pg_database WHERE datname = \
            current_database())
    UNION ALL SELECT 'database ' || datname,
        md5(concat_ws(' ', oid, datdba, datistemplate, datallowconn, datconnlimit, dattablespace, datacl)), \
        true
        FROM pg_database WHERE datname <> current_database() AND datname !~ \
            '^branchline_(scratch|rehearsal|kept)_'
            -- Of -2 are those that are being dropped (pg_database in Postgres's manual).
            AND datconnlimit <> -2
    UNION ALL SELECT 'tablespace ' || spcname, md5(t::text), false FROM pg_tablespace t
    UNION ALL SELECT 'subscription ' || subname, md5(concat_ws(' ', oid, subdbid, subowner, subenabled)), \
        false
        FROM pg_subscription
    UNION ALL SELECT format('comment %s %s', classoid::regclass, objoid), md5(description),
        classoid = 'pg_database'::regclass
        FROM pg_shdescription
        WHERE classoid <> 'pg_database'::regclass
           OR objoid <> (SELECT oid FROM pg_database WHERE datname = current_database())
    UNION ALL SELECT format('label %s %s', classoid::regclass, objoid), md5(string_agg(label, ' ' ORDER BY \
        provider)), false
        FROM pg_shseclabel GROUP BY classoid, objoid";

/// The same of passwords, for those who may read them.
const PASSWORDS: &str = "
    SELECT 'password of role ' || rolname, md5(coalesce(rolpassword, '')), false FROM pg_authid WHERE \
        rolname !~ '^pg_'";

/// Shared catalogs that the transaction under way writes to. What others change meanwhile is not its doing.
const WRITTEN: &str = "
    SELECT 1 FROM pg_locks
    WHERE pid = pg_backend_pid() AND locktype = 'relation' AND database = 0 AND mode = 'RowExclusiveLock'
      AND relation = ANY (ARRAY['pg_authid', 'pg_auth_members', 'pg_db_role_setting', 'pg_database', \
          'pg_tablespace',
                                'pg_subscription', 'pg_shdescription', 'pg_shseclabel']::regclass[])
    LIMIT 1";

/// The SQLSTATE of the refusal, of a class that Postgres does not use. Its message holds names and no values
/// of rows.
pub const REFUSED: &str = "BL001";

/// Advice to the user.
const HINT: &str = "A temporary server keeps such an effect to itself: install Postgres of the server's \
    major version here. Or give --scratch-url of another server, or say in the file's leading comments: -- \
    branchline: allow cluster-effect: <reason>";

/// The same after a file outside a transaction, of which nothing tells who did it.
const HINT_OUTSIDE: &str = "If somebody else changed this meanwhile, run the command again. Otherwise: ";

/// The rows of the shared catalogs by object.
pub type SharedRows = BTreeMap<String, SharedRow>;

/// A row of the shared catalogs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedRow {
    /// Of its contents.
    digest: String,
    /// True if it is about one database, another than the session's, and not about all.
    is_of_one_database: bool,
}

/// The shared catalogs before a migration; none where nobody minds.
pub struct Shared(Option<SharedRows>);

impl Shared {
    /// Reads them before a file runs, where the server is to be protected from it.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn before(session: &Client, script: &Script, settings: &Settings) -> Result<Self, pg::Error> {
        if !settings.protects_cluster || allows(script, CLUSTER_EFFECT) {
            return Ok(Self(None));
        }
        Ok(Self(Some(read(session).await?)))
    }

    /// Returns whether a change of them is refused.
    pub fn is_protected(&self) -> bool {
        self.0.is_some()
    }

    /// Lets the transaction under way fail where it has changed them. To be called before it commits.
    ///
    /// # Errors
    /// The server's, which names what was changed.
    pub async fn check_transaction(&self, session: &Client) -> Result<(), pg::Error> {
        if self.0.is_none() {
            return Ok(());
        }
        // The migration may have taken another role, which reads less.
        execute(session, "RESET SESSION AUTHORIZATION; RESET ROLE").await?;
        if rows(session, WRITTEN).await?.is_empty() {
            Ok(())
        } else {
            self.check(session, Watched::All).await
        }
    }

    /// The same after a file outside a transaction, of whose blocks and procedures that commit nothing tells
    /// what they wrote to. Its other statements were looked at one by one. What is said of single other
    /// databases is left out: on a server that many use, somebody changes that all the time.
    ///
    /// # Errors
    /// The server's, which names what was changed, be it by others.
    pub async fn check_outside(&self, session: &Client, script: &Script) -> Result<(), pg::Error> {
        let commits = |words: Vec<String>| words.first().is_some_and(|word| word == "DO" || word == "CALL");
        if !script.statements().any(|statement| commits(statement.words(1))) {
            return Ok(());
        }
        self.check(session, Watched::OfNoDatabase).await
    }

    /// Fails where they are not what they were. No block and no function makes or drops a database: that was
    /// others.
    async fn check(&self, session: &Client, watched: Watched) -> Result<(), pg::Error> {
        const SHOWN: usize = 5;
        let Some(before) = &self.0 else { return Ok(()) };
        let after = read(session).await?;
        let is_database = |name: &String| name.starts_with("database ");
        let new = after.iter().filter(|(name, row)| match before.get(*name) {
            Some(before) => before != *row,
            None => !is_database(name),
        });
        let gone = before.iter().filter(|(name, _)| !after.contains_key(*name) && !is_database(name));
        let changed: Vec<&str> = new
            .chain(gone)
            .filter(|(_, row)| watched == Watched::All || !row.is_of_one_database)
            .map(|(name, _)| name.as_str())
            .take(SHOWN)
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let message =
            format!("acts on the whole server and not on its database alone: {}", changed.join(", "));
        let hint = match watched {
            Watched::All => HINT.to_owned(),
            Watched::OfNoDatabase => format!("{HINT_OUTSIDE}{HINT}"),
        };
        let raise = format!(
            "DO {}",
            literal(&format!(
                "BEGIN RAISE EXCEPTION USING ERRCODE = '{REFUSED}', MESSAGE = {}, HINT = {}; END",
                literal(&message),
                literal(&hint)
            ))
        );
        execute(session, &raise).await
    }
}

/// Selects the changes that count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Watched {
    All,
    /// Those that are not about one other database.
    OfNoDatabase,
}

/// Reads the rows of the shared catalogs, each as a digest, by object.
///
/// # Errors
/// The server's refusal.
pub async fn read(session: &Client) -> Result<SharedRows, pg::Error> {
    let sql = "SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT')";
    let may_read = rows(session, sql).await?.first().is_some_and(|row| row.get(0) == Some("t"));
    let sql = if may_read { format!("{SHARED} UNION ALL {PASSWORDS}") } else { SHARED.to_owned() };
    let text = |row: &SimpleQueryRow, column| row.get(column).unwrap_or_default().to_owned();
    let read = |row: &SimpleQueryRow| {
        let is_of_one_database = row.get(2) == Some("t");
        (text(row, 0), SharedRow { digest: text(row, 1), is_of_one_database })
    };
    Ok(rows(session, &sql).await?.iter().map(read).collect())
}
