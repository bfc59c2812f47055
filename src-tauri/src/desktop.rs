//! The window's adapter: hands the desk's commands and queries to the application, and its changes to the desk.
//!
//! It knows no rule of the depot. Whoever sits at this window is the depot's own admin.

use std::path::PathBuf;
use std::sync::{LazyLock, Once};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use depot_app::domain::delivery::FileHash;
use depot_app::{
    Actor, Answered, App, AppError, AppOptions, Change, Code, CommandOutcome, CommandRequest, DepotQuery,
    OpenError, Problem, RestoreOptions, Restored, Settings, Topic, Trace, backup,
};
use depot_server::Switch;
use depot_server::logging::{self, Log};
use tauri::http::{Response, StatusCode, header};
use tauri::{AppHandle, Emitter, Manager, State};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Mutex, watch};

/// When the process began, for telling how long the window took.
pub(crate) static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

static FIRST_QUESTION: Once = Once::new();

/// The event by which the desk is told what changed.
const CHANGED: &str = "changed";

/// A depot that is open, or why none is, which the desk shows.
pub(crate) type Opened = Result<App, NotOpen>;

/// Why no depot is open.
#[derive(Clone, Debug)]
pub(crate) struct NotOpen {
    reason: String,
    /// Whether a new depot can begin here, with what is there set aside.
    can_begin_new: bool,
}

impl NotOpen {
    fn because(reason: impl ToString) -> Self {
        Self { reason: reason.to_string(), can_begin_new: false }
    }
}

impl From<OpenError> for NotOpen {
    fn from(error: OpenError) -> Self {
        let can_begin_new = matches!(error, OpenError::Missing { .. } | OpenError::Behind { .. });
        Self { reason: error.to_string(), can_begin_new }
    }
}

/// The depot behind the window. A restore puts another in its place.
pub(crate) struct Depot {
    folder: PathBuf,
    /// Settings for this run, as KEY=VALUE.
    assignments: Vec<String>,
    opened: watch::Sender<Opened>,
    /// What ends with the depot. Held while one is opened or closed.
    ending: Mutex<Ending>,
}

#[derive(Default)]
struct Ending {
    endpoint: Option<Switch>,
    /// One for the whole process, whichever depot is open.
    log: Option<Log>,
}

impl Depot {
    /// Opens the depot in a folder, and its endpoint as the settings say from now on. Called within the runtime that they
    /// work in.
    pub(crate) async fn open(folder: PathBuf, assignments: Vec<String>) -> Self {
        let nothing = watch::Sender::new(Err(NotOpen::because("The depot is being opened")));
        let depot = Self { folder, assignments, opened: nothing, ending: Mutex::default() };
        depot.open_again(&mut *depot.ending.lock().await, false);
        depot
    }

    fn open_again(&self, ending: &mut Ending, begin_new: bool) {
        let opened = self.try_to_open(begin_new);
        match &opened {
            Ok(app) => {
                app.keep_up();
                if ending.log.is_none() {
                    let log = logging::start(&self.folder);
                    ending.log = log.map_err(|error| eprintln!("eroad-depot: {error}")).ok();
                }
                ending.endpoint = Some(Switch::follow(app.clone()));
            }
            Err(NotOpen { reason, .. }) => eprintln!("eroad-depot: {reason}"),
        }
        drop(self.opened.send_replace(opened));
    }

