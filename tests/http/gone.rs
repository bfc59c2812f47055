//! A depot whose files are taken away while it is served acknowledges nothing more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use acceptance::Depot;
use serde_json::json;

/// What somebody does to the data folder.
type Harm = fn(&std::path::Path);

const HARMS: [(&str, Harm); 4] = [
    ("rm -rf", |folder| std::fs::remove_dir_all(folder).expect("it can be removed")),
    ("mv", |folder| std::fs::rename(folder, folder.with_extension("away")).expect("it can be moved")),
    ("another database", |folder| {
        let (database, other) = (folder.join("depot.sqlite3"), folder.join("other"));
        std::fs::copy(&database, &other).expect("it can be copied");
        std::fs::rename(other, database).expect("it can be exchanged");
    }),
    ("rm depot.lock", |folder| std::fs::remove_file(folder.join("depot.lock")).expect("it can be removed")),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_acknowledged_once_the_files_are_gone() {
    for (what, harm) in HARMS {
        let outer = tempfile::tempdir().expect("a temporary folder");
        let depot = Depot::generous().within(outer.path()).start();
        let (is_gone, before, late, refused) =
            (Arc::new(AtomicBool::new(false)), counter(), counter(), counter());
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let admin = depot.admin();
                let (is_gone, before, late, refused) =
                    (Arc::clone(&is_gone), Arc::clone(&before), Arc::clone(&late), Arc::clone(&refused));
                tokio::spawn(async move {
                    for number in 0..60 {
                        let is_late = is_gone.load(Ordering::SeqCst);
                        let body =
                            json!({"name": "Ana Costa", "driverLicense": format!("{writer}-{number}")});
                        let answer = admin.post("/api/fleet/drivers", body).await;
                        let count = match (is_late, answer.status) {
                            (false, 200) => &before,
                            (true, 200) => &late,
                            (_, status) => {
                                assert_eq!(status, 503, "{what}");
                                &refused
                            }
                        };
                        count.fetch_add(1, Ordering::SeqCst);
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(150)).await;
        harm(depot.folder());
        is_gone.store(true, Ordering::SeqCst);
        for writer in writers {
            writer.await.expect("no writer fails");
        }
        let counts = [&before, &late, &refused].map(|count| count.load(Ordering::SeqCst));
        eprintln!("{what}: {} before, {} after it, {} refused", counts[0], counts[1], counts[2]);
        assert_eq!(counts[1], 0, "{what}: acknowledged into nowhere");
        assert!(counts[0] > 0 && counts[2] > 0, "{what}: {counts:?}");
        let ready = depot.admin().get("/health/ready").await;
        let code = ready.json()["code"].clone();
        assert_eq!((ready.status, code.as_str()), (503, Some("unavailable")), "{what}");
    }
}

fn counter() -> Arc<AtomicU32> {
    Arc::new(AtomicU32::new(0))
}
