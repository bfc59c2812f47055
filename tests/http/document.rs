//! Requests made from the OpenAPI document, right ones and wrong ones: every answer is one that the document describes, and
//! none is a fault of the depot.
//!
//! Schemathesis makes them; `SCHEMA_EXAMPLES=200` has it make so many of each operation, its systematic ones besides, and
//! chains in which a request uses what the answer to another said.

use std::process::Command;

use acceptance::Depot;

const EXAMPLES: u32 = 3;

#[tokio::test]
async fn every_answer_is_one_that_the_document_describes() {
    let mut depot = Depot::generous().flag("--demo").start();
    let examples = std::env::var("SCHEMA_EXAMPLES").ok();
    let phases = if examples.is_some() { "coverage,fuzzing,stateful" } else { "fuzzing" };
    // It leaves notes where it runs.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut requests = Command::new(acceptance::schemathesis());
    requests.current_dir(folder.path()).arg("run").arg(format!("{}/api/openapi.json", depot.url()));
    requests.args(["--header", &format!("Authorization: Bearer {}", depot.admin_token())]);
    requests.args(["--phases", phases, "--max-examples", &examples.unwrap_or_else(|| EXAMPLES.to_string())]);
    requests.env("SCHEMATHESIS_HOOKS", concat!(env!("CARGO_MANIFEST_DIR"), "/http/promises.py"));
    // The feed of changes has no end. And the document cannot say which of its requests would break a rule of the depot,
    // so that some of what it allows is refused is no fault; but the promises know which refusal is one.
    requests.args(["--exclude-path", "/api/changes", "--exclude-checks", "positive_data_acceptance"]);
    let tried = acceptance::run(requests.args(["--seed", "1", "--no-color", "--warnings", "off"]));
    assert!(tried.success, "{}\n{}", tried.out, tried.err);
    let counted = tried.out.lines().find(|line| line.contains("generated")).unwrap_or_default();
    eprintln!("{}", counted.trim());
    assert_eq!(depot.nobody().get("/health").await.status, 200);
    depot.stop("TERM");
    let verified = depot.depotd(&["verify"]);
    assert!(verified.success, "{verified:?}");
}
