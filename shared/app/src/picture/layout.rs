//! The parts that a picture's file is made of: whether all of them are there, and whether there is more than the image needs.

use crate::error::AppError;

use super::unfit;

/// The largest colour profile that stays in a picture, in bytes.
const PROFILE_MAX_BYTES: usize = 64 * 1024;
/// The largest other part of a PNG that is not image data, in bytes: a palette has 768.
const PNG_NOTE_MAX_BYTES: usize = 1024;
const JFIF_BYTES: usize = 14;
const ADOBE_BYTES: usize = 12;

/// What a file consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// The image, and what it needs to be shown.
    Bare,
    /// More than that, such as a place, a thumbnail, a film or further frames.
    More,
}

/// The file ends before its last part does.
struct BreaksOff;

pub(super) fn jpeg(bytes: &[u8]) -> Result<Layout, AppError> {
    jpeg_parts(bytes).map_err(|BreaksOff| broken("JPEG"))
}

pub(super) fn png(bytes: &[u8]) -> Result<Layout, AppError> {
    let parts = png_parts(bytes).map_err(|BreaksOff| broken("PNG"))?;
    parts.ok_or_else(|| unfit("The PNG is damaged: the checksum of a part does not match. Send it again"))
}

pub(super) fn webp(bytes: &[u8]) -> Result<Layout, AppError> {
    webp_parts(bytes).map_err(|BreaksOff| broken("WebP"))
}

fn broken(format: &str) -> AppError {
    unfit(&format!("The {format} breaks off before its end: send the whole file"))
}

fn slice(bytes: &[u8], from: usize, length: usize) -> Result<&[u8], BreaksOff> {
    from.checked_add(length).and_then(|to| bytes.get(from..to)).ok_or(BreaksOff)
}

fn array<const N: usize>(bytes: &[u8], from: usize) -> Result<[u8; N], BreaksOff> {
    slice(bytes, from, N)?.try_into().map_err(|_| BreaksOff)
}

fn jpeg_parts(bytes: &[u8]) -> Result<Layout, BreaksOff> {
    let mut layout = Layout::Bare;
    let (mut at, mut profile_bytes) = (2, 0);
    loop {
        // Between segments there may be fill bytes.
        while array(bytes, at)? == [0xff, 0xff] {
            at += 1;
        }
        let [0xff, marker] = array(bytes, at)? else { return Ok(Layout::More) };
        at += 2;
        if marker == 0xd9 {
            return Ok(if at == bytes.len() { layout } else { Layout::More });
        }
        let length = usize::from(u16::from_be_bytes(array(bytes, at)?));
        let content = slice(bytes, at, length)?.get(2..).unwrap_or_default();
        let is_needed = match marker {
            0xe0 => content.starts_with(b"JFIF\0") && content.len() == JFIF_BYTES,
            0xe2 => {
                profile_bytes += content.len();
                content.starts_with(b"ICC_PROFILE\0") && profile_bytes <= PROFILE_MAX_BYTES
            }
            // How the colours are to be read.
            0xee => content.starts_with(b"Adobe") && content.len() == ADOBE_BYTES,
            0xe1..=0xef | 0xfe => false,
            _ => true,
        };
        if !is_needed {
            layout = Layout::More;
        }
        at += length.max(2);
        if marker == 0xda {
            at = end_of_scan(bytes, at)?;
        }
    }
}

/// Finds the next marker after a scan: a 0xff that is neither data nor a restart.
fn end_of_scan(bytes: &[u8], from: usize) -> Result<usize, BreaksOff> {
    let rest = bytes.get(from..).ok_or(BreaksOff)?;
    let is_marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff);
    rest.windows(2).position(is_marker).map(|found| from + found).ok_or(BreaksOff)
}

/// Nothing where a checksum does not match.
fn png_parts(bytes: &[u8]) -> Result<Option<Layout>, BreaksOff> {
    const NOTES: [&[u8; 4]; 8] = [b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD"];
    let mut layout = Layout::Bare;
    let mut seen = Vec::new();
    let mut at = 8;
    loop {
        let length = u32::from_be_bytes(array(bytes, at)?) as usize;
        let name: [u8; 4] = array(bytes, at + 4)?;
        let checked = slice(bytes, at + 4, length.checked_add(4).ok_or(BreaksOff)?)?;
        at = at + 8 + length;
        if u32::from_be_bytes(array(bytes, at)?) != crc32fast::hash(checked) {
            return Ok(None);
        }
        at += 4;
        let is_needed = match &name {
            b"IEND" => return Ok(Some(if at == bytes.len() && length == 0 { layout } else { Layout::More })),
            b"IHDR" | b"PLTE" | b"IDAT" => true,
            note if NOTES.contains(&note) => {
                let most_bytes = if note == b"iCCP" { PROFILE_MAX_BYTES } else { PNG_NOTE_MAX_BYTES };
                let is_first = !seen.contains(note);
                seen.push(*note);
                is_first && length <= most_bytes
            }
            _ => false,
        };
        if !is_needed {
            layout = Layout::More;
        }
    }
}

fn webp_parts(bytes: &[u8]) -> Result<Layout, BreaksOff> {
    let mut layout = Layout::Bare;
    let riff_bytes = u32::from_le_bytes(array(bytes, 4)?) as usize;
    let end = riff_bytes.checked_add(8).ok_or(BreaksOff)?;
    let riff = slice(bytes, 0, end)?;
    let mut at = 12;
    while at < riff.len() {
        let name: [u8; 4] = array(riff, at)?;
        let length = u32::from_le_bytes(array(riff, at + 4)?) as usize;
        slice(riff, at + 8, length)?;
        let is_needed = match &name {
            b"VP8 " | b"VP8L" | b"VP8X" | b"ALPH" => true,
            b"ICCP" => length <= PROFILE_MAX_BYTES,
            _ => false,
        };
        if !is_needed {
            layout = Layout::More;
        }
        at += 8 + length + length % 2;
    }
    Ok(if end == bytes.len() { layout } else { Layout::More })
}
