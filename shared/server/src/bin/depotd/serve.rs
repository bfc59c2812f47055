//! `depotd serve`: serves the depot until it is told to stop.

use depot_app::{
    Actor, AdminCommand, App, AppOptions, CommandRequest, DepotAnswer, DepotCommand, DepotQuery, Trace,
};
use depot_server::{ServeOptions, logging, process};

use crate::args::ServeArguments;
use crate::{Failure, say, settings_of};

pub(crate) async fn serve(arguments: ServeArguments) -> Result<(), Failure> {
    let ServeArguments {
        settings: with_settings,
        listen,
        insecure_http,
        tls,
        host_name,
        demo,
        new,
        sign_in_link,
    } = arguments;
    let settings = settings_of(&with_settings)?;
    let options = ServeOptions {
        listen: listen.unwrap_or(settings.endpoint.listen),
        insecure_http: insecure_http || settings.endpoint.insecure_http,
        tls,
        sign_in_link,
        host_names: host_name,
    };
    // First, so that a depot that somebody else holds does not even get a log file of ours.
    let folder = with_settings.folder.folder();
    let app = App::open(AppOptions { begin_new: new, ..AppOptions::new(&folder, settings) })?;
    let _log = logging::start(&folder)?;
    if process::is_open_to_others(&folder) {
        tracing::warn!(
            folder = %folder.display(),
            "others on this machine can look into the data folder: close it to them, on Linux and macOS with chmod 700"
        );
    }
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
    let stopped = process::stop_signal()?;
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
