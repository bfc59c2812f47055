//! The table of open connections: how many there may be, and which one makes room when there are too many.
//!
//! Counts connections, not requests; those are the rate limit's. `stream` ends a connection that stands still.

mod pace;
mod stream;

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::Request;
use axum_server::accept::Accept;
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tower::Service;
use uuid::Uuid;

use crate::addresses;

pub(crate) use pace::Pace;
pub(crate) use stream::Watched;

/// The most connections at one time.
const CONNECTIONS_MAX: usize = 512;

/// How many connections of one credential are not closed while there are others without one.
const KEPT_PER_CREDENTIAL: usize = 64;

/// How long a connection lives on which no request brought a valid credential.
const UNKNOWN_LIFE: Duration = Duration::from_secs(60);

/// After how long such a connection is closed behind its next answer, so that no answer is cut off.
const UNKNOWN_LIFE_POLITE: Duration = Duration::from_secs(30);

/// What the kernel keeps of an answer that is not read yet. Without a bound it grows to megabytes a connection, and a
/// slow reader cannot be told from one that reads nothing.
const SEND_BUFFER_BYTES: usize = 128 * 1024;

/// After how long the kernel gives up on a client that confirms nothing of what was sent.
#[cfg(target_os = "linux")]
const UNCONFIRMED_MAX: Duration = Duration::from_secs(30);

/// Whose connection it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    /// No request brought a valid credential since then.
    Unknown { since: Instant },
    /// The last request brought this one.
    Credential(Uuid),
}

/// One open connection, as its table, its stream and its requests share it.
#[derive(Debug)]
pub(crate) struct Connection {
    client: IpAddr,
    opened: Instant,
    owner: Mutex<Owner>,
    /// When bytes moved last, in milliseconds since it was opened.
    moved_ms: AtomicU64,
    is_evicted: AtomicBool,
    task: AtomicWaker,
}

impl Connection {
    fn new(client: IpAddr) -> Self {
        let opened = Instant::now();
        Self {
            client,
            opened,
            owner: Mutex::new(Owner::Unknown { since: opened }),
            moved_ms: AtomicU64::new(0),
            is_evicted: AtomicBool::new(false),
            task: AtomicWaker::new(),
        }
    }

    /// Notes whose credential the present request brought; `None` for a credential that is not valid.
    pub(crate) fn set_credential(&self, credential: Option<Uuid>) {
        let mut owner = self.owner.lock();
        *owner = match (credential, *owner) {
            (Some(credential), _) => Owner::Credential(credential),
            (None, Owner::Credential(_)) => Owner::Unknown { since: Instant::now() },
            (None, unknown) => unknown,
        };
    }

    /// Whether it is to be closed behind the present answer.
    pub(crate) fn ends_soon(&self) -> bool {
        self.unknown_for().is_some_and(|age| age >= UNKNOWN_LIFE_POLITE)
    }

    /// How long it has been without a valid credential.
    fn unknown_for(&self) -> Option<Duration> {
        match *self.owner.lock() {
            Owner::Unknown { since } => Some(since.elapsed()),
            Owner::Credential(_) => None,
        }
    }

    fn moved(&self) {
        let moved = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.moved_ms.store(moved, Ordering::Relaxed);
    }

    fn moved_at(&self) -> Instant {
        self.opened + Duration::from_millis(self.moved_ms.load(Ordering::Relaxed))
    }

    fn evict(&self) {
        self.is_evicted.store(true, Ordering::Release);
        self.task.wake();
    }
}

#[derive(Debug, Default)]
struct Table {
    open: HashMap<u64, Arc<Connection>>,
    next: u64,
}

