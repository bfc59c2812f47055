//! Settings: which source prevails, what is refused, and what a change writes.

use super::*;
use crate::error::{AppError, Code};

fn load(file: &str, environment: &[(&str, &str)], set: &[&str]) -> Result<Settings, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(SETTINGS_FILE), file).unwrap();
    let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    let set: Vec<_> = set.iter().map(|s| (*s).to_owned()).collect();
    Settings::load(folder.path(), environment, &set).map_err(|error| error.to_string())
}

#[test]
fn the_later_source_prevails() {
    let file = "[fleet]\nturnaround_minutes = 5\nallow_duplicates = true\n[limits.rate]\npermits = 7";
    let environment =
        [("DEPOT_FLEET_TURNAROUND_MINUTES", "6"), ("DEPOT_LIMITS_RATE_PERMITS", "8"), ("HOME", "/")];
    let settings = load(file, &environment, &["limits.rate.permits=9"]).unwrap();
    assert!(settings.fleet.allow_duplicates);
    assert_eq!((settings.fleet.turnaround_minutes, settings.limits.rate.permits), (6, 9));
    let sources: Vec<_> = settings.list().into_iter().map(|view| view.source).skip(3).take(4).collect();
    assert_eq!(sources, [Source::File, Source::Environment, Source::CommandLine, Source::Default]);
}

#[test]
fn what_is_listed_is_what_is_in_force_and_can_be_given_again() {
    let set = ["depot.time_zone=Europe/Lisbon", "http.cors_origins=https://a.example, http://b.example:81"];
    let settings = load("[depot]\nname = \" Porto \"\nlanguage = \"de\"", &[], &set).unwrap();
    let mut again = Settings::default();
    for view in settings.list() {
        again.apply(find(view.key).unwrap(), &view.value, view.source).unwrap();
    }
    assert_eq!((&again.depot, &again.http), (&settings.depot, &settings.http));
    assert_eq!(settings.depot.name, "Porto");
    assert_eq!(settings.depot.language, Language::German);
    assert_eq!(settings.http.cors_origins, ["https://a.example", "http://b.example:81"]);
    let defaults = Settings::default().list();
    assert!(defaults.iter().all(|view| view.value == view.default && view.source == Source::Default));
}

#[test]
fn an_unknown_key_is_refused_with_the_valid_ones_wherever_it_comes_from() {
    for error in [
        load("[fleet]\nturnaround = 5", &[], &[]).unwrap_err(),
        load("", &[("DEPOT_FLEET_TURNAROUND", "5")], &[]).unwrap_err(),
        load("", &[], &["fleet.turnaround=5"]).unwrap_err(),
    ] {
        assert!(error.contains("fleet.turnaround_minutes: minutes that stay free"), "{error}");
    }
}

#[test]
fn a_bad_value_is_refused_with_what_is_valid() {
    for (set, reason) in [
        ("fleet.turnaround_minutes=-1", "give a whole number from 0 to 1440"),
        ("fleet.allow_duplicates=yes", "give true or false"),
        ("http.cors_origins=*", "is no origin"),
        ("http.cors_origins=https://a.example/path", "is no origin"),
        ("endpoint.listen=5000", "give ADDRESS:PORT"),
        ("endpoint.mdns.name=depot.local", "without .local"),
        ("endpoint.mdns.name=-depot", "letters, digits and hyphens"),
        ("endpoint.mdns.name=localhost", "such as depot-porto"),
        ("limits.rate.permits=0", "give a whole number from 1"),
        ("limits.rate.permits", "is not KEY=VALUE"),
        ("depot.time_zone=CEST", "give the name of a time zone"),
        ("depot.time_zone=europe/lisbon", "give the name of a time zone"),
        ("depot.language=fr", "en, de"),
        ("depot.name= ", "1 to 100 characters"),
        ("backup.folder=backups", "give the folder with all of its path"),
    ] {
        let error = load("", &[], &[set]).unwrap_err();
        assert!(error.contains(reason), "{set}: {error}");
    }
}

fn changed(folder: &Path, from: &Settings, changes: &[(&str, Option<&str>)]) -> Result<Settings, AppError> {
    let change = |(key, value): &(&str, Option<&str>)| SettingChange {
        key: (*key).to_owned(),
        value: value.map(str::to_owned),
    };
    from.change(folder, &changes.iter().map(change).collect::<Vec<_>>())
}

