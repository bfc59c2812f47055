//! The check of a whole depot: not only of its log, but of what everybody sees, and of what nobody should have put there.

use std::path::PathBuf;

use depot_store::chain::Verified;
use depot_store::seal::SealKey;
use depot_store::{DATABASE_FILE, aside};
use rusqlite::Connection;

use crate::app::{self, App};
use crate::error::{AppError, Code};
use crate::landmarks::Landmarks;
use crate::{rebuild, token};

impl App {
    /// Checks the whole depot: SQLite's structure, chain and seals, that the last seal stands on the log, that the schema is
    /// the program's own, that every token was made by this depot, and that every projection is what the log says. Works
    /// beside whoever serves it: the projections are built again aside.
    ///
    /// # Errors
    /// The first thing that is not as it should be.
    pub async fn audit(&self) -> Result<Verified, AppError> {
        self.check_database().await?;
        // What a foreign trigger does to what follows nobody knows.
        self.check_schema().await?;
        let verified = self.verify().await?;
        self.check_beside_log().await?;
        let file = self.folder().join(DATABASE_FILE);
        let compared = tokio::task::spawn_blocking(move || compare_projections(file)).await;
        compared.map_err(AppError::storage)??;
        Ok(verified)
    }

    /// Checks that tables, indexes, triggers and views are the program's own.
    ///
    /// # Errors
    /// Which are not.
    pub(crate) async fn check_schema(&self) -> Result<(), AppError> {
        let found =
            self.store().read(|tables| aside::foreign(tables, &app::migrations()).map_err(AppError::storage));
        let foreign = found.await?;
        if foreign.is_empty() {
            return Ok(());
        }
        Err(tampered(format!("its schema was changed: {}", foreign.join(", "))))
    }

    /// Checks what stands beside the log: that the last seal stands on it, and that every token is the depot's own.
    ///
    /// # Errors
    /// What is not.
    pub(crate) async fn check_beside_log(&self) -> Result<(), AppError> {
        let folder = self.folder().to_owned();
        let read = move || Ok::<_, std::io::Error>((Landmarks::read(&folder)?, SealKey::read(&folder)?));
        let (landmarks, key) =
            tokio::task::spawn_blocking(read).await.map_err(AppError::storage)?.map_err(AppError::storage)?;
        self.store()
            .read(move |tables| {
                landmarks.check(tables)?.map_err(tampered)?;
                let strangers = match &key {
                    Some(key) if landmarks.tokens_signed => token::strangers(tables, &key.public())?,
                    Some(_) | None => vec![],
                };
                match strangers.first() {
                    None => Ok(()),
                    Some(id) => Err(tampered(format!(
                        "{} tokens were not made by this depot, among them {id}: revoke them",
                        strangers.len()
                    ))),
                }
            })
            .await
    }
}

fn compare_projections(file: PathBuf) -> Result<(), AppError> {
    let copied = aside::copy(&file, &app::migrations(), &rebuild::PROJECTIONS);
    let again: Connection = copied.map_err(AppError::storage)?;
    rebuild::rebuild(&again)?;
    for table in rebuild::PROJECTIONS {
        let rows = aside::different_rows(&again, table)?;
        if rows > 0 {
            return Err(tampered(format!(
                "{rows} rows of the table {table} are not what the log says; `depotd rebuild` makes them anew"
            )));
        }
    }
    Ok(())
}

fn tampered(what: String) -> AppError {
    AppError::new(Code::Internal, format!("The record was tampered with: {what}"))
}
