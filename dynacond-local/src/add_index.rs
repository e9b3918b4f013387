//! Adds the indexes that another model of the same table declares to an existing table.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableInputBuilder;
use aws_sdk_dynamodb::operation::update_table::UpdateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndex,
    GlobalSecondaryIndexUpdate, IndexStatus, TableDescription, TableStatus,
};

use crate::described::Index;

/// What an existing table lacks of a definition.
pub(crate) enum Lacks {
    Nothing,
    /// The table or an index is not ready for use yet.
    Time,
    /// A local index is missing. Only CreateTable can make one.
    Local(String),
    Global(GlobalSecondaryIndex),
    /// An index of this name exists, but its keys or its projection differ.
    Same {
        index: String,
        expected: String,
        found: String,
    },
}

pub(crate) fn lacks(table: &TableDescription, definition: &CreateTableInputBuilder) -> Lacks {
    let expected = definition
        .get_attribute_definitions()
        .as_deref()
        .unwrap_or_default();
    let found = table.attribute_definitions();
    let differs = |name: &str, needed: &Index, own: &Index| {
        (!own.serves(needed)).then(|| Lacks::Same {
            index: name.to_owned(),
            expected: needed.to_string(),
            found: own.to_string(),
        })
    };
    for local in definition.get_local_secondary_indexes().iter().flatten() {
        let name = local.index_name();
        let mut there = table.local_secondary_indexes().iter();
        let Some(own) = there.find(|own| own.index_name() == Some(name)) else {
            return Lacks::Local(name.to_owned());
        };
        let needed = Index::new(local.key_schema(), expected, local.projection());
        let own = Index::new(own.key_schema(), found, own.projection());
        if let Some(differs) = differs(name, &needed, &own) {
            return differs;
        }
    }
    let there = table.global_secondary_indexes();
    let mut missing = None;
    for global in definition.get_global_secondary_indexes().iter().flatten() {
        let name = global.index_name();
        let mut there = there.iter();
        let Some(own) = there.find(|own| own.index_name() == Some(name)) else {
            missing = missing.or(Some(global));
            continue;
        };
        let needed = Index::new(global.key_schema(), expected, global.projection());
        let own = Index::new(own.key_schema(), found, own.projection());
        if let Some(differs) = differs(name, &needed, &own) {
            return differs;
        }
    }
    let is_ready = |status: Option<&IndexStatus>| status.is_none_or(|s| *s == IndexStatus::Active);
    if table.table_status() != Some(&TableStatus::Active)
        || !there.iter().all(|own| is_ready(own.index_status()))
    {
        return Lacks::Time;
    }
    missing.map_or(Lacks::Nothing, |index| Lacks::Global(index.clone()))
}

/// Adds one index, because DynamoDB creates one at a time. The request names only the attributes of the index's keys, and the table
/// keeps the definitions of its other attributes.
/// ([UpdateTable](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html)).
pub(crate) async fn add(
    client: &Client,
    table: &str,
    definition: &CreateTableInputBuilder,
    index: GlobalSecondaryIndex,
) -> Result<(), SdkError<UpdateTableError>> {
    let is_key = |attribute: &&AttributeDefinition| {
        let mut keys = index.key_schema().iter();
        keys.any(|key| key.attribute_name() == attribute.attribute_name())
    };
    let attributes = definition.get_attribute_definitions().iter().flatten();
    let attributes = attributes.filter(is_key).cloned().collect();
    let create = update(&index).map_err(SdkError::construction_failure)?;
    client
        .update_table()
        .table_name(table)
        .set_attribute_definitions(Some(attributes))
        .global_secondary_index_updates(create)
        .send()
        .await
        .map(drop)
}

fn update(index: &GlobalSecondaryIndex) -> Result<GlobalSecondaryIndexUpdate, BuildError> {
    let create = CreateGlobalSecondaryIndexAction::builder()
        .index_name(index.index_name())
        .set_key_schema(Some(index.key_schema().to_vec()))
        .set_projection(index.projection().cloned())
        .build()?;
    Ok(GlobalSecondaryIndexUpdate::builder().create(create).build())
}
