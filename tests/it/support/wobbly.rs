//! A way to a server that can be slow, deaf, or cut in the middle of an answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Everything passes.
pub const PASS: usize = 0;
/// Nothing passes, without an error.
pub const HANG: usize = 1;
/// Connections end in the middle of an answer.
pub const CUT: usize = 2;

/// The way; everything through it ends when it is dropped.
pub struct Wobbly {
    /// Where it begins.
    pub address: SocketAddr,
    mode: Arc<AtomicUsize>,
    delay_millis: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Wobbly {
    /// A way to `port` on loopback.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (mode, delay): (Arc<AtomicUsize>, Arc<AtomicU64>) = Default::default();
        let (current, slow) = (Arc::clone(&mode), Arc::clone(&delay));
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (current, slow) = (Arc::clone(&current), Arc::clone(&slow));
                tokio::spawn(async move {
                    if let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await {
                        carry(client, server, current, slow).await;
                    }
                });
            }
        });
        Self { address, mode, delay_millis: delay, task }
    }

    /// How it is from now on, for open connections too.
    pub fn is_now(&self, mode: usize) {
        self.mode.store(mode, Ordering::Release);
    }

    /// How long each piece of an answer is held back.
    pub fn delay(&self, delay: Duration) {
        self.delay_millis.store(u64::try_from(delay.as_millis()).unwrap(), Ordering::Release);
    }
}

impl Drop for Wobbly {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(mut client: TcpStream, mut server: TcpStream, mode: Arc<AtomicUsize>, delay: Arc<AtomicU64>) {
    let (mut there, mut back) = ([0; 16 * 1024], [0; 16 * 1024]);
    loop {
        tokio::select! {
            read = client.read(&mut there) => {
                let Ok(size @ 1..) = read else { return };
                wait(&mode).await;
                if server.write_all(&there[..size]).await.is_err() { return }
            }
            read = server.read(&mut back) => {
                let Ok(size @ 1..) = read else { return };
                wait(&mode).await;
                tokio::time::sleep(Duration::from_millis(delay.load(Ordering::Acquire))).await;
                if mode.load(Ordering::Acquire) == CUT {
                    drop(client.write_all(&back[..size / 2]).await);
                    return;
                }
                if client.write_all(&back[..size]).await.is_err() { return }
            }
        }
    }
}

async fn wait(mode: &AtomicUsize) {
    while mode.load(Ordering::Acquire) == HANG {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
