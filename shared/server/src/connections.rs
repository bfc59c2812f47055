//! How many connections may be open: in all, and from one address.
//!
//! Counts connections, not requests; those are the rate limit's.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum_server::accept::Accept;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The most connections at one time.
const MAX_CONNECTIONS: usize = 256;

/// The most connections at one time from one address. Those of this machine share one address and are its
/// owner's, so only the limit in all counts for them.
const MAX_PER_ADDRESS: usize = 16;

/// Accepts a connection unless there are too many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connections {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Connections {
    fn admit(&self, address: IpAddr) -> io::Result<Slot> {
        let address = address.to_canonical();
        let mut open = self.open.lock();
        let in_all: usize = open.values().sum();
        let from_here = open.get(&address).copied().unwrap_or_default();
        if in_all >= MAX_CONNECTIONS || (from_here >= MAX_PER_ADDRESS && !address.is_loopback()) {
            return Err(io::Error::other("too many connections"));
        }
        open.insert(address, from_here + 1);
        Ok(Slot { open: Arc::clone(&self.open), address })
    }
}

impl<S> Accept<TcpStream, S> for Connections {
    type Stream = Counted;
    type Service = S;
    type Future = std::future::Ready<io::Result<(Counted, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        std::future::ready(stream.peer_addr().and_then(|peer| {
            let slot = self.admit(peer.ip())?;
            // Answers are small and asked for one at a time: waiting to fill a packet only delays them.
            stream.set_nodelay(true)?;
            Ok((Counted { stream, _slot: slot }, service))
        }))
    }
}

/// One connection's place; given back when the connection ends.
#[derive(Debug)]
struct Slot {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
    address: IpAddr,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.open.lock();
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

/// A connection that is counted while it lives.
#[derive(Debug)]
pub(crate) struct Counted {
    stream: TcpStream,
    _slot: Slot,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
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
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_may_not_take_every_connection() {
        let connections = Connections::default();
        let phone: IpAddr = "192.168.1.20".parse().unwrap();
        let mut slots: Vec<Slot> = (0..MAX_PER_ADDRESS).map(|_| connections.admit(phone).unwrap()).collect();
        assert!(connections.admit(phone).is_err());
        assert!(
            connections.admit("::ffff:192.168.1.20".parse().unwrap()).is_err(),
            "the same address in IPv6"
        );
        assert!(connections.admit("192.168.1.21".parse().unwrap()).is_ok());
        slots.pop();
        assert!(connections.admit(phone).is_ok());
    }

    #[test]
    fn there_is_a_limit_for_all_together() {
        let connections = Connections::default();
        let here: IpAddr = "127.0.0.1".parse().unwrap();
        let slots: Vec<Slot> = (0..MAX_CONNECTIONS).map(|_| connections.admit(here).unwrap()).collect();
        assert!(connections.admit(here).is_err());
        drop(slots);
        assert!(connections.open.lock().is_empty());
    }
}
