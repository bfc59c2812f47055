//! `depotd proof` and `check-proof`: what was recorded of a delivery, for somebody who has no depot.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Utc};
use depot_app::domain::values::DeliveryId;
use depot_app::proof::{self, About, Proved};

use crate::args::FolderArguments;
use crate::{Failure, open_as_it_is, say};

pub(crate) async fn proof(
    delivery: DeliveryId,
    folder: &FolderArguments,
    to: Option<PathBuf>,
) -> Result<(), Failure> {
    // Beside whoever serves the depot.
    let app = open_as_it_is(folder, false)?;
    let proof = app.prove(delivery).await;
    app.close().await;
    let proof = proof?;
    let proved = proof::check(proof.as_bytes(), None)?;
    let to = to.unwrap_or_else(|| format!("{delivery}.proof").into());
    let named = |error: std::io::Error| Failure(format!("{}: {error}", to.display()));
    let mut file = File::create_new(&to).map_err(named)?;
    file.write_all(proof.as_bytes()).and_then(|()| file.sync_all()).map_err(named)?;
    say(format_args!("proof {}", to.display()))?;
    say(format_args!(
        "{} events and {} files of delivery {delivery}; anybody can check it with `depotd check-proof`",
        proved.events.len(),
        proved.files.len()
    ))
}

pub(crate) fn check(file: &Path, key: Option<&str>) -> Result<(), Failure> {
    let key = key.map(key_of).transpose()?;
    let bytes = std::fs::read(file).map_err(|error| Failure(format!("{}: {error}", file.display())))?;
    let Proved { delivery, about, made_at, events, files, seal } = proof::check(&bytes, key)?;
    let About { origin, destination, driver, vehicle } = about;
    let unknown = || "nobody".to_owned();
    say(format_args!(
        "delivery {delivery} from {origin} to {destination}, by {} with {}",
        driver.unwrap_or_else(unknown),
        vehicle.unwrap_or_else(|| "no vehicle".to_owned())
    ))?;
    for event in &events {
        let (at, payload) = (shown(event.occurred_at), &event.payload);
        say(format_args!("{at}  {}  {}  {payload}", event.event_type, event.actor))?;
    }
    for file in &files {
        say(format_args!("file {} ({}, {} bytes)", file.hash.as_str(), file.media_type, file.bytes))?;
    }
    say(format_args!(
        "nothing was changed since it was proved on {}; every event up to {} was sealed on {}, with the code {}",
        shown(made_at),
        seal.sequence,
        shown(seal.at),
        seal.code()
    ))?;
    let whose =
        if key.is_some() { "which is the one that was asked for" } else { "compare it with the depot's own" };
    say(format_args!("the key is {}: {whose}", hex(&seal.key)))
}

fn key_of(text: &str) -> Result<[u8; 32], Failure> {
    let bytes: Option<Vec<u8>> =
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect();
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| {
        Failure("--key: a key has 64 hexadecimal digits; `depotd verify` prints the depot's".to_owned())
    })
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn shown(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
