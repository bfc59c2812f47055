//! Settings: the file, and what the command line and the environment give.

#![no_main]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use depot_app::{SETTINGS_FILE, Settings};
use libfuzzer_sys::fuzz_target;

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    tempfile::Builder::new().prefix("fuzz-").tempdir_in(place).expect("a folder").keep()
});

fuzz_target!(|bytes: &[u8]| {
    std::fs::write(FOLDER.join(SETTINGS_FILE), bytes).expect("a file");
    match Settings::load(&FOLDER, [], &[]) {
        // What was understood can be listed.
        Ok(settings) => assert!(!settings.list().is_empty()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let (key, value) = text.split_once('\n').unwrap_or(("DEPOT_DEPOT_NAME", text));
        let variables = [(key.to_owned(), value.to_owned())];
        let _ = Settings::load(Path::new("/nowhere"), variables, &[text.to_owned()]);
    }
});
