//! Tables as a template describes them, and their making.

use std::iter;

use dynoxide::{
    Database, DynoxideError,
    actions::{
        create_table::CreateTableRequest,
        describe_table::DescribeTableRequest,
        describe_time_to_live::DescribeTimeToLiveRequest,
        update_table::{
            CreateGsiAction, DeleteGsiAction, GlobalSecondaryIndexUpdate, UpdateTableRequest,
        },
        update_time_to_live::{TimeToLiveSpecification, UpdateTimeToLiveRequest},
    },
    types::{
        self, AttributeDefinition, GlobalSecondaryIndex, KeySchemaElement, ProjectionType,
        ScalarAttributeType,
    },
};

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDefinition {
    /// Its name.
    pub name: String,
    /// Its primary key.
    pub key: Key,
    /// Its global secondary indexes.
    pub indexes: Vec<IndexDefinition>,
    /// The attribute that holds the second at which an item expires.
    pub ttl_attribute: Option<String>,
}

/// A global secondary index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexDefinition {
    /// Its name.
    pub name: String,
    /// Its key. An item without one of these attributes is not in the index.
    pub key: Key,
    /// What it holds of an item.
    pub projection: Projection,
}

/// The key of a table or an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Chooses the partition.
    pub partition: KeyAttribute,
    /// Orders the items of a partition.
    pub sort: Option<KeyAttribute>,
}

/// An attribute that is part of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAttribute {
    /// Its name.
    pub name: String,
    /// Its type.
    pub key_type: KeyType,
}

/// The type of an attribute in a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// `S`.
    String,
    /// `N`.
    Number,
    /// `B`.
    Binary,
}

/// What an index holds of an item, besides the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Projection {
    /// Everything.
    All,
    /// Nothing.
    KeysOnly,
    /// These attributes.
    Include(Vec<String>),
}

/// A table could not be made, or the store failed.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The table is there with another primary key, which cannot be changed. Its data must be
    /// deleted or the template put back.
    #[error("the table {table} is there already, with another primary key")]
    OtherKey {
        /// The table's name.
        table: String,
    },
    /// DynamoDB refuses the definition, or its store failed.
    #[error("the table cannot be made as described")]
    Refused(#[from] DynoxideError),
    /// The process is being shut down.
    #[error("the store of the tables is being closed")]
    Closing,
}

/// Makes the table, or changes what can be changed of an existing one.
pub(super) fn ensure(database: &Database, table: &TableDefinition) -> Result<(), TableError> {
    let name = table.name.clone();
    match database.describe_table(DescribeTableRequest { table_name: name.clone() }) {
        Err(DynoxideError::ResourceNotFoundException(_)) => {
            database.create_table(table.request())?;
        }
        Err(error) => return Err(error.into()),
        Ok(existing) if existing.table.key_schema != table.key.schema() => {
            return Err(TableError::OtherKey { table: name });
        }
        Ok(existing) => {
            let indexes = existing.table.global_secondary_indexes.unwrap_or_default();
            let indexes = indexes.into_iter().map(|index| GlobalSecondaryIndex {
                index_name: index.index_name,
                key_schema: index.key_schema,
                projection: index.projection,
                provisioned_throughput: None,
            });
            change_indexes(database, table, &indexes.collect::<Vec<_>>())?;
        }
    }
    set_expiry(database, table)
}

