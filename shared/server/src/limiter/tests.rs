//! The window against a naive model, and the gate on a paused clock.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::gate::Gate;
use super::window::{Decision, Quota, SEGMENTS, Window};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 20));

/// The rule said as plainly as possible: every grant is remembered with its segment for ever.
#[derive(Default)]
struct Model {
    grants: Vec<(u64, u32)>,
    queue: Vec<u32>,
}

impl Model {
    fn in_window(&self, segment: u64) -> usize {
        let oldest = (segment + 1).saturating_sub(SEGMENTS as u64);
        self.grants.iter().filter(|(at, _)| (oldest..=segment).contains(at)).count()
    }

    fn serve_queue(&mut self, quota: Quota, segment: u64) {
        while !self.queue.is_empty() && self.in_window(segment) < quota.permits as usize {
            let first = self.queue.remove(0);
            self.grants.push((segment, first));
        }
    }

    fn ask(&mut self, quota: Quota, segment: u64, who: u32) -> bool {
        if self.queue.is_empty() && self.in_window(segment) < quota.permits as usize {
            self.grants.push((segment, who));
            return true;
        }
        if self.queue.len() < quota.queue as usize {
            self.queue.push(who);
            return true;
        }
        false
    }
}

#[derive(Clone, Debug)]
enum Step {
    Ask,
    Wait { ms: u64 },
    Leave { nth: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => Just(Step::Ask),
        2 => (0_u64..40).prop_map(|ms| Step::Wait { ms }),
        1 => (40_u64..400).prop_map(|ms| Step::Wait { ms }),
        1 => (0_usize..5).prop_map(|nth| Step::Leave { nth }),
    ];
    prop::collection::vec(step, 0..300)
}

proptest! {
    #[test]
    fn grants_exactly_what_the_plain_rule_grants(
        steps in steps(), permits in 0_u32..8, queue in 0_u32..5, segment_ms in 1_u64..30, start_ms in 0_u64..1000,
    ) {
        let quota = Quota { permits, window_ms: segment_ms * SEGMENTS as u64, queue };
        let mut now_ms = start_ms;
        let mut window = Window::new(quota, now_ms);
        let mut model = Model::default();
        let mut granted = Vec::new();
        for (who, step) in (0_u32..).zip(steps) {
            let segment = now_ms / segment_ms;
            match step {
                Step::Ask => {
                    let accepted = match window.ask(now_ms, || who) {
                        Decision::Granted => { granted.push(who); true }
                        Decision::Queued => true,
                        Decision::Refused { retry_after_ms } => {
                            prop_assert!((1..=quota.window_ms).contains(&retry_after_ms));
                            false
                        }
                    };
                    prop_assert_eq!(accepted, model.ask(quota, segment, who));
                }
                Step::Wait { ms } => {
                    now_ms += ms;
                    window.advance(now_ms, |waiter| { granted.push(waiter); true });
                    model.serve_queue(quota, now_ms / segment_ms);
                }
                Step::Leave { nth } => {
                    let gone = model.queue.get(nth).copied();
                    model.queue.retain(|&waiting| Some(waiting) != gone);
                    window.leave(|&waiting| Some(waiting) == gone);
                }
            }
            let expected: Vec<u32> = model.grants.iter().map(|&(_, who)| who).collect();
            prop_assert_eq!(&granted, &expected);
            prop_assert!(model.in_window(now_ms / segment_ms) <= permits as usize);
        }
    }
}

#[test]
fn tells_when_a_permit_comes_back_that_the_queue_does_not_take() {
    let quota = Quota { permits: 2, window_ms: 10_000, queue: 1 };
    let mut window = Window::new(quota, 0);
    let mut ask = |now_ms| {
        window.advance(now_ms, |()| true);
        window.ask(now_ms, || ())
    };
    assert_eq!(ask(0), Decision::Granted);
    assert_eq!(ask(2_500), Decision::Granted);
    assert_eq!(ask(2_600), Decision::Queued);
    // The permit of 0 s comes back at 10 s and goes to the queue; the one of 2.5 s comes back at 12 s.
    assert_eq!(ask(2_700), Decision::Refused { retry_after_ms: 9_300 });
}

