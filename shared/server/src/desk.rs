//! The desk's bundle, for a browser: the same files that the window shows. They hold nothing that is secret.

use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::credential::is_interface;
use crate::problem::{Problem, Reason};

/// What `npm run build` made; nothing where that was not run.
#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Bundle;

const INDEX: &str = "index.html";
/// The phone's app lies within the bundle, and under a path of its own.
const PHONE: &str = "phone/";
const PHONE_INDEX: &str = "phone/index.html";
/// Its service worker is looked at anew each time, and may rule over the app's paths alone.
const PHONE_WORKER: &str = "phone/sw.js";

/// The same policy as the window's, for a page that talks to its own origin alone.
const DESK_CSP: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; connect-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; \
     worker-src 'self' blob:; object-src 'none'; frame-src 'none'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'",
);

/// Answers whatever no route does: a file of the desk, the desk itself, or that there is no such path.
pub(crate) async fn fallback(request: Request) -> Response {
    let path = request.uri().path();
    if is_interface(path) {
        return Problem::new(
            Reason::NoSuchPath,
            "There is nothing at this path: /api/docs shows what there is",
        )
        .into_response();
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let problem = Problem::new(Reason::MethodNotAllowed, "The desk's files can only be read");
        return problem.header(header::ALLOW, HeaderValue::from_static("GET, HEAD")).into_response();
    }
    if path == "/pair" {
        // A browser keeps the fragment, which has the code.
        return Redirect::to("/phone/pair").into_response();
    }
    let name = path.trim_start_matches('/');
    if let Some(file) = Bundle::get(name) {
        return serve(name, file);
    }
    // The desk finds its way by paths of its own; a file that is missing is not one of them.
    let last = name.rsplit('/').next().unwrap_or_default();
    if last.contains('.') {
        return Problem::new(Reason::NoSuchPath, "The desk has no such file").into_response();
    }
    let index = if name == "phone" || name.starts_with(PHONE) { PHONE_INDEX } else { INDEX };
    match Bundle::get(index) {
        Some(file) => serve(index, file),
        None => (
            StatusCode::NOT_FOUND,
            Html("<!doctype html><title>Eroad Depot</title><p>This build has no desk: run <code>npm run build</code> in ui/. The interface is described at <a href=\"/api/docs\">/api/docs</a>."),
        )
            .into_response(),
    }
}

fn serve(name: &str, file: EmbeddedFile) -> Response {
    let media_type = HeaderValue::try_from(file.metadata.mimetype())
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    // What lies in assets/ has a hash of its content in its name.
    let caching = if name.strip_prefix(PHONE).unwrap_or(name).starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, HeaderValue::from_static(caching)),
        (header::CONTENT_SECURITY_POLICY, DESK_CSP),
    ];
    let mut response = (headers, file.data.into_owned()).into_response();
    if name == PHONE_WORKER {
        response.headers_mut().insert("service-worker-allowed", HeaderValue::from_static("/phone/"));
    }
    response
}
