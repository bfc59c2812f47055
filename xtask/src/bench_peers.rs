//! `cargo xtask bench -- peers`: the depot in turns with other event stores and another server that do the same work.

use std::fmt::Write as _;
use std::thread::sleep;
use std::time::Duration;

use crate::failure::Failure;
use crate::measured::{self, median, ticks_per_second};
use crate::peers::{self, Contender, Contenders, Slice};

const PLACE: (&str, &str) =
    ("<!-- peers: written by `cargo xtask bench -- peers` -->", "<!-- end of peers -->");

const ROUNDS: usize = 9;
const SLICE: Duration = Duration::from_secs(1);
const CLIENTS: usize = 64;
/// Between slices, for what one leaves to be done behind its answers.
const PAUSE: Duration = Duration::from_millis(300);

/// The slices of a contender.
#[derive(Default)]
struct Measured {
    slices: Vec<Slice>,
}

impl Measured {
    fn median(&self, of: fn(&Slice) -> f64) -> f64 {
        median(self.slices.iter().map(of))
    }
}

/// What of ours stands beside a peer.
struct Comparison {
    ours: Contender,
    peer: Contender,
    /// How many times the peer's rate ours shall have.
    wanted: f64,
    measured: Measured,
    /// Of each round: our rate, of the slices before and after, beside the peer's.
    ratios: Vec<f64>,
}

impl Comparison {
    fn new(ours: Contender, peer: Contender, wanted: f64) -> Self {
        Self { ours, peer, wanted, measured: Measured::default(), ratios: Vec::new() }
    }
}

pub(crate) fn bench() -> Result<(), Failure> {
    let mut contenders = peers::set_up()?;
    let ticks_per_second = ticks_per_second()?;
    let mut ours = [(Contender::Execute, Measured::default()), (Contender::Endpoint, Measured::default())];
    let mut comparisons = [
        Comparison::new(Contender::Execute, Contender::Cqrs, 10.0),
        Comparison::new(Contender::Execute, Contender::Uma, 3.0),
        Comparison::new(Contender::Endpoint, Contender::PocketBase, 5.0),
    ];
    let slice = |contenders: &mut Contenders, contender| {
        let slice = contenders.slice(contender, SLICE, CLIENTS, ticks_per_second)?;
        sleep(PAUSE);
        eprintln!("{contender:?}: {:.0} a second, {:.0} us of CPU each", slice.per_second, slice.cpu_us);
        Ok::<_, Failure>(slice)
    };
    // The first round warms the caches of all.
    for round in 0..=ROUNDS {
        for place in 0..comparisons.len() {
            let which = (place + round) % comparisons.len();
            let comparison = &mut comparisons[which];
            let before = slice(&mut contenders, comparison.ours)?;
            let peer = slice(&mut contenders, comparison.peer)?;
            let after = slice(&mut contenders, comparison.ours)?;
            if round > 0 {
                let own = f64::midpoint(before.per_second, after.per_second);
                comparison.ratios.push(own / peer.per_second);
                comparison.measured.slices.push(peer);
                for (_, measured) in ours.iter_mut().filter(|(contender, _)| *contender == comparison.ours) {
                    measured.slices.extend([before, after]);
                }
            }
        }
    }
    let mut text =
        format!("\n`cargo xtask bench -- peers`, {ROUNDS} rounds, on {}.\n", contenders.machine()?);
    tell(&mut text, &contenders, &ours, &comparisons);
    eprint!("{text}");
    measured::put(PLACE, &text)
}

fn tell(
    text: &mut String,
    contenders: &Contenders,
    ours: &[(Contender, Measured)],
    comparisons: &[Comparison],
) {
    text.push_str(
        "\n| what, with 64 clients | a second | CPU, us each | p50, ms | p99, ms | ours beside it | least to most | wanted | |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for (own, measured) in ours {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| {} | {} | | | | |", contenders.name(*own), figures(measured));
        for comparison in comparisons.iter().filter(|comparison| comparison.ours == *own) {
            let Comparison { peer, wanted, measured, ratios, .. } = comparison;
            let ratio = median(ratios.iter().copied());
            let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
            let most = ratios.iter().copied().fold(0.0, f64::max);
            let met = if ratio >= *wanted { "met" } else { "missed" };
            let (name, figures) = (contenders.name(*peer), figures(measured));
            let _ = writeln!(
                text,
                "| {name} | {figures} | {ratio:.1} | {least:.1} to {most:.1} | {wanted:.0} | {met} |"
            );
        }
    }
    text.push('\n');
}

fn figures(measured: &Measured) -> String {
    let [rate, cpu] = [measured.median(|slice| slice.per_second), measured.median(|slice| slice.cpu_us)];
    let [p50, p99] = [measured.median(|slice| slice.p50_us), measured.median(|slice| slice.p99_us)];
    format!("{} | {cpu:.0} | {:.2} | {:.2}", thousands(rate), p50 / 1000.0, p99 / 1000.0)
}

/// A number with its thousands apart.
fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([7.0, 999.6, 44_146.0].map(thousands), ["7", "1 000", "44 146"]);
    }
}