impl Table {
    /// Makes room for one more connection, where there is none.
    fn make_room(&mut self) -> io::Result<()> {
        if self.open.len() < CONNECTIONS_MAX {
            return Ok(());
        }
        let (mut unknown, mut known) = (HashMap::new(), HashMap::new());
        for connection in self.open.values() {
            match *connection.owner.lock() {
                Owner::Unknown { .. } => *unknown.entry(connection.client).or_insert(0_usize) += 1,
                Owner::Credential(credential) => *known.entry(credential).or_insert(0_usize) += 1,
            }
        }
        // Who fills the table makes room in it. A credential answers for its connections, so its come last while they are few.
        let most_unknown = unknown.values().copied().max().unwrap_or_default();
        let most_known = known.values().copied().max().unwrap_or_default();
        if most_unknown > 0 && most_known <= most_unknown.max(KEPT_PER_CREDENTIAL) {
            return self.evict(|connection| match *connection.owner.lock() {
                Owner::Unknown { .. } => unknown.get(&connection.client) == Some(&most_unknown),
                Owner::Credential(_) => false,
            });
        }
        if most_known <= 1 {
            return Err(refused());
        }
        self.evict(|connection| match *connection.owner.lock() {
            Owner::Unknown { .. } => false,
            Owner::Credential(credential) => known.get(&credential) == Some(&most_known),
        })
    }

    /// Closes the one of these connections on which nothing moved for the longest time.
    fn evict(&mut self, is_one: impl Fn(&Connection) -> bool) -> io::Result<()> {
        let these = self.open.iter().filter(|(_, connection)| is_one(connection));
        let stillest = these.min_by_key(|(number, connection)| (connection.moved_at(), **number));
        let number = stillest.map(|(number, _)| *number).ok_or_else(refused)?;
        if let Some(connection) = self.open.remove(&number) {
            connection.evict();
        }
        Ok(())
    }
}

fn refused() -> io::Error {
    io::Error::other("too many connections")
}

/// Accepts connections, and keeps the table of those that are open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connections {
    table: Arc<Mutex<Table>>,
}

impl Connections {
    fn admit(&self, address: IpAddr) -> io::Result<Slot> {
        let mut table = self.table.lock();
        table.make_room()?;
        let (number, connection) = (table.next, Arc::new(Connection::new(addresses::client(address))));
        table.next += 1;
        table.open.insert(number, Arc::clone(&connection));
        Ok(Slot { table: Arc::clone(&self.table), number, connection })
    }
}

impl<S> Accept<TcpStream, S> for Connections {
    type Stream = Watched<TcpStream>;
    type Service = WithConnection<S>;
    type Future = std::future::Ready<io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        std::future::ready(stream.peer_addr().and_then(|peer| {
            let slot = self.admit(peer.ip())?;
            // Answers are small and asked for one at a time: waiting to fill a packet only delays them.
            stream.set_nodelay(true)?;
            let socket = SockRef::from(&stream);
            socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
            #[cfg(target_os = "linux")]
            socket.set_tcp_user_timeout(Some(UNCONFIRMED_MAX))?;
            let service = WithConnection { service, connection: Arc::clone(&slot.connection) };
            Ok((Watched::new(stream, slot, reset_on_close), service))
        }))
    }
}

/// Has the kernel drop at once what the client did not read, which it would keep for minutes otherwise.
fn reset_on_close(stream: &TcpStream) {
    if let Err(error) = SockRef::from(stream).set_linger(Some(Duration::ZERO)) {
        tracing::debug!(%error, "a connection is not reset");
    }
}

/// One connection's place in the table; given back when the connection ends.
#[derive(Debug)]
pub(crate) struct Slot {
    table: Arc<Mutex<Table>>,
    number: u64,
    connection: Arc<Connection>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.table.lock().open.remove(&self.number);
    }
}

/// Gives each request the connection on which it came, as an extension.
#[derive(Clone, Debug)]
pub(crate) struct WithConnection<S> {
    service: S,
    connection: Arc<Connection>,
}

