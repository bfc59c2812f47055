//! A screen that nobody sees (Xvfb), and when what it shows has come: for measuring how soon a window is of use.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::measured::Started;

const LOOK_EVERY: Duration = Duration::from_millis(25);
/// One pixel of so many is compared: whoever looks on at every one takes from what is looked at the processor that it
/// paints with. Not a part of the screen's width, so that they do not lie in columns.
const SAMPLE: usize = 101;
/// A picture is the last one where fewer than one of so many pixels differ: clocks go on, and pointers blink.
const SAME_BUT: usize = 100;
/// What covers less than one of so many pixels for a while, and goes, is a notification: what it covers had come.
const COVERED_LESS: usize = 8;

/// An X server with one screen in memory.
pub(crate) struct Screen {
    _server: Started,
    display: String,
    picture: PathBuf,
}

impl Screen {
    /// Its picture is kept in `folder`, which is there.
    pub(crate) fn open(folder: &Path) -> Result<Self, Failure> {
        let mut server = Command::new("Xvfb");
        server
            .args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-fbdir"])
            .arg(folder);
        let mut server = Started::start(server.stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let display = format!(":{}", server.line()?);
        Ok(Self { _server: server, display, picture: folder.join("Xvfb_screen0") })
    }

    /// What programs that show something here are told.
    pub(crate) fn display(&self) -> &str {
        &self.display
    }

    /// Looks on for so long and says when, counted from `since`, the picture came that was there in the end.
    pub(crate) fn shown_after(&self, since: Instant, watched: Duration) -> Result<Duration, Failure> {
        let mut seen: Vec<(Duration, Vec<u32>)> = Vec::new();
        while since.elapsed() < watched {
            let at = since.elapsed();
            let pixels = self.pixels()?;
            if seen.last().is_none_or(|(_, last)| *last != pixels) {
                seen.push((at, pixels));
            }
            sleep(LOOK_EVERY);
        }
        Ok(settled(&seen))
    }

    fn pixels(&self) -> Result<Vec<u32>, Failure> {
        let dump = fs::read(&self.picture).map_err(|error| Failure::at(&self.picture, &error))?;
        sampled(&dump)
            .ok_or_else(|| Failure::new(format!("{} is no picture of a screen", self.picture.display())))
    }
}

/// Some pixels of a window dump. Its format is that of `XWDFile.h` of the X Window System: a header of big-endian words,
/// the length of which is the first and the number of colours the twentieth, then twelve bytes a colour, then the pixels.
fn sampled(dump: &[u8]) -> Option<Vec<u32>> {
    let word = |at: usize| Some(u32::from_be_bytes(dump.get(at * 4..at * 4 + 4)?.try_into().ok()?) as usize);
    let pixels = dump.get(word(0)? + word(19)? * 12..)?;
    let sampled = (0..pixels.len() / 4).step_by(SAMPLE);
    Some(
        sampled
            .map(|pixel| {
                u32::from_le_bytes([pixels[pixel * 4], pixels[pixel * 4 + 1], pixels[pixel * 4 + 2], 0])
            })
            .collect(),
    )
}

/// When the last picture came, to be covered in no more than a small part since.
fn settled(seen: &[(Duration, Vec<u32>)]) -> Duration {
    let Some((_, last)) = seen.last() else { return Duration::ZERO };
    let differs = |pixels: &[u32], one_of: usize| {
        let other = pixels.iter().zip(last).filter(|(one, other)| one != other).count();
        other * one_of > last.len()
    };
    let another = seen.iter().rposition(|(_, pixels)| differs(pixels, COVERED_LESS));
    let since = another.map_or(0, |another| another + 1);
    let came = seen.iter().skip(since).find(|(_, pixels)| !differs(pixels, SAME_BUT));
    came.map_or(Duration::ZERO, |(at, _)| *at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64, pixels: &[u32]) -> (Duration, Vec<u32>) {
        (Duration::from_millis(milliseconds), pixels.to_vec())
    }

    #[test]
    fn a_picture_has_come_when_it_stays() {
        let (blank, window) = ([0; 200], [1; 200]);
        let mut ticked = window;
        ticked[0] = 2;
        let seen = [at(0, &blank), at(30, &window), at(60, &blank), at(90, &window), at(900, &ticked)];
        assert_eq!(settled(&seen), Duration::from_millis(90));
    }

    #[test]
    fn what_a_notification_covers_for_a_while_had_come() {
        let (blank, window) = ([0; 200], [1; 200]);
        let mut half_painted = window;
        half_painted[..5].fill(0);
        let mut notified = window;
        notified[180..].fill(3);
        let seen =
            [at(0, &blank), at(30, &half_painted), at(60, &window), at(90, &notified), at(4_000, &window)];
        assert_eq!(settled(&seen), Duration::from_millis(60));
    }

    #[test]
    fn an_empty_screen_is_there_at_once_and_stays() {
        let folder = std::env::temp_dir().join(format!("screen-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let screen = Screen::open(&folder).unwrap();
        assert_eq!(screen.pixels().unwrap().len(), (1440_usize * 900).div_ceil(SAMPLE));
        let shown = screen.shown_after(Instant::now(), Duration::from_millis(100)).unwrap();
        assert!(shown < Duration::from_millis(100), "{shown:?}");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn pixels_begin_behind_the_colours() {
        let mut dump = vec![0; 100];
        dump[..4].copy_from_slice(&100_u32.to_be_bytes());
        dump[76..80].copy_from_slice(&1_u32.to_be_bytes());
        dump.extend([9; 12]);
        dump.extend([1, 2, 3, 99, 5, 5, 5, 5]);
        assert_eq!(sampled(&dump), Some(vec![0x0003_0201]));
        assert_eq!(sampled(b"no dump"), None);
    }
}
