//! The folder in which a depot's data lies unless another is named: the one place that says so, for the window, `depotd` and
//! `cargo xtask run`.

use std::ffi::OsString;
use std::path::PathBuf;

/// Returns the folder in which a depot's data lies unless another is named.
#[must_use]
pub fn default_folder() -> PathBuf {
    folder_by(|name| std::env::var_os(name))
}

/// A variable that is empty counts as not set; so does a relative `XDG_DATA_HOME`, as the XDG base directory specification
/// wants it.
fn folder_by(variable: impl Fn(&str) -> Option<OsString>) -> PathBuf {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || set("HOME").unwrap_or_else(|| PathBuf::from("."));
    let base = if cfg!(windows) {
        set("LOCALAPPDATA").unwrap_or_else(home)
    } else if cfg!(target_os = "macos") {
        home().join("Library/Application Support")
    } else {
        set("XDG_DATA_HOME").filter(|path| path.is_absolute()).unwrap_or_else(|| home().join(".local/share"))
    };
    base.join("eroad-depot")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn folder(variables: &[(&str, &str)]) -> PathBuf {
        folder_by(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn data_home_goes_before_home() {
        assert_eq!(folder(&[("HOME", "/home/ana")]), PathBuf::from("/home/ana/.local/share/eroad-depot"));
        let both = [("HOME", "/home/ana"), ("XDG_DATA_HOME", "/data")];
        assert_eq!(folder(&both), PathBuf::from("/data/eroad-depot"));
    }

    #[test]
    fn empty_or_relative_data_home_is_ignored() {
        for data_home in ["", "data"] {
            let both = [("HOME", "/home/ana"), ("XDG_DATA_HOME", data_home)];
            assert_eq!(folder(&both), PathBuf::from("/home/ana/.local/share/eroad-depot"), "{data_home:?}");
        }
        assert_eq!(folder(&[("HOME", "")]), PathBuf::from("./.local/share/eroad-depot"));
    }
}
