//! Who drives a delivery, and what is driven: assigning, starting, and trying again with another crew.

use super::{
    Delivery, DeliveryContext, DeliveryError, DeliveryEvent, DeliveryStatus, DeliveryStatusChanged,
    DriverAssigned, Reporter, VehicleAssigned,
};
use crate::values::{DriverId, Reason, VehicleId};

impl Delivery {
    pub(super) fn assign_driver(
        &self,
        driver_id: DriverId,
        context: &DeliveryContext<'_>,
    ) -> Result<Vec<DeliveryEvent>, DeliveryError> {
        self.refuse_unless_assignable("driver")?;
        if self.driver_id == Some(driver_id) {
            return Err(DeliveryError::DriverAlreadyAssigned { driver_id });
        }
        context.dispatch.check(context.id, self.tried_again_at)?;
        Ok(vec![DriverAssigned { driver_id, previous_driver_id: self.driver_id }.into()])
    }

    pub(super) fn assign_vehicle(
        &self,
        vehicle_id: VehicleId,
        context: &DeliveryContext<'_>,
    ) -> Result<Vec<DeliveryEvent>, DeliveryError> {
        self.refuse_unless_assignable("vehicle")?;
        if self.vehicle_id == Some(vehicle_id) {
            return Err(DeliveryError::VehicleAlreadyAssigned { vehicle_id });
        }
        context.dispatch.check(context.id, self.tried_again_at)?;
        Ok(vec![VehicleAssigned { vehicle_id, previous_vehicle_id: self.vehicle_id }.into()])
    }

    /// A crew that is on the road already starts a second delivery only for a reason; a driver's own start is recorded.
    pub(super) fn start(
        &self,
        reason: Option<&Reason>,
        context: &DeliveryContext<'_>,
    ) -> Result<Vec<DeliveryEvent>, DeliveryError> {
        let under_way = context.dispatch.under_way(context.id);
        let also_under_way = match (under_way, context.reporter, reason) {
            (None, _, _) => None,
            (Some(crew), Reporter::Desk, None) => return Err(DeliveryError::CrewUnderWay(crew)),
            (Some(crew), Reporter::Driver, _) | (Some(crew), Reporter::Desk, Some(_)) => {
                Some(crew.delivery_id)
            }
        };
        let (old, new, reason) = (self.status, DeliveryStatus::InTransit, reason.cloned());
        Ok(vec![DeliveryStatusChanged { old, new, reason, also_under_way, clock: None }.into()])
    }

    pub(super) fn retry(
        &self,
        driver_id: Option<DriverId>,
        vehicle_id: Option<VehicleId>,
        reason: Option<&Reason>,
        context: &DeliveryContext<'_>,
    ) -> Result<Vec<DeliveryEvent>, DeliveryError> {
        let (status, wanted) = (self.status, DeliveryStatus::PickedUp);
        let driver = driver_id.filter(|driver_id| self.driver_id != Some(*driver_id));
        let vehicle = vehicle_id.filter(|vehicle_id| self.vehicle_id != Some(*vehicle_id));
        let is_same_crew = driver.is_none() && vehicle.is_none();
        let (fails, begins_again) = match status {
            DeliveryStatus::Delivered => {
                return Err(DeliveryError::DeliveryTransition { status, wanted, valid: status.targets() });
            }
            DeliveryStatus::PickedUp if is_same_crew => return Ok(vec![]),
            DeliveryStatus::PickedUp => (false, false),
            DeliveryStatus::Failed => (false, true),
            DeliveryStatus::InTransit | DeliveryStatus::OutForDelivery if is_same_crew => {
                return Err(DeliveryError::SameCrew { status });
            }
            DeliveryStatus::InTransit | DeliveryStatus::OutForDelivery if reason.is_none() => {
                return Err(DeliveryError::RetryReasonMissing { status });
            }
            DeliveryStatus::InTransit | DeliveryStatus::OutForDelivery => (true, true),
        };
        let not_before = if begins_again { Some(context.dispatch.now) } else { self.tried_again_at };
        context.dispatch.check(context.id, not_before)?;
        let mut events = vec![];
        if fails {
            events.push(self.moved_to(DeliveryStatus::Failed, reason.cloned()));
        }
        if let Some(driver_id) = driver {
            events.push(DriverAssigned { driver_id, previous_driver_id: self.driver_id }.into());
        }
        if let Some(vehicle_id) = vehicle {
            events.push(VehicleAssigned { vehicle_id, previous_vehicle_id: self.vehicle_id }.into());
        }
        if begins_again {
            let reason = if fails { None } else { reason.cloned() };
            let old = DeliveryStatus::Failed;
            events.push(
                DeliveryStatusChanged { old, new: wanted, reason, also_under_way: None, clock: None }.into(),
            );
        }
        Ok(events)
    }

    fn refuse_unless_assignable(&self, what: &'static str) -> Result<(), DeliveryError> {
        match self.status {
            DeliveryStatus::PickedUp => Ok(()),
            status @ (DeliveryStatus::InTransit
            | DeliveryStatus::OutForDelivery
            | DeliveryStatus::Delivered
            | DeliveryStatus::Failed) => Err(DeliveryError::NotAssignable { status, what }),
        }
    }

    pub(super) fn refuse_unless_staffed(&self, wanted: DeliveryStatus) -> Result<(), DeliveryError> {
        let missing: Vec<_> = [("driver", self.driver_id.is_none()), ("vehicle", self.vehicle_id.is_none())]
            .into_iter()
            .filter_map(|(what, absent)| absent.then_some(what))
            .collect();
        if missing.is_empty() { Ok(()) } else { Err(DeliveryError::NotStaffed { wanted, missing }) }
    }
}