#[test]
fn a_change_keeps_everything_else_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(SETTINGS_FILE);
    let text =
        "# ours\n[fleet]\n# vans need washing\nturnaround_minutes = 5 # was 10\nallow_duplicates = true\n";
    std::fs::write(&file, text).unwrap();
    let settings = Settings::load(folder.path(), [], &[]).unwrap();
    let changes = [
        ("fleet.turnaround_minutes", Some("20")),
        ("fleet.allow_duplicates", None),
        ("limits.rate.queue", Some("3")),
        ("depot.name", Some("  Porto \"Norte\" ")),
    ];
    let settings = changed(folder.path(), &settings, &changes).unwrap();
    let expected = "# ours\n[fleet]\n# vans need washing\nturnaround_minutes = 20 # was 10\n\n[limits.rate]\nqueue = 3\n\n\
                    [depot]\nname = 'Porto \"Norte\"'\n";
    assert_eq!(std::fs::read_to_string(&file).unwrap(), expected);
    assert!(!settings.fleet.allow_duplicates);
    assert_eq!(settings.source("fleet.allow_duplicates"), Source::Default);
    assert_eq!(settings, Settings::load(folder.path(), [], &[]).unwrap());
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "a draft was left behind: {left:?}");
}

#[test]
fn what_is_written_flat_or_inline_is_changed_where_it_stands() {
    for (text, expected) in [
        ("fleet.turnaround_minutes = 5\n", "fleet.turnaround_minutes = 6\n"),
        ("fleet = { turnaround_minutes = 5 }\n", "fleet = { turnaround_minutes = 6 }\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(SETTINGS_FILE), text).unwrap();
        let settings = Settings::load(folder.path(), [], &[]).unwrap();
        changed(folder.path(), &settings, &[("fleet.turnaround_minutes", Some("6"))]).unwrap();
        assert_eq!(std::fs::read_to_string(folder.path().join(SETTINGS_FILE)).unwrap(), expected);
    }
}

#[test]
fn a_change_that_is_refused_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let environment = [("DEPOT_DEPOT_NAME".to_owned(), "Porto".to_owned())];
    let set = ["fleet.turnaround_minutes=7".to_owned()];
    let settings = Settings::load(folder.path(), environment, &set).unwrap();
    let good = ("depot.language", Some("de"));
    for (bad, code, reason) in [
        (("depot.name", Some("Faro")), Code::RuleBroken, "the environment (DEPOT_DEPOT_NAME)"),
        (("fleet.turnaround_minutes", None), Code::RuleBroken, "the command line"),
        (("fleet.turnaround", Some("1")), Code::Malformed, "There is no setting"),
        (("limits.rate.permits", Some("0")), Code::Unfit, "from 1 to 1000000"),
    ] {
        let error = changed(folder.path(), &settings, &[good, bad]).unwrap_err();
        assert_eq!(error.code, code, "{error}");
        assert!(error.detail.contains(reason), "{error}");
    }
    assert!(changed(folder.path(), &settings, &[]).is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    std::fs::write(folder.path().join(SETTINGS_FILE), "[fleet\n").unwrap();
    let error = changed(folder.path(), &settings, &[good]).unwrap_err();
    assert!(error.detail.contains("is not TOML"), "{error}");
}

#[test]
fn backups_go_to_a_folder_that_is_fit_for_them_or_the_setting_is_refused() {
    let (data, disk) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let settings = Settings::load(data.path(), [], &[]).unwrap();
    let file = disk.path().join("file");
    std::fs::write(&file, "").unwrap();
    let text = |path: &Path| path.display().to_string();
    for (folder, reason) in [
        (text(data.path()), "lies in the data folder"),
        (text(&data.path().join("depot.sqlite3")), "lies in the data folder"),
        (text(&file), "is not a folder"),
        (text(&file.join("within")), "cannot be made"),
    ] {
        let error = changed(data.path(), &settings, &[("backup.folder", Some(&folder))]).unwrap_err();
        assert_eq!(error.code, Code::Unfit);
        assert!(error.detail.contains("backup.folder") && error.detail.contains(reason), "{error}");
        assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0);
    }
    let wanted = disk.path().join("new/backups");
    let settings = changed(data.path(), &settings, &[("backup.folder", Some(&text(&wanted)))]).unwrap();
    assert!(wanted.is_dir());
    assert_eq!(settings.backup.folder.as_deref(), Some(&*wanted));
    assert_eq!(settings, Settings::load(data.path(), [], &[]).unwrap());
    // Whatever gives it: a depot does not start with backups among its data.
    let within = format!("backup.folder={}", data.path().join("files").display());
    let error = Settings::load(data.path(), [], &[within]).unwrap_err().to_string();
    assert!(error.contains("lies in the data folder"), "{error}");
}

#[test]
fn a_change_by_hand_comes_into_force_with_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::load(folder.path(), [], &["fleet.turnaround_minutes=7".to_owned()]).unwrap();
    let by_hand = "[limits.rate]\npermits = 9\n[fleet]\nturnaround_minutes = 1\n";
    std::fs::write(folder.path().join(SETTINGS_FILE), by_hand).unwrap();
    let settings = changed(folder.path(), &settings, &[("depot.language", Some("de"))]).unwrap();
    assert_eq!((settings.limits.rate.permits, settings.fleet.turnaround_minutes), (9, 7));
}
