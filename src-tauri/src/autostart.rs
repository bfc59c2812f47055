//! Whether the depot starts with the system; off until somebody chooses it.
//!
//! On Linux that is a file where desktops look for such (XDG's autostart), elsewhere a plugin's work.

use tauri::AppHandle;

/// How the start with the system differs: nobody asked for a window.
pub(crate) const ARGUMENT: &str = "--in-tray";

#[cfg(target_os = "linux")]
pub(crate) use linux::{is_on, set};

#[cfg(target_os = "linux")]
mod linux {
    use std::path::{Path, PathBuf};
    use std::{env, fs, io};

    use super::{ARGUMENT, AppHandle};

    /// Whether it is chosen; `None` where nobody can tell.
    pub(crate) fn is_on(_: &AppHandle) -> Option<bool> {
        let entry = entry().ok()?;
        // Desktops switch an entry off by a line in it rather than by removing it.
        let is_hidden = |text: String| {
            text.lines().any(|line| matches!(line.trim(), "Hidden=true" | "X-GNOME-Autostart-enabled=false"))
        };
        Some(entry.exists() && !fs::read_to_string(&entry).is_ok_and(is_hidden))
    }

    /// Chooses it, or takes that back.
    pub(crate) fn set(_: &AppHandle, folder: Option<&Path>, on: bool) -> Result<(), String> {
        let written = entry().and_then(|entry| if on { write(&entry, folder) } else { remove(&entry) });
        written.map_err(|error| error.to_string())
    }

    fn entry() -> io::Result<PathBuf> {
        let home = || env::home_dir().map(|home| home.join(".config"));
        let config = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let none = || io::Error::new(io::ErrorKind::NotFound, "there is no home folder");
        Ok(config.or_else(home).ok_or_else(none)?.join("autostart/app.eroad.depot.desktop"))
    }

    /// With the folder that this window was told to use, if it was: the next start is to open the same depot.
    fn write(entry: &Path, folder: Option<&Path>) -> io::Result<()> {
        if let Some(autostart) = entry.parent() {
            fs::create_dir_all(autostart)?;
        }
        let mut command = format!("{} {ARGUMENT}", quoted(&env::current_exe()?.to_string_lossy()));
        if let Some(folder) = folder {
            let folder = quoted(&std::path::absolute(folder)?.to_string_lossy());
            command = format!("{command} --data-dir {folder}");
        }
        let text = format!(
            "[Desktop Entry]\nType=Application\nName=Eroad Depot\nIcon=eroad-depot\nExec={command}\nTerminal=false\n"
        );
        fs::write(entry, text)
    }

    fn remove(entry: &Path) -> io::Result<()> {
        match fs::remove_file(entry) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// As the key `Exec` wants it, where some characters mean something by themselves.
    fn quoted(path: &str) -> String {
        let mut quoted = String::from("\"");
        for letter in path.chars() {
            match letter {
                '"' | '`' | '$' => quoted.extend(['\\', '\\', letter]),
                '\\' => quoted.push_str("\\\\\\\\"),
                '%' => quoted.push_str("%%"),
                _ => quoted.push(letter),
            }
        }
        quoted.push('"');
        quoted
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_path_is_quoted_so_that_no_letter_of_it_means_anything() {
            assert_eq!(quoted("/opt/my depot/a"), "\"/opt/my depot/a\"");
            assert_eq!(quoted("/opt/50%/$a"), "\"/opt/50%%/\\\\$a\"");
        }
    }
}

/// Whether it is chosen; `None` where nobody can tell.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_on(window: &AppHandle) -> Option<bool> {
    use tauri_plugin_autostart::ManagerExt as _;
    window.autolaunch().is_enabled().ok()
}

/// Chooses it, or takes that back.
#[cfg(not(target_os = "linux"))]
pub(crate) fn set(window: &AppHandle, _: Option<&std::path::Path>, on: bool) -> Result<(), String> {
    use tauri_plugin_autostart::ManagerExt as _;
    let autostart = window.autolaunch();
    let set = if on { autostart.enable() } else { autostart.disable() };
    set.map_err(|error| error.to_string())
}
