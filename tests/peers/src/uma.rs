//! UmaDB, over gRPC: reads the events of the driver, of whom there are none yet, and appends one on condition that there still are
//! none. Each append is synced by the server; there is no read model.

use umadb_client::{AsyncUmaDbClient, UmaDbClient};
use umadb_dcb::{DcbAppendCondition, DcbEvent, DcbEventStoreAsync as _, DcbQuery, DcbQueryItem};

use crate::Failure;
use crate::slices::{NewDriver, Store};

const ADDED: &str = "DriverAdded";

pub(crate) struct Uma {
    url: String,
}

pub(crate) async fn open(url: &str) -> Result<Uma, Failure> {
    let uma = Uma { url: url.to_owned() };
    uma.connect().await?.head().await?;
    Ok(uma)
}

impl Store for Uma {
    type Client = AsyncUmaDbClient;

    /// A connection each.
    async fn connect(&self) -> Result<Self::Client, Failure> {
        Ok(UmaDbClient::new(self.url.clone()).connect_async().await?)
    }

    async fn add(&self, client: &mut Self::Client, driver: NewDriver) -> Result<(), Failure> {
        let tag = format!("driver:{}", driver.id);
        let boundary = DcbQuery::new().item(DcbQueryItem::new().types([ADDED]).tags([tag.as_str()]));
        let (events, head) = client.read_with_head(Some(boundary.clone()), None, false, None).await?;
        if !events.is_empty() {
            return Err(format!("{tag} is there already").into());
        }
        let payload = serde_json::json!({ "name": driver.name, "driverLicense": driver.license });
        let event = DcbEvent::new()
            .event_type(ADDED)
            .tags([tag])
            .uuid(uuid::Uuid::now_v7())
            .data(payload.to_string());
        client.append(vec![event], Some(DcbAppendCondition::new(boundary).after(head)), None).await?;
        Ok(())
    }
}
