//! The files of the log: one a day and more where one is full, and never more than so many bytes in all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, Utc};

/// How large one file may become.
const FILE_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// How large all of them may become together.
const ALL_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Of how many days there are files at most.
const DAYS_MAX: usize = 14;

/// How large files may become.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    file_bytes: u64,
    all_bytes: u64,
    days: usize,
}

/// Which file of which day. The first of a day has the number 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    day: NaiveDate,
    number: u32,
}

impl Part {
    fn file_name(self) -> String {
        match self.number {
            0 => format!("depot.{}.log", self.day),
            number => format!("depot.{}.{number}.log", self.day),
        }
    }

    fn parse(name: &str) -> Option<Self> {
        let middle = name.strip_prefix("depot.")?.strip_suffix(".log")?;
        let (day, number) = match middle.split_once('.') {
            Some((day, number)) => (day, number.parse().ok()?),
            None => (middle, 0),
        };
        Some(Self { day: day.parse().ok()?, number })
    }
}

/// Appends to the latest file of the day, and begins another when that is full.
#[derive(Debug)]
pub(super) struct RollingFile {
    folder: PathBuf,
    bounds: Bounds,
    part: Part,
    file: File,
    bytes: u64,
}

impl RollingFile {
    /// Opens the log in `folder`.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let bounds = Bounds { file_bytes: FILE_BYTES_MAX, all_bytes: ALL_BYTES_MAX, days: DAYS_MAX };
        Self::open_on(folder, bounds, today())
    }

    fn open_on(folder: &Path, bounds: Bounds, day: NaiveDate) -> io::Result<Self> {
        let latest = parts(folder)?.into_iter().map(|(part, _)| part).filter(|part| part.day == day).max();
        let part = latest.unwrap_or(Part { day, number: 0 });
        let (file, bytes) = append_to(folder, part)?;
        let mut log = Self { folder: folder.to_owned(), bounds, part, file, bytes };
        log.prune()?;
        Ok(log)
    }

    fn write_on(&mut self, day: NaiveDate, lines: &[u8]) -> io::Result<()> {
        let is_full = self.bytes > 0 && self.bytes + lines.len() as u64 > self.bounds.file_bytes;
        if day != self.part.day || is_full {
            // A clock that is set back goes on in the file of the day that it shows then.
            let latest =
                parts(&self.folder)?.into_iter().map(|(part, _)| part).filter(|part| part.day == day);
            let part = match latest.max() {
                Some(latest) if latest == self.part => Part { number: latest.number + 1, ..latest },
                Some(latest) => latest,
                None => Part { day, number: 0 },
            };
            (self.file, self.bytes) = append_to(&self.folder, part)?;
            self.part = part;
            self.prune()?;
        }
        self.file.write_all(lines)?;
        self.bytes += lines.len() as u64;
        Ok(())
    }

    /// Removes the oldest files until what is left, with one more that is full, keeps the bounds.
    fn prune(&mut self) -> io::Result<()> {
        let mut kept = parts(&self.folder)?;
        kept.sort();
        let others = |kept: &[(Part, u64)]| {
            let bytes: u64 = kept.iter().filter(|(part, _)| *part != self.part).map(|(_, bytes)| bytes).sum();
            let mut days: Vec<NaiveDate> = kept.iter().map(|(part, _)| part.day).collect();
            days.dedup();
            (bytes + self.bounds.file_bytes, days.len())
        };
        while let (bytes, days) = others(&kept)
            && (bytes > self.bounds.all_bytes || days > self.bounds.days)
        {
            let Some(oldest) = kept.iter().position(|(part, _)| *part != self.part) else { break };
            let (part, _) = kept.remove(oldest);
            fs::remove_file(self.folder.join(part.file_name()))?;
        }
        Ok(())
    }
}

impl Write for RollingFile {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.write_on(today(), lines)?;
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn today() -> NaiveDate {
    Utc::now().date_naive()
}

fn append_to(folder: &Path, part: Part) -> io::Result<(File, u64)> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(folder.join(part.file_name()))?;
    let bytes = file.metadata()?.len();
    Ok((file, bytes))
}

/// Every file of the log with its length.
fn parts(folder: &Path) -> io::Result<Vec<(Part, u64)>> {
    let mut parts = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if let Some(part) = entry.file_name().to_str().and_then(Part::parse) {
            parts.push((part, entry.metadata()?.len()));
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Bounds = Bounds { file_bytes: 100, all_bytes: 500, days: 3 };

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, number).unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut all = parts(folder).unwrap();
        all.sort();
        all.into_iter().map(|(part, _)| part.file_name()).collect()
    }

    #[test]
    fn flood_of_lines_keeps_the_bounds_and_the_latest_lines() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = RollingFile::open_on(folder.path(), SMALL, day(1)).unwrap();
        for number in 0..1_000 {
            log.write_on(day(1), format!("line {number:04}\n").as_bytes()).unwrap();
            let all = parts(folder.path()).unwrap();
            assert!(all.iter().all(|(_, bytes)| *bytes <= SMALL.file_bytes));
            assert!(all.iter().map(|(_, bytes)| bytes).sum::<u64>() <= SMALL.all_bytes);
        }
        let last = fs::read_to_string(folder.path().join(names(folder.path()).pop().unwrap())).unwrap();
        assert!(last.ends_with("line 0999\n"), "{last}");
    }

    #[test]
    fn each_day_has_its_file_and_old_days_go() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("notes.txt"), "not of the log").unwrap();
        let mut log = RollingFile::open_on(folder.path(), SMALL, day(1)).unwrap();
        for number in 1..=5 {
            log.write_on(day(number), b"one\n").unwrap();
        }
        let kept = ["depot.2026-11-03.log", "depot.2026-11-04.log", "depot.2026-11-05.log"];
        assert_eq!(names(folder.path()), kept);
        assert!(folder.path().join("notes.txt").exists());
    }

    #[test]
    fn log_opened_again_goes_on_in_its_latest_file() {
        let folder = tempfile::tempdir().unwrap();
        let line = [b'x'; 60];
        for _ in 0..3 {
            RollingFile::open_on(folder.path(), SMALL, day(1)).unwrap().write_on(day(1), &line).unwrap();
        }
        let expected = ["depot.2026-11-01.log", "depot.2026-11-01.1.log", "depot.2026-11-01.2.log"];
        assert_eq!(names(folder.path()), expected);
    }

    #[test]
    fn clock_set_back_goes_on_in_the_file_of_that_day() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = RollingFile::open_on(folder.path(), SMALL, day(2)).unwrap();
        for number in [2, 1, 2, 1] {
            log.write_on(day(number), b"one\n").unwrap();
        }
        assert_eq!(names(folder.path()), ["depot.2026-11-01.log", "depot.2026-11-02.log"]);
    }
}
