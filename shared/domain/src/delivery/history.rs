//! What each event makes of a delivery.

use super::{
    Delivery, DeliveryEvent, DeliveryStatus, Incident, IncidentResolved, LateFact, LateFactKept,
    LateFactSettled, ProofOfDeliveryCaptured, ReceiverErased,
};
use crate::values::{Description, ReceiverName, Timestamp};

impl Delivery {
    /// Applies an event that follows on the creation.
    pub(super) fn apply(&mut self, event: DeliveryEvent, at: Timestamp) {
        // Whatever happens later may be personal again.
        self.erased = false;
        if event.is_step() {
            self.last_step_at = self.last_step_at.max(at);
        }
        match event {
            DeliveryEvent::DeliveryCreated(_) => {}
            DeliveryEvent::DriverAssigned(assigned) => {
                self.driver_id = Some(assigned.driver_id);
                if !self.was_given_to(assigned.driver_id) {
                    self.drivers.push(assigned.driver_id);
                }
            }
            DeliveryEvent::VehicleAssigned(assigned) => self.vehicle_id = Some(assigned.vehicle_id),
            DeliveryEvent::DeliveryStatusChanged(changed) => {
                if changed.new == DeliveryStatus::PickedUp {
                    self.tried_again_at = Some(at);
                }
                self.status = changed.new;
                self.delivered_at = (changed.new == DeliveryStatus::Delivered).then_some(at);
            }
            DeliveryEvent::CheckpointReached(reached) => self.reached.push((reached, at)),
            DeliveryEvent::IncidentReported(reported) => self.incidents.push(Incident {
                id: reported.incident_id,
                kind: reported.kind,
                severity: reported.severity,
                description: reported.description,
                photos: reported.photos,
                resolved: false,
                note: None,
            }),
            DeliveryEvent::IncidentResolved(IncidentResolved { incident_id, note, .. }) => {
                if let Some(incident) = self.incidents.iter_mut().find(|incident| incident.id == incident_id)
                {
                    (incident.resolved, incident.note) = (true, note);
                }
            }
            DeliveryEvent::ProofOfDeliveryCaptured(proof) => self.proof = Some(proof),
            DeliveryEvent::AwaitedFileClosed(closed) => self.files_closed.push(closed.hash),
            DeliveryEvent::LateFactKept(LateFactKept { fact_id: id, driver_id, deed, words, .. }) => {
                self.late_facts.push(LateFact { id, driver_id, deed, words, settled: false });
            }
            DeliveryEvent::LateFactSettled(LateFactSettled { fact_id, .. }) => {
                for fact in &mut self.late_facts {
                    fact.settled |= fact.id == fact_id;
                }
            }
            DeliveryEvent::ReceiverErased(ReceiverErased {}) => {
                self.erased = true;
                for incident in &mut self.incidents {
                    incident.kind = incident.kind.clone().erased();
                    (incident.description, incident.photos, incident.note) =
                        (Description::erased(), vec![], None);
                }
                self.proof = self.proof.take().map(|_| ProofOfDeliveryCaptured {
                    receiver_name: ReceiverName::erased(),
                    signature_url: None,
                    signature: None,
                    photos: vec![],
                    clock: None,
                });
                for fact in &mut self.late_facts {
                    fact.words = None;
                }
            }
        }
    }
}
