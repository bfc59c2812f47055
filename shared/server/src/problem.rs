//! What a client is told when something is refused: RFC 9457 problem documents.
//!
//! The only place that maps an error to an HTTP status.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use depot_app::{AppError, Code};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Why a request is refused: the application's reasons, and those that only HTTP knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The application says so.
    App(Code),
    /// There is nothing at this path.
    NoSuchPath,
    /// The path is there, but not with this method.
    MethodNotAllowed,
    /// The request did not come in, or was not answered, in time.
    Timeout,
    /// The body is larger than is read here.
    TooLarge,
    /// The body is of a type that is not read here.
    UnsupportedMediaType,
    /// The `Host` is not one of ours.
    Misdirected,
    /// Too many requests.
    RateLimited,
}

impl Reason {
    /// Status, title and code on the wire.
    const fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::App(code) => (status(code), title(code), code.as_str()),
            Self::NoSuchPath => (StatusCode::NOT_FOUND, "Not found", "notFound"),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "Method not allowed", "methodNotAllowed")
            }
            Self::Timeout => (StatusCode::REQUEST_TIMEOUT, "Request timed out", "timeout"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Body too large", "tooLarge"),
            Self::UnsupportedMediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type", "unsupportedMediaType")
            }
            Self::Misdirected => (StatusCode::MISDIRECTED_REQUEST, "Misdirected request", "misdirected"),
            Self::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "Too many requests", "rateLimited"),
        }
    }
}

const fn status(code: Code) -> StatusCode {
    match code {
        Code::Malformed | Code::Unfit | Code::RuleBroken => StatusCode::BAD_REQUEST,
        Code::Unauthenticated | Code::Revoked | Code::Expired | Code::OtherCredential => {
            StatusCode::UNAUTHORIZED
        }
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Duplicate | Code::StaleVersion | Code::KeyReused => StatusCode::CONFLICT,
        Code::Unavailable | Code::Unknown => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

const fn title(code: Code) -> &'static str {
    match code {
        Code::Malformed => "Malformed input",
        Code::Unfit => "Input that does not fit",
        Code::RuleBroken => "A rule of the depot forbids it",
        Code::Unauthenticated => "Not signed in",
        Code::Revoked => "Revoked",
        Code::Expired => "Expired",
        Code::OtherCredential => "Signed in with another credential",
        Code::Forbidden => "Not allowed",
        Code::NotFound => "Not found",
        Code::Duplicate => "It exists already",
        Code::StaleVersion => "It was changed meanwhile",
        Code::KeyReused => "The idempotency key was used for something else",
        Code::Unavailable => "Not possible at the moment",
        Code::Unknown => "Outcome unknown",
        Code::Internal => "A fault in the program",
    }
}

/// An error on its way to the client.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    reason: Reason,
    detail: String,
    facts: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into(), facts: Map::new(), headers: Vec::new() }
    }

    /// The input is not what it should be.
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(Reason::App(Code::Malformed), detail)
    }

    /// Each part of the input is what it should be, but they do not fit each other.
    pub(crate) fn unfit(detail: impl Into<String>) -> Self {
        Self::new(Reason::App(Code::Unfit), detail)
    }

    /// The credential does not allow it.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(Reason::App(Code::Forbidden), detail)
    }

    /// No credential, or none that is valid.
    pub(crate) fn unauthenticated(detail: impl Into<String>) -> Self {
        Self::new(Reason::App(Code::Unauthenticated), detail)
    }

    /// A fault in the program. Nothing about it goes to the client.
    pub(crate) fn internal() -> Self {
        Self::new(
            Reason::App(Code::Internal),
            "A fault in the program; it was logged under this request's id",
        )
    }

    /// Too many requests of one kind, with the shape that existing clients expect: error, message, retryAfter.
    pub(crate) fn rate_limited(detail: impl Into<String>, retry_after_seconds: u64) -> Self {
        Self::new(Reason::RateLimited, detail)
            .with("error", "Too many requests")
            .with("retryAfter", retry_after_seconds)
            .header(header::RETRY_AFTER, HeaderValue::from(retry_after_seconds))
    }

    /// Adds a fact.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a header to the answer.
    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl From<AppError> for Problem {
    fn from(AppError { code, detail, facts }: AppError) -> Self {
        Self { reason: Reason::App(code), detail, facts, headers: Vec::new() }
    }
}

/// The answer to a request that was refused: RFC 9457, with the facts behind the rule beside these members.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDocument {
    /// What sort of problem it is, as a URI reference; the same for every problem with this code.
    #[serde(rename = "type")]
    #[schema(example = "/problems/ruleBroken")]
    kind: String,
    /// The sort of problem in a few words.
    #[schema(example = "A rule of the depot forbids it")]
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 400)]
    status: u16,
    /// What was wrong, and what is valid.
    detail: String,
    /// The same as `detail`.
    message: String,
    /// The sort of problem, to branch on.
    #[schema(example = "ruleBroken")]
    code: &'static str,
    /// The facts, e.g. of a booking conflict: resource, deliveryId, start, end, nextFreeStart.
    #[serde(flatten)]
    #[schema(additional_properties, value_type = Object)]
    facts: Map<String, Value>,
}

/// Members of the document that no fact may overwrite.
const MEMBERS: [&str; 6] = ["type", "title", "status", "detail", "message", "code"];

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, title, code) = self.reason.parts();
        let mut facts = self.facts;
        facts.retain(|name, _| !MEMBERS.contains(&name.as_str()));
        let document = ProblemDocument {
            kind: format!("/problems/{code}"),
            title,
            status: status.as_u16(),
            message: self.detail.clone(),
            detail: self.detail,
            code,
            facts,
        };
        let mut response = (status, Json(document)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        // What was wrong a moment ago may be right now.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            // The rest of the body is not read, so the connection ends; whoever is not told sends the next request into it.
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        for (name, value) in self.headers {
            headers.insert(name, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn told(problem: Problem) -> (StatusCode, Value) {
        let response = problem.into_response();
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 100_000).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[test]
    fn every_code_of_the_application_has_its_status() {
        let table: Vec<String> =
            Code::ALL.iter().map(|code| format!("{code}: {}", Reason::App(*code).parts().0)).collect();
        insta::assert_snapshot!(table.join("\n"));
    }

    #[tokio::test]
    async fn a_booking_conflict_tells_its_facts() {
        let error = AppError::new(Code::RuleBroken, "Driver Ada is booked")
            .with("rule", "booked")
            .with("resource", "Driver")
            .with("deliveryId", "0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d11")
            .with("status", "a fact must not hide a member of the document");
        let (status, body) = told(Problem::from(error)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        insta::assert_json_snapshot!(body);
    }

    #[tokio::test]
    async fn a_rate_limit_tells_error_message_and_retry_after() {
        let problem = Problem::rate_limited("Too many requests from this address", 7);
        assert_eq!(problem.clone().into_response().headers()[header::RETRY_AFTER], "7");
        let (status, body) = told(problem).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
        insta::assert_json_snapshot!(body);
    }

    #[test]
    fn whose_body_is_not_read_is_told_that_the_connection_ends() {
        let closes = |reason| {
            Problem::new(reason, "")
                .into_response()
                .headers()
                .get(header::CONNECTION)
                .map(|value| value.to_owned())
        };
        assert_eq!(closes(Reason::TooLarge).unwrap(), "close");
        assert_eq!(closes(Reason::MethodNotAllowed), None);
    }

    #[test]
    fn who_is_not_signed_in_is_told_how() {
        let response = Problem::unauthenticated("Sign in first").into_response();
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
    }
}
