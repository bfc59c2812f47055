//! The log: a history of events, one a line with its type before its body. What was stored is read, written, read again and
//! folded into a state, whatever the order: that cannot fail.

#![no_main]

use std::fmt::Debug;

use depot_domain::decider::{Decider, DomainEvent};
use depot_domain::values::Timestamp;
use depot_domain::{Delivery, Driver, Route, Vehicle};
use libfuzzer_sys::fuzz_target;
use serde_json::{Deserializer, Serializer};

fuzz_target!(|bytes: &[u8]| {
    let at: Timestamp = "2040-05-01T08:00:00Z".parse().expect("a time");
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let lines: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once(' ')).collect();
    read::<Driver>(&lines, at);
    read::<Vehicle>(&lines, at);
    read::<Route>(&lines, at);
    read::<Delivery>(&lines, at);
});

fn read<D: Decider<Event: PartialEq + Debug>>(lines: &[(&str, &str)], at: Timestamp) {
    let mut state = None;
    for (name, body) in lines {
        let Ok(event) = D::Event::decode(name, &mut Deserializer::from_str(body)) else { continue };
        let mut written = vec![];
        event.encode(&mut Serializer::new(&mut written)).expect("what was read can be written");
        let again = D::Event::decode(name, &mut Deserializer::from_slice(&written));
        assert_eq!(again.expect("what was written can be read"), event);
        D::evolve(&mut state, event, at);
    }
}
