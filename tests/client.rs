//! Somebody who calls a depot over HTTP, and what they are answered.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// Somebody who calls a depot.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

impl Client {
    /// Somebody who calls the depot at `url`, with this token or without any.
    ///
    /// # Panics
    /// No client can be made.
    #[must_use]
    pub fn new(url: &str, token: Option<&str>) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            // The depot closes an idle connection after five seconds: do not take one that it is just closing.
            .pool_idle_timeout(Duration::from_secs(2));
        let http = http.build().expect("an HTTP client");
        Self { http, url: url.to_owned(), token: token.map(str::to_owned) }
    }

    /// The same one at another address, for a depot that was started again.
    #[must_use]
    pub fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    /// A request that is still to be completed and sent.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Gets a path.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::to(self.request(Method::POST, path).json(&body)).await
    }

    /// Puts JSON.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        Answer::to(self.request(Method::PUT, path).json(&body)).await
    }

    /// Patches with JSON.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        Answer::to(self.request(Method::PATCH, path).json(&body)).await
    }

    /// Patches without a body.
    pub async fn patch_bare(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::PATCH, path)).await
    }

    /// Deletes a path.
    pub async fn delete(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::DELETE, path)).await
    }

    /// Sends a typed command, as the desk does.
    pub async fn command(&self, entity: &str, id: &str, command: Value) -> Answer {
        self.post("/api/commands", json!({"command": {"entity": entity, "id": id, "command": command}})).await
    }

    /// Asks a typed query, as the desk does.
    pub async fn query(&self, query: Value) -> Answer {
        self.post("/api/queries", query).await
    }

    /// How many events the depot has.
    pub async fn head(&self) -> u64 {
        let answer = self.query(json!({"query": "session"})).await.ok();
        answer["sequence"].as_u64().expect("a sequence")
    }
}

/// What a depot answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: String,
}

impl Answer {
    /// Sends a request and reads the whole answer.
    ///
    /// # Panics
    /// There is none.
    pub async fn to(request: RequestBuilder) -> Self {
        Self::maybe(request).await.unwrap_or_else(|error| panic!("no answer: {error:?}"))
    }

    /// Sends a request and reads the whole answer, if there is one.
    ///
    /// # Errors
    /// There is none.
    pub async fn maybe(request: RequestBuilder) -> reqwest::Result<Self> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Self { status, headers, body: response.text().await? })
    }

    /// The JSON of a success.
    #[track_caller]
    #[must_use]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.json()
    }

    /// The id in the success of a command.
    #[track_caller]
    #[must_use]
    pub fn id(&self) -> String {
        self.ok()["id"].as_str().expect("an id").to_owned()
    }

    /// The message of a success.
    #[track_caller]
    #[must_use]
    pub fn message(&self) -> String {
        self.ok()["result"]["message"].as_str().expect("a message").to_owned()
    }

    /// The body as JSON.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The problem document of a refusal, which must be one in every respect.
    #[track_caller]
    #[must_use]
    pub fn refused(&self, status: u16) -> Refused {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.body);
        let problem = self.json();
        assert_eq!(problem["status"], status, "{problem}");
        assert!(problem["type"].is_string() && problem["title"].is_string(), "{problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{problem}");
        assert_eq!(problem["detail"], problem["message"], "{problem}");
        Refused(problem)
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A refusal.
#[derive(Clone, Debug)]
pub struct Refused(Value);

impl Refused {
    /// It says exactly this.
    #[track_caller]
    pub fn says(self, message: &str) -> Self {
        assert_eq!(self.0["message"], message);
        self
    }

    /// It says this, among other things.
    #[track_caller]
    pub fn mentions(self, part: &str) -> Self {
        assert!(self.message().contains(part), "{part:?} is not in {}", self.message());
        self
    }

    /// It has this fact.
    #[track_caller]
    pub fn with(self, fact: &str, value: impl Into<Value>) -> Self {
        assert_eq!(self.0[fact], value.into(), "{fact} of {}", self.0);
        self
    }

    /// What it says.
    #[must_use]
    pub fn message(&self) -> &str {
        self.0["message"].as_str().unwrap_or_default()
    }

    /// A fact.
    #[must_use]
    pub fn fact(&self, name: &str) -> &Value {
        &self.0[name]
    }
}
