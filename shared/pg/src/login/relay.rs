//! What the driver believes to be its connection to the server.
//!
//! The driver speaks the protocol from the startup packet on; a login that has been begun already is kept from it here.
//! Its own startup packet is swallowed. Then either the rest of the server's greeting is passed on to it, as if it had
//! asked; or it is told at once that it is logged in, and what it writes travels with the client's proof.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use bytes::{Buf, Bytes, BytesMut};
use postgres_protocol::authentication::sasl::ScramSha256;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{oneshot, watch};
use tokio::time::{Sleep, sleep};
use tokio_postgres::tls::{ChannelBinding, TlsStream};

use super::Challenged;
use super::message::{AUTHENTICATION_OK, Message, READY_FOR_QUERY, TERMINATE, auth, tag, violation};
use crate::stream::Stream;

/// How long the client's proof may wait for a statement to travel with, and the server for the proof. The timer tells
/// while the process runs; the wall clock tells where it was frozen meanwhile. Nothing has been asked of the server by
/// then, and no compute been woken.
const PATIENCE: Duration = Duration::from_secs(5);

/// How much the driver may write before some of it must have been taken.
const MAX_QUEUE: usize = 64 * 1024;

/// What a server wants to see in a request to cancel.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) process: i32,
    pub(crate) secret: i32,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("process", &self.process).finish_non_exhaustive()
    }
}

/// How far a login is.
#[derive(Clone, Debug)]
pub(crate) enum Progress {
    UnderWay,
    /// The server has proven itself and is ready. Poolers may give no key.
    Ready(Option<Key>),
    /// It said no: its `ErrorResponse`.
    Refused(Bytes),
    /// It did not prove that it knows the password, or broke the protocol.
    Unproven(&'static str),
    /// The connection ended before.
    Lost,
}

/// The caller's end of a login that is under way.
pub(crate) struct Watched {
    pub(crate) progress: watch::Receiver<Progress>,
    /// Lets go of the client's proof.
    pub(crate) release: oneshot::Sender<()>,
}

/// The stream under a [`Connection`](crate::Connection).
pub struct Relay {
    server: Stream,
    /// What the driver reads before anything else.
    to_driver: BytesMut,
    /// What the server is sent before anything else.
    to_server: BytesMut,
    login: Option<Box<Login>>,
}

/// The second half of a login.
struct Login {
    /// Whether the driver is told that it is logged in before it is.
    is_ahead: bool,
    /// The driver's startup packet, as far as it has come.
    startup: BytesMut,
    is_started: bool,
    /// Whether what waits for the server may go.
    is_released: bool,
    release: Option<oneshot::Receiver<()>>,
    patience: Pin<Box<Sleep>>,
    since: SystemTime,
    scram: ScramSha256,
    is_proven: bool,
    received: BytesMut,
    key: Option<Key>,
    progress: watch::Sender<Progress>,
}

impl Relay {
    /// For a driver that logs in by itself.
    pub(crate) fn of(server: Stream) -> Self {
        Self { server, to_driver: BytesMut::new(), to_server: BytesMut::new(), login: None }
    }

    /// For a driver that waits until the login is done.
    pub(crate) fn of_login(challenged: Challenged) -> (Self, watch::Receiver<Progress>) {
        let (relay, watched) = Self::begun(challenged, false);
        (relay, watched.progress)
    }

    /// For a driver that is told that the login is done.
    pub(crate) fn ahead_of_login(challenged: Challenged) -> (Self, Watched) {
        Self::begun(challenged, true)
    }

    fn begun(challenged: Challenged, is_ahead: bool) -> (Self, Watched) {
        let Challenged { stream, received, scram, response, since } = challenged;
        let (progress, watched) = watch::channel(Progress::UnderWay);
        let (release, released) = oneshot::channel();
        let login = Login {
            is_ahead,
            startup: BytesMut::new(),
            is_started: false,
            is_released: false,
            release: Some(released),
            patience: Box::pin(sleep(PATIENCE)),
            since,
            scram,
            is_proven: false,
            received,
            key: None,
            progress,
        };
        let relay = Self {
            server: stream,
            to_driver: BytesMut::new(),
            to_server: response,
            login: Some(Box::new(login)),
        };
        (relay, Watched { progress: watched, release })
    }

