//! `depotd proof` beside a depot that is being used, and `depotd check-proof` where there is none.

use std::path::Path;
use std::process::Command;

use acceptance::{Depot, Output, run};

fn check(arguments: &[&str]) -> Output {
    run(Command::new(acceptance::depotd()).arg("check-proof").args(arguments))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in Unicode")
}

#[tokio::test]
async fn a_proof_is_checked_without_the_depot_and_betrays_a_change() {
    let mut depot = Depot::start();
    let (delivery, _) = depot.admin().delivery_in("Delivered").await;
    let place = tempfile::tempdir().expect("a temporary folder");
    let file = place.path().join("the.proof");
    let made = depot.depotd(&["proof", &delivery, "--to", text(&file)]);
    assert!(made.success && made.out.contains(&delivery), "{made:?}");
    let again = depot.depotd(&["proof", &delivery, "--to", text(&file)]);
    assert!(!again.success && again.err.contains("exists"), "what is there is not overwritten: {again:?}");
    depot.stop("TERM");
    let verified = depot.depotd(&["verify"]).out;
    let key =
        verified.lines().find_map(|line| line.strip_prefix("they are made with the key ")).expect("the key");

    let checked = check(&[text(&file), "--key", key]);
    assert!(checked.success && checked.out.contains("ProofOfDeliveryCaptured"), "{checked:?}");
    assert!(checked.out.contains("nothing was changed") && checked.out.contains("Ada"), "{checked:?}");
    let other = check(&[text(&file), "--key", &"0".repeat(64)]);
    assert!(!other.success && other.err.contains("was made with the key"), "{other:?}");
    let nonsense = check(&[text(&file), "--key", "é"]);
    assert!(!nonsense.success && nonsense.err.contains("64 hexadecimal digits"), "{nonsense:?}");

    let mut bytes = std::fs::read(&file).expect("the proof");
    let place = bytes.len() / 2;
    bytes[place] ^= 1;
    std::fs::write(&file, bytes).expect("it can be changed");
    let changed = check(&[text(&file)]);
    assert!(!changed.success, "{changed:?}");
    let nowhere = depot.depotd(&["proof", "0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d11", "--to", "unused.proof"]);
    assert!(!nowhere.success && !Path::new("unused.proof").exists(), "{nowhere:?}");
}
