//! `depotd serve`: serves the depot until it is told to stop.

use depot_app::{Actor, AdminCommand, App, CommandRequest, DepotAnswer, DepotCommand, DepotQuery, Trace};
use depot_server::{ServeOptions, logging};

use crate::args::ServeArguments;
use crate::{Failure, open, say, settings_of};

pub(crate) async fn serve(arguments: ServeArguments) -> Result<(), Failure> {
    let ServeArguments { settings: with_settings, listen, insecure_http, tls, host_name, demo, sign_in_link } =
        arguments;
    let settings = settings_of(&with_settings)?;
    let options = ServeOptions {
        listen: listen.unwrap_or(settings.endpoint.listen),
        insecure_http: insecure_http || settings.endpoint.insecure_http,
        tls,
        sign_in_link,
        host_names: host_name,
    };
    // First, so that a depot that somebody else holds does not even get a log file of ours.
    let app = open(&with_settings.folder, settings, true)?;
    let _log = logging::start(&with_settings.folder.folder())?;
    let served = serve_opened(&app, options, demo).await;
    app.close().await;
    served
}

async fn serve_opened(app: &App, options: ServeOptions, demo: bool) -> Result<(), Failure> {
    if demo {
        load_demo(app).await?;
    }
    app.keep_up();
    // Before anybody is told that it listens: whoever is told may stop it at once.
    let stopped = stop_signal()?;
    let running = depot_server::serve(app.clone(), options).await?;
    say(format_args!("listening on {}", running.url()))?;
    if let Some(url) = running.setup_url() {
        say(format_args!("phones learn to trust it at {url}"))?;
    }
    if let Some(link) = running.sign_in_link() {
        say(format_args!("sign in at {link}"))?;
    }
    stopped.await;
    running.stop().await;
    Ok(())
}

async fn load_demo(app: &App) -> Result<(), Failure> {
    let desk = Actor::desk();
    if let DepotAnswer::Session(session) = app.query(&desk, DepotQuery::Session {}).await?.answer
        && session.demo
    {
        return Ok(());
    }
    let command = DepotCommand::Depot { command: AdminCommand::LoadDemo {} };
    app.execute(&desk, CommandRequest::new(command), Trace::fresh()).await?;
    Ok(())
}

/// Resolves when somebody wants the program to end. It listens from now on, not from when it is awaited.
#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves when somebody wants the program to end.
#[cfg(not(unix))]
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    Ok(async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "cannot wait for Ctrl+C");
            std::future::pending::<()>().await;
        }
    })
}
