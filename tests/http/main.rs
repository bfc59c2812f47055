//! A depot over real HTTP: what clients rely on.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod attack;
mod backup;
mod booking;
mod cli;
mod clocks;
mod connections;
mod crash;
mod crowd;
mod disk;
mod document;
mod erase;
mod feed;
mod files;
mod gone;
mod keys;
mod late_facts;
mod limits;
mod malformed;
mod many_phones;
mod phones;
mod proof;
mod reads;
mod refusals;
mod restart;
mod story;
mod uploads;
