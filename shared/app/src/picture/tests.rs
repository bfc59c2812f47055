//! Which pictures are taken, and what is kept of them.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;

use super::*;

fn photo_of(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, _| Rgb([if x < width / 2 { 250 } else { 5 }, 9, 9]));
    encoded(&DynamicImage::ImageRgb8(image), format)
}

fn photo(format: ImageFormat) -> Vec<u8> {
    photo_of(40, 20, format)
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    image.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

fn read(bytes: &[u8]) -> Result<Looked, AppError> {
    look(bytes, PictureUse::Photo, Naming::AsKept, &Stop::default())
}

fn sign(bytes: &[u8]) -> Result<Looked, AppError> {
    look(bytes, PictureUse::Signature, Naming::Announced, &Stop::default())
}

fn refusal(bytes: &[u8]) -> String {
    let error = read(bytes).expect_err("it is no whole picture");
    assert_eq!(error.code, Code::Unfit);
    error.detail
}

fn decoded(bytes: &[u8], format: ImageFormat) -> DynamicImage {
    still::decode(bytes, format, &Stop::default()).unwrap()
}

/// A JPEG as a camera writes it: turned by a quarter, and with a place beside the picture.
fn from_a_camera() -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(b"GPS 41.15 -8.61");
    segment(0xe1, &exif)
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = photo(ImageFormat::Jpeg);
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    bytes.splice(2..2, [&[0xff, marker][..], &length[..], content].concat());
    bytes
}

fn png_chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let named = [&name[..], content].concat();
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&length[..], &named[..], &crc32fast::hash(&named).to_be_bytes()[..]].concat()
}

const FORMATS: [ImageFormat; 3] = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP];

#[test]
fn picture_with_nothing_beside_it_is_kept_as_it_is() {
    for (format, media_type) in [
        (ImageFormat::Jpeg, "image/jpeg"),
        (ImageFormat::Png, "image/png"),
        (ImageFormat::WebP, "image/webp"),
    ] {
        assert_eq!(read(&photo(format)).unwrap(), Looked { media_type, cleaned: None });
    }
}

#[test]
fn photo_of_a_camera_is_cleaned_and_stands_upright() {
    let taken = from_a_camera();
    let cleaned = read(&taken).unwrap().cleaned.expect("it was cleaned");
    assert!(!cleaned.windows(4).any(|bytes| bytes == b"Exif" || bytes == b"GPS "));
    assert_eq!(read(&cleaned).unwrap().cleaned, None, "there is nothing left to clean");
    let image = decoded(&cleaned, ImageFormat::Jpeg);
    assert_eq!((image.width(), image.height()), (20, 40), "turned as the camera noted");
}

#[test]
fn bytes_behind_a_picture_are_removed_or_refused() {
    for format in FORMATS {
        let with_more = [photo(format), b"a film with a place in it".to_vec()].concat();
        let cleaned = read(&with_more).unwrap().cleaned.expect("it was cleaned");
        assert!(!cleaned.windows(6).any(|bytes| bytes == b"a film"));
        let named = look(&with_more, PictureUse::Photo, Naming::Announced, &Stop::default());
        assert!(named.unwrap_err().detail.contains("bytes behind its end"));
    }
}

#[test]
fn large_or_repeated_notes_are_removed() {
    let large_profile = [b"ICC_PROFILE\0\x01\x01", &[7; 60_000][..]].concat();
    let mut two_profiles = segment(0xe2, &large_profile);
    two_profiles.splice(2..2, segment(0xe2, &large_profile)[2..60_020].to_vec());
    let thumbnail = segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01abc");
    let mut comment_png = photo(ImageFormat::Png);
    comment_png.splice(33..33, png_chunk(b"sBIT", &[8; 5_000]));
    let mut twice = photo(ImageFormat::Png);
    twice.splice(
        33..33,
        [png_chunk(b"gAMA", &[0, 0, 177, 143]), png_chunk(b"gAMA", &[0, 0, 177, 143])].concat(),
    );
    for bytes in [two_profiles, thumbnail, comment_png, twice] {
        let layout = if bytes[0] == 0xff { layout::jpeg(&bytes) } else { layout::png(&bytes) };
        assert_eq!(layout.unwrap(), Layout::More);
    }
}

