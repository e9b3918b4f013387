//! The SDK's `CreateTable` input of a derived model.
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableInputBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
    LocalSecondaryIndex, Projection, ProjectionType, ScalarAttributeType,
};

use crate::model::item::Model;
use crate::model::key_attribute::KeyAttribute;
use crate::model::schema::Schema;
use crate::types::data_type::DataType;

impl Model {
    /// What `CreateTable` takes: the table's name, its keys, the indexes that the derive was told of, and billing on demand.
    #[must_use]
    pub fn table_definition(&self) -> CreateTableInputBuilder {
        let keys = [Some(&self.partition_key), self.sort_key.as_ref()];
        let names = keys.map(|key| key.map(|key| key.name));
        let own = keys.into_iter().flatten();
        let of_indexes = self.indexes.iter();
        let of_indexes = of_indexes.flat_map(|index| index.partition.iter().chain(index.sort));
        let mut defined: Vec<&KeyAttribute> = Vec::new();
        for key in own.chain(of_indexes) {
            if !defined.iter().any(|other| other.name == key.name) {
                defined.push(key);
            }
        }
        let definitions = defined.into_iter().filter_map(definition).collect();
        let mut table = CreateTableInputBuilder::default()
            .table_name(self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .set_attribute_definitions(Some(definitions))
            .set_key_schema(Some(schema(
                std::slice::from_ref(&self.partition_key),
                self.sort_key.as_slice(),
            )));
        for index in self.indexes {
            let name = index.index.unwrap_or_default();
            let key_schema = Some(schema(index.partition, index.sort));
            let projection = projection(index, names);
            if index.consistent {
                let local = LocalSecondaryIndex::builder()
                    .index_name(name)
                    .set_key_schema(key_schema)
                    .projection(projection);
                if let Ok(local) = local.build() {
                    table = table.local_secondary_indexes(local);
                }
            } else {
                let global = GlobalSecondaryIndex::builder()
                    .index_name(name)
                    .set_key_schema(key_schema)
                    .projection(projection);
                if let Ok(global) = global.build() {
                    table = table.global_secondary_indexes(global);
                }
            }
        }
        table
    }
}

/// The builders of the SDK fail only where a name or a type is missing, and none is.
fn definition(key: &KeyAttribute) -> Option<AttributeDefinition> {
    let data_type = match key.data_type {
        DataType::N => ScalarAttributeType::N,
        DataType::B => ScalarAttributeType::B,
        _ => ScalarAttributeType::S,
    };
    let definition = AttributeDefinition::builder();
    let definition = definition
        .attribute_name(key.name)
        .attribute_type(data_type);
    definition.build().ok()
}

fn schema(partition: &[KeyAttribute], sort: &[KeyAttribute]) -> Vec<KeySchemaElement> {
    let element = |key: &KeyAttribute, role| {
        let element = KeySchemaElement::builder();
        element.attribute_name(key.name).key_type(role).build().ok()
    };
    let partition = partition.iter().map(|key| element(key, KeyType::Hash));
    let sort = sort.iter().map(|key| element(key, KeyType::Range));
    partition.chain(sort).flatten().collect()
}

fn projection(index: &Schema, table: [Option<&str>; 2]) -> Projection {
    let projection = Projection::builder();
    match index.included(table) {
        None => projection.projection_type(ProjectionType::All).build(),
        Some(included) if included.is_empty() => {
            projection.projection_type(ProjectionType::KeysOnly).build()
        }
        Some(included) => {
            let included = included.into_iter().map(str::to_owned).collect();
            projection
                .projection_type(ProjectionType::Include)
                .set_non_key_attributes(Some(included))
                .build()
        }
    }
}
