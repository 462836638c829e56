//! Ctrl-C, and SIGTERM, which means the same.

use std::io::Write;
use std::pin::Pin;
use std::task::Poll;

use scenarios::Interrupt;

/// Waits for either, which is caught as soon as this returns. Where it cannot be caught, the wait
/// never ends and the system's own way stays.
pub(crate) async fn armed() -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let mut caught = Box::pin(async {
        tokio::select! {
            Ok(()) = tokio::signal::ctrl_c() => {}
            () = terminated() => {}
            else => std::future::pending().await,
        }
    });
    // The first poll puts the handler in place.
    let first = std::future::poll_fn(|context| Poll::Ready(caught.as_mut().poll(context))).await;
    match first {
        Poll::Ready(()) => Box::pin(std::future::ready(())),
        Poll::Pending => caught,
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};

    match signal(SignalKind::terminate()) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}

/// Raised by Ctrl-C: the play that is on stops and cleans up, and no other begins. A second Ctrl-C
/// does not wait for the clean-up.
pub(crate) async fn raised() -> Interrupt {
    let (sender, interrupt) = Interrupt::new();
    let first = armed().await;
    tokio::spawn(async move {
        first.await;
        let words =
            "interrupted: what was made is taken away; once more leaves it to `entitle sweep`";
        let _gone = writeln!(anstream::stderr(), "{words}");
        sender.send_replace(true);
        armed().await.await;
        std::process::exit(130);
    });
    interrupt
}
