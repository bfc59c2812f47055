//! An HTTP/1.1 client that leaves the machine to the endpoint: one thread, many connections, one write and one read for a
//! request, and nothing looked at in an answer but its status and where it ends.

use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::measure::{Began, Slice, micros};

/// Room for an answer to a command, with its headers.
const ANSWER_BYTES: usize = 4096;

/// Adds drivers, to a depot or to another server that takes the same body.
pub(crate) struct Client {
    address: SocketAddr,
    /// What stands in each request before the length of its body.
    head: String,
    /// Makes each driver another.
    number: u64,
    /// How many answers were other than success.
    pub(crate) errors: u64,
    poll: Poll,
}

/// A connection that waits for an answer, of which so much has come.
struct Connection {
    stream: TcpStream,
    since: Instant,
    answer: [u8; ANSWER_BYTES],
    filled: usize,
}

impl Client {
    pub(crate) fn new(address: SocketAddr, path: &str, token: Option<&str>) -> Self {
        let credential = token.map_or_else(String::new, |token| format!("Authorization: Bearer {token}\r\n"));
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\n{credential}Content-Type: application/json\r\nContent-Length: "
        );
        Self { address, head, number: 0, errors: 0, poll: Poll::new().unwrap() }
    }

    /// Each connection asks again as soon as it was answered, until the time is over.
    pub(crate) fn closed_loop(&mut self, connections: usize, lasting: Duration) -> Slice {
        let mut open = self.connect(connections);
        let (began, mut waiting, mut latencies) = (Began::now(), open.len(), Vec::new());
        for connection in &mut open {
            self.add_driver(connection, Instant::now());
        }
        let mut events = Events::with_capacity(connections);
        while waiting > 0 {
            self.poll.poll(&mut events, None).unwrap();
            for event in &events {
                let connection = &mut open[event.token().0];
                let Some(took) = self.answered(connection) else { continue };
                latencies.push(took);
                if began.elapsed() < lasting {
                    self.add_driver(connection, Instant::now());
                } else {
                    waiting -= 1;
                }
            }
        }
        let done = latencies.len();
        began.slice(latencies, done)
    }

    /// Requests come at their times whether or not the ones before were answered, on whichever connection is free. Latencies
    /// count from when each was due.
    pub(crate) fn open_loop(&mut self, connections: usize, a_second: f64, lasting: Duration) -> Slice {
        let mut open = self.connect(connections);
        let mut free: Vec<_> = (0..connections).collect();
        let (start, began) = (Instant::now(), Began::now());
        let (mut asked, mut latencies) = (0_u64, Vec::new());
        let mut events = Events::with_capacity(connections);
        loop {
            let due = Duration::from_secs_f64(asked as f64 / a_second);
            let (is_over, wait) = (due > lasting, (start + due).saturating_duration_since(Instant::now()));
            if is_over && free.len() == connections {
                let done = latencies.len();
                return began.slice(latencies, done);
            }
            if !is_over
                && wait.is_zero()
                && let Some(which) = free.pop()
            {
                self.add_driver(&mut open[which], start + due);
                asked += 1;
                continue;
            }
            let until = (!is_over && !free.is_empty()).then_some(wait);
            self.poll.poll(&mut events, until).unwrap();
            for event in &events {
                let Token(which) = event.token();
                if let Some(took) = self.answered(&mut open[which]) {
                    latencies.push(took);
                    free.push(which);
                }
            }
        }
    }

    fn connect(&self, connections: usize) -> Vec<Connection> {
        let mut open = Vec::with_capacity(connections);
        while open.len() < connections {
            // Those of the slice before may still be counted.
            match self.connection(open.len()) {
                Ok(connection) => open.push(connection),
                Err(_) => std::thread::sleep(Duration::from_millis(5)),
            }
        }
        open
    }

    /// A connection that the endpoint has taken, which the answer to a first request shows.
    fn connection(&self, number: usize) -> io::Result<Connection> {
        let mut stream = std::net::TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        write!(stream, "GET /health/live HTTP/1.1\r\nHost: {}\r\n\r\n", self.address)?;
        let (mut answer, mut filled) = ([0; ANSWER_BYTES], 0);
        while status(&answer[..filled]).is_none() {
            match stream.read(&mut answer[filled..])? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => filled += read,
            }
        }
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        self.poll.registry().register(&mut stream, Token(number), Interest::READABLE)?;
        Ok(Connection { stream, since: Instant::now(), answer, filled: 0 })
    }

    /// Sends a command that nobody has given before. It was to be sent at `since`.
    fn add_driver(&mut self, connection: &mut Connection, since: Instant) {
        let Self { head, number, .. } = self;
        let body = format!(r#"{{"name":"Driver {number}","driverLicense":"LIC-{number}"}}"#);
        let request = format!("{head}{}\r\n\r\n{body}", body.len());
        *number += 1;
        (connection.since, connection.filled) = (since, 0);
        // It fits into the socket's buffer, which is empty.
        connection.stream.write_all(request.as_bytes()).unwrap();
    }

    /// How long the answer took, in microseconds, if all of it has come.
    fn answered(&mut self, connection: &mut Connection) -> Option<u64> {
        let Connection { stream, answer, filled, since } = connection;
        match stream.read(&mut answer[*filled..]) {
            Ok(0) => {
                panic!("the endpoint closed a connection, or its answer has more than {ANSWER_BYTES} bytes")
            }
            Ok(read) => *filled += read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
            Err(error) => panic!("the endpoint did not answer: {error}"),
        }
        let status = status(&answer[..*filled])?;
        self.errors += u64::from(status != *b"200");
        Some(micros(*since))
    }
}

/// The status of an answer, if all of it is there.
fn status(answer: &[u8]) -> Option<[u8; 3]> {
    const LENGTH: &[u8] = b"\r\ncontent-length: ";
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let length = answer[..head]
        .windows(LENGTH.len())
        .position(|window| window.starts_with(b"\r\n") && window.eq_ignore_ascii_case(LENGTH))?;
    let digits = answer[length + LENGTH.len()..head + 2].split(|byte| *byte == b'\r').next()?;
    let length: usize = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (answer.len() >= head + 4 + length).then(|| answer.get(9..12)?.try_into().ok()).flatten()
}
