//! The state machine of a delivery: which status may follow which.

use crate::values::words;

words!(/// Where a delivery stands.
DeliveryStatus ("a delivery status") {
    /// It waits to be driven; a new one begins here.
    PickedUp,
    /// It is on the way along its checkpoints.
    InTransit,
    /// Every checkpoint is reached; it goes to the receiver.
    OutForDelivery,
    /// It was handed over. Nothing follows.
    Delivered,
    /// It could not be done. It may be tried again.
    Failed,
});

impl DeliveryStatus {
    /// What may follow it by hand.
    #[must_use]
    pub const fn targets(self) -> &'static [Self] {
        match self {
            Self::PickedUp => &[Self::InTransit, Self::Failed],
            Self::InTransit => &[Self::OutForDelivery, Self::Failed],
            Self::OutForDelivery => &[Self::Delivered, Self::Failed],
            Self::Delivered => &[],
            Self::Failed => &[Self::PickedUp],
        }
    }

    /// Whether the delivery is on the road.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        match self {
            Self::InTransit | Self::OutForDelivery => true,
            Self::PickedUp | Self::Delivered | Self::Failed => false,
        }
    }

    /// Whether the delivery holds its driver and vehicle and keeps its route from being changed.
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::PickedUp | Self::InTransit | Self::OutForDelivery => true,
            Self::Delivered | Self::Failed => false,
        }
    }
}
