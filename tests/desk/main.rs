//! The desk in a real browser: each spec of `ui/e2e` is a test here. Starts them; what they say is theirs.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use acceptance::{chromium, depotd, node, run, ui};

/// A test a spec.
macro_rules! specs {
    ($($name:ident = $file:literal),* $(,)?) => {
        const SPECS: &[&str] = &[$($file),*];
        $(
            #[test]
            fn $name() {
                run_spec($file);
            }
        )*
    };
}

specs! {
    bundle = "bundle",
    deliveries = "deliveries",
    desk = "desk",
    erase = "erase",
    fleet = "fleet",
    forms = "forms",
    gallery = "gallery",
    incidents = "incidents",
    log = "log",
    main_job = "main-job",
    offline = "offline",
    phone = "phone",
    phone_owners = "phone-owners",
    positions = "positions",
    print = "print",
    phone_screens = "phone-screens",
    reports = "reports",
    routes = "routes",
    settings = "settings",
    signatures = "signatures",
    tls = "tls",
    today = "today",
    windows = "windows",
}

fn run_spec(name: &str) {
    let ui = ui();
    let mut vitest = Command::new(node());
    vitest
        .current_dir(&ui)
        .arg(ui.join("node_modules/vitest/vitest.mjs"))
        .args(["run", "--config", "e2e/vitest.config.ts", "--reporter=verbose"])
        .arg(format!("e2e/{name}.spec.ts"))
        .env("DEPOTD_BIN", depotd())
        .env("CHROMIUM_BIN", chromium());
    let output = run(&mut vitest);
    assert!(output.success, "{name} failed:\n{}\n{}", output.out, output.err);
}

#[test]
fn every_spec_is_a_test_here() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/e2e");
    let files = std::fs::read_dir(folder).expect("ui/e2e is there").filter_map(|entry| {
        let name = entry.ok()?.file_name().into_string().ok()?;
        name.strip_suffix(".spec.ts").map(str::to_owned)
    });
    let listed: BTreeSet<_> = SPECS.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(files.collect::<BTreeSet<_>>(), listed);
}
