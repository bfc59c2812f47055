//! Decodes pictures whole, makes large ones smaller, and encodes what is kept.

use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{Stop, scan, unfit};
use crate::error::{AppError, Code};

/// The most pixels of a picture that is decoded at all. A bomb of a few bytes must not take all memory.
const DECODED_MAX_PIXELS: u64 = 50_000_000;
const DECODED_MAX_BYTES: u64 = 256 << 20;
const SIDE_MAX_PX: u32 = 20_000;
const JPEG_QUALITY: u8 = 88;
/// How many bytes a decoder gets between two looks at whether it shall stop.
const READ_BYTES: usize = 16 * 1024;

/// Decodes upright: the turn that a camera notes beside the picture goes with the note.
pub(super) fn decode(bytes: &[u8], format: ImageFormat, stop: &Stop) -> Result<DynamicImage, AppError> {
    stop.check()?;
    let decoded =
        if format == ImageFormat::Jpeg { decode_jpeg(bytes) } else { decode_other(bytes, format, stop) };
    stop.check()?;
    decoded
}

fn decode_other(bytes: &[u8], format: ImageFormat, stop: &Stop) -> Result<DynamicImage, AppError> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX_PX);
    limits.max_image_height = Some(SIDE_MAX_PX);
    limits.max_alloc = Some(DECODED_MAX_BYTES);
    let mut reader = ImageReader::with_format(Source { bytes: Cursor::new(bytes), stop }, format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| unreadable(&error))?;
    check_size(decoder.dimensions(), decoder.total_bytes())?;
    // A note that makes no sense is none.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| unreadable(&error))?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// Strict, unlike the decoder behind `image`: that one fills what is missing with grey.
fn decode_jpeg(bytes: &[u8]) -> Result<DynamicImage, AppError> {
    let side_max_px = SIDE_MAX_PX as usize;
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(side_max_px)
        .set_max_height(side_max_px)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| unreadable(&error))?;
    let (width, height) = decoder.dimensions().unwrap_or_default();
    let side = |side_px: usize| u32::try_from(side_px).unwrap_or(u32::MAX);
    let (width, height) = (side(width), side(height));
    check_size((width, height), 3 * u64::from(width) * u64::from(height))?;
    let orientation = decoder.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
    let pixels = decoder.decode().map_err(|error| unreadable(&error))?;
    scan::check(bytes).map_err(|scan::Short| {
        unfit("The JPEG breaks off: a part of its image is missing. Send the whole file")
    })?;
    let image = RgbImage::from_raw(width, height, pixels)
        .ok_or_else(|| unfit("The picture cannot be read: it has fewer pixels than it says"))?;
    let mut image = DynamicImage::ImageRgb8(image);
    image.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
    Ok(image)
}

fn check_size((width, height): (u32, u32), bytes: u64) -> Result<(), AppError> {
    if u64::from(width) * u64::from(height) > DECODED_MAX_PIXELS || bytes > DECODED_MAX_BYTES {
        let most = DECODED_MAX_PIXELS / 1_000_000;
        return Err(unfit(&format!(
            "The picture has {width} x {height} pixels; at most {most} million are read: make it smaller first"
        )));
    }
    Ok(())
}

fn unreadable(error: &dyn std::fmt::Display) -> AppError {
    unfit(&format!("The picture cannot be read to its end: {error}"))
}

/// Halves a picture until it has at most so many pixels.
pub(super) fn reduced(
    mut image: DynamicImage,
    max_pixels: u64,
    stop: &Stop,
) -> Result<DynamicImage, AppError> {
    while pixels(&image) > max_pixels {
        stop.check()?;
        image = halved(&image);
    }
    Ok(image)
}

pub(super) fn pixels(image: &DynamicImage) -> u64 {
    u64::from(image.width()) * u64::from(image.height())
}

fn halved(image: &DynamicImage) -> DynamicImage {
    image.thumbnail_exact(image.width().div_ceil(2), image.height().div_ceil(2))
}

/// Encodes a picture in at most so many bytes, halving it until it fits. A photo becomes a JPEG, a drawing stays a PNG.
pub(super) fn encode(
    mut image: DynamicImage,
    format: ImageFormat,
    max_bytes: usize,
    stop: &Stop,
) -> Result<(&'static str, Vec<u8>), AppError> {
    loop {
        stop.check()?;
        let (media_type, bytes) = encode_once(&image, format)?;
        if bytes.len() <= max_bytes {
            return Ok((media_type, bytes));
        }
        image = halved(&image);
    }
}

fn encode_once(image: &DynamicImage, format: ImageFormat) -> Result<(&'static str, Vec<u8>), AppError> {
    let failed = |error: image::ImageError| {
        AppError::new(Code::Unavailable, format!("The picture was not encoded: {error}"))
    };
    let mut bytes = Vec::new();
    if format == ImageFormat::Png {
        image.write_to(&mut Cursor::new(&mut bytes), format).map_err(failed)?;
        return Ok(("image/png", bytes));
    }
    JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY).encode_image(&image.to_rgb8()).map_err(failed)?;
    Ok(("image/jpeg", bytes))
}

/// Bytes that cannot be read any more once nobody waits for the picture.
struct Source<'a> {
    bytes: Cursor<&'a [u8]>,
    stop: &'a Stop,
}

impl BufRead for Source<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.stop.is_set() {
            return Err(io::Error::other("the request has ended"));
        }
        let rest = self.bytes.fill_buf()?;
        Ok(&rest[..rest.len().min(READ_BYTES)])
    }

    fn consume(&mut self, bytes: usize) {
        self.bytes.consume(bytes);
    }
}

impl Read for Source<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(into)?;
        self.consume(length);
        Ok(length)
    }
}

impl Seek for Source<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}