/// Drops the indexes that are no longer described or described otherwise, and makes the missing.
fn change_indexes(
    database: &Database,
    table: &TableDefinition,
    existing: &[GlobalSecondaryIndex],
) -> Result<(), TableError> {
    let wanted: Vec<_> = table.indexes.iter().map(IndexDefinition::request).collect();
    let obsolete = existing.iter().filter(|index| !wanted.contains(index));
    let deletions = obsolete.map(|index| GlobalSecondaryIndexUpdate {
        delete: Some(DeleteGsiAction { index_name: index.index_name.clone() }),
        ..Default::default()
    });
    let missing = wanted.iter().filter(|index| !existing.contains(index)).cloned();
    let creations = missing.map(|index| GlobalSecondaryIndexUpdate {
        create: Some(CreateGsiAction {
            index_name: index.index_name,
            key_schema: index.key_schema,
            projection: index.projection,
        }),
        ..Default::default()
    });
    // The service takes one change of this kind a call.
    for change in deletions.chain(creations) {
        database.update_table(UpdateTableRequest {
            table_name: table.name.clone(),
            attribute_definitions: Some(table.attribute_definitions()),
            global_secondary_index_updates: Some(vec![change]),
            ..Default::default()
        })?;
    }
    Ok(())
}

fn set_expiry(database: &Database, table: &TableDefinition) -> Result<(), TableError> {
    let table_name = table.name.clone();
    let request = DescribeTimeToLiveRequest { table_name: table_name.clone() };
    let existing = database.describe_time_to_live(request)?.time_to_live_description.attribute_name;
    if existing == table.ttl_attribute {
        return Ok(());
    }
    let changes = [(existing, false), (table.ttl_attribute.clone(), true)];
    for (attribute, enabled) in changes {
        let Some(attribute_name) = attribute else { continue };
        database.update_time_to_live(UpdateTimeToLiveRequest {
            table_name: table_name.clone(),
            time_to_live_specification: TimeToLiveSpecification { attribute_name, enabled },
        })?;
    }
    Ok(())
}

impl TableDefinition {
    fn request(&self) -> CreateTableRequest {
        let indexes: Vec<_> = self.indexes.iter().map(IndexDefinition::request).collect();
        CreateTableRequest {
            table_name: self.name.clone(),
            key_schema: self.key.schema(),
            attribute_definitions: self.attribute_definitions(),
            global_secondary_indexes: (!indexes.is_empty()).then_some(indexes),
            billing_mode: Some("PAY_PER_REQUEST".to_owned()),
            ..Default::default()
        }
    }

    /// The attributes of all keys, each once.
    fn attribute_definitions(&self) -> Vec<AttributeDefinition> {
        let keys = iter::once(&self.key).chain(self.indexes.iter().map(|index| &index.key));
        let mut attributes: Vec<AttributeDefinition> = Vec::new();
        for attribute in keys.flat_map(Key::attributes) {
            let attribute = AttributeDefinition {
                attribute_name: attribute.name.clone(),
                attribute_type: match attribute.key_type {
                    KeyType::String => ScalarAttributeType::S,
                    KeyType::Number => ScalarAttributeType::N,
                    KeyType::Binary => ScalarAttributeType::B,
                },
            };
            if !attributes.contains(&attribute) {
                attributes.push(attribute);
            }
        }
        attributes
    }
}

impl IndexDefinition {
    fn request(&self) -> GlobalSecondaryIndex {
        let (projection_type, non_key_attributes) = match &self.projection {
            Projection::All => (ProjectionType::ALL, None),
            Projection::KeysOnly => (ProjectionType::KEYS_ONLY, None),
            Projection::Include(names) => (ProjectionType::INCLUDE, Some(names.clone())),
        };
        GlobalSecondaryIndex {
            index_name: self.name.clone(),
            key_schema: self.key.schema(),
            projection: types::Projection {
                projection_type: Some(projection_type),
                non_key_attributes,
            },
            provisioned_throughput: None,
        }
    }
}

impl Key {
    fn attributes(&self) -> impl Iterator<Item = &KeyAttribute> {
        iter::once(&self.partition).chain(&self.sort)
    }

    fn schema(&self) -> Vec<KeySchemaElement> {
        let roles = [types::KeyType::HASH, types::KeyType::RANGE];
        self.attributes()
            .zip(roles)
            .map(|(attribute, key_type)| KeySchemaElement {
                attribute_name: attribute.name.clone(),
                key_type,
            })
            .collect()
    }
}
