//! Somebody who listens to the change feed.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use reqwest::Method;
use serde_json::Value;
use tokio::time::timeout;

use crate::client::Client;

const PATIENCE: Duration = Duration::from_secs(20);

/// Something changed.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The `id` of the message: the sequence.
    pub id: u64,
    /// The name of the message.
    pub event: String,
    /// What it says.
    pub data: Value,
}

/// An open change feed.
pub struct ChangeFeed {
    bytes: BoxStream<'static, String>,
    buffer: String,
}

impl ChangeFeed {
    /// Opens it, after the change that was seen last where one is given.
    ///
    /// # Panics
    /// The depot refuses.
    pub async fn open(client: &Client, last_seen: Option<u64>) -> Self {
        let mut request = client.request(Method::GET, "/api/changes");
        if let Some(last_seen) = last_seen {
            request = request.header("Last-Event-ID", last_seen.to_string());
        }
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let chunks = response.bytes_stream();
        let bytes = chunks.filter_map(async |chunk| Some(String::from_utf8_lossy(&chunk.ok()?).into_owned()));
        let mut feed = Self { bytes: bytes.boxed(), buffer: String::new() };
        // The opening comment: from here on nothing is missed.
        assert!(feed.message().await.is_some_and(|opening| opening.contains(": connected")));
        feed
    }

    /// The next notice; `None` where the feed ends.
    ///
    /// # Panics
    /// None comes in time.
    pub async fn next(&mut self) -> Option<Notice> {
        loop {
            let message = self.message().await?;
            let field = |name: &str| {
                let mut lines =
                    message.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                lines.next_back().map(str::to_owned)
            };
            let (Some(event), Some(data)) = (field("event"), field("data")) else { continue };
            let id = field("id").and_then(|id| id.parse().ok()).expect("an id");
            return Some(Notice { id, event, data: serde_json::from_str(&data).expect("JSON") });
        }
    }

    /// Reads until a notice tells of `sequence` or more, and gives every topic on the way.
    ///
    /// # Panics
    /// The feed ends before.
    pub async fn until(&mut self, sequence: u64) -> Vec<String> {
        let mut topics = vec![];
        loop {
            let notice = self.next().await.expect("a notice");
            assert_eq!(notice.event, "changed");
            assert_eq!(notice.data["sequence"], notice.id);
            let told = notice.data["topics"].as_array().expect("topics").iter();
            topics.extend(told.filter_map(Value::as_str).map(str::to_owned));
            if notice.id >= sequence {
                topics.sort();
                topics.dedup();
                return topics;
            }
        }
    }

    async fn message(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.buffer.find("\n\n") {
                let message = self.buffer[..end].to_owned();
                self.buffer.drain(..end + 2);
                return Some(message);
            }
            let chunk = timeout(PATIENCE, self.bytes.next()).await.expect("nothing came in time")?;
            self.buffer.push_str(&chunk);
        }
    }
}
