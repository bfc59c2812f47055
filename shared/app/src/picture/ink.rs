//! Whether anything is drawn on a picture: a signature without a visible mark proves nothing.

use image::DynamicImage;

/// How far a channel of a pixel must be from the most common value of that channel, of 255. Compression alone makes less.
const CONTRAST_OF_PIXELS: u8 = 32;
/// The same for a drawing that was rendered here, which has no noise but thin strokes.
const CONTRAST_OF_STROKES: u8 = 16;
/// How many pixels of a picture must stand out. A speck of dust has fewer.
const MARK_MIN_PIXELS: u64 = 4;
const WHITE: u8 = 255;

/// Checks whether a picture has a mark that can be seen on white paper.
pub(super) fn is_on_picture(image: &DynamicImage) -> bool {
    let rgba = image.to_rgba8();
    has_mark(
        rgba.pixels().map(|pixel| pixel.0.map(u16::from)).map(over_paper),
        CONTRAST_OF_PIXELS,
        MARK_MIN_PIXELS,
    )
}

/// The same for rendered pixels, whose channels are multiplied by their alpha already.
pub(super) fn is_on_render(pixels: &[resvg::tiny_skia::PremultipliedColorU8]) -> bool {
    let over_paper = |pixel: &resvg::tiny_skia::PremultipliedColorU8| {
        let paper = WHITE - pixel.alpha();
        [pixel.red(), pixel.green(), pixel.blue()].map(|channel| channel.saturating_add(paper))
    };
    // The dot that a tap leaves may be a single pixel of a large drawing.
    has_mark(pixels.iter().map(over_paper), CONTRAST_OF_STROKES, 1)
}

fn over_paper([red, green, blue, alpha]: [u16; 4]) -> [u8; 3] {
    let white = u16::from(WHITE);
    let blend = |channel: u16| (channel * alpha + white * (white - alpha)) / white;
    [red, green, blue].map(|channel| u8::try_from(blend(channel)).unwrap_or(WHITE))
}

fn has_mark(pixels: impl Iterator<Item = [u8; 3]>, contrast: u8, min_pixels: u64) -> bool {
    let mut counts = [[0_u64; 256]; 3];
    for pixel in pixels {
        for (counts, channel) in counts.iter_mut().zip(pixel) {
            counts[usize::from(channel)] += 1;
        }
    }
    counts.iter().any(|counts| {
        let values = || (0_u8..=255).zip(counts);
        let most_common = values().max_by_key(|(_, count)| **count).map_or(WHITE, |(value, _)| value);
        let marked = values().filter(|(value, _)| value.abs_diff(most_common) > contrast);
        marked.map(|(_, count)| count).sum::<u64>() >= min_pixels
    })
}
