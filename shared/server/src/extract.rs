//! Reads what a request says, strictly: whatever is not understood is refused with where it is and what is valid.

use axum::extract::rejection::{BytesRejection, FailedToBufferBody, PathRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::problem::{Problem, Reason};

/// The most bytes that a JSON body may have.
pub(crate) const MAX_JSON_BYTES: usize = 64 * 1024;

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let OptionalBody(body) = OptionalBody::from_request(request, state).await?;
        body.map(Self).ok_or_else(missing)
    }
}

/// A JSON body that may be left out; null is left out, too.
pub(crate) struct OptionalBody<T>(pub(crate) Option<T>);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for OptionalBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match json_bytes(request, state).await? {
            Some(bytes) => parse_json(&bytes).map(Self),
            None => Ok(Self(None)),
        }
    }
}

fn missing() -> Problem {
    Problem::malformed("The body is missing: send JSON")
}

/// The bytes of the body, which says that it is JSON; `None` where there is no body.
async fn json_bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Option<Bytes>, Problem> {
    let media_type = media_type(request.headers());
    let bytes = Bytes::from_request(request, state).await.map_err(unreadable)?;
    let bytes = without_mark(bytes);
    if bytes.is_empty() {
        return Ok(None);
    }
    if !is_json(&media_type) {
        return Err(Problem::new(
            Reason::UnsupportedMediaType,
            format!("Send JSON with the header Content-Type: application/json, not {media_type:?}"),
        ));
    }
    Ok(Some(bytes))
}

/// The body without a byte order mark, which some programs write before it (RFC 8259, 8.1).
fn without_mark(mut bytes: Bytes) -> Bytes {
    const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
    if bytes.starts_with(BYTE_ORDER_MARK) { bytes.split_off(BYTE_ORDER_MARK.len()) } else { bytes }
}

/// A JSON body that says by words what it is.
pub(crate) struct Message<T>(pub(crate) T);

/// The words. Serde itself would take a number for the place of a word in its list: `{"type": 0}` would do something.
#[derive(Deserialize)]
#[expect(dead_code, reason = "that they are texts is all that matters")]
struct Words {
    query: Option<String>,
    command: Option<CommandWords>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "that they are texts is all that matters")]
struct CommandWords {
    entity: String,
    command: CommandWord,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "that they are texts is all that matters")]
struct CommandWord {
    r#type: String,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Message<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = json_bytes(request, state).await?.ok_or_else(missing)?;
        let message = parse_json(&bytes)?;
        parse_json::<Words>(&bytes)?;
        Ok(Self(message))
    }
}

/// The media type of the body in lower case, without parameters; empty where none is named.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let named = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    named.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

pub(crate) fn is_json(media_type: &str) -> bool {
    media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

/// Reads JSON, and says where in it the first mistake is.
fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Serde would read a list as the fields of an object in their order, which nobody means.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::malformed("The body is a list: send a JSON object"));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        match error.classify() {
            serde_json::error::Category::Data => at_field(&path, without_place(&error)),
            serde_json::error::Category::Io
            | serde_json::error::Category::Syntax
            | serde_json::error::Category::Eof => not_json(&error),
        }
    })?;
    reader.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::malformed(format!("The body is not valid JSON: {error}"))
}

/// The error without line and column: the field says better where it is.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).map_or(text.clone(), str::to_owned)
}

fn at_field(path: &str, detail: impl std::fmt::Display) -> Problem {
    if path.is_empty() || path == "." {
        return Problem::malformed(format!("The body: {detail}"));
    }
    Problem::malformed(format!("{path}: {detail}")).with("field", path)
}

/// Why a body could not be read.
pub(crate) fn unreadable(rejection: BytesRejection) -> Problem {
    match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            Problem::new(Reason::TooLarge, format!("The body has more than {MAX_JSON_BYTES} bytes"))
        }
        // Everything else is a connection that broke off in the middle.
        rejection @ (BytesRejection::FailedToBufferBody(_) | _) => {
            Problem::malformed(format!("The body could not be read: {}", rejection.body_text()))
        }
    }
}

/// The parameters in the query string.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(params)) => Ok(Self(params)),
            Err(rejection) => {
                let text = rejection.body_text();
                let detail = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
                Err(Problem::malformed(format!("Query parameter {detail}")))
            }
        }
    }
}

/// The parameters in the path.
pub(crate) struct At<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(params)) => Ok(Self(params)),
            Err(PathRejection::FailedToDeserializePathParams(error)) => {
                let text = error.body_text();
                let detail = text.strip_prefix("Invalid URL: ").unwrap_or(&text);
                Err(Problem::malformed(format!("In the path: {detail}")))
            }
            // A route without the parameters that its handler wants: a mistake of ours.
            Err(_) => Err(Problem::internal()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse as _;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only what is said about mistakes matters here")]
    struct Example {
        name: String,
        expected_version: Option<u32>,
        inner: Option<Box<Example>>,
    }

    async fn refusal(body: &str) -> String {
        let problem = parse_json::<Example>(body.as_bytes()).err().unwrap();
        let response = problem.into_response();
        let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let document: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        document["detail"].as_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn says_where_the_mistake_is_and_what_is_valid() {
        let mut told = Vec::new();
        for body in [
            "{}",
            "{",
            "[]",
            "nonsense",
            r#"{"name": 7}"#,
            r#"{"name": "a", "colour": "red"}"#,
            r#"{"name": "a", "inner": {"name": "b", "expectedVersion": -1}}"#,
            r#"{"name": "a", "name": "b"}"#,
            r#"{"name": "a"} {"name": "b"}"#,
            r#"{"name": "\ud800"}"#,
        ] {
            told.push(format!("{body}\n    {}", refusal(body).await));
        }
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn a_number_is_no_word() {
        for body in [
            r#"{"query": 0}"#,
            r#"{"command": {"entity": 5, "command": {"type": "loadDemo"}}}"#,
            r#"{"command": {"entity": "depot", "command": {"type": 0}}}"#,
        ] {
            assert!(parse_json::<Words>(body.as_bytes()).is_err(), "{body}");
        }
        assert!(parse_json::<Words>(br#"{"query": "board"}"#).is_ok());
    }
}