impl<S: Service<Request<B>>, B> Service<Request<B>> for WithConnection<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        request.extensions_mut().insert(Arc::clone(&self.connection));
        self.service.call(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: usize) -> IpAddr {
        IpAddr::from([192, 168, u8::try_from(last / 250).unwrap(), u8::try_from(last % 250 + 1).unwrap()])
    }

    fn is_open(slot: &Slot) -> bool {
        !slot.connection.is_evicted.load(Ordering::Acquire)
    }

    /// As many as the table holds, `each` from one address.
    fn fill(connections: &Connections, each: usize) -> Vec<Slot> {
        (0..CONNECTIONS_MAX).map(|number| connections.admit(address(number / each)).unwrap()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn full_table_new_address_evicts_stillest_of_busiest() {
        let connections = Connections::default();
        let mut slots = fill(&connections, 20);
        slots.truncate(CONNECTIONS_MAX - 1);
        tokio::time::advance(Duration::from_secs(3)).await;
        slots.push(connections.admit(address(0)).unwrap());
        slots[0].connection.moved();
        let newcomer = connections.admit("10.0.0.1".parse().unwrap()).unwrap();
        assert!(is_open(&newcomer));
        let closed: Vec<usize> = (0..slots.len()).filter(|&number| !is_open(&slots[number])).collect();
        assert_eq!(closed, [1], "of the address with 21 connections, the one that stood still longest");
        assert_eq!(connections.table.lock().open.len(), CONNECTIONS_MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn full_table_connection_with_credential_stays() {
        let connections = Connections::default();
        let desk: IpAddr = "10.0.0.1".parse().unwrap();
        let known: Vec<Slot> = (0..30).map(|_| connections.admit(desk).unwrap()).collect();
        known.iter().for_each(|slot| slot.connection.set_credential(Some(Uuid::from_u128(1))));
        let flood: Vec<Slot> =
            (0..2_000).filter_map(|number| connections.admit(address(number)).ok()).collect();
        assert!(known.iter().all(is_open));
        assert_eq!(flood.iter().filter(|slot| is_open(slot)).count(), CONNECTIONS_MAX - known.len());
    }

    #[tokio::test(start_paused = true)]
    async fn full_of_one_credential_makes_room_for_others() {
        let connections = Connections::default();
        let slots = fill(&connections, 8);
        for (number, slot) in slots.iter().enumerate() {
            let is_desk = number < KEPT_PER_CREDENTIAL;
            slot.connection.set_credential(Some(Uuid::from_u128(if is_desk { 1 } else { 2 })));
        }
        let newcomers: Vec<Slot> = (0..9).map(|_| connections.admit(address(900)).unwrap()).collect();
        let closed: Vec<usize> = (0..slots.len()).filter(|&number| !is_open(&slots[number])).collect();
        assert_eq!(closed, (KEPT_PER_CREDENTIAL..KEPT_PER_CREDENTIAL + 9).collect::<Vec<_>>());
        assert!(newcomers.iter().all(is_open));
    }

    #[tokio::test(start_paused = true)]
    async fn full_table_network_of_ipv6_is_one_address() {
        let connections = Connections::default();
        let network =
            |last: usize| IpAddr::from([0x2001, 0xdb8, 0, 7, 0, 0, 0, u16::try_from(last).unwrap()]);
        let many: Vec<Slot> = (0..100).map(|last| connections.admit(network(last)).unwrap()).collect();
        let _others: Vec<Slot> =
            (100..CONNECTIONS_MAX).map(|number| connections.admit(address(number / 50)).unwrap()).collect();
        let _newcomer = connections.admit("10.0.0.1".parse().unwrap()).unwrap();
        assert!(!is_open(&many[0]) && many[1..].iter().all(is_open));
    }

    #[test]
    fn closed_connections_leave_an_empty_table() {
        let connections = Connections::default();
        drop(fill(&connections, 20));
        assert!(connections.table.lock().open.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn connection_whose_credential_fails_is_unknown_again() {
        let connection = Connection::new("10.0.0.1".parse().unwrap());
        connection.set_credential(Some(Uuid::from_u128(1)));
        tokio::time::advance(UNKNOWN_LIFE).await;
        assert!(!connection.ends_soon());
        connection.set_credential(None);
        assert!(!connection.ends_soon());
        tokio::time::advance(UNKNOWN_LIFE_POLITE).await;
        connection.set_credential(None);
        assert!(connection.ends_soon());
    }
}
