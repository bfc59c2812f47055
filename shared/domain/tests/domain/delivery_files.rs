//! Deliveries: files that are announced and never come, and addresses of signatures that are kept elsewhere.

use depot_domain::delivery::{AwaitedFileClosed, DeliveryStatus, FileHash, FileRef, ProofOfDeliveryCaptured};
use depot_domain::values::SignatureUrl;
use depot_domain::{DeliveryCommand, DeliveryEvent, Kind};

use crate::delivery::{ask, changed, history_in};
use crate::depot::Depot;
use crate::fixtures::value;

use DeliveryStatus::{Delivered, OutForDelivery};

fn hash(digit: char) -> FileHash {
    value(&digit.to_string().repeat(64))
}

fn signed() -> Vec<DeliveryEvent> {
    let signature = FileRef { hash: hash('a'), media_type: "image/svg+xml".to_owned(), bytes: 900 };
    let proof = ProofOfDeliveryCaptured {
        receiver_name: value("Rita"),
        signature_url: None,
        signature: Some(signature),
        photos: vec![],
        clock: None,
    };
    [history_in(OutForDelivery), vec![proof.into(), changed(OutForDelivery, Delivered)]].concat()
}

fn close(digit: char) -> DeliveryCommand {
    DeliveryCommand::CloseAwaitedFile { hash: hash(digit), reason: value("The phone is broken") }
}

fn closed(digit: char) -> DeliveryEvent {
    AwaitedFileClosed { hash: hash(digit), reason: value("The phone is broken") }.into()
}

#[test]
fn awaited_file_closed_once_stays_closed() {
    ask(&Depot::open(), &signed(), &close('a')).then([closed('a')]);
    let history = [signed(), vec![closed('a')]].concat();
    ask(&Depot::open(), &history, &close('a')).then([]);
}

#[test]
fn awaited_file_that_nothing_names_is_refused() {
    let unknown = format!("Nothing on this delivery names the file {}", "b".repeat(64));
    ask(&Depot::open(), &signed(), &close('b')).then_refused(Kind::NotFound, &unknown);
}

#[test]
fn awaited_file_that_came_is_not_closed() {
    let mut depot = Depot::open();
    depot.file_received = true;
    let there = format!(
        "The file {} is at the depot already: only a file that is still awaited can be closed",
        "a".repeat(64)
    );
    ask(&depot, &signed(), &close('a')).then_refused(Kind::Broken, &there);
}

#[test]
fn signature_url_is_the_address_of_a_web_page() {
    let is_web = |text: &str| value::<SignatureUrl>(text).is_web_address();
    for address in [
        "https://signatures.example/1",
        "HTTP://signatures.example",
        "http://localhost:8080/s?id=1#top",
        "https://[::1]:8443/x",
        "https://bücher.example/ü",
        "https://10.0.0.7/a,b;c=d",
    ] {
        assert!(is_web(address), "{address}");
    }
    for other in [
        "yes",
        "signed on paper",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://signatures.example/1",
        "//signatures.example/1",
        "https:signatures.example",
        "https://",
        "https:///path",
        "https://?x",
        "https://a b.example",
        "https://signatures.example/a b",
        "https://signatures.example/<script>",
        "https://user:secret@signatures.example/",
        "https://signatures.example:0/",
        "https://signatures.example:70000/",
        "https://signatures.example:/",
        "https://-a.example/",
        "https://a..example/",
        "https://[nonsense]/",
        "https://signatures.example\\@evil.example/",
    ] {
        assert!(!is_web(other), "{other}");
    }
}

#[test]
fn proof_with_another_text_as_signature_url_is_refused() {
    let capture = DeliveryCommand::CaptureProof {
        receiver_name: value("Rita"),
        signature_url: Some(value("javascript:alert(1)")),
        signature: None,
        photos: vec![],
    };
    ask(&Depot::open(), &history_in(OutForDelivery), &capture).then_refused(
        Kind::Broken,
        "A signature URL is the address of a web page, such as https://example.org/signatures/17: \
         http or https, a host, and no spaces",
    );
}
