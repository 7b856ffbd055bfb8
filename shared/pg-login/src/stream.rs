//! The stream that the driver gets as its connection to the server.
//!
//! The driver speaks the protocol from the startup packet on and does not know that a login is under way. Its
//! own startup packet is discarded. Then it either receives the rest of the server's greeting, as if it had
//! asked for it; or it receives a greeting at once, and what it writes travels with the client-final-message.

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

use crate::message::{AUTHENTICATION_OK, Message, READY_FOR_QUERY, TERMINATE, auth, tag, violation};
use crate::{ServerFirst, Transport};

/// Longest time that the client-final-message waits for a statement to travel with, and that the server waits
/// for that message. A timer measures it while the process runs, the wall clock where the process was frozen
/// meanwhile. Until then nothing was asked of the server, and no compute was woken.
const MAX_DELAY: Duration = Duration::from_secs(5);

/// Number of bytes that the driver may write before some of them must have been taken.
const MAX_QUEUE: usize = 64 * 1024;

/// The key that a server requires in a `CancelRequest`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CancelKey {
    /// The server process.
    pub process: i32,
    /// Its secret.
    pub secret: i32,
}

impl fmt::Debug for CancelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelKey").field("process", &self.process).finish_non_exhaustive()
    }
}

/// The progress of a login.
#[derive(Clone, Debug)]
pub enum Progress {
    /// The server has not finished it.
    Pending,
    /// The server has proved itself and is ready. A pooler may send no key.
    Ready(Option<CancelKey>),
    /// It refused: its `ErrorResponse`.
    Refused(Bytes),
    /// It did not prove that it knows the password, or broke the protocol.
    Unproven(&'static str),
    /// The connection ended before.
    Lost,
}

/// The caller's end of a login that is under way.
pub struct PendingLogin {
    /// Its progress.
    pub progress: watch::Receiver<Progress>,
    /// Sends the client-final-message now, without waiting for a statement.
    pub release: oneshot::Sender<()>,
}

/// Wraps the stream that is passed to tokio-postgres and answers the driver's startup on the server's behalf.
pub struct PipelinedLoginStream<S> {
    server: S,
    /// Bytes that the driver reads before anything else.
    to_driver: BytesMut,
    /// Bytes that are sent to the server before anything else.
    to_server: BytesMut,
    login: Option<Box<Login>>,
}

/// The second half of a login.
struct Login {
    /// True if the driver receives a greeting before the login is done.
    is_pipelined: bool,
    /// The driver's startup packet, as far as it has come.
    startup: BytesMut,
    is_started: bool,
    /// True if what waits for the server may be sent.
    is_released: bool,
    release: Option<oneshot::Receiver<()>>,
    delay: Pin<Box<Sleep>>,
    since: SystemTime,
    scram: ScramSha256,
    is_proven: bool,
    received: BytesMut,
    key: Option<CancelKey>,
    progress: watch::Sender<Progress>,
}

impl<S: Transport> PipelinedLoginStream<S> {
    /// For a driver that logs in by itself: every byte passes unchanged.
    pub fn transparent(server: S) -> Self {
        Self { server, to_driver: BytesMut::new(), to_server: BytesMut::new(), login: None }
    }

    /// For a driver that waits until the login is done.
    pub fn waiting(server_first: ServerFirst<S>) -> (Self, watch::Receiver<Progress>) {
        let (stream, pending) = Self::begun(server_first, false);
        (stream, pending.progress)
    }

    /// For a driver whose first statement may travel with the client-final-message.
    pub fn pipelined(server_first: ServerFirst<S>) -> (Self, PendingLogin) {
        Self::begun(server_first, true)
    }

