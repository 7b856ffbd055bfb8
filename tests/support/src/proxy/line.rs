//! One direction of a connection, as a delay line.

use std::io;
use std::pin::pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio::try_join;

const CHUNK: usize = 64 * 1024;

/// Maximum number of chunks on their way. A receiver that stops reading thus stops its sender, as TCP would;
/// until then it is far more than a test sends within a round trip.
const IN_FLIGHT: usize = 4096;

/// Bytes on their way; none at all are the end.
struct Parcel {
    due: Instant,
    bytes: Bytes,
}

/// Forwards until the sender has ended and its end has arrived. Each chunk is on its way as long as `delay`
/// says when it is sent; `sent` and `arriving` receive its length.
pub(super) async fn forward(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    delay: impl Fn() -> Duration,
    sent: impl Fn(usize),
    arriving: impl Fn(usize),
) -> io::Result<()> {
    let (line, mut arrivals) = mpsc::channel::<Parcel>(IN_FLIGHT);
    let depart = pin!(async move {
        let mut buffer = BytesMut::new();
        loop {
            buffer.reserve(CHUNK);
            let count = from.read_buf(&mut buffer).await?;
            if count > 0 {
                sent(count);
            }
            let parcel = Parcel { due: Instant::now() + delay(), bytes: buffer.split().freeze() };
            // The other half fails first where this fails.
            if line.send(parcel).await.is_err() || count == 0 {
                return Ok(());
            }
        }
    });
    let arrive = pin!(async {
        while let Some(Parcel { due, bytes }) = arrivals.recv().await {
            // In order of sending: a chunk sent after the delay was shortened waits for those before it.
            if due > Instant::now() {
                sleep_until(due).await;
            }
            if bytes.is_empty() {
                return to.shutdown().await;
            }
            arriving(bytes.len());
            to.write_all(&bytes).await?;
        }
        Ok(())
    });
    try_join!(depart, arrive)?;
    Ok(())
}
