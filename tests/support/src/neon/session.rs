//! One client after another, from its login to its end.

use std::io;
use std::sync::Arc;

use anyhow::Result;
use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{sleep, sleep_until};

use super::client::{Acceptor, Client, ClientRequest};
use super::compute::{Compute, LoggedIn};
use super::endpoint::Target;
use super::scram::{Exchange, MECHANISMS, Refusal, Secret};
use super::state::{Dismissal, Open, State};
use super::wire::{Message, auth, put_authentication, send_error};
use super::{ENDPOINT, Farewell, Tampering, message};

/// Of the right form, and of nobody who knows a password.
const FORGED_SIGNATURE: &str = "v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// State that every session needs.
pub(super) struct Gate {
    pub(super) acceptor: Acceptor,
    pub(super) secret: Secret,
    pub(super) compute: Compute,
    pub(super) state: Arc<State>,
}

/// Takes clients in and dismisses them.
pub(super) async fn serve(
    listener: TcpListener,
    gate: Arc<Gate>,
    mut dismissals: mpsc::UnboundedReceiver<Dismissal>,
) {
    loop {
        tokio::select! {
            // Fails where the client has gone already.
            accepted = listener.accept() => if let Ok((tcp, _)) = accepted {
                let gate = Arc::clone(&gate);
                tokio::spawn(async move {
                    // A connection that broke off has nobody to tell.
                    let _ = gate.serve(tcp).await;
                });
            },
            dismissal = dismissals.recv() => {
                let Some(Dismissal { farewell, done }) = dismissal else { return };
                // Fails where the proxy was dropped meanwhile.
                let _ = done.send(gate.dismiss(farewell).await);
            }
        }
    }
}

/// The reason why a client does not get through: the message for it, or the loss of its connection.
enum Failure {
    Refused(String),
    Gone(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Gone(error)
    }
}

impl Gate {
    async fn dismiss(&self, farewell: Farewell) -> usize {
        let sessions = self.state.session_numbers();
        let is_terminated = match farewell {
            Farewell::Silent => false,
            // A session that is still being made has no process that could announce it.
            Farewell::Shutdown => match self.state.pids(&sessions) {
                pids if pids.is_empty() => false,
                pids => self.compute.terminate(&pids).await.is_ok() && pids.len() == sessions.len(),
            },
        };
        if !is_terminated {
            self.state.drop_sessions(&sessions);
        }
        self.state.over(&sessions).await;
        sessions.len()
    }

    async fn serve(&self, tcp: TcpStream) -> Result<()> {
        // Declared before the client, and so dropped after its connection is closed.
        let mut open = None;
        let mut client = match self.acceptor.accept(tcp).await? {
            ClientRequest::Session(client) => client,
            ClientRequest::Cancel(packet) => return self.compute.cancel(&packet).await,
            ClientRequest::Nothing => return Ok(()),
        };
        match self.run(&mut client, &mut open).await {
            Err(Failure::Refused(text)) => Ok(send_error(&mut client.stream, &text).await?),
            Err(Failure::Gone(error)) => Err(error.into()),
            Ok(()) => Ok(()),
        }
    }

    async fn run<'a>(&'a self, client: &mut Client, open: &mut Option<Open<'a>>) -> Result<(), Failure> {
        let punishes_haste = self.state.compute().tampering == Some(Tampering::PunishHaste);
        if punishes_haste && client.stream.ssl().pending() > 0 {
            return Err(Failure::Gone(io::ErrorKind::ConnectionAborted.into()));
        }
        let options = client.parameter("options").unwrap_or_default();
        let target = Target::read(client.sni.as_deref(), options).map_err(Failure::Refused)?;
        let Some(endpoint) = &target.endpoint else {
            // Neon first asks for a password that begins with the endpoint.
            let mut buffer = BytesMut::new();
            put_authentication(&mut buffer, auth::CLEARTEXT, &[]);
            client.stream.write_all(&buffer).await?;
            Message::read_password(&mut client.stream).await?;
            return Err(Failure::Refused(message::ENDPOINT_NOT_SPECIFIED.to_owned()));
        };
        let signature = self.authenticate(client, endpoint == ENDPOINT).await?;
        let failure_time = self.state.compute().failure_time;
        let awake_at = match self.state.wake() {
            Ok(awake_at) => awake_at,
            Err(failure) => {
                // The proxy tries for some seconds itself.
                sleep(failure_time).await;
                return Err(Failure::Refused(failure));
            }
        };
        sleep_until(awake_at).await;
        if let (true, Some(setting)) = (target.pooled, target.first_setting()) {
            return Err(Failure::Refused(message::unsupported_option(setting)));
        }
        let open = open.insert(self.state.open_session().map_err(Failure::Refused)?);
        let parameters = for_the_compute(client, &target);
        let LoggedIn { stream: mut server, pid, greeting } =
            self.compute.log_in(&parameters).await.map_err(Failure::Refused)?;
        open.has_pid(pid);

