//! Files that are made of lists: kept among the person's downloads, never over another file, and shown there.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use depot_app::{Actor, AppError, Code, DepotQuery, ExportFormat, Problem};
use tauri::{AppHandle, Manager, State};
use tokio::io::AsyncWriteExt as _;

use crate::desktop::Depot;
use crate::window;

/// How many files of one name lie beside each other at most.
const COPIES_MOST: u32 = 1_000;

/// What was kept since the start: nothing else is shown for a page's asking.
#[derive(Default)]
pub(crate) struct Exports {
    kept: Mutex<Vec<PathBuf>>,
}

/// Makes a file of a list and keeps it among the downloads; says where it lies.
#[tauri::command]
pub(crate) async fn export(
    window: AppHandle,
    depot: State<'_, Depot>,
    exports: State<'_, Exports>,
    query: DepotQuery,
    format: ExportFormat,
) -> Result<String, Problem> {
    let file = depot.app()?.export(&Actor::desk(), query, format).await?;
    let unwritable = |error: io::Error| {
        Problem::from(AppError::new(Code::Unavailable, format!("The file could not be kept: {error}")))
    };
    let paths = window.path();
    let folder = paths.download_dir().or_else(|_| paths.home_dir());
    let folder = folder.map_err(|error| unwritable(io::Error::other(error)))?;
    let path = keep(&folder, &file.file_name, &file.bytes).await.map_err(unwritable)?;
    let shown = path.display().to_string();
    exports.kept.lock().unwrap_or_else(PoisonError::into_inner).push(path);
    Ok(shown)
}

/// Writes it under its name, or under the next that is free.
async fn keep(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    tokio::fs::create_dir_all(folder).await?;
    let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
    for copy in 1..=COPIES_MOST {
        let path = folder.join(numbered(name, copy));
        match tokio::fs::OpenOptions::new().write(true).create_new(true).open(&path).await {
            Ok(mut file) => {
                file.write_all(bytes).await?;
                file.flush().await?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// `list.csv`, `list (2).csv`, `list (3).csv`.
fn numbered(name: &str, copy: u32) -> String {
    match name.rsplit_once('.') {
        _ if copy == 1 => name.to_owned(),
        Some((stem, extension)) => format!("{stem} ({copy}).{extension}"),
        None => format!("{name} ({copy})"),
    }
}

/// Shows a file that was kept in the system's file manager.
#[tauri::command]
pub(crate) async fn show_export(exports: State<'_, Exports>, path: String) -> Result<(), Problem> {
    let wanted = PathBuf::from(path);
    let is_ours = exports.kept.lock().unwrap_or_else(PoisonError::into_inner).contains(&wanted);
    if !is_ours {
        return Err(AppError::new(Code::NotFound, "This window has kept no such file").into());
    }
    let shown = tauri::async_runtime::spawn_blocking(move || show(&wanted)).await;
    let shown = shown.map_err(|error| error.to_string()).and_then(|shown| shown);
    shown.map_err(|reason| {
        AppError::new(Code::Unavailable, format!("The system shows no folder ({reason})")).into()
    })
}

/// Chosen among its neighbours where the file manager can do that, else by its folder alone.
#[cfg(target_os = "linux")]
fn show(file: &Path) -> Result<(), String> {
    const FILES: &str = "org.freedesktop.FileManager1";
    let shown =
        tauri::Url::from_file_path(file).map_err(|()| "no address of a file".to_owned()).and_then(|url| {
            let items = (&[url.as_str()][..], "");
            let asked = zbus::blocking::Connection::session().and_then(|bus| {
                bus.call_method(
                    Some(FILES),
                    "/org/freedesktop/FileManager1",
                    Some(FILES),
                    "ShowItems",
                    &items,
                )
            });
            asked.map(drop).map_err(|error| error.to_string())
        });
    shown.or_else(|_| window::hand_over(Command::new(window::opener()).arg(file.parent().unwrap_or(file))))
}

#[cfg(not(target_os = "linux"))]
fn show(file: &Path) -> Result<(), String> {
    let mut opener = Command::new(window::opener());
    if cfg!(windows) {
        let mut chosen = std::ffi::OsString::from("/select,");
        chosen.push(file);
        return window::hand_over(opener.arg(chosen));
    }
    window::hand_over(opener.arg("-R").arg(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_file_of_a_name_gets_a_number_before_its_ending() {
        assert_eq!(numbered("deliveries.xlsx", 1), "deliveries.xlsx");
        assert_eq!(numbered("deliveries.xlsx", 2), "deliveries (2).xlsx");
        assert_eq!(numbered("list", 3), "list (3)");
    }
}
