//! Reads what a request says, strictly: whatever is not understood is refused with where it is and what is valid.

use axum::extract::rejection::{BytesRejection, FailedToBufferBody, PathRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::problem::{Problem, Reason};

/// The most bytes that a JSON body may have.
pub(crate) const MAX_JSON_BYTES: usize = 64 * 1024;

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match OptionalBody::from_request(request, state).await? {
            OptionalBody(Some(body)) => Ok(Self(body)),
            OptionalBody(None) => Err(Problem::malformed("The body is missing: send JSON")),
        }
    }
}

/// A JSON body that may be left out.
pub(crate) struct OptionalBody<T>(pub(crate) Option<T>);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for OptionalBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let media_type = media_type(request.headers());
        let bytes = Bytes::from_request(request, state).await.map_err(unreadable)?;
        if bytes.is_empty() {
            return Ok(Self(None));
        }
        if !is_json(&media_type) {
            return Err(Problem::new(
                Reason::UnsupportedMediaType,
                format!("Send JSON with the header Content-Type: application/json, not {media_type:?}"),
            ));
        }
        // Null is nothing, too.
        parse_json(&bytes).map(Self)
    }
}

/// A JSON body that is told apart by words. Serde alone would take a number for the place of a word in its list.
pub(crate) struct Message<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Message<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Body(body) = Body::<Box<RawValue>>::from_request(request, state).await?;
        let read: Value = serde_json::from_str(body.get()).map_err(|error| not_json(&error))?;
        for tag in ["/query", "/command/entity", "/command/command/type"] {
            if read.pointer(tag).is_some_and(Value::is_number) {
                return Err(Problem::malformed(format!("{}: give a name, not a number", &tag[1..])));
            }
        }
        parse_json(body.get().as_bytes()).map(Self)
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
    let read = read_json(bytes);
    match with_whole_numbers(bytes) {
        Some(whole) if read.is_err() => read_json(&whole),
        Some(_) | None => read,
    }
}

/// The same JSON with numbers such as `7.0` written as whole ones, which they are by JSON Schema; `None` where there are none.
fn with_whole_numbers(bytes: &[u8]) -> Option<Vec<u8>> {
    let (mut written, mut changed, mut at) = (Vec::with_capacity(bytes.len()), false, 0);
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let length = match byte {
            b'"' => string_length(rest),
            b'-' | b'0'..=b'9' => {
                let inside = |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
                rest.iter().take_while(|byte| inside(byte)).count()
            }
            _ => 1,
        };
        let part = &rest[..length];
        match whole_number(part) {
            Some(whole) => {
                changed = true;
                written.extend_from_slice(whole.as_bytes());
            }
            None => written.extend_from_slice(part),
        }
        at += length;
    }
    changed.then_some(written)
}

/// How long a string is with its quotes; up to the end where it has none.
fn string_length(bytes: &[u8]) -> usize {
    let mut escaped = true;
    let end = bytes.iter().position(|&byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(bytes.len(), |end| end + 1)
}

/// The number in whole digits, where it is written with a fraction or an exponent and has none.
fn whole_number(part: &[u8]) -> Option<String> {
    if !part.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E')) {
        return None;
    }
    let number: f64 = serde_json::from_slice(part).ok()?;
    // Beyond that no whole number is read anyway.
    (number.fract() == 0.0 && number.abs() < 1e19).then(|| format!("{number:.0}"))
}

fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
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
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only what is said about mistakes matters here")]
    struct Example {
        name: String,
        expected_version: Option<u32>,
        inner: Option<Box<Example>>,
    }

    #[test]
    fn whole_numbers_may_have_a_fraction_of_nothing() {
        let read: serde_json::Value = parse_json(br#"{"name": "7.0 \" 1.0", "inner": [1.0, -2.50]}"#).unwrap();
        assert_eq!(read["name"], "7.0 \" 1.0");
        let Example { expected_version, .. } =
            parse_json(br#"{"name": "\\", "expectedVersion": 7.0}"#).unwrap();
        assert_eq!(expected_version, Some(7));
        assert!(parse_json::<Example>(br#"{"name": "", "expectedVersion": 7.5}"#).is_err());
        assert_eq!(whole_number(b"1e17").as_deref(), Some("100000000000000000"));
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
}
