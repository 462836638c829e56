use jiff::Timestamp;
use odata::Field;

use super::nouns;
use crate::{CatalogId, CatalogState, CatalogType};

nouns! {
    /// A container of resources and of the packages made of them.
    Catalog(CatalogId) in CATALOG {
        /// Its name.
        display_name: String,
        /// Its description.
        description: String,
        /// Who made it.
        catalog_type: CatalogType,
        /// Whether its packages can be requested.
        state: CatalogState,
        /// Whether users outside the tenant can request its packages.
        is_externally_visible: bool,
        /// When it was made, UTC.
        created_date_time: Timestamp,
        /// When it was last changed, UTC.
        modified_date_time: Timestamp,
    }
}

impl Catalog {
    /// Filter by name (`GET catalogs`, step 1.1 of the tutorial).
    pub const DISPLAY_NAME: Field = Field::new("displayName");
}
