//! Whether bytes are a picture that the depot keeps, and what is left of it without what a camera wrote beside it.
//!
//! A picture is decoded whole before it is believed. One with nothing beside its image (no place, no time, no thumbnail)
//! is kept byte for byte, so that its hash stays that of what was sent; another is encoded anew.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};

use crate::error::{AppError, Code};

/// The most a picture may have of pixels: a bomb of a few bytes must not take all memory when it is decoded.
const MAX_PIXELS: u64 = 40_000_000;
const MAX_SIDE_PX: u32 = 12_000;
const MAX_DECODED_BYTES: u64 = 4 * MAX_PIXELS + (1 << 20);
const JPEG_QUALITY: u8 = 88;

/// What a signature that is drawn may consist of, and with which attributes.
const SVG_ELEMENTS: [&str; 3] = ["svg", "path", "circle"];
const SVG_ATTRIBUTES: [&str; 14] = [
    "viewBox",
    "width",
    "height",
    "d",
    "cx",
    "cy",
    "r",
    "fill",
    "stroke",
    "stroke-width",
    "stroke-linecap",
    "stroke-linejoin",
    "opacity",
    "version",
];
const SVG_NAMESPACE: &str = "http://www.w3.org/2000/svg";
const MAX_SVG_NODES: u32 = 20_000;

/// A picture that was looked at.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Looked {
    /// What it is, e.g. `image/png`.
    pub(crate) media_type: &'static str,
    /// The picture without what was beside it; `None` where there was nothing.
    pub(crate) cleaned: Option<Vec<u8>>,
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

/// Looks at a picture from its first byte to its last.
pub(crate) fn look(bytes: &[u8]) -> Result<Looked, AppError> {
    let media_type = media_type(bytes)
        .ok_or_else(|| unfit("A file is a PNG, JPEG, WebP or SVG picture; this one is not"))?;
    let (format, is_bare) = match media_type {
        "image/png" => (ImageFormat::Png, is_bare_png(bytes)),
        "image/jpeg" => (ImageFormat::Jpeg, is_bare_jpeg(bytes)),
        "image/webp" => (ImageFormat::WebP, is_bare_webp(bytes)),
        _ => {
            check_svg(bytes)?;
            return Ok(Looked { media_type, cleaned: None });
        }
    };
    let image = decode(bytes, format)?;
    if is_bare == Some(true) {
        return Ok(Looked { media_type, cleaned: None });
    }
    let (media_type, cleaned) = encode(image, format)?;
    Ok(Looked { media_type, cleaned: Some(cleaned) })
}

/// Decodes upright: the turn that a camera notes beside the picture goes with the note.
fn decode(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, AppError> {
    let unreadable = |error: image::ImageError| unfit(&format!("The picture cannot be read: {error}"));
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE_PX);
    limits.max_image_height = Some(MAX_SIDE_PX);
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(unfit(&format!(
            "The picture has {width} x {height} pixels; at most {} millions are taken",
            MAX_PIXELS / 1_000_000
        )));
    }
    // A note that makes no sense is none.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// A photo becomes a JPEG, a drawing stays a PNG.
fn encode(image: DynamicImage, format: ImageFormat) -> Result<(&'static str, Vec<u8>), AppError> {
    let failed = |error: image::ImageError| {
        AppError::new(Code::Unavailable, format!("The picture was not encoded: {error}"))
    };
    let mut bytes = Vec::new();
    if format == ImageFormat::Png {
        image.write_to(&mut Cursor::new(&mut bytes), format).map_err(failed)?;
        return Ok(("image/png", bytes));
    }
    JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY)
        .encode_image(&image.into_rgb8())
        .map_err(failed)?;
    Ok(("image/jpeg", bytes))
}

