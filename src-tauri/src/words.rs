//! The words of the menus, the tray and the system's dialogs in every language of the desk. The pages' are in their own catalogues.

use depot_app::Language;
use tokio::sync::watch;

/// The language that the desk speaks: the depot's until the page says what it was told to speak here.
pub(crate) struct Spoken(watch::Sender<Language>);

impl Spoken {
    pub(crate) fn new(language: Language) -> Self {
        Self(watch::Sender::new(language))
    }

    pub(crate) fn set(&self, language: Language) {
        self.0.send_if_modified(|spoken| std::mem::replace(spoken, language) != language);
    }

    pub(crate) fn follow(&self) -> watch::Receiver<Language> {
        self.0.subscribe()
    }
}

/// The native texts of one language.
pub(crate) struct Words {
    pub(crate) file: &'static str,
    pub(crate) new_delivery: &'static str,
    pub(crate) new_route: &'static str,
    pub(crate) new_driver: &'static str,
    pub(crate) new_vehicle: &'static str,
    pub(crate) print: &'static str,
    pub(crate) close: &'static str,
    pub(crate) quit: &'static str,
    #[cfg(target_os = "macos")]
    pub(crate) edit: &'static str,
    pub(crate) go: &'static str,
    /// As the desk's side bar has them.
    pub(crate) places: [(&'static str, &'static str); 9],
    pub(crate) help: &'static str,
    pub(crate) keys: &'static str,
    pub(crate) open: &'static str,
    pub(crate) choose_backup: &'static str,
    pub(crate) active: fn(u32) -> String,
}

/// The native texts in `language`.
pub(crate) const fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
    }
}

const ENGLISH: Words = Words {
    file: "File",
    new_delivery: "New delivery",
    new_route: "New route",
    new_driver: "New driver",
    new_vehicle: "New vehicle",
    print: "Print…",
    close: "Close window",
    quit: "Quit",
    #[cfg(target_os = "macos")]
    edit: "Edit",
    go: "Go",
    places: [
        ("today", "Today"),
        ("delivery", "Deliveries"),
        ("route", "Routes"),
        ("fleet", "Fleet"),
        ("incident", "Incidents"),
        ("phone", "Phones"),
        ("report", "Reports"),
        ("log", "Log"),
        ("settings", "Settings"),
    ],
    help: "Help",
    keys: "Keys",
    open: "Open Eroad Depot",
    choose_backup: "Choose a backup",
    active: |count| match count {
        0 => "No delivery under way".to_owned(),
        1 => "1 delivery under way".to_owned(),
        _ => format!("{count} deliveries under way"),
    },
};

const GERMAN: Words = Words {
    file: "Datei",
    new_delivery: "Neue Lieferung",
    new_route: "Neue Route",
    new_driver: "Neuer Fahrer",
    new_vehicle: "Neues Fahrzeug",
    print: "Drucken …",
    close: "Fenster schließen",
    quit: "Beenden",
    #[cfg(target_os = "macos")]
    edit: "Bearbeiten",
    go: "Gehe zu",
    places: [
        ("today", "Heute"),
        ("delivery", "Lieferungen"),
        ("route", "Routen"),
        ("fleet", "Flotte"),
        ("incident", "Vorfälle"),
        ("phone", "Telefone"),
        ("report", "Berichte"),
        ("log", "Protokoll"),
        ("settings", "Einstellungen"),
    ],
    help: "Hilfe",
    keys: "Tasten",
    open: "Eroad Depot öffnen",
    choose_backup: "Sicherung wählen",
    active: |count| match count {
        0 => "Keine Lieferung unterwegs".to_owned(),
        1 => "1 Lieferung unterwegs".to_owned(),
        _ => format!("{count} Lieferungen unterwegs"),
    },
};
