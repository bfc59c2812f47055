//! The window's adapter: hands the desk's commands and queries to the application, and its changes to the desk.
//!
//! It knows no rule of the depot. Whoever sits at this window is the depot's own admin.

use std::sync::{LazyLock, Once};
use std::time::Instant;

use depot_app::domain::delivery::FileHash;
use depot_app::{
    Actor, Answered, App, AppError, Change, Code, CommandOutcome, CommandRequest, DepotQuery, Problem, Topic,
    Trace,
};
use depot_server::Switch;
use depot_server::logging::Log;
use tauri::http::{Response, StatusCode, header};
use tauri::{AppHandle, Emitter, Manager, State};
use tokio::sync::Mutex;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// When the process began, for telling how long the window took.
pub(crate) static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

static FIRST_QUESTION: Once = Once::new();

/// The event by which the desk is told what changed.
const CHANGED: &str = "changed";

/// The depot behind the window.
pub(crate) struct Depot {
    opened: Result<App, String>,
    /// What ends with the window.
    ending: Mutex<(Option<Switch>, Option<Log>)>,
}

impl Depot {
    /// An open depot, with its endpoint and its log.
    pub(crate) fn of(app: App, endpoint: Switch, log: Option<Log>) -> Self {
        Self { opened: Ok(app), ending: Mutex::new((Some(endpoint), log)) }
    }

    /// No depot; the desk shows why.
    pub(crate) fn closed(reason: String) -> Self {
        Self { opened: Err(reason), ending: Mutex::new((None, None)) }
    }

    pub(crate) fn app(&self) -> Result<&App, Problem> {
        self.opened.as_ref().map_err(|reason| AppError::new(Code::Unavailable, reason.clone()).into())
    }

    /// Finishes what was accepted, from the window and from phones.
    pub(crate) async fn close(&self) {
        let (endpoint, log) = std::mem::take(&mut *self.ending.lock().await);
        if let Some(endpoint) = endpoint {
            endpoint.stop().await;
        }
        if let Ok(app) = &self.opened {
            app.close().await;
        }
        drop(log);
    }

    /// Tells the desk of every change, for as long as both exist.
    pub(crate) fn tell_of_changes(&self, window: AppHandle) {
        if let Ok(app) = &self.opened {
            tauri::async_runtime::spawn(forward_changes(window, app.subscribe(), app.clone()));
        }
    }
}

/// Does what the desk asks.
#[tauri::command]
pub(crate) async fn execute(
    depot: State<'_, Depot>,
    request: CommandRequest,
) -> Result<CommandOutcome, Problem> {
    Ok(depot.app()?.execute(&Actor::desk(), request, Trace::fresh()).await?)
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

async fn forward_changes(window: AppHandle, mut changes: Receiver<Change>, app: App) {
    loop {
        let change = match changes.recv().await {
            Ok(change) => change,
            // Too many to name: the desk asks for everything again.
            Err(RecvError::Lagged(_)) => {
                Change { topics: Topic::ALL.to_vec(), sequence: app.head(), drivers: vec![] }
            }
            Err(RecvError::Closed) => return,
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
