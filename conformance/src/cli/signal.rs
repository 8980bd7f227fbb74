//! The end of a run by a signal: the first one ends it in good order, the second one at once.

use std::io::{self, Write as _};

use tokio::sync::oneshot;

/// SIGINT and SIGTERM, or what stands for them.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}

/// What ends with the first signal, and what ends with the second; the first needs the second to be polled.
///
/// # Errors
/// When the system does not let signals be handled.
pub(super) fn signals() -> io::Result<(impl Future<Output = ()>, impl Future<Output = ()>)> {
    let mut signals = Signals::listen()?;
    let (tell, told) = oneshot::channel();
    let first = async move {
        if told.await.is_err() {
            std::future::pending().await
        }
    };
    let second = async move {
        signals.next().await;
        let words =
            "stopping: what was made is taken back, which takes some seconds; once more to stop at once\n";
        let _written = io::stderr().write_all(words.as_bytes());
        let _heard = tell.send(());
        signals.next().await;
    };
    Ok((first, second))
}
