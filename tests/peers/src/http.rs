//! Requests over connections that stay open, written and read with as little work of the client's own as can be: the same for the
//! depot's endpoint and for another server.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Failure;
use crate::slices::{NewDriver, Store};

/// Where to send, and what stands before the length of the body.
pub(crate) struct Server {
    address: SocketAddr,
    head: String,
}

pub(crate) async fn open(address: &str, path: &str, token: Option<&str>) -> Result<Server, Failure> {
    let address = address.parse()?;
    let credential = token.map_or_else(String::new, |token| format!("Authorization: Bearer {token}\r\n"));
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\n{credential}Content-Type: application/json\r\nContent-Length: "
    );
    Ok(Server { address, head })
}

impl Store for Server {
    type Client = Connection;

    async fn connect(&self) -> Result<Connection, Failure> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::with_capacity(2048) })
    }

    async fn add(&self, connection: &mut Connection, driver: NewDriver) -> Result<(), Failure> {
        let body = format!(r#"{{"name":"{}","driverLicense":"{}"}}"#, driver.name, driver.license);
        let request = format!("{}{}\r\n\r\n{body}", self.head, body.len());
        connection.call(request.as_bytes()).await
    }
}

pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Sends a request and reads the whole answer, which has to be 200.
    async fn call(&mut self, request: &[u8]) -> Result<(), Failure> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            self.read().await?;
            if let Some(head) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break head;
            }
        };
        let text = std::str::from_utf8(&self.buffer[..head])?;
        if !text.starts_with("HTTP/1.1 200 ") {
            return Err(format!("answered with {}", String::from_utf8_lossy(&self.buffer)).into());
        }
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        let end = head + 4 + length.ok_or("an answer without its length")?;
        while self.buffer.len() < end {
            self.read().await?;
        }
        Ok(())
    }

    async fn read(&mut self) -> Result<(), Failure> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err("the connection was closed".into()),
            _ => Ok(()),
        }
    }
}