/// Whether a JPEG has nothing but what its image needs; `None` where that cannot be told.
fn is_bare_jpeg(bytes: &[u8]) -> Option<bool> {
    let mut at = 2;
    loop {
        // Between segments there may be fill bytes.
        while bytes.get(at..at + 2)? == [0xff, 0xff] {
            at += 1;
        }
        let [0xff, marker] = *bytes.get(at..at + 2)? else { return None };
        at += 2;
        if marker == 0xd9 {
            return Some(at == bytes.len());
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
        let content = bytes.get(at + 2..at + length)?;
        let is_needed = match marker {
            // JFIF, Adobe's note on colours, and a colour profile.
            0xe0 => content.starts_with(b"JFIF\0"),
            0xe2 => content.starts_with(b"ICC_PROFILE\0"),
            0xee => content.starts_with(b"Adobe"),
            0xe1..=0xef | 0xfe => false,
            _ => true,
        };
        if !is_needed {
            return Some(false);
        }
        at += length;
        if marker == 0xda {
            at = end_of_scan(bytes, at)?;
        }
    }
}

/// Where the next marker after a scan is: a 0xff that is neither data nor a restart.
fn end_of_scan(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let found =
        rest.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff))?;
    Some(from + found)
}

fn is_bare_png(bytes: &[u8]) -> Option<bool> {
    const NEEDED: [&[u8]; 12] = [
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs",
        b"bKGD",
    ];
    let mut at = 8;
    loop {
        let length = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize;
        let name = bytes.get(at + 4..at + 8)?;
        if !NEEDED.contains(&name) {
            return Some(false);
        }
        at = at.checked_add(12)?.checked_add(length)?;
        if name == b"IEND" {
            return Some(at == bytes.len());
        }
    }
}

