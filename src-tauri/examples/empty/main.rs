//! The smallest window there is: one empty page. `cargo xtask bench -- window` measures the desktop beside it.

fn main() {
    let ended =
        tauri::Builder::default().run(tauri::generate_context!("src-tauri/examples/empty/tauri.conf.json"));
    if let Err(error) = ended {
        eprintln!("empty: {error}");
    }
}
