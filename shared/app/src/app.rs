//! The application: the one way in for the window and the endpoint.
//!
//! What it does for the day's work is here; the depot's own affairs, its phones and its record have a file each.

mod admin;
mod changes;
mod event_feed;
mod eventless;
mod phones;
mod pictures;
mod record;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use chrono::Utc;
use depot_domain::delivery::FileHash;
use depot_domain::values::{DeliveryId, Timestamp};
use depot_store::seal::{KEY_FILE, SealKey};
use depot_store::{Migration, OpenError, Store, StoreOptions};
use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore, broadcast, watch};
use uuid::Uuid;

pub(crate) use self::event_feed::CONSUMER_MAX_CHARS;

use self::changes::{CHANGES_KEPT, tell_of_changes};
use self::eventless::FreshTokens;
use crate::access;
use crate::actor::Actor;
use crate::command::{CommandOutcome, CommandRequest, CommandTarget, DepotCommand, Trace};
use crate::data::Jobs;
use crate::delivery::NamedFile;
use crate::endpoint::EndpointState;
use crate::entity::Caches;
use crate::error::{AppError, Code};
use crate::execute::{Call, decide_once};
use crate::idempotency::{self, Key};
use crate::landmarks::{LANDMARKS_FILE, Landmarks};
use crate::query::{Answered, Change, DepotQuery};
use crate::settings::{BackupSettings, Settings};
use crate::turns::ReadTurns;
use crate::{
    answer, backup, booking, delivery, demo, erase, files, fleet, landmarks, phone, rebuild, route, text,
    token,
};

/// How far a device's clock may be ahead of the depot's before it is not believed, in minutes.
const CLOCK_TOLERANCE_MINUTES: i64 = 5;

/// How to open a depot.
#[derive(Clone)]
pub struct AppOptions {
    /// The data folder; made where it is missing.
    pub folder: PathBuf,
    /// The settings.
    pub settings: Settings,
    /// Hold the folder, so that no other process opens it likewise. Only the one who serves does.
    pub exclusive: bool,
    /// Set what is there aside and begin a new depot where the database is missing, or behind its newest backup. A depot
    /// that is whole is opened as it is.
    pub begin_new: bool,
    /// The depot's clock.
    pub clock: Clock,
    /// The store's writer does everything itself, and empties the write-ahead log after so many commits: what a seed does in
    /// a rehearsal of crashes must not depend on time.
    #[doc(hidden)]
    pub rehearse: Option<u32>,
}

/// What tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

impl AppOptions {
    /// The depot in `folder`, held, by the system's clock.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>, settings: Settings) -> Self {
        Self {
            folder: folder.into(),
            settings,
            exclusive: true,
            begin_new: false,
            clock: Arc::new(system_time),
            rehearse: None,
        }
    }
}

fn system_time() -> Timestamp {
    Timestamp::try_from(Utc::now()).expect("the system's clock is before the year 10000")
}

/// A depot. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store<Caches>,
    folder: PathBuf,
    settings: watch::Sender<Arc<Settings>>,
    /// Held while the settings file is read, changed and written.
    settings_file: Mutex<()>,
    clock: Clock,
    changes: broadcast::Sender<Change>,
    committed: Arc<Notify>,
    pub(crate) endpoint: Mutex<EndpointState>,
    pub(crate) jobs: Mutex<Jobs>,
    /// Whether nobody else has the depot open, so that what takes the whole of it is done here.
    pub(crate) exclusive: bool,
    /// Held while erasures are finished.
    pub(crate) erasing: tokio::sync::Mutex<()>,
    /// Held while a file is kept and noted, or removed.
    pub(crate) filing: tokio::sync::Mutex<()>,
    /// One permit for each picture that may be read at one time.
    reading: Arc<Semaphore>,
    /// Names the folder of what is on its way in.
    run: Uuid,
    /// Whether somebody looks after the depot, and so seals it at its end.
    kept_up: AtomicBool,
    pairings: Mutex<phone::Pairings>,
    /// Held while a command with a key runs that is more than one transaction, so that its repetition waits for its answer.
    keyed: tokio::sync::Mutex<()>,
    /// The secrets of tokens created a moment ago, for the repetition of a request whose answer was lost.
    fresh_tokens: Mutex<FreshTokens>,
    pub(crate) turns: ReadTurns,
    /// Held while the demo day is loaded, which is many commands.
    pub(crate) loading_demo: tokio::sync::Mutex<()>,
    /// When each phone was last noted as seen.
    phones_seen: Mutex<HashMap<Uuid, Timestamp>>,
}

/// Every table of the application.
pub(crate) fn migrations() -> Vec<Migration> {
    let single = [
        booking::MIGRATION,
        route::MIGRATION,
        idempotency::MIGRATION,
        idempotency::COUNTED,
        demo::MIGRATION,
        erase::MIGRATION,
        rebuild::MIGRATION,
        text::MIGRATION,
        text::NAMES_MIGRATION,
        files::MIGRATION,
    ];
    single
        .into_iter()
        .chain(token::MIGRATIONS)
        .chain(fleet::MIGRATIONS)
        .chain(delivery::MIGRATIONS)
        .chain(phone::MIGRATIONS)
        .collect()
}