fn is_bare_webp(bytes: &[u8]) -> Option<bool> {
    const NEEDED: [&[u8]; 5] = [b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP"];
    let mut at = 12;
    while at < bytes.len() {
        let name = bytes.get(at..at + 4)?;
        if !NEEDED.contains(&name) {
            return Some(false);
        }
        let length = u32::from_le_bytes(bytes.get(at + 4..at + 8)?.try_into().ok()?) as usize;
        at = at.checked_add(8)?.checked_add(length)?.checked_add(length % 2)?;
    }
    Some(at == bytes.len())
}

/// A drawing of plain strokes: no script, no style, no reference to anything.
fn check_svg(bytes: &[u8]) -> Result<(), AppError> {
    let not_plain = |what: &str| {
        unfit(&format!(
            "A signature in SVG consists of plain <path> and <circle> elements; this one has {what}"
        ))
    };
    let text = std::str::from_utf8(bytes).map_err(|_| unfit("An SVG is text in UTF-8; this one is not"))?;
    let options =
        roxmltree::ParsingOptions { nodes_limit: MAX_SVG_NODES, ..roxmltree::ParsingOptions::default() };
    let document =
        roxmltree::Document::parse_with_options(text.trim_start_matches('\u{feff}').trim_start(), options)
            .map_err(|error| unfit(&format!("The SVG cannot be read: {error}")))?;
    for node in document.descendants() {
        if node.is_root() || (node.is_text() && node.text().unwrap_or_default().trim().is_empty()) {
            continue;
        }
        if !node.is_element() {
            return Err(not_plain("something else between them"));
        }
        let name = node.tag_name();
        let is_outermost = Some(node) == Some(document.root_element());
        if !SVG_ELEMENTS.contains(&name.name())
            || name.namespace().is_some_and(|namespace| namespace != SVG_NAMESPACE)
            || (name.name() == "svg") != is_outermost
        {
            return Err(not_plain(&format!("<{}>", name.name().chars().take(40).collect::<String>())));
        }
        for attribute in node.attributes() {
            let is_plain = SVG_ATTRIBUTES.contains(&attribute.name())
                && attribute.namespace().is_none()
                && !attribute.value().contains("url(");
            if !is_plain {
                let name: String = attribute.name().chars().take(40).collect();
                return Err(not_plain(&format!("the attribute {name}")));
            }
        }
    }
    Ok(())
}

fn unfit(detail: &str) -> AppError {
    AppError::new(Code::Unfit, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(format: ImageFormat) -> Vec<u8> {
        let image = image::RgbImage::from_fn(40, 20, |x, _| image::Rgb([if x < 20 { 250 } else { 5 }, 9, 9]));
        let mut bytes = Vec::new();
        DynamicImage::ImageRgb8(image).write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    }

    /// A JPEG as a camera writes it: turned by a quarter, and with a place beside the picture.
    fn from_a_camera() -> Vec<u8> {
        let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        exif.extend_from_slice(b"GPS 41.15 -8.61");
        let mut bytes = photo(ImageFormat::Jpeg);
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let segment = [&[0xff, 0xe1][..], &length[..], &exif[..]].concat();
        bytes.splice(2..2, segment);
        bytes
    }

    #[test]
    fn a_picture_with_nothing_beside_it_is_kept_as_it_is() {
        for (format, media_type) in [(ImageFormat::Jpeg, "image/jpeg"), (ImageFormat::Png, "image/png")] {
            assert_eq!(look(&photo(format)).unwrap(), Looked { media_type, cleaned: None });
        }
    }

    #[test]
    fn what_a_camera_wrote_beside_a_photo_goes_and_the_photo_stands_upright() {
        let taken = from_a_camera();
        let cleaned = look(&taken).unwrap().cleaned.expect("it was cleaned");
        assert!(!cleaned.windows(4).any(|bytes| bytes == b"Exif" || bytes == b"GPS "));
        assert_eq!(look(&cleaned).unwrap().cleaned, None, "there is nothing left to clean");
        let image = decode(&cleaned, ImageFormat::Jpeg).unwrap();
        assert_eq!((image.width(), image.height()), (20, 40), "turned as the camera noted");
    }

    #[test]
    fn what_hangs_behind_a_picture_goes_too() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png] {
            let with_more = [photo(format), b"a film with a place in it".to_vec()].concat();
            let cleaned = look(&with_more).unwrap().cleaned.expect("it was cleaned");
            assert!(!cleaned.windows(6).any(|bytes| bytes == b"a film"));
        }
    }

    #[test]
    fn what_only_begins_like_a_picture_is_none() {
        for bytes in
            [&b"\x89PNG\r\n\x1a\nrubbish"[..], b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBPVP8 ", b"MZ", b""]
        {
            assert_eq!(look(bytes).unwrap_err().code, Code::Unfit);
        }
        let half = photo(ImageFormat::Png);
        assert!(look(&half[..half.len() / 2]).is_err());
    }

    #[test]
    fn a_small_file_that_is_huge_inside_is_refused_before_it_is_unpacked() {
        let mut bomb = photo(ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10]);
        let checksum = crc32(&bomb[12..29]).to_be_bytes();
        bomb[29..33].copy_from_slice(&checksum);
        let refused = look(&bomb).unwrap_err();
        assert!(refused.to_string().contains("10000 x 10000"), "{refused}");
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |crc, byte| {
            (0..8).fold(
                crc ^ u32::from(*byte),
                |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
            )
        })
    }

    #[test]
    fn a_drawing_is_of_plain_strokes() {
        let drawn = r##"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 300 150" width="300" height="150"><path d="M 1,2 C 3,4 5,6 7,8" stroke-width="2.5" stroke="#10161f" fill="none" stroke-linecap="round"></path><circle r="1.5" cx="10" cy="9" fill="#10161f"></circle></svg>"##;
        assert_eq!(look(drawn.as_bytes()).unwrap(), Looked { media_type: "image/svg+xml", cleaned: None });
        for (evil, what) in [
            ("<svg><script>alert(1)</script></svg>", "<script>"),
            ("<svg onload=\"alert(1)\"/>", "the attribute onload"),
            ("<svg><path fill=\"url(http://example.org/x)\"/></svg>", "the attribute fill"),
            ("<svg><svg/></svg>", "<svg>"),
            ("<svg>words</svg>", "something else"),
            ("<svg><image href=\"http://example.org/x\"/></svg>", "<image>"),
            ("<svg><!-- a note --></svg>", "something else"),
        ] {
            let refused = look(evil.as_bytes()).unwrap_err().to_string();
            assert!(refused.contains(what), "{evil}: {refused}");
        }
        assert!(look(b"<svg><!DOCTYPE x [<!ENTITY a \"aa\">]></svg>").is_err());
        assert!(look(b"<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY a \"aa\">]><svg>&a;</svg>").is_err());
    }
}
