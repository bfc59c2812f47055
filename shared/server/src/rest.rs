//! The resources: every path of the contract, spelled as commands and queries.
//!
//! One file for each noun. They translate and know no rule: what is allowed is the application's to say.

mod delivery;
mod driver;
mod incident;
mod proof;
mod route;
mod vehicle;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use depot_app::{Cursor, DeliveryListing, EntityKind, EventListing, IncidentListing, Limit, schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::domain::values::{DeliveryId, DriverId, RouteId, Timestamp, VehicleId};
use crate::endpoint::Shared;
use crate::extract::{At, Params};
use crate::problem::Problem;

/// Every resource.
pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .merge(driver::router())
        .merge(vehicle::router())
        .merge(route::router())
        .merge(delivery::router())
        .merge(incident::router())
        .merge(proof::router())
}

/// An instant in the past.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AsOf {
    /// The instant, by the clock by which events are recorded.
    #[param(value_type = chrono::DateTime<chrono::Utc>)]
    at: Timestamp,
}

/// Which part of a list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Part {
    /// How many, 1 to 500; 500 unless given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500)]
    limit: Option<Limit>,
    /// The `nextCursor` of the page before.
    #[param(value_type = Option<schema::Cursor>)]
    cursor: Option<Cursor>,
}

/// How a past state is described; the application writes it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PastState)]
struct PastStateDocument {
    /// What sort of thing.
    entity: EntityKind,
    /// Which one.
    entity_id: Uuid,
    /// The instant.
    at: chrono::DateTime<chrono::Utc>,
    /// How many events it had.
    version: u32,
    /// What it was; null where it did not exist yet.
    #[schema(value_type = Option<Object>)]
    state: Option<serde_json::Value>,
}

/// A list of what belongs to the thing in the path, which fixes one of the list's filters.
struct Of<Id, Listing>(Id, Listing);

/// A list that can be narrowed to what belongs to one thing.
trait Narrow<Id> {
    /// The parameter that says the same; whatever the path fixes is no parameter of it.
    const FIXED: &'static str;

    /// Narrows it. Says false where it asks for another one already.
    fn narrow(&mut self, id: Id) -> bool;
}

macro_rules! narrows {
    ($($listing:ident to $id:ident by $field:ident, $parameter:literal;)+) => { $(
        impl Narrow<$id> for $listing {
            const FIXED: &'static str = $parameter;

            fn narrow(&mut self, id: $id) -> bool {
                let id = id.into();
                self.$field.replace(id).is_none_or(|asked| asked == id)
            }
        }
    )+ };
}

narrows! {
    DeliveryListing to DriverId by driver_id, "driverId";
    DeliveryListing to VehicleId by vehicle_id, "vehicleId";
    IncidentListing to DeliveryId by delivery_id, "deliveryId";
    EventListing to DriverId by entity_id, "entityId";
    EventListing to VehicleId by entity_id, "entityId";
    EventListing to RouteId by entity_id, "entityId";
    EventListing to DeliveryId by entity_id, "entityId";
}

impl<Id, Listing: Narrow<Id> + IntoParams> IntoParams for Of<Id, Listing> {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut parameters = Listing::into_params(place);
        parameters.retain(|parameter| parameter.name != Listing::FIXED);
        parameters
    }
}

impl<Id, Listing, S> FromRequestParts<S> for Of<Id, Listing>
where
    Id: Copy + DeserializeOwned + Send,
    Listing: Narrow<Id> + DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let At(id) = At::<Id>::from_request_parts(parts, state).await?;
        let Params(mut listing) = Params::<Listing>::from_request_parts(parts, state).await?;
        // It may repeat what the path says, but not contradict it.
        if !listing.narrow(id) {
            let detail =
                format!("Query parameter {}: the path names another one; leave it out", Listing::FIXED);
            return Err(Problem::unfit(detail));
        }
        Ok(Self(id, listing))
    }
}
