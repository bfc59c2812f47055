//! The TypeScript types of ui/bindings: written from the Rust types, and compared with what is committed.

use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::process;
use crate::workspace::{self, EVERYTHING};

const FOLDER: &str = "ui/bindings";

/// Writes the folder anew. It is emptied first: the file of a type that is gone would otherwise stay.
pub(crate) fn regenerate() -> Result<(), Failure> {
    // Compiled before anything is removed, so that code that does not compile costs no file.
    process::run(process::cargo(&["test", "--no-run", "--lib"]).args(EVERYTHING))?;
    let folder = workspace::root().join(FOLDER);
    remove_types(&folder)?;
    // ts-rs makes a test of each exported type, named so.
    process::run(process::cargo(&["test", "--quiet", "--lib"]).args(EVERYTHING).arg("export_bindings"))
}

/// Fails when what is committed is not what the Rust types say, files not yet added included.
pub(crate) fn compare() -> Result<(), Failure> {
    regenerate()?;
    let status = process::printed_by(process::program("git").args(["status", "--porcelain", "--", FOLDER]))?;
    if status.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{FOLDER} does not match the Rust types. It has been written anew; commit these changes:\n{status}"
    )))
}

fn remove_types(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::at(folder, &error))?;
    for entry in fs::read_dir(folder).map_err(|error| Failure::at(folder, &error))? {
        let path = entry.map_err(|error| Failure::at(folder, &error))?.path();
        if path.extension().is_some_and(|extension| extension == "ts") {
            fs::remove_file(&path).map_err(|error| Failure::at(&path, &error))?;
        }
    }
    Ok(())
}
