//! The desk's files and the documentation's page, for anybody.

use axum::http::{Method, StatusCode, header};

use super::{Depot, anonymous};

#[tokio::test]
async fn the_documentation_needs_nothing_from_outside() {
    let depot = Depot::new().await;
    let moved = depot.send(anonymous(Method::GET, "/api/docs")).await;
    assert_eq!(moved.headers[header::LOCATION], "/api/docs/");
    let page = depot.send(anonymous(Method::GET, "/api/docs/")).await.text();
    assert!(!page.contains("http://") && !page.contains("https://"), "{page}");
    let script = depot.send(anonymous(Method::GET, "/api/docs/swagger-initializer.js")).await.text();
    assert!(script.contains("/api/openapi.json"), "{script}");
    let part = depot.send(anonymous(Method::GET, "/api/docs/swagger-ui.css")).await;
    assert_eq!(part.headers[header::CONTENT_TYPE], "text/css");
    depot.send(anonymous(Method::GET, "/api/docs/nothing.js")).await.problem(404);
    let document = depot.send(anonymous(Method::GET, "/api/openapi.json")).await.ok();
    assert!(document["paths"]["/api/deliveries"].is_object());
}

#[tokio::test]
async fn the_desk_finds_its_own_paths() {
    let depot = Depot::new().await;
    let index = depot.send(anonymous(Method::GET, "/")).await;
    if index.status == StatusCode::NOT_FOUND {
        // The desk was not built here; then its place says so.
        assert!(index.text().contains("npm run build"));
        return;
    }
    assert_eq!(index.headers[header::CACHE_CONTROL], "no-cache");
    let place = depot.send(anonymous(Method::GET, "/deliveries/7")).await;
    assert_eq!(place.bytes, index.bytes);
    depot.send(anonymous(Method::GET, "/assets/missing.js")).await.problem(404);
    depot.send(anonymous(Method::GET, "/../Cargo.toml")).await.problem(404);
    depot.send(anonymous(Method::POST, "/")).await.problem(405);
}
