//! Uploads that take their time, and those that are larger than what is kept.

use std::time::Duration;

use acceptance::{Answer, Depot, SIGNED};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

/// Sends the beginning of an upload, and no more of it.
async fn begin_slow_upload(depot: &Depot, token: &str, delivery: &str) -> TcpStream {
    let address = depot.url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/deliveries/{delivery}/proof-of-delivery HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: multipart/form-data; boundary=XX\r\nContent-Length: 900000\r\n\r\n\
         --XX\r\nContent-Disposition: form-data; name=\"signature\"; filename=\"s\"\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&[0; 1000]).await.unwrap();
    stream
}

#[tokio::test]
async fn slow_uploads_of_one_credential_keep_out_nobody_else() {
    let depot = Depot::start();
    let admin = depot.admin();
    let (slow, _) = admin.delivery_in("OutForDelivery").await;
    let (delivery, staff) = admin.delivery_in("OutForDelivery").await;
    let token = depot.token(&["--role", "integration", "--name", "Slow"]);
    let mut stalled = vec![];
    for _ in 0..8 {
        stalled.push(begin_slow_upload(&depot, &token, &slow).await);
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let phone = depot.phone_of(&staff.driver);
    let form =
        Form::new().text("receiverName", "Grace").part("signature", Part::bytes(SIGNED).file_name("s.svg"));
    let path = format!("/api/deliveries/{delivery}/proof-of-delivery");
    let sending = Answer::to(phone.request(Method::POST, &path).multipart(form));
    let answer = tokio::time::timeout(Duration::from_secs(20), sending).await;
    assert_eq!(answer.expect("it waits for no other credential").ok()["status"], "Delivered");
    drop(stalled);
}

/// A black PNG: few bytes, many pixels.
fn large_png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(vec![]);
    image::GrayImage::new(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn large_photo_is_made_smaller_and_half_of_one_refused() {
    let depot = Depot::start();
    let admin = depot.admin();
    let (delivery, _) = admin.delivery_in("OutForDelivery").await;
    let path = format!("/api/deliveries/{delivery}/proof-of-delivery");
    let send = |photo: Vec<u8>| {
        let form =
            Form::new().text("receiverName", "Grace").part("photos", Part::bytes(photo).file_name("p.png"));
        Answer::to(admin.request(Method::POST, &path).multipart(form))
    };
    let large = large_png(6_000, 4_000);
    let _ = send(large[..large.len() / 2].to_vec()).await.refused(400).mentions("breaks off");
    let _ = send(large_png(8_000, 8_000)).await.refused(400).mentions("at most 50 million are read");
    let _ = send(large).await.ok();
    let photo = admin.delivery(&delivery).await["photos"][0]["hash"].as_str().unwrap().to_owned();
    let answer = admin.request(Method::GET, &format!("/api/files/{photo}")).send().await.unwrap();
    let kept = answer.bytes().await.unwrap();
    let size = [&kept[16..20], &kept[20..24]].map(|side| u32::from_be_bytes(side.try_into().unwrap()));
    assert_eq!(size, [3_000, 2_000]);
}

#[tokio::test]
async fn signature_url_that_is_no_address_is_refused() {
    let depot = Depot::start();
    let admin = depot.admin();
    let (delivery, _) = admin.delivery_in("OutForDelivery").await;
    let path = format!("/api/deliveries/{delivery}/proof-of-delivery");
    for text in ["signed on paper", "javascript:alert(1)", "data:text/html,x", "https://", "//example.org/s"]
    {
        let body = json!({"receiverName": "Grace", "signatureUrl": text});
        let _ = admin.post(&path, body).await.refused(400).mentions("address of a web page");
    }
    let body = json!({"receiverName": "Grace", "signatureUrl": "https://example.org/s?id=1"});
    assert_eq!(admin.post(&path, body).await.ok()["status"], "Delivered");
}