    fn begun(server_first: ServerFirst<S>, is_pipelined: bool) -> (Self, PendingLogin) {
        let ServerFirst { stream, received, scram, client_final, since } = server_first;
        let (progress, watched) = watch::channel(Progress::Pending);
        let (release, released) = oneshot::channel();
        let login = Login {
            is_pipelined,
            startup: BytesMut::new(),
            is_started: false,
            is_released: false,
            release: Some(released),
            delay: Box::pin(sleep(MAX_DELAY)),
            since,
            scram,
            is_proven: false,
            received,
            key: None,
            progress,
        };
        let this = Self {
            server: stream,
            to_driver: BytesMut::new(),
            to_server: client_final,
            login: Some(Box::new(login)),
        };
        (this, PendingLogin { progress: watched, release })
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

    /// Continues the login until there is something for the driver, or the login is over.
    fn poll_login(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(login) = &mut self.login {
            if login.poll_release(cx)? {
                // If it cannot be sent at once, reading continues all the same.
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
                // Dropping the login marks it as lost.
                self.login = None;
            } else {
                login.received.extend_from_slice(chunk.filled());
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl Login {
    /// Discards some of the driver's startup packet; returns whether it is complete.
    fn discard(&mut self, bytes: &[u8]) -> bool {
        self.startup.extend_from_slice(bytes);
        let length = self.startup.first_chunk().map_or(u32::MAX, |length| u32::from_be_bytes(*length));
        self.is_started = u32::try_from(self.startup.len()).is_ok_and(|count| count >= length);
        self.is_started
    }

    /// Returns whether what waits for the server may be sent.
    fn poll_release(&mut self, cx: &mut Context<'_>) -> io::Result<bool> {
        if self.is_started && !self.is_released {
            match self.release.as_mut().map(|release| Pin::new(release).poll(cx)) {
                Some(Poll::Ready(Ok(()))) => self.release()?,
                // The caller has gone.
                Some(Poll::Ready(Err(_))) => self.release = None,
                Some(Poll::Pending) | None => (),
            }
            if !self.is_released && self.delay.as_mut().poll(cx).is_ready() {
                return Err(too_late());
            }
        }
        Ok(self.is_released)
    }

    fn release(&mut self) -> io::Result<()> {
        if !self.is_released && self.since.elapsed().is_ok_and(|age| age > MAX_DELAY) {
            return Err(too_late());
        }
        self.is_released = true;
        Ok(())
    }

    /// Takes a message in, and passes on what the driver must see. Returns whether the login is done.
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
                self.key =
                    process.ok().zip(secret.ok()).map(|(process, secret)| CancelKey { process, secret });
            }
            (tag::READY_FOR_QUERY, _) if self.is_proven => {
                self.progress.send_replace(Progress::Ready(self.key));
            }
            _ => return self.fail("the server let somebody in without proving that it knows the password"),
        }
        if !self.is_pipelined {
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
            let is_lost = matches!(progress, Progress::Pending);
            if is_lost {
                *progress = Progress::Lost;
            }
            is_lost
        });
    }
}

impl<S: Transport> AsyncRead for PipelinedLoginStream<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.to_driver.is_empty() && this.login.is_some() {
            ready!(this.poll_login(cx))?;
        }
        if this.to_driver.is_empty() {
            return Pin::new(&mut this.server).poll_read(cx, buf);
        }
        let count = this.to_driver.len().min(buf.remaining());
        buf.put_slice(&this.to_driver.split_to(count));
        Poll::Ready(Ok(()))
    }
}

impl<S: Transport> AsyncWrite for PipelinedLoginStream<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match &mut this.login {
            Some(login) if !login.is_started => {
                if login.discard(buf) {
                    if login.is_pipelined {
                        this.to_driver.extend_from_slice(&AUTHENTICATION_OK);
                        this.to_driver.extend_from_slice(&READY_FOR_QUERY);
                    } else {
                        login.release()?;
                    }
                }
                return Poll::Ready(Ok(buf.len()));
            }
            // A client that terminates before sending a query does not need to finish the login.
            Some(login) if !login.is_released && buf == TERMINATE => return Poll::Ready(Ok(buf.len())),
            Some(login) => login.release()?,
            None if this.to_server.is_empty() => return Pin::new(&mut this.server).poll_write(cx, buf),
            None => (),
        }
        if this.to_server.len() >= MAX_QUEUE {
            ready!(this.poll_send(cx))?;
        }
        this.to_server.extend_from_slice(buf);
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match &this.login {
            // The client-final-message alone waits.
            Some(login) if !login.is_released => Poll::Ready(Ok(())),
            _ => this.poll_send(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().server).poll_shutdown(cx)
    }
}

impl<S: Transport> TlsStream for PipelinedLoginStream<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.server
            .tls_server_end_point()
            .map_or_else(ChannelBinding::none, ChannelBinding::tls_server_end_point)
    }
}

#[cfg(test)]
mod tests;
