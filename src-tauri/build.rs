//! Gives the window its permissions and embeds the built desk. Does not build the desk: `cargo xtask` does.

use std::error::Error;
use std::fs;
use std::path::Path;

use tauri_build::{AppManifest, Attributes, try_build};

const DESK: &str = "ui/dist";

fn main() -> Result<(), Box<dyn Error>> {
    // tauri-build watches its configuration alone; a rebuilt desk or a changed permission must be embedded anew.
    for watched in ["src-tauri/capabilities", "src-tauri/permissions", "src-tauri/icons", DESK] {
        println!("cargo:rerun-if-changed={watched}");
    }
    if !Path::new(DESK).join("index.html").exists() {
        // Checking the Rust code alone must not need Node; the folder's absence would be a compile error.
        fs::create_dir_all(DESK)?;
        println!("cargo:warning=ui/dist is empty, so the window will be too: `cargo xtask run` builds it");
    }
    let manifest = AppManifest::new().permissions_path_pattern("./src-tauri/permissions/**/*.toml");
    try_build(
        Attributes::new()
            .capabilities_path_pattern("./src-tauri/capabilities/**/*.json")
            .app_manifest(manifest),
    )?;
    move_schemas()
}

/// tauri-build writes its editor schemas beside Cargo.toml, where the workspace's own folders are.
fn move_schemas() -> Result<(), Box<dyn Error>> {
    let (written, wanted) = (Path::new("gen"), Path::new("src-tauri/gen"));
    if written.exists() {
        if wanted.exists() {
            fs::remove_dir_all(wanted)?;
        }
        fs::rename(written, wanted)?;
    }
    Ok(())
}
