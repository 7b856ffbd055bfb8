//! A stand-in for the Lambda service: it runs a function's real binary, speaks the runtime API to it, freezes
//! and thaws it, and ends it.

mod api;
mod error;
mod output;
mod process;
mod response;
mod streamed;

use std::path::Path;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use rustix::process::Signal;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::event::{Deadline, Event};
use crate::function_role::function_url;
use api::{Api, Invocation};
pub use error::InvokeError;
use process::Process;
pub use response::Response;

/// Longest time until a function asks for an event. Lambda gives an init 10 s and tries it once more.
const INIT: Duration = Duration::from_secs(20);
/// Time between SIGTERM and SIGKILL. Lambda gives 500 ms where all extensions are internal and 2 s where one
/// is not, and sends no SIGTERM where there is none (AWS Lambda Developer Guide, "Understanding the Lambda
/// execution environment lifecycle"); this is more, so that no test depends on how busy the machine is.
const SHUTDOWN: Duration = Duration::from_secs(5);

/// One execution environment. It answers one event at a time unless `AWS_LAMBDA_MAX_CONCURRENCY` is among its
/// variables. Dropping it kills the function; so does the end of this process. Its futures need Tokio's
/// timer.
#[derive(Debug)]
pub struct Lambda {
    // Dropped first: the function must not see the API go.
    process: Process,
    api: Api,
    limited: bool,
}

impl Lambda {
    /// Starts a function with the variables that Lambda sets, and `env` on top of them; nothing else of the
    /// caller's environment. A `DATABASE_URL` of the superuser becomes the one of
    /// [`function_url`](crate::function_url). It does not wait until the function is ready.
    ///
    /// # Errors
    /// The binary cannot be run.
    pub fn start(binary: &Path, env: &[(&str, &str)]) -> Result<Self> {
        let url = env.iter().find(|(name, _)| *name == "DATABASE_URL").map(|(_, url)| function_url(url));
        let mut env = env.to_vec();
        if let (Some(url), Some(entry)) = (&url, env.iter_mut().find(|(name, _)| *name == "DATABASE_URL")) {
            entry.1 = url;
        }
        Self::start_as_is(binary, &env)
    }

    /// The same with the URL as it is, whose role row security may not bind.
    ///
    /// # Errors
    /// The binary cannot be run.
    pub fn start_as_is(binary: &Path, env: &[(&str, &str)]) -> Result<Self> {
        let api = Api::start()?;
        let running = || format!("running {}", binary.display());
        let process = Process::spawn(binary, api.address(), env).with_context(running)?;
        Ok(Self { process, api, limited: true })
    }

    /// Lifts the service's limits on the size of event and response; cargo-lambda's emulator has none.
    #[must_use]
    pub fn without_payload_limits(mut self) -> Self {
        self.limited = false;
        self.api.lift_response_limit();
        self
    }

    /// When the function's process was started.
    #[must_use]
    pub fn started(&self) -> Instant {
        self.process.started()
    }

    /// From the function's start until it asked for its first event: its init, as the service bills it.
    ///
    /// # Errors
    /// The function reported that it cannot start, ended, or does not ask.
    pub async fn init_duration(&self) -> Result<Duration> {
        let asked = tokio::select! {
            biased;
            asked = self.api.first_next() => asked,
            error = self.api.init_error() => bail!("the function cannot start: {error}"),
            end = self.process.end() => bail!("the function ended: {end}"),
            () = tokio::time::sleep(INIT) => bail!("the function asked for no event within {INIT:?}"),
        };
        Ok(asked.saturating_duration_since(self.process.started()))
    }

    /// Sends an event and waits for its response. The deadline runs from when the function gets the event.
    ///
    /// # Errors
    /// See [`InvokeError`].
    pub async fn invoke(&self, event: &Event) -> Result<Response, InvokeError> {
        let payload = Bytes::from(event.json().to_string());
        if self.limited && payload.len() >= api::MAX_REQUEST {
            return Err(InvokeError::RequestTooLarge(payload.len()));
        }
        let (delivered, delivery) = oneshot::channel();
        let (answer, answered) = oneshot::channel();
        self.api.submit(Invocation { deadline: event.deadline(), payload, delivered, answer });

        let response = tokio::select! {
            biased;
            outcome = in_time(event.deadline(), delivery, answered) => outcome,
            error = self.api.init_error() => Err(InvokeError::Ended(error)),
            end = self.process.end() => Err(InvokeError::Ended(end)),
        };
        if let Err(InvokeError::TimedOut(_)) = response {
            self.process.signal(Signal::KILL);
        }
        response
    }

    /// Waits until the function asks for an event: no response and no work after one is under way any more.
    /// The service freezes no function before.
    pub async fn idle(&self) {
        while !self.api.is_asked() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Stops the function between two events, as the service does: no instruction runs, no timer fires, and
    /// what the network sends waits in the kernel.
    pub fn freeze(&self) {
        self.process.signal(Signal::STOP);
    }

    /// Lets a frozen function run on. Its clocks have advanced meanwhile.
    pub fn thaw(&self) {
        self.process.signal(Signal::CONT);
    }

    /// Kills the function at once.
    pub fn kill(&self) {
        self.process.signal(Signal::KILL);
    }

    /// Ends the environment as the service does: SIGTERM where an extension is registered, and SIGKILL later.
    /// Gives how the function ended.
    pub async fn shut_down(&self) -> ExitStatus {
        if !self.api.extensions().is_empty() {
            self.process.signal(Signal::TERM);
            if let Ok(status) = timeout(SHUTDOWN, self.process.status()).await {
                return status;
            }
        }
        self.kill();
        self.process.status().await
    }

    /// The names of the extensions that the function registered.
    #[must_use]
    pub fn extensions(&self) -> Vec<String> {
        self.api.extensions()
    }

    /// Returns the function's standard output so far.
    #[must_use]
    pub fn stdout(&self) -> String {
        self.process.stdout()
    }

    /// Returns the function's standard error so far.
    #[must_use]
    pub fn stderr(&self) -> String {
        self.process.stderr()
    }

    /// The log up to a text, which reaches this process a moment after the answer that it was written before.
    ///
    /// # Panics
    /// It does not come within five seconds.
    pub async fn logged(&self, text: &str) -> String {
        for _ in 0..500 {
            let log = self.stdout() + &self.stderr();
            if log.contains(text) {
                return log;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no {text:?} in {}", self.stdout() + &self.stderr());
    }

    /// The function's process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }
}

/// Waits until the function has the event, and from then on no longer than the deadline allows.
async fn in_time(
    deadline: Deadline,
    delivery: oneshot::Receiver<()>,
    answered: oneshot::Receiver<Result<Response, InvokeError>>,
) -> Result<Response, InvokeError> {
    // The senders live until the API is dropped, and that ends with the process.
    let gone = |_| InvokeError::Ended("the runtime API is gone".to_owned());
    delivery.await.map_err(gone)?;
    match deadline {
        Deadline::At(_) => answered.await.map_err(gone)?,
        Deadline::After(limit) => match timeout(limit, answered).await {
            Ok(outcome) => outcome.map_err(gone)?,
            Err(_) => Err(InvokeError::TimedOut(limit)),
        },
    }
}
