//! A depot that was told to stop and is started again is as it was; `crash` is about one that is killed.

use acceptance::Depot;

#[tokio::test]
async fn a_restart_in_the_middle_of_a_day_changes_nothing() {
    let mut depot = Depot::start();
    let desk = depot.admin();
    let (delivery, staff) = desk.delivery_in("InTransit").await;
    let _ = desk.reach(&delivery, &staff.route, 1).await.ok();
    let before = desk.delivery(&delivery).await;
    depot.stop("TERM");
    depot.start_again();
    let desk = depot.admin();
    assert_eq!(desk.delivery(&delivery).await, before);
    let _ =
        desk.book_driver(&staff.route, &staff.driver).await.refused(400).with("deliveryId", delivery.clone());
    assert_eq!(desk.reach(&delivery, &staff.route, 2).await.ok()["status"], "OutForDelivery");
}
