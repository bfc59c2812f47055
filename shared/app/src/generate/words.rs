//! Names, places and words of a generated depot. Only lists, and how an entry is taken from one.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

pub(super) const FIRST_NAMES: [&str; 24] = [
    "Ana", "Ben", "Chloé", "Dmitri", "Emma", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kaya", "Liam",
    "Mei", "Noah", "Olga", "Pavel", "Qiang", "Rosa", "Samir", "Tove", "Uwe", "Vera", "Wanda", "Yusuf",
];

pub(super) const LAST_NAMES: [&str; 25] = [
    "Costa",
    "Okafor",
    "Martin",
    "Volkov",
    "Lindqvist",
    "Haddad",
    "Kim",
    "Weber",
    "Rossi",
    "Berg",
    "Yilmaz",
    "O’Brien",
    "Tanaka",
    "Schmidt",
    "Ivanova",
    "Novak",
    "Zhang",
    "Almeida",
    "Rahman",
    "Nilsen",
    "Krüger",
    "Petrova",
    "Kowalska",
    "Demir",
    "Vandenberghe",
];

pub(super) const VEHICLE_TYPES: [&str; 4] = ["Van", "Van", "Truck", "Cargo bike"];

/// Where routes begin: gates of the depot.
pub(super) const ORIGINS: [&str; 4] = ["Gate North", "Gate South", "Gate East", "Cross-dock"];

/// Where routes lead, and what lies on the way.
pub(super) const PLACES: [&str; 48] = [
    "Harbour",
    "Old Market",
    "Northside",
    "Riverside School",
    "City Library",
    "Green Grocer",
    "Bakery Müller",
    "Oak & Ash Furniture",
    "Kato Electronics",
    "Café Lumen",
    "Dr. Patel Surgery",
    "Harbour Hotel",
    "Station Square",
    "Mill Lane",
    "Hill Top",
    "Botanic Garden",
    "University Hospital",
    "Airport Freight",
    "Westgate Mall",
    "Fish Dock",
    "Town Hall",
    "Opera House",
    "Stadium",
    "Science Park",
    "Brewery Yard",
    "Cathedral Close",
    "Canal Bridge",
    "Tram Depot",
    "Foundry Road",
    "Orchard Estate",
    "Lighthouse Point",
    "Quarry Works",
    "Museum Quarter",
    "Bus Terminal",
    "Elm Street",
    "Kingsway",
    "Southbank",
    "Paper Mill",
    "Ferry Landing",
    "Castle Hill",
    "Windmill Farm",
    "Solar Park",
    "Ring Road Services",
    "Lakeside",
    "Chapel Street",
    "Industrial Estate East",
    "Industrial Estate West",
    "Garden City",
];

/// Types, words and resolutions of what goes wrong.
pub(super) const MISHAPS: [(&str, &str, &str); 12] = [
    ("Traffic", "Queue on the ring road after a breakdown", "Back in the flow"),
    ("Traffic", "Bridge closed for a boat", "Bridge open again"),
    ("Delay", "Waiting at the ramp, two trucks ahead", "Unloaded"),
    ("Delay", "Loading took longer than planned", "On the way"),
    ("Weather", "Heavy rain, driving slowly", "It has cleared"),
    ("Weather", "Black ice on the hill", "Road is gritted"),
    ("Breakdown", "Flat tyre, changing the wheel", "Wheel changed"),
    ("Accident", "Mirror touched by a passing car", "Details exchanged, nobody hurt"),
    ("CargoDamage", "One carton is wet", "Carton replaced on the next tour"),
    ("AddressProblem", "House number does not exist", "Receiver called, other entrance"),
    ("RecipientUnavailable", "Nobody opens", "Left with the neighbour"),
    ("Security", "Gate code does not work", "Code renewed by the site"),
];

pub(super) const FAILURES: [&str; 5] = [
    "Receiver not there",
    "Receiver refused the goods",
    "Address not found",
    "Goods damaged",
    "Site closed for the day",
];

/// One of `entries`, by chance.
pub(super) fn any<T: Copy>(rng: &mut ChaCha8Rng, entries: &[T]) -> T {
    entries[rng.random_range(0..entries.len())]
}

/// A value that the lists above hold; a mistake in them is found by the first test.
pub(super) fn valid<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("the lists hold only valid values")
}