/// What only a depot in use leaves in its data folder.
const REMAINS: &[&str] = &[KEY_FILE, "files", backup::BACKUPS, "tls", erase::LEDGER_FILE, LANDMARKS_FILE];

/// Opens the store. Who has it alone also makes sure that it is the depot's own record, and that the depot has its key.
fn open_store(options: &StoreOptions, backups: &BackupSettings) -> Result<Store<Caches>, OpenError> {
    let store = Store::open(options.clone(), &migrations())?;
    if options.exclusive {
        landmarks::check_backups(&store, &options.folder, backups)?;
        let not_writable = |source| OpenError::NotWritable { folder: options.folder.clone(), source };
        let key = SealKey::open(&options.folder).map_err(not_writable)?;
        if !Landmarks::read(&options.folder).map_err(not_writable)?.tokens_signed {
            landmarks::sign_tokens(&store, &options.folder, key)?;
        }
    }
    Ok(store)
}

impl App {
    /// Opens the depot in a data folder. Needs a tokio runtime where it is used.
    ///
    /// # Errors
    /// The folder is held by another process, lies on a network share, is damaged, or is of a newer program.
    pub fn open(options: AppOptions) -> Result<Self, OpenError> {
        let AppOptions { folder, settings, exclusive, begin_new, clock, rehearse } = options;
        let storing = StoreOptions { exclusive, rehearse, remains: REMAINS, ..StoreOptions::new(&folder) };
        let store = match open_store(&storing, &settings.backup) {
            Err(OpenError::Missing { .. } | OpenError::Behind { .. }) if begin_new && exclusive => {
                backup::set_aside_depot(&folder, clock().datetime())?;
                // Backups of the old one may be all that is left; they stay where they are.
                open_store(&StoreOptions { remains: &[], ..storing }, &settings.backup)?
            }
            opened => opened?,
        };
        if exclusive {
            rebuild::when_due(&store)?;
        }
        let (changes, _) = broadcast::channel(CHANGES_KEPT);
        let committed = Arc::new(Notify::new());
        let inner = Inner {
            store,
            folder,
            settings: watch::Sender::new(Arc::new(settings)),
            settings_file: Mutex::new(()),
            clock,
            changes,
            committed,
            endpoint: Mutex::default(),
            jobs: Mutex::default(),
            exclusive,
            erasing: tokio::sync::Mutex::default(),
            filing: tokio::sync::Mutex::default(),
            reading: Arc::new(Semaphore::new(pictures::READ_AT_ONCE)),
            run: Uuid::now_v7(),
            kept_up: AtomicBool::new(false),
            pairings: Mutex::default(),
            keyed: tokio::sync::Mutex::default(),
            fresh_tokens: Mutex::default(),
            turns: ReadTurns::default(),
            loading_demo: tokio::sync::Mutex::default(),
            phones_seen: Mutex::default(),
        };
        let app = Self { inner: Arc::new(inner) };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(tell_of_changes(
                Arc::downgrade(&app.inner),
                Arc::clone(&app.inner.committed),
                app.store().head(),
            ));
        }
        Ok(app)
    }

    pub(crate) fn store(&self) -> &Store<Caches> {
        &self.inner.store
    }

    /// The depot's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.inner.clock)()
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.inner.settings.borrow())
    }

    /// The settings from now on, for whoever has to do something when they change.
    #[must_use]
    pub fn watch_settings(&self) -> watch::Receiver<Arc<Settings>> {
        self.inner.settings.subscribe()
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.inner.folder
    }

    /// Does what is asked. The outcome is durable, and every query from now on sees it.
    ///
    /// # Errors
    /// Why it was not done; nothing was changed then, except where the code says that it is unknown.
    pub async fn execute(
        &self,
        actor: &Actor,
        request: CommandRequest,
        trace: Trace,
    ) -> Result<CommandOutcome, AppError> {
        let now = self.now();
        self.execute_at(actor, request, trace, now).await
    }

    /// [`execute`](Self::execute), recorded as of `recorded_at`.
    pub(crate) async fn execute_at(
        &self,
        actor: &Actor,
        request: CommandRequest,
        trace: Trace,
        recorded_at: Timestamp,
    ) -> Result<CommandOutcome, AppError> {
        let access = access::command(actor, &request.command)?;
        let key = Key::of(actor, &request)?;
        if matches!(request.command, DepotCommand::Phone { .. } | DepotCommand::Depot { .. }) {
            request.check_eventless()?;
        }
        let erases = erase::is_asked_by(&request.command);
        let device = request.device_time()?;
        let occurred_at = match device {
            Some(device) => device.placed(None, recorded_at).0,
            None => occurred_at(request.occurred_at, recorded_at)?,
        };
        let command = match CommandTarget::from(request.command) {
            CommandTarget::Entity(command) => command,
            CommandTarget::Phone(command) => return self.execute_phone(actor, command, key).await,
            CommandTarget::Depot(command) => return self.execute_admin(command, key).await,
        };
        let call = Call {
            actor: actor.clone(),
            access,
            expected_version: request.expected_version,
            occurred_at,
            device,
            recorded_at,
            trace,
            rules: self.settings().fleet,
        };
        let sequence = request.device.map(|stamp| stamp.sequence);
        let answer = self
            .store()
            .write(move |unit, caches| decide_once(unit, caches, &command, &call, (key.as_ref(), sequence)));
        let outcome = answer.await??;
        self.inner.committed.notify_one();
        if erases {
            erase::finish_soon(self);
        }
        Ok(outcome)
    }

    /// Answers what is asked. The answer knows every command that was done before.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn query(&self, actor: &Actor, query: DepotQuery) -> Result<Answered, AppError> {
        let access = access::query(actor, &query)?;
        if let DepotQuery::Pairing { id } = query {
            return self.pairing(id);
        }
        if let DepotQuery::Endpoint {} = query {
            return Ok(self.endpoint_status());
        }
        if let DepotQuery::Data {} = query {
            return self.data_view().await;
        }
        let asked = answer::Asked {
            actor: actor.clone(),
            access,
            now: self.now(),
            endpoint: self.inner.endpoint.lock().open.clone(),
            settings: self.settings(),
            folder: self.inner.folder.clone(),
            read_only: self.store().check_files().is_err(),
        };
        let _turn = self.inner.turns.short.wait(actor.credential).await?;
        self.store()
            .read(move |connection| answer::answer(&*connection.unchecked_transaction()?, query, asked))
            .await
    }

    /// The bearer of a token, where it is known, not revoked and not expired.
    ///
    /// # Errors
    /// The tokens cannot be read.
    pub fn authenticate(&self, token: &str) -> Result<Option<Actor>, AppError> {
        let now = self.now();
        self.store().read_now(|connection| Ok(token::authenticate(connection, token, now)?))
    }

    /// Returns by which id a token is known, whether or not it is still valid.
    ///
    /// # Errors
    /// The tokens cannot be read.
    pub fn credential_of(&self, token: &str) -> Result<Option<Uuid>, AppError> {
        self.store().read_now(|connection| Ok(token::id_of(connection, token)?))
    }

    /// Why nobody is known by a token: it was revoked, has expired, or never was.
    ///
    /// # Errors
    /// The tokens cannot be read.
    pub fn why_unknown(&self, token: &str) -> Result<Code, AppError> {
        self.store().read_now(|connection| Ok(token::refusal(connection, token)?))
    }

    /// Returns how a file is named by something recorded of a delivery; nothing where nothing names it.
    ///
    /// # Errors
    /// The role does not allow it, or the delivery was never this driver's.
    pub async fn named_file(
        &self,
        actor: &Actor,
        id: DeliveryId,
        hash: FileHash,
    ) -> Result<Option<NamedFile>, AppError> {
        access::keep_file(actor)?;
        let driver = actor.driver_id;
        self.store().read(move |connection| delivery::named_file(connection, id, &hash, driver)).await
    }

    /// Checks that the depot's files are where they were when it was opened.
    ///
    /// # Errors
    /// One was removed, moved or exchanged: nothing is recorded any more.
    pub fn check_files(&self) -> Result<(), AppError> {
        Ok(self.store().check_files()?)
    }

    /// Whether the depot can read and write.
    ///
    /// # Errors
    /// It cannot.
    pub async fn ready(&self) -> Result<(), AppError> {
        self.check_files()?;
        self.store().read(|c| Ok::<_, AppError>(c.query_row("SELECT 1", [], |_| Ok(()))?)).await?;
        Ok(self.store().write(|_, _| Ok::<_, AppError>(())).await?)
    }

    pub(crate) fn of(inner: Arc<Inner>) -> Self {
        Self { inner }
    }

    /// The sequence of the last event; 0 for an empty depot.
    #[must_use]
    pub fn head(&self) -> u64 {
        self.store().head()
    }

    /// How many transactions were made durable since the depot was opened, to measure how many commands share one.
    #[doc(hidden)]
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.store().commits()
    }
}

/// When it happened: as told, unless that is further ahead than clocks differ.
fn occurred_at(told: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, AppError> {
    let Some(told) = told else { return Ok(now) };
    if told > now.saturating_add(chrono::TimeDelta::minutes(CLOCK_TOLERANCE_MINUTES)) {
        let detail = format!("occurredAt: {told} lies in the future; the depot's clock says {now}");
        return Err(AppError::new(Code::Unfit, detail));
    }
    Ok(told.min(now))
}
