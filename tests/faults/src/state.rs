//! What is on the disk and what would be left of it without power. Knows no SQLite, no thread and no clock.

use std::collections::{BTreeMap, HashMap};

use crate::random::Random;

/// A file's content apart from its name, as in a file system.
pub(crate) type Inode = u64;

/// A change that no sync has made lasting.
#[derive(Debug)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Length(usize),
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Write { offset, bytes } => {
                let end = offset + bytes.len();
                if content.len() < end {
                    content.resize(end, 0);
                }
                content[*offset..end].copy_from_slice(bytes);
            }
            Self::Length(length) => content.resize(*length, 0),
        }
    }

    /// The change as far as it got, where the power went in the middle of it.
    fn torn(&self, random: &mut Random) -> Self {
        match self {
            Self::Write { offset, bytes } => {
                let cut = random.up_to(bytes.len());
                // The head or the tail: a disk may write the sectors of one request in any order.
                if random.happens(5_000) {
                    Self::Write { offset: *offset, bytes: bytes[..cut].to_vec() }
                } else {
                    Self::Write { offset: offset + cut, bytes: bytes[cut..].to_vec() }
                }
            }
            Self::Length(length) => Self::Length(*length),
        }
    }
}

#[derive(Debug, Default)]
struct Content {
    /// What every reader sees.
    seen: Vec<u8>,
    /// What is there without power.
    lasting: Vec<u8>,
    /// What made one out of the other.
    pending: Vec<Change>,
    failed_syncs: u64,
}

/// Which content a name stands for, now and after a power cut.
#[derive(Clone, Copy, Debug, Default)]
struct Name {
    seen: Option<Inode>,
    lasting: Option<Inode>,
}

/// How a cut deals with the pending changes of a file.
#[derive(Clone, Copy)]
enum Cut {
    NothingLasts,
    EverythingLasts,
    /// In order, up to one that is torn.
    Prefix,
    /// Each for itself, whatever came before it.
    AnyOrder,
}

/// Files with the two lives of each.
#[derive(Debug, Default)]
pub(crate) struct Files {
    names: BTreeMap<String, Name>,
    contents: HashMap<Inode, Content>,
    next: Inode,
}

impl Files {
    pub(crate) fn find(&self, name: &str) -> Option<Inode> {
        self.names.get(name)?.seen
    }

    /// A new, empty file. Its name lasts from the first sync on, or at once where something else made it.
    pub(crate) fn create(&mut self, name: &str, lasts: bool) -> Inode {
        self.next += 1;
        let inode = self.next;
        self.contents.insert(inode, Content::default());
        let entry = self.names.entry(name.to_owned()).or_default();
        entry.seen = Some(inode);
        if lasts {
            entry.lasting = Some(inode);
        }
        inode
    }

    pub(crate) fn remove(&mut self, name: &str, lasts: bool) -> bool {
        let Some(entry) = self.names.get_mut(name) else { return false };
        let was_there = entry.seen.take().is_some();
        if lasts {
            entry.lasting = None;
        }
        was_there
    }

    pub(crate) fn read(&self, inode: Inode) -> &[u8] {
        self.contents.get(&inode).map_or(&[], |content| &content.seen)
    }

    pub(crate) fn write(&mut self, inode: Inode, offset: usize, bytes: &[u8]) {
        self.change(inode, Change::Write { offset, bytes: bytes.to_vec() });
    }

    pub(crate) fn set_length(&mut self, inode: Inode, length: usize) {
        self.change(inode, Change::Length(length));
    }

    fn change(&mut self, inode: Inode, change: Change) {
        let content = self.contents.entry(inode).or_default();
        change.apply(&mut content.seen);
        content.pending.push(change);
    }

    /// Makes everything lasting. SQLite syncs the folder with the first sync of a file that it made, and with it every
    /// name there.
    pub(crate) fn sync(&mut self, inode: Inode) {
        let content = self.contents.entry(inode).or_default();
        for change in std::mem::take(&mut content.pending) {
            change.apply(&mut content.lasting);
        }
        let is_new = |name: &Name| name.seen == Some(inode) && name.lasting != name.seen;
        if self.names.values().any(is_new) {
            self.names.values_mut().for_each(|name| name.lasting = name.seen);
        }
    }