    fn try_to_open(&self, begin_new: bool) -> Opened {
        let settings = Settings::load(&self.folder, std::env::vars(), &self.assignments);
        let settings = settings.map_err(NotOpen::because)?;
        Ok(App::open(AppOptions { begin_new, ..AppOptions::new(&self.folder, settings) })?)
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    pub(crate) fn app(&self) -> Result<App, Problem> {
        let opened = self.opened.borrow().clone();
        opened.map_err(|NotOpen { reason, can_begin_new }| {
            AppError::new(Code::Unavailable, reason).with("canBeginNew", can_begin_new).into()
        })
    }

    /// Which depot is open from now on.
    pub(crate) fn follow(&self) -> watch::Receiver<Opened> {
        self.opened.subscribe()
    }

    /// Finishes what was accepted, from the window and from phones.
    pub(crate) async fn close(&self) {
        let mut ending = self.ending.lock().await;
        self.let_go(&mut ending, "The depot is closed").await;
        ending.log.take();
    }

    async fn let_go(&self, ending: &mut Ending, reason: &str) {
        if let Some(endpoint) = ending.endpoint.take() {
            endpoint.stop().await;
        }
        let opened = self.opened.send_replace(Err(NotOpen::because(reason)));
        if let Ok(app) = opened {
            app.close().await;
        }
    }

    /// Puts a backup in the place of the depot, and opens what is there then, be it restored or as it was before.
    pub(crate) async fn restore(&self, folder: PathBuf, how: RestoreOptions) -> Result<Restored, Problem> {
        let refused = |reason: String| {
            Problem::from(AppError::new(Code::RuleBroken, format!("Nothing was changed: {reason}")))
        };
        let mut ending = self.ending.lock().await;
        // A backup that is not whole is no reason to close anything.
        let (looked, data) = (folder.clone(), self.folder.clone());
        let looked = tokio::task::spawn_blocking(move || backup::inspect(&looked, &data)).await;
        let looked = looked.map_err(|error| refused(error.to_string()))?;
        if let Some(problem) = looked.map_err(|error| refused(error.to_string()))?.problem {
            return Err(refused(problem));
        }
        self.let_go(&mut ending, "A backup is being restored").await;
        let (data, now) = (self.folder.clone(), chrono::Utc::now());
        let restored = tokio::task::spawn_blocking(move || backup::restore(&folder, &data, &how, now)).await;
        self.open_again(&mut ending, false);
        let restored = restored.map_err(|error| error.to_string());
        let (backup, aside) =
            restored.and_then(|done| done.map_err(|error| error.to_string())).map_err(refused)?;
        tracing::info!(events = backup.manifest.events, "a backup was restored");
        self.app()?;
        Ok(Restored { events: backup.manifest.events, aside: aside.map(|aside| aside.display().to_string()) })
    }

    /// Begins a new depot where the database is missing or older than its newest backup; what is there is set aside.
    pub(crate) async fn begin_new(&self) -> Result<(), Problem> {
        let mut ending = self.ending.lock().await;
        if self.opened.borrow().is_err() {
            self.open_again(&mut ending, true);
        }
        drop(ending);
        self.app().map(drop)
    }

    /// Tells the desk of every change, for as long as both exist.
    pub(crate) fn tell_of_changes(&self, window: AppHandle) {
        tauri::async_runtime::spawn(forward_changes(window, self.follow()));
    }
}

/// Does what the desk asks.
#[tauri::command]
pub(crate) async fn execute(
    depot: State<'_, Depot>,
    mut request: CommandRequest,
    photos: Option<Vec<String>>,
) -> Result<CommandOutcome, Problem> {
    let app = depot.app()?;
    let decoded: Result<Vec<_>, _> = photos.iter().flatten().map(|photo| BASE64.decode(photo)).collect();
    let photos = decoded.map_err(|error| AppError::new(Code::Malformed, format!("photos: {error}")))?;
    let staged = app.stage_photos(&Actor::desk(), &mut request, &photos).await?;
    Ok(app.execute_with_files(&Actor::desk(), request, Trace::fresh(), staged).await?)
}

/// Answers what the desk asks.
#[tauri::command]
pub(crate) async fn query(depot: State<'_, Depot>, query: DepotQuery) -> Result<Answered, Problem> {
    FIRST_QUESTION.call_once(|| {
        let milliseconds = STARTED.elapsed().as_millis();
        tracing::info!(milliseconds, "the window asked its first question");
    });
    Ok(depot.app()?.query(&Actor::desk(), query).await?)
}

async fn forward_changes(window: AppHandle, mut depots: watch::Receiver<Opened>) {
    loop {
        let opened = depots.borrow_and_update().clone();
        tokio::select! {
            () = forward_changes_of(&window, opened.ok()) => {}
            changed = depots.changed() => if changed.is_err() { return },
        }
    }
}

/// Never ends.
async fn forward_changes_of(window: &AppHandle, app: Option<App>) {
    let Some(app) = app else { return std::future::pending().await };
    let mut changes = app.subscribe();
    loop {
        let change = match changes.recv().await {
            Ok(change) => change,
            // Too many to name: the desk asks for everything again.
            Err(RecvError::Lagged(_)) => {
                Change { topics: Topic::ALL.to_vec(), sequence: app.head(), drivers: vec![] }
            }
            Err(RecvError::Closed) => return std::future::pending().await,
        };
        if let Err(error) = window.emit(CHANGED, change) {
            tracing::warn!(%error, "the window was not told of a change");
        }
    }
}

/// A signature or a photo, asked for by its hash as the path of a URL.
pub(crate) async fn file(window: AppHandle, path: &str) -> Response<Vec<u8>> {
    let depot = window.state::<Depot>();
    let found = match (depot.app(), path.trim_start_matches('/').parse::<FileHash>()) {
        (Ok(app), Ok(hash)) => app.file(&Actor::desk(), hash).await.ok().flatten(),
        (Err(_), _) | (_, Err(_)) => None,
    };
    let (status, kind, bytes) = match found {
        Some((kind, bytes)) => (StatusCode::OK, kind, bytes),
        None => (StatusCode::NOT_FOUND, "text/plain".to_owned(), vec![]),
    };
    let response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, kind)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'; style-src 'unsafe-inline'")
        .body(bytes);
    response.unwrap_or_else(|_| Response::new(vec![]))
}
