//! What can be written after `depotd`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use depot_app::Role;
use depot_app::domain::values::{DeliveryId, DriverId, Timestamp};

/// One delivery depot without a window: fleet, routes and deliveries over HTTP.
#[derive(Debug, Parser)]
#[command(name = "depotd", version, about, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) task: Task,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Serve the depot until SIGINT, SIGTERM or SIGHUP.
    Serve(ServeArguments),
    /// Make, list and revoke tokens; works while the depot is being served.
    #[command(subcommand)]
    Token(TokenTask),
    /// Fill an empty depot with a made-up history, to measure it and to look at it.
    Generate(GenerateArguments),
    /// Make every projection anew from the event log.
    Rebuild(FolderArguments),
    /// Check the whole depot: the log with its seals, what is derived from it, and what nobody should have put there; works
    /// while the depot is being served.
    Verify(FolderArguments),
    /// Write a proof of a delivery: its events and files, and what shows that they were recorded so.
    Proof {
        /// The delivery.
        #[arg(value_name = "DELIVERY")]
        delivery: DeliveryId,
        #[command(flatten)]
        folder: FolderArguments,
        /// The file to write; one that exists is not overwritten [default: DELIVERY.proof].
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
    /// Check a proof of a delivery, which needs no depot.
    CheckProof {
        /// The proof.
        #[arg(value_name = "FILE")]
        proof: PathBuf,
        /// The public key of the depot whose proof it must be, as `depotd verify` prints it.
        #[arg(long, value_name = "KEY")]
        key: Option<String>,
    },
    /// Erase who somebody was, from every file of the data folder; works while the depot is being served.
    #[command(subcommand)]
    Erase(EraseTask),
    /// Make a backup and verify it; works while the depot is being served.
    Backup {
        #[command(flatten)]
        folder: FolderArguments,
        /// The folder that the backup is made in; made where it is missing [default: the setting backup.folder, or backups in the data folder].
        #[arg(long, value_name = "FOLDER")]
        to: Option<PathBuf>,
    },
    /// Verify a backup and put it in the place of the depot, whose present data is set aside.
    Restore {
        /// The backup: a folder that `depotd backup` made.
        #[arg(value_name = "BACKUP")]
        backup: PathBuf,
        #[command(flatten)]
        folder: FolderArguments,
        /// Leave tokens and phones valid, and the endpoint as the backup's settings have it.
        #[arg(long)]
        keep_access: bool,
        /// Put it back although another depot's data is there.
        #[arg(long)]
        foreign: bool,
    },
    /// List every setting with its value and where that comes from.
    Settings(SettingsArguments),
}

/// Which depot.
#[derive(Args, Debug)]
pub(crate) struct FolderArguments {
    /// The folder that holds the depot's data; the desktop's own unless given.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

impl FolderArguments {
    pub(crate) fn folder(&self) -> PathBuf {
        self.data_dir.clone().unwrap_or_else(depot_app::default_folder)
    }
}

/// Which depot, with which settings.
#[derive(Args, Debug)]
pub(crate) struct SettingsArguments {
    #[command(flatten)]
    pub(crate) folder: FolderArguments,
    /// A setting, which goes before the environment and the settings file; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

/// Which history to make.
#[derive(Args, Debug)]
pub(crate) struct GenerateArguments {
    #[command(flatten)]
    pub(crate) folder: FolderArguments,
    /// How many deliveries it has; each has about ten events.
    #[arg(long, value_name = "N")]
    pub(crate) deliveries: u32,
    /// What chance follows: the same seed and the same last instant give the same record.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Up to when things happened, e.g. 2026-03-01T08:30:00Z [default: now].
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<Timestamp>,
}

/// How to serve.
#[derive(Args, Debug)]
pub(crate) struct ServeArguments {
    #[command(flatten)]
    pub(crate) settings: SettingsArguments,
    /// Where to listen; port 0 takes any that is free [default: 127.0.0.1:5000].
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// Serve other machines without encryption, because the network is isolated.
    #[arg(long)]
    pub(crate) insecure_http: bool,
    /// Serve with TLS on an address of this machine alone, too; on any other address TLS is the rule.
    #[arg(long, conflicts_with = "insecure_http")]
    pub(crate) tls: bool,
    /// A host name under which clients reach this machine, beside its addresses; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) host_name: Vec<String>,
    /// Fill an empty depot with a day to look at.
    #[arg(long)]
    pub(crate) demo: bool,
    /// Where the database is missing, or older than the depot's newest backup: set everything aside and begin a new depot.
    #[arg(long)]
    pub(crate) new: bool,
    /// Print a link with which a browser signs in as an admin, once.
    #[arg(long)]
    pub(crate) sign_in_link: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenTask {
    /// Make a token and print it; it is not shown again.
    Create {
        #[command(flatten)]
        folder: FolderArguments,
        /// What it may do: admin, dispatcher, viewer, integration or driver.
        #[arg(long)]
        role: Role,
        /// What it is called.
        #[arg(long)]
        name: String,
        /// Whose phone it is for; only with the role driver, and needed there.
        #[arg(long, value_name = "ID")]
        driver: Option<DriverId>,
    },
    /// List the tokens.
    List {
        #[command(flatten)]
        folder: FolderArguments,
    },
    /// Revoke a token: it is refused from now on.
    Revoke {
        #[command(flatten)]
        folder: FolderArguments,
        /// The token's id or its name.
        #[arg(value_name = "ID")]
        token: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum EraseTask {
    /// A former driver: name, licence and reasons. What was driven stays.
    Driver {
        /// The driver.
        #[arg(value_name = "ID")]
        id: DriverId,
        #[command(flatten)]
        how: EraseArguments,
    },
    /// Who received a delivery that has ended: name, signature, photos, and every text that was written about it.
    Receiver {
        /// The delivery.
        #[arg(value_name = "DELIVERY")]
        id: DeliveryId,
        #[command(flatten)]
        how: EraseArguments,
    },
}

/// How to erase.
#[derive(Args, Debug)]
pub(crate) struct EraseArguments {
    #[command(flatten)]
    pub(crate) folder: FolderArguments,
    /// Only say what would be lost.
    #[arg(long)]
    pub(crate) dry_run: bool,
}
