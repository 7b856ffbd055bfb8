//! A session that can be used before its login is done.

use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pg_login::{CancelKey, PendingLogin, Progress};
use tokio::sync::{oneshot, watch};
use tokio_postgres::{CancelToken, Client};

use crate::connect::Connector;
use crate::error::Error;
use crate::login::refusal;

/// A session whose login may still be under way. Its [`Connection`](crate::Connection) must be driven
/// meanwhile.
pub struct Session {
    /// The client that runs statements.
    pub client: Client,
    /// The login, for what the client does not know of it.
    pub login: Login,
}

/// The state of a session's login.
///
/// The client-final-message is held back until somebody needs the session, which wakes no compute before;
/// after five seconds of that, a freeze included, the connection is lost.
///
/// A statement that is sent before [`Login::ready`] has returned is pipelined: it travels with the
/// client-final-message and saves a round trip. The server never runs it for a wrong password. But it may run
/// it although its answer is lost and the client has given up, so only reads and idempotent statements may be
/// pipelined; everything else waits for `ready`. An error of such a statement may be the login's, see
/// [`Login::explain`].
pub struct Login {
    connector: Connector,
    tls_version: Option<&'static str>,
    state: LoginState,
}

enum LoginState {
    /// The driver: the login was done when the session was made.
    ByDriver(CancelToken),
    /// `pg-login`.
    Pipelined { progress: watch::Receiver<Progress>, release: Mutex<Option<oneshot::Sender<()>>> },
}

impl Session {
    /// Of a login that is done.
    pub(crate) fn done(client: Client, connector: Connector, tls_version: Option<&'static str>) -> Self {
        let state = LoginState::ByDriver(client.cancel_token());
        Self { client, login: Login { connector, tls_version, state } }
    }

    /// Of a login that is under way.
    pub(crate) fn pending(
        client: Client,
        connector: Connector,
        pending: PendingLogin,
        tls_version: Option<&'static str>,
    ) -> Self {
        let PendingLogin { progress, release } = pending;
        let state = LoginState::Pipelined { progress, release: Mutex::new(Some(release)) };
        Self { client, login: Login { connector, tls_version, state } }
    }
}

impl Login {
    /// Returns whether the login is done, so that nothing is pipelined with it any more.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        match &self.state {
            LoginState::ByDriver(_) => true,
            LoginState::Pipelined { progress, .. } => matches!(*progress.borrow(), Progress::Ready(_)),
        }
    }

    /// The version of TLS under the session, such as `TLSv1.3`. None without TLS.
    #[must_use]
    pub fn tls_version(&self) -> Option<&'static str> {
        self.tls_version
    }

    /// Waits until the login is done. Costs nothing where it is.
    ///
    /// # Errors
    /// The server's refusal, which comes after a sleeping compute has been woken; or the connection was lost.
    pub async fn ready(&self) -> Result<(), Error> {
        let LoginState::Pipelined { progress, release } = &self.state else { return Ok(()) };
        let release = release.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(release) = release {
            // Fails where the message was sent already.
            let _ = release.send(());
        }
        let mut progress = progress.clone();
        let outcome = match progress.wait_for(|progress| !matches!(progress, Progress::Pending)).await {
            Ok(progress) => progress.clone(),
            Err(_) => Progress::Lost,
        };
        self.failure(outcome).await.map_or(Ok(()), Err)
    }

    /// Returns the meaning of a statement's error: the login's failure, if the statement was pipelined with
    /// it, or its own.
    pub async fn explain(&self, error: tokio_postgres::Error) -> Error {
        let progress = match &self.state {
            LoginState::Pipelined { progress, .. } => progress.borrow().clone(),
            LoginState::ByDriver(_) => return Error::from(error),
        };
        match progress {
            // It is unknown whether the statement ran.
            Progress::Lost | Progress::Pending => Error::from(error),
            over => self.failure(over).await.unwrap_or_else(|| Error::from(error)),
        }
    }

    /// The error of a session that was given up after so long a silence.
    #[must_use]
    pub fn fell_silent(&self, bound: Duration) -> Error {
        Error::Silent { server: self.connector.server(), bound }
    }

    /// Asks the server to cancel the statement under way. Closing the session alone does not stop one.
    ///
    /// Takes a connection of its own, for as long as dialing may take. There is nothing to cancel before the
    /// login is done.
    ///
    /// # Errors
    /// The server could not be reached.
    pub async fn cancel(&self) -> Result<(), Error> {
        let key = match &self.state {
            LoginState::ByDriver(token) => return self.connector.cancel(token).await,
            LoginState::Pipelined { progress, .. } => match *progress.borrow() {
                Progress::Ready(key) => key,
                _ => None,
            },
        };
        match key {
            Some(CancelKey { process, secret }) => self.connector.cancel_process(process, secret).await,
            None => Ok(()),
        }
    }

    async fn failure(&self, progress: Progress) -> Option<Error> {
        let server = self.connector.server();
        match progress {
            Progress::Pending | Progress::Ready(_) => None,
            Progress::Refused(response) => Some(refusal(server, &response).await),
            Progress::Unproven(problem) => Some(Error::Protocol { server, problem }),
            Progress::Lost => {
                Some(Error::Unreachable { server, source: io::ErrorKind::ConnectionAborted.into() })
            }
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("login", &self.login).finish_non_exhaustive()
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("is_ready", &self.is_ready()).finish_non_exhaustive()
    }
}
