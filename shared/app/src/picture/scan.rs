//! Counts what a JPEG's scans hold. Decoders fill what a scan lacks with grey and say nothing, even where an end was put behind
//! half a picture.
//!
//! Only sequential pictures, which cameras and canvases write. What a scan of a progressive one holds depends on the scans
//! before it; those are left to the decoder.

/// A scan ends before its image does, or the file does not follow the format.
pub(super) struct Short;

type Counted<T> = Result<T, Short>;

const SIDE_OF_BLOCK: usize = 8;
const COEFFICIENTS: usize = 64;

#[derive(Clone, Copy, Default)]
struct Component {
    id: u8,
    across: usize,
    down: usize,
}

struct Frame {
    width: usize,
    height: usize,
    components: Vec<Component>,
}

/// A Huffman table: for each length of code the first code, how many there are, and where their symbols begin.
#[derive(Clone, Default)]
struct Table {
    lengths: [(u32, u32, usize); 16],
    symbols: Vec<u8>,
}

#[derive(Default)]
struct Tables {
    dc: [Table; 4],
    ac: [Table; 4],
    restart_interval: usize,
}

/// Checks that every scan of a sequential JPEG holds all blocks of its components.
pub(super) fn check(bytes: &[u8]) -> Counted<()> {
    let (mut at, mut tables, mut frame) = (2, Tables::default(), None);
    loop {
        while slice(bytes, at, 2)? == [0xff, 0xff] {
            at += 1;
        }
        let marker = *bytes.get(at + 1).ok_or(Short)?;
        at += 2;
        if marker == 0xd9 {
            return Ok(());
        }
        let length =
            usize::from(u16::from_be_bytes([*bytes.get(at).ok_or(Short)?, *bytes.get(at + 1).ok_or(Short)?]));
        let content = slice(bytes, at, length)?.get(2..).ok_or(Short)?;
        at += length;
        match marker {
            0xc0 | 0xc1 => frame = Some(frame_in(content)?),
            // Progressive, lossless or arithmetic.
            0xc2..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => return Ok(()),
            0xc4 => tables.define(content)?,
            0xdd => {
                tables.restart_interval = usize::from(u16::from_be_bytes([
                    *content.first().ok_or(Short)?,
                    *content.get(1).ok_or(Short)?,
                ]))
            }
            0xda => at = count(bytes, at, content, frame.as_ref().ok_or(Short)?, &tables)?,
            _ => {}
        }
    }
}

fn slice(bytes: &[u8], from: usize, length: usize) -> Counted<&[u8]> {
    bytes.get(from..from + length).ok_or(Short)
}

fn frame_in(content: &[u8]) -> Counted<Frame> {
    let [_, height_high, height_low, width_high, width_low, _, rest @ ..] = content else {
        return Err(Short);
    };
    let component = |part: &[u8]| Component {
        id: part[0],
        across: usize::from(part[1] >> 4),
        down: usize::from(part[1] & 15),
    };
    let components: Vec<_> = rest.chunks_exact(3).map(component).collect();
    if components.is_empty()
        || components.iter().any(|component| component.across == 0 || component.down == 0)
    {
        return Err(Short);
    }
    let side = |high: &u8, low: &u8| usize::from(u16::from_be_bytes([*high, *low]));
    Ok(Frame { width: side(width_high, width_low), height: side(height_high, height_low), components })
}

impl Tables {
    fn define(&mut self, mut content: &[u8]) -> Counted<()> {
        while let [place, rest @ ..] = content {
            let counts = rest.get(..16).ok_or(Short)?;
            let (mut code, mut first_symbol, mut table) = (0_u32, 0, Table::default());
            for (length, count) in table.lengths.iter_mut().zip(counts) {
                let count = u32::from(*count);
                *length = (code, count, first_symbol);
                first_symbol += count as usize;
                code = (code + count) << 1;
            }
            table.symbols = slice(rest, 16, first_symbol)?.to_vec();
            let group = if place >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            *group.get_mut(usize::from(place & 15)).ok_or(Short)? = table;
            content = &rest[16 + first_symbol..];
        }
        Ok(())
    }
}

/// The component of a scan: how many blocks of it a unit of the scan has, and its tables.
struct Part<'a> {
    blocks: usize,
    dc: &'a Table,
    ac: &'a Table,
}

