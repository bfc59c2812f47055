//! Brings a machine to where the build works: installs what can be installed, and says what cannot.

use crate::debian;
use crate::failure::Failure;
use crate::process;
use crate::ui;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The depot without a window.
    Serve,
    /// The desktop application.
    Window,
    /// Every test, with a browser and a window.
    Test,
}

/// A C compiler, for SQLite.
const FOR_ALL: [&str; 2] = ["build-essential", "pkg-config"];
/// Its dependencies bring GTK and the other libraries that Tauri links.
/// The tray is drawn by a library of its own, where a desktop has one.
const FOR_WINDOW: [&str; 2] = ["libwebkit2gtk-4.1-dev", "libayatana-appindicator3-dev"];
const FOR_TESTS: [&str; 5] = ["chromium", "xvfb", "webkit2gtk-driver", "dbus-daemon", "xdotool"];

/// Costs well under a second on a machine that has everything.
pub(crate) fn set_up(purpose: Purpose) -> Result<(), Failure> {
    if cfg!(target_os = "linux") {
        set_up_linux(purpose)?;
    } else if cfg!(target_os = "macos") {
        require_xcode()?;
    } else if cfg!(windows) {
        say_what_windows_needs();
    }
    ui::install()
}

fn set_up_linux(purpose: Purpose) -> Result<(), Failure> {
    if debian::is_here() {
        return debian::install(&debian_packages(purpose));
    }
    let has_compiler = process::find(&["cc"]).is_some();
    let has_webkit = purpose == Purpose::Serve
        || process::succeeds(process::program("pkg-config").args(["--exists", "webkit2gtk-4.1"]));
    if has_compiler && has_webkit {
        return Ok(());
    }
    Err(Failure::new(
        "A C compiler and WebKitGTK 4.1 with its headers are needed.\n\
         Fedora:      sudo dnf install gcc pkgconf-pkg-config webkit2gtk4.1-devel\n\
         Arch Linux:  sudo pacman -S --needed base-devel webkit2gtk-4.1\n\
         The tests need Chromium, Xvfb, WebKitWebDriver, dbus-daemon and xdotool besides.",
    ))
}

fn debian_packages(purpose: Purpose) -> Vec<&'static str> {
    let mut packages = FOR_ALL.to_vec();
    if purpose != Purpose::Serve {
        packages.extend(FOR_WINDOW);
    }
    if purpose == Purpose::Test {
        packages.extend(FOR_TESTS);
    }
    packages
}

fn require_xcode() -> Result<(), Failure> {
    if process::succeeds(process::program("xcode-select").arg("--print-path")) {
        return Ok(());
    }
    Err(Failure::new("The Xcode command line tools are needed. Install them with `xcode-select --install`."))
}

/// Neither can be asked for reliably, so this only says what the build will miss.
fn say_what_windows_needs() {
    eprintln!(
        "On Windows the build needs the Microsoft C++ build tools (\"Desktop development with C++\"), and the window \
         needs the WebView2 runtime, which Windows 11 and an updated Windows 10 have."
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_not_made_to_install_a_window() {
        assert!(!debian_packages(Purpose::Serve).contains(&"libwebkit2gtk-4.1-dev"));
        assert!(debian_packages(Purpose::Window).contains(&"libwebkit2gtk-4.1-dev"));
    }

    #[test]
    fn only_the_tests_need_a_browser() {
        assert!(!debian_packages(Purpose::Window).contains(&"chromium"));
        assert!(debian_packages(Purpose::Test).contains(&"chromium"));
    }
}