#[test]
fn bytes_that_only_begin_like_a_picture_are_refused() {
    for bytes in [&b"\x89PNG\r\n\x1a\nrubbish"[..], b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBPVP8 ", b"MZ", b""]
    {
        refusal(bytes);
    }
}

#[test]
fn picture_cut_anywhere_is_refused() {
    for format in FORMATS {
        let whole = photo_of(64, 64, format);
        for length in 12..whole.len() {
            let cut = refusal(&whole[..length]);
            assert!(
                cut.contains("breaks off") || cut.contains("cannot be read"),
                "{format:?} {length}: {cut}"
            );
        }
    }
}

#[test]
fn half_a_jpeg_with_an_end_put_behind_it_is_refused() {
    let image = RgbImage::from_fn(256, 256, |x, y| {
        Rgb([(x * 7 % 256) as u8, (y * 5 % 256) as u8, (x * y % 256) as u8])
    });
    let whole = encoded(&DynamicImage::ImageRgb8(image), ImageFormat::Jpeg);
    for tenths in 3..10 {
        let half = [&whole[..whole.len() * tenths / 10], &[0xff, 0xd9][..]].concat();
        let cut = refusal(&half);
        assert!(cut.contains("cannot be read") || cut.contains("breaks off"), "{tenths}: {cut}");
    }
}

#[test]
fn whole_jpeg_of_every_kind_is_taken() {
    use image::codecs::jpeg::JpegEncoder;
    for (width, height) in [(1, 1), (7, 9), (16, 16), (17, 33), (250, 3)] {
        let of = |x: u32, y: u32| Rgb([(x * 7 % 256) as u8, (y * 5 % 256) as u8, (x * y % 256) as u8]);
        let colour = DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, of));
        for image in [colour.clone(), DynamicImage::ImageLuma8(colour.to_luma8())] {
            for quality in [1, 30, 75, 100] {
                let mut bytes = vec![];
                JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&image).unwrap();
                assert_eq!(read(&bytes).unwrap().cleaned, None, "{width} x {height}, quality {quality}");
            }
        }
    }
}

#[test]
fn png_with_a_wrong_checksum_is_refused() {
    let whole = photo(ImageFormat::Png);
    for at in [29, whole.len() - 14, whole.len() - 1] {
        let mut wrong = whole.clone();
        wrong[at] ^= 1;
        assert!(refusal(&wrong).contains("checksum"));
    }
}

#[test]
fn small_file_that_is_huge_inside_is_refused() {
    let mut bomb = photo(ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10]);
    let checksum = crc32fast::hash(&bomb[12..29]).to_be_bytes();
    bomb[29..33].copy_from_slice(&checksum);
    assert!(refusal(&bomb).contains("10000 x 10000"));
}

#[test]
fn large_photo_is_made_smaller_or_refused_by_name() {
    let gray = image::GrayImage::from_fn(8_000, 3_000, |x, _| image::Luma([(x % 256) as u8]));
    let large = encoded(&DynamicImage::ImageLuma8(gray), ImageFormat::Jpeg);
    let cleaned = read(&large).unwrap().cleaned.expect("it was made smaller");
    let image = decoded(&cleaned, ImageFormat::Jpeg);
    assert_eq!((image.width(), image.height()), (4_000, 1_500));
    let named = look(&large, PictureUse::Photo, Naming::Announced, &Stop::default()).unwrap_err();
    assert!(named.detail.contains("8000 x 3000") && named.detail.contains("20 million"), "{named}");
}

#[test]
fn picture_that_nobody_waits_for_is_not_decoded() {
    let stop = Stop::default();
    drop(StopOnDrop(stop.clone()));
    for format in FORMATS {
        let ended = look(&photo(format), PictureUse::Photo, Naming::AsKept, &stop).unwrap_err();
        assert_eq!(ended.code, Code::Unavailable);
    }
}

/// A drawing of `inner` in a box of 300 by 150.
fn drawing(inner: &str) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 150" width="300" height="150">{inner}</svg>"#
    )
}

const CURVE: &str = r##"<path d="M 10,20 C 30,4 50,60 70,80" stroke-width="2.5" stroke="#10161f" fill="none" stroke-linecap="round"></path>"##;

