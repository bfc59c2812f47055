//! Pictures that are uploaded: what is kept of one is a picture that needs no cleaning.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(cleaned) = depot_app::fuzzing::clean(bytes) {
        assert_eq!(
            depot_app::fuzzing::clean(&cleaned).as_ref(),
            Some(&cleaned),
            "it is clean the second time"
        );
    }
});
