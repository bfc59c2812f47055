//! Makes sure that the desk's bundle is embedded anew when it changed, and that its folder exists.

use std::path::Path;

fn main() {
    let dist = Path::new("../../ui/dist");
    // The desk is built by another tool. Without it the endpoint builds as well, and says that it has no desk. A
    // folder that cannot be made is no reason to fail either: rust-embed takes a missing one for an empty one.
    let _ = std::fs::create_dir_all(dist);
    println!("cargo:rerun-if-changed={}", dist.display());
}
