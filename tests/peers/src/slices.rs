//! Has clients work for a while, and tells what came of it. Knows nothing of what they do.

use std::io::{BufRead as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::Failure;

/// A driver whom nobody has added before.
pub(crate) struct NewDriver {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) license: String,
}

impl NewDriver {
    fn another() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self { id: Uuid::now_v7(), name: format!("Driver {number}"), license: format!("LIC-{number}") }
    }
}

/// What is measured, for as many clients as want to work on it.
pub(crate) trait Store: Send + Sync + 'static {
    type Client: Send + 'static;

    fn connect(&self) -> impl Future<Output = Result<Self::Client, Failure>> + Send;

    /// Returns when the driver is there to stay.
    fn add(
        &self,
        client: &mut Self::Client,
        driver: NewDriver,
    ) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Answers line after line, until there are no more.
pub(crate) fn answer<S: Store>(open: impl AsyncFnOnce() -> Result<S, Failure>) -> Result<(), Failure> {
    let runtime = Runtime::new()?;
    let store = Arc::new(runtime.block_on(open())?);
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (millis, clients) = line.split_once(' ').ok_or("a line is `MILLISECONDS CLIENTS`")?;
        let lasting = Duration::from_millis(millis.parse()?);
        let told = runtime.block_on(slice(&store, lasting, clients.parse()?))?;
        writeln!(std::io::stdout(), "{told}")?;
    }
    Ok(())
}

async fn slice<S: Store>(store: &Arc<S>, lasting: Duration, clients: usize) -> Result<String, Failure> {
    let mut connected = Vec::with_capacity(clients);
    while connected.len() < clients {
        connected.push(store.connect().await?);
    }
    let began = Instant::now();
    let mut working = JoinSet::new();
    for mut client in connected {
        let store = Arc::clone(store);
        working.spawn(async move {
            let mut latencies = Vec::new();
            while began.elapsed() < lasting {
                let driver = NewDriver::another();
                let asked = Instant::now();
                store.add(&mut client, driver).await?;
                latencies.push(asked.elapsed().as_micros());
            }
            Ok::<_, Failure>(latencies)
        });
    }
    let mut latencies = Vec::new();
    while let Some(worked) = working.join_next().await {
        latencies.extend(worked??);
    }
    let took = began.elapsed().as_micros();
    latencies.sort_unstable();
    let percentile = |parts: usize| latencies.get(latencies.len() * parts / 100).ok_or("nothing was done");
    Ok(format!("{} {took} {} {}", latencies.len(), percentile(50)?, percentile(99)?))
}
