//! The depot's icon with a number in its corner, for trays that show nothing but an icon. Draws it, and shows it nowhere.

use tauri::image::Image;

/// Trays scale it down to about a third.
const SIDE: usize = 64;
const HEIGHT: usize = 38;
/// Between the edge of the badge and its figures.
const EDGE: usize = 5;
const RED: [u8; 4] = [0xd6, 0x28, 0x28, 0xff];
const WHITE: [u8; 4] = [0xff, 0xff, 0xff, 0xff];
/// As many as there is room for.
const SHOWN_MOST: u32 = 99;

const GLYPH_WIDTH: usize = 5;
const GLYPH_HEIGHT: usize = 7;
/// The figures from 0 to 9 in rows of five dots, the left one the highest bit.
const FIGURES: [[u8; GLYPH_HEIGHT]; 10] = [
    [0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110],
    [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
    [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111],
    [0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110],
    [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
    [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
    [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
    [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000],
    [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
    [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
];
const PLUS: [u8; GLYPH_HEIGHT] = [0b00000, 0b00100, 0b00100, 0b11111, 0b00100, 0b00100, 0b00000];

/// The icon with `count` in its corner, and without where there is nothing to count.
pub(crate) fn icon_with(count: u32) -> Image<'static> {
    let mut picture = Picture::of(&tauri::include_image!("src-tauri/icons/128x128.png"));
    if count > 0 {
        picture.mark(count);
    }
    Image::new_owned(picture.rgba, SIDE as u32, SIDE as u32)
}

/// A square of `SIDE`.
struct Picture {
    rgba: Vec<u8>,
}

impl Picture {
    /// Each of its points is one of the larger icon: at this size nobody sees a difference.
    fn of(icon: &Image<'_>) -> Self {
        let (width, height) = (icon.width() as usize, icon.height() as usize);
        let mut rgba = Vec::with_capacity(SIDE * SIDE * 4);
        for (y, x) in (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (y, x))) {
            let from = (y * height / SIDE * width + x * width / SIDE) * 4;
            rgba.extend_from_slice(&icon.rgba()[from..from + 4]);
        }
        Self { rgba }
    }

    fn mark(&mut self, count: u32) {
        let (tens, ones) = ((count / 10 % 10) as usize, (count % 10) as usize);
        let glyphs = match count {
            0..=9 => vec![FIGURES[ones]],
            10..=SHOWN_MOST => vec![FIGURES[tens], FIGURES[ones]],
            _ => vec![FIGURES[9], FIGURES[9], PLUS],
        };
        // Three glyphs fit only smaller.
        let dot = if glyphs.len() > 2 { 3 } else { 4 };
        let text = glyphs.len() * (GLYPH_WIDTH + 1) * dot - dot;
        let width = (text + 4 * EDGE).clamp(HEIGHT, SIDE);
        let (left, top) = (SIDE - width, SIDE - HEIGHT);
        self.fill_round(left, top, width);
        let first = left + (width - text) / 2;
        let down = top + (HEIGHT - GLYPH_HEIGHT * dot) / 2;
        for (index, glyph) in glyphs.iter().enumerate() {
            self.write(glyph, first + index * (GLYPH_WIDTH + 1) * dot, down, dot);
        }
    }

    /// A bar with round ends.
    fn fill_round(&mut self, left: usize, top: usize, width: usize) {
        let radius = HEIGHT / 2;
        for (y, x) in (0..HEIGHT).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let beside = if x < radius { radius - x } else { (x + radius + 1).saturating_sub(width) };
            let above = y.abs_diff(radius);
            if beside * beside + above * above <= radius * radius {
                self.set(left + x, top + y, RED);
            }
        }
    }

    fn write(&mut self, glyph: &[u8; GLYPH_HEIGHT], left: usize, top: usize, dot: usize) {
        for (y, x) in (0..GLYPH_HEIGHT * dot).flat_map(|y| (0..GLYPH_WIDTH * dot).map(move |x| (y, x))) {
            if glyph[y / dot] >> (GLYPH_WIDTH - 1 - x / dot) & 1 == 1 {
                self.set(left + x, top + y, WHITE);
            }
        }
    }

    fn set(&mut self, x: usize, y: usize, colour: [u8; 4]) {
        let at = (y * SIDE + x) * 4;
        self.rgba[at..at + 4].copy_from_slice(&colour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points_of(count: u32, colour: [u8; 4]) -> usize {
        icon_with(count).rgba().chunks(4).filter(|point| *point == colour).count()
    }

    #[test]
    fn what_is_not_there_is_not_counted() {
        assert_eq!(points_of(0, RED), 0);
        assert!(points_of(1, RED) > 0);
    }

    #[test]
    fn every_number_has_a_picture_of_its_own_as_far_as_there_is_room() {
        let pictures: std::collections::HashSet<_> =
            (0..=100).map(|count| icon_with(count).rgba().to_vec()).collect();
        assert_eq!(pictures.len(), 101);
        assert_eq!(icon_with(100).rgba(), icon_with(u32::MAX).rgba());
    }

    #[test]
    fn the_figures_lie_within_the_badge() {
        for count in [7, 88, 100] {
            let drawn =
                FIGURES[if count == 7 { 7 } else { 8 }].iter().map(|row| row.count_ones()).sum::<u32>();
            assert!(points_of(count, WHITE) >= drawn as usize, "{count}");
        }
    }
}
