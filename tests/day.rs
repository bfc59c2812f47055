//! A day at a depot in few words: who drives what, where to, and how far a delivery has come.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::Client;

/// The smallest PNG there is.
pub const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\x0bIDATx\xdac\xf8\x0f\x04\0\x09\xfb\x03\xfdh\xfa\x1c\xcc\0\0\0\0IEND\xaeB`\x82";
/// A signature: one stroke.
pub const SIGNED: &[u8] = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="9" height="9"><path d="M 1,1 L 8,8" stroke="#10161f" fill="none" stroke-linecap="round"></path></svg>"##;

/// A time of the day on which the tests' routes are driven, far enough away never to be late.
#[must_use]
pub fn at(hour: u32, minute: u32) -> String {
    format!("2040-05-01T{hour:02}:{minute:02}:00Z")
}

/// A route to plan, from a start by way of checkpoints.
#[derive(Clone, Debug)]
pub struct Leg {
    origin: String,
    destination: String,
    start: String,
    checkpoints: Vec<(u32, String, String)>,
}

impl Leg {
    /// From Depot to Harbour at that time, without checkpoints yet.
    #[must_use]
    pub fn starting(start: String) -> Self {
        Self { origin: "Depot".to_owned(), destination: "Harbour".to_owned(), start, checkpoints: vec![] }
    }

    /// Between these hours, with a checkpoint in the middle and one at the end.
    #[must_use]
    pub fn between(start_hour: u32, end_hour: u32) -> Self {
        let half = (start_hour + end_hour) * 30;
        Self::starting(at(start_hour, 0)).by("Bridge", at(half / 60, half % 60)).by("Gate", at(end_hour, 0))
    }

    /// Between other places.
    #[must_use]
    pub fn places(mut self, origin: &str, destination: &str) -> Self {
        (self.origin, self.destination) = (origin.to_owned(), destination.to_owned());
        self
    }

    /// By way of a checkpoint.
    #[must_use]
    pub fn by(mut self, location: &str, time: String) -> Self {
        let sequence = self.checkpoints.last().map_or(1, |(sequence, ..)| sequence + 1);
        self.checkpoints.push((sequence, location.to_owned(), time));
        self
    }
}

/// A driver, a vehicle, and a route for them.
#[derive(Clone, Debug)]
pub struct Staff {
    /// Who drives.
    pub driver: String,
    /// What is driven.
    pub vehicle: String,
    /// Where to.
    pub route: String,
}

/// The story-telling part of a client: each step succeeds, or the test fails.
impl Client {
    /// Adds a driver.
    pub async fn add_driver(&self, name: &str) -> String {
        let license = Uuid::now_v7().simple().to_string();
        self.post("/api/fleet/drivers", json!({"name": name, "driverLicense": license})).await.id()
    }

    /// Adds a vehicle.
    pub async fn add_vehicle(&self) -> String {
        let registration = &Uuid::now_v7().simple().to_string()[20..];
        self.post("/api/fleet/vehicles", json!({"registration": registration, "vehicleType": "Van"}))
            .await
            .id()
    }

    /// Plans a route with its checkpoints.
    pub async fn plan(&self, leg: Leg) -> String {
        let Leg { origin, destination, start, checkpoints } = leg;
        let route = json!({"origin": origin, "destination": destination, "scheduledStartTime": start});
        let route = self.post("/api/routes", route).await.id();
        for (sequence, location, time) in checkpoints {
            let checkpoint = json!({"sequence": sequence, "location": location, "expectedTime": time});
            let _ = self.post(&format!("/api/routes/{route}/checkpoints"), checkpoint).await.ok();
        }
        route
    }

    /// Plans a route and activates it.
    pub async fn activate(&self, leg: Leg) -> String {
        let route = self.plan(leg).await;
        let _ = self.patch(&format!("/api/routes/{route}/status"), json!({"status": "Active"})).await.ok();
        route
    }

    /// A new driver and vehicle, and an active route.
    pub async fn staff(&self, leg: Leg) -> Staff {
        Staff {
            driver: self.add_driver("Ada").await,
            vehicle: self.add_vehicle().await,
            route: self.activate(leg).await,
        }
    }

    /// Creates a delivery of the staff's route by its driver and vehicle.
    pub async fn send(&self, Staff { driver, vehicle, route }: &Staff) -> String {
        let body = json!({"routeId": route, "driverId": driver, "vehicleId": vehicle});
        self.post("/api/deliveries", body).await.id()
    }

    /// Tries to create a delivery of a route by a driver.
    pub async fn book_driver(&self, route: &str, driver: &str) -> crate::Answer {
        self.post("/api/deliveries", json!({"routeId": route, "driverId": driver})).await
    }

    /// Asks for a status of a delivery.
    pub async fn set_status(&self, delivery: &str, status: &str) -> crate::Answer {
        self.patch(&format!("/api/deliveries/{delivery}/status"), json!({"status": status})).await
    }

    /// Says that a delivery reached a checkpoint.
    pub async fn reach(&self, delivery: &str, route: &str, sequence: u32) -> crate::Answer {
        let body = json!({"routeId": route, "sequence": sequence});
        self.patch(&format!("/api/deliveries/{delivery}/checkpoint"), body).await
    }

    /// Hands a delivery over.
    pub async fn prove(&self, delivery: &str) -> crate::Answer {
        let body = json!({"signatureUrl": "https://sign.example/1", "receiverName": "Grace"});
        self.post(&format!("/api/deliveries/{delivery}/proof-of-delivery"), body).await
    }

    /// Shows a delivery.
    pub async fn delivery(&self, delivery: &str) -> Value {
        self.get(&format!("/api/deliveries/{delivery}")).await.ok()
    }

    /// A new delivery with a staff of its own, brought to `status` the way that leads there.
    pub async fn delivery_in(&self, status: &str) -> (String, Staff) {
        let staff = self.staff(Leg::between(8, 10)).await;
        let delivery = self.send(&staff).await;
        if status == "PickedUp" {
            return (delivery, staff);
        }
        if status == "Failed" {
            let _ = self.set_status(&delivery, "Failed").await.ok();
            return (delivery, staff);
        }
        let _ = self.set_status(&delivery, "InTransit").await.ok();
        if status == "InTransit" {
            return (delivery, staff);
        }
        for sequence in [1, 2] {
            let _ = self.reach(&delivery, &staff.route, sequence).await.ok();
        }
        if status == "Delivered" {
            let _ = self.prove(&delivery).await.ok();
        }
        assert_eq!(self.delivery(&delivery).await["status"], status);
        (delivery, staff)
    }
}
