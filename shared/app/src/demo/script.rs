//! What happens on the demo day, minute by minute. Whatever would happen after the present hour is left out, so the
//! same script gives deliveries in every status at any time of the day.

use chrono::TimeDelta;
use depot_domain::delivery::DeliveryStatus;
use depot_domain::fleet::driver::DriverStatus;
use depot_domain::fleet::vehicle::VehicleStatus;
use depot_domain::route::RouteStatus;
use depot_domain::values::{DeliveryId, DriverId, IncidentId, RouteId, Sequence, Timestamp, VehicleId};
use depot_domain::{DeliveryCommand, DriverCommand, RouteCommand, VehicleCommand};
use uuid::Uuid;

use super::minutes_after;
use crate::command::DepotCommand;

const DRIVERS: [(&str, &str); 12] = [
    ("Nova Reyes", "GAL-1001"),
    ("Orion Pike", "GAL-1002"),
    ("Lyra Castellan", "GAL-1003"),
    ("Juno Okafor", "GAL-1004"),
    ("Atlas Grimm", "GAL-1005"),
    ("Vega Lindqvist", "GAL-1006"),
    ("Cass Iopeia", "GAL-1007"),
    ("Rigel Tanaka", "GAL-1008"),
    ("Mira Solano", "GAL-1009"),
    ("Altair Novak", "GAL-1010"),
    ("Selene Duarte", "GAL-1011"),
    ("Comet Halloran", "GAL-1012"),
];

const VEHICLES: [(&str, &str); 15] = [
    ("HT-101", "HoverTruck"),
    ("HT-102", "HoverTruck"),
    ("HT-103", "HoverTruck"),
    ("HT-104", "HoverTruck"),
    ("HT-105", "HoverTruck"),
    ("HT-106", "HoverTruck"),
    ("RV-201", "RocketVan"),
    ("RV-202", "RocketVan"),
    ("RV-203", "RocketVan"),
    ("RV-204", "RocketVan"),
    ("RV-205", "RocketVan"),
    ("SC-301", "SpaceCycle"),
    ("SC-302", "SpaceCycle"),
    ("SC-303", "SpaceCycle"),
    ("SC-304", "SpaceCycle"),
];

/// Origin, stops and destination of every route; four routes start in each wave.
const ROUTES: [[&str; 6]; 20] = [
    ["Luna Gateway", "Tycho Crater", "Sea of Tranquility", "Copernicus Dome", "Kepler Yard", "Mare Imbrium"],
    [
        "Earth Orbital One",
        "Lagrange Point 1",
        "Luna Gateway",
        "Lagrange Point 2",
        "Deep Dock",
        "Halo Station",
    ],
    ["Phobos Station", "Olympus Mons", "Valles Marineris", "Gale Crater", "Jezero Harbor", "Deimos Relay"],
    ["Ceres Exchange", "Vesta Foundry", "Pallas Outpost", "Hygiea Market", "Juno Rock", "Psyche Mine"],
    ["Europa Base", "Conamara Chaos", "Ganymede Hub", "Callisto Quay", "Amalthea Buoy", "Io Furnace"],
    ["Titan Harbor", "Kraken Mare", "Ligeia Shore", "Huygens Field", "Menrva Rim", "Enceladus Springs"],
    [
        "Venus Cloud Nine",
        "Aphrodite Terra",
        "Maxwell Heights",
        "Lakshmi Plain",
        "Ishtar Port",
        "Mercury North",
    ],
    ["Saturn Ring Depot", "Mimas Gate", "Tethys Wharf", "Dione Cliffs", "Rhea Crossing", "Iapetus Ridge"],
    ["Uranus High", "Miranda Scarp", "Ariel Valley", "Umbriel Dark", "Titania Hall", "Oberon Court"],
    ["Neptune Deep", "Triton Landing", "Proteus Pier", "Larissa Point", "Galatea Bend", "Nereid Far"],
    ["Pluto Heartland", "Charon Bridge", "Nix Corner", "Hydra Steps", "Kerberos Arch", "Styx Ferry"],
    ["Luna Gateway", "Clavius Base", "Plato Basin", "Aristarchus Light", "Gassendi Mall", "Shackleton Ice"],
    ["Earth Orbital Two", "Skyhook Tower", "Geo Ring East", "Geo Ring West", "Polar Relay", "Luna Gateway"],
    ["Mars Elysium", "Utopia Fields", "Arcadia Greens", "Amazonis Strand", "Tharsis Lookout", "Hellas Deeps"],
    ["Jupiter Red Spot View", "Metis Marker", "Thebe Turn", "Himalia House", "Elara Stop", "Ganymede Hub"],
    ["Halley Rendezvous", "Tail Station", "Coma Lounge", "Ion Bay", "Dust Market", "Perihelion Point"],
    ["Alpha Relay", "Proxima Post", "Beacon Nine", "Long Haul Inn", "Heliopause Gate", "Voyager Memorial"],
    [
        "Ceres Exchange",
        "Eros Love Shack",
        "Ida and Dactyl",
        "Gaspra Garage",
        "Bennu Bakery",
        "Ryugu Teahouse",
    ],
    [
        "Earth Orbital One",
        "Debris Belt Toll",
        "Sunshade Control",
        "Solar Sail Works",
        "Photon Cafe",
        "Venus Cloud Nine",
    ],
    ["Kuiper Junction", "Makemake Motel", "Haumea Spin", "Eris Edge", "Sedna Silence", "Oort Terminal"],
];

