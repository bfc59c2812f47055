//! Putting a backup back from the window, at a first start as later: it is chosen in the system's dialog, looked into, and
//! only then restored. A browser has none of this: whoever holds a token from afar would name folders of this machine.

use std::path::{Path, PathBuf};

use depot_app::{AppError, BackupReport, BackupView, Code, Problem, RestoreOptions, Restored, backup};
use tauri::{State, WebviewWindow};
use tokio::sync::oneshot;

use crate::desktop::Depot;
use crate::words::{Spoken, words};

/// Has somebody choose a folder in the system's dialog. Nothing where they chose none.
#[tauri::command]
pub(crate) async fn choose_backup(
    window: WebviewWindow,
    spoken: State<'_, Spoken>,
) -> Result<Option<String>, Problem> {
    let title = words(*spoken.follow().borrow()).choose_backup;
    let none =
        |reason: String| AppError::new(Code::Unavailable, format!("The system shows no dialog ({reason})"));
    let chosen = ask(&window, title).map_err(|error| none(error.to_string()))?;
    let chosen = chosen.await.map_err(|error| none(error.to_string()))?;
    Ok(chosen.map(|folder| folder.display().to_string()))
}

/// The backups that a folder is or has in it, the newest first.
#[tauri::command]
pub(crate) async fn find_backups(folder: PathBuf) -> Result<Vec<BackupView>, Problem> {
    looked(folder, backup::find).await
}

/// Looks into a backup, and compares it with the depot that is open, where one is.
#[tauri::command]
pub(crate) async fn inspect_backup(
    depot: State<'_, Depot>,
    folder: PathBuf,
) -> Result<BackupReport, Problem> {
    match depot.app() {
        Ok(app) => Ok(app.inspect_backup(folder).await?),
        Err(_) => {
            let data = depot.folder().to_owned();
            looked(folder, move |folder| backup::inspect(folder, &data)).await
        }
    }
}

/// Puts a backup in the place of the depot, which is open again when this returns.
#[tauri::command]
pub(crate) async fn restore_backup(
    depot: State<'_, Depot>,
    folder: PathBuf,
    options: RestoreOptions,
) -> Result<Restored, Problem> {
    depot.restore(folder, options).await
}

/// Begins a new depot where the database was lost. What is left of the old one is set aside.
#[tauri::command]
pub(crate) async fn begin_new_depot(depot: State<'_, Depot>) -> Result<(), Problem> {
    depot.begin_new().await
}

async fn looked<T: Send + 'static>(
    folder: PathBuf,
    look: impl FnOnce(&Path) -> Result<T, backup::BackupError> + Send + 'static,
) -> Result<T, Problem> {
    let found = tokio::task::spawn_blocking(move || look(&folder)).await;
    let found =
        found.map_err(|error| error.to_string()).and_then(|found| found.map_err(|error| error.to_string()));
    found.map_err(|reason| AppError::new(Code::Malformed, reason).into())
}

/// By the toolkit that the window itself is made with, which asks the desktop's own dialog where there is one.
#[cfg(target_os = "linux")]
fn ask(window: &WebviewWindow, title: &'static str) -> tauri::Result<oneshot::Receiver<Option<PathBuf>>> {
    use std::cell::RefCell;
    use std::rc::Rc;

    use gtk::prelude::{FileChooserExt as _, NativeDialogExt as _};
    use gtk::{FileChooserAction, FileChooserNative, ResponseType};

    let (answer, answered) = oneshot::channel();
    let parent = window.clone();
    window.run_on_main_thread(move || {
        let parent = parent.gtk_window().ok();
        let dialog =
            FileChooserNative::new(Some(title), parent.as_ref(), FileChooserAction::SelectFolder, None, None);
        // It is gone with the last who holds it.
        let held = Rc::new(RefCell::new(Some((dialog.clone(), answer))));
        dialog.connect_response(move |dialog, response| {
            let chosen = (response == ResponseType::Accept).then(|| dialog.filename()).flatten();
            if let Some((_, answer)) = held.borrow_mut().take() {
                // Whoever asked may be gone by now.
                let _ = answer.send(chosen);
            }
        });
        dialog.show();
    })?;
    Ok(answered)
}

#[cfg(not(target_os = "linux"))]
fn ask(window: &WebviewWindow, title: &'static str) -> tauri::Result<oneshot::Receiver<Option<PathBuf>>> {
    let (answer, answered) = oneshot::channel();
    let parent = window.clone();
    window.run_on_main_thread(move || {
        let chosen = rfd::AsyncFileDialog::new().set_title(title).set_parent(&parent).pick_folder();
        tauri::async_runtime::spawn(async move {
            let chosen = chosen.await.map(|folder| folder.path().to_owned());
            // Whoever asked may be gone by now.
            let _ = answer.send(chosen);
        });
    })?;
    Ok(answered)
}
