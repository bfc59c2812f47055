//! Walks every route: each is documented, answers, and is closed to strangers.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::{Depot, anonymous};
use crate::credential::is_public;
use crate::{openapi, router};

/// Every documented operation, with the parameters of its path filled in.
fn operations() -> Vec<(Method, String, String)> {
    let mut document = router::document();
    let mut all = Vec::new();
    for (template, item) in &mut document.paths.paths {
        let path = template
            .replace("{id}", "0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d11")
            .replace("{incidentId}", "0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d12")
            .replace("{sequence}", "1")
            .replace("{hash}", &"0".repeat(64))
            .replace("{category}", "delivery-tracking-events");
        assert!(!path.contains('{'), "fill in the parameters of {template}");
        all.extend(openapi::operations(item).map(|(method, _)| (method, template.clone(), path.clone())));
    }
    all
}

/// The contract's paths and verbs, as existing clients call them.
const CONTRACT: &str = "
    POST /api/fleet/drivers
    GET /api/fleet/drivers/{id}
    PUT /api/fleet/drivers/{id}
    PATCH /api/fleet/drivers/{id}/status
    POST /api/fleet/vehicles
    GET /api/fleet/vehicles/{id}
    PUT /api/fleet/vehicles/{id}
    PATCH /api/fleet/vehicles/{id}/status
    GET /api/fleet/overview
    POST /api/routes
    GET /api/routes/overview
    GET /api/routes/{id}
    PUT /api/routes/{id}
    PATCH /api/routes/{id}/status
    POST /api/routes/{id}/checkpoints
    PUT /api/routes/{id}/checkpoints
    DELETE /api/routes/{id}/checkpoints/{sequence}
    POST /api/deliveries
    GET /api/deliveries
    GET /api/deliveries/live-tracking
    GET /api/deliveries/{id}
    GET /api/deliveries/{id}/completed-summary
    GET /api/deliveries/{id}/event-logs
    PATCH /api/deliveries/{id}/status
    PATCH /api/deliveries/{id}/checkpoint
    PATCH /api/deliveries/{id}/assign-driver
    PATCH /api/deliveries/{id}/assign-vehicle
    PATCH /api/deliveries/{id}/retry
    POST /api/deliveries/{id}/incidents
    PATCH /api/deliveries/{id}/incidents/{incidentId}/resolve
    POST /api/deliveries/{id}/proof-of-delivery
    GET /health
    GET /health/live
    GET /health/ready
    POST /api/commands
    POST /api/queries
    GET /api/changes
    GET /api/events/{category}
    GET /api/openapi.json
";

#[test]
fn the_whole_contract_is_documented() {
    let documented: BTreeSet<String> =
        operations().into_iter().map(|(method, template, _)| format!("{method} {template}")).collect();
    let wanted = CONTRACT.lines().map(str::trim).filter(|line| !line.is_empty());
    let missing: Vec<&str> = wanted.filter(|line| !documented.contains(*line)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_operation_and_schema_of_the_contract() {
    let mut listed: Vec<String> =
        operations().into_iter().map(|(method, template, _)| format!("{template} {method}")).collect();
    listed.sort();
    insta::assert_snapshot!(listed.join("\n"));
}

#[tokio::test]
async fn every_documented_path_answers() {
    let depot = Depot::new().await;
    for (method, template, path) in operations() {
        let answer = depot.send_as_admin(method.clone(), &path).await;
        assert_ne!(answer, StatusCode::METHOD_NOT_ALLOWED, "{method} {template}");
        if !template.contains('{') {
            assert_ne!(answer, StatusCode::NOT_FOUND, "{method} {template}");
        }
        assert!(!answer.is_server_error(), "{method} {template}: {answer}");
    }
}

#[tokio::test]
async fn whatever_is_not_public_is_closed_to_strangers() {
    let depot = Depot::new().await;
    let mut closed = 0;
    for (method, _, path) in operations() {
        let answer = depot.send(anonymous(method.clone(), &path)).await;
        if path == "/api/phone/pairing" {
            // Public, so that a phone may come at all; it wants a code, or the cookie that one was traded for.
            assert!([400, 401].contains(&answer.status.as_u16()), "{method} {path}: {}", answer.status);
        } else if is_public(&method, &path) {
            assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        } else {
            assert_eq!(answer.problem(401)["code"], "unauthenticated", "{method} {path}");
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
            closed += 1;
        }
    }
    assert!(closed > 40, "{closed}");
    for path in ["/api", "/api/", "/api/nothing", "/metrics/nothing"] {
        depot.send(anonymous(Method::GET, path)).await.problem(401);
    }
}

#[test]
fn the_document_is_whole() {
    let document = serde_json::to_value(router::document()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut dangling = Vec::new();
    each_reference(&document, &mut |reference| {
        let name = reference.strip_prefix("#/components/schemas/").unwrap();
        if !schemas.contains_key(name) {
            dangling.push(name.to_owned());
        }
    });
    assert!(dangling.is_empty(), "{dangling:?}");
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let in_path = parameters.iter().filter(|parameter| parameter["in"] == "path").count();
            assert_eq!(in_path, path.matches('{').count(), "{method} {path} describes its path");
            assert!(operation["responses"]["421"].is_object(), "{method} {path} names its problems");
            let takes_a_body = matches!(method.as_str(), "post" | "put" | "patch");
            assert_eq!(operation["requestBody"].is_object(), takes_a_body, "{method} {path}");
        }
    }
}

fn each_reference(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_str() {
                    Some(reference) if name == "$ref" => visit(reference),
                    Some(_) | None => each_reference(member, visit),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| each_reference(item, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

impl Depot {
    /// The status alone: a feed's body does not end.
    async fn send_as_admin(&self, method: Method, path: &str) -> StatusCode {
        let mut request = anonymous(method, path);
        request.headers_mut().insert("authorization", format!("Bearer {}", self.admin).parse().unwrap());
        self.send_from([127, 0, 0, 1].into(), request).await.status()
    }
}