#[test]
fn a_waiter_that_is_gone_takes_no_permit() {
    let quota = Quota { permits: 1, window_ms: 5, queue: 2 };
    let mut window = Window::new(quota, 0);
    assert_eq!(window.ask(0, || "first"), Decision::Granted);
    assert_eq!(window.ask(0, || "gone"), Decision::Queued);
    assert_eq!(window.ask(0, || "waits"), Decision::Queued);
    let mut woken = Vec::new();
    window.advance(5, |waiter| {
        woken.push(waiter);
        waiter != "gone"
    });
    assert_eq!(woken, ["gone", "waits"]);
}

fn quota() -> Quota {
    Quota { permits: 3, window_ms: 10_000, queue: 2 }
}

#[tokio::test(start_paused = true)]
async fn waiting_requests_are_served_in_order_when_permits_come_back() {
    let gate = Arc::new(Gate::new(quota()));
    for _ in 0..3 {
        assert_eq!(gate.pass(HERE).await, Ok(()));
    }
    let (report, mut served) = tokio::sync::mpsc::unbounded_channel();
    for who in 0..2 {
        let (gate, report) = (Arc::clone(&gate), report.clone());
        tokio::spawn(async move {
            let passed = gate.pass(HERE).await;
            report.send((who, passed)).unwrap();
        });
        tokio::task::yield_now().await;
    }
    assert_eq!(gate.pass(HERE).await.map_err(|refused| refused.retry_after_seconds), Err(10));
    let before = tokio::time::Instant::now();
    assert_eq!(served.recv().await, Some((0, Ok(()))));
    assert_eq!(served.recv().await, Some((1, Ok(()))));
    let waited = before.elapsed();
    assert!((Duration::from_secs(9)..Duration::from_secs(11)).contains(&waited), "{waited:?}");
    // Of the three permits that came back they have two.
    assert!(gate.ask_without_waiting(HERE));
    assert!(!gate.ask_without_waiting(HERE));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_leaves_the_queue() {
    let gate = Gate::new(Quota { permits: 1, window_ms: 10_000, queue: 1 });
    assert_eq!(gate.pass(HERE).await, Ok(()));
    let gone = tokio::time::timeout(Duration::from_secs(1), gate.pass(HERE)).await;
    assert!(gone.is_err(), "it waits");
    // Its place is free again, so this one waits rather than being refused.
    assert_eq!(gate.pass(HERE).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_takes_nobody_with_it() {
    let gate = Gate::new(Quota { permits: 1, window_ms: 10_000, queue: 2 });
    assert_eq!(gate.pass(HERE).await, Ok(()));
    let began = tokio::time::Instant::now();
    let goes = tokio::time::timeout(Duration::from_secs(1), gate.pass(HERE));
    let (gone, served) = tokio::join!(goes, gate.pass(HERE));
    assert!(gone.is_err() && served == Ok(()));
    assert_eq!(began.elapsed().as_secs(), 10, "it is served when the permit comes back, and no sooner");
}

#[tokio::test(start_paused = true)]
async fn addresses_do_not_share_a_window_and_idle_ones_are_forgotten() {
    let gate = Gate::new(quota());
    for last in 0..200 {
        assert!(gate.ask_without_waiting(IpAddr::V4(Ipv4Addr::new(10, 0, 0, last))));
    }
    assert_eq!(gate.clients(), 200);
    tokio::time::advance(Duration::from_secs(3)).await;
    assert!(gate.ask_without_waiting(HERE));
    assert_eq!(gate.clients(), 201, "what was granted still counts");
    tokio::time::advance(Duration::from_secs(13)).await;
    assert!(gate.ask_without_waiting(IpAddr::V4(Ipv4Addr::new(10, 0, 1, 0))));
    assert_eq!(gate.clients(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_addresses_takes_bounded_memory() {
    let gate = Gate::new(quota());
    for number in 0..10_000_u32 {
        gate.ask_without_waiting(IpAddr::V4(Ipv4Addr::from_bits(number)));
    }
    assert!(gate.clients() <= 4097, "{}", gate.clients());
    assert!(!gate.ask_without_waiting(HERE), "beyond the cap all share one window, which is full");
}

#[test]
fn those_who_ask_at_once_find_no_window_ahead_of_their_time() {
    // Segments of a millisecond, so that one begins between somebody's call and its turn.
    let gate = Gate::new(Quota { permits: u32::MAX, window_ms: SEGMENTS as u64, queue: 0 });
    let began = std::time::Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while began.elapsed() < Duration::from_millis(500) {
                    assert!(gate.ask_without_waiting(HERE));
                }
            });
        }
    });
}