#[test]
fn drawing_of_plain_strokes_is_taken() {
    for inner in [
        CURVE,
        r##"<circle r="2" cx="100" cy="90" fill="#10161f"></circle>"##,
        r##"<line x1="10.5" y1="20" x2="60" y2="40.25" stroke="#10161f" stroke-width="4" stroke-linecap="round"></line>"##,
        r##"<line x1="10" y1="20" x2="15.1" y2="20" stroke="black" stroke-width="4px"/>"##,
        r##"<path d="M1 1L299 149" stroke="rgb(0, 10, 90)" stroke-width=".7" opacity="0.8"/>"##,
    ] {
        let taken = sign(drawing(inner).as_bytes()).unwrap_or_else(|error| panic!("{inner}: {error}"));
        assert_eq!(taken, Looked { media_type: "image/svg+xml", cleaned: None });
    }
}

#[test]
fn drawing_of_anything_else_is_refused() {
    for (evil, what) in [
        ("<svg><script>alert(1)</script></svg>", "<script>"),
        ("<svg onload=\"alert(1)\"/>", "the attribute onload"),
        ("<svg><path fill=\"url(http://example.org/x)\"/></svg>", "the attribute fill"),
        ("<svg><path fill=\"url&#40;#x)\"/></svg>", "the attribute fill"),
        ("<svg><path stroke=\"var(--x)\"/></svg>", "the attribute stroke"),
        ("<svg><path stroke=\"image-set(x)\"/></svg>", "the attribute stroke"),
        ("<svg><path d=\"javascript:alert(1)\"/></svg>", "the attribute d"),
        ("<svg><path stroke-width=\"1;x\"/></svg>", "the attribute stroke-width"),
        ("<svg><path stroke-width=\"-1\"/></svg>", "the attribute stroke-width"),
        ("<svg><line x1=\"calc(1px)\"/></svg>", "the attribute x1"),
        ("<svg><circle r=\"1e99\"/></svg>", "the attribute r"),
        ("<svg viewBox=\"0 0 0 0\"/>", "the attribute viewBox"),
        ("<svg viewBox=\"0 0 10\"/>", "the attribute viewBox"),
        ("<svg><path stroke-linecap=\"inherit\"/></svg>", "the attribute stroke-linecap"),
        ("<svg><path transform=\"scale(0)\"/></svg>", "the attribute transform"),
        ("<svg><path style=\"fill:red\"/></svg>", "the attribute style"),
        ("<svg><path class=\"x\"/></svg>", "the attribute class"),
        (
            "<svg xmlns:xlink=\"http://www.w3.org/1999/xlink\"><path xlink:href=\"#x\"/></svg>",
            "the attribute href",
        ),
        ("<svg><svg/></svg>", "<svg>"),
        ("<svg>words</svg>", "something else"),
        ("<svg><image href=\"http://example.org/x\"/></svg>", "<image>"),
        ("<svg><rect width=\"9\" height=\"9\"/></svg>", "<rect>"),
        ("<svg><!-- a note --></svg>", "something else"),
    ] {
        let refused = refusal(evil.as_bytes());
        assert!(refused.contains(what), "{evil}: {refused}");
    }
    assert!(read(b"<svg><!DOCTYPE x [<!ENTITY a \"aa\">]></svg>").is_err());
    assert!(read(b"<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY a \"aa\">]><svg>&a;</svg>").is_err());
}

#[test]
fn drawing_without_a_visible_mark_is_no_signature() {
    for inner in [
        "",
        r#"<path d=""/>"#,
        r#"<path d="M 10,10" stroke="black" stroke-width="2"/>"#,
        r#"<path d="M 10,10 L 10,10" stroke="black" stroke-width="2" stroke-linecap="round" fill="none"/>"#,
        r#"<line x1="9" y1="9" x2="9" y2="9" stroke="black" stroke-width="3" stroke-linecap="round"/>"#,
        r#"<path d="M 10,10 L 90,90"/>"#,
        r#"<path d="M 10,10 L 90,90" stroke="none" fill="none"/>"#,
        r#"<path d="M 10,10 L 90,90" stroke="black" stroke-width="0" fill="none"/>"#,
        r#"<path d="M 10,10 L 90,90" stroke="black" stroke-width="2" opacity="0" fill="none"/>"#,
        r##"<path d="M 10,10 L 90,90" stroke="#00000000" stroke-width="2" fill="none"/>"##,
        r#"<path d="M 10,10 L 90,90" stroke="rgba(0,0,0,0)" stroke-width="2" fill="none"/>"#,
        r#"<path d="M 10,10 L 90,90" stroke="transparent" stroke-width="2" fill="none"/>"#,
        r#"<path d="M 10,10 L 90,90" stroke="white" stroke-width="2" fill="none"/>"#,
        r##"<path d="M 10,10 L 90,90" stroke="#fefefe" stroke-width="2" fill="none"/>"##,
        r#"<path d="M 400,10 L 900,90" stroke="black" stroke-width="2" fill="none"/>"#,
        r#"<path d="M -90,-10 L -10,-90" stroke="black" stroke-width="2" fill="none"/>"#,
        r#"<circle cx="10" cy="10" r="0" fill="black"/>"#,
        r#"<circle cx="10" cy="10" r="5" fill="white"/>"#,
        r#"<circle cx="150" cy="75" r="900" fill="black"/>"#,
        r#"<path d="M 10,10 L 90,90" stroke="black" stroke-width="2"/><circle cx="50" cy="50" r="900" fill="white"/>"#,
    ] {
        let svg = drawing(inner);
        let refused = sign(svg.as_bytes()).expect_err(inner);
        assert!(refused.detail.contains("shows nothing"), "{inner}: {refused}");
        assert!(read(svg.as_bytes()).is_ok(), "as a photo nobody asks what is on it");
    }
}