/// Counts the blocks of one scan. Returns where the next marker is.
fn count(bytes: &[u8], at: usize, header: &[u8], frame: &Frame, tables: &Tables) -> Counted<usize> {
    let (count, rest) = header.split_first().ok_or(Short)?;
    let chosen = slice(rest, 0, usize::from(*count) * 2)?.chunks_exact(2);
    let mut parts = vec![];
    let mut alone = Component::default();
    for part in chosen {
        let known = frame.components.iter().find(|component| component.id == part[0]);
        alone = *known.ok_or(Short)?;
        let dc = tables.dc.get(usize::from(part[1] >> 4)).ok_or(Short)?;
        let ac = tables.ac.get(usize::from(part[1] & 15)).ok_or(Short)?;
        parts.push(Part { blocks: alone.across * alone.down, dc, ac });
    }
    let most = |side: fn(&Component) -> usize| frame.components.iter().map(side).max().unwrap_or(1);
    let (across, down) = (most(|component| component.across), most(|component| component.down));
    let units = if let [part] = parts.as_mut_slice() {
        // A component by itself comes block by block, without those that only fill up a unit.
        part.blocks = 1;
        let blocks =
            |side: usize, own: usize, most: usize| (side * own).div_ceil(most).div_ceil(SIDE_OF_BLOCK);
        blocks(frame.width, alone.across, across) * blocks(frame.height, alone.down, down)
    } else {
        frame.width.div_ceil(SIDE_OF_BLOCK * across) * frame.height.div_ceil(SIDE_OF_BLOCK * down)
    };
    let mut bits = Bits { bytes, at, byte: 0, left: 0 };
    for unit in 0..units {
        if tables.restart_interval > 0 && unit > 0 && unit % tables.restart_interval == 0 {
            bits.restart()?;
        }
        for part in &parts {
            (0..part.blocks).try_for_each(|_| bits.block(part))?;
        }
    }
    bits.to_marker()
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    byte: u8,
    left: u32,
}

impl Bits<'_> {
    fn bit(&mut self) -> Counted<u32> {
        if self.left == 0 {
            self.byte = *self.bytes.get(self.at).ok_or(Short)?;
            self.at += 1;
            if self.byte == 0xff {
                // A byte of data like a marker has a zero behind it; anything else is a marker.
                if *self.bytes.get(self.at).ok_or(Short)? != 0 {
                    return Err(Short);
                }
                self.at += 1;
            }
            self.left = 8;
        }
        self.left -= 1;
        Ok(u32::from(self.byte >> self.left & 1))
    }

    fn skip(&mut self, bits: u8) -> Counted<()> {
        (0..bits).try_for_each(|_| self.bit().map(drop))
    }

    fn symbol(&mut self, table: &Table) -> Counted<u8> {
        let mut code = 0;
        for (first, count, place) in table.lengths {
            code = code << 1 | self.bit()?;
            if let Some(offset) = code.checked_sub(first).filter(|offset| *offset < count) {
                return table.symbols.get(place + offset as usize).copied().ok_or(Short);
            }
        }
        Err(Short)
    }

    fn block(&mut self, part: &Part<'_>) -> Counted<()> {
        let category = self.symbol(part.dc)?;
        self.skip(category)?;
        let mut next = 1;
        while next < COEFFICIENTS {
            let symbol = self.symbol(part.ac)?;
            let (zeros, category) = (usize::from(symbol >> 4), symbol & 15);
            if category == 0 && zeros < 15 {
                return Ok(());
            }
            next += zeros + 1;
            self.skip(category)?;
        }
        Ok(())
    }

    fn restart(&mut self) -> Counted<()> {
        self.at = self.to_marker()?;
        self.left = 0;
        let marker = *self.bytes.get(self.at + 1).ok_or(Short)?;
        self.at += 2;
        if (0xd0..=0xd7).contains(&marker) { Ok(()) } else { Err(Short) }
    }

    /// Where the next marker is. Some writers put a few bytes between.
    fn to_marker(&self) -> Counted<usize> {
        let rest = self.bytes.get(self.at..).ok_or(Short)?;
        let marker = rest.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xff));
        marker.map(|found| self.at + found).ok_or(Short)
    }
}
