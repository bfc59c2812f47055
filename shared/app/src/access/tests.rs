//! Every command and every query with every role: what is granted, to whom, and what is refused.

use uuid::Uuid;

use super::*;

const ID: &str = "0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d11";
const NOON: &str = "2040-05-01T12:00:00Z";

/// The columns of the tables below.
const ROLES: [Role; 5] = [Role::Admin, Role::Dispatcher, Role::Viewer, Role::Integration, Role::Driver];

/// A letter a role, in the order of [`ROLES`]: `+` granted, `-` refused, `d` for its own driver's deliveries, `r` for
/// its own driver's record.
const COMMANDS: [(&str, &str); 44] = [
    (
        r#"{"entity":"driver","id":ID,"command":{"type":"addDriver","name":"Ada","driverLicense":"L-1"}}"#,
        "++-+-",
    ),
    (
        r#"{"entity":"driver","id":ID,"command":{"type":"updateDriver","name":"Ada","driverLicense":"L-1"}}"#,
        "++-+-",
    ),
    (
        r#"{"entity":"driver","id":ID,"command":{"type":"changeDriverStatus","status":"Unavailable"}}"#,
        "++-+-",
    ),
    (r#"{"entity":"driver","id":ID,"command":{"type":"setDriverPhone","phone":"0171 1"}}"#, "++-+-"),
    (r#"{"entity":"driver","id":ID,"command":{"type":"eraseDriver"}}"#, "+----"),
    (
        r#"{"entity":"vehicle","id":ID,"command":{"type":"addVehicle","registration":"AA-1","vehicleType":"Van"}}"#,
        "++-+-",
    ),
    (
        r#"{"entity":"vehicle","id":ID,"command":{"type":"updateVehicle","registration":"AA-1","vehicleType":"Van"}}"#,
        "++-+-",
    ),
    (
        r#"{"entity":"vehicle","id":ID,"command":{"type":"changeVehicleStatus","status":"Maintenance"}}"#,
        "++-+-",
    ),
    (
        r#"{"entity":"route","id":ID,"command":{"type":"createRoute","origin":"A","destination":"B","scheduledStartTime":NOON}}"#,
        "++-+-",
    ),
    (
        r#"{"entity":"route","id":ID,"command":{"type":"planRoute","origin":"A","destination":"B","scheduledStartTime":NOON,"checkpoints":[]}}"#,
        "++-+-",
    ),
    (
        r#"{"entity":"route","id":ID,"command":{"type":"updateRoute","origin":"A","destination":"B","scheduledStartTime":NOON}}"#,
        "++-+-",
    ),
    (
        r#"{"entity":"route","id":ID,"command":{"type":"moveRoute","from":NOON,"scheduledStartTime":NOON}}"#,
        "++-+-",
    ),
    (r#"{"entity":"route","id":ID,"command":{"type":"changeRouteStatus","status":"Active"}}"#, "++-+-"),
    (
        r#"{"entity":"route","id":ID,"command":{"type":"addCheckpoint","sequence":1,"location":"C","expectedTime":NOON}}"#,
        "++-+-",
    ),
    (
        r#"{"entity":"route","id":ID,"command":{"type":"updateCheckpoint","sequence":1,"location":"C","expectedTime":NOON}}"#,
        "++-+-",
    ),
    (r#"{"entity":"route","id":ID,"command":{"type":"removeCheckpoint","sequence":1}}"#, "++-+-"),
    (r#"{"entity":"route","id":ID,"command":{"type":"reorderCheckpoints","order":[1]}}"#, "++-+-"),
    (r#"{"entity":"delivery","id":ID,"command":{"type":"createDelivery","routeId":ID}}"#, "++-+-"),
    (r#"{"entity":"delivery","id":ID,"command":{"type":"assignDriver","driverId":ID}}"#, "++-+-"),
    (r#"{"entity":"delivery","id":ID,"command":{"type":"retryDelivery","vehicleId":ID}}"#, "++-+-"),
    (r#"{"entity":"delivery","id":ID,"command":{"type":"assignVehicle","vehicleId":ID}}"#, "++-+-"),
    (
        r#"{"entity":"delivery","id":ID,"command":{"type":"changeDeliveryStatus","status":"InTransit"}}"#,
        "++-+d",
    ),
    (
        r#"{"entity":"delivery","id":ID,"command":{"type":"reachCheckpoint","routeId":ID,"sequence":1}}"#,
        "++-+d",
    ),
    (
        r#"{"entity":"delivery","id":ID,"command":{"type":"reportIncident","incidentType":"Traffic","description":"x"}}"#,
        "++-+d",
    ),
    (r#"{"entity":"delivery","id":ID,"command":{"type":"resolveIncident","incidentId":ID}}"#, "++-+d"),
    (r#"{"entity":"delivery","id":ID,"command":{"type":"captureProof","receiverName":"Cleo"}}"#, "++-+d"),
    (r#"{"entity":"delivery","id":ID,"command":{"type":"settleLateFact","factId":ID}}"#, "++-+-"),
    (r#"{"entity":"delivery","id":ID,"command":{"type":"eraseReceiver"}}"#, "+----"),
    (r#"{"entity":"phone","command":{"type":"startPairing"}}"#, "++---"),
    (r#"{"entity":"phone","command":{"type":"confirmPairing","pairingId":ID,"driverId":ID}}"#, "++---"),
    (r#"{"entity":"phone","command":{"type":"refusePairing","pairingId":ID}}"#, "++---"),
    (r#"{"entity":"phone","command":{"type":"revokePhone","deviceId":ID}}"#, "++---"),
    (r#"{"entity":"phone","command":{"type":"seeMessages","ids":[]}}"#, "----r"),
    (
        r#"{"entity":"phone","command":{"type":"reportState","unsentActions":0,"unsentFiles":0,"appVersion":"1"}}"#,
        "----r",
    ),
    (r#"{"entity":"phone","command":{"type":"sharePositions","on":true}}"#, "----r"),
    (
        r#"{"entity":"phone","command":{"type":"reportPosition","latitude":1,"longitude":1,"accuracyMeters":1,"at":NOON}}"#,
        "----r",
    ),
    (r#"{"entity":"depot","command":{"type":"loadDemo"}}"#, "+----"),
    (r#"{"entity":"depot","command":{"type":"removeDemo"}}"#, "+----"),
    (r#"{"entity":"depot","command":{"type":"changeSettings","changes":[]}}"#, "+----"),
    (r#"{"entity":"depot","command":{"type":"createToken","role":"admin","name":"x"}}"#, "+----"),
    (r#"{"entity":"depot","command":{"type":"revokeToken","id":ID}}"#, "+----"),
    (r#"{"entity":"depot","command":{"type":"backUp"}}"#, "+----"),
    (r#"{"entity":"depot","command":{"type":"checkData"}}"#, "+----"),
    (r#"{"entity":"depot","command":{"type":"seal"}}"#, "+----"),
];

const QUERIES: [(&str, &str); 32] = [
    (r#"{"query":"session"}"#, "+++++"),
    (r#"{"query":"settings"}"#, "++++-"),
    (r#"{"query":"tokens"}"#, "+----"),
    (r#"{"query":"board","day":"2026-03-01"}"#, "++++-"),
    (r#"{"query":"lanes","from":NOON,"to":NOON}"#, "++++-"),
    (r#"{"query":"fleetOverview"}"#, "++++-"),
    (r#"{"query":"drivers"}"#, "++++-"),
    (r#"{"query":"driver","id":ID}"#, "++++r"),
    (r#"{"query":"vehicles"}"#, "++++-"),
    (r#"{"query":"vehicle","id":ID}"#, "++++-"),
    (r#"{"query":"calendar","kind":"driver","id":ID,"from":NOON,"to":NOON}"#, "++++-"),
    (r#"{"query":"crewChoices","kind":"Driver","routeId":ID}"#, "++++-"),
    (r#"{"query":"freeSlot","driverId":ID,"from":NOON,"minutes":30}"#, "++++-"),
    (r#"{"query":"routes"}"#, "++++-"),
    (r#"{"query":"route","id":ID}"#, "++++d"),
    (r#"{"query":"deliveries"}"#, "++++d"),
    (r#"{"query":"delivery","id":ID}"#, "++++d"),
    (r#"{"query":"liveTracking"}"#, "++++d"),
    (r#"{"query":"completedSummary","id":ID}"#, "++++d"),
    (r#"{"query":"incidents"}"#, "++++d"),
    (r#"{"query":"events"}"#, "++++d"),
    (r#"{"query":"actors"}"#, "++++-"),
    (r#"{"query":"report","from":"2040-05-01","to":"2040-05-02"}"#, "++++-"),
    (r#"{"query":"runSheet","driverId":ID,"day":"2040-05-01"}"#, "++++-"),
    (r#"{"query":"pastState","entity":"route","id":ID,"at":NOON}"#, "++++d"),
    (r#"{"query":"phoneDay"}"#, "----r"),
    (r#"{"query":"lateFacts"}"#, "++++-"),
    (r#"{"query":"phones"}"#, "++++-"),
    (r#"{"query":"positions"}"#, "+++--"),
    (r#"{"query":"endpoint"}"#, "+----"),
    (r#"{"query":"data"}"#, "+----"),
    (r#"{"query":"pairing","id":ID}"#, "++---"),
];

fn own_driver() -> DriverId {
    DriverId::from(Uuid::from_u128(7))
}

fn actor(role: Role) -> Actor {
    let driver_id = (role == Role::Driver).then(own_driver);
    Actor { role, credential: Uuid::from_u128(1), name: "somebody".to_owned(), driver_id }
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
    let text = text.replace("ID", &format!("\"{ID}\"")).replace("NOON", &format!("\"{NOON}\""));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A letter for what was decided, see [`COMMANDS`].
fn letter(decided: &Result<Access, AppError>) -> char {
    match decided {
        Ok(Access::Granted) => '+',
        Ok(Access::OwnDeliveries(driver)) if *driver == own_driver() => 'd',
        Ok(Access::OwnRecord(driver)) if *driver == own_driver() => 'r',
        Ok(Access::OwnDeliveries(_) | Access::OwnRecord(_)) => panic!("somebody else's"),
        Err(error) if error.code == Code::Forbidden => '-',
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn each_role_may_give_these_commands_and_no_others() {
    for (text, expected) in COMMANDS {
        let asked: DepotCommand = read(text);
        let decided: String = ROLES.map(|role| letter(&command(&actor(role), &asked))).iter().collect();
        assert_eq!(decided, expected, "{text}");
    }
}

#[test]
fn each_role_may_ask_these_queries_and_no_others() {
    for (text, expected) in QUERIES {
        let asked: DepotQuery = read(text);
        let decided: String = ROLES.map(|role| letter(&query(&actor(role), &asked))).iter().collect();
        assert_eq!(decided, expected, "{text}");
    }
}

#[test]
fn the_feed_is_for_programs_and_files_are_for_those_who_change_something() {
    let who = |may: fn(&Actor) -> bool| ROLES.map(|role| if may(&actor(role)) { '+' } else { '-' });
    assert_eq!(who(|actor| event_feed(actor).is_ok()), ['+', '-', '-', '+', '-']);
    assert_eq!(who(|actor| keep_file(actor).is_ok()), ['+', '+', '-', '+', '+']);
    assert_eq!(who(Actor::may_change), ['+', '+', '-', '+', '+']);
}

#[test]
fn a_driver_without_a_driver_may_do_nothing() {
    let nobodys = Actor { driver_id: None, ..actor(Role::Driver) };
    for (text, expected) in COMMANDS {
        let decided = command(&nobodys, &read(text));
        assert!(
            matches!(&decided, Err(error) if error.code == Code::Forbidden),
            "{expected} {text}: {decided:?}"
        );
    }
}

#[test]
fn what_is_limited_to_a_driver_is_refused_for_another_and_for_nobody() {
    let (own, other) = (own_driver(), DriverId::from(Uuid::from_u128(8)));
    for limited in [Access::OwnDeliveries(own), Access::OwnRecord(own)] {
        assert_eq!(limited.only(), Some(own));
        assert!(limited.check_delivery(Some(own)).is_ok());
        for driver in [Some(other), None] {
            assert_eq!(limited.check_delivery(driver).unwrap_err().code, Code::Forbidden, "{limited:?}");
        }
    }
    assert_eq!(Access::Granted.only(), None);
    assert!(Access::Granted.check_delivery(None).is_ok());
    assert!(Access::Granted.check_delivery(Some(other)).is_ok());
}