#[test]
fn picture_of_one_colour_is_no_signature() {
    let of = |pixel: [u8; 4]| DynamicImage::ImageRgba8(RgbaImage::from_pixel(60, 30, Rgba(pixel)));
    for pixel in [[0, 0, 0, 0], [255, 255, 255, 255], [0, 0, 0, 255], [20, 90, 200, 255], [0, 0, 0, 3]] {
        let refused = sign(&encoded(&of(pixel), ImageFormat::Png)).unwrap_err();
        assert!(refused.detail.contains("shows nothing"), "{pixel:?}");
    }
    let hidden = RgbaImage::from_fn(60, 30, |x, y| Rgba([(x * y % 256) as u8, x as u8, y as u8, 0]));
    assert!(sign(&encoded(&DynamicImage::ImageRgba8(hidden), ImageFormat::Png)).is_err());
    let white_ink = RgbaImage::from_fn(60, 30, |x, y| Rgba([255, 255, 255, if x == y { 255 } else { 0 }]));
    assert!(sign(&encoded(&DynamicImage::ImageRgba8(white_ink), ImageFormat::Png)).is_err());
    let plain = DynamicImage::ImageRgb8(RgbImage::from_pixel(60, 30, Rgb([247, 246, 240])));
    assert!(sign(&encoded(&plain, ImageFormat::Jpeg)).is_err(), "compression makes no mark");

    let signed = RgbaImage::from_fn(60, 30, |x, y| Rgba([0, 0, 40, if x == y { 255 } else { 0 }]));
    assert!(sign(&encoded(&DynamicImage::ImageRgba8(signed), ImageFormat::Png)).is_ok());
    let on_paper =
        RgbImage::from_fn(60, 30, |x, y| if x / 2 == y { Rgb([20, 20, 90]) } else { Rgb([240, 238, 230]) });
    assert!(sign(&encoded(&DynamicImage::ImageRgb8(on_paper), ImageFormat::Jpeg)).is_ok());
}

proptest! {
    /// Whatever strokes a pad can draw, in whatever box.
    #[test]
    fn drawing_of_random_strokes_is_taken(
        width in 80.0_f64..800.0,
        ratio in 0.2_f64..1.5,
        strokes in proptest::collection::vec((0.0_f64..1.0, 0.0_f64..1.0, 0.0_f64..1.0, 0.0_f64..1.0, 1.0_f64..3.0), 1..40),
    ) {
        let height = width * ratio;
        let inner: String = strokes.iter().enumerate().map(|(number, (x1, y1, x2, y2, pen))| {
            let (x1, y1, x2, y2) = (x1 * width, y1 * height, x2 * width + 6.0, y2 * height);
            match number % 3 {
                0 => format!(r##"<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#10161f" stroke-width="{}" stroke-linecap="round"></line>"##, pen * 2.0),
                1 => format!(r##"<circle r="{pen}" cx="{x1}" cy="{y1}" fill="#10161f"></circle>"##),
                _ => format!(r##"<path d="M {x1:.3},{y1:.3} C {x1:.3},{y2:.3} {x2:.3},{y1:.3} {x2:.3},{y2:.3}" stroke-width="{:.3}" stroke="#10161f" fill="none" stroke-linecap="round"></path>"##, pen * 2.25),
            }
        }).collect();
        let svg = format!(r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 {width} {height}" width="{width}" height="{height}">{inner}</svg>"#);
        prop_assert!(sign(svg.as_bytes()).is_ok());
    }
}
