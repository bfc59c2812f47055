//! Where things lie, and which packages and features every build takes.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::failure::Failure;

/// The same selection in every cargo call. Another one unifies features differently, and cargo would compile
/// hundreds of dependencies a second time.
pub(crate) const EVERYTHING: [&str; 3] = ["--workspace", "--features", "eroad-depot/custom-protocol"];

pub(crate) const APP: &str = "eroad-depot";
pub(crate) const DAEMON: &str = "depotd";

pub(crate) fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        // Cargo says at run time where the package is; what it said when this was built holds where no cargo runs it,
        // but would be wrong for a copy of the workspace that shares its target folder.
        let own = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        own.parent().map_or_else(|| own.clone(), Path::to_path_buf)
    });
    &ROOT
}

pub(crate) fn ui() -> PathBuf {
    root().join("ui")
}

/// Where cargo puts a binary of ours. This xtask is a dev build of the same workspace, so it lies beside them,
/// wherever the target folder was configured to be.
pub(crate) fn binary(name: &str, is_release: bool) -> Result<PathBuf, Failure> {
    let own =
        env::current_exe().map_err(|error| Failure::new(format!("where xtask lies is unknown: {error}")))?;
    let dev = own.parent().ok_or_else(|| Failure::new("xtask lies in no folder"))?;
    let folder = if is_release { dev.with_file_name("release") } else { dev.to_owned() };
    Ok(folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
}
