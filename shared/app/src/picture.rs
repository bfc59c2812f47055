//! Whether bytes are a picture that the depot keeps, and what is left of it without what a camera wrote beside it.
//!
//! A picture is decoded whole before it is believed. One with nothing beside its image (no place, no time, no thumbnail)
//! is kept byte for byte, so that its hash stays that of what was sent; another is encoded anew.

mod drawing;
mod ink;
mod layout;
mod scan;
mod still;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use image::ImageFormat;

use self::layout::Layout;
use crate::error::{AppError, Code};
use crate::files::FILE_MAX_BYTES;

/// The most pixels of a picture that is kept.
const KEPT_MAX_PIXELS: u64 = 20_000_000;

/// What a picture is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureUse {
    /// A receiver's signature, which must show a mark.
    Signature,
    /// Goods, a place or a paper.
    Photo,
}

/// How a picture is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// By the hash that it was announced under, so that no byte of it may change.
    Announced,
    /// By what is kept of it.
    AsKept,
}

/// A picture that was looked at.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Looked {
    /// What it is, e.g. `image/png`.
    pub(crate) media_type: &'static str,
    /// The picture without what was beside it, and no larger than pictures are kept; `None` where it is kept as it is.
    pub(crate) cleaned: Option<Vec<u8>>,
}

/// Ends the work on a picture when nobody waits for it any more.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn check(&self) -> Result<(), AppError> {
        if self.is_set() {
            return Err(AppError::new(Code::Unavailable, "The request ended before the picture was read"));
        }
        Ok(())
    }
}

/// Stops the work when it is dropped.
pub(crate) struct StopOnDrop(pub(crate) Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// What bytes are by how they begin. Says nothing about the rest of them.
pub(crate) fn media_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else {
        let text = std::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}').trim_start();
        let is_svg = text.starts_with("<svg") || (text.starts_with("<?xml") && text.contains("<svg"));
        is_svg.then_some("image/svg+xml")
    }
}

/// Reads a picture from its first byte to its last.
///
/// # Errors
/// It is no whole picture, is too large, shows nothing where it is a signature, or would have to change under a name that
/// it already has.
pub(crate) fn look(bytes: &[u8], shows: PictureUse, naming: Naming, stop: &Stop) -> Result<Looked, AppError> {
    let media_type = media_type(bytes)
        .ok_or_else(|| unfit("A file is a PNG, JPEG, WebP or SVG picture; this one is not"))?;
    let (format, layout) = match media_type {
        "image/png" => (ImageFormat::Png, layout::png(bytes)?),
        "image/jpeg" => (ImageFormat::Jpeg, layout::jpeg(bytes)?),
        "image/webp" => (ImageFormat::WebP, layout::webp(bytes)?),
        _ => {
            drawing::check(bytes)?;
            if shows == PictureUse::Signature && !drawing::has_ink(bytes)? {
                return Err(blank());
            }
            return Ok(Looked { media_type, cleaned: None });
        }
    };
    if layout == Layout::More && naming == Naming::Announced {
        return Err(unfit(
            "The picture has more in it than its image, such as where it was taken or bytes behind its end: remove that, and name the picture by the hash that it has then",
        ));
    }
    let image = still::decode(bytes, format, stop)?;
    if shows == PictureUse::Signature && !ink::is_on_picture(&image) {
        return Err(blank());
    }
    let is_small = still::pixels(&image) <= KEPT_MAX_PIXELS && bytes.len() <= FILE_MAX_BYTES;
    if is_small && layout == Layout::Bare {
        return Ok(Looked { media_type, cleaned: None });
    }
    if naming == Naming::Announced {
        return Err(unfit(&format!(
            "The picture has {} x {} pixels; at most {} million are kept: make it smaller, and name it by the hash that it has then",
            image.width(),
            image.height(),
            KEPT_MAX_PIXELS / 1_000_000
        )));
    }
    let image = still::reduced(image, KEPT_MAX_PIXELS, stop)?;
    let (media_type, cleaned) = still::encode(image, format, FILE_MAX_BYTES, stop)?;
    Ok(Looked { media_type, cleaned: Some(cleaned) })
}

fn blank() -> AppError {
    unfit("The signature shows nothing: it has no stroke that can be seen on white paper. Sign again")
}

fn unfit(detail: &str) -> AppError {
    AppError::new(Code::Unfit, detail)
}
