//! A connection's bytes: ends it when it was evicted, lived too long without a credential, or its client does not read.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use super::{Pace, Slot, UNKNOWN_LIFE};

/// What a client must read at least of an answer for every [`READING_MAX`] that the depot waits for it. The kernel asks
/// for more only when a third of its buffer was read, so less than that cannot be measured.
const READ_BYTES_MIN: usize = 32 * 1024;
const READING_MAX: Duration = Duration::from_secs(20);

/// A connection that is in the table while it lives.
#[derive(Debug)]
pub(crate) struct Watched<T> {
    stream: T,
    slot: Slot,
    life: Pin<Box<Sleep>>,
    reading: Pace,
    /// Has the closing of the stream give up what was not sent yet.
    abandon: fn(&T),
}

impl<T> Watched<T> {
    pub(super) fn new(stream: T, slot: Slot, abandon: fn(&T)) -> Self {
        let reading = Pace::new(READ_BYTES_MIN, READING_MAX);
        Self { stream, slot, life: Box::pin(sleep(UNKNOWN_LIFE)), reading, abandon }
    }

    /// Fails where the connection is to end. Wakes its task when that changes.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let checked = self.check_state(cx);
        if checked.is_err() {
            (self.abandon)(&self.stream);
        }
        checked
    }

    fn check_state(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let connection = &self.slot.connection;
        connection.task.register(cx.waker());
        if connection.is_evicted.load(Ordering::Acquire) {
            return Err(io::Error::new(
                io::ErrorKind::ConnectionAborted,
                "it made room for another connection",
            ));
        }
        while self.life.as_mut().poll(cx).is_ready() {
            let lived = connection.unknown_for().unwrap_or_default();
            if lived >= UNKNOWN_LIFE {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "no credential was brought"));
            }
            self.life.as_mut().reset(Instant::now() + (UNKNOWN_LIFE - lived));
        }
        Ok(())
    }

    /// Notes what a write did, and ends the connection where the client reads too slowly.
    fn wrote(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) => {
                self.reading.moved(*bytes);
                self.slot.connection.moved();
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending if self.reading.poll_overdue(cx).is_ready() => {
                (self.abandon)(&self.stream);
                let slow = io::Error::new(io::ErrorKind::TimedOut, "the client does not read its answer");
                return Poll::Ready(Err(slow));
            }
            Poll::Pending => {}
        }
        written
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Watched<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(cx)?;
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if read.is_ready() {
            self.slot.connection.moved();
        }
        read
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Watched<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.wrote(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.wrote(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::time::advance;
    use uuid::Uuid;

    use super::super::Connections;
    use super::*;

    fn connected() -> (Watched<DuplexStream>, DuplexStream, Connections) {
        let (ours, theirs) = duplex(1024);
        let connections = Connections::default();
        let slot = connections.admit("192.168.1.20".parse().unwrap()).unwrap();
        (Watched::new(ours, slot, |_| {}), theirs, connections)
    }

    #[tokio::test(start_paused = true)]
    async fn answer_nobody_reads_ends_the_connection() {
        let (mut stream, _theirs, connections) = connected();
        stream.slot.connection.set_credential(Some(Uuid::from_u128(1)));
        let began = Instant::now();
        let error = stream.write_all(&[0; 4096]).await.unwrap_err();
        assert_eq!(
            (error.kind(), began.elapsed().as_secs()),
            (io::ErrorKind::TimedOut, READING_MAX.as_secs())
        );
        drop(stream);
        assert!(connections.table.lock().open.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn answer_read_in_drops_ends_the_connection() {
        let (mut stream, mut theirs, _connections) = connected();
        let reader = tokio::spawn(async move {
            while theirs.read_u8().await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        let began = Instant::now();
        assert!(stream.write_all(&[0; READ_BYTES_MIN]).await.is_err());
        assert_eq!(began.elapsed().as_secs(), READING_MAX.as_secs());
        reader.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn answer_read_slowly_is_sent_whole() {
        let (mut stream, mut theirs, _connections) = connected();
        stream.slot.connection.set_credential(Some(Uuid::from_u128(1)));
        let reader = tokio::spawn(async move {
            let (mut all, mut some) = (0, [0; 1024]);
            while let Ok(bytes @ 1..) = theirs.read(&mut some).await {
                all += bytes;
                tokio::time::sleep(Duration::from_millis(400)).await;
            }
            all
        });
        stream.write_all(&vec![0; 10 * READ_BYTES_MIN]).await.unwrap();
        drop(stream);
        assert_eq!(reader.await.unwrap(), 10 * READ_BYTES_MIN);
    }

    #[tokio::test(start_paused = true)]
    async fn connection_without_credential_ends_after_a_minute() {
        let (mut stream, mut theirs, _connections) = connected();
        let talker = tokio::spawn(async move {
            while theirs.write_all(b".").await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        let began = Instant::now();
        let mut some = [0; 16];
        let error = loop {
            if let Err(error) = stream.read(&mut some).await {
                break error;
            }
        };
        assert_eq!((error.kind(), began.elapsed()), (io::ErrorKind::TimedOut, UNKNOWN_LIFE));
        drop(stream);
        talker.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn connection_with_credential_lives_on() {
        let (mut stream, mut theirs, _connections) = connected();
        stream.slot.connection.set_credential(Some(Uuid::from_u128(1)));
        for _ in 0..10 {
            advance(UNKNOWN_LIFE).await;
            theirs.write_all(b".").await.unwrap();
            assert_eq!(stream.read(&mut [0; 16]).await.unwrap(), 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn evicted_connection_wakes_and_ends() {
        let (mut stream, _theirs, _connections) = connected();
        let connection = std::sync::Arc::clone(&stream.slot.connection);
        let reading = tokio::spawn(async move { stream.read(&mut [0; 16]).await });
        tokio::task::yield_now().await;
        connection.evict();
        assert_eq!(reading.await.unwrap().unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
    }
}
