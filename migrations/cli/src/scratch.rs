//! A database to try things in.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use pg::{Connector, Url};
use tokio_postgres::Client;

use crate::connect::connect;
use crate::database::execute;

/// A database that is dropped by [`Scratch::remove`].
pub(crate) struct Scratch {
    /// Its server's session that made it.
    server: Client,
    name: String,
    url: Url,
}

impl Scratch {
    /// Makes an empty database on the server of a URL.
    ///
    /// # Errors
    /// The server cannot be reached, or the role may not create databases.
    pub(crate) async fn create(url: &Url) -> Result<Self> {
        let server = connect(&Connector::new(url)?).await?;
        // Two runs on one machine differ in the process, two machines in the time.
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
        let name = format!("branchline_scratch_{}_{nanos}", std::process::id());
        // Without what somebody has put into template1.
        execute(&server, &format!("CREATE DATABASE {name} TEMPLATE template0"))
            .await
            .context("the scratch database cannot be made (--scratch-url names a server where it can)")?;
        let url = url.with_dbname(&name);
        Ok(Self { server, name, url })
    }

    /// A session in it.
    ///
    /// # Errors
    /// The server's refusal.
    pub(crate) async fn session(&self) -> Result<Client> {
        Ok(connect(&Connector::new(&self.url)?).await?)
    }

    /// Drops it, whoever is in it.
    ///
    /// # Errors
    /// The server's refusal.
    pub(crate) async fn remove(self) -> Result<()> {
        let Self { server, name, .. } = self;
        execute(&server, &format!("DROP DATABASE {name} WITH (FORCE)"))
            .await
            .with_context(|| format!("the scratch database {name} cannot be dropped"))
    }
}
