//! The end of the process, before which connections are closed.

use std::sync::Arc;

use lambda_runtime::spawn_graceful_shutdown_handler;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::spawn;

use crate::{Application, Platform};

/// Closes the connections when the process is asked to end.
///
/// Lambda asks only a process with an extension, half a second before it kills it, so that one is registered:
/// one more exchange with the runtime API.
pub(super) async fn expect<A: Application>(app: &Arc<A>) {
    let platform = app.config().platform;
    let app = Arc::clone(app);
    let close = async move || app.close().await;
    match platform {
        Platform::Lambda => {
            // The helper panics where it cannot register, and the panic stays in its task: connections that
            // are not closed are no reason to answer nothing.
            let registered = spawn(spawn_graceful_shutdown_handler(close)).await;
            if registered.is_err() {
                tracing::warn!("connections will not be closed when this process is ended");
            }
        }
        // The emulator's registration would be one more thing that can fail.
        Platform::Local => match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                spawn(async move {
                    terminate.recv().await;
                    close().await;
                    std::process::exit(0);
                });
            }
            Err(error) => tracing::warn!(%error, "connections will not be closed when this process is ended"),
        },
    }
}
