//! The SDK's `CreateTable` input of derived models.
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
    /// Returns the input of `CreateTable`: the table's name, its keys, the declared indexes, and billing on demand.
    #[must_use]
    pub fn table_definition(&self) -> CreateTableInputBuilder {
        Self::table_of(&[self])
    }

    /// Returns the input for several item types in one table. The name and the keys are those of the first one. If several types
    /// declare the same index, the table has it once, with the projections of all of them.
    pub(crate) fn table_of(models: &[&Self]) -> CreateTableInputBuilder {
        let mut defined: Vec<&KeyAttribute> = Vec::new();
        for key in models.iter().flat_map(|model| model.key_attributes()) {
            if !defined.iter().any(|other| other.name == key.name) {
                defined.push(key);
            }
        }
        let definitions = defined.into_iter().filter_map(definition).collect();
        let mut table = CreateTableInputBuilder::default()
            .billing_mode(BillingMode::PayPerRequest)
            .set_attribute_definitions(Some(definitions));
        if let Some(first) = models.first() {
            table = table.table_name(first.table).set_key_schema(Some(schema(
                std::slice::from_ref(&first.partition_key),
                first.sort_key.as_slice(),
            )));
        }
        for (index, included) in indexes(models) {
            let name = index.index.unwrap_or_default();
            let key_schema = Some(schema(index.partition, index.sort));
            let projection = projection(included);
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

    /// Returns the key attributes of the table and then those of all indexes.
    fn key_attributes(&self) -> impl Iterator<Item = &KeyAttribute> {
        let table = [Some(&self.partition_key), self.sort_key.as_ref()];
        let indexes = self.indexes.iter();
        let indexes = indexes.flat_map(|index| index.partition.iter().chain(index.sort));
        table.into_iter().flatten().chain(indexes)
    }
}

/// The attributes that an index projects in addition to the keys; `None` for all.
type Included = Option<Vec<&'static str>>;

/// Returns the indexes of all models, each once.
fn indexes(models: &[&Model]) -> Vec<(&'static Schema, Included)> {
    let mut all: Vec<(&Schema, Included)> = Vec::new();
    for model in models {
        let keys = [Some(&model.partition_key), model.sort_key.as_ref()];
        let keys = keys.map(|key| key.map(|key| key.name));
        for index in model.indexes {
            let included = index.included(keys);
            let mut others = all.iter_mut();
            match others.find(|(other, _)| other.index == index.index) {
                None => all.push((index, included)),
                Some((_, joined)) => *joined = union(joined.take(), included),
            }
        }
    }
    all
}

fn union(a: Included, b: Included) -> Included {
    let (mut all, more) = (a?, b?);
    for name in more {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    Some(all)
}

/// The SDK's builders fail only if a name or a type is missing, and all of them are set.
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

fn projection(included: Included) -> Projection {
    let projection = Projection::builder();
    match included {
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
