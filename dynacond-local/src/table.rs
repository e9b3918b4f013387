//! Creates the tables of derived models.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::AsyncSleep;
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::create_table::CreateTableError as SdkCreateTableError;
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableInputBuilder;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::types::TableStatus;
use aws_smithy_async::rt::sleep::default_async_sleep;
use dynacond::Store;
use dynacond::operators::HasTable;

use crate::add_index::{Lacks, add, lacks};
use crate::described::Key;

/// Creates the table of an item type or of a collection of item types, with on-demand billing, and waits until it is active.
///
/// It is no error if the table exists already, because several item types may share one, and each of them may declare indexes of
/// its own. So call this function for each item type, or once for an [`ItemCollection`](dynacond::ItemCollection) of them. The table
/// must have the declared keys. A missing global index is added to the table, and the items that are in the table are added to the
/// index. DynamoDB creates a local index only together with its table, so a type with a local index belongs into the first call. An
/// index that exists must have the declared keys, and project at least the declared attributes.
///
/// # Errors
///
/// [`CreateTableError::Refused`] if the endpoint refuses, [`CreateTableError::OtherKeys`] if the table exists with other keys,
/// [`CreateTableError::NoIndex`] if the table lacks a local index, [`CreateTableError::OtherIndex`] if an index of the same name
/// has other keys or too few attributes, and [`CreateTableError::NotActive`] if the table or one of its indexes is not active after
/// about a minute.
pub async fn create_table<T: HasTable>(store: &Store) -> Result<(), CreateTableError> {
    let definition = T::definition().table_name(store.table_name::<T>());
    create(store.client(), definition).await
}

/// Why the table of a model could not be created.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum CreateTableError {
    /// The endpoint refused, or could not be reached.
    #[error("the table `{table}` was not created: {}", causes(&**source))]
    Refused {
        /// The table's name.
        table: String,
        /// The SDK's error.
        source: BoxError,
    },
    /// The table exists with other keys than the model's.
    #[error(
        "the table `{table}` already exists with other keys: expected {expected}, found {found}"
    )]
    OtherKeys {
        /// The table's name.
        table: String,
        /// The model's keys, with their types.
        expected: String,
        /// The table's keys, with their types.
        found: String,
    },
    /// The table exists without a local index of the model, and DynamoDB adds only global indexes to a table. Create the table
    /// with the model that declares the local index.
    #[error(
        "the table `{table}` already exists without the local index `{index}`, which DynamoDB cannot add to an existing table"
    )]
    NoIndex {
        /// The table's name.
        table: String,
        /// The index's name.
        index: String,
    },
    /// The table has an index of this name with other keys, or with fewer attributes than the model declares. DynamoDB never
    /// changes an index, so give the new index another name, or delete the old one.
    #[error(
        "the table `{table}` already has another index `{index}`: expected {expected}, found {found}; DynamoDB cannot change an index, so give the new index another name"
    )]
    OtherIndex {
        /// The table's name.
        table: String,
        /// The index's name.
        index: String,
        /// The model's index: its keys, with their types, and its projection.
        expected: String,
        /// The table's index: its keys, with their types, and its projection.
        found: String,
    },
    /// The table has been created, but is not ready for use.
    #[error("the table `{table}` was created, but its status is still {status}")]
    NotActive {
        /// The table's name.
        table: String,
        /// The last status seen.
        status: TableStatus,
    },
}

/// The same text as `Display`, because a `main` that returns this error prints it with `Debug`.
impl fmt::Debug for CreateTableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CreateTableError({self})")
    }
}

/// The SDK's own text says no more than "dispatch failure".
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

/// The most requests for a missing index.
const ADD_ATTEMPTS: usize = 5;