/// When the routes of each wave start, in minutes from now. No wave lasts until the next one, so one driver can
/// drive in each.
const WAVES: [i64; 5] = [-430, -310, -190, -82, 55];

/// How a delivery goes.
#[derive(Clone, Copy)]
enum Course {
    /// As planned, each checkpoint this many minutes after its time.
    Drives { late: i64 },
    /// It reaches this many checkpoints and fails.
    Fails { after: usize, reason: &'static str },
    /// It waits for a driver and a vehicle.
    Unassigned,
}

use Course::{Drives, Fails, Unassigned};

/// How the deliveries of each wave go, two a route, but four for each of the two active routes of the last wave.
const COURSES: [[Course; 8]; 5] = [
    [
        Drives { late: -2 },
        Drives { late: 1 },
        Drives { late: 4 },
        Drives { late: 0 },
        Fails { after: 2, reason: "Receiver has moved to another galaxy" },
        Drives { late: -1 },
        Drives { late: 2 },
        Drives { late: 6 },
    ],
    [
        Drives { late: 0 },
        Drives { late: 3 },
        Drives { late: -3 },
        Drives { late: 9 },
        Drives { late: 2 },
        Drives { late: 1 },
        Fails { after: 3, reason: "Cargo bay door will not open" },
        Drives { late: 0 },
    ],
    [
        Drives { late: 2 },
        // Two run so late that they are still out; none of their crews is in the next wave.
        Drives { late: 110 },
        Drives { late: 100 },
        Drives { late: 5 },
        Drives { late: 1 },
        Drives { late: 0 },
        Drives { late: 8 },
        Drives { late: -1 },
    ],
    [
        Drives { late: 0 },
        Drives { late: 5 },
        Drives { late: -4 },
        Fails { after: 1, reason: "Solar flare closed the lane" },
        Drives { late: 17 },
        Drives { late: 1 },
        Unassigned,
        Drives { late: 8 },
    ],
    [
        Drives { late: 0 },
        Drives { late: 0 },
        Unassigned,
        Drives { late: 0 },
        Drives { late: 0 },
        Unassigned,
        Drives { late: 0 },
        Drives { late: 0 },
    ],
];

/// Something that goes wrong on one delivery of a wave, this many minutes after its start.
struct Mishap(usize, usize, i64, &'static str, &'static str, Option<Mended>);

/// After how many minutes it is mended, and how.
type Mended = (i64, &'static str);

/// What goes wrong: wave, delivery of the wave, minutes, type, words, resolution.
const INCIDENTS: [Mishap; 10] = [
    Mishap(0, 2, 20, "Traffic", "Queue of freighters at the jump gate", Some((15, "Gate opened again"))),
    Mishap(0, 4, 45, "RecipientUnavailable", "Nobody answers the airlock", None),
    Mishap(1, 3, 30, "Delay", "Customs scans every crate twice", Some((25, "Crates released"))),
    Mishap(1, 6, 50, "Breakdown", "Cargo bay door is stuck", Some((70, "Door replaced at the dock"))),
    Mishap(2, 2, 40, "Breakdown", "Left thruster overheats, flying on one engine", None),
    Mishap(2, 1, 35, "Weather", "Ion storm ahead, taking the long way round", None),
    Mishap(
        2,
        6,
        30,
        "AddressProblem",
        "The station has drifted from its coordinates",
        Some((20, "New coordinates received")),
    ),
    Mishap(3, 4, 25, "CargoDamage", "Two crates of moon cheese floated open", None),
    Mishap(3, 3, 20, "Security", "Pirates on the band, turning back", Some((15, "Patrol has taken over"))),
    Mishap(3, 7, 30, "Meteor shower", "Micrometeorites on the hull, slowing down", None),
];

/// Minutes from one checkpoint to the next.
const LEG: i64 = 20;

/// Everything that was said by `now`, in order.
pub(super) fn day(now: Timestamp) -> Vec<(Timestamp, DepotCommand)> {
    // Timetables have whole minutes.
    let seconds = now.datetime().timestamp().rem_euclid(60);
    let minute = now.saturating_add(
        TimeDelta::seconds(-seconds) - TimeDelta::microseconds(now.micros().rem_euclid(1_000_000)),
    );
    let mut script = Script { now: minute, steps: vec![] };
    let drivers = script.drivers();
    let vehicles = script.vehicles();
    for (wave, start) in WAVES.into_iter().enumerate() {
        script.wave(wave, start, &drivers, &vehicles);
    }
    script.steps.retain(|(at, _)| *at <= now);
    script.steps.sort_by_key(|(at, _)| *at);
    script.steps
}

struct Script {
    now: Timestamp,
    steps: Vec<(Timestamp, DepotCommand)>,
}

impl Script {
    /// Something is said, `minutes` from now.
    fn say(&mut self, minutes: i64, command: DepotCommand) {
        self.steps.push((minutes_after(self.now, minutes), command));
    }

    fn drivers(&mut self) -> Vec<DriverId> {
        let mut ids = vec![];
        for (index, (name, license)) in DRIVERS.iter().enumerate() {
            let id = DriverId::from(Uuid::now_v7());
            let command = DriverCommand::AddDriver { name: valid(name), driver_license: valid(license) };
            self.say(-540, DepotCommand::Driver { id, command });
            let (status, reason) = match index {
                9 => (DriverStatus::Suspended, "Flew through the rings for fun"),
                10 => (DriverStatus::Unavailable, "Zero-gravity training"),
                _ => {
                    ids.push(id);
                    continue;
                }
            };
            let command = DriverCommand::ChangeDriverStatus { status, reason: Some(valid(reason)) };
            self.say(-530, DepotCommand::Driver { id, command });
        }
        ids
    }

    fn vehicles(&mut self) -> Vec<VehicleId> {
        let mut ids = vec![];
        for (index, (registration, vehicle_type)) in VEHICLES.iter().enumerate() {
            let id = VehicleId::from(Uuid::now_v7());
            let command = VehicleCommand::AddVehicle {
                registration: valid(registration),
                vehicle_type: valid(vehicle_type),
            };
            self.say(-540, DepotCommand::Vehicle { id, command });
            let (status, reason) = match index {
                5 => (VehicleStatus::Maintenance, "New hover pads"),
                13 => (VehicleStatus::OutOfService, "Hit an asteroid"),
                _ => {
                    ids.push(id);
                    continue;
                }
            };
            let command = VehicleCommand::ChangeVehicleStatus { status, reason: Some(valid(reason)) };
            self.say(-530, DepotCommand::Vehicle { id, command });
        }
        ids
    }

    fn wave(&mut self, wave: usize, start: i64, drivers: &[DriverId], vehicles: &[VehicleId]) {
        let last = wave + 1 == WAVES.len();
        let mut routes = vec![];
        for index in 0..4 {
            // The routes of a wave start a little apart, as trucks leave a yard.
            let start = start + i64::try_from(index).unwrap_or(0) * 3;
            let id = self.route(&ROUTES[wave * 4 + index], start);
            match (last, index) {
                (true, 2) => {}
                (true, 3) => self.set_route(id, -500, RouteStatus::Deactivated),
                _ => {
                    self.set_route(id, -515, RouteStatus::Active);
                    routes.push((id, start, &ROUTES[wave * 4 + index]));
                }
            }
        }
        for (index, course) in COURSES[wave].iter().enumerate() {
            let (route, start, stops) = routes[index * routes.len() / COURSES[wave].len()];
            // Another pairing in every wave, and nobody twice in one.
            let driver = drivers[(index + wave * 3) % drivers.len()];
            let vehicle = vehicles[(index + wave * 5) % vehicles.len()];
            let incidents = INCIDENTS.iter().filter(|incident| (incident.0, incident.1) == (wave, index));
            let delivery = Drive { route, start, stops, driver, vehicle, course: *course };
            let id = self.drive(&delivery);
            for Mishap(_, _, after, kind, words, resolved) in incidents {
                self.incident(id, start + after, kind, words, *resolved);
            }
        }
    }

    fn route(&mut self, [origin, stops @ .., destination]: &[&str; 6], start: i64) -> RouteId {
        let id = RouteId::from(Uuid::now_v7());
        let scheduled_start_time = minutes_after(self.now, start);
        let (origin, destination) = (valid(origin), valid(destination));
        self.say(
            -525,
            DepotCommand::Route {
                id,
                command: RouteCommand::CreateRoute { origin, destination, scheduled_start_time },
            },
        );
        for (sequence, stop) in (1..).zip(stops) {
            let expected_time = minutes_after(self.now, start + sequence * LEG);
            let command = RouteCommand::AddCheckpoint {
                sequence: number(sequence),
                location: valid(stop),
                expected_time,
            };
            self.say(-520, DepotCommand::Route { id, command });
        }
        id
    }

    fn set_route(&mut self, id: RouteId, at: i64, status: RouteStatus) {
        self.say(at, DepotCommand::Route { id, command: RouteCommand::ChangeRouteStatus { status } });
    }

    fn drive(&mut self, drive: &Drive<'_>) -> DeliveryId {
        let Drive { route: route_id, start, stops: [_, stops @ .., _], driver, vehicle, course } = *drive;
        let id = DeliveryId::from(Uuid::now_v7());
        let (driver_id, vehicle_id) = match course {
            Unassigned => (None, None),
            Drives { .. } | Fails { .. } => (Some(driver), Some(vehicle)),
        };
        let create = DeliveryCommand::CreateDelivery { route_id, driver_id, vehicle_id };
        self.say((start - 40).min(-45), DepotCommand::Delivery { id, command: create });
        let (reaches, late) = match course {
            Drives { late } => (stops.len(), late),
            Fails { after, .. } => (after, 3),
            Unassigned => return id,
        };
        self.move_to(id, start + late.clamp(0, 5), DeliveryStatus::InTransit, None);
        for (sequence, stop) in (1..).zip(stops).take(reaches) {
            let command = DeliveryCommand::ReachCheckpoint {
                route_id,
                sequence: number(sequence),
                location: Some(valid(stop)),
            };
            self.say((start + sequence * LEG + late).max(start + 6), DepotCommand::Delivery { id, command });
        }
        let legs = i64::try_from(reaches).unwrap_or(0);
        match course {
            Fails { reason, .. } => {
                self.move_to(id, start + (legs + 1) * LEG, DeliveryStatus::Failed, Some(reason))
            }
            Drives { .. } | Unassigned => {
                let command = DeliveryCommand::CaptureProof {
                    receiver_name: valid(stops.last().map_or("Dock master", |stop| stop)),
                    signature_url: Some(valid("https://signatures.spacetruckers.example/received")),
                    signature: None,
                    photos: vec![],
                };
                self.say(start + legs * LEG + late + 15, DepotCommand::Delivery { id, command });
            }
        }
        id
    }

    fn move_to(&mut self, id: DeliveryId, at: i64, status: DeliveryStatus, reason: Option<&str>) {
        let command = DeliveryCommand::ChangeDeliveryStatus { status, reason: reason.map(valid) };
        self.say(at, DepotCommand::Delivery { id, command });
    }

    fn incident(&mut self, id: DeliveryId, at: i64, kind: &str, words: &str, resolved: Option<(i64, &str)>) {
        let incident_id = IncidentId::from(Uuid::now_v7());
        let (kind, description) = (valid(kind), valid(words));
        let command = DeliveryCommand::ReportIncident {
            incident_id: Some(incident_id),
            kind,
            description,
            severity: None,
            photos: vec![],
        };
        self.say(at, DepotCommand::Delivery { id, command });
        if let Some((after, note)) = resolved {
            let command = DeliveryCommand::ResolveIncident { incident_id, note: Some(valid(note)) };
            self.say(at + after, DepotCommand::Delivery { id, command });
        }
    }
}

/// A delivery of the demo day.
struct Drive<'a> {
    route: RouteId,
    /// Minutes from now.
    start: i64,
    stops: &'a [&'a str; 6],
    driver: DriverId,
    vehicle: VehicleId,
    course: Course,
}

fn valid<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("the script holds only valid values")
}

fn number(sequence: i64) -> Sequence {
    sequence.try_into().expect("the script holds only valid values")
}