    /// Sends what waits for the server.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.to_server.is_empty() {
            let count = ready!(Pin::new(&mut self.server).poll_write(cx, &self.to_server))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.to_server.advance(count);
        }
        Pin::new(&mut self.server).poll_flush(cx)
    }

    /// Goes on with the login until there is something for the driver, or the login is over.
    fn poll_login(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(login) = &mut self.login {
            if login.poll_release(cx)? {
                // Where it cannot be sent at once, reading goes on all the same.
                if let Poll::Ready(sent) = self.poll_send(cx) {
                    sent?;
                }
            }
            let Some(login) = &mut self.login else { break };
            while let Some(message) = Message::take(&mut login.received)? {
                if login.take(&message, &mut self.to_driver)? {
                    self.to_driver.unsplit(login.received.split());
                    self.login = None;
                    return Poll::Ready(Ok(()));
                }
            }
            if !self.to_driver.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let mut chunk = [0; 4096];
            let mut chunk = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut self.server).poll_read(cx, &mut chunk))?;
            if chunk.filled().is_empty() {
                // Dropping the login tells that it is lost.
                self.login = None;
            } else {
                login.received.extend_from_slice(chunk.filled());
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl Login {
    /// Takes some of the driver's startup packet; gives whether it was the last of it.
    fn swallow(&mut self, bytes: &[u8]) -> bool {
        self.startup.extend_from_slice(bytes);
        let length = self.startup.first_chunk().map_or(u32::MAX, |length| u32::from_be_bytes(*length));
        self.is_started = u32::try_from(self.startup.len()).is_ok_and(|count| count >= length);
        self.is_started
    }

    /// Whether what waits for the server may go.
    fn poll_release(&mut self, cx: &mut Context<'_>) -> io::Result<bool> {
        if self.is_started && !self.is_released {
            match self.release.as_mut().map(|release| Pin::new(release).poll(cx)) {
                Some(Poll::Ready(Ok(()))) => self.release()?,
                // Nobody is left who could need it.
                Some(Poll::Ready(Err(_))) => self.release = None,
                Some(Poll::Pending) | None => (),
            }
            if !self.is_released && self.patience.as_mut().poll(cx).is_ready() {
                return Err(too_late());
            }
        }
        Ok(self.is_released)
    }

    fn release(&mut self) -> io::Result<()> {
        if !self.is_released && self.since.elapsed().is_ok_and(|age| age > PATIENCE) {
            return Err(too_late());
        }
        self.is_released = true;
        Ok(())
    }

    /// Takes a message in, and passes on what the driver is to see. Gives whether the login is done.
    fn take(&mut self, message: &Message, to_driver: &mut BytesMut) -> io::Result<bool> {
        match (message.tag(), message.authentication()) {
            (_, Some((auth::SASL_FINAL, proof))) => {
                if self.scram.finish(proof).is_err() {
                    return self.fail("the server did not prove that it knows the password");
                }
                self.is_proven = true;
                return Ok(false);
            }
            (_, Some((auth::OK, _))) if self.is_proven => (),
            (tag::ERROR_RESPONSE, _) => {
                self.progress.send_replace(Progress::Refused(message.bytes().clone()));
                to_driver.extend_from_slice(message.bytes());
                return Ok(false);
            }
            (tag::NOTICE_RESPONSE, _) => {
                to_driver.extend_from_slice(message.bytes());
                return Ok(false);
            }
            (tag::PARAMETER_STATUS, _) if self.is_proven => {
                to_driver.extend_from_slice(message.bytes());
                return Ok(false);
            }
            (tag::BACKEND_KEY_DATA, _) if self.is_proven => {
                let mut body = message.body();
                let (process, secret) = (body.try_get_i32(), body.try_get_i32());
                self.key = process.ok().zip(secret.ok()).map(|(process, secret)| Key { process, secret });
            }
            (tag::READY_FOR_QUERY, _) if self.is_proven => {
                self.progress.send_replace(Progress::Ready(self.key));
            }
            _ => return self.fail("the server let somebody in without proving that it knows the password"),
        }
        if !self.is_ahead {
            to_driver.extend_from_slice(message.bytes());
        }
        Ok(message.tag() == tag::READY_FOR_QUERY)
    }

    fn fail(&self, what: &'static str) -> io::Result<bool> {
        self.progress.send_replace(Progress::Unproven(what));
        Err(violation(what))
    }
}

fn too_late() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the login was begun too long ago")
}

impl Drop for Login {
    fn drop(&mut self) {
        self.progress.send_if_modified(|progress| {
            let is_lost = matches!(progress, Progress::UnderWay);
            if is_lost {
                *progress = Progress::Lost;
            }
            is_lost
        });
    }
}

impl AsyncRead for Relay {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let relay = self.get_mut();
        if relay.to_driver.is_empty() && relay.login.is_some() {
            ready!(relay.poll_login(cx))?;
        }
        if relay.to_driver.is_empty() {
            return Pin::new(&mut relay.server).poll_read(cx, buf);
        }
        let count = relay.to_driver.len().min(buf.remaining());
        buf.put_slice(&relay.to_driver.split_to(count));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Relay {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let relay = self.get_mut();
        match &mut relay.login {
            Some(login) if !login.is_started => {
                if login.swallow(buf) {
                    if login.is_ahead {
                        relay.to_driver.extend_from_slice(&AUTHENTICATION_OK);
                        relay.to_driver.extend_from_slice(&READY_FOR_QUERY);
                    } else {
                        login.release()?;
                    }
                }
                return Poll::Ready(Ok(buf.len()));
            }
            // Who leaves without having asked for anything need not be let in for it.
            Some(login) if !login.is_released && buf == TERMINATE => return Poll::Ready(Ok(buf.len())),
            Some(login) => login.release()?,
            None if relay.to_server.is_empty() => return Pin::new(&mut relay.server).poll_write(cx, buf),
            None => (),
        }
        if relay.to_server.len() >= MAX_QUEUE {
            ready!(relay.poll_send(cx))?;
        }
        relay.to_server.extend_from_slice(buf);
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let relay = self.get_mut();
        match &relay.login {
            // The proof alone waits.
            Some(login) if !login.is_released => Poll::Ready(Ok(())),
            _ => relay.poll_send(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().server).poll_shutdown(cx)
    }
}

impl TlsStream for Relay {
    fn channel_binding(&self) -> ChannelBinding {
        self.server.end_point().map_or_else(ChannelBinding::none, ChannelBinding::tls_server_end_point)
    }
}

#[cfg(test)]
mod tests;