async fn create(
    client: &Client,
    definition: CreateTableInputBuilder,
) -> Result<(), CreateTableError> {
    let keys = Key::all(
        definition.get_key_schema().as_deref().unwrap_or_default(),
        definition
            .get_attribute_definitions()
            .as_deref()
            .unwrap_or_default(),
    );
    let table = definition.get_table_name().clone().unwrap_or_default();
    let table = table.as_str();
    let refused = |source: BoxError| CreateTableError::Refused {
        table: table.to_owned(),
        source,
    };
    if let Err(error) = definition.clone().send_with(client).await {
        let exists = error
            .as_service_error()
            .is_some_and(SdkCreateTableError::is_resource_in_use_exception);
        if !exists {
            return Err(refused(error.into()));
        }
    }

    let mut pause = Duration::from_millis(20);
    let mut status = TableStatus::Creating;
    let mut refusals = 0;
    // The pause doubles from 20 ms to a second, so this takes about a minute. A real table is active after some seconds.
    for _ in 0..64 {
        match client.describe_table().table_name(table).send().await {
            Ok(answer) => {
                if let Some(description) = answer.table() {
                    let found = Key::all(
                        description.key_schema(),
                        description.attribute_definitions(),
                    );
                    if found != keys {
                        return Err(CreateTableError::OtherKeys {
                            table: table.to_owned(),
                            expected: Key::list(&keys),
                            found: Key::list(&found),
                        });
                    }
                    if let Some(seen) = description.table_status() {
                        status = seen.clone();
                    }
                    match lacks(description, &definition) {
                        Lacks::Nothing => return Ok(()),
                        Lacks::Time => {}
                        Lacks::Local(index) => {
                            let table = table.to_owned();
                            return Err(CreateTableError::NoIndex { table, index });
                        }
                        Lacks::Same {
                            index,
                            expected,
                            found,
                        } => {
                            return Err(CreateTableError::OtherIndex {
                                table: table.to_owned(),
                                index,
                                expected,
                                found,
                            });
                        }
                        Lacks::Global(index) => {
                            // Somebody else may also be adding the index, or the description may be out of date.
                            if let Err(error) = add(client, table, &definition, index).await {
                                refusals += 1;
                                if refusals == ADD_ATTEMPTS {
                                    return Err(refused(error.into()));
                                }
                            }
                        }
                    }
                }
            }
            // DescribeTable is eventually consistent, so it may not find a new table yet.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DescribeTableError::is_resource_not_found_exception) => {}
            Err(error) => return Err(refused(error.into())),
        }
        // The configuration does not contain the SDK's default sleep.
        if let Some(sleep) = client.config().sleep_impl().or_else(default_async_sleep) {
            sleep.sleep(pause).await;
        }
        pause = (pause * 2).min(Duration::from_secs(1));
    }
    Err(CreateTableError::NotActive {
        table: table.to_owned(),
        status,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
        LocalSecondaryIndex, Projection, ProjectionType, ScalarAttributeType,
    };

    fn key(name: &str, data_type: ScalarAttributeType, role: KeyType) -> Key {
        Key {
            name: name.to_owned(),
            data_type,
            role,
        }
    }

    fn definition(table: &str, keys: &[Key]) -> CreateTableInputBuilder {
        let mut definition = CreateTableInputBuilder::default()
            .table_name(table)
            .billing_mode(BillingMode::PayPerRequest);
        for key in keys {
            let element = KeySchemaElement::builder();
            let element = element.attribute_name(&key.name).key_type(key.role.clone());
            let attribute = AttributeDefinition::builder();
            let attribute = attribute.attribute_name(&key.name);
            let attribute = attribute.attribute_type(key.data_type.clone());
            definition = definition
                .key_schema(element.build().unwrap())
                .attribute_definitions(attribute.build().unwrap());
        }
        definition
    }

    #[tokio::test]
    async fn a_table_is_active_and_may_be_created_again() {
        let client = crate::client();
        let keys = [
            key("pk", ScalarAttributeType::S, KeyType::Hash),
            key("sk", ScalarAttributeType::N, KeyType::Range),
        ];
        create(&client, definition("shop", &keys)).await.unwrap();
        create(&client, definition("shop", &keys)).await.unwrap();
    }

    #[tokio::test]
    async fn a_table_with_other_keys_is_refused() {
        let client = crate::client();
        let [theirs, ours] = ["id", "pk"].map(|n| [key(n, ScalarAttributeType::S, KeyType::Hash)]);
        create(&client, definition("shop", &theirs)).await.unwrap();
        let error = create(&client, definition("shop", &ours))
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the table `shop` already exists with other keys: expected pk S HASH, found id S HASH"
        );
    }

    /// Returns an index with these partition key and sort key.
    fn index(names: [&str; 2], projection: Projection) -> GlobalSecondaryIndex {
        let elements = names.into_iter().zip([KeyType::Hash, KeyType::Range]);
        let elements = elements.map(|(name, role)| {
            let element = KeySchemaElement::builder();
            element.attribute_name(name).key_type(role).build().unwrap()
        });
        GlobalSecondaryIndex::builder()
            .index_name("by_status")
            .set_key_schema(Some(elements.collect()))
            .projection(projection)
            .build()
            .unwrap()
    }

    fn projects(names: &[&str]) -> Projection {
        let projection = Projection::builder();
        if names.is_empty() {
            return projection.projection_type(ProjectionType::All).build();
        }
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        projection
            .projection_type(ProjectionType::Include)
            .set_non_key_attributes(Some(names))
            .build()
    }

    /// Creates the table with the first index, and then asks for the second one.
    async fn both(
        first: GlobalSecondaryIndex,
        second: GlobalSecondaryIndex,
    ) -> Result<(), CreateTableError> {
        let client = crate::client();
        let keys = [key("pk", ScalarAttributeType::S, KeyType::Hash)];
        let names =
            ["status", "placed", "id"].map(|n| key(n, ScalarAttributeType::S, KeyType::Hash));
        let definition = |index: GlobalSecondaryIndex| {
            let used = |key: &&Key| {
                let mut schema = index.key_schema().iter();
                schema.any(|element| element.attribute_name() == key.name)
            };
            let attributes = names.iter().filter(used).map(|key| {
                let attribute = AttributeDefinition::builder().attribute_name(&key.name);
                attribute
                    .attribute_type(key.data_type.clone())
                    .build()
                    .unwrap()
            });
            let attributes: Vec<_> = attributes.collect();
            let definition = definition("shop", &keys);
            let definition = attributes
                .into_iter()
                .fold(definition, CreateTableInputBuilder::attribute_definitions);
            definition.global_secondary_indexes(index)
        };
        create(&client, definition(first)).await.unwrap();
        create(&client, definition(second)).await
    }

    #[tokio::test]
    async fn an_index_with_other_keys_is_refused() {
        let [theirs, ours] = [["status", "id"], ["status", "placed"]];
        let error = both(index(theirs, projects(&[])), index(ours, projects(&[]))).await;
        assert_eq!(
            error.unwrap_err().to_string(),
            "the table `shop` already has another index `by_status`: expected status S HASH, placed S RANGE with all attributes, found \
             status S HASH, id S RANGE with all attributes; DynamoDB cannot change an index, so give the new index another name"
        );
    }

    #[tokio::test]
    async fn an_index_that_projects_less_is_refused_and_one_that_projects_more_is_not() {
        let keys = ["status", "placed"];
        let of = |names: &[&str]| index(keys, projects(names));
        let error = both(of(&["total"]), of(&["total", "city"])).await;
        assert_eq!(
            error.unwrap_err().to_string(),
            "the table `shop` already has another index `by_status`: expected status S HASH, placed S RANGE with city, total, found status \
             S HASH, placed S RANGE with total; DynamoDB cannot change an index, so give the new index another name"
        );
        assert!(both(of(&["total"]), of(&[])).await.is_err());
        both(of(&["total", "city"]), of(&["city"])).await.unwrap();
        both(of(&[]), of(&["city"])).await.unwrap();
    }

    #[tokio::test]
    async fn a_local_index_with_other_keys_is_refused() {
        let client = crate::client();
        let keys = [
            key("pk", ScalarAttributeType::S, KeyType::Hash),
            key("sk", ScalarAttributeType::S, KeyType::Range),
        ];
        let definition = |sort: &str| {
            let of = index(["pk", sort], projects(&[]));
            let local = LocalSecondaryIndex::builder()
                .index_name("by_time")
                .set_key_schema(Some(of.key_schema().to_vec()))
                .set_projection(of.projection().cloned())
                .build()
                .unwrap();
            let attribute = AttributeDefinition::builder().attribute_name(sort);
            let attribute = attribute.attribute_type(ScalarAttributeType::S);
            definition("shop", &keys)
                .attribute_definitions(attribute.build().unwrap())
                .local_secondary_indexes(local)
        };
        create(&client, definition("placed")).await.unwrap();
        create(&client, definition("placed")).await.unwrap();
        let error = create(&client, definition("shipped")).await;
        assert!(
            matches!(error, Err(CreateTableError::OtherIndex { .. })),
            "{error:?}"
        );
    }

    #[tokio::test]
    async fn what_the_endpoint_refuses_is_told() {
        let client = crate::client();
        let error = create(&client, definition("x", &[])).await.unwrap_err();
        assert!(matches!(error, CreateTableError::Refused { .. }));
        let local = crate::Local::new();
        local
            .on_any()
            .always()
            .inject(crate::Fault::RefuseConnection);
        let error = create(&local.client(), definition("shop", &[]))
            .await
            .unwrap_err();
        let told =
            "the table `shop` was not created: dispatch failure: io error: connection refused";
        assert_eq!(error.to_string(), told);
        assert_eq!(format!("{error:?}"), format!("CreateTableError({told})"));
    }
}