    /// A sync that fails: the pages it was to write count as written from now on, whether they were or not.
    pub(crate) fn fail_to_sync(&mut self, inode: Inode, random: &mut Random) {
        let content = self.contents.entry(inode).or_default();
        content.failed_syncs += 1;
        for change in std::mem::take(&mut content.pending) {
            if random.happens(5_000) {
                change.apply(&mut content.lasting);
            }
        }
    }

    /// How many syncs of a file failed.
    pub(crate) fn failed_syncs(&self, inode: Inode) -> u64 {
        self.contents.get(&inode).map_or(0, |content| content.failed_syncs)
    }

    /// How many bytes there are.
    pub(crate) fn size(&self) -> usize {
        let seen = self.names.values().filter_map(|name| name.seen);
        seen.map(|inode| self.read(inode).len()).sum()
    }

    /// The power goes: what is seen from now on is what lasted.
    pub(crate) fn cut(&mut self, random: &mut Random) {
        for name in self.names.values_mut().filter(|name| name.seen != name.lasting) {
            if random.happens(5_000) {
                name.lasting = name.seen;
            }
            name.seen = name.lasting;
        }
        // In the order of the names, so that a seed always does the same.
        let inodes: Vec<_> = self.names.values().filter_map(|name| name.seen).collect();
        for inode in inodes {
            let content = self.contents.entry(inode).or_default();
            let pending = std::mem::take(&mut content.pending);
            settle(&mut content.lasting, &pending, random);
            content.seen.clone_from(&content.lasting);
        }
        self.forget_the_removed();
    }

    /// The process ends, the machine does not: everything stays as it is seen.
    pub(crate) fn forget_the_removed(&mut self) {
        let kept: Vec<_> = self.names.values().flat_map(|name| [name.seen, name.lasting]).flatten().collect();
        self.contents.retain(|inode, _| kept.contains(inode));
    }
}

fn settle(lasting: &mut Vec<u8>, pending: &[Change], random: &mut Random) {
    let cut = match random.below(4) {
        0 => Cut::NothingLasts,
        1 => Cut::EverythingLasts,
        2 => Cut::Prefix,
        _ => Cut::AnyOrder,
    };
    match cut {
        Cut::NothingLasts => {}
        Cut::EverythingLasts => pending.iter().for_each(|change| change.apply(lasting)),
        Cut::Prefix => {
            let whole = random.up_to(pending.len());
            pending[..whole].iter().for_each(|change| change.apply(lasting));
            if let Some(change) = pending.get(whole) {
                change.torn(random).apply(lasting);
            }
        }
        Cut::AnyOrder => {
            for change in pending {
                match random.below(3) {
                    0 => {}
                    1 => change.apply(lasting),
                    _ => change.torn(random).apply(lasting),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_synced_survives_every_cut_and_the_rest_only_some() {
        let mut kept = 0;
        for seed in 0..200 {
            let (mut files, mut random) = (Files::default(), Random::new(seed));
            let inode = files.create("wal", false);
            files.write(inode, 0, b"synced");
            files.sync(inode);
            files.write(inode, 6, b"pending");
            assert_eq!(files.read(inode), b"syncedpending");
            files.cut(&mut random);
            let inode = files.find("wal").expect("a synced file keeps its name");
            assert!(files.read(inode).starts_with(b"synced"));
            kept += usize::from(files.read(inode) == b"syncedpending");
        }
        assert!((20..180).contains(&kept), "{kept} of 200");
    }

    #[test]
    fn what_a_failed_sync_gave_up_is_not_mended_by_the_next() {
        let mut lost = 0;
        for seed in 0..100 {
            let (mut files, mut random) = (Files::default(), Random::new(seed));
            let inode = files.create("db", true);
            files.write(inode, 0, b"x");
            files.fail_to_sync(inode, &mut random);
            files.sync(inode);
            assert_eq!(files.read(inode), b"x", "it is still seen");
            files.cut(&mut random);
            lost += usize::from(files.read(inode).is_empty());
        }
        assert!((20..80).contains(&lost), "{lost} of 100");
    }

    #[test]
    fn a_file_removed_without_a_sync_may_be_back() {
        let back = (0..100).filter(|seed| {
            let (mut files, mut random) = (Files::default(), Random::new(*seed));
            let inode = files.create("wal", false);
            files.sync(inode);
            files.remove("wal", false);
            assert_eq!(files.find("wal"), None);
            files.cut(&mut random);
            files.find("wal").is_some()
        });
        assert!((20..80).contains(&back.count()));
    }
}