        let mut buffer = BytesMut::new();
        match self.state.compute().tampering {
            Some(Tampering::OmitSignature) => (),
            Some(Tampering::ForgeSignature) => {
                put_authentication(&mut buffer, auth::SASL_FINAL, FORGED_SIGNATURE.as_bytes());
            }
            Some(Tampering::HideBinding | Tampering::PunishHaste) | None => {
                put_authentication(&mut buffer, auth::SASL_FINAL, signature.as_bytes());
            }
        }
        put_authentication(&mut buffer, auth::OK, &[]);
        buffer.extend_from_slice(&greeting);
        client.stream.write_all(&buffer).await?;
        client.stream.flush().await?;
        tokio::select! {
            () = relay(&mut client.stream, &mut server) => (),
            () = open.dropped() => (),
        }
        Ok(())
    }

    /// Lets a client in who knows the password, and gives the server's signature, which is to be sent once
    /// the compute is there. Where there is no such endpoint, the password is always wrong.
    async fn authenticate(&self, client: &mut Client, exists: bool) -> Result<String, Failure> {
        let user = client.parameter("user").unwrap_or_default().to_owned();
        let refused = |refusal| {
            Failure::Refused(match refusal {
                Refusal::WrongPassword => message::wrong_password(&user),
                Refusal::Violation(text) => text.to_owned(),
            })
        };
        let violation = || refused(Refusal::Violation(message::PROTOCOL_VIOLATION));
        let stream = &mut client.stream;
        let mut buffer = BytesMut::new();
        let hidden = usize::from(self.state.compute().tampering == Some(Tampering::HideBinding));
        let offered: String =
            MECHANISMS.iter().skip(hidden).map(|mechanism| format!("{mechanism}\0")).collect();
        put_authentication(&mut buffer, auth::SASL, format!("{offered}\0").as_bytes());
        stream.write_all(&buffer).await?;
        stream.flush().await?;

        // The mechanism's name, a length, the client's first message (SASLInitialResponse).
        let initial = Message::read_password(stream).await?;
        let end = initial.iter().position(|byte| *byte == 0).ok_or_else(violation)?;
        let (mechanism, first) = (initial.get(..end), initial.get(end + 5..));
        let text = |bytes: Option<&[u8]>| bytes.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
        let (Some(mechanism), Some(first)) = (text(mechanism), text(first)) else { return Err(violation()) };
        let exchange =
            Exchange::begin(&self.secret, &mechanism, &first, &self.acceptor.end_point).map_err(refused)?;
        buffer.clear();
        put_authentication(&mut buffer, auth::SASL_CONTINUE, exchange.server_first().as_bytes());
        stream.write_all(&buffer).await?;
        stream.flush().await?;

        let last = Message::read_password(stream).await?;
        let signature =
            exchange.finish(std::str::from_utf8(&last).map_err(|_| violation())?).map_err(refused)?;
        if exists { Ok(signature) } else { Err(refused(Refusal::WrongPassword)) }
    }
}

/// The startup's parameters without what was the proxy's.
fn for_the_compute(client: &Client, target: &Target) -> Vec<(String, String)> {
    let mut parameters = client.parameters.clone();
    parameters.retain(|(name, _)| name != "options");
    if !target.options.is_empty() {
        parameters.push(("options".to_owned(), target.options.join(" ")));
    }
    parameters
}

/// Passes everything on until one side ends or fails; the other then sees an end.
async fn relay(
    client: &mut (impl AsyncRead + AsyncWrite + Unpin),
    server: &mut (impl AsyncRead + AsyncWrite + Unpin),
) {
    let (mut from_client, mut to_client) = split(client);
    let (mut from_server, mut to_server) = split(server);
    // However it ends, it ends for both.
    let _ = tokio::select! {
        ended = copy(&mut from_client, &mut to_server) => ended,
        ended = copy(&mut from_server, &mut to_client) => ended,
    };
    let _ = tokio::join!(to_client.shutdown(), to_server.shutdown());
}
