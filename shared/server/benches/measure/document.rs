//! The machine in words, and the place in a document where figures stand.

use std::fs;
use std::path::Path;

/// What the figures were measured on.
pub(crate) fn machine(folder: &Path) -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let after = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let processor =
        after(&read("/proc/cpuinfo"), "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = after(&read("/proc/meminfo"), "MemTotal");
    let gib = memory.and_then(|text| text.split(' ').next()?.parse::<u64>().ok()).map_or(0, |kib| kib >> 20);
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or("?");
    let system = std::env::consts::OS;
    let disk = file_system(&read("/proc/self/mounts"), folder)
        .unwrap_or_else(|| "an unknown file system".to_owned());
    format!(
        "{cores} cores of {processor}, {gib} GiB, {system} {}, {disk}; load at the end {load}",
        kernel.trim()
    )
}

/// The file system of the nearest mount.
fn file_system(mounts: &str, folder: &Path) -> Option<String> {
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let nearest = mounts.filter(|(point, _)| folder.starts_with(point)).max_by_key(|(point, _)| point.len());
    nearest.map(|(_, kind)| kind.to_owned())
}

/// Puts figures between two markers of a document.
pub(crate) fn put(file: &Path, (begin, end): (&str, &str), figures: &str) {
    let text = fs::read_to_string(file).unwrap();
    let (before, rest) = text.split_once(begin).expect("a marker where the figures begin");
    let (_, after) = rest.split_once(end).expect("a marker where the figures end");
    fs::write(file, format!("{before}{begin}\n\n{}\n\n{end}{after}", figures.trim())).unwrap();
}
